"""Find candidate names for a query by shared words, and discard those that an upper bound rules out.

Never discards a name that `likeness.name_likeness` accepts. Numbers that are left over cost less than other words, or
nothing: the bound takes them for free. Works on many names at once. A name can agree with a listed
form in `slots`: one for each of its words, then one for each pair of neighbours that a listed word joins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidewaiter.matching import policy
from tidewaiter.matching.index.hashing import Array, HashTable, hashes, spread
from tidewaiter.matching.index.name_rows import CORE, REPEATED, SYLLABIC
from tidewaiter.matching.index.name_tables import LETTERS, letter_bit, letter_masks, words_key
from tidewaiter.matching.index.query_rows import SLACK, Asked, Rows, rows_of_queries, starts, summed
from tidewaiter.matching.names.compared import QueryName
from tidewaiter.matching.names.numbers import is_number
from tidewaiter.matching.policy import NamePolicy
from tidewaiter.matching.scripts.folding import is_patronymic

_NEARLY: Final = 1e-6
"""Tolerance: larger than the rounding error of a sum of weights."""
_MANY: Final = 200
"""A query whose words occur in more forms than this looks at the rarer words first."""
_ANY: Final = (1 << LETTERS) - 1
_FEW: Final = 32
"""A list shorter than this is never set aside."""
_OWN_INITIAL: Final = 0.3
"""Maximum weight of a single letter in a listed name."""


@dataclass(frozen=True, slots=True)
class _Names:
    """The properties of the queries that the bound needs, as arrays."""

    cut: Array
    begun: Array
    syllabic: Array
    size: Array
    weight: Array
    """The weight of the words that are no numbers."""
    last_weight: Array
    last_letter: Array
    firsts: Array
    singles: Array
    lone_letters: Array
    lightest: Array
    """The weight of the lightest word; 0 when a word is a number, which may be left over without costing."""
    patronymic: Array

    @classmethod
    def of(cls, names: Sequence[QueryName]) -> _Names:
        last = [letter_bit(name.words[-1]) for name in names]
        letters = [letter_masks(name.words) for name in names]
        left_over = [_without_numbers(name) for name in names]
        return cls(
            np.array([name.cut for name in names], bool),
            np.array([name.begun for name in names], bool),
            np.array([name.syllabic for name in names], bool),
            np.array([len(name.words) for name in names], np.int64),
            np.array(list(map(sum, left_over))),
            np.array([name.weights[-1] for name in names]),
            np.array([1 << bit if bit >= 0 else _ANY for bit in last], np.uint64),
            np.array([firsts for firsts, _ in letters], np.uint64),
            np.array([singles for _, singles in letters], np.uint64),
            np.array([sum(len(word) == 1 for word in name.words) for name in names], np.int64),
            np.array(
                [
                    min(weights) if len(weights) == len(name.words) else 0.0
                    for name, weights in zip(names, left_over, strict=True)
                ]
            ),
            np.array([any(map(is_patronymic, name.folds)) for name in names], bool),
        )


def _without_numbers(name: QueryName) -> list[float]:
    """Return the weights of the words that cost as much as the bound assumes when they are left over."""
    return [weight for word, weight in zip(name.words, name.weights, strict=True) if not is_number(word)]


_BIT_OF_HEAD: Final = np.array(
    [1 << bit if code and (bit := letter_bit(chr(code))) >= 0 else 0 for code in range(256)], np.uint64
)
_SECOND_LETTER: Final = np.uint64(0xFF << 48)


def _are_letters(heads: Array) -> Array:
    """Return whether each word with these heads is a single letter or digit."""
    letters: Array = (heads & _SECOND_LETTER) == 0
    return letters


class Candidates:
    """Reads the tables that `name_tables` made."""

    def __init__(self, weighing: NamePolicy, tables: Mapping[str, Array]) -> None:
        self._weighing = weighing
        self._conflict = min(weighing.conflict, policy.SYLLABIC.conflict)
        self._omission = min(weighing.omission, policy.SYLLABIC.omission)
        self._listed_words = max(1, len(tables["words.left_over"]))
        self._postings = tables["postings"]
        self._left_over = tables["words.left_over"]
        self._form_words = tables["forms.words"]
        self._form_at = tables["forms.at"]
        self._flags = tables["forms.flags"]
        self._firsts = tables["forms.firsts"]
        self._singles = tables["forms.singles"]
        self._total = tables["forms.total"]
        self._core = tables["forms.core"]
        self._heads = tables["words.heads"]
        self._whole = [HashTable(tables, name) for name in ("compact", "same", "plain")]
        self._initial_keys, self._initial_forms = tables["initials.keys"], tables["initials.forms"]
        self._forms = max(1, len(self._flags))

    def of(self, asked: Sequence[Asked]) -> list[set[int]]:
        """Return for each query the forms that may be similar, except those that only share the start of a cut name."""
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
        """Return the pairs (query, form) for which enough words may agree."""
        rows = rows_of_queries(asked, self._conflict)
        sizes = rows.ends - rows.begins
        aside = np.zeros(len(sizes), bool)
        many = np.nonzero(np.bincount(rows.query, weights=sizes, minlength=len(asked)) > _MANY)[0]
        bounds = zip(*(np.searchsorted(rows.query, many, side).tolist() for side in ("left", "right")), strict=True)
        for query, (first, end) in zip(many.tolist(), bounds, strict=True):
            aside[self._set_aside(asked[query].query, rows, first, end)] = True
        chosen = np.nonzero(~aside)[0]
        positions, owners = spread(rows.begins[chosen], rows.ends[chosen])
        found = rows.found(self._postings[positions], chosen[owners])
        if len(chosen) < len(aside):
            found = np.concatenate((found, self._in_set_aside(asked, rows, found, np.nonzero(aside)[0])))
        found.sort()
        return self._likely(asked, rows, found)

    def _set_aside(self, name: QueryName, rows: Rows, first: int, end: int) -> list[int]:
        """Return the longest rows of a query that can be set aside: a form found only in these cannot be similar.

        Letters of a listed name that are initials of the query's words are not counted here.
        """
        weighing = policy.SYLLABIC if name.syllabic else self._weighing
        # A letter of the query may be the initial of any listed word.
        gains = {slot: policy.INITIAL for slot, word in enumerate(name.words) if len(word) == 1}
        here = max(sum(_without_numbers(name)) - sum(name.weights[slot] for slot in gains), 0.0)
        gained = sum(gains.values())
        size, slot = (rows.ends[first:end] - rows.begins[first:end]).tolist(), rows.slot[first:end].tolist()
        gain, used = rows.agreeing[0, first:end].tolist(), rows.agreeing[2, first:end].tolist()
        word, aside = rows.word[first:end].tolist(), []
        for row in sorted(range(end - first), key=size.__getitem__, reverse=True):
            if size[row] < _FEW:
                break
            known = gains.get(slot[row])
            more = gain[row] if known is None else max(0.0, gain[row] - known)
            left = here - used[row] if known is None else here
            slots = len(gains) + (known is None)
            several = slots > 1
            begun = several and name.begun
            omission = weighing.omission * (policy.CUT_OMISSION if several and name.cut else 1.0)
            if self._weighing is policy.PERSON and any(map(is_patronymic, name.folds)):
                omission *= policy.PATRONYMIC_LACKING
            may_gain = gained + more + (policy.CUT_OFF if begun else 0.0)
            hopeful = (
                (slots >= weighing.words_needed or len(name.words) == 1)
                and may_gain >= policy.LEAST_EVIDENCE - _NEARLY
                and omission * max(left - (name.weights[-1] if begun else 0.0), 0.0) <= may_gain * SLACK + _NEARLY
            )
            if not hopeful and word[row] >= 0:
                gains[slot[row]], here, gained = max(gain[row], known or 0.0), left, gained + more
                aside.append(first + row)
        return aside

    def _in_set_aside(self, asked: Sequence[Asked], rows: Rows, found: Array, aside: Array) -> Array:
        """Return the entries of the set-aside rows for forms found in other rows or by initials."""
        some = found[self._may_have(rows, aside, len(asked), *rows.split(found))]
        form, row = rows.split(np.sort(np.concatenate((some, self._by_initials(asked, rows, aside)))))
        query = rows.query[row]
        first = starts(form * len(asked) + query)
        form, query = form[first], query[first]
        positions, owners = spread(self._form_at[form].astype(np.int64), self._form_at[form + 1].astype(np.int64))
        words = self._form_words[positions]
        wanted = np.zeros(self._listed_words, bool)
        wanted[rows.word[aside]] = True
        told = np.nonzero(wanted[words])[0]
        words, owners = words[told], owners[told]
        looked_for = rows.query[aside] * self._listed_words + rows.word[aside]
        order = np.argsort(looked_for, kind="stable")
        sorted_for = looked_for[order]
        words = query[owners] * self._listed_words + words
        places, of_words = spread(
            np.searchsorted(sorted_for, words, "left"), np.searchsorted(sorted_for, words, "right")
        )
        return rows.found(form[owners[of_words]], aside[order[places]])

    def _may_have(self, rows: Rows, aside: Array, queries: int, form: Array, row: Array) -> Array:
        """Return whether each form, found in a row, may have a word of a set-aside row of the same query.

        Tells by the first letters of the words.
        """
        heads = self._heads[rows.word[aside]]
        bits = _BIT_OF_HEAD[heads >> np.uint64(56)]
        single = _are_letters(heads)
        firsts, singles, any_form = np.zeros(queries, np.uint64), np.zeros(queries, np.uint64), np.zeros(queries, bool)
        np.bitwise_or.at(firsts, rows.query[aside[~single]], bits[~single])
        np.bitwise_or.at(singles, rows.query[aside[single]], bits[single])
        any_form[rows.query[aside[bits == 0]]] = True
        may_have: Array = (self._firsts[form] & firsts[rows.query][row]) != 0
        if singles.any():
            may_have |= (self._singles[form] & singles[rows.query][row]) != 0
        if any_form.any():
            may_have |= any_form[rows.query][row]
        return may_have

    def _by_initials(self, asked: Sequence[Asked], rows: Rows, aside: Array) -> Array:
        """Return the forms that have a word of a set-aside row, and the initial of another word as a letter."""
        wanted: list[tuple[int, int]] = []
        bits: dict[int, list[int]] = {}
        for row, query, slot, word in zip(
            aside.tolist(),
            rows.query[aside].tolist(),
            rows.slot[aside].tolist(),
            rows.word[aside].tolist(),
            strict=True,
        ):
            if query not in bits:
                bits[query] = [letter_bit(other) for other in asked[query].query.words]
            letters = {bit for i, bit in enumerate(bits[query]) if i != slot and bit >= 0}
            wanted += [(word * LETTERS + letter, row) for letter in letters]
        # In order, because a search that begins where the last one ended is faster.
        keys, row_of = np.array(sorted(wanted), np.int64).reshape(-1, 2).T
        ranges = np.searchsorted(self._initial_keys, np.column_stack((keys, keys + 1)).ravel())
        positions, owners = spread(ranges[::2], ranges[1::2])
        return rows.found(self._initial_forms[positions], row_of[owners])

    def _likely(self, asked: Sequence[Asked], rows: Rows, found: Array) -> tuple[Array, Array]:
        """Return the pairs (query, form) of `found` that satisfy the bound. `found` must be sorted."""
        names = _Names.of([each.query for each in asked])
        form, lists = rows.split(found)
        query = rows.query[lists]
        begins = starts(form * len(asked) + query)
        ends = np.append(begins[1:], len(lists))
        form, query = form[begins], query[begins]
        lettered = self._singles[form] & names.firsts[query]
        single = np.nonzero(names.singles[query])[0]
        lettered[single] |= self._firsts[form[single]] & names.singles[query[single]]
        # Most forms agree in one word only. Drop them before reading more; no policy requires fewer words.
        least = np.minimum(names.size, self._weighing.words_needed)
        told = ends - begins >= least[query]
        single = np.nonzero(told & (ends - begins == 1))[0]
        told[single] = self._total[form[single]] <= self._heaviest_by(names, rows)[lists[begins[single]]]
        enough = np.nonzero(told | (lettered != 0))[0]
        form, query, lettered = form[enough], query[enough], lettered[enough]
        positions, pairs = spread(begins[enough], ends[enough])
        lists = lists[positions]
        # Of the listed words that may agree in one slot, the best one counts.
        slots = int(rows.slot.max(initial=0)) + 1
        agreed = summed(rows.agreeing[:, lists], pairs, rows.slot[lists])
        initials = self._initials(asked, names, query, form, agreed, lettered != 0)
        passed = self._within_bound(names, query, form, agreed + initials)
        # Likewise of the slots in which one listed word may agree, unless the name contains that word twice.
        told = passed & ((self._flags[form] & REPEATED) == 0)
        of_told = told[pairs]
        lists, pairs = lists[of_told], (np.cumsum(told) - 1)[pairs[of_told]]
        word = rows.word[lists]
        # More words than those of the rows agree.
        more = (initials[-1, told] > 0) | names.begun[query[told]]
        heaviest, lacks_core = np.zeros(len(more)), np.zeros(len(more), bool)
        if self._weighing is policy.ORGANISATION:
            heaviest = np.where(more, 0.0, self._heaviest_left(form[told], pairs, word))
        elif self._weighing is policy.PERSON:
            lacks_core = ~more & self._lacks_core(form[told], pairs, word)
        word = np.where(word < 0, rows.slot[lists], word + slots)
        order = np.argsort(pairs * (self._listed_words + slots) + word)
        once = summed(rows.agreeing[:, lists[order]], pairs, word[order])
        once = np.minimum(once, agreed[:, told]) + initials[:, told]
        passed[told] = self._within_bound(names, query[told], form[told], once, heaviest, lacks_core)
        return query[passed], form[passed]

    def _initials(
        self, asked: Sequence[Asked], names: _Names, query: Array, form: Array, agreed: Array, lettered: Array
    ) -> Array:
        """Return, in the form of `summed`, the agreement of words on one side with initials on the other."""
        added = np.zeros((5, len(query)))
        some = np.nonzero(lettered & ((agreed[-1] > 1) | (agreed[0] >= policy.BESIDE_TWO_INITIALS - _NEARLY)))[0]
        one = (agreed[-1, some] <= 1) & (agreed[0, some] < policy.BESIDE_INITIALS - _NEARLY)
        one &= names.lone_letters[query[some]] < 2
        one[one] = self._lone_letters(form[some[one]]) < 2
        some = some[~one]
        for place, number, listed in zip(some.tolist(), query[some].tolist(), form[some].tolist(), strict=True):
            firsts, singles = int(self._firsts[listed]), int(self._singles[listed])
            name = asked[number].query
            for word, weight in zip(name.words, name.weights, strict=True):
                bit = letter_bit(word)
                if bit >= 0 and (firsts if len(word) == 1 else singles) >> bit & 1:
                    single = len(word) == 1
                    gain = policy.INITIAL * (1.0 if single else weight)
                    used = 1.0 if single else max(weight, _OWN_INITIAL)
                    added[:, place] += (gain, gain * SLACK, weight, used, 1.0)
        return added

    def _lone_letters(self, form: Array) -> Array:
        """Return the number of words of a single letter or digit of each form."""
        positions, owners = spread(self._form_at[form].astype(np.int64), self._form_at[form + 1].astype(np.int64))
        letters = _are_letters(self._heads[self._form_words[positions]])
        counts: Array = np.bincount(owners[letters], minlength=len(form))
        return counts

    def _heaviest_by(self, names: _Names, rows: Rows) -> Array:
        """Return for each row the greatest total weight of a form that can be similar when it agrees in this row alone.

        A form that weighs more does not satisfy `_within_bound`, whatever its flags are.
        """
        gained, net, used, there = rows.agreeing
        net = net + _NEARLY
        left = np.maximum(names.weight[rows.query] - used, 0.0)
        whole = left <= _NEARLY
        omission = np.where(names.patronymic[rows.query], self._omission * policy.PATRONYMIC_LACKING, self._omission)
        left_out = np.where(whole, self._omission * policy.CORE_OMISSION, self._omission)
        over = net - self._conflict * left
        most = np.where(over >= 0.0, left + over / left_out, (net - omission * left) / (self._conflict - omission))
        if self._weighing is policy.ORGANISATION:
            most[whole] = np.inf
        may_be = (most >= 0.0) & (gained >= policy.LEAST_EVIDENCE - _NEARLY)
        heaviest: Array = np.where(may_be, there + most + _NEARLY, -1.0)
        return heaviest

    def _lacks_core(self, form: Array, pairs: Array, words: Array) -> Array:
        """Return whether the family name or the first given name of each form is not in `words`. `pairs` has the pair
        of each word.
        """
        begins = self._form_at[form].astype(np.int64)
        core = np.column_stack((self._form_words[begins], self._form_words[begins + self._core[form]]))
        owners = np.arange(len(form))[:, None] * self._listed_words
        lacks: Array = ((self._flags[form] & CORE) != 0) & ~np.isin(
            owners + core, pairs * self._listed_words + words
        ).all(1)
        # A listed join may consist of any words.
        lacks[pairs[words < 0]] = False
        return lacks

    def _heaviest_left(self, form: Array, pairs: Array, words: Array) -> Array:
        """Return for each form the weight of its heaviest word not in `words`. `pairs` has the pair of each word."""
        positions, owners = spread(self._form_at[form].astype(np.int64), self._form_at[form + 1].astype(np.int64))
        listed = self._form_words[positions]
        met = np.isin(owners * self._listed_words + listed, pairs * self._listed_words + words)
        left = np.where(met, 0.0, self._left_over[listed])
        # A listed join may consist of any words.
        left[np.isin(owners, pairs[words < 0])] = 0.0
        return np.maximum.reduceat(left, starts(owners)) if len(left) else left

    def _needed(self, names: _Names, query: Array, form: Array) -> Array:
        """Return the number of words that must agree for each pair."""
        syllabic = names.syllabic[query] | ((self._flags[form] & SYLLABIC) != 0)
        length = np.maximum(names.size[query], (self._form_at[form + 1] - self._form_at[form]).astype(np.int64))
        needed: Array = np.minimum(
            np.where(syllabic, policy.SYLLABIC.words_needed, self._weighing.words_needed), length
        )
        return needed

    def _within_bound(
        self,
        names: _Names,
        query: Array,
        form: Array,
        agreed: Array,
        heaviest: Array | float = 0.0,
        lacks_core: Array | bool = False,
    ) -> Array:
        """Return whether each pair can reach the minimum similarity, given the words that can agree.

        `heaviest` is the weight of the heaviest listed word known to agree with no word of the query; `lacks_core` is
        true when the family name or the first given name is known to agree with none.
        """
        weighing = self._weighing
        gained, net, here, there, count = agreed
        several = count > 1
        # If other words agree, the last word of a cut name may match any listed word that starts with the same letter.
        begun = names.begun[query] & several & ((self._firsts[form] & names.last_letter[query]) != 0)
        flags = self._flags[form]
        syllabic = names.syllabic[query] | ((flags & SYLLABIC) != 0)
        gained = gained + np.where(begun, policy.CUT_OFF, 0.0)
        net = net + np.where(begun, policy.CUT_OFF * SLACK, 0.0)
        here = np.maximum(names.weight[query] - np.where(begun, names.last_weight[query], 0.0) - here, 0.0)
        there = np.maximum(self._total[form] - there - np.where(begun, 1.0, 0.0), 0.0)
        omission = np.where(syllabic, policy.SYLLABIC.omission, weighing.omission)
        omission = np.where(names.cut[query] & several, omission * policy.CUT_OMISSION, omission)
        conflict = np.where(syllabic, policy.SYLLABIC.conflict, weighing.conflict)
        left_out = np.where((here <= _NEARLY) & ((flags & CORE) != 0), omission * policy.CORE_OMISSION, omission)
        over = there - here
        if weighing is policy.ORGANISATION:
            generic = (here <= _NEARLY) & (heaviest <= policy.WIDESPREAD_WEIGHT)
            over = np.where(generic, np.minimum(over, policy.GENERIC_LEFT_OUT), over)
        if weighing is policy.PERSON:
            # Less when a word of the query is left over, although the words that agree weigh as much as all.
            missing = np.minimum(policy.CORE_MISSING * over, over + (conflict / omission - 1.0) * names.lightest[query])
            lacks = lacks_core & (here <= _NEARLY) & ~names.cut[query]
            left_out, over = np.where(lacks, omission, left_out), np.where(lacks, missing, over)
        cost = np.where(
            here < there,
            conflict * here + left_out * over,
            conflict * there
            + np.where(names.patronymic[query], omission * policy.PATRONYMIC_LACKING, omission) * (here - there),
        )
        passed: Array = (
            (count >= self._needed(names, query, form))
            & (gained >= policy.LEAST_EVIDENCE - _NEARLY)
            & (cost <= net + _NEARLY)
        )
        return passed
