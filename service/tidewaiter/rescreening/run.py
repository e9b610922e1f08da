"""Run a complete rescreening over all past transfers of a source, and count the results."""

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
"""Returns all past transfers in order, in batches. Each call starts from the beginning."""


@dataclass(slots=True)
class Totals:
    """The number of transfers read, judged by both rule books, changed and failed, and the changes of decisions."""

    read: int = 0
    judged: int = 0
    changed: int = 0
    unjudged: int = 0
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The number of judged transfers by (decision before, decision after)."""

    def count(self, done: Rejudged | Unjudged) -> None:
        """Count one transfer."""
        if isinstance(done, Unjudged):
            self.unjudged += 1
            return
        self.judged += 1
        self.changed += done.verdict is not None
        self.decisions[done.before.decision.value, done.after.decision.value] += 1


def rescreen(
    rescreener: Rescreener, batches: Batches, totals: Totals, ledger: QuotaLedger | None = None, *, full: bool = False
) -> Iterator[Rejudged | Unjudged]:
    """Yield each transfer that was judged again: all with `full`, otherwise those that a change can affect.

    Without `ledger`, the existing claims on quotas are those of the transfers themselves, under the old rule book and
    in order. They are only counted if a judged transfer draws on a quota; these transfers come last then.
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
    """Return a ledger of the claims on quotas that the transfers make, in order."""
    ledger = QuotaLedger()
    for transfers in batches:
        for judged in judge_each(screener, transfers):
            if isinstance(judged, Assessment):
                ledger.settle(judged.draws)
    return ledger


def _counted(done: Rejudged | Unjudged, totals: Totals) -> Rejudged | Unjudged:
    totals.count(done)
    return done
