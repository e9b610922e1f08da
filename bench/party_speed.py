"""How fast names are matched: parties a second never seen before and repeated, against a scan without an index."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bench.innocents import Innocent
from tidewaiter.matching import PartyIndex, PartyQuery
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import packaged_rarity

SCANNED = 40


def speed(lists: Sequence[PartyList], names: Sequence[str], innocents: Sequence[Innocent]) -> dict[str, float]:
    """Microseconds of processor time a party on one core; prints the table."""
    draw = random.Random(1718)
    asked = [PartyQuery((i.name,), i.type.value) for i in draw.sample(innocents, min(len(innocents), 20_000))]
    asked = asked or [PartyQuery((name,)) for name in draw.sample(list(names), min(len(names), 5_000))]
    index = PartyIndex.build(lists, packaged_rarity())
    # A loaded index is millions of objects that never die: without this the collector walks them again and again.
    gc.collect()
    gc.freeze()
    half = len(asked) // 2
    index.match(asked[:half])
    fresh = _microseconds(index, asked[half:])
    common = [asked[min(int(draw.paretovariate(0.9)) - 1, 1_999) % len(asked)] for _ in range(20_000)]
    repeated = _microseconds(index, common)
    folded = [name.lower() for name in names]
    started = time.process_time()
    for query in asked[:SCANNED]:
        process.extractOne(query.names[0].lower(), folded, scorer=fuzz.token_sort_ratio, score_cutoff=85)
    scan = (time.process_time() - started) / SCANNED * 1e6
    print(f"\n{'one core':<34}{'microseconds a party':>22}{'parties a second':>18}{'times the scan':>16}")
    for label, cost in (
        ("never seen before" if innocents else "listed names: the slowest", fresh),
        ("repeated as in traffic (Zipf)", repeated),
        ("RapidFuzz scan, no index", scan),
    ):
        print(f"{label:<34}{cost:>22,.1f}{1e6 / cost:>18,.0f}{scan / cost:>16,.0f}")
    return {"fresh_us": round(fresh, 1), "repeated_us": round(repeated, 2), "scan_us": round(scan, 1),
            "fresh_times_scan": round(scan / fresh, 1)}  # fmt: skip


def _microseconds(index: PartyIndex, queries: Sequence[PartyQuery]) -> float:
    started = time.process_time()
    index.match(queries)
    return (time.process_time() - started) / len(queries) * 1e6
