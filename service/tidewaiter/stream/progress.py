"""Whether a worker makes progress, for health probes: measured by finished work, not by being up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """The state that probes ask for.

    Alive means that no batch has taken longer than `limit`, and that no events have waited longer than `limit` without
    one being finished. An idle worker is alive. Times are monotonic seconds.
    """

    limit: float
    clock: Callable[[], float] = time.monotonic
    partitions: int | None = None
    rule_book: str | None = None
    producer: Callable[[], bool] = field(default=lambda: False)
    stopping: bool = False
    silence_limit: float = math.inf
    silence: float = 0.0
    """Seconds since a broker that this worker needs last answered."""
    judged_until: dict[int, float] = field(default_factory=dict)
    """For each partition a time, in seconds since 1970, before which no event waits."""
    _undecided: dict[int, tuple[int, float]] = field(default_factory=dict)
    _batch_since: float | None = None
    _waiting_since: float | None = None

    def batch_begins(self) -> None:
        """Note that a batch begins."""
        self._batch_since = self.clock()

    def batch_ends(self) -> None:
        """Note that the batch was finished and acknowledged."""
        self._batch_since = self._waiting_since = None

    def judged(self, until: Mapping[int, float]) -> None:
        """Note the time of the last event that was finished in each of these partitions."""
        for partition, moment in until.items():
            # Events that were sent again keep their old time, but have not waited since then.
            self.judged_until[partition] = max(moment, self.judged_until.get(partition, moment))

    def waited(self, partition: int, events: int) -> float:
        """Return the most seconds that the oldest of `events` waiting events has waited; 0 when none waits."""
        now = time.time()
        if not events:
            self.judged_until[partition] = now
        return max(0.0, now - self.judged_until.setdefault(partition, now))

    def undecided(self, begins: Mapping[int, int]) -> dict[int, float]:
        """Return how many seconds each partition's first open transaction has been seen, given where it begins.

        Events after it cannot be read yet, so they count neither as lag nor as lack of progress.
        """
        now, seen = self.clock(), {}
        for partition, begin in begins.items():
            before = self._undecided.get(partition)
            seen[partition] = before if before is not None and before[0] == begin else (begin, now)
        self._undecided = seen
        return {partition: now - since for partition, (_, since) in seen.items()}

    def lag_is(self, events: int) -> None:
        """Note how many events without a verdict the last look at the partitions found."""
        if not events:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = self.clock()

    def stuck(self) -> str | None:
        """Return why the worker is not alive; None when it is."""
        now = self.clock()
        if self._batch_since is not None and now - self._batch_since > self.limit:
            return f"a batch has been processed for {now - self._batch_since:.0f} s"
        if self._waiting_since is not None and now - self._waiting_since > self.limit:
            return f"events have waited for {now - self._waiting_since:.0f} s and none was finished"
        return None

    def missing(self) -> list[str]:
        """Return what keeps the worker from being ready; empty when it is ready."""
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
