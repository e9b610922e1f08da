"""Faust's Kafka transport with two corrections: which offsets may be committed, and how a fetch is drained.

It relies on the inside of Faust, so it names the versions it was tested with and refuses others.
`docs/decisions/0004-our-own-transport.md` says what is corrected and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.sensors.monitor import Monitor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from tidewaiter.stream.consumer_thread import ConsumerThread, Fetched, Undecided
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.membership import Membership
from tidewaiter.stream.offsets import OffsetLedger
from tidewaiter.stream.tracked_message import TrackedMessage, size_of
from tidewaiter.wire.chain import Ends

TESTED: Final[Mapping[str, frozenset[str]]] = {
    "faust-streaming": frozenset({"0.15.3"}),
    "mode-streaming": frozenset({"0.7.1"}),
    "aiokafka": frozenset({"0.14.0"}),
}
_YIELD_EVERY: Final = 200
"""Events delivered before the event loop gets a turn: the web and the producer must not wait for a whole fetch."""
_ASK_AGAIN_SECONDS: Final = 0.25
_SETTLING_SECONDS: Final = 2.0
"""How long a new coordinator is asked again for committed offsets. Apache Kafka 4.4 denied them for up to 60 ms."""


def check_versions(installed: Mapping[str, str] | None = None) -> None:
    """Raise WorkerError unless this transport was tested with the installed Faust, mode and aiokafka."""
    for package, tested in TESTED.items():
        have = (installed or {}).get(package) or version(package)
        if have not in tested:
            raise WorkerError(
                ExitCode.SETTINGS,
                f"{package} {have}: the stream transport corrects {package} from the inside and was tested with "
                f"{', '.join(sorted(tested))}; install that version",
            )


class LedgerConsumer(driver.Consumer):  # type: ignore[misc]
    """Commits only up to the first unacknowledged event, and drains a fetch as one batch.

    Where Faust drops a fetched record (flow stopped, a rebalance, a cancelled fetch) it assumes that a seek follows.
    Here a dropped record always causes one: `_reread` is set, and the drain loop goes back to the committed offsets
    before it delivers anything else.
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
        """Acknowledge an event. Return False when that no longer counts, because it is delivered again."""
        if message.acked:
            return False
        message.acked = True
        return self.ledger.acknowledge(message.tp, message.offset, message.epoch, message.ends)

    def is_current(self, message: TrackedMessage) -> bool:
        """Return whether an acknowledgement of this message would count."""
        return self.ledger.is_current(message.tp, message.epoch)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> list[TP]:
        return [tp for tp in self.ledger.partitions if topics is None or tp in topics or tp.topic in topics]

    def _new_offset(self, tp: TP) -> int | None:
        return self.ledger.committable(tp)

    def _should_commit(self, tp: TP, offset: int) -> bool:
        return True

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit all that is acknowledged now, and return whether anything was committed.

        Faust's own method waits for a commit in flight and then does nothing. That commit may have begun before the
        last batch was acknowledged, and a worker that stops or gives a partition away commits only once.
        """
        in_flight = self._commit_fut is not None
        did_commit: bool = await super().commit(topics, start_new_transaction)
        if in_flight:
            # A commit that begins while the first one ends was requested after this call, and covers it.
            did_commit = await super().commit(topics, start_new_transaction)
        return did_commit

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assignment, ledger = self.assignment(), self.ledger
        going = []
        for tp in offsets:
            # Read again: more may be acknowledged by now, and offset and chain ends must belong together.
            offset, epoch = ledger.committable(tp), ledger.epoch_of(tp)
            if tp in assignment and offset is not None and epoch is not None:
                going.append((tp, OffsetAndMetadata(offset, ledger.ends(tp).metadata), epoch))
        if not going:
            return False
        # Faust flushes the producer here. We need not: what is acknowledged is on the broker already.
        if not await self._commit({tp: told for tp, told, _ in going}):
            return False
        for tp, told, epoch in going:
            ledger.committed(tp, told.offset, epoch)
        return True

    # Where reading begins

    async def seek_to_committed(self) -> dict[TP, int | None]:
        """Seek to the committed offsets, and keep the chain ends that were committed with them."""
        committed = await self._thread.seek_to_committed()
        self._committed_ends = {tp: told and Ends.read(told.metadata) for tp, told in committed.items()}
        return {tp: told and told.offset for tp, told in committed.items()}

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish the current batch, commit, and only then forget the partitions: Faust forgets first (faust #502)."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        await self.app.batch_in_hand()
        await self.commit()
        self.ledger.forget(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Accept the partitions. The coordinator that assigned them has loaded its log, so its answers are complete."""
        self._trusted = self._coordinator_connection()
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Seek to the committed offset of every partition, or to its beginning when nothing was committed.

        Faust leaves a partition without a commit at its position, which is past the records that it has just dropped.

        Meanwhile a fetch may be waiting in the consumer's thread. aiokafka seeks one partition after another, each
        after an answer of the broker, and the fetch may take records from a partition that was already sought. They no
        longer count when this returns, and the position is past them. Then another seek follows.
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
        """Call Faust's `perform_seek`, again for a while when another coordinator answers than the one joined with.

        A new coordinator of Apache Kafka answers before it has loaded the group's offsets: that nothing is committed.
        Everything would be read again from the beginning. The coordinator that the group was joined with has written
        since it loaded them.
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
        """Return the connection to the coordinator; a restart of its broker gives a new one. None without one."""
        consumer = self._thread._consumer
        coordinator = getattr(consumer, "_coordinator", None)
        if coordinator is None:
            return None
        return consumer._client._conns.get((coordinator.coordinator_id, ConnectionGroup.COORDINATION))

    def note_dropped(self, messages: Iterable[TrackedMessage]) -> None:
        """Note that events left the queue unread. They are read again unless their partition is given away."""
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
        """Raise the error of the group's background work. Faust bypasses aiokafka's own check (faust #532).

        This runs in the caller's thread, because the consumer's thread may be waiting for that error to be raised.
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
        """Return whether the group's coordinator is known."""
        coordinator = getattr(self._thread._consumer, "_coordinator", None)
        return coordinator is not None and coordinator.coordinator_id is not None

    # Draining

    async def _drain_messages(self, fetcher: Any) -> None:
        # A fetch that was cancelled when the fetcher last stopped may have moved the position past unseen records.
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
        """Deliver a whole fetch. `_reread` is cleared only when every record was delivered."""
        callback, deliver, room = self.callback, self.ledger.deliver, self.app.room
        for handed_on, (tp, record) in enumerate(self.scheduler.iterate(records), 1):
            if not room.is_free():
                await room.wait()
            if not self.flow_active or self.ledger.epoch != epoch:
                return
            if active is not None and tp not in active and tp not in self._buffered_partitions:
                return
            message = self._to_message(tp, record)
            message.size = size_of(record)
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
        """Note the positions of a fetch whose records were all delivered: other offsets before them have no event."""
        if isinstance(records, Fetched):
            for tp, position in records.positions.items():
                self.ledger.read_to(tp, position)

    async def undecided(self) -> dict[TP, Undecided]:
        """Return the assigned partitions with an open transaction. Records after its begin are not read yet."""
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
        """Do nothing: Faust's check reads the monitor, which is switched off here. `/livez` checks progress instead."""


class LedgerTransport(driver.Transport):  # type: ignore[misc]
    """The transport that a Tidewaiter app uses."""

    Consumer = LedgerConsumer


def _nothing(*_: Any, **__: Any) -> None:
    return None


class QuietMonitor(Monitor):  # type: ignore[misc]
    """Faust's monitor without its work for each message, which costs more than the rest of the delivery."""

    on_message_in = on_message_out = track_tp_end_offset = _nothing
    on_stream_event_in = on_stream_event_out = on_topic_buffer_full = _nothing
    on_send_initiated = on_send_completed = on_send_error = _nothing
    on_commit_initiated = on_commit_completed = on_tp_commit = _nothing
    on_threaded_producer_buffer_processed = _nothing
