"""One fault at a time on Apache Kafka: what a worker does then is what docs/delivery.md says."""

from __future__ import annotations

import asyncio
import signal
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BytesIO

import pytest
from aiokafka.protocol.commit import OffsetFetchResponse_v3

from tests.brokers import Broker, apache_kafka
from tests.patience import stretched
from tests.station import Station, WorkerProcess, ids, one_verdict_each, record_of, transfer, transfers
from tests.system.network import FarKafka, FrameProxy, Proxy, frame_of, kafka_behind
from tidewaiter.stream.failure import ExitCode

pytestmark = pytest.mark.kafka

PRODUCE, OFFSET_FETCH = 0, 9
"""The numbers of Kafka's requests to write records and to be told what a group has committed."""
SMALL = {"batch_max": 10, "commit_seconds": 0.2}
MANY = 300


class Acknowledgements(FrameProxy):
    """Does something to the answer to the nth writing from now.

    "late": it comes after `seconds`. "never": it and all that follows on its connection is lost, and nobody is told.
    "broken": its connection breaks in its place. In each case the broker has written the records.
    """

    def __init__(self) -> None:
        super().__init__()
        self.struck = threading.Event()
        self._count = 0
        self._fault, self._seconds = "", 0.0

    def strike(self, nth: int, fault: str, seconds: float = 0.0) -> None:
        """Do it once."""
        self.struck.clear()
        self._count, self._fault, self._seconds = nth, fault, seconds

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            kind, _version, correlation = struct.unpack_from(">hhi", frame, 4)
            if kind == PRODUCE and self._count:
                self._count -= 1
                if not self._count:
                    marked.add(correlation)
            writer.write(frame)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            if struct.unpack_from(">i", frame, 4)[0] in marked:
                self.struck.set()
                if self._fault == "broken":
                    return
                await asyncio.sleep(self._seconds if self._fault == "late" else 3_600)
            writer.write(frame)


class Forgetful(FrameProxy):
    """What Apache Kafka does when it has just started again and has not read all that it keeps for a group.

    The first connection that asks what is committed breaks, and for a second after that the answer is: nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.denials = 0
        self._knows_again: float | None = None

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            kind, version, correlation = struct.unpack_from(">hhi", frame, 4)
            if kind == OFFSET_FETCH:
                assert version == OffsetFetchResponse_v3.API_VERSION
                if self._knows_again is None:
                    self._knows_again = time.monotonic() + 1
                    return
                marked.add(correlation)
            writer.write(frame)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            asked = struct.unpack_from(">i", frame, 4)[0] in marked
            if asked and self._knows_again is not None and time.monotonic() < self._knows_again:
                self.denials += 1
                frame = frame[:8] + self._denied(frame[8:])
            writer.write(frame)

    def _denied(self, answer: bytes) -> bytes:
        told = OffsetFetchResponse_v3.decode(BytesIO(answer))
        topics = [
            (topic, [(partition, -1, metadata, error) for partition, _, metadata, error in partitions])
            for topic, partitions in told.topics
        ]
        return bytes(OffsetFetchResponse_v3(told.throttle_time_ms, topics, told.error_code).encode())


@pytest.fixture(scope="module")
def far() -> Iterator[tuple[FarKafka, Acknowledgements]]:
    """A broker that workers reach through a proxy, and the test without."""
    with ExitStack() as stack:
        proxy = stack.enter_context(Acknowledgements())
        kafka = stack.enter_context(kafka_behind(proxy))
        yield kafka, proxy


def judged(station: Station) -> int:
    """How many verdicts are written."""
    return len(station.wire.read_all(station.verdicts))


def committed(station: Station) -> int:
    return sum(station.wire.committed(station.group, station.transfers).values())


@contextmanager
def struck(
    far: tuple[FarKafka, Acknowledgements], fault: str, **settings: float
) -> Iterator[tuple[Station, WorkerProcess]]:
    """A worker in mid-stream, whose fourth writing has just met the fault."""
    kafka, proxy = far
    station = Station(kafka.address).create()
    with station.worker(broker=proxy.address, **SMALL, **settings) as worker:
        worker.ready()
        proxy.strike(4, fault, seconds=8)
        station.publish(transfers(0, MANY))
        assert proxy.struck.wait(20), worker.log()
        yield station, worker


def everything(station: Station) -> None:
    found = station.verdicts_on(ids(transfers(0, MANY)))
    one_verdict_each(found)


@pytest.mark.long
def test_a_late_acknowledgement_is_waited_for_and_nothing_is_committed_before_it(
    far: tuple[FarKafka, Acknowledgements],
) -> None:
    with struck(far, "late", produce_timeout_seconds=20) as (station, worker):
        time.sleep(1)  # several times the time between commits
        assert committed(station) < judged(station) < MANY
        everything(station)
        worker.until(lambda: committed(station) == MANY)
        assert judged(station) == MANY, "nothing was written twice"
        assert worker.terminate() == ExitCode.STOPPED


@pytest.mark.long
def test_an_acknowledgement_that_never_comes_ends_the_worker_with_nothing_of_its_batch_committed(
    far: tuple[FarKafka, Acknowledgements],
) -> None:
    with struck(far, "never", produce_timeout_seconds=3) as (station, worker):
        assert worker.ended(within=20) == ExitCode.PRODUCE, worker.log()
        assert "TIDEWAITER_PRODUCE_TIMEOUT_SECONDS" in worker.logged("the worker ends")[0]["reason"]
        assert committed(station) < judged(station) < MANY
    with station.worker():
        everything(station)


@pytest.mark.long
def test_an_acknowledgement_lost_with_its_connection_has_the_verdicts_written_again_and_no_other_ones(
    far: tuple[FarKafka, Acknowledgements],
) -> None:
    with struck(far, "broken", produce_timeout_seconds=20) as (station, worker):
        everything(station)
        worker.until(lambda: committed(station) == MANY)
        assert MANY < judged(station) <= MANY + 10, "the batch whose acknowledgement was lost, and no more"
        assert worker.terminate() == ExitCode.STOPPED


@pytest.mark.slow
def test_a_worker_asked_to_stop_with_full_buffers_exits_0_within_its_budget() -> None:
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy())
        kafka = stack.enter_context(kafka_behind(proxy))
        station = Station(kafka.address).create()
        with station.worker(
            broker=proxy.address, buffer_events=64, batch_max=20, commit_seconds=600, stop_seconds=15
        ) as worker:
            worker.ready()
            proxy.slow(0.2)
            station.publish(transfers(0, 2_000))
            worker.until(lambda: worker.metrics()["tidewaiter_buffered_events"] >= 44)
            began = time.monotonic()
            assert worker.terminate(within=20) == ExitCode.STOPPED, worker.log()
            assert time.monotonic() - began < stretched(15)
        assert 0 < committed(station) == judged(station) < 2_000
        with station.worker():
            one_verdict_each(station.verdicts_on(ids(transfers(0, 2_000))))


@pytest.mark.slow
def test_memory_stays_where_it_is_while_the_broker_is_slow_to_acknowledge_and_much_is_waiting(
    far: tuple[FarKafka, Acknowledgements],
) -> None:
    kafka, proxy = far
    station = Station(kafka.address).create()
    plain = [record_of(each) for each in transfers(0, 6_020)]
    long = [replace(record, value=(record.value or b"") + b" " * 10_000) for record in plain[20:]]
    with station.worker(broker=proxy.address, buffer_events=500, **SMALL, produce_timeout_seconds=60) as worker:
        station.wire.publish(station.transfers, plain[:20])
        station.wait_for_verdicts(20)
        proxy.strike(1, "late", seconds=15)
        before = worker.metrics()["process_resident_memory_bytes"]
        station.wire.publish(station.transfers, long)
        assert proxy.struck.wait(20), worker.log()
        worker.until(lambda: worker.metrics()["tidewaiter_buffered_events"] >= 500)
        most, room = 0.0, 0.0
        ends_at = time.monotonic() + 8
        while time.monotonic() < ends_at:
            metrics = worker.metrics()
            most = max(most, metrics["process_resident_memory_bytes"] - before)
            room = max(room, metrics["tidewaiter_buffered_events"])
            time.sleep(0.2)
        assert 500 <= room < 510, "no more is read ahead than is allowed"
        assert most < 30e6, f"{most / 1e6:.0f} MB more, while 60 MB wait"
        assert worker.terminate() == ExitCode.STOPPED


@pytest.mark.parametrize("end", ["kill", pytest.param("stop", marks=pytest.mark.slow)])
@pytest.mark.long
def test_an_idle_worker_waits_for_a_broker_that_is_gone_for_a_while(end: str) -> None:
    with apache_kafka() as kafka:
        station = Station(kafka.address).create()
        with station.worker() as worker:
            station.publish([transfer(1)])
            station.verdicts_on([transfer(1)["id"]])
            worker.until(lambda: committed(station) == 1)
            getattr(kafka, end)()
            time.sleep(3)
            kafka.start()
            station.publish([transfer(2)])
            station.verdicts_on([transfer(2)["id"]])
            worker.until(lambda: committed(station) == 2)
            assert worker.terminate() == ExitCode.STOPPED, worker.log()


@pytest.mark.long
def test_a_coordinator_that_has_just_come_back_is_not_believed_when_it_says_that_nothing_is_committed() -> None:
    with ExitStack() as stack:
        proxy = stack.enter_context(Forgetful())
        kafka = stack.enter_context(kafka_behind(proxy))
        station = Station(kafka.address).create()
        with station.worker() as first:
            station.publish(transfers(0, MANY))
            everything(station)
            assert first.terminate() == ExitCode.STOPPED
        assert committed(station) == judged(station) == MANY
        with station.worker(broker=proxy.address) as second:
            second.ready()
            more = transfers(MANY, 50)
            station.publish(more)
            one_verdict_each(station.verdicts_on(ids(more)))
            assert proxy.denials
            assert judged(station) == MANY + 50, "nothing was read again"
            assert second.terminate() == ExitCode.STOPPED, second.log()


JUMPING = """
import datetime, time
import tidewaiter.stream.agent as agent
real, calls = time.time, iter(range(10**9))
# A year ahead, a year back, and what it is, again and again.
time.time = lambda: real() + (next(calls) // 20 % 3 - 1) * 365 * 86_400
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(time.time(), tz)
agent.datetime = Jumping
"""


@pytest.mark.long
def test_verdicts_are_the_same_bytes_whatever_the_clock_says(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    station.publish(transfers(0, MANY))
    with station.worker(**SMALL):
        station.verdicts_on(ids(transfers(0, MANY)))
    with station.worker(JUMPING, group=f"{station.group}.again", **SMALL):
        station.wait_for_verdicts(2 * MANY)
        found = station.verdicts_on(ids(transfers(0, MANY)))
    assert all(len(records) >= 2 for records in found.values())
    one_verdict_each(found)
    years = {record.header["ce_time"][:4] for records in found.values() for record in records}
    assert len(years) == 3, "the clock did not jump"


@pytest.mark.parametrize(
    "end",
    [pytest.param(signal.SIGTERM, id="asked"), pytest.param(signal.SIGKILL, id="killed", marks=pytest.mark.slow)],
)
@pytest.mark.long
def test_a_worker_with_an_id_of_its_own_that_is_soon_back_moves_no_partition(
    kafka: Broker, end: signal.Signals
) -> None:
    station = Station(kafka.address).create()
    session = {"session_timeout_seconds": 30, "heartbeat_seconds": 1}
    with station.worker(instance_id="a", **session) as steady, station.worker(instance_id="b", **session) as first:
        steady.until(lambda: len(steady.assigned()) == len(first.assigned()) == 2)
        mine, theirs = steady.assigned(), first.assigned()
        rebalances = len(steady.logged("partitions assigned"))
        first.send(end)
        first.ended()
        with station.worker(instance_id="b", **session) as back:
            back.ready()
            assert back.assigned() == theirs
            station.publish(transfers(0, MANY))
            one_verdict_each(station.verdicts_on(ids(transfers(0, MANY))))
            assert steady.assigned() == mine
            assert len(steady.logged("partitions assigned")) == rebalances, "no rebalance"


@pytest.mark.slow
def test_a_worker_paused_past_its_session_and_woken_does_no_harm(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    sent = transfers(0, 3_000)
    with station.worker(**SMALL) as paused, station.worker(**SMALL) as other:
        other.until(lambda: len(paused.assigned()) == len(other.assigned()) == 2)
        station.publish(sent)
        paused.until(lambda: paused.metrics()["tidewaiter_batch_size_sum"] >= 100)
        paused.send(signal.SIGSTOP)
        other.until(lambda: len(other.assigned()) == 4)
        before = station.verdicts_on(ids(sent))
        paused.send(signal.SIGCONT)
        paused.until(lambda: len(paused.assigned()) == len(other.assigned()) == 2)
        more = transfers(3_000, 500)
        station.publish(more)
        found = station.verdicts_on(ids(sent + more))
        one_verdict_each(found)
        assert before.keys() <= found.keys()
        other.until(lambda: committed(station) == 3_500)
        assert paused.terminate() == other.terminate() == ExitCode.STOPPED
