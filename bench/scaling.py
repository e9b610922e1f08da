"""Two workers against one, and the stock Faust agent of its tutorial against a worker, on the same full topic.

Workers are measured from the moment that all are let loose to the last acknowledged verdict. On two cores that also
carry the broker, two workers cannot be twice one: the processor time each transfer takes says what more cores give.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.stream import apache_kafka, embedded_broker, transfer_lines
from tests.apache_kafka import KafkaUnavailable
from tests.station import Station, WorkerProcess
from tests.wire import Record

COUNT = 20_000
STOCK_COUNT = 5_000


def main() -> dict[str, Any]:
    """Print a table and return the numbers."""
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # a new topic's leader is looked for in vain at first
    results: dict[str, Any] = {}
    table = Table("broker", "what", "transfers/s", "µs of processor each", "of one worker", title="scaling")
    records = [Record(line, str(number).encode()) for number, line in enumerate(transfer_lines(COUNT))]
    for name, broker in (("embedded broker", embedded_broker), ("Apache Kafka", apache_kafka)):
        try:
            with broker() as address:
                results[name] = {
                    "one worker": _workers(address, records, 1),
                    "two workers": _workers(address, records, 2),
                    "stock Faust agent": _stock(address, records[:STOCK_COUNT]),
                }
        except KafkaUnavailable as reason:
            print(reason)
            continue
        one = results[name]["one worker"]
        for what, numbers in results[name].items():
            rate = numbers["count"] / numbers["seconds"]
            table.add_row(
                name,
                what,
                f"{rate:,.0f}",
                f"{1e6 * numbers['processor_seconds'] / numbers['count']:.0f}",
                f"{rate / (one['count'] / one['seconds']):.2f}",
            )
    Console().print(table)
    return results


def _await_share(worker: WorkerProcess, share: int) -> None:
    worker.ready().until(lambda: len(worker.assigned()) == share)


def _workers(address: str, records: list[Record], number: int) -> dict[str, float]:
    station = Station(address).create()
    with ExitStack() as stack:
        workers = [
            stack.enter_context(station.worker(session_timeout_seconds=20, heartbeat_seconds=3)) for _ in range(number)
        ]
        for worker in workers:
            _await_share(worker, station.partitions // number)
        before = [worker.metrics() for worker in workers]
        for worker in workers:
            worker.send(signal.SIGSTOP)
        station.wire.publish(station.transfers, records)
        began = time.time()
        for worker in workers:
            worker.send(signal.SIGCONT)
        while sum(worker.metrics()["tidewaiter_batch_size_sum"] for worker in workers) < len(records):
            time.sleep(0.5)
        after = [worker.metrics() for worker in workers]
    verdicts = station.wire.read(station.verdicts, until=lambda found: len(found) >= len(records))
    spent = "process_cpu_seconds_total"
    return {
        "count": len(records),
        "seconds": max(record.timestamp or 0 for record in verdicts) / 1000 - began,
        "processor_seconds": sum(b[spent] - a[spent] for a, b in zip(before, after, strict=True)),
    }


def _stock(address: str, records: list[Record]) -> dict[str, float]:
    station = Station(address).create()
    station.wire.publish(station.transfers, records)
    command = [sys.executable, "-m", "bench.stock_faust", address, station.transfers, station.verdicts]
    ran = subprocess.run([*command, str(len(records))], capture_output=True, text=True, check=True, timeout=300)
    numbers: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return numbers
