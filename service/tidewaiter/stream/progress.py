"""Whether a worker gets on, as a health probe should see it: by work done, not by being there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """What the probes ask.

    Alive means: no batch has been in hand for longer than `limit`, and no events have waited for longer than `limit`
    without one being finished. An idle worker is alive. Times are monotonic seconds.
    """

    limit: float
    clock: Callable[[], float] = time.monotonic
    partitions: int | None = None
    rule_book: str | None = None
    producer: Callable[[], bool] = field(default=lambda: False)
    stopping: bool = False
    silence_limit: float = math.inf
    silence: float = 0.0
    """Seconds for which a broker that this worker needs has not answered."""
    judged_until: dict[int, float] = field(default_factory=dict)
    """For each partition a time, in seconds of the epoch, before which no event waits."""
    _undecided: dict[int, tuple[int, float]] = field(default_factory=dict)
    _batch_since: float | None = None
    _waiting_since: float | None = None

    def batch_begins(self) -> None:
        """A batch is in hand."""
        self._batch_since = self.clock()

    def batch_ends(self) -> None:
        """It was finished and acknowledged."""
        self._batch_since = self._waiting_since = None

    def judged(self, until: Mapping[int, float]) -> None:
        """The last event that was finished in each of these partitions is of this time."""
        for partition, moment in until.items():
            # Events sent again keep their old time; they have not waited since then.
            self.judged_until[partition] = max(moment, self.judged_until.get(partition, moment))

    def waited(self, partition: int, events: int) -> float:
        """Seconds that the oldest of so many waiting events has waited at most; 0 when none waits."""
        now = time.time()
        if not events:
            self.judged_until[partition] = now
        return max(0.0, now - self.judged_until.setdefault(partition, now))

    def undecided(self, begins: Mapping[int, int]) -> dict[int, float]:
        """Return how many seconds each partition's first open transaction has been seen, given where it begins.

        Events behind it are not readable yet, so they are no lag and no reason to end a worker.
        """
        now, seen = self.clock(), {}
        for partition, begin in begins.items():
            before = self._undecided.get(partition)
            seen[partition] = before if before is not None and before[0] == begin else (begin, now)
        self._undecided = seen
        return {partition: now - since for partition, (_, since) in seen.items()}

    def lag_is(self, events: int) -> None:
        """The last look at the partitions found so many events without a verdict."""
        if not events:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = self.clock()

    def stuck(self) -> str | None:
        """Why the worker is not alive, or None."""
        now = self.clock()
        if self._batch_since is not None and now - self._batch_since > self.limit:
            return f"a batch has been in hand for {now - self._batch_since:.0f} s"
        if self._waiting_since is not None and now - self._waiting_since > self.limit:
            return f"events have waited for {now - self._waiting_since:.0f} s and none was finished"
        return None

    def missing(self) -> list[str]:
        """What keeps the worker from being ready: empty when it is."""
        lacking = []
        if self.rule_book is None:
            lacking.append("rule book")
        if self.partitions is None:
            lacking.append("assignment")
        if not self.producer():
            lacking.append("producer")
        if self.silence > self.silence_limit:
            lacking.append(f"broker (no answer for {self.silence:.0f} s)")
        if self.stopping:
            lacking.append("stopping")
        return lacking
