"""A worker at half of what it can do, for long: does its memory grow, does it fall behind?

`python -m tests.system.soak --minutes 30`, or `make soak ARGS="--minutes 30"`. Broker, publisher and worker share the
machine, and the most is measured the same way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Final

from aiokafka import AIOKafkaProducer

from tests.apache_kafka import ApacheKafka
from tests.station import Station, WorkerProcess, transfer
from tests.wire import Record

MEASURED: Final = 40_000
KINDS: Final = 5_000
"""Different transfers that are sent in turn, under new ids each time."""
TICK: Final = 0.05
LOOK_SECONDS: Final = 30.0
WARM_SECONDS: Final = 60.0
"""Left out of the slopes: caches fill, the allocator finds its size."""
SMALL_TOPIC: Final = {"retention_bytes": "134217728", "segment_bytes": "33554432"}


@dataclass(frozen=True, slots=True)
class Look:
    """The worker at one moment of the soak."""

    seconds: float
    resident_mib: float
    lag: int
    """Events on the broker that the worker has not finished."""
    finished: int

    def __str__(self) -> str:
        return f"{self.seconds:7.0f} s  {self.resident_mib:8.1f} MiB  lag {self.lag:6d}  finished {self.finished}"


def soak(minutes: float, say: Callable[[str], None] = print) -> list[Look]:
    """Measures a worker's most, then looks at it at half of that. Raises KafkaUnavailable."""
    settings = {"log.retention.check.interval.ms": "5000"}
    with ApacheKafka(settings=settings, jvm=("-Xms512m", "-Xmx512m")) as kafka:
        most = _most(kafka.address)
        say(f"one worker does {most:.0f} transfers a second here; soaking it at {most / 2:.0f} for {minutes:g} minutes")
        station = Station(kafka.address).create()
        for topic in (station.transfers, station.verdicts):
            station.wire.configure(topic, max_message_bytes="8388608", **SMALL_TOPIC)
        with station.worker() as worker:
            worker.ready()
            with _Source(station, most / 2) as source:
                return _looks(worker, source, minutes * 60, say)


def slopes(looks: Sequence[Look]) -> tuple[float, float]:
    """Growth of memory in MiB an hour and of lag in events a minute, least squares, without the first minute."""
    warm = [look for look in looks if look.seconds >= WARM_SECONDS]
    times = [look.seconds for look in warm]
    memory = linear_regression(times, [look.resident_mib for look in warm]).slope
    lag = linear_regression(times, [look.lag for look in warm]).slope
    return memory * 3600, lag * 60


def _most(address: str) -> float:
    """Transfers a second, from a full topic, without the first fifth."""
    station = Station(address).create()
    station.wire.publish(station.transfers, (Record(*_event(number)) for number in range(MEASURED)))
    with station.worker() as worker:
        page = worker.ready().logged("web")[-1]["metrics"]
        worker.until(lambda: _finished(page) >= MEASURED / 5)
        begun, first = time.monotonic(), _finished(page)
        worker.until(lambda: _finished(page) >= MEASURED, within=120)
        return (MEASURED - first) / (time.monotonic() - begun)


def _finished(page: str) -> int:
    """Events finished, by the worker's own count. Its log, where `metrics` finds the page, grows long here."""
    with urllib.request.urlopen(page, timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("tidewaiter_batch_size_sum "):
                return int(float(line.split()[1]))
    return 0


def _event(number: int) -> tuple[bytes, bytes]:
    name = f"transfer-{number:09d}"
    return json.dumps(transfer(number % KINDS, id=name)).encode(), name.encode()


def _looks(worker: WorkerProcess, source: _Source, seconds: float, say: Callable[[str], None]) -> list[Look]:
    page = worker.logged("web")[-1]["metrics"]
    began = time.monotonic()
    looks: list[Look] = []
    while time.monotonic() - began < seconds:
        time.sleep(max(0.0, min(LOOK_SECONDS * (len(looks) + 1), seconds) - (time.monotonic() - began)))
        assert worker.exit_code is None, f"the worker ended with {worker.exit_code}:\n{worker.log()[-4000:]}"
        finished = _finished(page)
        looks.append(
            Look(time.monotonic() - began, _resident_mib(worker.pid), source.acknowledged - finished, finished)
        )
        say(str(looks[-1]))
    return looks


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no memory")


class _Source:
    """Publishes at a steady rate on a thread of its own."""

    def __init__(self, station: Station, rate: float) -> None:
        self._station, self._rate = station, rate
        self.acknowledged = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._publish()), daemon=True)

    def __enter__(self) -> _Source:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)

    async def _publish(self) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self._station.address, acks="all") as producer:
            began, sent = time.monotonic(), 0

            def done(_: object) -> None:
                self.acknowledged += 1

            while not self._ending.is_set():
                due = int((time.monotonic() - began) * self._rate)
                for number in range(sent, due):
                    value, key = _event(number)
                    (await producer.send(self._station.transfers, value, key)).add_done_callback(done)
                sent = max(sent, due)
                await asyncio.sleep(TICK)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line every 30 s and the slopes at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="at least 3")
    chosen = parser.parse_args(arguments)
    if chosen.minutes < 3:
        parser.error("--minutes: a slope needs at least 3")
    looks = soak(chosen.minutes, lambda line: print(line, flush=True))
    memory, lag = slopes(looks)
    print(f"slope after the first minute: memory {memory:+.1f} MiB an hour, lag {lag:+.1f} events a minute")
    return 0


if __name__ == "__main__":
    sys.exit(main())
