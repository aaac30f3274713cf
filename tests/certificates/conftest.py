"""One authority, one font cache and the printed samples, shared by all tests of certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.issuer import CertificateIssuer
from certificates.pki import Authority, ensure_authority
from certificates.types_reader import FaceLibrary
from engine.clock import FixedClock
from engine.ports import IssuedPdf, IssueRequest

TYPES = Path(__file__).parents[2] / "certificates" / "types"
PUBLIC_URL = "https://yimen.example.cn"


@pytest.fixture(scope="session")
def work_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="session")
def authority(work_dir: Path) -> Authority:
    return ensure_authority(work_dir / "authority", FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))


@pytest.fixture(scope="session")
def library() -> FaceLibrary:
    return FaceLibrary(TYPES)


@pytest.fixture(scope="session")
def issuer(work_dir: Path, authority: Authority) -> CertificateIssuer:
    return CertificateIssuer(work_dir / "authority", work_dir / "fonts", TYPES, PUBLIC_URL)


@pytest.fixture(scope="session")
def residence(library: FaceLibrary) -> IssueRequest:
    return library.face("zm-ms-01-actual-residence").sample(PUBLIC_URL)


@pytest.fixture(scope="session")
def issued(issuer: CertificateIssuer, residence: IssueRequest) -> IssuedPdf:
    return issuer.issue(residence)
