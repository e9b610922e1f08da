"""Known words, found by a word that differs from them in one letter."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA


class NearWords:
    """Known words, found by a word of one letter's difference: it still has their first letters, or their last."""

    def __init__(self, words_: Iterable[str], ends: int) -> None:
        """Look words up by their first or last `ends` letters. No word may be shorter than twice that and a letter."""
        self._ends = ends
        self._words: dict[str, list[str]] = {}
        for word in sorted(words_):
            self._words.setdefault(word[:ends], []).append(word)
            self._words.setdefault("-" + word[-ends:], []).append(word)

    def near(self, word: str) -> str | None:
        """Return the known word that differs from `word` by one letter at most, the first by alphabet of several."""
        found = (*self._words.get(word[: self._ends], ()), *self._words.get("-" + word[-self._ends :], ()))
        return min([known for known in found if OSA.distance(word, known, score_cutoff=1) <= 1], default=None)
