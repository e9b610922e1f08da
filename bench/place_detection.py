"""How many addresses of the DPRK are known for what they are, and how many others are taken for one.

The addresses are those of official lists, which name the country in a column of its own; the street and the town alone
are looked up. Needs the files of OFAC (ADD.CSV) and of the UK in `../shared/data/lists`; without them, says so.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.gazetteer import MentionKind
from tidewaiter.settings import Settings

LISTS = Path(__file__).parents[2] / "shared" / "data" / "lists"
_SHOWN = 8


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    mentions = assemble(Settings()).gazetteer.mentions
    results: dict[str, Any] = {}
    table = Table("list", "of the DPRK", "known", "of elsewhere", "mistaken")
    missed: list[str] = []
    for name, addresses in (("OFAC", _ofac()), ("UK", _uk())):
        counts = {(north, seen): 0 for north in (True, False) for seen in (True, False)}
        for text, north in addresses:
            seen = any(
                m.country == "KP" and m.kind not in (MentionKind.HUB, MentionKind.AMBIGUOUS) for m in mentions(text)
            )
            counts[north, seen] += 1
            if north is not seen:
                missed.append(f"{'missed' if north else 'mistaken'}: {text}")
        north_known, north_all = counts[True, True], counts[True, True] + counts[True, False]
        mistaken, others = counts[False, True], counts[False, True] + counts[False, False]
        table.add_row(name, f"{north_all:,}", f"{north_known:,}", f"{others:,}", f"{mistaken:,}")
        results[name] = {"north": north_all, "known": north_known, "elsewhere": others, "mistaken": mistaken}
    Console().print(table)
    for line in sorted(set(missed))[:_SHOWN]:
        print(line)
    return results


def _ofac() -> Iterator[tuple[str, bool]]:
    for path in sorted(LISTS.glob("ofac/add_*.csv"))[-1:]:
        with path.open(encoding="latin-1", newline="") as rows:
            for row in csv.reader(rows):
                text = " ".join(cell for cell in row[2:4] if cell.strip(" -0"))
                if len(row) > 4 and text:
                    yield text, _north(row[4])


def _uk() -> Iterator[tuple[str, bool]]:
    for path in sorted(LISTS.glob("uk/ConList_*.csv.gz"))[-1:]:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as rows:
            reader = csv.reader(rows)
            next(reader)
            heading = next(reader)
            parts = [number for number, name in enumerate(heading) if name.startswith("Address")]
            country = heading.index("Country")
            for row in reader:
                if len(row) == len(heading) and row[country].strip():
                    text = " ".join(row[number] for number in parts).strip()
                    if text:
                        yield " ".join(text.split()), _north(row[country])


def _north(country: str) -> bool:
    return "Korea" in country and ("North" in country or "Democratic" in country)
