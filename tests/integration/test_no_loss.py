"""Whatever ends in mid-stream, every transfer has its verdict, and always the same one."""

from __future__ import annotations

import signal
import time

import pytest

from tests.brokers import Broker, apache_kafka
from tests.patience import stretched
from tests.station import Station, ids, one_verdict_each, record_of, transfers
from tests.wire import Record
from tidewaiter.stream.failure import ExitCode

MANY = 3_000
SLOW = {"batch_max": 10, "commit_seconds": 0.2}
"""Small batches, so that thousands of transfers are still a stream when something ends in the middle of them."""

BUILDS_FOR_EVER = """
import tidewaiter.release.assembly
from tidewaiter_schemas.transfer import Party

def assemble(*_, **__):
    while True:
        Party.model_validate({"role": "transferee", "name": "x" * 200, "aliases": ["y"] * 200})

tidewaiter.release.assembly.assemble = assemble
"""

FAILS_ON_ONE = """
from tidewaiter.screening import screener
assess = screener.Screener.assess

def failing(self, transfers):
    if any(transfer.id == "transfer-000150" for transfer in transfers):
        FAILS
    return assess(self, transfers)

screener.Screener.assess = failing
"""


def test_a_worker_killed_in_mid_stream_and_started_again_leaves_no_transfer_without_a_verdict(
    any_broker: Broker,
) -> None:
    station = Station(any_broker.address).create()
    sent = transfers(0, MANY)
    station.publish(sent)
    with station.worker(**SLOW) as worker:
        station.wait_for_verdicts(300)
        worker.kill()
        assert worker.exit_code == -signal.SIGKILL
        assert sum(station.wire.committed(station.group, station.transfers).values()) < MANY, "not in mid-stream"
    with station.worker():
        one_verdict_each(station.verdicts_on(ids(sent)))


@pytest.mark.long
def test_a_worker_asked_to_stop_exits_0_with_all_it_has_judged_committed(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    sent = transfers(0, MANY)
    station.publish(sent)
    # Nothing is committed by the clock, so that what is committed is what the stop committed.
    with station.worker(batch_max=10, commit_seconds=600, stop_seconds=10) as worker:
        station.wait_for_verdicts(300)
        asked = time.monotonic()
        assert worker.terminate() == ExitCode.STOPPED
        assert time.monotonic() - asked < stretched(5), worker.log()
    judged = station.wire.read_all(station.verdicts)
    assert 300 <= len(judged) < MANY, "not in mid-stream"
    assert sum(station.wire.committed(station.group, station.transfers).values()) == len(judged)
    if any_broker.kind == "kafka":  # the embedded broker forgets a member that leaves only with its session
        assert station.wire.members(station.group) == 0

    with station.worker():
        found = station.verdicts_on(ids(sent))
    assert all(len(records) == 1 for records in found.values()), "an orderly stop has nothing judged twice"


@pytest.mark.long
def test_a_worker_asked_to_stop_while_it_builds_its_rule_book_exits_0(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    with station.worker(BUILDS_FOR_EVER) as worker:
        worker.until(lambda: bool(worker.logged("published rule books are not followed")))
        time.sleep(0.5)
        assert worker.terminate() == 0, worker.log()


@pytest.mark.parametrize(
    ("fails", "code"),
    [
        pytest.param("raise ArithmeticError(transfers)", ExitCode.UNFORESEEN, id="raises, where that is to stop it"),
        pytest.param("raise MemoryError", ExitCode.UNFORESEEN, id="raises what no transfer causes"),
        pytest.param("__import__('time').sleep(600)", ExitCode.STOP_OVERRAN, id="never returns"),
    ],
)
@pytest.mark.long
def test_what_stops_the_worker_leaves_all_unacknowledged_to_be_judged_once_the_fault_is_mended(
    any_broker: Broker, fails: str, code: ExitCode
) -> None:
    station = Station(any_broker.address, partitions=1).create()
    sent = transfers(0, 300)
    station.publish(sent)
    on_error = "stop" if "Arithmetic" in fails else "quarantine"
    failing = FAILS_ON_ONE.replace("FAILS", fails)
    with station.worker(failing, **SLOW, stop_seconds=2, on_engine_error=on_error) as worker:
        station.wait_for_verdicts(150)
        if code is ExitCode.STOP_OVERRAN:
            time.sleep(2)  # else it may stop between two batches, before it has the one that hangs in hand
            worker.send(signal.SIGTERM)
        assert worker.ended() == code, worker.log()
        assert on_error == "quarantine" or f"{station.transfers}/0@150" in worker.log()
    assert sum(station.wire.committed(station.group, station.transfers).values()) <= 150
    assert len(station.wire.read_all(station.verdicts)) <= 150
    with station.worker():
        found = station.verdicts_on(ids(sent))
    one_verdict_each(found)
    assert not any(station.wire.ends(station.dead_letters).values())


@pytest.mark.long
def test_a_worker_that_looks_at_its_lag_while_it_stops_exits_0(any_broker: Broker) -> None:
    looks_at_its_lag_all_the_time_and_stops_slowly = """
import asyncio
from tidewaiter.stream import worker
worker._LOOK_SECONDS = 0.01
stop = worker._Worker._stop
async def slowly(*arguments):
    await stop(*arguments)
    await asyncio.sleep(0.5)
worker._Worker._stop = slowly
"""
    station = Station(any_broker.address).create()
    with station.worker(looks_at_its_lag_all_the_time_and_stops_slowly) as worker:
        worker.ready()
        assert worker.terminate() == ExitCode.STOPPED, worker.log()[-3000:]


@pytest.mark.long
def test_two_workers_share_the_partitions_and_the_death_of_one_loses_nothing(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    everything = set(range(station.partitions))
    with station.worker(**SLOW) as first, station.worker(**SLOW) as second:
        first.until(lambda: len(first.assigned()) == len(second.assigned()) == station.partitions // 2)
        assert first.assigned() | second.assigned() == everything
        sent = transfers(0, MANY)
        station.publish(sent)
        for worker in (first, second):
            worker.until(lambda worker=worker: worker.metrics()["tidewaiter_batch_size_sum"] >= 100)  # type: ignore[misc]
        first.kill()
        found = station.verdicts_on(ids(sent))
        one_verdict_each(found)
        assert second.assigned() == everything


@pytest.mark.kafka
@pytest.mark.parametrize("end", ["kill", pytest.param("stop", marks=pytest.mark.long)])
@pytest.mark.long
def test_a_broker_that_dies_and_comes_back_in_mid_stream_loses_nothing(end: str) -> None:
    with apache_kafka() as kafka:
        station = Station(kafka.address).create()
        sent = transfers(0, MANY)
        station.publish(sent)
        with station.worker(**SLOW) as worker:
            station.wait_for_verdicts(300)
            getattr(kafka, end)()
            time.sleep(1)
            kafka.start()
            # A second one stands in for the orchestrator, which starts a worker again that has ended.
            with station.worker():
                one_verdict_each(station.verdicts_on(ids(sent)))
            assert worker.exit_code in {None, ExitCode.BROKER, ExitCode.PRODUCE}, worker.log()[-6000:]


@pytest.mark.kafka
@pytest.mark.parametrize("ill", ["too small", "deleted"])
@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("verdicts", {"too small": ExitCode.VERDICT_TOO_LARGE, "deleted": ExitCode.PRODUCE}),
        ("dead_letters", {"too small": ExitCode.DEAD_LETTER, "deleted": ExitCode.DEAD_LETTER}),
    ],
)
@pytest.mark.long
def test_what_cannot_be_written_ends_the_worker_with_nothing_acknowledged(
    kafka: Broker, written: str, codes: dict[str, ExitCode], ill: str
) -> None:
    station = Station(kafka.address).create()
    topic = getattr(station, written)
    sent = transfers(0, 30)
    bad = Record(b"no transfer" * 100, b"bad", partition=0)
    with station.worker(produce_timeout_seconds=3, commit_seconds=0.2) as worker:
        worker.ready()
        if ill == "deleted":
            # No acknowledgement comes for seconds: time enough for a worker that acknowledges too early to commit.
            station.wire.delete(topic)
        else:
            station.wire.configure(topic, max_message_bytes="400")
        # One partition, one batch: what cannot be written must keep back the others too.
        station.wire.publish(station.transfers, [record_of(each, partition=0) for each in sent] + [bad])
        assert worker.ended() == codes[ill], worker.log()
        assert topic in worker.logged("the worker ends")[0]["reason"]
    assert not any(station.wire.committed(station.group, station.transfers).values())

    if ill == "deleted":
        station.create(topic)
    else:
        station.wire.configure(topic, max_message_bytes="1000000")
    with station.worker():
        one_verdict_each(station.verdicts_on(ids(sent)))
        letters = station.wire.read(station.dead_letters, until=bool)
        assert {(letter.key, letter.value) for letter in letters} == {(bad.key, bad.value)}


@pytest.mark.long
def test_a_missing_topic_is_named_at_start_and_nothing_is_acknowledged(any_broker: Broker) -> None:
    station = Station(any_broker.address)
    station.create(station.transfers, station.dead_letters, station.quotas)
    sent = transfers(0, 10)
    station.publish(sent)
    with station.worker() as worker:
        assert worker.ended() == ExitCode.BROKER
        assert station.verdicts in worker.log()
    assert not any(station.wire.committed(station.group, station.transfers).values())
    station.create(station.verdicts)
    with station.worker():
        station.verdicts_on(ids(sent))


def test_a_worker_that_finds_no_broker_says_so_and_ends() -> None:
    station = Station("127.0.0.1:1")
    with station.worker(connect_timeout_seconds=2) as worker:
        assert worker.ended() == ExitCode.BROKER
        assert "TIDEWAITER_BROKER" in worker.log()
