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

PARTS: Final = 3
NEAR_WHOLES: Final = "near wholes"


class NearWholes:
    """Reads the table that `name_tables` made. `records` has the two whole spellings of each form."""

    def __init__(self, tables: Mapping[str, Array], records: Texts) -> None:
        self._table = HashTable(tables, NEAR_WHOLES)
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


def key_start(length: int, part: int) -> str:
    """Return what the key of a part of a whole spelling of so many letters has before the letters of the part."""
    return f"{length} {part} "


def _parts(length: int) -> list[tuple[int, int]]:
    ends = [length * part // PARTS for part in range(PARTS + 1)]
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
            first = max(start - part, start + size - length - (PARTS - 1 - part), 0)
            last = min(start + part, start + size - length + (PARTS - 1 - part), size - (end - start))
            for place in range(first, last + 1):
                yield key_start(length, part) + whole[place : place + end - start]
