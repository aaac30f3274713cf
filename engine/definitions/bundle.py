"""The only reader of process_definitions/ and forms/: every text of one definition and of the shared parts it uses."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from engine.definitions.findings import Findings
from engine.definitions.xml import BPMN, parse_xml
from engine.definitions.yaml_reader import Node, read_yaml
from engine.errors import DefinitionInvalid, NotFound

PROJECT_ROOT = Path(__file__).resolve().parents[2]
FORMS, PROCESSES, SHARED = "forms", "process_definitions", "_shared"
FRAGMENTS = f"{PROCESSES}/{SHARED}"
FIELD_GROUPS = f"{FORMS}/{SHARED}/field_groups"
DOCUMENTS = f"{FORMS}/{SHARED}/documents"

MAX_ZIP_BYTES = 4_000_000
MAX_UNPACKED_BYTES = 12_000_000
MAX_FILES = 60
MAX_NESTED_CALLS = 8
KEY = re.compile(r"[a-z]{2}(-[a-z]{2})?-\d{2,3}(-[a-z0-9]+)+")

_WORD = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_NAMES = re.compile(
    rf"{FORMS}/{_WORD}/{KEY.pattern}(\.scenarios)?\.yaml"
    rf"|{PROCESSES}/{_WORD}/{KEY.pattern}\.(bpmn|dmn)"
    rf"|{FRAGMENTS}/{_WORD}\.bpmn"
    rf"|{FORMS}/{SHARED}/(field_groups|documents)/{_WORD}\.yaml"
)
# What the library raises for damaged archives besides its own error.
_CORRUPT = (zlib.error, struct.error, RuntimeError, EOFError, ValueError, OSError, LookupError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_VOCABULARIES = ("departments", "licences", "themes", "facts", "parameters", "calendar", "supervision")


@dataclass(frozen=True)
class ItemBundle:
    """All texts of one definition (事项定义包) by their path under the project root, byte for byte.

    Scenarios travel with the bundle but stand outside `content_hash`: a new proof does not make a new version.
    """

    key: str
    texts: Mapping[str, bytes]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over names and bytes of everything that decides behaviour."""
        digest = hashlib.sha256()
        for name in sorted(self.texts):
            if name == self.scenario_name:
                continue
            for part in (name.encode(), self.texts[name]):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    @property
    def process_id(self) -> str:
        """The id of the main process; by law the key itself."""
        return self.key

    @cached_property
    def form_name(self) -> str:
        return self._own(FORMS, f"{self.key}.yaml")

    @cached_property
    def scenario_name(self) -> str:
        return self._own(FORMS, f"{self.key}.scenarios.yaml")

    @cached_property
    def process_name(self) -> str:
        return self._own(PROCESSES, f"{self.key}.bpmn")

    @property
    def form_text(self) -> bytes:
        return self.texts.get(self.form_name, b"")

    @property
    def scenario_text(self) -> bytes:
        return self.texts.get(self.scenario_name, b"")

    @cached_property
    def process_texts(self) -> Mapping[str, bytes]:
        """The main diagram first, then every fragment."""
        names = [n for n in self.texts if n.endswith(".bpmn")]
        return {n: self.texts[n] for n in sorted(names, key=lambda n: (n != self.process_name, n))}

    @cached_property
    def table_texts(self) -> Mapping[str, bytes]:
        return {n: self.texts[n] for n in sorted(self.texts) if n.endswith(".dmn")}

    def group_text(self, name: str) -> tuple[str, bytes | None]:
        """Path and text of a shared field group, None if the bundle lacks it."""
        path = f"{FIELD_GROUPS}/{name}.yaml"
        return path, self.texts.get(path)

    def document_text(self, name: str) -> tuple[str, bytes | None]:
        """Path and text of a shared document, None if the bundle lacks it."""
        path = f"{DOCUMENTS}/{name}.yaml"
        return path, self.texts.get(path)

    def with_text(self, name: str, text: bytes) -> ItemBundle:
        """The same bundle with one text put or replaced."""
        return bundle_from_texts(self.key, {**self.texts, name: text})

    def _own(self, top: str, file: str) -> str:
        """The path of one of the item's own files; where it would stand if it is missing."""
        own = (n for n in self.texts if n.startswith(f"{top}/") and n.endswith(f"/{file}"))
        found = next(own, "")
        if found:
            return found
        others = (n.split("/")[1] for n in self.texts if PurePosixPath(n).name.split(".")[0] == self.key)
        return f"{top}/{next(others, 'unknown')}/{file}"


def bundle_from_texts(key: str, texts: Mapping[str, bytes]) -> ItemBundle:
    """A bundle from stored rows or an editor; names outside the closed layout are refused."""
    if not KEY.fullmatch(key):
        raise DefinitionInvalid(
            f"事项键“{key}”不合格式。", key=key, hint="应为小写编码加英文名，如 mz-001-subsistence-allowance。"
        )
    for name in texts:
        if not _NAMES.fullmatch(name):
            raise DefinitionInvalid(
                f"文件名“{name}”不在允许的目录结构内。",
                file=name,
                key=key,
                hint="请按 forms/部门/事项键.yaml 等位置存放。",
            )
        if f"/{SHARED}/" not in name and PurePosixPath(name).name.split(".")[0] != key:
            raise DefinitionInvalid(
                f"文件“{name}”不属于事项 {key}。", file=name, key=key, hint="一个定义包只放一个事项。"
            )
    return ItemBundle(key, dict(sorted(texts.items())))


def all_keys(root: Path = PROJECT_ROOT) -> tuple[str, ...]:
    """Keys of every definition in the files, sorted."""
    found = (p.name.removesuffix(".yaml") for p in (root / FORMS).glob("[a-z]*/*.yaml"))
    return tuple(sorted(key for key in found if KEY.fullmatch(key)))


def read_bundle(key: str, root: Path = PROJECT_ROOT) -> ItemBundle:
    """The bundle of one key from the factory files."""
    if not KEY.fullmatch(key):
        raise NotFound(f"没有事项 {key}。")
    own = [*(root / FORMS).glob(f"[a-z]*/{key}.yaml"), *(root / FORMS).glob(f"[a-z]*/{key}.scenarios.yaml")]
    own += [p for kind in ("bpmn", "dmn") for p in (root / PROCESSES).glob(f"[a-z]*/{key}.{kind}")]
    if not own:
        raise NotFound(f"没有事项 {key}。")
    texts = {p.relative_to(root).as_posix(): p.read_bytes() for p in own}
    return bundle_from_texts(key, with_shared_parts(texts, root))


def with_shared_parts(texts: Mapping[str, bytes], root: Path = PROJECT_ROOT) -> dict[str, bytes]:
    """The texts and every shared file they name, directly or through fragments; missing ones are left out."""
    whole = dict(texts)
    fresh = dict(texts)
    for _ in range(MAX_NESTED_CALLS):
        wanted = {part for name, text in fresh.items() for part in _used_parts(name, text)} - whole.keys()
        fresh = {name: (root / name).read_bytes() for name in sorted(wanted) if (root / name).is_file()}
        if not fresh:
            break
        whole |= fresh
    return whole


def read_vocabulary(name: str, root: Path = PROJECT_ROOT) -> tuple[str, bytes]:
    """Path and text of one of the vocabularies: departments, licences, themes, facts, parameters, calendar, supervision."""
    if name not in _VOCABULARIES:
        raise NotFound(f"没有共享词表 {name}。")
    path = f"{FORMS}/{SHARED}/{name}.yaml"
    return path, (root / path).read_bytes()


def shared_part_names(root: Path = PROJECT_ROOT) -> tuple[str, ...]:
    """Paths of all fragments, field groups and documents that definitions may use."""
    places = ((FRAGMENTS, "*.bpmn"), (FIELD_GROUPS, "*.yaml"), (DOCUMENTS, "*.yaml"))
    return tuple(sorted(p.relative_to(root).as_posix() for place, kind in places for p in (root / place).glob(kind)))


def bundle_from_upload(data: bytes) -> ItemBundle:
    """The bundle in an uploaded ZIP, as `bundle_to_zip` writes it; sizes, count and names are bounded."""
    if len(data) > MAX_ZIP_BYTES:
        raise DefinitionInvalid(f"压缩包超过 {MAX_ZIP_BYTES // 1_000_000} MB。", hint="请只打包一个事项。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = _unpack(archive)
    except (zipfile.BadZipFile, *_CORRUPT) as error:
        raise DefinitionInvalid("不是可读的 ZIP 压缩包（或已加密）。", hint="请重新导出后上传。") from error
    forms = [
        n for n in texts if n.startswith(f"{FORMS}/") and f"/{SHARED}/" not in n and not n.endswith(".scenarios.yaml")
    ]
    if len(forms) != 1:
        raise DefinitionInvalid(
            f"压缩包内应有且只有一份表单文件，现有 {len(forms)} 份。", hint="位置为 forms/部门/事项键.yaml。"
        )
    return bundle_from_texts(PurePosixPath(forms[0]).name.removesuffix(".yaml"), texts)


def bundle_to_zip(bundle: ItemBundle) -> bytes:
    """A ZIP of all texts at their paths; the same bundle gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(bundle.texts):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), bundle.texts[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [e for e in archive.infolist() if not e.is_dir()]
    if len(entries) > MAX_FILES:
        raise DefinitionInvalid(f"压缩包内文件超过 {MAX_FILES} 个。", hint="请只打包一个事项。")
    texts: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    for entry in entries:
        if not _NAMES.fullmatch(entry.filename):
            raise DefinitionInvalid(
                f"压缩包内文件名“{entry.filename[:120]}”不在允许的目录结构内。", hint="请按导出的结构打包。"
            )
        if entry.compress_type not in _METHODS:
            raise DefinitionInvalid("压缩包的压缩方法不受支持。", hint="请用普通 ZIP（deflate）打包。")
        if entry.filename in texts:
            raise DefinitionInvalid(f"压缩包内文件“{entry.filename}”重复。", hint="请重新打包。")
        with archive.open(entry) as stream:
            text = stream.read(left + 1)
        left -= len(text)
        if left < 0:
            raise DefinitionInvalid("压缩包解开后过大。", hint="请只打包一个事项。")
        if not _is_text(text):
            raise DefinitionInvalid("文件不是 UTF-8 编码的文字。", file=entry.filename, hint="请另存为 UTF-8。")
        texts[entry.filename] = text
    return texts


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _used_parts(name: str, text: bytes) -> set[str]:
    """Paths of shared files a text names; a text that cannot be read names none (the reader will say why)."""
    if name.endswith(".bpmn"):
        return _called_fragments(name, text)
    if name.startswith(f"{FORMS}/") and not name.endswith(".scenarios.yaml"):
        root = read_yaml(text, Findings(name))
        sections = {f"{FIELD_GROUPS}/{part}.yaml" for part in _uses(root, "form")}
        return sections | {f"{DOCUMENTS}/{part}.yaml" for part in _uses(root, "documents")}
    return set()


def _called_fragments(name: str, text: bytes) -> set[str]:
    try:
        calls = parse_xml(text, name).iter(f"{{{BPMN}}}callActivity")
    except DefinitionInvalid:
        return set()
    called = (call.get("calledElement") or "" for call in calls)
    return {f"{FRAGMENTS}/{word}.bpmn" for word in called if re.fullmatch(_WORD, word)}


def _uses(root: Node | None, key: str) -> set[str]:
    top = root.value.get(key) if root and isinstance(root.value, dict) else None
    entries = top.value if top and isinstance(top.value, list) else []
    uses = (e.value.get("use") for e in entries if isinstance(e.value, dict))
    return {str(use.value) for use in uses if use and re.fullmatch(_WORD, str(use.value))}
