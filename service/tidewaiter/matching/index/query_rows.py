"""The postings of the words of many queries side by side, and sums over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.word_index import FoundWord, Lists
from tidewaiter.matching.names.compared import QueryName

# The least similarity s needs agreement M, contradiction and omission with c*conf + o*omis <= M * (1 - s) / s.
SLACK: Final = (1.0 - policy.LEAST_SIMILARITY) / policy.LEAST_SIMILARITY


@dataclass(slots=True)
class Asked:
    """One form of a name to look for, with what was found of its words and of its joins (slot, lists)."""

    query: QueryName
    bare: bool
    words: Sequence[FoundWord]
    joins: list[tuple[int, Lists]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """Lists of postings of many queries, side by side: the query, slot and word of each, in the order of queries and
    slots, and what it gives.

    A form found in one of the lists is written as one number, the form before the row.
    """

    query: Array
    slot: Array
    word: Array
    begins: Array
    ends: Array
    agreeing: Array
    """What agreeing in the word comes to at most, a line each: what is gained; the cost that this may carry, less what
    contradicts in the very words that agree; and the weight used up in the query, and in the listed name."""
    bits: int

    def found(self, form: Array, row: Array) -> Array:
        """Return the form found in the row, as one number."""
        number: Array = form.astype(np.int64) << self.bits | row
        return number

    def split(self, found: Array) -> tuple[Array, Array]:
        """Return the form and the row of such numbers."""
        return found >> self.bits, found & ((1 << self.bits) - 1)


def rows_of_queries(asked: Sequence[Asked], conflict: float) -> Rows:
    """Return the lists of all queries but the bare ones, which are found whole or not at all."""
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
    """Return the largest value of each pair in each place `within` it, added up, and the number of places.

    Pairs are numbers from 0 on in their order, as are the places within them. The result has a column for each pair.
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
    """Return where each run of equal values begins."""
    return np.nonzero(np.concatenate((np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1])))[0]
