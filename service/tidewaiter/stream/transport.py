"""Faust's Kafka transport with two corrections: what may be committed, and how a fetch is drained.

Everything here leans on the inside of Faust, so the versions it was tested with are named and others are refused.
`docs/decisions/0004-our-own-transport.md` says what is corrected and why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from aiokafka.client import ConnectionGroup
from aiokafka.errors import CommitFailedError, KafkaError, UnknownMemberIdError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.sensors.monitor import Monitor
from faust.streams import Stream
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.utils.queues import ThrowableQueue

from tidewaiter.settings import IsolationLevel
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.membership import Membership
from tidewaiter.stream.offsets import OffsetLedger
from tidewaiter.stream.records import one_allowance, passing_a_record
from tidewaiter.wire.chain import Chain, Ends

TESTED: Final[Mapping[str, frozenset[str]]] = {
    "faust-streaming": frozenset({"0.15.3"}),
    "mode-streaming": frozenset({"0.7.1"}),
    "aiokafka": frozenset({"0.14.0"}),
}
_NO_GENERATION: Final = -1
_FETCH_WAIT_MS: Final = 10
"""How long a broker may keep a fetch that has found nothing; Faust says 1500.

aiokafka has one fetch on its way to a broker, and a partition that has just been read joins only the next one: this is
what an event may have to wait for. Each fetch in vain costs the worker a third of a millisecond.
"""
_BATCH_BYTES: Final = 2 * 1024 * 1024
"""The most of a batch, and one event at least: events made to be costly are so by their size, and a worker that has one
batch in hand for too long loses its partitions with it."""
_YIELD_EVERY: Final = 200
"""Events handed on before the loop gets a turn: the web and the producer must not wait for a whole fetch."""
_ASK_AGAIN_SECONDS: Final = 0.25
_SETTLING_SECONDS: Final = 2.0
"""How long a broker that has just become the group's coordinator is asked again for what is committed. Apache Kafka 4.4
was seen to deny commits for up to 60 ms."""


def check_versions(installed: Mapping[str, str] | None = None) -> None:
    """Raise WorkerError unless the installed Faust, mode and aiokafka are ones this transport was tested with."""
    for package, tested in TESTED.items():
        have = (installed or {}).get(package) or version(package)
        if have not in tested:
            raise WorkerError(
                ExitCode.SETTINGS,
                f"{package} {have}: the stream transport corrects {package} from the inside and was tested with "
                f"{', '.join(sorted(tested))}; install that version",
            )


class Fetched(dict[TP, list[Any]]):
    """The records of a fetch by partition, and the position that reading has reached in each assigned partition.

    Between the last record and the position lie offsets without an event: transaction markers and aborted records.
    """

    def __init__(self, records: Mapping[TP, list[Any]], positions: Mapping[TP, int]) -> None:
        super().__init__(records)
        self.positions = positions


@dataclass(frozen=True, slots=True)
class Undecided:
    """Where the first open transaction of a partition begins, and how many offsets lie from there to the end."""

    begins: int
    offsets: int


class TrackedMessage(ConsumerMessage):  # type: ignore[misc]
    """A record with the ledger's epoch in which it was delivered, and the chain that what becomes of it is linked to.

    `ends` are those of the chain behind it, once it is linked.
    """

    __slots__ = ("chain", "ends", "epoch", "size")

    epoch: int
    size: int
    """Bytes of key, value and headers."""
    chain: Chain
    ends: Ends


def commit_only_as_member(coordinator: Any) -> None:
    """Let an aiokafka coordinator commit nothing once the group has forgotten it.

    A worker that was paused past its session, and wakes when all others have just left, is no member; a broker takes
    its commit all the same, as one from outside an empty group, and the offsets go back. Looked at where the request is
    made: since the commit was asked for, or first tried, the group may have told the worker that it is forgotten.
    """
    commit = coordinator._do_commit_offsets

    async def do_commit_offsets(assignment: Any, offsets: Any) -> None:
        if coordinator.generation == _NO_GENERATION:
            raise UnknownMemberIdError(coordinator.group_id)
        await commit(assignment, offsets)

    coordinator._do_commit_offsets = do_commit_offsets


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's thread around aiokafka, for what Faust has no way to say.

    A broker does not keep its fetches for long, records are read at the isolation level of the settings, an offset is
    committed and fetched with its metadata, and commits are those of a member.
    """

    async def on_start(self) -> None:
        """Start aiokafka's consumer."""
        await super().on_start()
        commit_only_as_member(self._consumer._coordinator)
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
            await asyncio.sleep(0)  # heartbeats go on while a record too large to be held is passed
        # Nothing is awaited between taking the records and asking where that was: they belong together.
        return Fetched(records, {TP(*place): state.position for place, state in _being_read(consumer)})

    async def undecided(self) -> dict[TP, Undecided]:
        """The assigned partitions that have an open transaction, as of their last fetch. Empty where all is read."""
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
        """Go to the committed offset of each partition, and return it with its metadata: they belong together."""
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
    """aiokafka's state of each assigned partition that has a position."""
    subscription = consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    if assignment is None or not assignment.active:
        return
    for place in assignment.tps:
        state = assignment.state_value(place)
        if state is not None and state.has_valid_position:
            yield place, state


class LedgerConsumer(driver.Consumer):  # type: ignore[misc]
    """Commits only up to the first unacknowledged event, and drains a fetch as one batch.

    Where Faust drops a fetched record (flow stopped, a rebalance in between, a cancelled fetch) it trusts that a seek
    follows. Here a dropped record always makes one: `_reread` is set, and the drain loop goes back to the
    committed offsets before it hands on anything further.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger: OffsetLedger[TP] = OffsetLedger()
        self._reread = False
        self._fetches = 0
        self.membership = Membership()
        self._committed_ends: dict[TP, Ends | None] = {}
        self._trusted: Any = None

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # Acknowledging and committing

    def ack(self, message: TrackedMessage) -> bool:
        """Count an event as done with. False when it no longer counts: it is, or will be, delivered again."""
        if message.acked:
            return False
        message.acked = True
        return self.ledger.acknowledge(message.tp, message.offset, message.epoch, message.ends)

    def is_current(self, message: TrackedMessage) -> bool:
        """Whether an acknowledgement of this message would count."""
        return self.ledger.is_current(message.tp, message.epoch)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> list[TP]:
        return [tp for tp in self.ledger.partitions if topics is None or tp in topics or tp.topic in topics]

    def _new_offset(self, tp: TP) -> int | None:
        return self.ledger.committable(tp)

    def _should_commit(self, tp: TP, offset: int) -> bool:
        return True

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit all that is acknowledged now, and return whether anything was.

        Faust's own waits for a commit in flight and then does nothing. That one may have been asked for before the last
        batch was acknowledged, and a worker that stops, or gives a partition away, commits once.
        """
        in_flight = self._commit_fut is not None
        did_commit: bool = await super().commit(topics, start_new_transaction)
        if in_flight:
            # A commit that others begin while the first ends was asked for after this one, and covers it.
            did_commit = await super().commit(topics, start_new_transaction)
        return did_commit

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assignment, ledger = self.assignment(), self.ledger
        going = []
        for tp in offsets:
            # Asked anew: more may be acknowledged by now, and offset and ends must be of one moment.
            offset, epoch = ledger.committable(tp), ledger.epoch_of(tp)
            if tp in assignment and offset is not None and epoch is not None:
                going.append((tp, OffsetAndMetadata(offset, ledger.ends(tp).metadata), epoch))
        if not going:
            return False
        # No flush of the producer, as Faust has it: what is acknowledged here is on the broker already.
        if not await self._commit({tp: told for tp, told, _ in going}):
            return False
        for tp, told, epoch in going:
            ledger.committed(tp, told.offset, epoch)
        return True

    # Where reading begins

    async def seek_to_committed(self) -> dict[TP, int | None]:
        """Go to the committed offsets, and keep the ends of chains that were committed with them."""
        committed = await self._thread.seek_to_committed()
        self._committed_ends = {tp: told and Ends.read(told.metadata) for tp, told in committed.items()}
        return {tp: told and told.offset for tp, told in committed.items()}

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish the batch in hand, commit, and only then forget: Faust forgets first (faust #502)."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        await self.app.batch_in_hand()
        await self.commit()
        self.ledger.forget(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Take up the partitions: the coordinator that gave them has written so, and its answers can be trusted."""
        self._trusted = self._coordinator_connection()
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Go back to the committed offset of every partition, or to its beginning where nothing was committed.

        Faust leaves a partition without a commit where it is, which is past the records it has just dropped.

        A fetch may be waiting in the consumer's thread meanwhile. aiokafka seeks one partition after another, each
        after an answer from the broker, and the fetch takes what it finds at a place already sought: records that
        count for nothing when this returns, with the place to read from past them. Then this was not the last seek.
        """
        fetches = self._fetches
        await self._seek_until_settled()
        assigned = self.assignment()
        beginnings: dict[TP, int] = {}
        if uncommitted := {tp for tp in assigned if not self._read_offset.get(tp)}:
            beginnings = dict(await self.earliest_offsets(*uncommitted))
            await self.seek_wait(beginnings)
        self._reread = self._fetches != fetches
        self.ledger.forget(set(self.ledger.partitions) - assigned)
        for tp in assigned:
            ends = None if tp in uncommitted else self._committed_ends.get(tp)
            self.ledger.restart(tp, self._read_offset.get(tp) or beginnings.get(tp), ends)

    async def _seek_until_settled(self) -> None:
        """Faust's `perform_seek`, repeated for a while where another coordinator answers than the one joined with.

        Apache Kafka answers before it has read all of what it keeps for the group: that nothing is committed, which
        would have everything read again from the beginning. A coordinator that the group was joined with has written
        something since, and so has read it.
        """
        await super().perform_seek()
        began = self.loop.time()
        while (answering := self._coordinator_connection()) is not self._trusted:
            if self.loop.time() - began >= _SETTLING_SECONDS:
                self._trusted = answering
                return
            await self.sleep(_ASK_AGAIN_SECONDS)
            await super().perform_seek()

    def _coordinator_connection(self) -> Any:
        """The connection to the group's coordinator, a new one after every restart of its broker; None without one."""
        consumer = self._thread._consumer
        coordinator = getattr(consumer, "_coordinator", None)
        if coordinator is None:
            return None
        return consumer._client._conns.get((coordinator.coordinator_id, ConnectionGroup.COORDINATION))

    def note_dropped(self, messages: Iterable[TrackedMessage]) -> None:
        """Events left the queue unread. Unless their partition is given away they must be read again."""
        if any(self.is_current(message) for message in messages):
            self._reread = True

    async def _read_again(self) -> None:
        await self.commit()
        try:
            await self.perform_seek()
        except (KafkaError, AssertionError) as error:  # aiokafka asserts that something is assigned
            self.log.warning("seeking to the committed offsets failed, trying again: %r", error)
            await self.sleep(0.2)

    def check_group(self) -> None:
        """Raise what the group's background work failed with; Faust reads past aiokafka's own check (faust #532).

        Looks at it from this thread: the consumer's own may be waiting for that very error to be taken up.
        """
        if self.membership.failure is not None:
            raise self.membership.failure
        coordinator = getattr(self._thread._consumer, "_coordinator", None)
        if coordinator is None:
            return
        if (pending := getattr(coordinator, "_pending_exception", None)) is not None:
            raise pending
        task = getattr(coordinator, "_coordination_task", None)
        if task is not None and task.done() and not task.cancelled() and task.exception() is not None:
            raise task.exception()

    def in_touch(self) -> bool:
        """Whether the broker that keeps the group is known and answers."""
        coordinator = getattr(self._thread._consumer, "_coordinator", None)
        return coordinator is not None and coordinator.coordinator_id is not None

    # Draining

    async def _drain_messages(self, fetcher: Any) -> None:
        # A fetch that was cut off when the fetcher last stopped may have moved the position past unseen records.
        self._reread = bool(self.ledger.partitions)
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                if self._reread:
                    if self.flow_active:
                        await self._read_again()
                    else:
                        await self.wait(self.can_resume_flow)
                    continue
                epoch = self.ledger.epoch
                records, active = await self._wait_next_records(1.0)
                await self.sleep(0)
                if not records:
                    if self.flow_active and self.ledger.epoch == epoch and not self._reread:
                        self._note_positions(records)
                    continue
                dropped_meanwhile, self._reread = self._reread, True
                self._fetches += 1
                if dropped_meanwhile or self.should_stop:
                    continue
                if self.flow_active and self.ledger.epoch == epoch:
                    await self.wait_first(self._deliver(records, active, epoch), self.suspend_flow.wait())
        except self.consumer_stopped_errors:
            if self.app.should_stop:
                return
            raise

    async def _deliver(self, records: Any, active: set[TP] | None, epoch: int) -> None:
        """Hand on a whole fetch; only when every record was handed on is there nothing to read again."""
        callback, deliver, room = self.callback, self.ledger.deliver, self.app.room
        for handed_on, (tp, record) in enumerate(self.scheduler.iterate(records), 1):
            if not room.is_free():
                await room.wait()
            if not self.flow_active or self.ledger.epoch != epoch:
                return
            if active is not None and tp not in active and tp not in self._buffered_partitions:
                return
            message = self._to_message(tp, record)
            message.size = _size(record)
            message.epoch = deliver(tp, record.offset)
            message.chain = self.ledger.chain(tp)
            message.ends = message.chain.ends
            epoch = self.ledger.epoch
            await callback(message)
            if not handed_on % _YIELD_EVERY:
                await self.sleep(0)
        self._reread = False
        self._note_positions(records)

    def _note_positions(self, records: Any) -> None:
        """Everything of this fetch was handed on, so what lies before its positions and was not is no event."""
        if isinstance(records, Fetched):
            for tp, position in records.positions.items():
                self.ledger.read_to(tp, position)

    async def undecided(self) -> dict[TP, Undecided]:
        """The assigned partitions that have an open transaction. What lies behind its begin is not read yet."""
        found: dict[TP, Undecided] = await self._thread.undecided()
        return found

    def _to_message(self, tp: TP, record: Any) -> TrackedMessage:
        timestamp = record.timestamp
        return TrackedMessage(
            record.topic,
            record.partition,
            record.offset,
            None if timestamp is None else timestamp / 1000.0,
            record.timestamp_type,
            record.headers,
            record.key,
            record.value,
            record.checksum,
            record.serialized_key_size,
            record.serialized_value_size,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def verify_all_partitions_active(self) -> None:
        """Faust's own watch reads the monitor that is switched off here; `/livez` watches progress instead."""


class LedgerTransport(driver.Transport):  # type: ignore[misc]
    """The transport that a Tidewaiter app uses."""

    Consumer = LedgerConsumer


class Room:
    """How much may be read ahead of the screening, in events and in bytes; the reader waits here when it is full."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events, self._max_bytes = max_events, max_bytes
        self._events = self._bytes = 0
        self._free = asyncio.Event()
        self._free.set()

    @property
    def events(self) -> int:
        """Events read and not yet taken."""
        return self._events

    def taken(self, events: int, size: int) -> None:
        """Something was put in."""
        self._events += events
        self._bytes += size
        if self._events >= self._max_events or self._bytes >= self._max_bytes:
            self._free.clear()

    def left(self, events: int, size: int) -> None:
        """Something was taken out. Reading goes on when half is free, so that it goes on with a whole fetch."""
        self._events -= events
        self._bytes -= size
        if self._events * 2 <= self._max_events and self._bytes * 2 <= self._max_bytes:
            self._free.set()

    def is_free(self) -> bool:
        """Whether reading may go on."""
        return self._free.is_set()

    async def wait(self) -> None:
        """Wait until reading may go on."""
        await self._free.wait()


class BoundedQueue(ThrowableQueue):  # type: ignore[misc]
    """Faust's event queue, counted against the room to read ahead, and telling when it drops events.

    Faust's own bound pauses partitions at its high mark, and its reader then sleeps for a second at a time.
    """

    def __init__(self, *args: Any, room: Room, on_clear: Callable[[list[TrackedMessage]], None], **kwargs: Any) -> None:
        self._room = room
        self._on_clear = on_clear
        super().__init__(*args, **kwargs)

    def put_nowait_enhanced(self, value: Any, **_: Any) -> bool:
        """Put without Faust's pressure marks."""
        self.force_put_nowait(value)
        return False

    def clear(self) -> None:
        """Drop everything, and say so to whoever keeps the offsets."""
        dropped = [event.message for event in self._queue]
        super().clear()
        if dropped:
            self._room.left(len(dropped), sum(message.size for message in dropped))
            self._on_clear(dropped)

    def _put(self, item: Any) -> None:
        super()._put(item)
        self._room.taken(1, item.message.size)

    def _get(self) -> Any:
        item = super()._get()
        self._room.left(1, item.message.size)
        return item


def _size(record: Any) -> int:
    size = len(record.value or b"") + len(record.key or b"")
    for name, content in record.headers:
        size += len(name) + len(content or b"")
    return size


class BatchStream(Stream):  # type: ignore[misc]
    """A stream that gives its events in batches, straight from the queue, without acknowledging any."""

    async def batches(self, most: Callable[[], int], within: float) -> AsyncIterator[list[Any]]:
        """Yield lists of events: at least one, at most `most()`, and not many more bytes than `_BATCH_BYTES`.

        Takes what has arrived; with `within` above 0 it waits that many seconds for more after the first event.
        Events of a partition that was given away or sought anew are left out: they are delivered again.
        """
        await self.maybe_start()
        queue, consumer, loop = self.channel.queue, self.app.consumer, self.loop
        while not self.should_stop:
            try:
                events = [await queue.get()]
            except StopAsyncIteration:  # how Faust tells a stream that it stops
                return
            room, size = most() - 1, events[0].message.size
            deadline = loop.time() + within
            while True:
                while room > 0 and size < _BATCH_BYTES and not queue.empty():
                    events.append(queue.get_nowait())
                    room, size = room - 1, size + events[-1].message.size
                left = deadline - loop.time()
                if room <= 0 or size >= _BATCH_BYTES or left <= 0:
                    break
                await self.sleep(min(left, 0.002))
            current = [event for event in events if consumer.is_current(event.message)]
            if current:
                yield current


def _nothing(*_: Any, **__: Any) -> None:
    return None


class QuietMonitor(Monitor):  # type: ignore[misc]
    """Faust's monitor without its work per message, which costs more than the rest of the delivery."""

    on_message_in = on_message_out = track_tp_end_offset = _nothing
    on_stream_event_in = on_stream_event_out = on_topic_buffer_full = _nothing
    on_send_initiated = on_send_completed = on_send_error = _nothing
    on_commit_initiated = on_commit_completed = on_tp_commit = _nothing
    on_threaded_producer_buffer_processed = _nothing
