"""The cost of a transfer by its content, and the memory of a rule book: the figures for planning workers.

The time of a transfer is fitted, by least squares over transfers of many shapes, as
`a + b x parties + c x items + d x hundreds of letters of free text`. JSON in to JSON out, processor time of one core,
without the broker. `new`: no name, description or text was seen before. `known`: each was. Memory is that of a process
that holds one rule book: the resident size and what of it no other worker of the host shares.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.listed_parties import OFFICIAL, official_files
from bench.screening import party_name, rule_books
from tidewaiter.release.assembly import assemble
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical, decode

SHAPES: Final = tuple(product((1, 3, 8), (0, 2, 8), (0, 500, 3_000)))
"""Parties, items, and letters of free text."""
ALL_LISTS: Final = "all official lists"
TOGETHER: Final = 100
RUNS: Final = 3
_GOODS: Final = ("cotton shirts", "laptop computers", "steel pipes", "frozen shrimp", "office chairs", "red wine")
_WORDS: Final = "invoice for delivery of the goods under our contract as agreed with your office in March".split()
_MEMORY: Final = """
import sys
from pathlib import Path
from bench.cost import rule_book
screener = rule_book(sys.argv[1])
kilobytes = {}
for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
    name, amount, *_ = line.split()
    kilobytes[name] = int(amount)
print(kilobytes["Rss:"], kilobytes["Private_Dirty:"], screener.book.manifest.version)
"""


def main() -> dict[str, Any]:
    """Print both tables and return their numbers."""
    results: dict[str, Any] = {"cost": {}, "memory": {}}
    table = Table("rule book", "names and texts", "a", "a party", "an item", "100 letters", "explained", title="µs")
    for label, _ in rule_books():
        screener = rule_book(label)
        for new in (True, False):
            fitted = _fitted(screener, label, new)
            what = "new" if new else "known"
            table.add_row(label, what, *(f"{value:.0f}" for value in fitted[:4]), f"{fitted[4]:.2f}")
            results["cost"][f"{label}, {what}"] = fitted
    Console().print(table)
    table = Table("rule book", "resident MiB", "of it private", title="memory of a process with one rule book")
    for label in [label for label, _ in rule_books()] + [ALL_LISTS] * OFFICIAL.is_dir():
        ran = subprocess.run([sys.executable, "-c", _MEMORY, label], capture_output=True, text=True, check=True)
        resident, private = (int(each) / 1024 for each in ran.stdout.split()[:2])
        table.add_row(label, f"{resident:.0f}", f"{private:.0f}")
        results["memory"][label] = {"resident_mib": resident, "private_mib": private}
    Console().print(table)
    return results


def rule_book(label: str) -> Screener:
    """Return a screener by a rule book of `bench.screening` or `ALL_LISTS`, collecting garbage as a worker does."""
    with tempfile.TemporaryDirectory() as folder:
        if label == ALL_LISTS:
            settings = Settings(lists=tuple(official_files(Path(folder)).items()))
        else:
            settings = dict(rule_books())[label]
        screener = Screener(assemble(settings))
    collect_seldom()
    exempt_rule_book()
    return screener


def _fitted(screener: Screener, label: str, new: bool) -> list[float]:
    """Return a, b, c and d in microseconds, and the share of the variance that they explain."""
    rows, times = [], []
    for parties, items, letters in SHAPES:
        best = min(_each(screener, parties, items, letters, f"{label} {run}" if new else "") for run in range(RUNS))
        rows.append((1.0, parties, items, letters / 100))
        times.append(1e6 * best)
    shapes, measured = np.array(rows), np.array(times)
    # Relative errors count, not absolute ones: small transfers are the frequent ones.
    weights = 1 / measured
    found, *_ = np.linalg.lstsq(shapes * weights[:, None], measured * weights, rcond=None)
    left = ((shapes @ found - measured) * weights) ** 2
    spread = ((measured - measured.mean()) * weights) ** 2
    return [*map(float, found), float(1 - left.sum() / spread.sum())]


def _each(screener: Screener, parties: int, items: int, letters: int, seed: str) -> float:
    """Return the processor seconds of one transfer of this shape. Without a `seed` they are of known parts."""
    rng = random.Random(f"{parties} {items} {letters} {seed}")
    lines = [_line(rng, parties, items, letters, number) for number in range(TOGETHER)]
    if not seed:
        _judge(screener, lines)
    start = time.process_time()
    _judge(screener, lines)
    return (time.process_time() - start) / len(lines)


def _judge(screener: Screener, lines: list[bytes]) -> None:
    for verdict in screener.screen([decode(line, None, 1_000_000) for line in lines]):
        canonical(verdict)


def _line(rng: random.Random, parties: int, items: int, letters: int, number: int) -> bytes:
    random.seed(rng.random())
    text = ""
    while len(text) < letters:
        text += f"{rng.choice(_WORDS)} " if rng.random() < 0.9 else f"{party_name()} "
    transfer: dict[str, Any] = {
        "id": f"bench-{number}",
        "occurred_at": "2024-06-10T09:00:00Z",
        "kind": "sale",
        "parties": [
            {"role": role, "name": party_name(), "type": "organisation", "countries": ["DE"]}
            for role, _ in zip(["transferor", "transferee", *["other"] * parties], range(parties), strict=False)
        ],
        "items": [{"description": f"{rng.choice(_GOODS)}, lot {rng.randrange(10**6)}"} for _ in range(items)],
        "route": {"origin": {"country": "DE"}, "destination": {"country": "SG"}},
    }
    if letters:
        transfer["purpose"] = text[:letters]
    return json.dumps(transfer).encode()
