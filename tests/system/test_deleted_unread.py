"""Retention deletes transfers before a worker reads them: that is told, with how many, and the rest gets verdicts.

On Apache Kafka alone: the embedded broker deletes nothing.
"""

from __future__ import annotations

import signal
import time

import pytest

from tests.brokers import Broker
from tests.station import Station, WorkerProcess, ids, record_of, transfers
from tests.transactional import Transactional

pytestmark = [pytest.mark.kafka, pytest.mark.long]

# Seconds within which Kafka answers the fetch that a worker had in flight when it stopped: a fetch still waiting is
# answered with the first records written, and these are then read, not lost.
ANSWERED = 1
METRIC = 'tidewaiter_deleted_unread_total{partition="0"}'


def lost(worker: WorkerProcess) -> float:
    return worker.metrics()[METRIC]


def test_a_worker_that_starts_behind_what_retention_left_tells_how_much_is_gone(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    before, gone, kept = transfers(0, 10), transfers(10, 40), transfers(50, 20)
    with station.worker() as worker:
        worker.ready()
        station.publish(before)
        station.verdicts_on(ids(before))
        assert lost(worker) == 0
        assert worker.terminate() == 0
    station.publish(gone + kept)
    station.wire.delete_records(station.transfers, before=50)
    with station.worker() as worker:
        station.verdicts_on(ids(kept))
        assert lost(worker) == 40
        told = worker.logged("transfers were deleted before they were read (runbook deleted-unread)")
        assert [(line["partition"], line["first"], line["offsets"]) for line in told] == [(0, 10, 40)]


def test_what_is_deleted_under_a_running_worker_is_told_and_transaction_markers_are_not(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    producer = Transactional(kafka.address)
    read, gone, kept = transfers(0, 10), transfers(10, 40), transfers(50, 20)
    with station.worker() as worker:
        worker.ready()
        producer.aborted(station.transfers, [record_of(each) for each in transfers(90, 5)])
        producer.committed(station.transfers, [record_of(each) for each in read])
        station.verdicts_on(ids(read))
        worker.send(signal.SIGSTOP)
        time.sleep(ANSWERED)
        at = station.wire.ends(station.transfers)[0]
        station.publish(gone + kept)
        station.wire.delete_records(station.transfers, before=at + 40)
        worker.send(signal.SIGCONT)
        station.verdicts_on(ids(kept))
        assert lost(worker) == 40
