"""Measures the wall and processor time of one and of two rescreeners over past transfers on a topic.

The update is OFAC's of 23 February 2024, with one small rule set. The transfers are made up; one in a thousand names a
party of the update. Among them is the real case: the gift of 18 February, whose maker the update lists. No worker runs:
the offsets are committed for its group, as if all were judged. `RESCREENER_TRANSFERS` is their number.

The seconds are those from the publication of the rule book: to the first and the last verdict issued anew, to that on
the real case, and to the recorded end.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from importlib.resources import files
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from rich.console import Console
from rich.table import Table

from bench import rescreening
from bench.listed_parties import OFFICIAL
from tests.brokers import running
from tests.integration.test_rescreener import Office, with_little_law
from tests.rule_book_swaps import Book, put
from tests.wire import Record
from tidewaiter.release.assembly import read_sources
from tidewaiter.rescreening.rescreener import Rescreener
from tidewaiter.settings import Settings
from tidewaiter_schemas.verdict import Verdict

COUNT = int(os.environ.get("RESCREENER_TRANSFERS", "200000"))
PARTITIONS = 4
_WITHIN = 3_600.0
_COUNTS = ("read", "judged", "changed")
_SECONDS = ("first verdict", "real case", "last verdict", "end")


def main() -> dict[str, Any]:
    """Print the table and return its numbers; nothing where the official lists are not there."""
    if not OFFICIAL.is_dir():
        print(f"{OFFICIAL} is not there: the update is OFAC's own")
        return {}
    old, new = (
        with_little_law(
            read_sources(Settings(lists=(("ofac", OFFICIAL / "ofac" / f"SDN_{day}.csv"),), jurisdictions=("UN", "US")))
        )
        for day in ("2024-02-20", "2024-02-23")
    )
    rescreener = Rescreener(old, new)
    added = [entry.names[0].text for each in rescreener.changes.lists for entry in each.entries if entry.names]
    rescreening.COUNT = COUNT
    past = rescreening.made_up(fresh=False, added=added)
    past[len(past) // 2] = samples()[0]
    sample = past[:10_000]
    again = statistics.median(rescreening._all_again(rescreener, sample) for _ in range(3)) / len(sample) * COUNT
    results: dict[str, Any] = {"transfers": COUNT, "processor_seconds_all_again": again}
    table = Table("rescreeners", *_COUNTS, *_SECONDS, "processor s", "of a complete run")
    with running("kafka") as broker:
        for number in (1, 2):
            found = _measured(broker.address, number, past, Book.of(old), Book.of(new))
            found["share"] = found["processor_seconds"] / again
            results[str(number)] = found
            table.add_row(
                str(number),
                *(f"{found[name]:,}" for name in _COUNTS),
                *(f"{found[name]:.0f}" for name in (*_SECONDS, "processor_seconds")),
                f"{found['share']:.2f}",
            )
    Console().print(table)
    return results


def _measured(address: str, number: int, past: Sequence[bytes], old: Book, new: Book) -> dict[str, Any]:
    office = Office(address, partitions=PARTITIONS).opened()
    put(office, old)
    for start in range(0, len(past), 20_000):
        part = past[start : start + 20_000]
        office.wire.publish(office.transfers, [Record(line, str(start + at).encode()) for at, line in enumerate(part)])
    asyncio.run(_commit_all(office))
    with ExitStack() as running_ones:
        ones = [
            running_ones.enter_context(
                office.rescreener(rescreen_settle_seconds=0.1, rescreen_days=36_500, jurisdictions="UN,US")
            )
            for _ in range(number)
        ]
        for one in ones:
            one.until(lambda one=one: bool(one.logged("rule book put in force")), _WITHIN)  # type: ignore[misc]
        spent = sum(one.metrics()["process_cpu_seconds_total"] for one in ones)
        began = time.monotonic()
        put(office, new, old.sha256)
        run = office.await_runs(1, ones, _WITHIN)
        seconds = time.monotonic() - began
        spent = sum(one.metrics()["process_cpu_seconds_total"] for one in ones) - spent
    assert run["read"] == len(past)
    published = datetime.fromisoformat(run["since"])
    after = {
        verdict.transfer_id: (datetime.fromisoformat(record.header["ce_time"]) - published).total_seconds()
        for record in office.wire.read_all(office.verdicts)
        if (verdict := Verdict.model_validate_json(record.value or b"")).rescreening is not None
    }
    assert len(after) == run["changed"]
    moments = (min(after.values()), after[json.loads(samples()[0])["id"]], max(after.values()), seconds)
    counts = {name: run[name] for name in _COUNTS}
    return {**counts, **dict(zip(_SECONDS, moments, strict=True)), "processor_seconds": spent}


def samples() -> list[bytes]:
    """Return the sample transfers as JSON lines. The first is the gift of 2024."""
    return (files("tidewaiter") / "samples" / "transfers.jsonl").read_bytes().splitlines()


async def _commit_all(office: Office) -> None:
    places = [TopicPartition(office.transfers, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=office.address, group_id=office.group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.commit({place: OffsetAndMetadata(end, "") for place, end in ends.items()})
    finally:
        await consumer.stop()
