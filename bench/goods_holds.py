"""Counts harmless goods that are held on their way to a sanctioned country, and barred goods that are cleared.

The rows are the held-out ones of `bench/goods` and `bench/goods_rows` that have HS codes. What the codes alone get is
taken for the truth: a row is free when they are cleared, and barred when they are blocked. It is then judged by its
description alone, with its code, and with the code of rice, as an evader writes it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from bench.goods_detection import LABELS, ROWS
from tidewaiter.goods.hs.codes import SUBHEADINGS
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Decision, TransferEvent, Verdict

TOWARDS = {"RU": ("EU",), "KP": ("UN",)}
"""Each country with the law by which goods for it are judged."""
INNOCENT_CODE = "1006.30"
BATCH = 200


class Row(NamedTuple):
    """A description with its HS codes."""

    description: str
    codes: tuple[str, ...]
    language: str
    manufacturer: str | None = None
    model: str | None = None


@dataclass
class Tally:
    """Counts the decisions on rows of one kind, and the rules that held them."""

    decisions: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def add(self, row: Row, verdict: Verdict) -> None:
        self.decisions[verdict.decision.value] += 1
        self.rules.update({one.rule for one in verdict.findings if one.effect.value != "info"})
        if verdict.decision is Decision.CLEAR:
            self.shown.append(row.description)


def heldout_rows(folders: Iterable[Path] = (LABELS, ROWS)) -> list[Row]:
    """Return every held-out row that has HS codes."""
    rows = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.jsonl"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["heldout"] and row.get("hs"):
                language = row.get("language", path.stem)
                rows.append(
                    Row(row["description"], tuple(row["hs"]), language, row.get("manufacturer"), row.get("model"))
                )
    return rows


def transfer_to(country: str, items: Sequence[dict[str, Any]]) -> TransferEvent:
    """Return a sale of these items to nobody in particular in `country`."""
    return TransferEvent.model_validate(
        {
            "id": "t",
            "occurred_at": "2026-08-10T12:00:00Z",
            "kind": "sale",
            "parties": [
                {"role": "transferor", "name": "Example House", "type": "organisation", "countries": ["MY"]},
                {"role": "transferee", "name": "Example Store", "type": "organisation", "countries": [country]},
            ],
            "items": items,
            "route": {"origin": {"country": "MY"}, "destination": {"country": country}},
        }
    )


def judged(screener: Screener, transfers: Sequence[TransferEvent]) -> list[Verdict]:
    """Return the verdict on each transfer, by batches."""
    return [
        verdict
        for start in range(0, len(transfers), BATCH)
        for verdict in screener.screen(transfers[start : start + BATCH])
    ]


def item_of(row: Row, code: str | None = None) -> dict[str, Any]:
    """Return the item that a row describes, declared under `code`."""
    facts = {
        "description": row.description,
        "manufacturer": row.manufacturer,
        "model": row.model,
        "hs_code": code,
    }
    return {name: value for name, value in facts.items() if value}


def held_and_cleared(screener: Screener, country: str, rows: Sequence[Row]) -> dict[str, dict[str, Tally]]:
    """Return how free, barred and other rows were judged, in each way of declaring them."""
    truth = truths(screener, country, rows)
    found: dict[str, dict[str, Tally]] = {}
    for way, code_of in _WAYS.items():
        declared = [(row, code_of(row), kind) for row, kind in zip(rows, truth, strict=True)]
        if way == "with its code":
            declared = [one for one in declared if one[1] is not None]
        verdicts = judged(screener, [transfer_to(country, [item_of(row, code)]) for row, code, _ in declared])
        tallies = found[way] = {}
        for (row, _, kind), verdict in zip(declared, verdicts, strict=True):
            if kind == OPEN:
                continue
            tallies.setdefault(kind, Tally()).add(row, verdict)
    return found


def subheading_of(code: str) -> str:
    """Return a subheading under a heading, the first; six digits are what a declaration has."""
    return code if len(code) >= 6 else min(one for one in SUBHEADINGS if one.startswith(code))


_WAYS: dict[str, Callable[[Row], str | None]] = {
    "description alone": lambda row: None,
    "with its code": lambda row: subheading_of(row.codes[0]) if len(row.codes) == 1 else None,
    "with the code of rice": lambda row: INNOCENT_CODE,
}
"""Each way of declaring a row. Rows of several goods are never declared under the code of one."""


def truths(screener: Screener, country: str, rows: Sequence[Row]) -> list[str]:
    """Return what the codes of each row get: the strictest of them, or `OPEN`.

    It is open where a heading has free and other subheadings, and where a code is withdrawn.
    """
    codes = sorted({code for row in rows for code in row.codes})
    within = {code: [one for one in SUBHEADINGS if one.startswith(code)] for code in codes}
    asked = sorted({one for found in within.values() for one in found})
    verdicts = judged(screener, [transfer_to(country, [{"hs_code": code}]) for code in asked])
    decided = {code: verdict.decision for code, verdict in zip(asked, verdicts, strict=True)}
    of_code = {code: {decided[one] for one in found} for code, found in within.items()}
    return [_strictest([of_code[code] for code in row.codes]) for row in rows]


def _strictest(of_codes: Sequence[set[Decision]]) -> str:
    free = [found == {Decision.CLEAR} for found in of_codes]
    if any(Decision.CLEAR in found or not found for found in of_codes) and not all(free):
        settled = [found for found in of_codes if found and Decision.CLEAR not in found]
        return _NAMES[max(set().union(*settled), key=_STRICTNESS.index)] if settled else OPEN
    return _NAMES[max(set().union(*of_codes), key=_STRICTNESS.index)]


OPEN = "open"
_STRICTNESS = (Decision.CLEAR, Decision.REVIEW, Decision.BLOCK)
_NAMES = {Decision.CLEAR: "free", Decision.REVIEW: "for review", Decision.BLOCK: "barred"}


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    rows = heldout_rows()
    table = Table("towards", "declared", "by code", title=f"{len(rows):,} held-out rows")
    for name in ("rows", "cleared", "held", "blocked", "held most by"):
        table.add_column(name, justify="right" if name != "held most by" else "left")
    results: dict[str, Any] = {}
    for country, jurisdictions in TOWARDS.items():
        screener = Screener(assemble(Settings(jurisdictions=jurisdictions)))
        for way, tallies in held_and_cleared(screener, country, rows).items():
            for kind, tally in sorted(tallies.items()):
                count = tally.decisions.total()
                cleared, held, blocked = (tally.decisions[name] for name in ("clear", "review", "block"))
                most = ", ".join(f"{rule} {times}" for rule, times in tally.rules.most_common(3))
                table.add_row(
                    country, way, kind, f"{count}", f"{cleared}", f"{held} ({held / count:.0%})", f"{blocked}", most
                )
                results[f"{country}, {way}, {kind}"] = {"rows": count, **tally.decisions, "rules": dict(tally.rules)}
                if kind != "free" and "--show" in sys.argv:
                    print(country, way, kind, *tally.shown[:40], sep="\n  ")
    Console(width=170).print(table)
    return results


if __name__ == "__main__":
    main()
