"""Workers that come and go, and a group that nobody keeps for a while: what a group promises, on Apache Kafka."""

from __future__ import annotations

import asyncio
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import count, pairwise

import pytest

from tests.apache_kafka import ApacheKafka
from tests.brokers import Broker, apache_kafka
from tests.patience import stretched
from tests.station import Station, WorkerProcess, ids, one_verdict_each, transfers
from tests.system.network import FrameProxy, frame_of
from tidewaiter.stream.failure import ExitCode

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]

COMMIT, FIND_COORDINATOR, JOIN, HEARTBEAT, LEAVE, SYNC = 8, 10, 11, 12, 13, 14
COORDINATOR_NOT_AVAILABLE = 15
SESSION_SECONDS = 6
SMALL = {"batch_max": 10, "commit_seconds": 0.2, "session_timeout_seconds": SESSION_SECONDS}


class Coordination(FrameProxy):
    """Passes all on but, while `away`, what is meant for the keeper of the group: that breaks, and none is to be found."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.missed = 0

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            kind, version, correlation = struct.unpack_from(">hhi", frame, 4)
            if self.away and kind in {COMMIT, JOIN, HEARTBEAT, LEAVE, SYNC}:
                self.missed += 1
                return
            if self.away and kind == FIND_COORDINATOR:
                assert version in {0, 1}, "the error is elsewhere in later versions"
                marked.add(correlation if version else -correlation)
            writer.write(frame)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        while (frame := await frame_of(reader)) is not None:
            (correlation,) = struct.unpack_from(">i", frame, 4)
            for mark, place in ((correlation, 12), (-correlation, 8)):
                if mark in marked:
                    self.missed += 1
                    frame = frame[:place] + struct.pack(">h", COORDINATOR_NOT_AVAILABLE) + frame[place + 2 :]
            writer.write(frame)


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[ApacheKafka, Coordination]]:
    with ExitStack() as stack:
        proxy = stack.enter_context(Coordination())
        kafka = stack.enter_context(apache_kafka(of=lambda: ApacheKafka(reached_by=[proxy.address])))
        (proxy.target,) = kafka.doors
        yield kafka, proxy


@contextmanager
def flowing(station: Station, a_second: int = 200) -> Iterator[list[str]]:
    """Publishes at a steady rate within the block, and says what was published."""
    sent: list[str] = []
    ended = threading.Event()

    def flow() -> None:
        for number in count():
            if ended.wait(0.1):
                return
            some = transfers(number * (a_second // 10), a_second // 10)
            station.publish(some)
            sent.extend(ids(some))

    thread = threading.Thread(target=flow)
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()


def committed(station: Station) -> int:
    return sum(station.wire.committed(station.group, station.transfers).values())


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(2, id="shortly"),
        pytest.param(SESSION_SECONDS + 4, id="past the session", marks=pytest.mark.slow),
    ],
)
@pytest.mark.long
def test_a_group_that_nobody_keeps_for_a_while_loses_nothing(
    kept: tuple[ApacheKafka, Coordination], seconds: float
) -> None:
    kafka, proxy = kept
    station = Station(kafka.address).create()
    with station.worker(broker=proxy.address, **SMALL) as worker:
        worker.ready()
        with flowing(station) as sent:
            worker.until(lambda: committed(station) > 0)
            proxy.away = True
            time.sleep(seconds)
            before = committed(station)
            proxy.away = False
            worker.until(lambda: committed(station) > before)
        assert proxy.missed, "the keeper was not missed"
        one_verdict_each(station.verdicts_on(sent))
        worker.until(lambda: committed(station) == len(sent))
        assert worker.terminate() == ExitCode.STOPPED


def work_done(worker: WorkerProcess) -> float:
    return worker.metrics()["tidewaiter_batch_size_sum"]


def pauses(worker: WorkerProcess) -> list[float]:
    """How long it had no partitions each time that they were handed out anew, in seconds."""
    marks = sorted(
        (datetime.fromisoformat(line["time"]).timestamp(), event)
        for event in ("partitions revoked", "partitions assigned")
        for line in worker.logged(event)
        if event == "partitions assigned" or line["partitions"]
    )
    return [
        later - earlier
        for (earlier, revoked), (later, assigned) in pairwise(marks)
        if (revoked, assigned) == ("partitions revoked", "partitions assigned")
    ]


@pytest.mark.long
def test_workers_that_are_added_and_taken_away_under_load_lose_nothing_and_none_is_idle(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=6).create()

    def at_work(*workers: WorkerProcess) -> None:
        """Each has its share of the partitions, and judges."""
        for worker in workers:
            worker.until(lambda: all(len(each.assigned()) == 6 // len(workers) for each in workers), 150)
        assert set().union(*(worker.assigned() for worker in workers)) == set(range(6))
        before = [work_done(worker) for worker in workers]
        for worker, done in zip(workers, before, strict=True):
            worker.until(lambda worker=worker, done=done: work_done(worker) > done)  # type: ignore[misc]

    with ExitStack() as stack, flowing(station) as sent:
        first = stack.enter_context(station.worker(**SMALL))
        at_work(first)
        second, third = (stack.enter_context(station.worker(**SMALL)) for _ in range(2))
        at_work(first, second, third)
        assert first.terminate() == ExitCode.STOPPED
        at_work(second, third)
        assert second.terminate() == ExitCode.STOPPED
        at_work(third)
        print("longest pause for a rebalance:", max(pauses(second) + pauses(third)), "s")
        time.sleep(1)
        one_verdict_each(station.verdicts_on(list(sent)))


@pytest.mark.slow
def test_the_partitions_of_a_killed_worker_are_taken_over_within_its_session_and_two_seconds(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    with ExitStack() as stack, flowing(station) as sent:
        first, second = (stack.enter_context(station.worker(**SMALL)) for _ in range(2))
        first.until(lambda: len(first.assigned()) == len(second.assigned()) == 2)
        killed = time.monotonic()
        first.kill()
        second.until(lambda: len(second.assigned()) == 4)
        assert time.monotonic() - killed <= stretched(SESSION_SECONDS + 2)
        time.sleep(1)
        one_verdict_each(station.verdicts_on(list(sent)))
