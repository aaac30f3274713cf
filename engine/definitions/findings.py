"""What reading and checking a definition found: each finding names its place and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.definitions.model import Source
from engine.errors import DefinitionInvalid

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One fault (问题): rule id such as `limits.promised`, place, message and way out for the policy officer."""

    level: str
    rule: str
    file: str
    line: int
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行：" if self.line else f"{self.file}："
        return place + self.message + self.hint

    def to_dict(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("level", "rule", "file", "line", "key", "message", "hint")}


def error(rule: str, at: Source | None, key: str, message: str, hint: str = "") -> Finding:
    """A fault that forbids publication."""
    return _finding(ERROR, rule, at, key, message, hint)


def warning(rule: str, at: Source | None, key: str, message: str, hint: str = "") -> Finding:
    """A doubt a person must look at; it does not forbid publication."""
    return _finding(WARNING, rule, at, key, message, hint)


def _finding(level: str, rule: str, at: Source | None, key: str, message: str, hint: str) -> Finding:
    return Finding(level, rule, at.file if at else "", at.line if at else 0, key, message, hint)


def has_errors(findings: list[Finding]) -> bool:
    return any(f.level == ERROR for f in findings)


@dataclass
class Findings:
    """Collects faults while one text is read, so that the officer sees all of them at once."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def error(self, rule: str, line: int, key: str, message: str, hint: str = "") -> None:
        self.found.append(Finding(ERROR, rule, self.file, line, key, message, hint))

    def refused(self, reason: DefinitionInvalid, rule: str) -> None:
        """Keep a refusal of a lower reader as a finding."""
        hint = reason.hint if isinstance(reason.hint, str) else ""
        self.found.append(Finding(ERROR, rule, reason.file or self.file, reason.line, reason.key, reason.message, hint))

    def in_file(self, file: str) -> Findings:
        """The same collection, for the text of another file."""
        return Findings(file, self.found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)


def invalid(findings: list[Finding]) -> DefinitionInvalid:
    """The first error as an exception; all of them stand in `.detail["findings"]`."""
    first = next(f for f in findings if f.level == ERROR)
    return DefinitionInvalid(
        first.message,
        file=first.file,
        line=first.line,
        key=first.key,
        hint=first.hint,
        findings=[f.to_dict() for f in findings],
    )
