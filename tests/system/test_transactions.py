"""Transfers in transactions: the committed are screened, the aborted never were, and neither leaves a trace in the lag.

On Apache Kafka alone: the embedded broker has no transactions.
"""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from tests.brokers import Broker
from tests.integration.test_quota_stream import EACH, oil, told
from tests.station import Station, WorkerProcess, ids, one_verdict_each, record_of, transfers
from tests.transactional import Transactional
from tests.wire import Record

pytestmark = [pytest.mark.kafka, pytest.mark.long]

LOOKS_OFTEN = """
from tidewaiter.stream import worker
worker._LOOK_SECONDS = 0.2
worker._OPEN_SECONDS = 1.0
"""
HOUR = {"progress_seconds": 1}
"""A minute without progress is a second here, so that an idle hour is a minute."""


def records(of: list[dict[str, Any]], partitions: int = 1) -> list[Record]:
    return [record_of(each, partition=number % partitions) for number, each in enumerate(of)]


def lags(worker: WorkerProcess, name: str = "tidewaiter_consumer_lag") -> dict[str, float]:
    return {key: value for key, value in worker.metrics().items() if key.startswith(name)}


def all_read(station: Station) -> bool:
    """Whether all that the partitions hold is committed, as a scaler or an exporter outside sees it."""
    committed, ends = station.wire.committed(station.group, station.transfers), station.wire.ends(station.transfers)
    return committed == {partition: end for partition, end in ends.items() if end}


def stays_well(worker: WorkerProcess, seconds: float) -> None:
    """The worker is alive and ready all the while, and has neither lag nor anything that waits."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for probe in ("/livez", "/readyz"):
            status, text = worker.page(probe)
            assert status == 200, f"{probe}: {status} {text}"
        assert not any(lags(worker).values())
        assert not any(lags(worker, "tidewaiter_oldest_waiting_seconds").values())
        time.sleep(0.1)


def verdicts_now(station: Station) -> list[Record]:
    return station.wire.read_all(station.verdicts)


def test_a_worker_is_ready_and_alive_for_an_idle_hour_after_a_committed_transaction(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=2).create()
    sent = transfers(0, 200)
    with station.worker(LOOKS_OFTEN, **HOUR) as worker:
        worker.ready()
        Transactional(kafka.address).committed(station.transfers, records(sent, 2))
        station.verdicts_on(ids(sent))
        worker.until(lambda: all_read(station))
        worker.until(lambda: not any(lags(worker).values()))
        assert sum(station.wire.ends(station.transfers).values()) == 202, "each partition ends with a marker"
        stays_well(worker, 60)
        assert worker.terminate() == 0
    with station.worker(LOOKS_OFTEN, **HOUR) as again:
        again.ready()
        stays_well(again, 3)
    assert len(verdicts_now(station)) == 200, "nothing was read again"


def test_aborted_transfers_are_not_screened_and_draw_on_no_quota(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    producer = Transactional(kafka.address)
    with station.worker(LOOKS_OFTEN, **HOUR) as worker:
        worker.ready()
        producer.aborted(station.transfers, records(transfers(0, 200)))
        producer.aborted(station.transfers, records([oil(number) for number in range(20)]))
        worker.until(lambda: all_read(station))
        stays_well(worker, 5)
        assert station.wire.ends(station.verdicts) == {0: 0}
        assert station.wire.ends(station.dead_letters) == {0: 0}
        assert station.wire.ends(station.quotas) == {0: 0}, "what is aborted claims nothing"
        producer.committed(station.transfers, records([oil(20)]))
        found = station.verdicts_on(["oil-0020"])
        assert told(found["oil-0020"][0])[0] == EACH
    assert set(found) == {"oil-0020"}


def test_a_worker_that_starts_behind_aborted_records_and_markers_commits_past_them(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    producer = Transactional(kafka.address)
    producer.aborted(station.transfers, records(transfers(0, 50)))
    with station.worker(LOOKS_OFTEN, **HOUR) as worker:  # nothing but an aborted transaction
        worker.ready()
        worker.until(lambda: all_read(station))
        stays_well(worker, 3)
        worker.kill()
    producer.committed(station.transfers, records(transfers(50, 1)))
    producer.aborted(station.transfers, records(transfers(51, 50)))
    with station.worker(LOOKS_OFTEN, **HOUR) as worker:
        assert set(station.verdicts_on(["transfer-000050"])) == {"transfer-000050"}
        worker.until(lambda: all_read(station))


def test_a_hanging_transaction_is_shown_and_kills_no_worker(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    aborted, behind = transfers(0, 10), transfers(10, 10)
    with station.worker(LOOKS_OFTEN, **HOUR) as worker:
        worker.ready()
        hanging = Transactional(kafka.address).begin(station.transfers, records(aborted))
        station.publish(behind, partition=0)
        worker.until(lambda: worker.metrics().get('tidewaiter_open_transaction_offsets{partition="0"}') == 20)
        worker.until(lambda: worker.metrics()['tidewaiter_open_transaction_seconds{partition="0"}'] > 2)
        stays_well(worker, 3)
        (line,) = worker.logged("transfers wait behind an open transaction (runbook open-transaction)")
        assert (line["partition"], line["begins"]) == (0, 0)
        assert station.wire.ends(station.verdicts) == {0: 0}, "what lies behind it may not be read yet"
        hanging.abort()
        assert set(station.verdicts_on(ids(behind))) == set(ids(behind))
        worker.until(lambda: worker.metrics()['tidewaiter_open_transaction_seconds{partition="0"}'] == 0)
        worker.until(lambda: all_read(station))


def test_read_uncommitted_screens_what_is_open_and_passes_the_markers_too(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    sent = transfers(0, 20)
    with station.worker(LOOKS_OFTEN, isolation_level="read_uncommitted", **HOUR) as worker:
        worker.ready()
        hanging = Transactional(kafka.address).begin(station.transfers, records(sent))
        station.verdicts_on(ids(sent))
        hanging.abort()
        worker.until(lambda: all_read(station))
        stays_well(worker, 3)


def test_each_transfer_outside_aborted_transactions_has_its_verdict_through_rebalances_and_kills(kafka: Broker) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    drawn = random.Random(seed)
    station = Station(kafka.address, partitions=3).create()
    producers = [Transactional(kafka.address) for _ in range(3)]
    standing: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    number = 0

    def write_some() -> None:
        nonlocal number
        open_ones = []
        for producer in producers:  # transactions that lie among each other
            part = transfers(number, drawn.randint(1, 30))
            number += len(part)
            producer.begin(station.transfers, [record_of(each, partition=drawn.randrange(3)) for each in part])
            open_ones.append((producer, part))
            plain = transfers(number, drawn.randint(0, 5))
            number += len(plain)
            station.publish(plain)
            standing.extend(plain)
        drawn.shuffle(open_ones)
        for producer, part in open_ones:
            if drawn.random() < 0.5:
                producer.commit()
                standing.extend(part)
            else:
                producer.abort()
                gone.extend(part)

    slow = {"batch_max": 20, "commit_seconds": 0.2}
    with station.worker(**slow) as first, station.worker(**slow) as second:
        first.ready()
        second.ready()
        for _ in range(8):
            write_some()
        first.kill()
        for _ in range(8):
            write_some()
        with station.worker(LOOKS_OFTEN, **slow, **HOUR) as third:
            third.until(lambda: bool(third.assigned()))
            for _ in range(8):
                write_some()
            assert second.terminate() == 0
            found = station.verdicts_on(ids(standing))
            third.until(lambda: all_read(station))
            third.ready()  # the group divides its partitions once more when the second has left
            third.until(lambda: not any(lags(third).values()))  # it looks less often than it commits
            stays_well(third, 3)
    one_verdict_each(found)
    assert set(found) == set(ids(standing)), "verdicts on aborted transfers"
    assert gone


def test_transactions_on_our_own_topics_hold_up_neither_workers_nor_readers(kafka: Broker) -> None:
    """Whoever may write one of them may leave a transaction open there: what we read of them is read all the same."""
    station = Station(kafka.address, partitions=1).create().create_rule_books()
    producer = Transactional(kafka.address)
    own = (station.quotas, station.rule_books, station.verdicts, station.dead_letters)
    junk = [Record(b"{}", b"junk", partition=0)]
    with station.worker() as worker:
        station.publish([oil(1)])
        station.verdicts_on(["oil-0001"])
        worker.until(lambda: all_read(station))
        assert worker.terminate() == 0
    for topic in own:
        producer.committed(topic, junk)
        producer.aborted(topic, junk)
    hanging = [Transactional(kafka.address).begin(topic, junk) for topic in own]
    with station.worker(produce_timeout_seconds=5) as worker:
        worker.ready()
        station.publish([oil(2)])
        found = station.verdicts_on(["oil-0002"])
        assert told(found["oil-0002"][0])[0] == 2 * EACH
    for transaction in hanging:
        transaction.abort()
    assert json.loads(found["oil-0002"][0].value or b"")["decision"] == "review"
    with station.worker(produce_timeout_seconds=5) as worker:  # each topic ends with a marker now
        worker.ready()
