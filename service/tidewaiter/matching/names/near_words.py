"""Find known words that differ from a given word by one letter."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA


class NearWords:
    """Finds known words by a word with one letter different: either the first or the last letters are still equal."""

    def __init__(self, words_: Iterable[str], ends: int) -> None:
        """Index words by their first and last `ends` letters. Each word must have at least `2 * ends + 1` letters."""
        self._ends = ends
        self._words: dict[str, list[str]] = {}
        for word in sorted(words_):
            self._words.setdefault(word[:ends], []).append(word)
            self._words.setdefault("-" + word[-ends:], []).append(word)

    def near(self, word: str) -> str | None:
        """Return the known word that differs from `word` by at most one letter, the alphabetically first of several."""
        found = (*self._words.get(word[: self._ends], ()), *self._words.get("-" + word[-self._ends :], ()))
        return min([known for known in found if OSA.distance(word, known, score_cutoff=1) <= 1], default=None)
