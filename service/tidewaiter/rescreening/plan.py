"""Decides which past transfers of a partition a rescreening must still read. Pure: no Kafka and no clock.

Rule books are numbered in the order in which they were put in force. Run number n replaces verdicts by rule book n - 1.
It covers every offset that workers have committed and that was judged by a rule book before n. Workers commit which
rule book judged from which offset on, so a worker that adopts a rule book late extends the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from tidewaiter.rescreening.rescreener import Earlier
from tidewaiter.wire.chain import BEGINNING, Ends, Judge, adoption_name
from tidewaiter_schemas.rescreening import RuleBookAdoption

MOST_RUNS: Final = 8
"""How many runs of a partition are in progress or may still be extended. Earlier ones have ended for good, and later
ones begin once one of these has ended."""
MOST_EARLIER: Final = 100
"""How many earlier rule books a rescreened verdict replaces the verdicts of."""
_COUNTS: Final = ("read", "judged", "changed", "failed", "unreadable")


class AdoptionLog:
    """The rule books that were put in force, in order. All rescreeners read the same from the topic."""

    def __init__(self) -> None:
        self._adoptions: list[Earlier] = []

    def __len__(self) -> int:
        return len(self._adoptions)

    def add(self, adoption: RuleBookAdoption) -> bool:
        """Append an adoption, unless it is not later than the last one. Return whether it was appended."""
        if self._adoptions and adoption.since <= self.since(len(self) - 1):
            return False
        self._adoptions.append(Earlier(adoption.sha256, adoption.since))
        return True

    def sha256(self, number: int) -> str:
        """Return the rule book with this number."""
        return self._adoptions[number].sha256

    def since(self, number: int) -> datetime:
        """Return when it was put in force."""
        since = self._adoptions[number].adopted
        assert since is not None  # noqa: S101 - every adoption has it
        return since

    def before(self, number: int) -> tuple[Earlier, ...]:
        """Return the rule books before this number, at most `MOST_EARLIER`."""
        return tuple(self._adoptions[max(0, number - MOST_EARLIER) : number])

    def number_of(self, sha256: str, since: datetime) -> int | None:
        """Return the number of an adoption; None when the log does not have it."""
        return next((at for at, each in enumerate(self._adoptions) if each == (sha256, since)), None)

    def number_named(self, adoption: str) -> int:
        """Return the number of a rule book that a commit names; -1 for an unknown one.

        A name that does not say when it was put in force, or says another time, is taken for the last one of its hash.
        """
        numbers = range(len(self) - 1, -1, -1)
        exact = (at for at in numbers if adoption_name(*self._adoptions[at]) == adoption)
        same_hash = (at for at in numbers if self._adoptions[at].sha256.startswith(adoption.partition(".")[0]))
        return next(exact, next(same_hash, -1))


class Live(NamedTuple):
    """What the workers have committed for a partition.

    `judges` is None when the commit does not say which rule books judged. `waiting` counts the transfers after it.
    """

    offset: int
    judges: tuple[Judge, ...] | None
    waiting: int = 0

    @classmethod
    def of(cls, offset: int, ends: Ends | None, end: int) -> Self:
        """Return the state for a committed `offset` with `ends`, in a partition that ends at `end`."""
        return cls(offset, ends.judges if ends is not None and ends.judges else None, max(0, end - offset))


class Goal(NamedTuple):
    """The offset up to which a run reads. It is not `final` while workers still judge by an older rule book."""

    offset: int
    final: bool


def goal_of(number: int, log: AdoptionLog, live: Live, settled: int | None) -> Goal:
    """Return how far run `number` must read.

    `settled` applies when the commits do not name the rule books: the offset that was committed some time after the
    rule book was put in force, None before that time.
    """
    if live.judges is None:
        return Goal(0, final=False) if settled is None else Goal(settled, final=True)
    if not live.judges:  # nothing is committed yet
        return Goal(0, final=not live.waiting)
    end = live.offset
    for judge in reversed(live.judges):
        if log.number_named(judge.adoption) < number:
            newest = judge is live.judges[-1]
            return Goal(end, final=not newest or not live.waiting)
        end = judge.since
    return Goal(end, final=True)  # those before the oldest one that is named were judged by an earlier one


@dataclass(slots=True)
class PartitionRun:
    """One run over one partition: where it began, the next offset to read, and its counts."""

    number: int
    first: int
    next: int
    ended: bool = False
    read: int = 0
    judged: int = 0
    changed: int = 0
    failed: int = 0
    unreadable: int = 0
    decisions: dict[str, int] = field(default_factory=dict)

    def decided(self, was: str, now: str) -> None:
        """Count a changed verdict by its decisions, where they differ."""
        if was != now:
            name = f"{was}->{now}"
            self.decisions[name] = self.decisions.get(name, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in _COUNTS}


@dataclass(slots=True)
class PartitionState:
    """What a rescreener commits for one partition: the end of its chain, and its runs."""

    link: str = BEGINNING
    sequence: int = 0
    """The number of verdicts in the chain."""
    closed: int = 0
    """The last run that has ended for good. The first rule book, number 0, has no run."""
    runs: dict[int, PartitionRun] = field(default_factory=dict)

    @property
    def metadata(self) -> str:
        """Return the state as the metadata of a commit."""
        runs = [
            [run.number, run.first, run.next, int(run.ended), *run.counts().values(), run.decisions]
            for run in self.runs.values()
        ]
        stated = {"link": self.link, "sequence": self.sequence, "closed": self.closed, "runs": runs}
        return json.dumps(stated, separators=(",", ":"))

    @classmethod
    def read(cls, metadata: str | None) -> Self | None:
        """Return the state in the metadata of a commit; None when a rescreener did not write it."""
        try:
            stated: Any = json.loads(metadata or "")
            runs = [
                PartitionRun(number, first, following, bool(ended), *counts)
                for number, first, following, ended, *counts in stated["runs"]
            ]
            by_number = {run.number: run for run in runs}
            return cls(str(stated["link"]), int(stated["sequence"]), int(stated["closed"]), by_number)
        except (ValueError, KeyError, TypeError, IndexError):
            return None

    @property
    def offset(self) -> int:
        """Return the offset to commit: the next one to read, of the run that is least far."""
        open_runs = [run.next for run in self.runs.values() if not run.ended]
        return min(open_runs, default=max((run.next for run in self.runs.values()), default=0))

    def open_runs(self, adoptions: int) -> range:
        """Return the numbers of the open runs, of so many adoptions. Drop ended runs where others wait to begin."""
        while self.closed + MOST_RUNS < adoptions - 1:
            run = self.runs.get(self.closed + 1)
            if run is None or not run.ended:
                break
            self.closed += 1
            del self.runs[self.closed]
        return range(self.closed + 1, min(adoptions, self.closed + 1 + MOST_RUNS))


def lag_of(states: Iterable[Live]) -> int:
    """Return how many transfers wait for a worker."""
    return sum(live.waiting for live in states)
