"""Arrange the postings of many queries side by side, and compute sums over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.word_index import FoundWord, Lists
from tidewaiter.matching.names.compared import QueryName

# A similarity of s requires, for agreement M: c*conflict + o*omission <= M * (1 - s) / s.
SLACK: Final = (1.0 - policy.LEAST_SIMILARITY) / policy.LEAST_SIMILARITY


@dataclass(slots=True)
class Asked:
    """One form of a queried name, with the lists found for its words and for its joins (slot, lists)."""

    query: QueryName
    bare: bool
    words: Sequence[FoundWord]
    joins: list[tuple[int, Lists]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """The posting lists of many queries as rows: the query, slot and word of each, and what it contributes.

    Rows are ordered by query and slot. A form found in a row is encoded as one number, with the form in the high bits
    and the row in the low bits.
    """

    query: Array
    slot: Array
    word: Array
    begins: Array
    ends: Array
    agreeing: Array
    """Upper bounds for agreement in the word, one array row each: the weight gained; the cost that this gain allows,
    less the conflict within the agreeing words; the weight used up in the query; and that in the listed name."""
    bits: int

    def found(self, form: Array, row: Array) -> Array:
        """Return the form found in the row, encoded as one number."""
        number: Array = form.astype(np.int64) << self.bits | row
        return number

    def split(self, found: Array) -> tuple[Array, Array]:
        """Return the forms and the rows of numbers encoded by `found`."""
        return found >> self.bits, found & ((1 << self.bits) - 1)


def rows_of_queries(asked: Sequence[Asked], conflict: float) -> Rows:
    """Return the rows of all queries except bare ones, which are only found as whole names."""
    query, slot, here, sizes = [], [], [], []
    words: list[int] = []
    begins: list[int] = []
    ends: list[int] = []
    gains: list[float] = []
    losses: list[float] = []
    theres: list[float] = []
    for number, each in enumerate(asked):
        if each.bare:
            continue
        weights = each.query.weights
        count = len(weights)
        slots = [(place, weights[place], found.lists) for place, found in enumerate(each.words)]
        for place, lists in each.joins:
            slots.append((count + place, weights[place] + weights[place + 1], lists))
        for place, weight, lists in slots:
            if lists.words:
                query.append(number)
                slot.append(place)
                here.append(weight)
                sizes.append(len(lists.words))
                words += lists.words
                begins += lists.begins
                ends += lists.ends
                gains += lists.gains
                losses += lists.losses
                theres += lists.theres
    gain, loss, used = np.array(gains, np.float64), np.array(losses, np.float64), np.repeat(here, sizes)
    return Rows(
        np.repeat(np.array(query, np.int64), sizes),
        np.repeat(np.array(slot, np.int64), sizes),
        np.array(words, np.int64),
        np.array(begins, np.int64),
        np.array(ends, np.int64),
        np.array((gain, np.maximum(gain * SLACK - conflict * loss, 0.0), used, theres)),
        len(words).bit_length(),
    )


def summed(agreeing: Array, pairs: Array, within: Array) -> Array:
    """Return for each pair the sum of the maxima of its places, and the number of places.

    `pairs` are consecutive numbers from 0 in order, and so are the places `within` each pair. The result has one column
    per pair.
    """
    if not len(pairs):
        return np.zeros((5, 0))
    new = np.ones(len(pairs), bool)
    new[1:] = (pairs[1:] != pairs[:-1]) | (within[1:] != within[:-1])
    runs = np.nonzero(new)[0]
    of_pair = starts(pairs[runs])
    sums = np.add.reduceat(np.maximum.reduceat(agreeing, runs, axis=1), of_pair, axis=1)
    return np.vstack((sums, np.diff(np.append(of_pair, len(runs)))))


def starts(ordered: Array) -> Array:
    """Return the start of each run of equal values."""
    return np.nonzero(np.concatenate((np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1])))[0]
