"""Find the whole spellings of persons' names that differ by one or two letters, without a scan.

Of two texts that differ by at most two letters, one of three parts of the first stands in the second, shifted by at
most two places. So each listed spelling is stored under its three parts (PASS-JOIN, Li and others, 2011). Most of the
spellings that share a part are discarded by how often each letter occurs, before they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, Parts, joined, mixed, polynomials, spread
from tidewaiter.matching.index.texts import Texts
from tidewaiter.matching.names.likeness import letters_apart

PARTS: Final = 3
NEAR_WHOLES: Final = "near wholes"
LETTER_COUNTS: Final = f"{NEAR_WHOLES}.letters"
_CLASSES: Final = 32
"""Letters are counted by the last bits of their codes, so that digits count as letters."""


class NearWholes:
    """Reads the tables that `name_tables` made. `records` has the two whole spellings of each form."""

    def __init__(self, tables: Mapping[str, Array], records: Texts) -> None:
        self._table = HashTable(tables, NEAR_WHOLES)
        self._letters = tables[LETTER_COUNTS]
        self._records = records

    def near(self, wholes: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
        """Yield pairs (number of the query, form) for `wholes`, pairs (number of the query, whole spelling)."""
        wholes = [(number, whole) for number, whole in wholes if letters_apart(len(whole))]
        if not wholes:
            return
        texts = [whole for _, whole in wholes]
        keys, owners, most = _keys_of(texts)
        places, numbers = self._table.look_up(keys)
        ats = owners[places]
        told = np.bitwise_count(letter_counts(texts)[ats] ^ self._letters[numbers]) <= 2 * most[places]
        pairs = np.unique(ats[told] << 33 | numbers[told])
        ats, found = (pairs >> 33).tolist(), (pairs & ((1 << 33) - 1)).tolist()
        listed = [self._records[number // 2].split("\n", 2)[number % 2] for number in found]
        mine = [wholes[at][1] for at in ats]
        apart = process.cpdist(mine, listed, scorer=Levenshtein.distance, score_cutoff=policy.MOST_LETTERS_APART)
        for at, number, distance in zip(ats, found, apart.tolist(), strict=True):
            if distance <= policy.MOST_LETTERS_APART:
                yield wholes[at][0], number // 2


def key_start(length: int, part: int) -> str:
    """Return what the key of a part of a whole spelling of so many letters has before the letters of the part."""
    return f"{length} {part} "


def letter_counts(texts: Sequence[str]) -> Array:
    """Return for each ASCII text a number (uint64) with two bits for each letter: the text has it, and it has it twice.

    Numbers of texts that differ by one letter differ in two bits at most: one letter less, and another more.
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(sizes)
    return letter_counts_of(np.frombuffer("".join(texts).encode("ascii"), np.uint8), ends - sizes, ends)


def letter_counts_of(letters: Array, begins: Array, ends: Array) -> Array:
    """Like `letter_counts`, for parts of one text, whose bytes are `letters`."""
    at, owners = spread(begins, ends)
    counts = np.bincount(owners * _CLASSES + (letters[at] & (_CLASSES - 1)), minlength=len(begins) * _CLASSES)
    table = counts.reshape(-1, _CLASSES)
    bits = np.packbits(np.hstack((table > 0, table > 1)), axis=1)
    found: Array = bits.view(np.uint64).ravel()
    return found


class _Keys(NamedTuple):
    """The keys of a whole spelling of one length: for each, the begin and end of its letters in the spelling, the size
    of what it has before them, by how many letters the spellings stored under it may differ, and the polynomial of what
    it has before the letters.
    """

    ranges: Array
    starts: Array


@lru_cache(maxsize=1_000)
def _keys_of_length(size: int) -> _Keys:
    """Return the keys of the spellings that may differ by few letters from one of this length."""
    found, starts = [], []
    for length in range(size - policy.MOST_LETTERS_APART, size + policy.MOST_LETTERS_APART + 1):
        most = letters_apart(min(size, length))
        if abs(size - length) > most:
            continue
        for part, (start, end) in enumerate(_parts(length)):
            # As many letters may be added or left out before this part as there are parts before it, and likewise
            # behind it.
            first = max(start - part, start + size - length - (PARTS - 1 - part), 0)
            last = min(start + part, start + size - length + (PARTS - 1 - part), size - (end - start))
            before = key_start(length, part)
            for place in range(first, last + 1):
                found.append((place, place + end - start, len(before), most))
                starts.append(before)
    return _Keys(np.array(found, np.int64).reshape(-1, 4), polynomials(starts))


def _keys_of(wholes: Sequence[str]) -> tuple[Array, Array, Array]:
    """Return the hashes of the keys of spellings that may differ by few letters from these. For each, also the number
    of the whole spelling, and by how many letters the spellings stored under it may differ.
    """
    sizes = np.fromiter(map(len, wholes), np.int64, len(wholes))
    keys = [_keys_of_length(size) for size in sizes.tolist()]
    owners = np.repeat(np.arange(len(wholes)), [len(each.starts) for each in keys])
    shift = (np.cumsum(sizes) - sizes)[owners]
    begins, ends, before, most = np.concatenate([each.ranges for each in keys]).T
    raw = Parts(np.frombuffer("".join(wholes).encode("ascii"), np.uint8)).raw(begins + shift, ends + shift)
    starts = np.concatenate([each.starts for each in keys])
    return mixed(joined(starts, before, raw)), owners, most


def _parts(length: int) -> list[tuple[int, int]]:
    ends = [length * part // PARTS for part in range(PARTS + 1)]
    return list(pairwise(ends))
