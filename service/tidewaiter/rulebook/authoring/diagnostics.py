"""What a check of rules has to say: remarks, each with the place it is about and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.yaml_source import Path_, YamlDocument


class Severity(StrEnum):
    """How bad a remark is. Only errors fail a check."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one rule, or one file: where it stands, what is wrong, what to do. `check` names the kind."""

    severity: Severity
    check: str
    file: str
    line: int | None
    rule: str | None
    problem: str
    advice: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = f"{self.rule}: " if self.rule else ""
        return f"{where}: {self.severity}: {about}{self.problem}; {self.advice}"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule set with the document that it was read from. What is `packaged` must meet more than an operator's own."""

    document: YamlDocument
    rule_set: RuleSet
    packaged: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and where it stands."""

    file: RuleFile
    number: int
    rule: Rule

    def remark(self, severity: Severity, check: str, problem: str, advice: str, *path: str | int) -> Remark:
        """A remark on this rule, at `path` in it."""
        line = line_of(self.file.document, ("rules", self.number, *path))
        return Remark(severity, check, self.file.document.name, line, self.rule.id, problem, advice)


def line_of(document: YamlDocument, path: Path_) -> int | None:
    """The line of `path`, or of the nearest thing above it that stands in the file."""
    while path and path not in document.lines:
        path = path[:-1]
    return document.lines.get(path)
