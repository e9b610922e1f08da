"""Measure a list of a million parties beside the real lists: compiling, updating, opening, memory and queries.

The large list has 1,000,000 parties of three names each. Every name is a real one with its words exchanged, each for
the word at the same place in another real name of that type and length, so that common words stay as common as they
are. Indexes are made and asked in processes of their own, which tell of their memory what the kernel does.
"""

from __future__ import annotations

import copy
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

from rich.console import Console
from rich.table import Table

from bench.innocents import innocents
from bench.listed_parties import loaded_lists
from tidewaiter.matching import PartyQuery
from tidewaiter.matching.entry import EntryType, ListedName, ListEntry, PartyList
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.runtime.gc_policy import collect_seldom

PARTIES = 1_000_000
NAMES = 3
ASKED = 4_000
TOGETHER = 300
A_LOCALE = 250


class Recombined(Sequence[ListEntry]):
    """So many parties, made one by one when asked for, the same ones each time."""

    def __init__(self, lists: Sequence[PartyList], count: int) -> None:
        self._count = count
        self._types: list[EntryType] = []
        self._names: dict[tuple[EntryType, int], list[list[str]]] = defaultdict(list)
        self._sizes: dict[EntryType, list[int]] = defaultdict(list)
        for entry in (entry for party_list in lists for entry in party_list.entries):
            self._types.append(entry.type)
            for name in entry.names:
                words = name.text.split()
                if words:
                    self._names[entry.type, len(words)].append(words)
                    self._sizes[entry.type].append(len(words))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> ListEntry: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[ListEntry, ...]: ...

    def __getitem__(self, place: int | slice) -> ListEntry | tuple[ListEntry, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(self._count)))
        draw = random.Random(place)
        kind = draw.choice(self._types)
        names = tuple(ListedName(self._name(kind, draw)) for _ in range(NAMES))
        return ListEntry(f"made-{place}", kind, names, countries=("KP",), birth_dates=(str(1930 + place % 70),))

    def __iter__(self) -> Iterator[ListEntry]:
        return (self[place] for place in range(self._count))

    def without_last(self) -> Recombined:
        """The same parties but for the last."""
        fewer = copy.copy(self)
        fewer._count -= 1
        return fewer

    def _name(self, kind: EntryType, draw: random.Random) -> str:
        size = draw.choice(self._sizes[kind])
        names = self._names[kind, size]
        return " ".join(draw.choice(names)[place] for place in range(size))


def main() -> dict[str, Any]:
    """Print the table; return its figures."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for label, parties in (("real", 0), ("made", PARTIES)):
            compiled = json.loads(_child("compile", folder, str(parties)).communicate()[0])
            alone = json.loads(_child("ask", folder, str(parties)).communicate()[0])
            both = [_child("ask", folder, str(parties)) for _ in range(2)]
            results[label] = {"compile": compiled, "ask": alone, "two": [json.loads(w.communicate()[0]) for w in both]}
    table = Table("", "real lists", "made up", title="party index by size")
    for title, part, key in _SHOWN:
        table.add_row(title, *(f"{results[label][part][key]:,}" for label in ("real", "made")))
    table.add_row(
        "of each of two workers at once: private, MB", *(_each(results[label]["two"]) for label in ("real", "made"))
    )
    Console().print(table)
    ratio = results["made"]["ask"]["microseconds"] / results["real"]["ask"]["microseconds"]
    print(f"a query costs {ratio:.2f} times as much")
    return {**results, "ratio": round(ratio, 3)}


_SHOWN = (
    ("parties", "compile", "parties"),
    ("names", "compile", "names"),
    ("seconds to compile and write (processor)", "compile", "seconds"),
    ("the same after the last entry of each list was removed", "compile", "update_seconds"),
    ("most memory then, MB", "compile", "most_mb"),
    ("file, MB", "compile", "file_mb"),
    ("seconds to open and check (processor)", "ask", "open_seconds"),
    ("µs a party never seen", "ask", "microseconds"),
    ("private memory of a worker after that, MB", "ask", "private_mb"),
    ("of it before the index was opened, MB", "ask", "before_mb"),
    ("memory shared through the file, MB", "ask", "shared_mb"),
)


def _each(workers: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{worker['private_mb']:,}" for worker in workers)


def _child(what: str, folder: str, parties: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.party_size", what, folder, parties]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _lists(parties: int) -> list[PartyList]:
    real = loaded_lists()
    if not parties:
        return sorted(real, key=lambda one: one.id)
    made = Recombined(real, parties)
    return [PartyList("made", "Nobody", "UN", "Made up", "https://example.org", None, "0" * 64, made)]


def _compile(folder: Path, parties: int) -> dict[str, Any]:
    lists, store, rarity = _lists(parties), IndexStore(folder), packaged_rarity()
    started = time.process_time()
    index = store.index(lists, rarity)
    seconds = time.process_time() - started
    store.remember(str(parties), index.lists, rarity)
    newest = max(folder.glob("*.parties"), key=lambda path: path.stat().st_mtime)
    updated = [replace(one, entries=_without_last(one.entries)) for one in lists]
    started = time.process_time()
    store.index(updated, rarity)
    update_seconds = time.process_time() - started
    return {
        "parties": sum(len(one.entries) for one in index.lists),
        "names": parties * NAMES or sum(len(entry.names) for one in lists for entry in one.entries),
        "seconds": round(seconds, 1),
        "update_seconds": round(update_seconds, 1),
        "most_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_mb": newest.stat().st_size // 1024**2,
    }


def _without_last(entries: Sequence[ListEntry]) -> Sequence[ListEntry]:
    return entries.without_last() if isinstance(entries, Recombined) else tuple(entries)[:-1]


def _ask(folder: Path, parties: int) -> dict[str, Any]:
    asked = random.Random(7).sample(innocents(True, A_LOCALE), 2 * ASKED)
    queries = [PartyQuery((one.name,), one.type.value) for one in asked]
    before, _ = _memory()
    started = time.process_time()
    store = IndexStore(folder)
    lists = store.recall(str(parties))
    assert lists is not None
    index = store.index(lists, packaged_rarity())
    opened = time.process_time() - started
    _microseconds(index.match, queries[:ASKED])
    cost = _microseconds(index.match, queries[ASKED:])
    private, shared = _memory()
    return {
        "open_seconds": round(opened, 3),
        "microseconds": round(cost, 1),
        "before_mb": before,
        "private_mb": private,
        "shared_mb": shared,
    }


def _microseconds(match: Any, queries: Sequence[PartyQuery]) -> float:
    started = time.process_time()
    for at in range(0, len(queries), TOGETHER):
        match(queries[at : at + TOGETHER])
    return (time.process_time() - started) / len(queries) * 1e6


def _memory() -> tuple[int, int]:
    """This process's own memory and its share in mapped files and libraries, in MB."""
    sizes = {"Rss": 0, "Anonymous": 0}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, _, size = line.partition(":")
        for kind in sizes:
            if name.startswith(kind):
                sizes[kind] += int(size.split()[0]) // 1024
    # Pages of a file that only this process has mapped count as private though others would share them.
    return sizes["Anonymous"], sizes["Rss"] - sizes["Anonymous"]


if __name__ == "__main__":
    collect_seldom()  # as every process of the service does
    print(json.dumps({"compile": _compile, "ask": _ask}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
