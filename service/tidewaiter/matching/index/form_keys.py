"""Hash the spellings of all forms of names at once, from the records that `name_rows` made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, Parts, joined, mixed, polynomials
from tidewaiter.matching.index.name_rows import BARE, CORE, LINES, SYLLABIC, NameRows
from tidewaiter.matching.index.near_wholes import PARTS, key_start, letter_counts_of
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.spellings import NO_WORD

_TOGETHER: Final = 2_000
_FARTHEST: Final = 256
_NEWLINE, _SPACE = ord("\n"), ord(" ")
_Keys = tuple[Array, Array]
"""Hashes, and the number stored under each."""


class FormKeys(NamedTuple):
    """The keys of forms: of the sound of all words as one, of the whole spellings, and of joined neighbours, each with
    the form; of the parts of whole spellings, with the number of the spelling; and the numbers of long spellings, in
    order of the spellings; and which letters each whole spelling has; and the
    position of the second word of the core of each form, 0 when it has none or stands too far behind.

    The number of a spelling is twice that of its form, plus 1 if it is in order of use.
    """

    compact: _Keys
    plain: _Keys
    joins: _Keys
    near_wholes: _Keys
    plain_order: Array
    letter_counts: Array
    core: Array


def keys_of_forms(rows: NameRows, kind: NameKind) -> FormKeys:
    """Return the keys of all forms. Near whole spellings are for persons only."""
    some: list[tuple[_Keys, _Keys, _Keys, _Keys]] = []
    letters: list[Array] = [np.zeros(0, np.uint64)]
    core: list[Array] = []
    long: list[str] = []
    numbers: list[int] = []
    for start in range(0, max(1, len(rows.flags)), _TOGETHER):
        records = _Records(rows, start, min(start + _TOGETHER, len(rows.flags)))
        near_wholes = records.near_wholes(kind is NameKind.PERSON)
        some.append((records.compact(), records.plain(), records.joins(), near_wholes))
        if kind is NameKind.PERSON:
            letters.append(records.letter_counts())
        core.append(records.core())
        for text, number in records.long_spellings():
            long.append(text)
            numbers.append(number)
    # Sorting is stable, so that equal spellings are in the order of their numbers.
    order = sorted(range(len(long)), key=long.__getitem__)
    compact, plain, joins, near = map(_concatenated, zip(*some, strict=True))
    in_order = np.array([numbers[place] for place in order], np.uint32)
    return FormKeys(compact, plain, joins, near, in_order, np.concatenate(letters), np.concatenate(core))


def _concatenated(keys: Sequence[_Keys]) -> _Keys:
    return np.concatenate([hashes for hashes, _ in keys]), np.concatenate([numbers for _, numbers in keys])


class _Records:
    """The records of some forms, from the number `first` on."""

    def __init__(self, rows: NameRows, first: int, end: int) -> None:
        at = rows.record_at[first : end + 1].astype(np.int64)
        self._letters = rows.records[at[0] : at[-1]]
        self._parts = Parts(self._letters)
        self._at = at - at[0]
        self._flags = rows.flags[first:end]
        self._first = first
        ends = np.flatnonzero(self._letters == _NEWLINE).reshape(end - first, LINES - 1)
        self._begins = np.hstack((self._at[:-1, None], ends + 1))
        self._ends = np.hstack((ends, self._at[1:, None]))
        self._wholes = self._begins[:, :2], self._ends[:, :2]
        self._sizes = self._wholes[1] - self._wholes[0]

    def compact(self) -> _Keys:
        numbers = np.arange(self._first, self._first + len(self._flags), dtype=np.uint32)
        return self._parts.hashes(self._begins[:, 2], self._ends[:, 2]), numbers

    def plain(self) -> _Keys:
        long = self._sizes >= policy.SHORTEST_PLAIN
        forms = np.nonzero(long)[0] + self._first
        return self._parts.hashes(self._wholes[0][long], self._wholes[1][long]), forms.astype(np.uint32)

    def long_spellings(self) -> zip[tuple[str, int]]:
        """Return each whole spelling that is long enough to be found by its beginning, and its number."""
        long = self._sizes > policy.FORMED_PLAIN
        text = self._letters.tobytes().decode("ascii")
        ranges = zip(self._wholes[0][long].tolist(), self._wholes[1][long].tolist(), strict=True)
        return zip([text[begin:end] for begin, end in ranges], self._numbers(long).tolist(), strict=True)

    def near_wholes(self, wanted: bool) -> _Keys:
        near = (self._sizes >= policy.LETTERS_APART[-1][0]) & ((self._flags & SYLLABIC) == 0)[:, None] & wanted
        begins, sizes = self._wholes[0][near], self._sizes[near]
        starts = [key_start(size, part) for size in range(int(sizes.max(initial=0)) + 1) for part in range(PARTS)]
        start_raw, start_sizes = polynomials(starts), np.array([len(start) for start in starts])
        keys = np.zeros((len(sizes), PARTS), np.uint64)
        for part in range(PARTS):
            raw = self._parts.raw(begins + sizes * part // PARTS, begins + sizes * (part + 1) // PARTS)
            which = sizes * PARTS + part
            keys[:, part] = mixed(joined(start_raw[which], start_sizes[which], raw))
        return keys.ravel(), np.repeat(self._numbers(near), PARTS).astype(np.uint32)

    def core(self) -> Array:
        """Return the position of the second word of the core, which is written behind that of the first and a space."""
        begins, ends = self._begins[:, 4] + 2, self._ends[:, 4]
        position = np.zeros(len(begins), np.int64)
        cored = (self._flags & CORE) != 0
        for place in range(int((ends - begins)[cored].max(initial=0))):
            some = np.flatnonzero(cored & (begins + place < ends))
            position[some] = position[some] * 10 + self._letters[begins[some] + place] - ord("0")
        return np.where(position < _FARTHEST, position, 0).astype(np.uint8)

    def letter_counts(self) -> Array:
        return letter_counts_of(self._letters, self._wholes[0].ravel(), self._wholes[1].ravel())

    def _numbers(self, chosen: Array) -> Array:
        form, turned = np.nonzero(chosen)
        numbers: Array = 2 * (form + self._first) + turned
        return numbers

    def joins(self) -> _Keys:
        begins, ends = self._begins[:, 3], self._ends[:, 3]
        spaces = np.flatnonzero(self._letters == _SPACE)
        owners = np.searchsorted(self._at, spaces, "right") - 1
        spaces = spaces[(begins[owners] <= spaces) & (spaces < ends[owners])]
        some = ends > begins
        word_begins = np.sort(np.concatenate((begins[some], spaces + 1)))
        word_ends = np.sort(np.concatenate((spaces, ends[some])))
        forms = np.searchsorted(self._at, word_begins, "right") - 1
        no_word = (word_ends - word_begins == len(NO_WORD)) & (self._letters[word_begins] == ord(NO_WORD))
        told = ~no_word & ((self._flags[forms] & BARE) == 0)
        keys = self._parts.hashes(word_begins[told], word_ends[told])
        return keys, (forms[told] + self._first).astype(np.uint32)
