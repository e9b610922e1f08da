"""Counts the rows to learn from that are nearly the same as a held-out one, by source. None of them is learnt.

Two descriptions are nearly the same when they share `ALIKE` of their words, numbers left out: tariff lines that differ
in a weight alone. A model that has seen one is not tested by the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from rich.console import Console
from rich.table import Table

from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.parse.words import fold, pieces

ALIKE = 0.8
"""The share of the words of both that two descriptions have in common, from which on they are nearly the same."""
_NUMBER = re.compile(r"\d")


def words_of(text: str) -> frozenset[str]:
    """Return the words of a description without its numbers; of Chinese, Japanese and Korean pairs of characters."""
    words: set[str] = set()
    for word, _ in pieces(text):
        folded = fold(word)
        if _NUMBER.search(folded):
            continue
        if script_of(folded) in (Script.HAN, Script.HANGUL) and len(folded) > 2:
            words.update(first + second for first, second in pairwise(folded))
        else:
            words.add(folded)
    return frozenset(words)


def near_duplicates(texts: Sequence[str], of: Iterable[str]) -> list[int]:
    """Return the places of those of `texts` that are nearly the same as one of the texts in `of`."""
    kept = list({words for text in of if (words := words_of(text))})
    asked = [words_of(text) for text in texts]
    common = Counter(word for words in (*kept, *asked) for word in words)
    by_word: dict[str, list[frozenset[str]]] = defaultdict(list)
    for words in kept:
        for word in _rarest(words, common):
            by_word[word].append(words)
    return [
        place
        for place, words in enumerate(asked)
        if any(_alike(words, other) for word in _rarest(words, common) for other in by_word.get(word, ()))
    ]


def _rarest(words: frozenset[str], common: Counter[str]) -> list[str]:
    """Return as many of the rarest words as two texts that are nearly the same must share one of."""
    ordered = sorted(words, key=lambda word: (common[word], word))
    return ordered[: len(words) - ceil(ALIKE * len(words) - 1e-9) + 1]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= ALIKE * (len(one) + len(other) - shared)


def main() -> dict[str, Any]:
    """Print how many rows of each source are left out of training for this reason."""
    from bench.goods_model import learnt_rows, lessons_of_rows  # needs the training libraries

    rows = lessons_of_rows()
    learnt = Counter(one.source for one in learnt_rows(rows))
    given = Counter(one.source for one in rows if not one.heldout)
    table = Table("source", title=f"{sum(one.heldout for one in rows):,} held-out rows")
    for name in ("rows to learn from", "nearly the same as a held-out one"):
        table.add_column(name, justify="right")
    for source, count in sorted(given.items()):
        table.add_row(source, f"{count:,}", f"{count - learnt[source]:,}")
    Console().print(table)
    return {source: count - learnt[source] for source, count in given.items()}


if __name__ == "__main__":
    main()
