"""The partitions of transfers that a rescreener has, how far each run over them is, and what is committed of that."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from tidewaiter.observability import logs
from tidewaiter.observability.rescreener_metrics import RescreenerMetrics
from tidewaiter.rescreening.plan import MOST_RUNS, Goal, PartitionRun, PartitionState, goal_of
from tidewaiter.settings import Settings
from tidewaiter.stream.journal import Journal
from tidewaiter.stream.live_group import LiveGroup
from tidewaiter.stream.topic_reader import offsets_at
from tidewaiter.stream.writer import Writer
from tidewaiter_schemas.rescreening import RescreeningRun, RunState

_OFFSET_EPOCH_MS: Final = 1_000
_log = logs.logger("tidewaiter.rescreener")


@dataclass(slots=True)
class _Runs:
    """What is known of an assigned partition. `settled` are the goals of runs whose workers name no rule book."""

    state: PartitionState
    settled: dict[int, int] = field(default_factory=dict)
    dirty: bool = False


class PastPartitions(ConsumerRebalanceListener):  # type: ignore[misc]
    """The assigned partitions and their runs.

    Hold `busy` while a batch is in hand: partitions are given away, after a commit, only between two batches.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: Any,
        journal: Journal,
        live: LiveGroup,
        writer: Writer,
        metrics: RescreenerMetrics,
        by: str,
    ) -> None:
        self._settings, self._consumer, self._journal, self._live = settings, consumer, journal, live
        self._writer, self._metrics, self._by = writer, metrics, by
        self._runs: dict[TopicPartition, _Runs] = {}
        self._loaded = False
        self.assigned: frozenset[TopicPartition] | None = None
        self.generation = 0
        """The number of assignments so far."""
        self.busy = asyncio.Lock()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Finish the batch in hand and commit, before others get the partitions."""
        async with self.busy:
            await self.commit()
            self._runs, self._loaded, self.assigned = {}, False, None
        if revoked:
            _log.info("partitions revoked", partitions=sorted(place.partition for place in revoked))

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Take the partitions. What was committed for them is read before the next batch."""
        async with self.busy:
            self._runs, self._loaded, self.assigned = {}, False, frozenset(assigned)
            self.generation += 1
        self._metrics.left.clear()
        self._metrics.not_read.clear()
        _log.info("partitions assigned", partitions=sorted(place.partition for place in assigned))

    def state(self, place: TopicPartition) -> PartitionState:
        """Return the state of an assigned partition, to be changed while `busy` is held."""
        runs = self._runs[place]
        runs.dirty = True
        return runs.state

    async def refresh(self) -> None:
        """Read the committed states, if that was not done, and begin runs that have not begun. Hold `busy`."""
        if not self._loaded and self.assigned:
            committed = await self._consumer._coordinator.fetch_committed_offsets(self.assigned)
            for place in self.assigned:
                told = committed.get(place)
                state = PartitionState.read(told.metadata if told is not None else None)
                self._runs[place] = _Runs(state or PartitionState(closed=self._closed(place)))
        self._loaded = self.assigned is not None
        for place, runs in self._runs.items():
            for number in runs.state.open_runs(len(self._journal.log)):
                if number not in runs.state.runs:
                    runs.state.runs[number] = await self._begun(place, number)
                    runs.dirty = True

    def goal(self, place: TopicPartition, number: int) -> Goal | None:
        """Return how far a run must read its partition; None when the workers' state is not known yet."""
        live = self._live.states.get(place.partition)
        if live is None:
            return None
        runs, log = self._runs[place], self._journal.log
        run = runs.state.runs[number]
        if live.judges is None and number not in runs.settled:
            settles_at = log.since(number) + timedelta(seconds=self._settings.rescreen_settle_seconds)
            if run.ended:
                runs.settled[number] = run.next
            elif datetime.now(UTC) >= settles_at:
                runs.settled[number] = live.offset
        return goal_of(number, log, live, runs.settled.get(number))

    def due(self, number: int) -> dict[TopicPartition, int]:
        """Return the partitions that a run has still to read, with the offset up to which."""
        goals = {place: self.goal(place, number) for place, runs in self._runs.items() if number in runs.state.runs}
        return {
            place: goal.offset
            for place, goal in goals.items()
            if goal is not None and self._runs[place].state.runs[number].next < goal.offset
        }

    async def end_runs(self) -> None:
        """Record the runs that have read all that they must. Hold `busy`."""
        for place, runs in self._runs.items():
            for number, run in runs.state.runs.items():
                goal = self.goal(place, number)
                if not run.ended and goal is not None and goal.final and run.next >= goal.offset:
                    await self._end(place, run, RunState.ENDED)

    def goes_on(self, place: TopicPartition, run: PartitionRun) -> None:
        """Note that a run reads. After its end, a worker that adopted late has committed more: it ends once again.

        A run that was given up stays recorded as such, whatever is read of it later.
        """
        log = self._journal.log
        known = self._journal.runs.get((log.sha256(run.number), log.since(run.number), place.partition))
        if known is None or known.state is not RunState.UNAVAILABLE:
            run.ended = False

    async def give_up(self, number: int) -> None:
        """End a run whose rule books are not available. Hold `busy`."""
        for place, runs in self._runs.items():
            if number not in runs.state.runs:
                continue
            run, goal = runs.state.runs[number], self.goal(place, number)
            run.next = max(run.next, goal.offset if goal is not None else 0)
            if not run.ended:
                await self._end(place, run, RunState.UNAVAILABLE)

    async def commit(self) -> None:
        """Commit the states that have changed. A refused commit means that the group assigns partitions anew."""
        told = {
            place: OffsetAndMetadata(runs.state.offset, runs.state.metadata)
            for place, runs in self._runs.items()
            if runs.dirty
        }
        if not told:
            return
        for runs in self._runs.values():
            runs.dirty = False
        try:
            await self._consumer.commit(told)
        except CommitFailedError as error:
            _log.warning("what was committed last is read again", reason=str(error))
            self._runs, self._loaded = {}, False

    def measure(self) -> None:
        """Set the metrics of what is left."""
        log, oldest = self._journal.log, None
        for place, runs in self._runs.items():
            left = 0
            for number, run in runs.state.runs.items():
                goal = self.goal(place, number)
                left += max(0, goal.offset - run.next) if goal is not None else 0
                if not run.ended:
                    since = log.since(number).timestamp()
                    oldest = since if oldest is None else min(oldest, since)
            self._metrics.left.labels(str(place.partition)).set(left)
        self._metrics.pending_since(oldest)

    def earliest_due(self) -> int | None:
        """Return the earliest run with something to read."""
        numbers = sorted({number for runs in self._runs.values() for number in runs.state.runs})
        return next((number for number in numbers if self.due(number)), None)

    def _closed(self, place: TopicPartition) -> int:
        """Return the last run that has ended for good, by the journal, where nothing was committed."""
        log, runs = self._journal.log, self._journal.runs
        known = [
            (number, run.state)
            for number in range(1, len(log))
            if (run := runs.get((log.sha256(number), log.since(number), place.partition))) is not None
        ]
        if not known:
            return max(0, len(log) - 1 - MOST_RUNS)
        started = [number for number, state in known if state is RunState.STARTED]
        return min(started, default=known[-1][0] + 1) - 1

    async def _begun(self, place: TopicPartition, number: int) -> PartitionRun:
        """Return a run at its beginning, or as it was recorded where the commit does not have it."""
        log = self._journal.log
        known = self._journal.runs.get((log.sha256(number), log.since(number), place.partition))
        if known is not None and known.state is not RunState.STARTED:
            counts = {name: getattr(known, name) for name in ("read", "judged", "changed", "failed", "unreadable")}
            return PartitionRun(number, known.first_offset, known.next_offset, ended=True, **counts)
        first, _ = await self._begins_at(place, number)
        run = PartitionRun(number, first, first)
        await self._record(place, run, RunState.STARTED)
        return run

    async def _end(self, place: TopicPartition, run: PartitionRun, state: RunState) -> None:
        run.ended = True
        self._runs[place].dirty = True
        await self._record(place, run, state)
        since = self._journal.log.since(run.number)
        self._metrics.runs.labels(state.value).inc()
        self._metrics.last_run.set((datetime.now(UTC) - since).total_seconds())
        _log.info(
            "rescreening ended",
            state=state.value,
            partition=place.partition,
            new=self._journal.log.sha256(run.number),
            since=since.isoformat(),
            next_offset=run.next,
            **run.counts(),
        )

    async def _begins_at(self, place: TopicPartition, number: int) -> tuple[int, int]:
        """Return the first offset within the look-back, and the first that the topic still has."""
        beginning = int((await self._consumer.beginning_offsets([place]))[place])
        opens = int(self._looks_back_to(number).timestamp() * _OFFSET_EPOCH_MS)
        found = (await offsets_at(self._consumer, [place], opens)).get(place)
        if found is not None:
            return max(found, beginning), beginning
        return int((await self._consumer.end_offsets([place]))[place]), beginning

    def _looks_back_to(self, number: int) -> datetime:
        return self._journal.log.since(number) - timedelta(days=self._settings.rescreen_days)

    async def _record(self, place: TopicPartition, run: PartitionRun, state: RunState) -> None:
        log, (first, beginning) = self._journal.log, await self._begins_at(place, run.number)
        not_read: Mapping[str, int] = {
            "older": max(0, run.first - beginning),
            "deleted": beginning if first == beginning else 0,
        }
        for reason, offsets in not_read.items():
            self._metrics.not_read.labels(str(place.partition), reason).set(offsets)
        record = RescreeningRun(
            state=state,
            old=log.sha256(run.number - 1),
            new=log.sha256(run.number),
            since=log.since(run.number),
            topic=place.topic,
            partition=place.partition,
            by=self._by,
            at=datetime.now(UTC),
            looked_back_to=self._looks_back_to(run.number),
            first_offset=run.first,
            next_offset=run.next,
            older=not_read["older"],
            deleted=not_read["deleted"],
            **run.counts(),
            decisions=run.decisions,
        )
        await self._journal.record(record, self._writer)
