"""Rule books that follow one another while transfers flow, and whether every verdict was given by one that was live."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.patience import WAIT
from tests.station import Station, WorkerProcess
from tests.wire import Record
from tidewaiter.release.assembly import read_sources
from tidewaiter.rulebook.package import pack
from tidewaiter.rulebook.sources import Sources
from tidewaiter.settings import Settings, load
from tidewaiter.stream.rulebooks import put_in_force, record_of
from tidewaiter_schemas.rulebook import CurrentRuleBook, RuleBookManifest

_CLOCKS = 0.1
"""A log line is written a little after what it tells of, by a worker that shares its processor."""
_SPAN = re.compile(r"(\S+)/(\d+)@(\d+)-(\d+)")


@dataclass(frozen=True)
class Book:
    """A rule book to publish."""

    sources: Sources
    file: bytes
    manifest: RuleBookManifest

    @classmethod
    def of(cls, sources: Sources) -> Book:
        return cls(sources, pack(sources), sources.manifest())

    @property
    def sha256(self) -> str:
        return self.manifest.sha256


def books(number: int, lists: str = "") -> Iterator[Book]:
    """Rule books that differ in what they find: each leaves out another few entries of its lists."""
    sources = read_sources(load({"broker": "unused:1", **({"lists": lists} if lists else {})}))
    for turn in range(number):
        thinned = [
            replaced(party_list, tuple(e for i, e in enumerate(party_list.entries) if i % 97 != turn % 97))
            for party_list in sources.lists
        ]
        yield Book.of(
            Sources.of(
                sources.rule_sets,
                thinned,
                sources.lexicon,
                sources.policy,
                sources.ties,
                sources.rarity,
                sources.wording,
            )
        )


def replaced(party_list: Any, entries: tuple[Any, ...]) -> Any:
    """The list with other entries, under another hash, as another edition would be."""
    import dataclasses
    import hashlib

    sha256 = hashlib.sha256(repr([entry.id for entry in entries]).encode()).hexdigest()
    return dataclasses.replace(party_list, entries=entries, sha256=sha256)


def settings_of(station: Station, **changes: Any) -> Settings:
    return load({"broker": station.address, "topic_prefix": station.prefix, **changes})


def put(station: Station, book: Book, replaces: str | None = None, uri: str | None = None, **said: Any) -> None:
    """Puts a rule book in force, whatever it is worth: nothing is checked before."""
    settings = settings_of(station, rule_book_inline_bytes=5_000_000)
    said.setdefault("since", datetime.now(UTC))
    current = CurrentRuleBook(sha256=book.sha256, replaces=replaces, **said)
    asyncio.run(put_in_force(settings, current, record_of(settings, book.file, book.manifest, uri)))


def adopted(worker: WorkerProcess, sha256: str) -> bool:
    return any('"rule book adopted"' in line and sha256 in line for line in worker.log().splitlines())


def await_adoption(workers: Sequence[WorkerProcess], sha256: str, within: float = WAIT) -> None:
    deadline = time.monotonic() + within
    while not all(adopted(worker, sha256) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.1)  # each look reads the whole log
    for worker in workers:
        worker.until(lambda worker=worker: adopted(worker, sha256), within)  # type: ignore[misc]


@dataclass(frozen=True)
class Findings:
    """What became of a run."""

    verdicts: int
    books: int
    copies: int
    batches: int
    longest_stall: float
    slowest_adoption: float
    wrong: tuple[str, ...]


def findings(
    station: Station, workers: Sequence[WorkerProcess], places: dict[str, tuple[int, int]], within: float = WAIT
) -> Findings:
    """Holds the verdicts to what the workers' logs say. `places` are partition and offset of each transfer, by id.

    Every transfer has a verdict, copies are the same bytes, all verdicts of a batch name one rule book, and that was
    the one in use at the worker when the batch began: so it was live between the read and the write of each.
    """
    read: list[Record] = station.wire.read(
        station.verdicts, until=lambda found: len(found) >= len(places), within=within
    )
    values: dict[str, set[bytes | None]] = {}
    for record in read:
        values.setdefault((record.key or b"").decode(), set()).add(record.value)
    wrong = [f"{len(places.keys() - values.keys())} transfers have no verdict"] if places.keys() - values.keys() else []
    wrong += [f"{name} has verdicts that differ" for name, of in values.items() if len(of) > 1][:5]
    judged_by = {
        places[name]: json.loads(next(iter(of)) or b"")["rulebook"]["sha256"]
        for name, of in values.items()
        if name in places
    }
    batches, seen = 0, set[tuple[int, int]]()
    for worker in workers:
        reigns = _reigns(worker)
        for line in worker.logged("batch"):
            batches += 1
            end = _seconds(line["time"])
            begin = end - line["seconds"]
            within_batch = [
                (int(partition), offset)
                for _, partition, low, high in _SPAN.findall(line["records"])
                for offset in range(int(low), int(high) + 1)
            ]
            seen.update(within_batch)
            named = {judged_by[place] for place in within_batch if place in judged_by}
            live = {sha256 for sha256, since, until in reigns if since <= begin + _CLOCKS and begin - _CLOCKS <= until}
            if len(named) > 1:
                wrong.append(f"a batch at {line['time']} was judged by {len(named)} rule books")
            if not named <= live:
                wrong.append(f"a batch at {line['time']} names {named - live}, which was not in use when it began")
    if missing := set(places.values()) - seen:
        wrong.append(f"{len(missing)} transfers are in no batch of a worker")
    done = [line for worker in workers for line in worker.logged("rule book adopted")]
    return Findings(
        verdicts=len(values),
        books=len(set(judged_by.values())),
        copies=len(read) - len(values),
        batches=batches,
        longest_stall=max((line["longest_stall_seconds"] for line in done), default=0.0),
        slowest_adoption=max((line["seconds"] for line in done), default=0.0),
        wrong=tuple(wrong[:20]),
    )


def _reigns(worker: WorkerProcess) -> list[tuple[str, float, float]]:
    """Each rule book that the worker used: from when, until when."""
    began = [(line["sha256"], _seconds(line["time"])) for line in worker.logged("own rule book")]
    began += [(line["sha256"], _seconds(line["adopted_at"])) for line in worker.logged("rule book adopted")]
    began.sort(key=lambda each: each[1])
    ends = [since for _, since in began[1:]] + [time.time() + 3600]
    return [(sha256, since, until) for (sha256, since), until in zip(began, ends, strict=True)]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
