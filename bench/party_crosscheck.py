"""A benchmark of others as a cross-check: the 18 classes of `sanctions-screening-benchmark` (PyPI, MIT).

It varies the names of listed persons by rules that are not ours, and makes negatives of pieces of listed names. Its own
rule is that a case is found when the first candidate is the right party. Asked by name and type on OFAC's list.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from typing import Any

from bench.listed_parties import loaded_lists
from tidewaiter.matching import PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.matching.policy import BLOCK, REVIEW

PARTIES = 1_500
A_CLASS = 2
SEED = 2270
_SHOWN = 2


def main() -> dict[str, Any] | None:
    """Print its table of classes; return the figures, or None when the package is not installed."""
    try:
        benchmark = importlib.import_module("ssb.benchmark")
        sources = importlib.import_module("ssb.sources")
    except ImportError:
        print("sanctions-screening-benchmark is not installed (make setup)")
        return None
    party_list = max(loaded_lists(), key=lambda listed: sum(e.type is EntryType.PERSON for e in listed.entries))
    index = PartyIndex.build([party_list], packaged_rarity())
    entities = [
        sources.Entity(
            entity_id=entry.id,
            primary_name=_in_order_of_use(entry.names[0].text),
            entity_type="individual",
            aliases=[_in_order_of_use(name.text) for name in entry.names[1:]],
        )
        for entry in party_list.entries
        if entry.type is EntryType.PERSON
    ]
    snapshot = sources.ListSnapshot(source=party_list.id, retrieved_at="", entities=entities)
    built = benchmark.build(snapshot, limit=PARTIES, seed=SEED, max_per_class=A_CLASS)
    answers = index.match([PartyQuery((case.query,), "person") for case in built.cases])
    rows: dict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    missed: dict[str, list[str]] = defaultdict(list)
    for case, found in zip(built.cases, answers, strict=True):
        ids = [candidate.entry.id for candidate in found]
        first = bool(ids) and ids[0] == case.expected_entity_id
        shown = case.expected_entity_id in ids if case.expected_entity_id else bool(ids)
        rows[case.family, case.perturbation].append((shown, first, bool(found) and found[0].score >= BLOCK))
        if shown != (case.expected_entity_id is not None):
            missed[case.perturbation].append(f"{case.query} ({case.source_name})")
    print(f"{party_list.id}, {PARTIES:,} persons, seed {SEED}; review at {REVIEW}, block at {BLOCK}")
    print(f"{'class':<20}{'family':<13}{'cases':>7}{'shown':>8}{'first':>8}{'blocked':>9}  amiss, for example")
    figures: dict[str, Any] = {}
    for (family, name), seen in sorted(rows.items()):
        shown, first, blocked = (sum(column) / len(seen) for column in zip(*seen, strict=True))
        amiss = "; ".join(missed[name][:_SHOWN])[:90]
        print(f"{name:<20}{family:<13}{len(seen):>7,}{shown:>8.3f}{first:>8.3f}{blocked:>9.3f}  {amiss}")
        figures[name] = {"family": family, "cases": len(seen), "shown": round(shown, 4), "first": round(first, 4),
                         "blocked": round(blocked, 4)}  # fmt: skip
    return figures


def _in_order_of_use(name: str) -> str:
    surname, comma, given = name.partition(",")
    return f"{given.strip()} {surname.strip()}" if comma and given.strip() else name


if __name__ == "__main__":
    main()
