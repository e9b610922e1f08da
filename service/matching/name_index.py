"""The names of one kind of party, indexed so that every listed name which `likeness` accepts is found without a scan.

How: a name that is like another shares the whole folded spelling, or two words, or one word that carries most of the
listed name; words are found by spelling, by sound, by one letter's difference (symmetric delete), by table, by
beginning, and by the two words that one word joins. `docs/matching.md` states the guarantee for each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from service.matching import policy
from service.matching.likeness import (
    SERVANT,
    SHORTEST_CUT,
    Likeness,
    ListedForm,
    QueryName,
    consonant_likeness,
    cut_off_likeness,
    is_servant_initial,
    letter_likeness,
    name_likeness,
    same_class,
    sound_likeness,
)
from service.matching.names import Kind, NameForm, core, deletes, fold, forms, is_number, plain, skeleton
from service.matching.vocabulary import GENERIC_CAP, ROMANISATIONS, TRANSLATIONS

_NO_WORD = "-"
_CACHED_WORDS = 100_000
_CACHED_NAMES = 50_000
# The least similarity s needs agreement M, contradiction and omission with c*conf + o*omis <= M * (1 - s) / s.
_SLACK = (1.0 - policy.LEAST_SIMILARITY) / policy.LEAST_SIMILARITY


@dataclass(frozen=True, slots=True)
class _Found:
    """The listed words `alike` a query's word, the `groups` of forms that it may agree with, and the forms that one of
    the listed words `carries`."""

    alike: Mapping[str, float]
    groups: tuple[_Group, ...]
    carried: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Group:
    """The `forms` that a word of the query may agree with in one way; `gain` is the most that this gives, `here` and
    `there` the most weight that it uses up in the query and in the listed name."""

    forms: frozenset[int]
    gain: float
    here: float
    there: float


class NameIndex:
    """Immutable once built. `find` gives what `likeness.name_likeness` gives for every listed name, without a scan.

    A listed name is known by its number: the position at which it was given to the constructor.
    """

    def __init__(self, kind: Kind, names: Sequence[tuple[int, str]]) -> None:
        """`names` are (owner, name): the owner groups the names of one party, so that a word is counted once for it."""
        self.kind = kind
        self.weighing = policy.BY_KIND[kind.value]
        self._forms: list[ListedForm] = []
        self._name_of_form: list[int] = []
        self._weights: dict[str, float] = {}
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._carried: dict[str, list[int]] = defaultdict(list)
        self._by_fold: dict[str, list[str]] = defaultdict(list)
        self._romanised: dict[str, list[str]] = defaultdict(list)
        self._translated: dict[str, list[str]] = defaultdict(list)
        self._by_skeleton: dict[str, list[str]] = defaultdict(list)
        self._by_delete: dict[str, list[str]] = defaultdict(list)
        self._by_fold_delete: dict[str, list[str]] = defaultdict(list)
        self._joined: dict[str, list[int]] = defaultdict(list)
        self._by_initial: dict[str, set[int]] = defaultdict(set)
        self._compact: dict[str, list[int]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        self._same: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._build(names)
        self._sorted_words = sorted(self._postings)
        self._sorted_plain = sorted(self._plain)
        self._words_cache: dict[tuple[str, bool], _Found] = {}
        self._names_cache: dict[str, tuple[tuple[int, Likeness], ...]] = {}

    def __len__(self) -> int:
        return len(self._forms)

    def listed_words(self) -> Sequence[str]:
        """Every word of the listed names, sorted."""
        return self._sorted_words

    # Building

    def _build(self, names: Sequence[tuple[int, str]]) -> None:
        read = [(number, form) for number, (_, name) in enumerate(names) for form in forms(name, self.kind)]
        self._weigh(names, read)
        for number, form in read:
            self._add(number, form, names[number][1])
        for word in self._postings:
            folded = fold(word)
            if not is_number(word) and not word.isupper():
                if not self._by_fold[folded]:
                    for spelling in deletes(folded):
                        self._by_fold_delete[spelling].append(folded)
                for spelling in deletes(word):
                    self._by_delete[spelling].append(word)
            self._by_fold[folded].append(word)
            for table, by_class in ((ROMANISATIONS, self._romanised), (TRANSLATIONS, self._translated)):
                for first in table.get(word, ()):
                    by_class[first].append(word)
            if word.isalpha() and len(bones := skeleton(word)) > 1:
                self._by_skeleton[bones].append(word)

    def _weigh(self, names: Sequence[tuple[int, str]], read: Sequence[tuple[int, NameForm]]) -> None:
        """The weight of a sound: 1 for one that a single party has, less the more parties have it."""
        owners: dict[str, set[int]] = defaultdict(set)
        for number, form in read:
            for word in form.words:
                owners[fold(word)].add(names[number][0])
        parties = max(policy.RAREST_OF, len({owner for owner, _ in names}))
        for sound, having in owners.items():
            # Rounded at once, so that no machine's last bit of a logarithm reaches a score.
            self._weights[sound] = max(policy.LEAST_WEIGHT, round(log(parties / len(having)) / log(parties), 3))

    def weight(self, word: str) -> float:
        """How much a word tells, 0 to 1: by its rarity on the lists, and never more than a generic word may."""
        weight = self._weights.get(fold(word), 1.0)
        if self.kind is not Kind.PERSON and word in GENERIC_CAP:
            weight = min(weight, GENERIC_CAP[word])
        elif len(word) == 1 and not word.isdigit():
            weight = min(weight, 0.3)
        return weight

    def _add(self, number: int, form: NameForm, name: str) -> None:
        weights = tuple(self._form_weights(form))
        listed = ListedForm(
            words=form.words,
            weights=weights,
            total=sum(weights),
            compact=form.compact,
            folds=tuple(map(fold, form.words)),
            joins=_joins(form.spelled),
            syllabic=form.syllabic,
            bare=form.bare,
            short=len(form.words) == 1 and len(form.words[0]) < policy.SHORTEST_FULL_NAME,
            plain=plain(name),
            core=core(name, form) if self.kind is Kind.PERSON else frozenset(),
        )
        position = len(self._forms)
        self._forms.append(listed)
        self._name_of_form.append(number)
        self._compact[form.compact].append(position)
        self._same[form.words].append(position)
        if len(listed.plain) >= policy.SHORTEST_PLAIN:
            self._plain[listed.plain].append(position)
        for word, weight in zip(form.words, weights, strict=True):
            self._postings[word].append(position)
            self._by_initial[word[0]].add(position)
            if self._carries(weight, listed):
                self._carried[word].append(position)
        for join in listed.joins:
            if join != _NO_WORD:
                self._joined[join].append(position)

    def _form_weights(self, form: NameForm) -> Iterator[float]:
        for word in form.words:
            yield (
                min(self.weight(word), policy.LEAST_WEIGHT) if form.bare and not is_number(word) else self.weight(word)
            )

    def _carries(self, weight: float, listed: ListedForm) -> bool:
        """Whether a word can make up a likeness alone: what is left of the listed name is at least omitted."""
        if self.weighing.words_needed > 1:
            return len(listed.words) == 1
        return listed.total - weight <= weight * _SLACK / self.weighing.omission + 1e-9

    # Finding

    def find(self, name: str) -> tuple[tuple[int, Likeness], ...]:
        """Every listed name like `name`, as (number, likeness), the likest first and then by number."""
        cached = self._names_cache.get(name)
        if cached is None:
            cached = self._find(name)
            if len(self._names_cache) >= _CACHED_NAMES:
                self._names_cache.clear()
            self._names_cache[name] = cached
        return cached

    def _find(self, name: str) -> tuple[tuple[int, Likeness], ...]:
        best: dict[int, Likeness] = {}
        for form in forms(name, self.kind):
            query, found = self._query(name, form)
            for position in self._candidates(query, found):
                self._compare(query, form, position, best)
        return tuple(sorted(best.items(), key=lambda item: (-item[1].similarity, item[0])))

    def scan(self, name: str) -> tuple[tuple[int, Likeness], ...]:
        """What `find` gives, by comparing every listed name. For tests: slow, and right by construction."""
        best: dict[int, Likeness] = {}
        for form in forms(name, self.kind):
            query, _ = self._query(name, form)
            for position in range(len(self._forms)):
                self._compare(query, form, position, best)
        return tuple(sorted(best.items(), key=lambda item: (-item[1].similarity, item[0])))

    def _compare(self, query: QueryName, form: NameForm, position: int, best: dict[int, Likeness]) -> None:
        listed = self._forms[position]
        if (form.bare or listed.bare) and query.words != listed.words and query.compact != listed.compact:
            return
        likeness = name_likeness(query, listed, self.weighing, self.kind is Kind.VESSEL)
        if likeness is None:
            return
        number = self._name_of_form[position]
        known = best.get(number)
        if known is None or likeness.similarity > known.similarity:
            best[number] = likeness

    def _query(self, name: str, form: NameForm) -> tuple[QueryName, list[_Found]]:
        last = len(form.words) - 1
        cut = len(name) >= policy.CUT_AT
        found = [self._alike(word, i == last and (last > 0 or cut)) for i, word in enumerate(form.words)]
        query = QueryName(
            words=form.words,
            weights=tuple(map(self.weight, form.words)),
            alike=tuple(f.alike for f in found),
            compact=form.compact,
            folds=tuple(map(fold, form.words)),
            joins=_joins(form.spelled),
            syllabic=form.syllabic,
            cut=cut,
            filled=len(name) in policy.FIELDS,
            plain=plain(name),
        )
        return query, found

    def _candidates(self, query: QueryName, found: Sequence[_Found]) -> Iterable[int]:
        """The forms that may be like the query: of the same compact spelling, with a word that carries the listed name,
        or with two words in common; less those that too much is left out of, whatever else agrees."""
        candidates: set[int] = set()
        groups = [group for f in found for group in f.groups]
        for f in found:
            candidates |= f.carried
        if len(query.words) > 1:
            groups += self._joined_groups(query, candidates)
            candidates |= _in_two(groups)
        candidates = self._not_hopeless(query, groups, candidates)
        candidates.update(self._compact.get(query.compact, ()))
        candidates.update(self._same.get(query.words, ()))
        candidates.update(self._plain.get(query.plain, ()))
        if query.cut and len(query.plain) >= policy.CUT_PLAIN:
            for spelling in _beginning_with(self._sorted_plain, query.plain):
                candidates.update(self._plain[spelling])
        return sorted(candidates)

    def _joined_groups(self, query: QueryName, carried: set[int]) -> list[_Group]:
        """For each two neighbours in the query, the forms that write them as one word; adds those that it carries."""
        groups = []
        for i, join in enumerate(query.joins):
            words = self._by_fold.get(join)
            if words:
                forms_of = frozenset(position for word in words for position in self._postings[word])
                weight = max(map(self.weight, words))
                groups.append(_Group(forms_of, weight, query.weights[i] + query.weights[i + 1], weight))
                carried.update(position for word in words for position in self._carried.get(word, ()))
        return groups

    def _not_hopeless(self, query: QueryName, groups: Sequence[_Group], candidates: set[int]) -> set[int]:
        """Without the forms whose likeness cannot reach the least one, judged by which words can agree at all."""
        kept = set()
        conflict, omission = self.weighing.conflict, self.weighing.omission
        whole = sum(query.weights) + 1e-9
        cut_gain = 0.0
        if query.cut:
            omission *= policy.CUT_OMISSION
            # The last word may be the beginning of any.
            cut_gain = policy.CUT_OFF
            whole -= query.weights[-1]
        parts = [(g.forms, g.gain, g.here, g.there) for g in groups if g.forms]
        listed_forms = self._forms
        for position in candidates:
            gained, here, there = cut_gain, whole, listed_forms[position].total - (1.0 if cut_gain else 0.0)
            for members, gain, used_here, used_there in parts:
                if position in members:
                    gained += gain
                    here -= used_here
                    there -= used_there
            if gained < policy.LEAST_EVIDENCE - 1e-9:
                continue
            here, there = max(here, 0.0), max(there, 0.0)
            left_out = omission
            if here <= 2e-9 and listed_forms[position].core:
                left_out *= policy.CORE_OMISSION
            cost = (
                conflict * here + left_out * (there - here)
                if here < there
                else conflict * there + omission * (here - there)
            )
            if cost <= gained * _SLACK + 1e-6:
                kept.add(position)
        return kept

    def _alike(self, word: str, last: bool) -> _Found:
        """The listed words like `word`, the forms that hold one of them, and the forms that one of them carries."""
        key = (word, last)
        cached = self._words_cache.get(key)
        if cached is None:
            cached = self._look_up(word, last)
            if len(self._words_cache) >= _CACHED_WORDS:
                self._words_cache.clear()
            self._words_cache[key] = cached
        return cached

    def _look_up(self, word: str, last: bool) -> _Found:
        alike = dict(self.words_like(word))
        if last and len(word) >= SHORTEST_CUT and word.isalpha():
            for listed in _beginning_with(self._sorted_words, word):
                if listed not in alike and (likeness := cut_off_likeness(word, listed)):
                    alike[listed] = likeness
        # A word that joins two of the listed ones makes two agree.
        carried = set(self._joined.get(fold(word), ()))
        for listed in alike:
            carried.update(self._carried.get(listed, ()))
        return _Found(alike, tuple(self._groups(word, alike)), frozenset(carried))

    def _groups(self, word: str, alike: Mapping[str, float]) -> Iterator[_Group]:
        weight = self.weight(word)
        if alike:
            yield _Group(
                forms=frozenset(position for listed in alike for position in self._postings[listed]),
                gain=max(self.weight(listed) * likeness for listed, likeness in alike.items()),
                here=weight,
                there=max(map(self.weight, alike)),
            )
        if joined := self._joined.get(fold(word)):
            yield _Group(frozenset(joined), gain=2.0, here=weight, there=2.0)
        if is_number(word):
            return
        if len(word) == 1:
            yield _Group(frozenset(self._by_initial.get(word, ())), gain=policy.INITIAL, here=weight, there=1.0)
        elif initials := self._postings.get(word[0]):
            # Left out by half: see `likeness`.
            yield _Group(frozenset(initials), gain=policy.INITIAL * weight, here=weight, there=weight)

    def words_like(self, word: str) -> Mapping[str, float]:
        """Every listed word with `likeness.word_likeness` above 0, and that likeness."""
        if is_number(word):
            return {word: policy.SAME_WORD} if word in self._postings else {}
        alike: dict[str, float] = {}
        bones = skeleton(word)
        for listed in self._by_skeleton.get(bones, ()):
            if (word.isupper() or listed.isupper()) and (likeness := consonant_likeness(word, listed)):
                alike[listed] = likeness
        if not word.isupper():
            self._sounding_like(word, alike)
        if word in self._postings:
            alike[word] = policy.SAME_WORD
        return alike

    def _sounding_like(self, word: str, alike: dict[str, float]) -> None:
        folded = fold(word)
        near = {listed for spelling in deletes(word) for listed in self._by_delete.get(spelling, ())}
        for spelling in deletes(folded):
            for other in self._by_fold_delete.get(spelling, ()):
                near.update(self._by_fold[other])
        for listed in near:
            other = fold(listed)
            if other != folded and (likeness := letter_likeness(word, listed, folded, other)):
                alike[listed] = likeness
        for listed in self._by_fold.get(folded, ()):
            if not listed.isupper() and (likeness := sound_likeness(word, listed)):
                alike[listed] = likeness
        for servant in _beginning_with(self._sorted_words, word) if is_servant_initial(word) else ():
            if servant != word:
                alike[servant] = policy.SERVANT_INITIAL
        initial = word[: len(SERVANT) + 1]
        if initial != word and is_servant_initial(initial) and initial in self._postings:
            alike[initial] = policy.SERVANT_INITIAL
        for table, by_class in ((TRANSLATIONS, self._translated), (ROMANISATIONS, self._romanised)):
            for first in table.get(word, ()):
                for listed in by_class.get(first, ()):
                    alike[listed] = max(alike.get(listed, 0.0), same_class(word, listed))


def _beginning_with(spellings: list[str], start: str) -> list[str]:
    return spellings[bisect_left(spellings, start) : bisect_left(spellings, start + "{")]


def _in_two(groups: Sequence[_Group]) -> set[int]:
    """The members of two groups or more."""
    pairs: set[int] = set()
    seen: set[int] = set()
    for forms_of in sorted((group.forms for group in groups), key=len):
        pairs |= forms_of & seen
        seen |= forms_of
    return pairs


def _joins(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each two neighbours as one word; a mark that no word is for two numbers or consonants, which say too little."""
    return tuple(
        _NO_WORD if (first + second).isdigit() or first.isupper() or second.isupper() else fold(first + second)
        for first, second in pairwise(words)
    )
