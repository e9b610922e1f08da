"""Judge past transfers with two rule books, and make a new verdict, with its causes, when the results differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID, uuid5

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.rescreening.book_changes import BookChanges, changes_between
from tidewaiter.rescreening.delta import DeltaScan
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.date_guard import doubted_id, with_doubt
from tidewaiter.screening.dispositions import NONE, Dispositions
from tidewaiter.screening.identity import NAMESPACE, verdict_id
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import Draws, Tally
from tidewaiter.screening.screener import ENGINE, Assessment, Screener
from tidewaiter.wire.chain import adoption_name
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.rescreening import MOST_CAUSES, Cause, CauseKind, FindingChange, FindingOutcome, Rescreening
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

MOST_CHANGES: Final = 200
"""Maximum number of changes of findings that a verdict names."""

_Judged = Verdict | Assessment | EngineFault


class Claims(Protocol):
    """Claims on quotas, in order."""

    def settle(self, draws: Iterable[Draws]) -> Mapping[QuotaClaim, Tally]:
        """Return the tally before each claim."""
        ...


class Earlier(NamedTuple):
    """A rule book that was in force before, and when it was put in force if the rescreener judged by it."""

    sha256: str
    adopted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A past transfer judged by both rule books, except for the totals of its quotas.

    `entries` are the changed list entries that the transfer may name.
    """

    transfer: TransferEvent
    entries: frozenset[str]
    old: _Judged
    new: _Judged

    @property
    def draws(self) -> bool:
        """Return whether the transfer draws on a quota under either rule book."""
        return isinstance(self.old, Assessment) or isinstance(self.new, Assessment)


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A past transfer with its verdicts by the old and the new rule book.

    `verdict` is the new verdict to publish; None when decision and findings are unchanged.
    """

    transfer: TransferEvent
    before: Verdict
    after: Verdict
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A past transfer on which the engine failed: its old verdict stays, and a person must look at it."""

    transfer: TransferEvent
    fault: EngineFault


class Rescreener:
    """Judges past transfers with the rule books `old` and `new`.

    `history` has the earlier rule books: verdicts under them are superseded too. `dispositions` apply under both rule
    books: a changed entry ends a suppression, and the finding on it is a change then. `adopted` is when `new` was put
    in force, for verdicts that follow others by the same rule book.
    """

    def __init__(
        self,
        old: Sources,
        new: Sources,
        history: Sequence[Earlier] = (),
        indexes: IndexStore = IN_MEMORY,
        dispositions: Dispositions = NONE,
        adopted: datetime | None = None,
    ) -> None:
        self._adopted = adopted
        self.changes: BookChanges = changes_between(old, new)
        self.old, self.new = (Screener(sources.compile(indexes), dispositions) for sources in (old, new))
        self._scan = DeltaScan(self.changes, new.rarity, frozenset(new.policy.unread_extensions))
        old_one = self.old.book.manifest.sha256
        self._books = (*history, *([] if any(each.sha256 == old_one for each in history) else [Earlier(old_one)]))

    @property
    def adoption(self) -> str:
        """Return the name of the new rule book in commits."""
        return adoption_name(self.new.book.manifest.sha256, self._adopted)

    def judge_with(self, dispositions: Dispositions) -> None:
        """Use `dispositions` from now on, under both rule books."""
        self.old, self.new = (Screener(screener.book, dispositions) for screener in (self.old, self.new))

    def touched(self, transfers: Sequence[TransferEvent]) -> list[frozenset[str] | None]:
        """Return for each transfer the changed entries that it may name; None when no change can affect it."""
        return self._scan.touched(transfers)

    def unaffected(self, value: bytes | None) -> bool:
        """Return whether a record certainly has no transfer that a change can affect. Most are not certain."""
        return self._scan.unaffected(value)

    def learn(self, value: bytes | None, transfer: TransferEvent) -> None:
        """Remember a transfer for which the last call of `touched` returned None, for `unaffected`."""
        self._scan.learn(value, transfer)

    def forget(self) -> None:
        """Forget what was learned of transfers and names that recur."""
        self._scan.forget()

    def judge(self, transfers: Sequence[TransferEvent], entries: Sequence[frozenset[str] | None]) -> list[Pending]:
        """Return each of `transfers` judged by both rule books. `entries` is the result of `touched` for them."""
        both = (judge_each(screener, transfers) for screener in (self.old, self.new))
        return [
            Pending(transfer, named or frozenset(), old, new)
            for transfer, named, old, new in zip(transfers, entries, *both, strict=True)
        ]

    def conclude(self, pending: Pending, claims: Claims, doubt: Finding | None = None) -> Rejudged | Unjudged:
        """Return the comparison of the two verdicts. `claims` has the existing claims on quotas.

        An existing claim of the transfer keeps its place. A claim that only the new rule book makes comes last. `doubt`
        is the finding that the stream adds to a transfer whose date is far from that of its record.
        """
        old = _verdict(self.old, pending.old, claims)
        if isinstance(old, EngineFault):
            return Unjudged(pending.transfer, old)
        new = _verdict(self.new, pending.new, claims)
        if isinstance(new, EngineFault):
            return Unjudged(pending.transfer, new)
        if doubt is not None:
            old, new = (with_doubt(verdict, pending.transfer, doubt) for verdict in (old, new))
        anew = self._anew(pending.transfer, old, new, pending.entries, doubt is not None)
        return Rejudged(pending.transfer, old, new, anew)

    def _anew(
        self, transfer: TransferEvent, was: Verdict, now: Verdict, entries: frozenset[str], doubted: bool
    ) -> Verdict | None:
        changes = tuple(self._changes_of(was.findings, now.findings, entries))
        if not changes and was.decision == now.decision:
            return None
        used = now.dispositions
        return now.model_copy(
            update={
                "id": rescreened_id(now.id, self._adopted),
                "dispositions": used and used.model_copy(update={"base": rescreened_id(used.base, self._adopted)}),
                "supersedes": was.id,
                "rescreening": Rescreening(
                    previous_rulebook=was.rulebook.sha256,
                    previous_decision=was.decision.value,
                    adopted=self._adopted,
                    replaces=tuple(dict.fromkeys(self._ids_before(transfer, doubted))),
                    changes=changes[:MOST_CHANGES],
                ),
            }
        )

    def _ids_before(self, transfer: TransferEvent, doubted: bool) -> Iterator[UUID]:
        for sha256, adopted in self._books:
            first = verdict_id(transfer, sha256, ENGINE)
            if doubted:
                first = doubted_id(first)
            yield first
            yield rescreened_id(first, adopted)

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
        """Return the causes of a changed finding: of its rule or entry, else of the entries named, else all others."""
        causes = self.changes.causes
        if rule in causes:
            return [causes[rule]]
        if entries:
            return [causes[each] for each in sorted(entries)]
        rules = [cause for cause in causes.values() if cause.kind is CauseKind.RULE]
        return [*self.changes.others, *(() if self.changes.others else rules)]


def rescreened_id(first: UUID, adopted: datetime | None = None) -> UUID:
    """Return the id of a rescreened verdict, derived from the id of a first verdict by the same rule book.

    `adopted` is when the rule book was put in force: after a rollback, a verdict by the same rule book is another one.
    """
    moment = "" if adopted is None else f"|{adopted.astimezone(UTC).isoformat()}"
    return uuid5(NAMESPACE, f"{first}|rescreened{moment}")


def _by_place(findings: Iterable[Finding]) -> Mapping[tuple[str, str, str], list[Finding]]:
    by_place: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        place = finding.rule, finding.rule_set, finding.subject
        # The key has a hash of the whole entry: a change that nobody can see in the finding is no change of it.
        by_place.setdefault(place, []).append(finding.model_copy(update={"key": None}) if finding.key else finding)
    return by_place


def _verdict(screener: Screener, judged: _Judged, claims: Claims) -> Verdict | EngineFault:
    if not isinstance(judged, Assessment):
        return judged
    try:
        return screener.conclude(judged, claims.settle(judged.draws))
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        return EngineFault.of(error)
