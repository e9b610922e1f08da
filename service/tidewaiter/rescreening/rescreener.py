"""Past transfers judged by two rule books; a new verdict where the second finds otherwise, with what made it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.rescreening.book_changes import BookChanges, changes_between
from tidewaiter.rescreening.delta import DeltaScan
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.identity import NAMESPACE, verdict_id
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import ENGINE, Assessment, Screener
from tidewaiter_schemas.rescreening import (
    MOST_CAUSES,
    Cause,
    FindingChange,
    FindingOutcome,
    Rescreening,
)
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

MOST_CHANGES = 200
"""Most changes of findings that a verdict names."""


_Judged = Verdict | Assessment | EngineFault


@dataclass(frozen=True, slots=True)
class Pending:
    """A past transfer judged by both rule books, but for the totals of the quotas that it draws on.

    `entries` are the changed list entries that it may name.
    """

    transfer: TransferEvent
    entries: frozenset[str]
    old: _Judged
    new: _Judged

    @property
    def draws(self) -> bool:
        """Whether it draws on a quota by either rule book."""
        return isinstance(self.old, Assessment) or isinstance(self.new, Assessment)


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A past transfer and its verdicts by the rule book before and by the new one.

    `verdict` is the new one as it is published; None where it decides and finds what the old one does.
    """

    transfer: TransferEvent
    before: Verdict
    after: Verdict
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A past transfer on which the engine failed: its verdict stays, and somebody must look."""

    transfer: TransferEvent
    fault: EngineFault


class Rescreener:
    """Judges past transfers by `old` and by `new`.

    `history` has the hashes of further rule books that were in force before: verdicts under them are replaced too.
    """

    def __init__(
        self, old: Sources, new: Sources, history: Sequence[str] = (), indexes: IndexStore = IN_MEMORY
    ) -> None:
        self.changes: BookChanges = changes_between(old, new)
        self.old, self.new = Screener(old.compile(indexes)), Screener(new.compile(indexes))
        self._scan = DeltaScan(self.changes, new.rarity, frozenset(new.policy.unread_extensions))
        self._books = tuple(dict.fromkeys((*history, self.old.book.manifest.sha256)))

    def touched(self, transfers: Sequence[TransferEvent]) -> list[frozenset[str] | None]:
        """Return for each transfer the changed entries that it may name; None where no change can touch it."""
        return self._scan.touched(transfers)

    def judge(self, transfers: Sequence[TransferEvent], entries: Sequence[frozenset[str] | None]) -> list[Pending]:
        """Judge each of `transfers` by both rule books. `entries` is what `touched` returned for them."""
        both = (judge_each(screener, transfers) for screener in (self.old, self.new))
        return [
            Pending(transfer, named or frozenset(), old, new)
            for transfer, named, old, new in zip(transfers, entries, *both, strict=True)
        ]

    def conclude(self, pending: Pending, ledger: QuotaLedger) -> Rejudged | Unjudged:
        """Compare the two verdicts. `ledger` has the claims on quotas that stand.

        A claim that the transfer has made keeps its place. One that only the new rule book makes of it comes last.
        """
        old, new = (_verdict(screener, judged, ledger) for screener, judged in self._judged(pending))
        for verdict in (old, new):
            if isinstance(verdict, EngineFault):
                return Unjudged(pending.transfer, verdict)
        assert isinstance(old, Verdict)  # noqa: S101 - else it was returned as a fault
        assert isinstance(new, Verdict)  # noqa: S101
        return Rejudged(pending.transfer, old, new, self._anew(pending.transfer, old, new, pending.entries))

    def _judged(self, pending: Pending) -> Iterator[tuple[Screener, _Judged]]:
        yield self.old, pending.old
        yield self.new, pending.new

    def _anew(self, transfer: TransferEvent, was: Verdict, now: Verdict, entries: frozenset[str]) -> Verdict | None:
        changes = tuple(self._changes_of(was.findings, now.findings, entries))
        if not changes and was.decision == now.decision:
            return None
        return now.model_copy(
            update={
                "id": rescreened_id(now.id),
                "supersedes": was.id,
                "rescreening": Rescreening(
                    previous_rulebook=was.rulebook.sha256,
                    previous_decision=was.decision.value,
                    replaces=tuple(self._ids_before(transfer)),
                    changes=changes[:MOST_CHANGES],
                ),
            }
        )

    def _ids_before(self, transfer: TransferEvent) -> Iterator[UUID]:
        for sha256 in self._books:
            first = verdict_id(transfer, sha256, ENGINE)
            yield first
            yield rescreened_id(first)

    def _changes_of(
        self, was: Iterable[Finding], now: Iterable[Finding], entries: frozenset[str]
    ) -> Iterator[FindingChange]:
        before, after = _by_place(was), _by_place(now)
        for place in dict.fromkeys((*after, *before)):
            if before.get(place) == after.get(place):
                continue
            outcome = (
                FindingOutcome.NEW
                if place not in before
                else FindingOutcome.GONE
                if place not in after
                else FindingOutcome.CHANGED
            )
            rule, rule_set, subject = place
            yield FindingChange(
                outcome=outcome,
                rule=rule,
                rule_set=rule_set,
                subject=subject,
                causes=tuple(self._causes_of(rule, entries))[:MOST_CAUSES],
            )

    def _causes_of(self, rule: str, entries: frozenset[str]) -> Sequence[Cause]:
        """Return the change of what the finding rests on; else of the entries that are named; else all others."""
        causes = self.changes.causes
        if rule in causes:
            return [causes[rule]]
        if entries:
            return [causes[each] for each in sorted(entries)]
        rules = [cause for cause in causes.values() if cause.kind == "rule"]
        return [*self.changes.others, *(() if self.changes.others else rules)]


def rescreened_id(first: UUID) -> UUID:
    """Return the id of a verdict given anew, by the id that a first one by the same rule book would have."""
    return uuid5(NAMESPACE, f"{first}|rescreened")


def _by_place(findings: Iterable[Finding]) -> Mapping[tuple[str, str, str], list[Finding]]:
    by_place: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        by_place.setdefault((finding.rule, finding.rule_set, finding.subject), []).append(finding)
    return by_place


def _verdict(screener: Screener, judged: _Judged, ledger: QuotaLedger) -> Verdict | EngineFault:
    if not isinstance(judged, Assessment):
        return judged
    try:
        return screener.conclude(judged, ledger.settle(judged.draws))
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        return EngineFault.of(error)
