"""Rule books swapped under two workers while transfers flow: what each verdict names, what is lost, how long it stalls.

A stall is the longest that a worker's event loop was kept from turning while a rule book was built and taken up: by the
clock, and in the worker's own processor time, which is what is left of it on a machine with nothing else to do. Between
swaps the same is watched for comparison.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.stream import apache_kafka, embedded_broker
from tests.apache_kafka import KafkaUnavailable
from tests.official_lists import FOLDER
from tests.rule_book_swaps import Book, await_adoption, books, findings, put
from tests.station import Station, WorkerProcess, ids, record_of, transfers

SWAPS, TRANSFERS = 20, 100_000
SWAPS_OF_LARGE, TRANSFERS_OF_LARGE = 5, 25_000
CHUNK = 500
OFFICIAL = {
    "un": "un/consolidated_2026-08-01.xml",
    "ofac": "ofac/SDN_2024-05-03.csv",
    "uk-conlist": "uk/ConList_2025-04-10.csv.gz",
    "au": "other/au_dfat_regulation8_consolidated_2026-08.xlsx",
}
WATCHED = """
import asyncio
from tidewaiter.observability import logs
from tidewaiter.stream import follower, worker
screen_until = worker._Worker._screen_until
async def watched(self, *arguments):
    async def watch():
        while True:
            async with follower.stall_watched() as longest:
                await asyncio.sleep(0.5)
            logs.logger("bench").info("half a second", stall=longest.seconds, processor=longest.processor_seconds)
    watching = asyncio.create_task(watch())
    return await screen_until(self, *arguments)
worker._Worker._screen_until = watched
"""


def main() -> dict[str, Any]:
    """Print a table for each run and return the numbers."""
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # a new topic's leader is looked for in vain at first
    results = {}
    runs = {"packaged": ("", SWAPS, TRANSFERS)}
    if FOLDER.is_dir():
        lists = ",".join(f"{name}={FOLDER / path}" for name, path in OFFICIAL.items())
        runs["official lists"] = (lists, SWAPS_OF_LARGE, TRANSFERS_OF_LARGE)
    for name, (lists, swaps, number) in runs.items():
        some = list(books(swaps + 1, lists))
        try:
            results[name] = _on(apache_kafka(), some, number) | {"broker": "Apache Kafka"}
        except KafkaUnavailable as reason:
            print(reason)
            results[name] = _on(embedded_broker(), some, number) | {"broker": "embedded"}
        _show(name, results[name])
    return results


def _on(broker: AbstractContextManager[str], some: list[Book], number: int) -> dict[str, Any]:
    with broker as address, tempfile.TemporaryDirectory() as folder:
        station = Station(address).create().create_rule_books()
        for book in some:
            (Path(folder) / book.sha256).write_bytes(book.file)
        return _swapped(station, some, number, Path(folder))


def _swapped(station: Station, some: list[Book], number: int, folder: Path) -> dict[str, Any]:
    """Transfers flow until there are `number` of them and the last swap is done."""
    places: dict[str, tuple[int, int]] = {}
    swapping = threading.Event()
    swapping.set()
    pace = threading.Event()

    def flow() -> None:
        first = 0
        while first < number or swapping.is_set():
            sent = transfers(first, CHUNK)
            written = station.wire.publish(station.transfers, map(record_of, sent))
            places.update(zip(ids(sent), written, strict=True))
            first += CHUNK
            if first >= number:
                pace.wait(0.25)

    def uri(book: Book) -> str:
        return (folder / book.sha256).as_uri()

    put(station, some[0], uri=uri(some[0]))
    settings = {"stop_seconds": 60, "rule_book_uris": folder.as_uri()}
    with station.worker(WATCHED, **settings) as one, station.worker(WATCHED, **settings) as two:
        workers = [one, two]
        one.ready(180).until(lambda: len(one.assigned()) == len(two.ready(180).assigned()) == station.partitions // 2)
        memory = _memory(workers)
        traffic = threading.Thread(target=flow)
        traffic.start()
        began = time.monotonic()
        try:
            for turn, (before, book) in enumerate(pairwise(some)):
                while len(places) < number * turn / (len(some) - 1):
                    time.sleep(0.05)
                put(station, book, before.sha256, uri=uri(book))
                await_adoption(workers, book.sha256, within=300)
        finally:
            swapping.clear()
            traffic.join()
        found = findings(station, workers, places, within=600)
        seconds = time.monotonic() - began
        grown = [after - before for before, after in zip(memory, _memory(workers), strict=True)]
        done = [line for worker in workers for line in worker.logged("rule book adopted")[1:]]
        calm = [line for worker in workers for line in _between(worker)]
    return {
        "transfers": len(places),
        "swaps": len(some) - 1,
        "seconds": seconds,
        "verdicts": found.verdicts,
        "copies": found.copies,
        "rule_books_named": found.books,
        "wrong": list(found.wrong),
        "entries": sum(listed.entries for listed in some[-1].manifest.lists),
        "file_bytes": len(some[-1].file),
        "slowest_adoption_seconds": max(line["seconds"] for line in done),
        "stall_seconds": max(line["longest_stall_seconds"] for line in done),
        "stall_processor_seconds": max(line["longest_stall_processor_seconds"] for line in done),
        "between_seconds": max(line["stall"] for line in calm),
        "between_processor_seconds": max(line["processor"] for line in calm),
        "memory_grown_bytes": max(grown),
    }


def _memory(workers: list[WorkerProcess]) -> list[float]:
    return [worker.metrics()["process_resident_memory_bytes"] for worker in workers]


def _between(worker: WorkerProcess) -> list[dict[str, Any]]:
    """The half seconds under load in which the worker was not swapping, nor had been just before."""
    swaps = [
        (_moment(line["time"]) - line["seconds"] - 3.0, _moment(line["time"]) + 1.0)
        for line in worker.logged("rule book adopted")
    ]
    first = _moment(worker.logged("batch")[0]["time"])
    return [
        line
        for line in worker.logged("half a second")
        if _moment(line["time"]) > first and not any(since <= _moment(line["time"]) <= until for since, until in swaps)
    ] or [{"stall": float("nan"), "processor": float("nan")}]


def _moment(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _show(name: str, result: dict[str, Any]) -> None:
    table = Table("what", name, title="rule books swapped under two workers")
    for what, value in result.items():
        if what.endswith("seconds") and what not in {"seconds", "slowest_adoption_seconds"}:
            cell = f"{1000 * value:.0f} ms"
        elif isinstance(value, list):
            cell = "; ".join(value) or "nothing"
        else:
            cell = value if isinstance(value, str) else f"{value:,.0f}"
        table.add_row(what.removesuffix("_seconds").replace("_", " "), cell)
    Console().print(table)
