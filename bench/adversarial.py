"""What the costliest transfers cost: inputs made to take time, by kind and size, JSON in to JSON out, on one core.

With the law of all jurisdictions and the official lists, where these are there. Every input is made anew for each run,
so that nothing remembered hides what it costs. Processor time, the best of several runs, as if on a machine on which
the loop of `_allowance` takes 10 ms: a slower one has so much more time. The floor: at most 100 ms for any transfer up
to 64 KB and 1.5 s for 1 MB, and eight times the bytes take at most some eight times as long. A kind beyond it is
marked, and the bench ends with status 1. After the kinds, each of their texts is tried in each field.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.adversarial_transfers import FIELDS, KINDS, TEXTS, Kind
from bench.listed_parties import OFFICIAL, official_files
from tidewaiter.release.assembly import assemble
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical, decode

SIZES: Final = (1_000, 8_000, 64_000, 512_000, 1_000_000)
FLOORS: Final = {64_000: 0.100, 1_000_000: 1.5}
"""The most seconds that a transfer of so many bytes, or fewer, may take."""
GROWTH: Final = 1.5
"""How much more than in proportion to its bytes a transfer may take: the noise of a machine that others use."""
NOTICEABLE: Final = 0.020
"""Below so many seconds growth is not asked for: fixed costs hide it."""
RUNS: Final = 3
REFERENCE: Final = 0.010
"""Seconds that the loop of `_allowance` takes on the machine of reference."""
ALL_LAW: Final = ("UN", "EU", "US", "UK", "JP", "CA", "AU", "CH")


def main() -> dict[str, Any]:
    """Print the table and return its numbers, with the kinds beyond the floor under `broken`."""
    with tempfile.TemporaryDirectory() as folder:
        label, settings = _heaviest(Path(folder))
        screener = Screener(assemble(settings))
    collect_seldom()
    exempt_rule_book()
    table = Table("kind", *(f"{size // 1_000:,} KB" for size in SIZES), "beyond", title=f"ms with the {label}")
    results: dict[str, Any] = {"rule_book": label, "broken": {}}
    for name, kind in KINDS.items():
        seconds, sizes = [], []
        for size in SIZES:
            sizes.append(size)
            seconds.append(_cost(screener, kind, size))
            if seconds[-1] > 4 * max(FLOORS.values()):
                break
        broken = list(_beyond(sizes, seconds))
        shown = [f"{1e3 * cost:,.0f}" for cost in seconds] + ["-"] * (len(SIZES) - len(seconds))
        table.add_row(name, *shown, "; ".join(broken), style="red" if broken else None)
        results[name] = {str(size): cost for size, cost in zip(sizes, seconds, strict=True)}
        if broken:
            results["broken"][name] = broken
    Console().print(table)
    _try_each_text_in_each_field(screener, results)
    return results


def _heaviest(folder: Path) -> tuple[str, Settings]:
    """Return the rule book that takes longest to judge by, and what it is. Its files may be in `folder`."""
    if not OFFICIAL.is_dir():
        print("the official lists are not here: the sample list alone is measured")
        return "law of all jurisdictions and the sample list", Settings(jurisdictions=ALL_LAW)
    lists = tuple(official_files(folder).items())
    return "law of all jurisdictions and the official lists", Settings(jurisdictions=ALL_LAW, lists=lists)


def _try_each_text_in_each_field(screener: Screener, results: dict[str, Any]) -> None:
    """Print the costliest pairs of a text and a field at 64 KB."""
    size = min(FLOORS)
    cost = {
        f"{field}: {text}": _cost(screener, of(written), size, runs=1)
        for text, written in TEXTS.items()
        for field, of in FIELDS.items()
    }
    table = Table("text and field", "64 KB", title=f"ms of the costliest of {len(cost)} pairs of a text and a field")
    for name in sorted(cost, key=lambda name: -cost[name])[:12]:
        field, _, text = name.partition(": ")
        seconds = min(cost[name], _cost(screener, FIELDS[field](TEXTS[text]), size))
        broken = seconds > FLOORS[size]
        table.add_row(name, f"{1e3 * seconds:,.0f}", style="red" if broken else None)
        results[name] = {str(size): seconds}
        if broken:
            results["broken"][name] = [f"{seconds * 1e3:,.0f} ms for {size // 1_000:,} KB"]
    Console().print(table)


def _cost(screener: Screener, kind: Kind, size: int, runs: int = RUNS) -> float:
    """Return the processor seconds from JSON to JSON, the least of several runs, without the machine's allowance."""
    least = float("inf")
    for run in range(runs):
        line = _line(kind, size, f"{size} {run}")
        allowance = _allowance()
        start = time.process_time()
        for verdict in screener.screen([decode(line, None, 2 * SIZES[-1])]):
            canonical(verdict)
        least = min(least, (time.process_time() - start) / allowance)
    return least


def _allowance() -> float:
    """Return how many times as long as on the machine of reference work takes here and now; at least 1.

    The least of several loops: one that was disturbed would excuse a transfer that was not.
    """
    return max(1.0, min(_loop() for _ in range(RUNS)) / REFERENCE)


def _loop() -> float:
    """Return the processor seconds of work that is always the same."""
    start = time.process_time()
    words: dict[str, int] = {}
    for number in range(30_000):
        word = f"{number:x}"
        words[word[-3:]] = words.get(word[-3:], 0) + len(word)
    return time.process_time() - start


def _beyond(sizes: list[int], seconds: list[float]) -> Iterator[str]:
    """What of the floor a kind breaks, in words."""
    for limit, most in FLOORS.items():
        worst = max((cost for size, cost in zip(sizes, seconds, strict=True) if size <= limit), default=0.0)
        if worst > most:
            yield f"{worst * 1e3:,.0f} ms for {limit // 1_000:,} KB"
    for at in range(1, len(sizes)):
        grown, expected = seconds[at] / seconds[at - 1], sizes[at] / sizes[at - 1]
        if seconds[at - 1] >= NOTICEABLE and grown > GROWTH * expected:
            yield f"{grown:.0f} times for {expected:.0f} times the bytes"


def _line(kind: Kind, size: int, seed: str) -> bytes:
    """One transfer of the kind, of at most so many bytes and nearly as many."""
    asked = size
    while True:
        line = json.dumps(kind(asked, random.Random(seed)), ensure_ascii=False).encode()
        if len(line) <= size or asked <= 1:
            return line
        asked = asked * size // len(line) * 99 // 100
