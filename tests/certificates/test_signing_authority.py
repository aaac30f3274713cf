"""The signing authority: made once, keys for the owner only, certificates by body and year."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.pki import Authority, ensure_authority
from engine.clock import FixedClock
from engine.errors import SealUnavailable

SET_UP = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
CODE, NAME = "54370102MF1234567N", "阳光社区居民委员会"
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def test_second_set_up_keeps_the_root(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path, SET_UP)
    assert ensure_authority(tmp_path, SET_UP).root == first.root


def test_private_keys_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    ensure_authority(tmp_path / "authority", SET_UP).signer(CODE, NAME, NOW)
    keys = sorted((tmp_path / "authority").rglob("*.key"))
    assert len(keys) == 2
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE((tmp_path / "authority").stat().st_mode) == 0o700


def test_nothing_is_signed_before_set_up(tmp_path: Path) -> None:
    with pytest.raises(SealUnavailable, match="初始化"):
        Authority(tmp_path)


def test_body_keeps_its_certificate_over_a_restart(tmp_path: Path) -> None:
    serial = ensure_authority(tmp_path, SET_UP).signer(CODE, NAME, NOW).serial
    assert Authority(tmp_path).signer(CODE, NAME, NOW).serial == serial


def test_bodies_years_and_renamed_bodies_have_certificates_of_their_own(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, SET_UP)
    signers = [
        authority.signer(CODE, NAME, NOW),
        authority.signer("11370102MB1234567U", "民政局", NOW),
        authority.signer(CODE, NAME, NOW.replace(year=2025)),
        authority.signer(CODE, "星光社区居民委员会", NOW),
    ]
    assert len({signer.serial for signer in signers}) == 4


def test_certificate_of_a_past_case_was_valid_on_its_day(tmp_path: Path) -> None:
    at = datetime(2023, 12, 31, 23, tzinfo=UTC)  # already 2024 in Shanghai
    certificate = ensure_authority(tmp_path, SET_UP).signer(CODE, NAME, at).certificate
    assert certificate.not_valid_before_utc == datetime(2023, 12, 31, 16, tzinfo=UTC)
    assert certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def test_year_outside_the_roots_life_is_refused(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, SET_UP)
    with pytest.raises(SealUnavailable, match="1999年"):
        authority.signer(CODE, NAME, NOW.replace(year=1999))


def test_body_code_cannot_leave_the_directory(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, SET_UP)
    with pytest.raises(SealUnavailable, match="机构代码"):
        authority.signer("../../etc/x", NAME, NOW)


def test_bodies_signing_for_the_first_time_at_once_get_one_certificate(tmp_path: Path) -> None:
    ensure_authority(tmp_path, SET_UP)
    with ThreadPoolExecutor(8) as pool:
        serials = set(pool.map(lambda _: Authority(tmp_path).signer(CODE, NAME, NOW).serial, range(16)))
    assert len(serials) == 1
    assert len(list((tmp_path / "bodies").glob("*.crt"))) == 1
