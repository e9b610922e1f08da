"""A rescreening from beginning to end: all past transfers of a source, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tidewaiter.rescreening.rescreener import Pending, Rejudged, Rescreener, Unjudged
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Assessment, Screener
from tidewaiter_schemas.transfer import TransferEvent

Batches = Callable[[], Iterable[Sequence[TransferEvent]]]
"""Gives the past transfers in their order, some at a time: all of them again at each call."""


@dataclass(slots=True)
class Totals:
    """How many transfers were read, judged by both rule books, changed, and given up; decisions from old to new."""

    read: int = 0
    judged: int = 0
    changed: int = 0
    unjudged: int = 0
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By decision before and after, those that were judged."""

    def count(self, done: Rejudged | Unjudged) -> None:
        """Add one."""
        if isinstance(done, Unjudged):
            self.unjudged += 1
            return
        self.judged += 1
        self.changed += done.verdict is not None
        self.decisions[done.before.decision.value, done.after.decision.value] += 1


def rescreen(
    rescreener: Rescreener, batches: Batches, totals: Totals, ledger: QuotaLedger | None = None, *, full: bool = False
) -> Iterator[Rejudged | Unjudged]:
    """Yield each transfer that was judged again. With `full` all are, without it those that a change can touch.

    Without `ledger`, the claims on quotas that stand are those of the transfers themselves, by the old rule book and in
    their order. They are counted only if a transfer that is judged draws on one; those come last then.
    """
    waiting: list[Pending] = []
    for transfers in batches():
        totals.read += len(transfers)
        touched = rescreener.touched(transfers)
        chosen = [at for at, entries in enumerate(touched) if full or entries is not None]
        for pending in rescreener.judge([transfers[at] for at in chosen], [touched[at] for at in chosen]):
            if pending.draws and ledger is None:
                waiting.append(pending)
            else:
                yield _counted(rescreener.conclude(pending, ledger or QuotaLedger()), totals)
    if waiting:
        standing = claims_of(rescreener.old, batches())
        for pending in waiting:
            yield _counted(rescreener.conclude(pending, standing), totals)


def claims_of(screener: Screener, batches: Iterable[Sequence[TransferEvent]]) -> QuotaLedger:
    """Return the claims on quotas that the transfers make, in their order."""
    ledger = QuotaLedger()
    for transfers in batches:
        for judged in judge_each(screener, transfers):
            if isinstance(judged, Assessment):
                ledger.settle(judged.draws)
    return ledger


def _counted(done: Rejudged | Unjudged, totals: Totals) -> Rejudged | Unjudged:
    totals.count(done)
    return done
