"""An installation's settings: generated at a desk, complete or refused in production."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.secrets_file import SecretsFile
from api.settings import DataKey, Environment, Settings, SettingsInvalid
from engine.errors import CaseworkError

KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "YIMEN_ENV": "production",
    "DATABASE_URL": "postgresql://yimen:pw@db:5432/yimen",
    "REDIS_URL": "redis://:pw@queue:6379/0",
    "YIMEN_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "YIMEN_DATA_KEYS": f"2026:{KEY},2025:{KEY}",
    "YIMEN_INDEX_KEY": KEY,
    "YIMEN_PUBLIC_URL": "https://yimen.example.gov.cn/",
}


def refusal(env: dict[str, str]) -> SettingsInvalid:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment(env)
    return caught.value


def refused_names(env: dict[str, str]) -> set[str]:
    return {problem.name for problem in refusal(env).problems}


def test_a_desk_needs_no_settings_but_its_home(tmp_path: Path) -> None:
    settings = Settings.from_environment({"YIMEN_HOME": str(tmp_path / "var")})
    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.host, settings.port, settings.web_workers) == ("127.0.0.1", 8000, 2)
    assert settings.database_url is None
    assert settings.redis_url is None
    assert not settings.demo
    assert settings.public_url == "http://127.0.0.1:8000"


def test_generated_secrets_are_kept_for_the_next_start_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    env = {"YIMEN_HOME": str(tmp_path / "var")}
    first, second = Settings.from_environment(env), Settings.from_environment(env)
    assert first == second
    assert len(first.current_data_key.key) == len(first.index_key) == 32
    assert first.index_key != first.current_data_key.key
    assert stat.S_IMODE((tmp_path / "var" / "secrets.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["secrets.json"]


def test_two_homes_never_share_a_secret(tmp_path: Path) -> None:
    one, other = (Settings.from_environment({"YIMEN_HOME": str(tmp_path / name)}) for name in ("one", "other"))
    assert one.secret_key != other.secret_key
    assert one.index_key != other.index_key
    assert one.data_keys != other.data_keys


def test_a_secrets_file_others_could_read_is_narrowed(tmp_path: Path) -> None:
    SecretsFile(tmp_path).obtain("name", lambda: "value")
    (tmp_path / "secrets.json").chmod(0o644)
    assert SecretsFile(tmp_path).obtain("name", lambda: "another") == "value"
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_damaged_secrets_file_is_never_replaced_by_new_secrets(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"secret_key": ')
    with pytest.raises(CaseworkError, match="已损坏"):
        Settings.from_environment({"YIMEN_HOME": str(tmp_path)})
    assert (tmp_path / "secrets.json").read_text() == '{"secret_key": '


def test_production_refuses_every_desk_convenience_in_one_error() -> None:
    error = refusal({"YIMEN_ENV": "production", "YIMEN_DEMO": "1"})
    expected = {*PRODUCTION, "YIMEN_DEMO"} - {"YIMEN_ENV"}
    assert {problem.name for problem in error.problems} == expected
    for name in expected:
        assert str(error).count(name + "：") == 1, "named in Chinese"
        assert str(error).count(name + ": ") == 1, "named in English"


def test_production_writes_no_secrets_file(tmp_path: Path) -> None:
    home = tmp_path / "var"
    Settings.from_environment({**PRODUCTION, "YIMEN_HOME": str(home)})
    refusal({"YIMEN_ENV": "production", "YIMEN_HOME": str(home)})
    assert not home.exists()


@pytest.mark.parametrize("missing", sorted(PRODUCTION.keys() - {"YIMEN_ENV"}))
def test_production_names_the_one_setting_that_is_missing(missing: str) -> None:
    assert refused_names({name: value for name, value in PRODUCTION.items() if name != missing}) == {missing}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YIMEN_SECRET_KEY", "short"),
        ("YIMEN_SECRET_KEY", "changeme" * 8),
        ("YIMEN_DATA_KEYS", "k1:" + base64.b64encode(b"too short").decode()),
        ("YIMEN_DATA_KEYS", KEY),
        ("YIMEN_DATA_KEYS", ":" + KEY),
        ("YIMEN_DATA_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("YIMEN_DATA_KEYS", ","),
        ("YIMEN_INDEX_KEY", "not base64!"),
        ("DATABASE_URL", "sqlite:///yimen.db"),
        ("REDIS_URL", "localhost:6379"),
        ("YIMEN_PORT", "0"),
        ("YIMEN_PORT", "八千"),
        ("YIMEN_WEB_WORKERS", "-1"),
        ("YIMEN_DEMO", "maybe"),
        ("YIMEN_PUBLIC_URL", "yimen.example.gov.cn"),
        ("YIMEN_ENV", "prod"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: str) -> None:
    assert refused_names({**PRODUCTION, name: value}) == {name}


def test_a_misspelt_environment_gets_none_of_the_freedoms_of_a_desk(tmp_path: Path) -> None:
    names = refused_names({"YIMEN_ENV": "Production", "YIMEN_HOME": str(tmp_path / "var")})
    assert {"YIMEN_ENV", "DATABASE_URL", "YIMEN_SECRET_KEY"} <= names
    assert not (tmp_path / "var").exists()


def test_the_first_data_key_is_the_current_one() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.current_data_key == DataKey("2026", bytes(range(32)))
    assert [key.id for key in settings.data_keys] == ["2026", "2025"]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_the_database_address_reaches_sqlalchemy_and_psycopg(scheme: str) -> None:
    settings = Settings.from_environment({**PRODUCTION, "DATABASE_URL": f"{scheme}://u:p%40@/db?host=%2Ftmp%2Fx"})
    assert settings.sqlalchemy_url() == "postgresql+psycopg://u:p%40@/db?host=%2Ftmp%2Fx"
    assert settings.libpq_url() == "postgresql://u:p%40@/db?host=%2Ftmp%2Fx"


def test_a_database_address_is_not_invented_before_the_server_runs(tmp_path: Path) -> None:
    settings = Settings.from_environment({"YIMEN_HOME": str(tmp_path)})
    with pytest.raises(CaseworkError, match="yimen serve"):
        settings.sqlalchemy_url()


@given(
    environment=st.sampled_from(["development", "test", "production"]),
    port=st.integers(1, 65535),
    workers=st.integers(1, 256),
    keys=st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4),
    tcp=st.booleans(),
)
def test_a_child_reads_the_same_settings_as_its_supervisor(
    environment: str, port: int, workers: int, keys: list[bytes], tcp: bool
) -> None:
    written = {
        **PRODUCTION,
        "YIMEN_ENV": environment,
        "YIMEN_PORT": str(port),
        "YIMEN_WEB_WORKERS": str(workers),
        "YIMEN_DATA_KEYS": ",".join(f"k{i}:{base64.b64encode(key).decode()}" for i, key in enumerate(keys)),
        "YIMEN_POSTGRES_TCP": str(int(tcp)),
    }
    settings = Settings.from_environment(written)
    assert [key.key for key in settings.data_keys] == keys
    assert Settings.from_environment(settings.as_environment()) == settings


def test_settings_shown_in_a_log_carry_no_secret(tmp_path: Path) -> None:
    settings = Settings.from_environment({"YIMEN_HOME": str(tmp_path), "DATABASE_URL": "postgresql://u:hidden@h/d"})
    secrets = json.loads((tmp_path / "secrets.json").read_text())
    shown = repr(settings)
    assert not any(value in shown for value in [*secrets.values(), "hidden"])
