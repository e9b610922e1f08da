"""Record the outcome of each rule in one screening. The judging code fills the trace when a person asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.screening.case import Case
from tidewaiter_schemas.verdict import Finding


class Status(StrEnum):
    """The outcome of a rule on one subject of a transfer. The values are human-readable."""

    MET = "met"
    UNSURE = "too unsure to report"
    COVERED = "covered by a surer rule of its group"
    SILENT = "silent beside another rule"
    VALUE = "not worth enough"
    GOODS = "not its goods"
    SIGNS = "not shown"
    NO_ITEMS = "no goods named"
    NO_TIE = "no tie in its direction"
    NOT_IN_FORCE = "not in force on that day"
    UNTOUCHED = "country not touched"


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The outcome of `compiled` for `country`, at the pointer `subject` ("" for the whole transfer)."""

    compiled: CompiledRule
    country: str
    status: Status
    subject: str
    why: str
    finding: Finding | None = None


@dataclass(slots=True)
class Trace:
    """The case that was judged, and the outcomes of the rules."""

    case: Case
    outcomes: list[RuleOutcome] = field(default_factory=list)

    def note(self, compiled: CompiledRule, country: str, status: Status, subject: str = "", why: str = "") -> None:
        """Record the outcome of a rule."""
        self.outcomes.append(RuleOutcome(compiled, country, status, subject, why))

    def note_finding(self, compiled: CompiledRule, country: str, finding: Finding, review_at: float) -> None:
        """Record that `finding` meets a rule, or that its certainty is below `review_at`."""
        if finding.certainty >= review_at:
            self.outcomes.append(RuleOutcome(compiled, country, Status.MET, finding.subject, finding.reason, finding))
        else:
            why = f"{finding.certainty:.2f} sure, and {review_at:.2f} is the least that is reported"
            self.note(compiled, country, Status.UNSURE, finding.subject, why)
