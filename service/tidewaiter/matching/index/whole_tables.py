"""Build the tables in which `whole_names` finds whole listed names, from rows that each depend on one name alone."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, Parts, joined, mixed, sums_by_row
from tidewaiter.matching.index.runs import Runs, row_starts
from tidewaiter.matching.names.legal_forms import LEGAL_ANYWHERE
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, PARTICLES, STOP_WORDS, SYLLABIC_SURNAMES, TITLES
from tidewaiter.matching.scripts.folding import fold
from tidewaiter.text.latin import words

ORDERS: Final = 3
"""The rotations of a name: as it is, first word last, last word first."""
_SET_ASIDE: Final = TITLES | PARTICLES | STOP_WORDS | LEGAL_ANYWHERE
_LONGEST: Final = 20
_KINDS: Final = tuple(NameKind)
_TOGETHER: Final = 5_000
_SPACE: Final = ord(" ")

Weights = Callable[[Sequence[str]], Sequence[float]]
"""Returns the weight of each of some words, the lowest over all kinds of names."""


def telling_words(spelled: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name without titles, particles and plain legal forms."""
    if _SET_ASIDE.isdisjoint(spelled):
        return spelled
    return tuple([word for word in spelled if word not in _SET_ASIDE])


@dataclass(frozen=True, slots=True)
class WholeRows:
    """The readings of the strong names of one kind, in the order of the names.

    For each: the number of its name, whether it is searched for within other names, and its folded words, as the text
    between two places of `at` in `letters`.
    """

    numbers: Array
    within: Array
    at: Array
    letters: Array

    @classmethod
    def of(cls, tables: Mapping[str, Array], kind: NameKind) -> WholeRows:
        """Return the rows from which `tables_of_wholes` made `tables`."""
        first, end = np.searchsorted(tables["readings.kind"], (_KINDS.index(kind), _KINDS.index(kind) + 1))
        within = np.zeros(len(tables["readings.kind"]), bool)
        within[tables["by two words.numbers"] // ORDERS] = True
        at = tables["readings.at"][first : end + 1]
        return cls(
            tables["readings.number"][first:end],
            within[first:end],
            at - at[0],
            tables["readings.bytes"][int(at[0]) : int(at[-1])],
        )

    @classmethod
    def joined(cls, parts: Sequence[WholeRows], names: Runs) -> WholeRows:
        """Return the readings of the names in `names`, which are numbered from 0 in the order of the runs."""
        readings = names.owned([part.numbers for part in parts])
        return cls(
            readings.renumbered([part.numbers for part in parts], names),
            readings.column([part.within for part in parts]),
            row_starts(readings.column([np.diff(part.at) for part in parts])),
            readings.spread([part.at for part in parts]).column([part.letters for part in parts]),
        )


class WholesRead:
    """Collects the strong names of one kind."""

    def __init__(self, kind: NameKind) -> None:
        self._kind = kind
        self._numbers = array("I")
        self._words: defaultdict[str, int] = defaultdict(count().__next__)
        self._reading_words, self._at = array("I"), array("Q", (0,))

    def add(self, number: int, name: str) -> None:
        """Add the name with this number among those of its kind, not below that of the name before."""
        number_of = self._words.__getitem__
        for reading in dict.fromkeys(_readings(name, self._kind)):
            self._reading_words.extend(map(number_of, reading))
            self._at.append(len(self._reading_words))
            self._numbers.append(number)

    def rows(self, weights: Weights) -> WholeRows:
        """Return the rows of all names so far, given the weights of words."""
        spelled = list(self._words)
        at = np.frombuffer(self._at, np.uint64).astype(np.int64)
        reading_words = np.frombuffer(self._reading_words, np.uint32)
        # TECHNOLOGIES tells as little as the word that it is read as.
        weighed = np.minimum(weights(spelled), weights([ABBREVIATIONS.get(word, word) for word in spelled]))
        within = self._within(spelled, weighed, reading_words, at)
        folded = [fold(word) for word in spelled]
        numbers, ends = reading_words.tolist(), at.tolist()
        texts = [" ".join([folded[each] for each in numbers[begin:end]]) for begin, end in pairwise(ends)]
        letters = "".join(texts).encode("ascii")
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        return WholeRows(
            np.frombuffer(self._numbers, np.uint32), within, row_starts(sizes), np.frombuffer(letters, np.uint8)
        )

    def _within(self, spelled: Sequence[str], weights: Array, reading_words: Array, at: Array) -> Array:
        """Return which readings are long enough, and weigh enough, not to occur among other words by chance."""
        counts = np.diff(at)
        coded = np.array([word.isupper() for word in spelled], bool)
        other = np.array([word not in SYLLABIC_SURNAMES for word in spelled], bool)
        lengths = np.array([len(word) for word in spelled], np.int64)
        total, heaviest = np.zeros(len(counts)), np.zeros(len(counts))
        letters, codes, others = (np.zeros(len(counts), np.int64) for _ in range(3))
        for place in range(_LONGEST):
            # Word by word, so that sums are rounded as one by one.
            some = np.flatnonzero(counts > place)
            each = reading_words[at[some] + place]
            total[some] += weights[each]
            heaviest[some] = np.maximum(heaviest[some], weights[each])
            letters[some] += lengths[each]
            codes[some] += coded[each]
            others[some] += other[each]
        stands_out = (counts >= 2) & (counts <= _LONGEST) & ((counts > 2) | (letters >= policy.WITHIN_LETTERS))
        stands_out &= (codes == 0) & (others > 0)
        needed = policy.PERSON_WITHIN_WEIGHT if self._kind is NameKind.PERSON else policy.WITHIN_WEIGHT
        telling = (heaviest >= policy.TELLING_WITHIN) & (self._kind is NameKind.ORGANISATION)
        rare = total >= np.where(telling, policy.TELLING_WITHIN_WEIGHT, needed)
        result: Array = stands_out & (rare | (counts >= policy.WITHIN_WORDS))
        return result


def tables_of_wholes(rows: Mapping[NameKind, WholeRows]) -> dict[str, Array]:
    """Return the arrays that `WholeNames` reads. Results have the order of kinds, then of names."""
    in_order = [rows[kind] for kind in _KINDS]
    at = row_starts(np.concatenate([np.diff(each.at) for each in in_order]))
    letters = np.concatenate([each.letters for each in in_order])
    counts = [len(each.numbers) for each in in_order]
    kinds = np.repeat(np.arange(len(_KINDS), dtype=np.uint8), counts)
    within = np.concatenate([each.within for each in in_order])
    same, two, turns = [], [], []
    for start in range(0, max(1, len(kinds)), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        keys = _Readings(letters, at[start : start + _TOGETHER + 1].astype(np.int64))
        same.append(keys.of_words())
        hashes, rows_ = keys.of_two_words(within[some], kinds[some] == _KINDS.index(NameKind.PERSON))
        two.append(hashes)
        turns.append(rows_ + start * ORDERS)
    return {
        "readings.bytes": letters,
        "readings.at": at,
        "readings.kind": kinds,
        "readings.number": np.concatenate([each.numbers for each in in_order]),
        **HashTable.made("by all words", np.concatenate(same), np.arange(len(kinds))),
        **HashTable.made("by two words", np.concatenate(two), np.concatenate(turns)),
    }


class _Readings:
    """The words of some readings. `at` says where each begins in `letters`, and the end."""

    def __init__(self, letters: Array, at: Array) -> None:
        letters = letters[at[0] : at[-1]]
        at = at - at[0]
        spaces = np.flatnonzero(letters == _SPACE)
        some = at[1:] > at[:-1]
        begins = np.sort(np.concatenate((at[:-1][some], spaces + 1)))
        ends = np.sort(np.concatenate((spaces, at[1:][some])))
        self._raw = Parts(letters).raw(begins, ends)
        self._sizes = ends - begins
        self._first = np.searchsorted(begins, at)
        self._counts = np.diff(self._first)

    def of_words(self) -> Array:
        """Return the key of the words of each reading, in any order."""
        return sums_by_row(mixed(self._raw), self._first)

    def of_two_words(self, within: Array, person: Array) -> tuple[Array, Array]:
        """Return the keys of the first two words of readings that may be within names, and the row of each.

        The row is the reading and its order: persons' names are found in three of them, in two if of two words.
        """
        readings = np.flatnonzero(within)
        keys, turns = np.zeros((len(readings), ORDERS), np.uint64), np.ones((len(readings), ORDERS), bool)
        first, counts = self._first[readings], self._counts[readings]
        last = first + counts - 1
        keys[:, 0] = self._pair(first, first + 1)
        keys[:, 1] = self._pair(first + 1, np.where(counts > 2, first + 2, first))
        keys[:, 2] = self._pair(last, first)
        turns[:, 1:] = person[readings, None]
        turns[counts == 2, 2] = False
        return keys[turns], (readings[:, None] * ORDERS + np.arange(ORDERS))[turns].astype(np.uint32)

    def _pair(self, first: Array, second: Array) -> Array:
        """Return the keys of pairs of words with a space between."""
        space = np.full(len(first), _SPACE, np.uint64)
        behind = joined(space, np.ones(len(first), np.int64), self._raw[second])
        return mixed(joined(self._raw[first], self._sizes[first], behind))


def _readings(text: str, kind: NameKind) -> Iterator[tuple[str, ...]]:
    yield telling_words(words(text))
    for form in forms(text, kind):
        if not form.bare:
            yield telling_words(form.spelled)
