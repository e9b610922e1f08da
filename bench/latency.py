"""How long a transfer waits for its verdict: at a trickle, and at half of what one worker can do.

Transfers are sent at a steady rate, whether or not verdicts come back. A transfer's time is that of its sending, a
verdict's that of the broker when it took it (of the worker when it wrote it, where a broker keeps no time of its own),
both in whole milliseconds. Broker, worker and sender share this machine.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from bench.stream import apache_kafka, embedded_broker, measured_worker, transfer_lines
from tests.apache_kafka import KafkaUnavailable
from tests.station import Station
from tests.wire import Record

FULL = 10_000
TRICKLE = 20
SECONDS = 20.0
IDLE_SECONDS = 5.0
WARM_UP_SECONDS = 10.0
"""Left out of the figures: while all names are new, a transfer costs three times as much, and half is already most."""


def main() -> dict[str, Any]:
    """Print a table and return the numbers."""
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # a new topic's leader is looked for in vain at first
    results: dict[str, Any] = {}
    table = Table("broker", "load", "transfers/s", "p50 ms", "p90 ms", "p99 ms", "most ms", title="event to verdict")
    for name, broker in (("embedded broker", embedded_broker), ("Apache Kafka", apache_kafka)):
        try:
            with broker() as address:
                results[name] = _measured(address)
        except KafkaUnavailable as reason:
            print(reason)
            continue
        for load, numbers in results[name].items():
            if load == "none":
                print(f"{name}: an idle worker takes {100 * numbers['processor_share']:.1f} % of a core")
                continue
            table.add_row(
                name,
                load,
                f"{numbers['per_second']:,.0f}",
                *(f"{numbers[each]:.0f}" for each in ("p50_ms", "p90_ms", "p99_ms", "most_ms")),
            )
    Console().print(table)
    return results


def _measured(address: str) -> dict[str, dict[str, float]]:
    lines = transfer_lines(FULL)
    full = measured_worker(
        Station(address).create(), [Record(line, str(number).encode()) for number, line in enumerate(lines)]
    )
    most = full["count"] / full["seconds"]
    station = Station(address)
    station.create(station.transfers, station.dead_letters, station.quotas)
    station.wire.create(station.verdicts, partitions=station.partitions, message_timestamp_type="LogAppendTime")
    with station.worker(session_timeout_seconds=10, heartbeat_seconds=3) as worker:
        worker.ready()
        measured = {
            "a trickle": _at(station, TRICKLE, lines, SECONDS),
            f"half of {most:,.0f}": _at(station, most / 2, lines, SECONDS),
        }
        before = worker.metrics()["process_cpu_seconds_total"]
        time.sleep(IDLE_SECONDS)
        measured["none"] = {"processor_share": (worker.metrics()["process_cpu_seconds_total"] - before) / IDLE_SECONDS}
    return measured


def _at(station: Station, rate: float, lines: Sequence[bytes], seconds: float) -> dict[str, float]:
    name = f"{rate:.0f}"
    sent = asyncio.run(_sent(station, name, rate, lines, seconds))
    answered = {
        (record.key or b"").decode(): record.timestamp or 0
        for record in station.wire.read(
            station.verdicts, until=lambda found: sum(_of(record, name) for record in found) >= len(sent), within=120
        )
        if _of(record, name)
    }
    began = min(sent.values()) + 1000 * WARM_UP_SECONDS
    waits = sorted(answered[key] - at for key, at in sent.items() if at >= began)

    def quantile(share: float) -> float:
        return float(waits[min(len(waits) - 1, int(share * len(waits)))])

    return {
        "per_second": len(sent) / ((max(sent.values()) - min(sent.values())) / 1000),
        "count": len(waits),
        "p50_ms": quantile(0.5),
        "p90_ms": quantile(0.9),
        "p99_ms": quantile(0.99),
        "most_ms": quantile(1.0),
    }


def _of(record: Record, name: str) -> bool:
    return (record.key or b"").startswith(f"{name}-".encode())


async def _sent(station: Station, name: str, rate: float, lines: Sequence[bytes], seconds: float) -> dict[str, int]:
    """Send at a steady rate and return when each was sent, in milliseconds, by transfer."""
    futures = []
    sent: dict[str, int] = {}
    async with AIOKafkaProducer(bootstrap_servers=station.address, acks="all") as producer:
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            identity = f"{name}-{number}"
            body = lines[number % len(lines)].split(b",", 1)[1]
            sent[identity] = time.time_ns() // 1_000_000
            futures.append(
                await producer.send(station.transfers, b'{"id": "%s",%s' % (identity.encode(), body), identity.encode())
            )
        await asyncio.gather(*futures)
    return sent
