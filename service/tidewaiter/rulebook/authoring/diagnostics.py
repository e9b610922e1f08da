"""The results of a check of rules: remarks, each with its place and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.yaml_source import YamlDocument
from tidewaiter.runtime.plain_yaml import Path_


class Severity(StrEnum):
    """The severity of a remark. Only errors fail a check."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on one rule or file: its place, what is wrong, what to do. `check` names the kind of check."""

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
    """A rule set with the document it was read from. A `packaged` one must meet more checks than an operator's own."""

    document: YamlDocument
    rule_set: RuleSet
    packaged: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and its place in a file."""

    file: RuleFile
    number: int
    rule: Rule

    def remark(self, severity: Severity, check: str, problem: str, advice: str, *path: str | int) -> Remark:
        """Return a remark on this rule, at `path` in it."""
        line = line_of(self.file.document, ("rules", self.number, *path))
        return Remark(severity, check, self.file.document.name, line, self.rule.id, problem, advice)


def line_of(document: YamlDocument, path: Path_) -> int | None:
    """Return the line of `path`, or of its nearest parent that is in the file."""
    while path and path not in document.lines:
        path = path[:-1]
    return document.lines.get(path)
