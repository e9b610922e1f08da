"""Find the whole spellings of persons' names that differ by one or two letters, without a scan.

Of two texts that differ by at most two letters, one of three parts of the first stands in the second, shifted by at
most two places. So each listed spelling is stored under its three parts (PASS-JOIN, Li and others, 2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, hashes
from tidewaiter.matching.index.texts import Texts
from tidewaiter.matching.names.likeness import letters_apart

_PARTS: Final = 3
_NAME: Final = "near wholes"


class NearWholes:
    """Reads the table that `near_whole_tables` made. `records` has the two whole spellings of each form."""

    def __init__(self, tables: Mapping[str, Array], records: Texts) -> None:
        self._table = HashTable(tables, _NAME)
        self._records = records

    def near(self, wholes: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
        """Yield pairs (number of the query, form) for `wholes`, pairs (number of the query, whole spelling)."""
        asked = [(at, key) for at, (_, whole) in enumerate(wholes) for key in _keys_of_query(whole)]
        places, numbers = self._table.look_up(hashes([key for _, key in asked]))
        of_key = np.fromiter((at for at, _ in asked), np.int64, len(asked))
        pairs = np.unique(of_key[places] << 33 | numbers)
        ats, found = (pairs >> 33).tolist(), (pairs & ((1 << 33) - 1)).tolist()
        listed = [self._records[number // 2].split("\n", 2)[number % 2] for number in found]
        mine = [wholes[at][1] for at in ats]
        apart = process.cpdist(mine, listed, scorer=Levenshtein.distance, score_cutoff=policy.MOST_LETTERS_APART)
        for at, number, letters in zip(ats, found, apart.tolist(), strict=True):
            if letters <= policy.MOST_LETTERS_APART:
                yield wholes[at][0], number // 2


def near_whole_tables(wholes: Sequence[tuple[str, int]]) -> dict[str, Array]:
    """Return the table of pairs (whole spelling, twice the number of its form, plus 1 if in order of use)."""
    keys = [
        (f"{len(whole)} {part} {whole[start:end]}", number)
        for whole, number in wholes
        for part, (start, end) in enumerate(_parts(len(whole)))
    ]
    return HashTable.made(_NAME, hashes([key for key, _ in keys]), [number for _, number in keys])


def _parts(length: int) -> list[tuple[int, int]]:
    ends = [length * part // _PARTS for part in range(_PARTS + 1)]
    return list(pairwise(ends))


def _keys_of_query(whole: str) -> Iterator[str]:
    """Yield the keys of the spellings that may differ by few letters from `whole`."""
    size = len(whole)
    for length in range(size - policy.MOST_LETTERS_APART, size + policy.MOST_LETTERS_APART + 1):
        if abs(size - length) > letters_apart(min(size, length)):
            continue
        for part, (start, end) in enumerate(_parts(length)):
            # As many letters may be added or left out before this part as there are parts before it, and likewise
            # behind it.
            first = max(start - part, start + size - length - (_PARTS - 1 - part), 0)
            last = min(start + part, start + size - length + (_PARTS - 1 - part), size - (end - start))
            for place in range(first, last + 1):
                yield f"{length} {part} {whole[place : place + end - start]}"
