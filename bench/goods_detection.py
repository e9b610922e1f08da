"""How well and how fast goods are recognised from words alone: precision, recall, false alarms, microseconds an item.

The labelled set is `bench/goods/LANGUAGE.jsonl`, written without sight of the lexicon; no HS code is given to the
classifier. A part of it is held out: never shown, and only counted when
BENCH_HELDOUT=1.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.recognition import Category, ItemQuery, Recognition
from tidewaiter.rulebook.loader import load_lexicon, packaged_wording

LABELS = Path(__file__).parent / "goods"
ROWS = Path(__file__).parent / "goods_rows"
FOUND = 0.5
"""A category counts as found from this certainty on: enough for a review."""
SHOWN = 30
PASSES = 5
REPEATED = 200_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item and the categories that it truly belongs to."""

    language: str
    query: ItemQuery
    categories: frozenset[str]
    kind: str
    heldout: bool
    codes: tuple[str, ...] = ()
    """The HS codes of the goods; none for a service, and where they are not told."""


@dataclass(slots=True)
class Counts:
    """What was found of what was there. `alarms` are items with a category found that they do not belong to."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)

    def add(self, item: Labelled, found: frozenset[str]) -> None:
        self.right.update(found & item.categories)
        self.wrong.update(found - item.categories)
        self.missed.update(item.categories - found)
        self.items[item.kind] += 1
        self.alarms[item.kind] += bool(found - item.categories)

    def category(self, name: str) -> tuple[float | None, float | None]:
        """Precision and recall; None where nothing was found or nothing was there."""
        return _ratios(self.right[name], self.wrong[name], self.missed[name])

    def micro(self) -> tuple[float | None, float | None]:
        """Precision and recall over all (item, category) pairs."""
        return _ratios(self.right.total(), self.wrong.total(), self.missed.total())

    def macro(self) -> tuple[float | None, float | None]:
        """The mean over the categories of the closed set; those without a precision or a recall are left out."""
        both = [self.category(name) for name in Category]
        precisions = [precision for precision, _ in both if precision is not None]
        recalls = [recall for _, recall in both if recall is not None]
        return (
            statistics.fmean(precisions) if precisions else None,
            statistics.fmean(recalls) if recalls else None,
        )

    def alarm_rate(self, kind: str) -> float | None:
        return self.alarms[kind] / self.items[kind] if self.items[kind] else None

    def summary(self) -> dict[str, Any]:
        micro, macro = self.micro(), self.macro()
        return {
            "items": dict(self.items),
            "precision_micro": _rounded(micro[0]),
            "recall_micro": _rounded(micro[1]),
            "precision_macro": _rounded(macro[0]),
            "recall_macro": _rounded(macro[1]),
            "false_alarms_innocent": _rounded(self.alarm_rate("innocent")),
            "false_alarms_trap": _rounded(self.alarm_rate("trap")),
        }


def read_labels(folder: Path = LABELS) -> list[Labelled]:
    """Every labelled item, language by language."""
    items = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            query = ItemQuery(row["description"], row.get("manufacturer"), row.get("model"))
            items.append(
                Labelled(
                    path.stem,
                    query,
                    frozenset(row["categories"]),
                    row["kind"],
                    row["heldout"],
                    tuple(row.get("hs", ())),
                )
            )
    return items


def read_rows(files: str = "*.jsonl") -> list[Labelled]:
    """The rows in files of this name: those that the wording model learns from, and those held out of them."""
    items = []
    for path in sorted(ROWS.glob(files)):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            kind = "guilty" if row["categories"] else "innocent"
            query = ItemQuery(row["description"])
            items.append(
                Labelled(
                    row["language"], query, frozenset(row["categories"]), kind, row["heldout"], tuple(row.get("hs", ()))
                )
            )
    return items


def main() -> dict[str, Any]:
    """Print the tables and return the numbers."""
    console = Console(width=140)
    lexicon = load_lexicon()
    classifier = Classifier(lexicon, wording=packaged_wording())
    labelled = read_labels()
    development = [item for item in labelled if not item.heldout]
    console.print(
        f"{len(labelled):,} items in {len({item.language for item in labelled})} languages, "
        f"{len(labelled) - len(development)} of them held out; a category is found from certainty {FOUND} on"
    )
    answers = classifier.recognise_many([item.query for item in development])
    judged = [(item, found_in(answer)) for item, answer in zip(development, answers, strict=True)]
    counts = counted(judged)
    console.print(_categories(counts), _overall("development", counts), _languages(judged))
    wrong = sorted((_confusion(*pair) for pair in zip(development, answers, strict=True)), key=lambda row: row.worth)
    wrong = [row for row in wrong if row.worth < 0]
    console.print(_confusions(wrong))
    results: dict[str, Any] = {
        "found_from": FOUND,
        "development": counts.summary(),
        "by_category": {
            name.value: dict(zip(("precision", "recall"), map(_rounded, counts.category(name)), strict=True))
            for name in Category
        },
        "by_language": {language: part.summary() for language, part in _by_language(judged).items()},
        "confused": len(wrong),
        "heldout": None,
        "speed": _speed(console, lexicon, [item.query for item in development]),
    }
    if os.environ.get("BENCH_HELDOUT") == "1":
        sets = {"": labelled, "_trade": read_rows("trade.jsonl"), "_public": read_rows("public.jsonl")}
        voices = {"": classifier, "_by_words": Classifier(lexicon)}
        for (name, items), (voice, heard) in product(sets.items(), voices.items()):
            kept = [item for item in items if item.heldout]
            asked = heard.recognise_many([item.query for item in kept])
            apart = counted((item, found_in(answer)) for item, answer in zip(kept, asked, strict=True))
            title = f"held out{name and f', {name[1:]} rows'}{voice and ', by words alone'}"
            console.print(_overall(title, apart))
            results[f"heldout{name}{voice}"] = apart.summary()
    return results


def found_in(answer: Recognition) -> frozenset[str]:
    """The categories that count as found."""
    return frozenset(hit.category for hit in answer.categories if hit.certainty >= FOUND)


def counted(judged: Iterable[tuple[Labelled, frozenset[str]]]) -> Counts:
    """What was found of what was there, over these items."""
    counts = Counts()
    for item, found in judged:
        counts.add(item, found)
    return counts


def _by_language(judged: Sequence[tuple[Labelled, frozenset[str]]]) -> dict[str, Counts]:
    parts: dict[str, Counts] = defaultdict(Counts)
    for item, found in judged:
        parts[item.language].add(item, found)
    return dict(parts)


@dataclass(frozen=True, slots=True)
class _Confusion:
    item: Labelled
    found: dict[str, float]
    worth: float
    """Below 0 when something is wrong, the least for the surest false alarms."""


def _confusion(item: Labelled, answer: Recognition) -> _Confusion:
    found = {hit.category: hit.certainty for hit in answer.categories if hit.certainty >= FOUND}
    wrong = sum(certainty for name, certainty in found.items() if name not in item.categories)
    return _Confusion(item, found, -(2 * wrong + len(item.categories - found.keys())))


def _categories(counts: Counts) -> Table:
    table = Table("category", title="per category, development part")
    for heading in ("items", "right", "wrong", "missed", "precision", "recall"):
        table.add_column(heading, justify="right")
    for name in Category:
        right, wrong, missed = counts.right[name], counts.wrong[name], counts.missed[name]
        cells = map(_shown, counts.category(name))
        table.add_row(name.value, *map(str, (right + missed, right, wrong, missed)), *cells)
    return table


def _overall(title: str, counts: Counts) -> Table:
    table = Table("over", title=f"overall, {title}: {counts.items.total()} items")
    for heading in ("precision", "recall", "alarms on innocents", "alarms on traps", "alarms on guilty"):
        table.add_column(heading, justify="right")
    alarms = [_shown(counts.alarm_rate(kind)) for kind in ("innocent", "trap", "guilty")]
    table.add_row("all pairs (micro)", *map(_shown, counts.micro()), *alarms)
    table.add_row("mean of categories (macro)", *map(_shown, counts.macro()), "", "", "")
    return table


def _languages(judged: Sequence[tuple[Labelled, frozenset[str]]]) -> Table:
    table = Table("language", title="per language, development part")
    for heading in ("items", "precision", "recall", "alarms on innocents", "alarms on traps"):
        table.add_column(heading, justify="right")
    for language, counts in _by_language(judged).items():
        alarms = [_shown(counts.alarm_rate(kind)) for kind in ("innocent", "trap")]
        table.add_row(language, str(counts.items.total()), *map(_shown, counts.micro()), *alarms)
    return table


def _confusions(wrong: Sequence[_Confusion]) -> Table:
    table = Table("", "kind", "description", "expected", "found", title=f"{SHOWN} of {len(wrong)} confused items")
    for row in wrong[:SHOWN]:
        query = row.item.query
        words = " / ".join(filter(None, (query.description, query.manufacturer, query.model)))
        found = ", ".join(f"{name} {certainty:.2f}" for name, certainty in sorted(row.found.items()))
        expected = ", ".join(sorted(row.item.categories))
        table.add_row(row.item.language, row.item.kind, words, expected or "-", found or "-")
    return table


def _speed(console: Console, lexicon: Lexicon, queries: Sequence[ItemQuery]) -> dict[str, float]:
    fresh, known = [], []
    for _ in range(PASSES):
        classifier = Classifier(lexicon, wording=packaged_wording())
        classifier.recognise(ItemQuery("the first item pays for what is built at the first use"))
        # As the service does: the collector would walk the lexicon's objects, which never die, again and again.
        gc.collect()
        gc.freeze()
        fresh.append(_microseconds(classifier.recognise_many, queries))
        known.append(_microseconds(partial(_anew, classifier), queries))
    draw = random.Random(1718)
    common = [queries[min(int(draw.paretovariate(0.9)) - 1, len(queries) - 1)] for _ in range(REPEATED)]
    repeated = statistics.median(_microseconds(classifier.recognise_many, common) for _ in range(PASSES))
    figures = {
        "fresh_us": round(statistics.median(fresh), 1),
        "known_words_us": round(statistics.median(known), 1),
        "repeated_us": round(repeated, 2),
    }
    table = Table("one core", title=f"speed, median of {PASSES} passes")
    table.add_column("microseconds an item", justify="right")
    table.add_column("items a second", justify="right")
    for label, cost in (
        (f"never seen before, of new words ({len(queries):,} distinct)", figures["fresh_us"]),
        ("never seen before, of known words", figures["known_words_us"]),
        ("repeated as in traffic (Zipf)", figures["repeated_us"]),
    ):
        table.add_row(label, f"{cost:,.2f}", f"{1e6 / cost:,.0f}")
    console.print(table)
    return figures


def _anew(classifier: Classifier, queries: Sequence[ItemQuery]) -> None:
    for query in queries:
        classifier.recognise_anew(query)


def _microseconds(recognise: Callable[[Sequence[ItemQuery]], object], queries: Sequence[ItemQuery]) -> float:
    started = time.process_time()
    recognise(queries)
    return (time.process_time() - started) / len(queries) * 1e6


def _ratios(right: int, wrong: int, missed: int) -> tuple[float | None, float | None]:
    precision = right / (right + wrong) if right + wrong else None
    recall = right / (right + missed) if right + missed else None
    return precision, recall


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
