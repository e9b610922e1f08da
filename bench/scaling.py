"""Two workers against one, and the stock Faust agent of its tutorial against a worker, on the same full topic.

Workers are measured from the moment that all are let loose to the last acknowledged verdict. On cores that also carry
the broker, and whatever else the machine does, two workers cannot be twice one. So it is said whose the cores were:
where a transfer takes two workers as much processor time as one, and the cores are used up, more cores give more. One
worker is also measured on a core of its own, with the broker and the bench on the others; from that and the processor
times, two such workers are modelled.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, nullcontext
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.processors import Spent, apart
from bench.stream import apache_kafka, await_commits, embedded_broker, transfer_lines
from tests.apache_kafka import KafkaUnavailable
from tests.station import Station, WorkerProcess
from tests.wire import Record

COUNT = 20_000
WARM_UP = 5_000
"""Judged before: a worker that has seen no name yet is the slower for it, and two of them learn each for itself."""
STOCK_COUNT = 5_000


def main() -> dict[str, Any]:
    """Print a table and return the numbers."""
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # a new topic's leader is looked for in vain at first
    results: dict[str, Any] = {}
    table = Table("broker", "what", "a second", "of one", "µs each", "cores", title=f"scaling, {os.cpu_count()} cores")
    records = [Record(line, str(number).encode()) for number, line in enumerate(transfer_lines(COUNT))]
    for name, broker in (("embedded broker", embedded_broker), ("Apache Kafka", apache_kafka)):
        try:
            with broker() as address:
                results[name] = {
                    "one worker": _workers(address, records, 1),
                    "one worker, a core of its own": _workers(address, records, 1, alone=True),
                    "two workers": _workers(address, records, 2),
                    "stock Faust agent": _stock(address, records[: WARM_UP + STOCK_COUNT]),
                }
        except KafkaUnavailable as reason:
            print(reason)
            continue
        one = results[name]["one worker"]
        for what, numbers in results[name].items():
            count, seconds = numbers["count"], numbers["seconds"]
            cores = [numbers.get(f"{whose}_seconds", math.nan) / seconds for whose in ("processor", "broker", "others")]
            table.add_row(
                name,
                what,
                f"{count / seconds:,.0f}",
                f"{count / seconds / (one['count'] / one['seconds']):.2f}",
                f"{1e6 * numbers['processor_seconds'] / count:.0f}",
                " + ".join("?" if math.isnan(each) else f"{each:.2f}" for each in cores),
            )
    Console().print(table)
    print(
        "µs each: processor time of the workers a transfer. cores: those that the workers, the broker and others had."
    )
    for name, numbers in results.items():
        print(f"{name}: two workers on cores of their own would do {_modelled(numbers):,.0f} a second")
    return results


def _modelled(numbers: dict[str, dict[str, float]]) -> float:
    """Return what two workers would do, each on a core of its own.

    That is twice one on such a core, less what a transfer costs two workers more, and no more than a broker does that
    has a core of its own.
    """
    alone, one, two = (numbers[each] for each in ("one worker, a core of its own", "one worker", "two workers"))
    more = (two["processor_seconds"] / two["count"]) / (one["processor_seconds"] / one["count"])
    return min(2 * alone["count"] / alone["seconds"] / max(1.0, more), alone["count"] / alone["broker_seconds"])


def _await_share(worker: WorkerProcess, share: int) -> None:
    worker.ready().until(lambda: len(worker.assigned()) == share)


def _workers(address: str, records: list[Record], number: int, *, alone: bool = False) -> dict[str, float]:
    station = Station(address).create()
    with ExitStack() as stack:
        workers = [
            stack.enter_context(station.worker(session_timeout_seconds=20, heartbeat_seconds=3)) for _ in range(number)
        ]
        for worker in workers:
            _await_share(worker, station.partitions // number)
        station.wire.publish(station.transfers, records[:WARM_UP])
        await_commits(station, WARM_UP)
        pids = [worker.pid for worker in workers]
        for worker in workers:
            worker.send(signal.SIGSTOP)
        station.wire.publish(station.transfers, records)
        with apart(pids) if alone else nullcontext():
            before, began = Spent.until_now(pids), time.time()
            for worker in workers:
                worker.send(signal.SIGCONT)
            await_commits(station, WARM_UP + len(records))
            spent = Spent.until_now(pids).since(before)
    verdicts = station.wire.read(station.verdicts, until=lambda found: len(found) >= WARM_UP + len(records))
    return {
        "count": len(records),
        "seconds": max(record.timestamp or 0 for record in verdicts) / 1000 - began,
        "processor_seconds": spent.workers,
        "broker_seconds": spent.broker,
        "others_seconds": spent.others,
    }


def _stock(address: str, records: list[Record]) -> dict[str, float]:
    station = Station(address).create()
    station.wire.publish(station.transfers, records)
    command = [sys.executable, "-m", "bench.stock_faust", address, station.transfers, station.verdicts]
    ran = subprocess.run(
        [*command, str(STOCK_COUNT), str(WARM_UP)], capture_output=True, text=True, check=True, timeout=300
    )
    numbers: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return numbers
