"""Find known words that differ from a given word by one letter."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA


class NearWords:
    """Finds known words by a word with one letter different: either the first or the last letters are still equal."""

    def __init__(self, words_: Iterable[str], ends: int) -> None:
        """Index words by their first and last `ends` letters. Each word must have at least `2 * ends + 1` letters."""
        self._ends = ends
        self._by_start: dict[tuple[str, int], list[str]] = {}
        self._by_end: dict[tuple[str, int], list[str]] = {}
        for word in sorted(words_):
            for size in range(len(word) - 1, len(word) + 2):
                self._by_start.setdefault((word[:ends], size), []).append(word)
                self._by_end.setdefault((word[-ends:], size), []).append(word)

    def near(self, word: str) -> str | None:
        """Return the known word that differs from `word` by at most one letter, the alphabetically first of several."""
        ends, size = self._ends, len(word)
        found = (*self._by_start.get((word[:ends], size), ()), *self._by_end.get((word[-ends:], size), ()))
        if not found:
            return None
        return min([known for known in found if OSA.distance(word, known, score_cutoff=1) <= 1], default=None)
