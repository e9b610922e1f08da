"""The thread in which Faust runs aiokafka's consumer, with what Faust has no setting for.

Like the transport it relies on the inside of Faust and aiokafka.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.errors import CommitFailedError, UnknownMemberIdError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from tidewaiter.settings import IsolationLevel
from tidewaiter.stream.records import one_allowance, passing_a_record

_NO_GENERATION: Final = -1
_FETCH_WAIT_MS: Final = 10
"""How long a broker may hold a fetch that has found nothing; Faust's value is 1500.

aiokafka has one fetch in flight to a broker, and a partition that has just been read joins only the next one, so an
event may wait this long. Each empty fetch costs the worker a third of a millisecond.
"""


class Fetched(dict[TP, list[Any]]):
    """The records of a fetch by partition, and the position reached in each assigned partition.

    Offsets between the last record and the position have no event: transaction markers and aborted records.
    """

    def __init__(self, records: Mapping[TP, list[Any]], positions: Mapping[TP, int]) -> None:
        super().__init__(records)
        self.positions = positions


@dataclass(frozen=True, slots=True)
class Undecided:
    """The offset at which the first open transaction of a partition begins, and the number of offsets from it on."""

    begins: int
    offsets: int


def commit_only_as_member(coordinator: Any) -> None:
    """Make an aiokafka coordinator refuse to commit once the worker is no member of the group.

    A worker that was paused past its session and wakes when all others have left is not a member. The broker accepts
    its commit all the same, as that of an empty group, and the offsets go back. The check is made where the request is
    sent, because the worker may learn that it is no member after the commit was requested.
    """
    commit = coordinator._do_commit_offsets

    async def do_commit_offsets(assignment: Any, offsets: Any) -> None:
        if coordinator.generation == _NO_GENERATION:
            raise UnknownMemberIdError(coordinator.group_id)
        await commit(assignment, offsets)

    coordinator._do_commit_offsets = do_commit_offsets


def tell_resets(fetcher: Any, tell: Callable[[TopicPartition, int], None]) -> None:
    """Make an aiokafka fetcher call `tell` when it moves a partition that has no offset to read from.

    A fetch below the first offset that the broker keeps, or beyond the last, makes aiokafka go on at the first one.
    It says so at its info level, although records may be lost to the reader.
    """
    update = fetcher._update_fetch_positions

    async def update_fetch_positions(assignment: Any, node_id: int, places: list[TopicPartition]) -> Any:
        lost = [place for place in places if assignment.state_value(place).awaiting_reset]
        answer = await update(assignment, node_id, places)
        for place in lost:
            if (state := assignment.state_value(place)).has_valid_position:
                tell(place, state.position)
        return answer

    fetcher._update_fetch_positions = update_fetch_positions


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's thread around aiokafka, with settings that Faust does not have.

    A broker holds fetches only briefly, records are read at the isolation level of the settings, offsets are committed
    and fetched with their metadata, only a member commits, and records that were deleted unread are reported.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_next: dict[TP, int] = {}
        """The last position of each assigned partition that was sought or read."""
        self._told: dict[TP, int] = {}
        """Below this, what is deleted was reported: the same committed offset may be sought twice."""

    async def on_start(self) -> None:
        """Start aiokafka's consumer."""
        await super().on_start()
        commit_only_as_member(self._consumer._coordinator)
        tell_resets(self._consumer._fetcher, self._moved)
        self.consumer.membership.watch(self._consumer._coordinator)

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = self.consumer.app.isolation_level.value
        return consumer

    async def _fetch_records(self, consumer: Any, active_partitions: Any, **options: Any) -> Fetched:
        loop = asyncio.get_running_loop()
        until = loop.time() + options["timeout"]
        while True:
            if passing := passing_a_record(consumer):
                options["timeout"] = 0
            with one_allowance():
                records = await super()._fetch_records(consumer, active_partitions, **options)
            if records or not passing or not self.consumer.flow_active or loop.time() > until:
                break
            await asyncio.sleep(0)  # heartbeats go on while a record that is too large to hold is skipped
        # There is no await between taking the records and reading the positions: they belong together.
        positions = {TP(*place): state.position for place, state in _being_read(consumer)}
        if gone := self._read_next.keys() - self.assignment():
            for tp in gone:
                del self._read_next[tp]
                self._told.pop(tp, None)
        self._read_next.update(positions)
        return Fetched(records, positions)

    def _moved(self, place: TopicPartition, offset: int) -> None:
        """Report that reading goes on at `offset`, because the broker has nothing at the position before."""
        tp = TP(*place)
        before = self._read_next.get(tp)
        if before is not None and before != offset:
            self._read_next[tp] = self._told[tp] = offset
            self.consumer.app.on_moved(tp.partition, before, offset)

    async def undecided(self) -> dict[TP, Undecided]:
        """Return the assigned partitions with an open transaction, as of their last fetch; empty when all is read."""
        found: dict[TP, Undecided] = await self.call_thread(self._undecided)
        return found

    async def _undecided(self) -> dict[TP, Undecided]:
        consumer = self._ensure_consumer()
        if consumer._isolation_level != IsolationLevel.READ_COMMITTED:
            return {}
        return {
            TP(*place): Undecided(state.lso, state.highwater - state.lso)
            for place, state in _being_read(consumer)
            if state.lso is not None and 0 <= state.lso < (state.highwater or 0)
        }

    async def seek_to_committed(self) -> dict[TP, OffsetAndMetadata | None]:
        """Seek to the committed offset of each partition, and return the offsets with their metadata."""
        committed: dict[TP, OffsetAndMetadata | None] = await self.call_thread(self._seek_to_committed)
        return committed

    async def _seek_to_committed(self) -> dict[TP, OffsetAndMetadata | None]:
        consumer = self._ensure_consumer()
        assigned = consumer.assignment()
        assert assigned, "nothing is assigned"  # noqa: S101 - as aiokafka's own does
        committed = await consumer._coordinator.fetch_committed_offsets(assigned)
        for place, told in committed.items():
            if told.offset > 0:
                consumer.seek(place, told.offset)
                self._read_next[TP(*place)] = max(told.offset, self._told.get(TP(*place), 0))
        return {TP(*place): committed.get(place) for place in assigned}

    async def _commit(self, offsets: Mapping[TP, OffsetAndMetadata]) -> bool:
        consumer, assigned = self._ensure_consumer(), self.assignment()
        try:
            await consumer.commit({TopicPartition(*tp): told for tp, told in offsets.items() if tp in assigned})
        except Exception as error:
            if isinstance(error, CommitFailedError) and "already rebalanced" in str(error):
                return False
            self.log.exception("committing failed: %r", error)
            await self.crash(error)
            return False
        return True


def _being_read(consumer: Any) -> Iterator[tuple[TopicPartition, Any]]:
    """Yield aiokafka's state of each assigned partition that has a position."""
    subscription = consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    if assignment is None or not assignment.active:
        return
    for place in assignment.tps:
        state = assignment.state_value(place)
        if state is not None and state.has_valid_position:
            yield place, state
