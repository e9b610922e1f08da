"""Names of offices that say no State: every State may have a Ministry of National Defence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tidewaiter.rulebook.phrases import fold

_ACRONYM: Final = re.compile(r"\([A-Z]{2,8}\)")
"""What lists write behind a name: (MPAF)."""
_SMALL: Final = frozenset("of the for and a an s no".split())


class OfficeNames:
    """Tells the name of an office from other names, by the words that such names are made of."""

    __slots__ = ("_offices", "_words")

    def __init__(self, offices: Iterable[str], subjects: Iterable[str]) -> None:
        """`offices` are words for what an office is, `subjects` words for what it is about, several in a text."""
        self._offices = _words_of(offices)
        self._words = self._offices | _words_of(subjects) | _SMALL

    def names_office(self, name: str) -> bool:
        """Return whether one word of `name` is a word for an office."""
        return not self._offices.isdisjoint(fold(name).split())

    def is_of_any_state(self, name: str) -> bool:
        """Return whether `name` has a word for an office, and no word that offices of other States would not have."""
        words = fold(_ACRONYM.sub(" ", name)).split()
        return not self._offices.isdisjoint(words) and self._words.issuperset(words)


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in fold(text).split())
