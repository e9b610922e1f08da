"""The listed names that may be like a name: found by the words they share, dropped by a bound, for many names at once.

Never drops one that `likeness.name_likeness` accepts. A name may agree with a listed form in `slots`: one for each of
its words, then one for each two neighbours that a listed word joins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from service.matching import policy
from service.matching.hashing import Array, HashTable, hashes, spread
from service.matching.likeness import QueryName
from service.matching.name_tables import CORE, LETTERS, SYLLABIC, letter_bit, letter_masks, words_key
from service.matching.policy import NamePolicy
from service.matching.word_index import FoundWord, Lists

# The least similarity s needs agreement M, contradiction and omission with c*conf + o*omis <= M * (1 - s) / s.
_SLACK: Final = (1.0 - policy.LEAST_SIMILARITY) / policy.LEAST_SIMILARITY
_NEARLY: Final = 1e-6
"""More than sums of weights lose in rounding."""
_MANY: Final = 200
"""A query whose words are in more forms than this looks at the rarer words first."""
_FEW: Final = 32
"""A list shorter than this is never left out."""
_OWN_INITIAL: Final = 0.3
"""The most that a single letter weighs in a listed name."""


@dataclass(slots=True)
class Asked:
    """One form of a name that is looked for, with what was found of its words and of its joins (slot, lists)."""

    query: QueryName
    bare: bool
    words: Sequence[FoundWord]
    joins: list[tuple[int, Lists]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lists of postings of many queries, side by side: the query, slot and word of each, and what it gives."""

    query: Array
    slot: Array
    word: Array
    begins: Array
    ends: Array
    gain: Array
    loss: Array
    here: Array
    there: Array


class Candidates:
    """Reads the tables that `NameTables` made."""

    def __init__(self, weighing: NamePolicy, tables: Mapping[str, Array]) -> None:
        self._weighing = weighing
        self._conflict = min(weighing.conflict, policy.SYLLABIC.conflict)
        self._listed_words = max(1, len(tables["words.weight"]))
        self._postings = tables["postings"]
        self._form_words = tables["forms.words"]
        self._form_at = tables["forms.at"]
        self._flags = tables["forms.flags"]
        self._firsts = tables["forms.firsts"]
        self._singles = tables["forms.singles"]
        self._total = tables["forms.total"]
        self._whole = [HashTable(tables, name) for name in ("compact", "same", "plain")]
        self._initial_keys, self._initial_forms = tables["initials.keys"], tables["initials.forms"]
        self._forms = max(1, len(self._flags))

    def of(self, asked: Sequence[Asked]) -> list[set[int]]:
        """For each the forms that may be like it, but those that only begin as a name cut off does."""
        found: list[set[int]] = [set() for _ in asked]
        queries, forms = self._by_words(asked)
        for query, form in zip(queries.tolist(), forms.tolist(), strict=True):
            found[query].add(form)
        for table, keys in zip(
            self._whole,
            (
                [each.query.compact for each in asked],
                [words_key(each.query.words) for each in asked],
                [each.query.plain for each in asked],
            ),
            strict=True,
        ):
            places, forms = table.look_up(hashes(keys))
            for query, form in zip(places.tolist(), forms.tolist(), strict=True):
                found[query].add(form)
        return found

    def _by_words(self, asked: Sequence[Asked]) -> tuple[Array, Array]:
        """(query, form) where enough words may agree."""
        rows = _rows(asked)
        sizes = rows.ends - rows.begins
        kept = np.ones(len(sizes), bool)
        many = np.bincount(rows.query, weights=sizes, minlength=len(asked)) > _MANY
        for query in np.nonzero(many)[0].tolist():
            first, end = np.searchsorted(rows.query, (query, query + 1)).tolist()
            self._set_aside(asked[query].query, rows, sizes, range(first, end), kept)
        chosen = np.nonzero(kept)[0]
        positions, owners = spread(rows.begins[chosen], rows.ends[chosen])
        lists = chosen[owners]
        keys = rows.query[lists] * self._forms + self._postings[positions]
        if len(chosen) < len(kept):
            aside = np.nonzero(~kept)[0]
            some = np.zeros(len(asked), bool)
            some[rows.query[aside]] = True
            met = np.concatenate((keys[some[rows.query[lists]]], self._with_initials(asked, rows, aside)))
            also, also_lists = self._in_set_aside(np.unique(met), rows, aside)
            keys, lists = np.concatenate((keys, also)), np.concatenate((lists, also_lists))
        return self._likely(asked, rows, keys, lists)

    def _set_aside(self, name: QueryName, rows: _Rows, sizes: Array, of_query: range, kept: Array) -> None:
        """Leave out the longest lists of a query, as long as what is in none but these cannot be like it.

        Letters of a listed name that are initials of the query's words are not reckoned with here.
        """
        weighing = policy.SYLLABIC if name.syllabic else self._weighing
        omission = weighing.omission * (policy.CUT_OMISSION if name.cut else 1.0)
        cut_gain = policy.CUT_OFF if name.begun else 0.0
        whole = sum(name.weights) - (name.weights[-1] if name.begun else 0.0)
        # A letter of the query may be the initial of any listed word.
        gains = {slot: policy.INITIAL for slot, word in enumerate(name.words) if len(word) == 1}
        here = whole - sum(name.weights[slot] for slot in gains)
        gained = sum(gains.values()) + cut_gain
        for row in sorted(of_query, key=sizes.__getitem__, reverse=True):
            if sizes[row] < _FEW:
                break
            slot, gain, used = int(rows.slot[row]), float(rows.gain[row]), float(rows.here[row])
            known = gains.get(slot)
            more = gain if known is None else max(0.0, gain - known)
            left = here - used if known is None else here
            slots = len(gains) + (known is None)
            hopeful = (
                (slots >= weighing.words_needed or len(name.words) == 1)
                and gained + more >= policy.LEAST_EVIDENCE - _NEARLY
                and omission * max(left, 0.0) <= (gained + more) * _SLACK + _NEARLY
            )
            if not hopeful and rows.word[row] >= 0:
                gains[slot], here, gained = max(gain, known or 0.0), left, gained + more
                kept[row] = False

    def _with_initials(self, asked: Sequence[Asked], rows: _Rows, aside: Array) -> Array:
        """(query, form), as one number, where the form has a word set aside and, as a letter, another's initial."""
        wanted = []
        for query, slot, word in zip(
            rows.query[aside].tolist(), rows.slot[aside].tolist(), rows.word[aside].tolist(), strict=True
        ):
            letters = {letter_bit(other) for i, other in enumerate(asked[query].query.words) if i != slot}
            wanted += [(query, word * LETTERS + letter) for letter in letters if letter >= 0]
        queries, keys = np.array(wanted, np.int64).reshape(-1, 2).T
        positions, owners = spread(
            np.searchsorted(self._initial_keys, keys, "left"), np.searchsorted(self._initial_keys, keys, "right")
        )
        return queries[owners] * self._forms + self._initial_forms[positions]

    def _in_set_aside(self, met: Array, rows: _Rows, aside: Array) -> tuple[Array, Array]:
        """Of the (query, form) that were met, those that lists set aside hold too, and these lists."""
        looked_for = rows.query[aside] * self._listed_words + rows.word[aside]
        order = np.argsort(looked_for, kind="stable")
        sorted_for = looked_for[order]
        form = met % self._forms
        positions, owners = spread(self._form_at[form].astype(np.int64), self._form_at[form + 1].astype(np.int64))
        words = (met // self._forms)[owners] * self._listed_words + self._form_words[positions]
        places, of_words = spread(
            np.searchsorted(sorted_for, words, "left"), np.searchsorted(sorted_for, words, "right")
        )
        return met[owners[of_words]], aside[order[places]]

    def _likely(self, asked: Sequence[Asked], rows: _Rows, keys: Array, lists: Array) -> tuple[Array, Array]:
        """The (query, form) of `keys` that the bound lets pass; `lists` has the row that brought each."""
        slots = int(rows.slot.max(initial=0)) + 1
        keys = keys * slots + rows.slot[lists]
        order = np.argsort(keys)
        keys, lists = keys[order], lists[order]
        # Of the words that may agree in one slot the best counts.
        starts = _starts(keys)
        gain = _each(np.maximum, rows.gain[lists], starts)
        net = np.maximum(rows.gain * _SLACK - self._conflict * rows.loss, 0.0)
        net = _each(np.maximum, net[lists], starts)
        there = _each(np.maximum, rows.there[lists], starts)
        here, pairs = rows.here[lists[starts]], keys[starts] // slots
        of_pair = _starts(pairs)
        query, form = np.divmod(pairs[of_pair], self._forms)
        agreed = _Agreed(
            query,
            form,
            _each(np.add, gain, of_pair),
            _each(np.add, net, of_pair),
            _each(np.add, here, of_pair),
            _each(np.add, there, of_pair),
            np.diff(np.append(of_pair, len(pairs))),
        )
        self._add_initials(asked, agreed)
        passed = self._within_bound(asked, agreed)
        return query[passed], form[passed]

    def _add_initials(self, asked: Sequence[Asked], agreed: _Agreed) -> None:
        """Add what words of the query give that stand in the listed name as a letter, or the other way round."""
        letters = [letter_masks(each.query.words) for each in asked]
        firsts_of = np.array([firsts for firsts, _ in letters], np.uint64)[agreed.query]
        singles_of = np.array([singles for _, singles in letters], np.uint64)[agreed.query]
        meeting = (self._singles[agreed.form] & firsts_of) | (self._firsts[agreed.form] & singles_of)
        some = np.nonzero(meeting)[0]
        for place, query, form in zip(
            some.tolist(), agreed.query[some].tolist(), agreed.form[some].tolist(), strict=True
        ):
            firsts, singles = int(self._firsts[form]), int(self._singles[form])
            name = asked[query].query
            for word, weight in zip(name.words, name.weights, strict=True):
                bit = letter_bit(word)
                if bit >= 0 and (firsts if len(word) == 1 else singles) >> bit & 1:
                    single = len(word) == 1
                    agreed.count[place] += 1
                    gain = policy.INITIAL * (1.0 if single else weight)
                    agreed.gained[place] += gain
                    agreed.net[place] += gain * _SLACK
                    agreed.here[place] += weight
                    agreed.there[place] += 1.0 if single else max(weight, _OWN_INITIAL)

    def _within_bound(self, asked: Sequence[Asked], agreed: _Agreed) -> Array:
        """Whether the names can reach the least likeness, judged by which words can agree at all."""
        query, form, weighing = agreed.query, agreed.form, self._weighing
        names = [each.query for each in asked]
        cut = np.array([name.cut for name in names], bool)[query]
        size = np.array([len(name.words) for name in names], np.int64)[query]
        begun = np.array([name.begun for name in names], bool)[query]
        # The last word of a name cut off may be the beginning of any.
        whole = np.array([sum(name.weights) - (name.weights[-1] if name.begun else 0.0) for name in names])[query]
        flags = self._flags[form]
        syllabic = np.array([name.syllabic for name in names], bool)[query] | ((flags & SYLLABIC) != 0)
        gained = agreed.gained + np.where(begun, policy.CUT_OFF, 0.0)
        net = agreed.net + np.where(begun, policy.CUT_OFF * _SLACK, 0.0)
        here = np.maximum(whole - agreed.here, 0.0)
        there = np.maximum(self._total[form] - agreed.there - np.where(begun, 1.0, 0.0), 0.0)
        omission = np.where(syllabic, policy.SYLLABIC.omission, weighing.omission)
        omission = np.where(cut, omission * policy.CUT_OMISSION, omission)
        conflict = np.where(syllabic, policy.SYLLABIC.conflict, weighing.conflict)
        left_out = np.where((here <= _NEARLY) & ((flags & CORE) != 0), omission * policy.CORE_OMISSION, omission)
        over = there - here
        if weighing is policy.ORGANISATION:
            over = np.where(here <= _NEARLY, np.minimum(over, policy.GENERIC_LEFT_OUT), over)
        cost = np.where(
            here < there,
            conflict * here + left_out * over,
            conflict * there + omission * (here - there),
        )
        length = np.maximum(size, (self._form_at[form + 1] - self._form_at[form]).astype(np.int64))
        needed = np.minimum(np.where(syllabic, policy.SYLLABIC.words_needed, weighing.words_needed), length)
        passed: Array = (agreed.count >= needed) & (gained >= policy.LEAST_EVIDENCE - _NEARLY) & (cost <= net + _NEARLY)
        return passed


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What may agree between a query and a form, for many pairs of them: weights, and in how many slots.

    `net` is the cost that what agrees may carry, less what contradicts in the very words that agree.
    """

    query: Array
    form: Array
    gained: Array
    net: Array
    here: Array
    there: Array
    count: Array


def _rows(asked: Sequence[Asked]) -> _Rows:
    """The lists of all queries but the bare ones, which are found whole or not at all."""
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
    return _Rows(
        np.repeat(np.array(query, np.int64), sizes),
        np.repeat(np.array(slot, np.int64), sizes),
        np.array(words, np.int64),
        np.array(begins, np.int64),
        np.array(ends, np.int64),
        np.array(gains, np.float64),
        np.array(losses, np.float64),
        np.repeat(np.array(here, np.float64), sizes),
        np.array(theres, np.float64),
    )


def _starts(ordered: Array) -> Array:
    """Where each run of one value begins."""
    return np.nonzero(np.concatenate((np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1])))[0]


def _each(operation: np.ufunc, values: Array, starts: Array) -> Array:
    """The values of each run brought together."""
    return operation.reduceat(values, starts) if len(starts) else values[:0]
