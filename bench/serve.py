"""Requests to `tidewaiter serve` beside a worker: how many a second a core answers, and how long they wait.

A worker screens a steady stream on the same machine. Clients ask `POST /v1/screen` at a steady rate, whether or not
answers come back, so that a wait is counted as a caller feels it. Broker, worker, service and clients share the
machine: the processor time of the service alone says what a core of its own would answer.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from bench.latency import _sent
from bench.stream import embedded_broker, transfer_lines
from tests.serving import client_of, tokens_file
from tests.station import Station, WorkerProcess

RATES = (100, 250, 500)
SECONDS = 12.0
WARM_UP_SECONDS = 3.0
STREAM_RATE = 200.0
CONNECTIONS = 64
MANY = 1_000


def main() -> dict[str, Any]:
    """Print a table and return the numbers."""
    lines = transfer_lines(5_000)
    results: dict[str, Any] = {}
    with embedded_broker() as address, _serving(address) as (station, serve, url, token):
        for rate in RATES:
            before = _processor(serve)
            results[f"{rate} a second"] = asyncio.run(_beside_a_stream(station, url, token, rate, lines))
            spent = _processor(serve) - before
            results[f"{rate} a second"]["processor_ms"] = 1_000 * spent / results[f"{rate} a second"]["answered"]
        results["as many as it can"] = _most(serve, url, token, lines)
        results["1,000 in one request"] = _many(serve, url, token, lines)
    _print(results)
    return results


@contextmanager
def _serving(address: str) -> Iterator[tuple[Station, WorkerProcess, str, str]]:
    station = Station(address).create().create_dispositions()
    with tempfile.TemporaryDirectory(prefix="tidewaiter-bench-") as folder:
        tokens = tokens_file(Path(folder, "tokens.yaml"))
        told = {
            "serve_tokens_file": Path(folder, "tokens.yaml"),
            "serve_database": f"sqlite:///{folder}/serve.db",
            "serve_requests_a_second": 1e6,
        }
        with station.worker() as worker, station.serve(**told) as serve:
            worker.ready()
            serve.ready()
            client = client_of(serve, tokens)
            yield station, serve, f"http://{client.host}:{client.port}", tokens["producer"]


async def _beside_a_stream(
    station: Station, url: str, token: str, rate: float, lines: Sequence[bytes]
) -> dict[str, float]:
    stream = asyncio.create_task(_sent(station, f"s{rate:.0f}", STREAM_RATE, lines, SECONDS))
    waits = await _asked(url, token, rate, lines)
    await stream
    return waits


async def _asked(url: str, token: str, rate: float, lines: Sequence[bytes]) -> dict[str, float]:
    """Ask at a steady rate and return how long the answers took, from when each was due."""
    waits: list[float] = []
    failed = 0
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        began = time.perf_counter()

        async def one(number: int) -> None:
            nonlocal failed
            due = began + number / rate
            async with session.post(f"{url}/v1/screen", data=lines[number % len(lines)]) as answer:
                await answer.read()
                if answer.status != 200:
                    failed += 1
            if due - began >= WARM_UP_SECONDS:
                waits.append(time.perf_counter() - due)

        tasks = []
        for number in range(int(rate * SECONDS)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
        seconds = time.perf_counter() - began
    waits.sort()
    return {
        "answered": float(len(tasks)),
        "failed": float(failed),
        "per_second": len(tasks) / seconds,
        **{f"p{int(share * 100)}_ms": 1_000 * waits[int(share * (len(waits) - 1))] for share in (0.5, 0.9, 0.99)},
        "most_ms": 1_000 * waits[-1],
    }


def _most(serve: WorkerProcess, url: str, token: str, lines: Sequence[bytes]) -> dict[str, float]:
    """Ask with a few connections, each as soon as it has its answer, and return the rate a core of its own would do."""

    async def asked() -> int:
        answered = 0
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=headers) as session:
            until = time.perf_counter() + SECONDS

            async def ask(first: int) -> None:
                nonlocal answered
                number = first
                while time.perf_counter() < until:
                    async with session.post(f"{url}/v1/screen", data=lines[number % len(lines)]) as answer:
                        await answer.read()
                    answered += 1
                    number += 16

            await asyncio.gather(*(ask(first) for first in range(16)))
        return answered

    before, began = _processor(serve), time.perf_counter()
    answered = asyncio.run(asked())
    seconds, spent = time.perf_counter() - began, _processor(serve) - before
    return {
        "answered": float(answered),
        "per_second": answered / seconds,
        "processor_ms": 1_000 * spent / answered,
        "per_processor_second": answered / spent,
    }


def _many(serve: WorkerProcess, url: str, token: str, lines: Sequence[bytes]) -> dict[str, float]:
    async def asked() -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = b"[" + b",".join(lines[:MANY]) + b"]"
        async with aiohttp.ClientSession(headers=headers) as session:
            for _ in range(5):
                async with session.post(f"{url}/v1/screen", data=body) as answer:
                    assert answer.status == 200
                    await answer.read()

    before, began = _processor(serve), time.perf_counter()
    asyncio.run(asked())
    seconds, spent = time.perf_counter() - began, _processor(serve) - before
    return {"answered": 5.0 * MANY, "per_second": 5 * MANY / seconds, "processor_ms": 1_000 * spent / (5 * MANY)}


def _processor(process: WorkerProcess) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(results: dict[str, Any]) -> None:
    columns = ("per_second", "p50_ms", "p90_ms", "p99_ms", "most_ms", "processor_ms")
    table = Table("load", "answers/s", "p50 ms", "p90 ms", "p99 ms", "most ms", "cpu ms each")
    for load, numbers in results.items():
        table.add_row(load, *(f"{numbers[each]:,.1f}" if each in numbers else "-" for each in columns))
    Console().print(table)
    most = results["as many as it can"]["per_processor_second"]
    print(f"one processor second answers {most:,.0f} requests of one transfer")
    print(f"a worker screened {STREAM_RATE:.0f} transfers a second beside the first three")
