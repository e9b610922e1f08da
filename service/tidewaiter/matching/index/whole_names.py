"""Find whole listed names of all kinds of party, despite a wrong party type or other words around the name.

Must cost at most one look-up per word, whatever the number of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from tidewaiter.matching.index.hashing import Array, HashTable, hashes, sums_by_row
from tidewaiter.matching.index.runs import row_starts
from tidewaiter.matching.index.texts import Texts
from tidewaiter.matching.index.whole_tables import ORDERS, telling_words
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.scripts.folding import fold, fold_ahead
from tidewaiter.text.latin import words

_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_KINDS: Final = tuple(NameKind)

Place = tuple[NameKind, int]
"""A listed name: its kind and its number in the index of that kind."""
Places = tuple[tuple[Place, ...], tuple[Place, ...]]
"""The listed names equal to a name, and those contained in it."""


@lru_cache(maxsize=100_000)
def plain_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name of any kind, without titles, particles and plain legal forms."""
    return tuple(map(fold, telling_words(words(name))))


class WholeNames:
    """The strong listed names of every kind. Immutable."""

    def __init__(self, tables: Mapping[str, Array]) -> None:
        """Read `tables`, which `whole_tables` made."""
        self._readings = Texts(tables, "readings")
        self._kinds = tables["readings.kind"].data
        self._numbers = tables["readings.number"].data
        self._same = HashTable(tables, "by all words")
        self._within = HashTable(tables, "by two words")

    def find_all(self, names: Sequence[str], *, texts: bool = False) -> list[Places]:
        """Return for each name the listed names with the same words, and the listed names contained in it.

        The same words may be in any order. A contained name has two or more words, adjacent and complete. A ship or a
        firm with a number after its name is a different one: KUM UN SAN 3 is not KUM UN SAN. With `texts`, the names
        are running texts: a text that equals a listed name contains it too, and a number after the name of a firm is
        ignored, because it probably belongs to its address.
        """
        if texts:
            fold_ahead(word for name in names for word in words(name))
        plain = [plain_words(name) for name in names]
        same: list[list[int]] = [[] for _ in names]
        ordered = [_key(sorted(each)) for each in plain]
        for name, reading in _pairs(self._same.look_up(_keys_of_words(plain))):
            if _key(sorted(self._readings[reading].split())) == ordered[name]:
                same[name].append(reading)
        within: list[list[int]] = [[] for _ in names]
        two = [
            (name, start, _key(pair)) for name, each in enumerate(plain) for start, pair in enumerate(pairwise(each))
        ]
        for at, row in _pairs(self._within.look_up(hashes([key for _, _, key in two]))):
            name, start, _ = two[at]
            reading, order = divmod(row, ORDERS)
            listed = _turned(self._readings[reading].split(), order)
            kind = _KINDS[self._kinds[reading]]
            numbered = kind is not NameKind.PERSON and (kind is NameKind.VESSEL or not texts)
            if not texts and not _between_spaces(names[name], start, start + len(listed)):
                continue
            if _stands_within(plain[name], start, listed, whole_too=texts, numbered=numbered):
                within[name].append(reading)
        return [(self._places(a), self._places(b)) for a, b in zip(same, within, strict=True)]

    def of_one_word(self, word: str) -> tuple[Place, ...]:
        """Return the listed names that consist of this one word."""
        plain = plain_words(word)
        key = _key(plain)
        return self._places(
            [
                reading
                for _, reading in _pairs(self._same.look_up(_keys_of_words([plain])))
                if key and self._readings[reading] == key
            ]
        )

    def _places(self, readings: Sequence[int]) -> tuple[Place, ...]:
        return tuple((_KINDS[self._kinds[reading]], self._numbers[reading]) for reading in readings)


def _between_spaces(name: str, start: int, end: int) -> bool:
    """Return whether the words from `start` to `end` begin and end at spaces, if `name` has letters written as words.

    A name in Hangul, Chinese characters or kana becomes a word for each syllable, of which some may be another name.
    """
    if _UNSPACED.search(name) is None:
        return True
    ends = {0, *accumulate(len(plain_words(part)) for part in name.split())}
    return start in ends and end in ends


def _stands_within(
    plain: Sequence[str], start: int, listed: tuple[str, ...], *, whole_too: bool, numbered: bool
) -> bool:
    """Return whether `plain` contains `listed` at `start`.

    There must be other words unless `whole_too`, and no number directly after it if names of its kind are `numbered`.
    """
    end = start + len(listed)
    if tuple(plain[start:end]) != listed or (len(listed) == len(plain) and not whole_too):
        return False
    return not numbered or end == len(plain) or not is_number(plain[end]) or is_number(listed[-1])


def _turned(folded: Sequence[str], order: int) -> tuple[str, ...]:
    if order == 0:
        return tuple(folded)
    return (*folded[1:], folded[0]) if order == 1 else (folded[-1], *folded[:-1])


def _key(plain: Sequence[str]) -> str:
    return " ".join(plain)


def _pairs(found: tuple[Array, Array]) -> Iterator[tuple[int, int]]:
    return zip(found[0].tolist(), found[1].tolist(), strict=True)


def _keys_of_words(names: Sequence[Sequence[str]]) -> Array:
    """Return the key of the words of each name, in any order."""
    at = row_starts(np.fromiter(map(len, names), np.int64, len(names)))
    return sums_by_row(hashes([word for name in names for word in name]), at.astype(np.int64))
