"""The corrections to Faust's transport, without a broker: what is dropped is read again, and reading ahead is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import CommitFailedError, RequestTimedOutError, UnknownMemberIdError
from aiokafka.protocol.commit import OffsetCommitRequest_v2
from aiokafka.structs import OffsetAndMetadata
from faust.events import Event
from faust.transport.drivers.aiokafka import Consumer as StockConsumer
from faust.types import TP

from tidewaiter.settings import load
from tidewaiter.stream import read_ahead
from tidewaiter.stream.app import ScreeningApp, build_app, transfer_topic
from tidewaiter.stream.consumer_thread import Fetched, Undecided, commit_only_as_member
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.read_ahead import Room
from tidewaiter.stream.transport import LedgerConsumer, check_versions
from tidewaiter.wire.chain import Ends

PLACE = TP("transfers", 0)
ENDS = Ends("a" * 64, "b" * 64)


def _records(*offsets: int) -> dict[TP, list[Any]]:
    return {PLACE: [_record(offset) for offset in offsets]}


def _record(offset: int) -> Any:
    return SimpleNamespace(
        topic=PLACE.topic,
        partition=PLACE.partition,
        offset=offset,
        timestamp=1_000,
        timestamp_type=0,
        headers=(),
        key=None,
        value=b"{}",
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=2,
    )


def _with_app(work: Callable[[ScreeningApp], Awaitable[None]], **settings: Any) -> None:
    async def run() -> None:
        await work(build_app(load({"broker": "unused:1", **settings})))

    asyncio.run(run())


def _consumer(app: ScreeningApp, received: list[Any]) -> LedgerConsumer:
    async def receive(message: Any) -> None:
        received.append(message)

    async def ignore(*_: Any) -> None:
        return None

    consumer = LedgerConsumer(app.transport, receive, ignore, ignore, loop=app.loop)
    consumer._reread = True
    return consumer


def test_a_fetch_that_was_handed_on_whole_needs_no_second_reading() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        await consumer._deliver(_records(3, 4, 7), None, consumer.ledger.epoch)
        assert [message.offset for message in received] == [3, 4, 7]
        assert not consumer._reread
        assert all(consumer.ack(message) for message in received)
        assert consumer._new_offset(PLACE) == 8

    _with_app(work)


def test_a_commit_asked_for_while_another_is_in_flight_covers_what_was_acknowledged_between() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        await consumer._deliver(_records(3, 4), None, consumer.ledger.epoch)
        asked, answer, sent = asyncio.Event(), asyncio.Event(), []

        async def commit(offsets: dict[TP, OffsetAndMetadata]) -> bool:
            sent.append(offsets[PLACE].offset)
            asked.set()
            await answer.wait()
            return True

        consumer._commit = commit
        consumer.assignment = lambda: {PLACE}
        consumer.ack(received[0])
        periodic = asyncio.create_task(consumer.commit())
        await asked.wait()
        consumer.ack(received[1])
        last = asyncio.create_task(consumer.commit())
        await asyncio.sleep(0)
        answer.set()
        assert await periodic
        assert await last
        assert sent == [4, 5]

    _with_app(work)


@pytest.mark.parametrize(
    "disturb",
    [
        pytest.param(lambda consumer: consumer.stop_flow(), id="the flow is stopped"),
        pytest.param(lambda consumer: consumer.ledger.restart(PLACE, 3), id="the place to read from was set anew"),
        pytest.param(lambda consumer: consumer.ledger.forget([PLACE]), id="the partition was given away"),
    ],
)
def test_what_is_dropped_of_a_fetch_is_read_again(disturb: Callable[[LedgerConsumer], Any]) -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)

        async def receive_and_disturb(message: Any) -> None:
            received.append(message)
            if message.offset == 4:
                disturb(consumer)

        consumer.callback = receive_and_disturb
        await consumer._deliver(_records(3, 4, 5, 6), None, consumer.ledger.epoch)
        assert [message.offset for message in received] == [3, 4]
        assert consumer._reread
        for message in received:
            consumer.ack(message)
        assert consumer._new_offset(PLACE) in (None, 5), "never past 5, which nobody has seen"

    _with_app(work)


def test_a_fetch_for_a_partition_that_is_paused_is_read_again() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        await consumer._deliver(_records(3), set(), consumer.ledger.epoch)
        assert received == []
        assert consumer._reread

    _with_app(work)


class _Thread:
    """The consumer's thread over one partition with the records 3 to 5, of which nothing has been committed past 3."""

    _consumer = None

    def __init__(self) -> None:
        self.position = 6
        self.sought = asyncio.Event()

    def assignment(self) -> set[TP]:
        return {PLACE}

    async def getmany(self, *_: Any) -> dict[TP, list[Any]]:
        await self.sought.wait()
        self.sought.clear()
        first, self.position = self.position, 6
        return _records(*range(first, 6))

    async def seek_to_committed(self) -> dict[TP, OffsetAndMetadata]:
        self.position = 3
        self.sought.set()
        await asyncio.sleep(0.02)  # the broker's answer for the next partition
        return {PLACE: OffsetAndMetadata(3, ENDS.metadata)}


def test_what_a_fetch_takes_while_the_place_to_read_from_is_being_set_is_read_again() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        arrived = asyncio.Event()

        async def receive(message: Any) -> None:
            received.append(message)
            if message.offset == 5:
                arrived.set()

        consumer = _consumer(app, received)
        consumer.callback = receive
        app._consumer = consumer
        consumer._thread = _Thread()
        consumer.resume_partitions({PLACE})
        drain = asyncio.create_task(consumer._drain_messages(SimpleNamespace(_stopped=asyncio.Event())))
        await asyncio.sleep(0.01)  # it waits in a fetch, as it does at the end of a partition
        consumer.stop_flow()  # a rebalance
        await consumer.perform_seek()
        consumer.resume_flow()
        await asyncio.wait_for(arrived.wait(), 5)
        drain.cancel()
        counting = [message for message in received if consumer.is_current(message)]
        assert [message.offset for message in counting] == [3, 4, 5]
        assert {message.chain.ends for message in counting} == {ENDS}, "chains go on from what was committed"
        for message in counting:
            consumer.ack(message)
        assert consumer._new_offset(PLACE) == 6

    _with_app(work)


class _Ends(_Thread):
    """A partition of which all that is left are aborted records and a marker: 6 is reached, and nothing is there."""

    async def getmany(self, *_: Any) -> Fetched:
        await self.sought.wait()
        await asyncio.sleep(0.001)
        return Fetched({}, {PLACE: 6})


@pytest.mark.parametrize(
    ("disturb", "committable"),
    [
        pytest.param(lambda _: None, 6, id="undisturbed"),
        pytest.param(lambda consumer: consumer.stop_flow(), None, id="while the flow is stopped"),
        pytest.param(lambda consumer: consumer.ledger.restart(PLACE, 3), None, id="from before a seek"),
        pytest.param(lambda consumer: setattr(consumer, "_reread", True), None, id="behind records that were dropped"),
    ],
)
def test_a_fetch_without_a_record_moves_what_may_be_committed_unless_something_came_between(
    disturb: Callable[[LedgerConsumer], Any], committable: int | None
) -> None:
    async def work(app: ScreeningApp) -> None:
        consumer = _consumer(app, [])
        app._consumer = consumer
        consumer._thread = thread = _Ends()
        consumer.resume_partitions({PLACE})
        consumer.resume_flow()
        await consumer.perform_seek()
        fetching = thread.getmany

        async def disturbed(*arguments: Any) -> Fetched:
            fetched = await fetching(*arguments)
            disturb(consumer)
            consumer._stopped.set()  # this fetch, and no other
            return fetched

        thread.getmany = disturbed  # type: ignore[method-assign]
        await consumer._drain_messages(SimpleNamespace(_stopped=asyncio.Event()))
        assert consumer._new_offset(PLACE) == committable

    _with_app(work)


def test_the_positions_of_a_fetch_count_once_it_was_handed_on_whole() -> None:
    async def work(app: ScreeningApp) -> None:
        for stops, committable in ((False, 9), (True, 4)):
            consumer = _consumer(app, [])
            consumer.resume_flow()
            consumer.ledger.restart(PLACE, 3)

            async def receive(message: Any, consumer: LedgerConsumer = consumer, stops: bool = stops) -> None:
                consumer.ack(message)
                if stops:
                    consumer.stop_flow()

            consumer.callback = receive
            await consumer._deliver(Fetched(_records(3, 4), {PLACE: 9}), None, consumer.ledger.epoch)
            assert consumer._new_offset(PLACE) == committable

    _with_app(work)


@pytest.mark.parametrize(
    ("level", "undecided"), [("read_committed", {PLACE: Undecided(4, 3)}), ("read_uncommitted", {})]
)
def test_the_consumer_reads_at_the_level_of_the_settings_and_tells_of_open_transactions(
    level: str, undecided: dict[TP, Undecided]
) -> None:
    async def work(app: ScreeningApp) -> None:
        thread = _consumer(app, [])._new_consumer_thread()
        thread._consumer = consumer = thread._create_worker_consumer(app.transport)
        assert consumer._isolation_level == level
        places = [TopicPartition("transfers", number) for number in range(3)]
        consumer.assign(places)
        of = consumer._subscription.subscription.assignment
        for place, lso, highwater in zip(places, (4, 7, None), (7, 7, None), strict=True):
            of.state_value(place).seek(2)
            of.state_value(place).lso, of.state_value(place).highwater = lso, highwater
        assert await thread._undecided() == undecided

    _with_app(work, isolation_level=level)


def test_events_that_leave_the_queue_unread_are_read_again() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        app._consumer = consumer
        await consumer._deliver(_records(3, 4), None, consumer.ledger.epoch)
        queue = app.FlowControlQueue(maxsize=10, clear_on_resume=True)
        for message in received:
            queue.put_nowait_enhanced(Event(app, None, b"{}", None, message))
        assert app.room.events == 2
        app.flow_control.clear()
        assert consumer._reread
        assert app.room.events == 0

    _with_app(work)


def test_the_stream_gives_batches_of_what_has_arrived_and_leaves_out_what_no_longer_counts() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        app._consumer = consumer
        stream = transfer_topic(app, load()).stream()
        await consumer._deliver(_records(*range(5)), None, consumer.ledger.epoch)
        for message in received:
            stream.channel.queue.put_nowait_enhanced(Event(app, None, b"{}", None, message))
        batches = stream.batches(lambda: 2, 0.0)
        assert [event.message.offset for event in await anext(batches)] == [0, 1]
        consumer.ledger.restart(PLACE, 0)
        await consumer._deliver(_records(0), None, consumer.ledger.epoch)
        stream.channel.queue.put_nowait_enhanced(Event(app, None, b"{}", None, received[-1]))
        batch = await asyncio.wait_for(anext(batches), 5)
        assert [(event.message.offset, event.message is received[-1]) for event in batch] == [(0, True)]
        await batches.aclose()

    _with_app(work)


def test_a_batch_ends_at_so_many_bytes_and_has_one_event_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        app._consumer = consumer
        stream = transfer_topic(app, load()).stream()
        await consumer._deliver(_records(*range(5)), None, consumer.ledger.epoch)
        each = len(received[0].value)
        for message in received:
            stream.channel.queue.put_nowait_enhanced(Event(app, None, b"{}", None, message))
        batches = stream.batches(lambda: 100, 0.0)
        monkeypatch.setattr(read_ahead, "_BATCH_BYTES", 2 * each)
        assert [event.message.offset for event in await anext(batches)] == [0, 1]
        monkeypatch.setattr(read_ahead, "_BATCH_BYTES", 1)
        assert [event.message.offset for event in await anext(batches)] == [2]
        monkeypatch.setattr(read_ahead, "_BATCH_BYTES", 100 * each)
        assert [event.message.offset for event in await anext(batches)] == [3, 4]
        await batches.aclose()

    _with_app(work)


def test_reading_ahead_stops_at_so_many_events_or_bytes_and_goes_on_at_half() -> None:
    for step in ((1, 0), (0, 10)):
        room = Room(max_events=10, max_bytes=100)
        for _ in range(9):
            room.taken(*step)
        assert room.is_free()
        room.taken(*step)
        assert not room.is_free()
        for _ in range(4):
            room.left(*step)
        assert not room.is_free()
        room.left(*step)
        assert room.is_free()


@pytest.mark.parametrize("part", ["key", "value", "headers"])
def test_what_is_read_ahead_is_counted_with_its_key_and_headers(part: str) -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        app._consumer = consumer
        records = _records(1)
        setattr(records[PLACE][0], part, (("h", b"x" * 1_000),) if part == "headers" else b"x" * 1_000)
        await consumer._deliver(records, None, consumer.ledger.epoch)
        assert 1_000 <= received[0].size < 1_010
        queue, room = app.FlowControlQueue(maxsize=10), Room(10, 1_000)
        queue._room = room
        queue.put_nowait_enhanced(Event(app, None, b"{}", None, received[0]))
        assert not room.is_free()
        queue.get_nowait()
        assert room.is_free()

    _with_app(work)


def test_a_reader_waits_for_room() -> None:
    async def work(app: ScreeningApp) -> None:
        received: list[Any] = []
        consumer = _consumer(app, received)
        app.room.taken(16, 0)
        delivery = asyncio.create_task(consumer._deliver(_records(1), None, consumer.ledger.epoch))
        await asyncio.sleep(0.01)
        assert received == []
        app.room.left(16, 0)
        await delivery
        assert len(received) == 1

    _with_app(work, buffer_events=16)


@pytest.mark.parametrize("package", ["faust-streaming", "mode-streaming", "aiokafka"])
def test_a_version_that_was_not_tested_is_refused(package: str) -> None:
    check_versions()
    with pytest.raises(WorkerError, match=f"{package} 99.0.*install that version") as raised:
        check_versions({package: "99.0"})
    assert raised.value.code is ExitCode.SETTINGS


@pytest.mark.parametrize(
    ("acknowledged", "committed", "stock"),
    [([11, 12, 13], 10, 14), ([5, 6, 7], None, 8), ([1, 2, 3], 0, 4)],
)
def test_the_fault_of_stock_faust_is_still_there(acknowledged: list[int], committed: int | None, stock: int) -> None:
    """When this fails, Faust has changed what it commits: look at decision 4 again."""

    async def work(app: ScreeningApp) -> None:
        async def ignore(*_: Any) -> None:
            return None

        consumer = StockConsumer(app.transport, ignore, ignore, ignore, loop=app.loop)
        consumer._committed_offset[PLACE] = committed
        consumer._acked[PLACE] = list(acknowledged)
        assert consumer._new_offset(PLACE) == stock

    _with_app(work)


def test_the_app_makes_no_files_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def work(app: ScreeningApp) -> None:
        app.finalize()

    _with_app(work)
    assert list(tmp_path.iterdir()) == []


def test_a_broker_keeps_no_fetch_so_long_that_the_next_event_waits_for_it() -> None:
    async def work(app: ScreeningApp) -> None:
        thread = _consumer(app, [])._new_consumer_thread()
        assert thread._create_worker_consumer(app.transport)._fetch_max_wait_ms <= 10

    _with_app(work)


def test_a_leader_that_did_not_see_the_topic_looks_again_before_long() -> None:
    async def work(app: ScreeningApp) -> None:
        consumer = _consumer(app, [])._new_consumer_thread()._create_worker_consumer(app.transport)
        assert consumer._client._metadata_max_age_ms <= 10_000

    _with_app(work)


def _coordinator(answers: list[Exception | int], sent: list[int]) -> Any:
    """aiokafka's own, as member of generation 3, with a broker that answers so: an error of the way, or a code."""
    coordinator = GroupCoordinator.__new__(GroupCoordinator)
    coordinator.group_id, coordinator.generation, coordinator.member_id = "group", 3, "me"
    coordinator.coordinator_id = 0
    coordinator._retry_backoff_ms = 1
    coordinator._commit_lock = asyncio.Lock()
    coordinator._rejoin_needed_fut = asyncio.get_running_loop().create_future()

    async def send(request: Any) -> Any:
        sent.append(request.build(OffsetCommitRequest_v2).consumer_group_generation_id)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            coordinator.reset_generation()  # the heartbeat was told meanwhile that nobody knows this member
            raise answer
        return SimpleNamespace(topics=[(PLACE.topic, [(PLACE.partition, answer)])])

    coordinator._send_req = send
    return coordinator


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        pytest.param([0], False, id="a member"),
        pytest.param([UnknownMemberIdError.errno], True, id="forgotten, and told so"),
        pytest.param([RequestTimedOutError()], True, id="forgotten before it is tried again"),
    ],
)
def test_a_consumer_that_the_group_has_forgotten_commits_nothing_as_an_outsider(
    answers: list[Exception | int], refused: bool
) -> None:
    async def work() -> None:
        sent: list[int] = []
        coordinator = _coordinator(list(answers), sent)
        commit_only_as_member(coordinator)
        offsets = {TopicPartition(*PLACE): OffsetAndMetadata(6, "")}
        with pytest.raises(CommitFailedError, match="already rebalanced") if refused else nullcontext():
            await coordinator.commit_offsets(None, offsets)
        assert sent == [3], "as the member of generation 3, once"

    asyncio.run(work())
