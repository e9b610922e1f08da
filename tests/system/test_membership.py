"""A worker whose broker is silent, and workers that share an id: what the probes, the log and the end say."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.brokers import Broker
from tests.patience import stretched
from tests.station import Station, WorkerProcess, ids, one_verdict_each, transfers
from tests.system.network import FarKafka, Proxy, kafka_behind
from tidewaiter.stream.failure import ExitCode

pytestmark = [pytest.mark.kafka, pytest.mark.long]


@pytest.fixture(scope="module")
def far() -> Iterator[tuple[FarKafka, Proxy]]:
    """A broker that workers reach through a proxy, and the test without."""
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy())
        kafka = stack.enter_context(kafka_behind(proxy))
        yield kafka, proxy


def committed(station: Station) -> int:
    return sum(station.wire.committed(station.group, station.transfers).values())


def test_of_two_workers_with_one_instance_id_the_earlier_ends_and_names_the_setting(kafka: Broker) -> None:
    station = Station(kafka.address).create()
    with station.worker(instance_id="pod-0") as first, station.worker(instance_id="pod-1") as other:
        other.until(lambda: len(first.assigned()) == len(other.assigned()) == 2)
        with station.worker(instance_id="pod-0") as second:
            assert first.ended() == ExitCode.FENCED, first.log()
            (end,) = first.logged("the worker ends")
            assert "TIDEWAITER_INSTANCE_ID (pod-0)" in end["reason"]
            assert "Traceback" not in first.log()
            second.until(lambda: len(second.assigned()) == 2)
            sent = transfers(0, 300)
            station.publish(sent)
            found = station.verdicts_on(ids(sent))
            one_verdict_each(found)
            assert sum(map(len, found.values())) == len(sent), "nobody judges what another has judged"
            other.until(lambda: committed(station) == len(sent))
            assert second.terminate() == other.terminate() == ExitCode.STOPPED


def test_a_worker_forgotten_by_its_group_takes_its_id_back_where_nobody_else_has(kafka: Broker) -> None:
    """What fences is another worker with the id, not a pause past the session."""
    station = Station(kafka.address).create()
    with station.worker(instance_id="pod-0") as worker:
        worker.ready()
        worker.send(signal.SIGSTOP)
        time.sleep(9)  # its session is 6 s
        assert station.wire.members(station.group) == 0
        worker.send(signal.SIGCONT)
        sent = transfers(0, 50)
        station.publish(sent)
        one_verdict_each(station.verdicts_on(ids(sent)))
        assert worker.terminate() == ExitCode.STOPPED


@pytest.mark.parametrize("silence", ["hold", "cut"])
def test_a_broker_that_does_not_answer_makes_a_worker_unready_and_not_dead(
    far: tuple[FarKafka, Proxy], silence: str
) -> None:
    kafka, proxy = far
    station = Station(kafka.address).create()
    with station.worker(broker=proxy.address, broker_silence_seconds=5) as worker:
        worker.ready()
        getattr(proxy, silence)()
        try:
            worker.until(lambda: "broker (no answer for " in worker.page("/readyz")[1])
            assert worker.page("/readyz")[0] == 503
            assert worker.page("/livez")[0] == 200
            assert worker.metrics()["tidewaiter_broker_silence_seconds"] > 5
            assert worker.logged("not ready: the broker does not answer")
        finally:
            proxy.heal()
        worker.ready()
        assert worker.logged("the broker answers again")
        sent = transfers(0, 50)
        station.publish(sent)
        one_verdict_each(station.verdicts_on(ids(sent)))


@pytest.mark.parametrize("silence", ["hold", "cut"])
def test_a_broker_that_does_not_answer_makes_a_rescreener_unready_and_not_dead(
    far: tuple[FarKafka, Proxy], silence: str
) -> None:
    kafka, proxy = far
    station = Station(kafka.address).create().create_rule_books().create_dispositions()
    station.wire.create(f"{station.prefix}rescreenings", partitions=1)
    told = station.environment(broker=proxy.address, broker_silence_seconds=5, connect_timeout_seconds=2)
    with WorkerProcess(told, command="rescreener") as rescreener:
        rescreener.ready()
        getattr(proxy, silence)()
        try:
            rescreener.until(lambda: "broker (no answer for " in rescreener.page("/readyz")[1])
            assert rescreener.page("/readyz")[0] == 503
            assert rescreener.page("/livez")[0] == 200
            assert rescreener.metrics()["tidewaiter_broker_silence_seconds"] > 3
        finally:
            proxy.heal()
        rescreener.ready()
        assert rescreener.metrics()["tidewaiter_broker_silence_seconds"] < 3
        assert rescreener.logged("the broker answers again")
        assert len(rescreener.logged("the workers' group cannot be looked up; trying every second")) <= 2


@pytest.mark.parametrize("silence", ["hold", "cut"])
def test_an_idle_worker_whose_broker_is_gone_leaves_at_once(far: tuple[FarKafka, Proxy], silence: str) -> None:
    kafka, proxy = far
    station = Station(kafka.address).create()
    sent = transfers(0, 50)
    station.publish(sent)
    with station.worker(broker=proxy.address) as worker:
        station.verdicts_on(ids(sent))
        worker.until(lambda: committed(station) == len(sent))
        time.sleep(1)  # the worker has the broker's answer to its commit, too
        getattr(proxy, silence)()
        try:
            time.sleep(4)
            asked = time.monotonic()
            assert worker.terminate() == ExitCode.STOPPED, worker.log()
            assert time.monotonic() - asked < stretched(5)
        finally:
            proxy.heal()


def test_what_was_judged_and_not_committed_is_worth_the_whole_budget(far: tuple[FarKafka, Proxy]) -> None:
    kafka, proxy = far
    station = Station(kafka.address).create()
    sent = transfers(0, 50)
    station.publish(sent)
    with station.worker(broker=proxy.address, commit_seconds=600, session_timeout_seconds=30) as worker:
        station.verdicts_on(ids(sent))
        proxy.hold()
        try:
            time.sleep(4)
            worker.send(signal.SIGTERM)
            time.sleep(3)
            assert worker.exit_code is None, "it still tries to commit"
        finally:
            proxy.heal()
        assert worker.ended() == ExitCode.STOPPED, worker.log()
        assert committed(station) == len(sent)
