"""How fast one core screens: JSON transfers in, JSON verdicts out, no broker.

Every transfer has three parties and two items. `fresh`: parties and descriptions never seen before; `repeated`: drawn
from 2,000 with the skew of real traffic (Zipf). The baseline of the same run is reading and writing the same JSON with
no screening in between.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tidewaiter.release.assembly import assemble
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical, decode
from tidewaiter_schemas.transfer import TransferEvent

COUNT = 2_000
BATCH = 100
LISTS = Path(__file__).parents[2] / "shared" / "data" / "lists"
_SEEDS = count()
_SYLLABLES = "ka lo mi ren ta vi sho ban del gar hu jin po qu ras sta tem ul vor wex yan zi".split()
_GOODS = [
    "cotton shirts", "laptop computers", "steel pipes", "frozen shrimp", "office chairs", "car tyres", "red wine",
    "printing paper", "insulin", "industrial pumps", "toy cars", "used minibus", "smartphones", "wheat flour",
]  # fmt: skip
_COUNTRIES = ["DE", "CN", "SG", "VN", "AE", "KR", "FR", "BR", "TR", "KP"]


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    results: dict[str, Any] = {}
    table = Table("rule book", "traffic", "transfers/s", "µs each", "of reading and writing alone")
    for label, settings in rule_books():
        screener = Screener(assemble(settings))
        collect_seldom()
        exempt_rule_book()
        for traffic, fresh in (("fresh", True), ("repeated", False)):
            bare = _rate(fresh, lambda batch: [transfer.model_dump_json() for transfer in batch])
            full = _rate(fresh, partial(_written, screener))
            table.add_row(label, traffic, f"{full:,.0f}", f"{1e6 / full:.0f}", f"1/{bare / full:.1f}")
            results[f"{label}, {traffic}"] = {"transfers_per_second": full, "baseline_per_second": bare}
    Console().print(table)
    return results


def _written(screener: Screener, batch: list[TransferEvent]) -> list[bytes]:
    return [canonical(verdict) for verdict in screener.screen(batch)]


def rule_books() -> list[tuple[str, Settings]]:
    books = [("sample list", Settings())]
    if LISTS.is_dir():
        real = (("un", LISTS / "un/consolidated_2026-08-01.xml"), ("ofac", LISTS / "ofac/SDN_2024-05-03.csv"))
        books.append(("UN and OFAC lists", Settings(lists=real)))
    else:
        print("the official lists are not here: the sample list alone is measured")
    return books


def _rate(fresh: bool, work: Callable[[list[TransferEvent]], Any]) -> float:
    """The best of three runs, each over transfers of its own."""
    best = 0.0
    for _ in range(3):
        lines = _lines(fresh, seed=f"fresh {next(_SEEDS)}" if fresh else "repeated")
        start = time.process_time()
        for at in range(0, len(lines), BATCH):
            work([decode(line, None, 1_000_000) for line in lines[at : at + BATCH]])
        best = max(best, len(lines) / (time.process_time() - start))
    return best


def _lines(fresh: bool, seed: str) -> list[bytes]:
    random.seed(seed)
    pool = [party_name() for _ in range(2_000)]
    weights = [1 / rank for rank in range(1, len(pool) + 1)]
    return [transfer_line(number, pool, weights, fresh) for number in range(COUNT)]


def transfer_line(number: int, pool: list[str], weights: list[float], fresh: bool) -> bytes:
    names = [party_name() for _ in range(3)] if fresh else random.choices(pool, weights, k=3)
    goods = [random.choice(_GOODS) + (f", lot {number}-{at}" if fresh else "") for at in range(2)]
    origin, destination = random.sample(_COUNTRIES, 2)
    transfer = {
        "id": f"bench-{number}",
        "occurred_at": "2024-06-10T09:00:00Z",
        "kind": "sale",
        "parties": [
            {"role": "transferor", "name": names[0], "type": "organisation", "countries": [origin]},
            {"role": "transferee", "name": names[1], "type": "person", "countries": [destination]},
            {"role": "carrier", "name": names[2], "type": "organisation"},
        ],
        "items": [{"description": text, "quantity": 3} for text in goods],
        "route": {"origin": {"country": origin}, "destination": {"country": destination}},
    }
    return json.dumps(transfer).encode()


def party_name() -> str:
    return " ".join(
        "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).title() for _ in range(random.randint(2, 3))
    )
