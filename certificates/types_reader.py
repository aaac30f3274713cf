"""The faces of certificates (证照版式): `types/<category>/<key>/face.xml.j2` with its `sample.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import yaml

from certificates.errors import FaceInvalid, FaceUnknown
from certificates.qr import verification_url
from certificates.templates import environment, fact_names
from engine.ports import IssueRequest

FACE_FILE, SAMPLE_FILE = "face.xml.j2", "sample.yaml"


@dataclass(frozen=True, slots=True)
class Face:
    """One certificate type's template; `facts` are the names it prints."""

    key: str
    category: str
    file: str
    source: str
    facts: frozenset[str]
    sample_path: Path

    def sample(self, public_url: str) -> IssueRequest:
        """The invented certificate of `sample.yaml`, for previews and tests."""
        values = _sample_values(self.sample_path)
        try:
            return _request(self.key, values, public_url)
        except (KeyError, TypeError, ValueError) as error:
            raise FaceInvalid(f"样例缺少或写错了 {error}。", file=str(self.sample_path.name), key=self.key) from error


class FaceLibrary:
    """All faces under a directory, read once."""

    def __init__(self, types_dir: Path) -> None:
        self._types_dir = types_dir

    def face(self, key: str) -> Face:
        found = self.faces.get(key)
        if found is None:
            raise FaceUnknown(f"没有“{key}”的证照版式，请核对证照类型。")
        return found

    @cached_property
    def faces(self) -> dict[str, Face]:
        paths = sorted(self._types_dir.glob(f"*/*/{FACE_FILE}"))
        sources = [(path, path.read_text(encoding="utf-8")) for path in paths]
        return {path.parent.name: self._read(path, source) for path, source in sources}

    @cached_property
    def templates(self) -> jinja2.Environment:
        return environment({face.file: face.source for face in self.faces.values()})

    def _read(self, path: Path, source: str) -> Face:
        file = path.relative_to(self._types_dir).as_posix()
        return Face(
            key=path.parent.name,
            category=path.parent.parent.name,
            file=file,
            source=source,
            facts=fact_names(source, file),
            sample_path=path.with_name(SAMPLE_FILE),
        )


def _sample_values(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise FaceInvalid("样例文件无法读取。", file=path.name, key=path.parent.name) from error
    if not isinstance(values, dict):
        raise FaceInvalid("样例文件应为键值表。", file=path.name, key=path.parent.name)
    return values


def _request(key: str, values: dict[str, Any], public_url: str) -> IssueRequest:
    issued_at = values["issued_at"]
    if not isinstance(issued_at, datetime) or issued_at.tzinfo is None:
        raise ValueError("issued_at（应写明时区）")
    return IssueRequest(
        type_key=key,
        number=values["number"],
        identifier=values["identifier"],
        title=values["title"],
        facts=values["facts"],
        body_name=values["body_name"],
        body_code=values["body_code"],
        issued_at=issued_at,
        verification_url=verification_url(public_url, values["number"], values["code"]),
        seal_name=values["seal_name"],
    )
