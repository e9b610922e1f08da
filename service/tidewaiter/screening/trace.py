"""Why each rule is met or not, told by the very code that judges. A screening without a trace tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from tidewaiter_schemas.verdict import Finding

if TYPE_CHECKING:
    from tidewaiter.rulebook.book import CompiledRule, RuleBook
    from tidewaiter.screening.goods import RecognisedItem
    from tidewaiter.screening.nexus.nexus import Nexus


class Status(StrEnum):
    """What became of a rule on one subject of a transfer."""

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
class Told:
    """What became of `compiled` for `country`, at `subject` of the transfer ("" for the whole of it)."""

    compiled: CompiledRule
    country: str
    status: Status
    subject: str
    why: str
    finding: Finding | None = None


@dataclass(slots=True)
class Trace:
    """Filled while one transfer is judged."""

    day: date | None = None
    items: tuple[RecognisedItem, ...] = ()
    nexus: tuple[Nexus, ...] = ()
    told: list[Told] = field(default_factory=list)

    def tell(self, compiled: CompiledRule, country: str, status: Status, subject: str = "", why: str = "") -> None:
        """Note what became of a rule."""
        self.told.append(Told(compiled, country, status, subject, why))


def tell_finding(trace: Trace, compiled: CompiledRule, country: str, finding: Finding, book: RuleBook) -> None:
    """Note that a rule is met by `finding`, or would be if the facts were surer."""
    if finding.certainty >= book.policy.review_at:
        trace.told.append(Told(compiled, country, Status.MET, finding.subject, finding.reason, finding))
    else:
        why = f"{finding.certainty:.2f} sure, and {book.policy.review_at:.2f} is the least that is reported"
        trace.tell(compiled, country, Status.UNSURE, finding.subject, why)
