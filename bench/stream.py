"""How fast one worker screens a stream, end to end, against a bare aiokafka loop on the same broker in the same run.

Measured from the moment that a ready worker is let loose on a full topic to the last acknowledged verdict. Processor
time is the worker's own. The broker runs on the same machine and takes its share of it.
"""

from __future__ import annotations

import json
import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.screening import party_name, transfer_line
from tests.apache_kafka import ApacheKafka, KafkaUnavailable
from tests.station import Station
from tests.wire import Record
from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.observability.metrics import STAGES

SCREENED = 20_000
COPIED = 100_000
# Unlike in the tests, the compiler that takes longer to start and runs faster.
KAFKA_JVM = ("-Xms512m", "-Xmx512m")


def main() -> dict[str, Any]:
    """Print a table for each broker and return the numbers."""
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # a new topic's leader is looked for in vain at first
    results: dict[str, Any] = {}
    lines = transfer_lines(SCREENED)
    for name, broker in (("embedded broker", embedded_broker), ("Apache Kafka", apache_kafka)):
        try:
            with broker() as address:
                results[name] = _measured(address, lines)
        except KafkaUnavailable as reason:
            print(reason)
            continue
        _show(name, results[name])
    return results


def _measured(address: str, lines: list[bytes]) -> dict[str, Any]:
    records = [Record(line, str(number).encode()) for number, line in enumerate(lines)]
    worker = measured_worker(Station(address).create(), records)
    full = Station(address).create()
    full.wire.publish(full.transfers, records)
    screened = _bare(full, SCREENED, "screen")
    copied = Station(address).create()
    for _ in range(COPIED // SCREENED):
        copied.wire.publish(copied.transfers, records)
    return {
        "worker": worker,
        "bare, same screening": screened,
        "bare, copying": _bare(copied, COPIED, "copy"),
    }


def measured_worker(station: Station, records: list[Record]) -> dict[str, float]:
    with station.worker(session_timeout_seconds=10, heartbeat_seconds=3) as worker:
        before = worker.ready().metrics()
        worker.send(signal.SIGSTOP)
        station.wire.publish(station.transfers, records)
        began = time.time()
        worker.send(signal.SIGCONT)
        await_commits(station, len(records))
        while (after := worker.metrics())["tidewaiter_batch_size_sum"] < len(records):
            time.sleep(0.1)
    verdicts = station.wire.read(station.verdicts, until=lambda found: len(found) >= len(records))
    ended = max(record.timestamp or 0 for record in verdicts) / 1000

    def spent(sample: str) -> float:
        return after[sample] - before[sample]

    stages = {name: spent(f'tidewaiter_stage_seconds_total{{stage="{name}"}}') for name in STAGES}
    return {
        "count": len(records),
        "seconds": ended - began,
        "processor_seconds": spent("process_cpu_seconds_total"),
        **{f"{name}_seconds": seconds for name, seconds in stages.items()},
    }


def await_commits(station: Station, number: int) -> None:
    """Ask the broker until so many are done with: a worker's page of metrics costs it time that counts."""
    while sum(station.wire.committed(station.group, station.transfers).values()) < number:
        time.sleep(0.2)


def _bare(station: Station, count: int, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.bare_loop", station.address, station.transfers, station.verdicts]
    ran = subprocess.run([*command, str(count), what], capture_output=True, text=True, check=True)
    numbers: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return numbers


def transfer_lines(count: int) -> list[bytes]:
    """Transfers of `bench.screening`'s repeated traffic."""
    random.seed("stream")
    pool = [party_name() for _ in range(2_000)]
    weights = [1 / rank for rank in range(1, len(pool) + 1)]
    return [transfer_line(number, pool, weights, fresh=False) for number in range(count)]


def _show(broker: str, loops: dict[str, dict[str, float]]) -> None:
    table = Table("loop", "transfers/s", "µs of processor", "of bare, screening", title=broker)
    bare = loops["bare, same screening"]
    for name, loop in loops.items():
        rate = loop["count"] / loop["seconds"]
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{_each(loop, 'processor_seconds'):.0f}",
            f"{rate / (bare['count'] / bare['seconds']):.2f}",
        )
    Console().print(table)
    worker = loops["worker"]
    outside = _each(worker, "processor_seconds") - _each(worker, "screen_seconds")
    stages = ", ".join(f"{name} {_each(worker, f'{name}_seconds'):.0f}" for name in STAGES)
    print(f"worker, µs a transfer: {stages}; processor time outside screen {outside:.0f}")


def _each(loop: dict[str, float], seconds: str) -> float:
    return 1e6 * loop[seconds] / loop["count"]


@contextmanager
def embedded_broker() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.address


@contextmanager
def apache_kafka() -> Iterator[str]:
    with ApacheKafka(jvm=KAFKA_JVM) as kafka:
        yield kafka.address
