"""How fast certificates are issued and verified in one process: `python -m bench.certificates [--count N]`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from certificates.issuer import CertificateIssuer
from certificates.pki import Authority, ensure_authority
from certificates.types_reader import FaceLibrary
from certificates.verification import verify
from engine.clock import FixedClock
from engine.ports import IssueRequest

TYPES = Path(__file__).parents[1] / "certificates" / "types"
PUBLIC_URL = "https://yimen.example.cn"
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰"


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds a piece of work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def variants(sample: IssueRequest, count: int) -> list[IssueRequest]:
    """The same certificate for many people; some characters of their names are new to the cache."""
    names = [surname + first + second for surname in SURNAMES for first in GIVEN for second in GIVEN]
    return [replace(sample, facts={**sample.facts, "holder": names[i * 37 % len(names)]}) for i in range(count)]


def measure(directory: Path, authority: Authority, key: str, count: int) -> None:
    sample = FaceLibrary(TYPES).face(key).sample(PUBLIC_URL)
    issuer = CertificateIssuer(directory / "authority", directory / "fonts", TYPES, PUBLIC_URL)
    cold, _ = seconds(lambda: issuer.issue(sample))
    requests = variants(sample, count)
    issued = [issuer.issue(request) for request in requests]
    wall, cpu = seconds(lambda: [issuer.issue(request) for request in requests])
    checked, _ = seconds(lambda: [verify(pdf.content, authority.root) for pdf in issued])
    size = sum(len(pdf.content) for pdf in issued) / count / 1024
    print(
        f"{key}: first {cold * 1000:.0f} ms, then {wall / count * 1000:.1f} ms wall, {cpu / count * 1000:.1f} ms CPU,"
        f" {count / wall:.0f} certificates/s, {count / checked:.0f} verifications/s, {size:.0f} KiB each"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100)
    count = arguments.parse_args().count
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        authority = ensure_authority(directory / "authority", FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
        for key in FaceLibrary(TYPES).faces:
            measure(directory, authority, key, count)


if __name__ == "__main__":
    main()
