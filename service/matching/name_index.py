"""The names of one kind of party, indexed so that every listed name which `likeness` accepts is found without a scan.

How: a name that is like another shares the whole folded spelling, or two words, or one word that carries most of the
listed name; words are found by spelling, by sound, by one letter's difference (symmetric delete), by table, by
beginning, and by the two words that one word joins. `docs/matching.md` states the guarantee for each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log

from service.matching import policy
from service.matching.likeness import (
    SHORTEST_CUT,
    SHORTEST_TYPO,
    Likeness,
    ListedForm,
    QueryName,
    cut_off_likeness,
    folded_likeness,
    name_likeness,
)
from service.matching.names import Kind, NameForm, fold, forms, is_number
from service.matching.vocabulary import GENERIC_CAP, SAME_NAME

_CACHED_WORDS = 100_000
_CACHED_NAMES = 50_000
# The least similarity s needs agreement M, contradiction and omission with c*conf + o*omis <= M * (1 - s) / s.
_SLACK = (1.0 - policy.LEAST_SIMILARITY) / policy.LEAST_SIMILARITY

_Found = tuple[Mapping[str, float], frozenset[int], frozenset[int]]


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
        self._by_same_name: dict[str, list[str]] = defaultdict(list)
        self._by_delete: dict[str, list[str]] = defaultdict(list)
        self._joined: dict[str, list[int]] = defaultdict(list)
        self._by_initial: dict[str, set[int]] = defaultdict(set)
        self._compact: dict[str, list[int]] = defaultdict(list)
        self._build(names)
        self._sorted_words = sorted(self._postings)
        self._words_cache: dict[tuple[str, bool], _Found] = {}
        self._names_cache: dict[str, tuple[tuple[int, Likeness], ...]] = {}

    def __len__(self) -> int:
        return len(self._forms)

    # Building

    def _build(self, names: Sequence[tuple[int, str]]) -> None:
        read = [(number, form) for number, (_, name) in enumerate(names) for form in forms(name, self.kind)]
        self._weigh(names, read)
        for number, form in read:
            self._add(number, form)
        for word in self._postings:
            folded = fold(word)
            if not self._by_fold[folded] and not is_number(word):
                for spelling in _deletes(folded):
                    self._by_delete[spelling].append(folded)
            self._by_fold[folded].append(word)
            if same := SAME_NAME.get(word):
                self._by_same_name[same].append(word)

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

    def _add(self, number: int, form: NameForm) -> None:
        weights = tuple(self._form_weights(form))
        listed = ListedForm(
            words=form.words,
            weights=weights,
            total=sum(weights),
            compact=form.compact,
            bare=form.bare,
            short=len(form.words) == 1 and len(form.words[0]) < policy.SHORTEST_FULL_NAME,
        )
        position = len(self._forms)
        self._forms.append(listed)
        self._name_of_form.append(number)
        self._compact[form.compact].append(position)
        for word, weight in zip(form.words, weights, strict=True):
            self._postings[word].append(position)
            self._by_initial[word[0]].add(position)
            if self._carries(weight, listed):
                self._carried[word].append(position)
        for first, second in pairwise(form.words):
            self._joined[fold(first + second)].append(position)

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
            query, groups, carried = self._query(form)
            for position in self._candidates(query, groups, carried):
                self._compare(query, form, position, best)
        return tuple(sorted(best.items(), key=lambda item: (-item[1].similarity, item[0])))

    def scan(self, name: str) -> tuple[tuple[int, Likeness], ...]:
        """What `find` gives, by comparing every listed name. For tests: slow, and right by construction."""
        best: dict[int, Likeness] = {}
        for form in forms(name, self.kind):
            query, _, _ = self._query(form)
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

    def _query(self, form: NameForm) -> tuple[QueryName, list[frozenset[int]], list[frozenset[int]]]:
        last = len(form.words) - 1
        found = [self._alike(word, i == last and last > 0) for i, word in enumerate(form.words)]
        query = QueryName(
            words=form.words,
            weights=tuple(map(self.weight, form.words)),
            alike=tuple(alike for alike, _, _ in found),
            compact=form.compact,
        )
        return query, [group for _, group, _ in found], [carried for _, _, carried in found]

    def _candidates(
        self, query: QueryName, groups: list[frozenset[int]], carried: list[frozenset[int]]
    ) -> Iterable[int]:
        candidates: set[int] = set(self._compact.get(query.compact, ()))
        words = query.words
        for group in carried:
            candidates |= group
        if len(words) > 1:
            groups = list(groups)
            for first, second in pairwise(words):
                folded = fold(first + second)
                joined = [p for word in self._by_fold.get(folded, ()) for p in self._postings[word]]
                if joined:
                    groups.append(frozenset(joined))
                    candidates.update(p for word in self._by_fold[folded] for p in self._carried.get(word, ()))
            pairs: set[int] = set()
            seen: set[int] = set()
            for group in sorted(groups, key=len):
                if group:
                    pairs.update(group & seen if len(group) <= len(seen) else seen & group)
                    seen |= group
            candidates |= self._heavy_enough(query, pairs)
        return sorted(candidates)

    def _heavy_enough(self, query: QueryName, positions: set[int]) -> set[int]:
        """Without the listed names of which so much is left out that nothing in the query can make up for it."""
        if not positions:
            return positions
        most = 0.0
        for word, alike in zip(query.words, query.alike, strict=True):
            heaviest = max((self.weight(listed) for listed in alike), default=0.0)
            most += max(heaviest, self.weight(word))
        limit = most * (1.0 + _SLACK / self.weighing.omission) + 1e-9
        listed_forms = self._forms
        return {p for p in positions if listed_forms[p].total <= limit}

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
            for listed in self._beginning_with(word):
                if listed not in alike and (likeness := cut_off_likeness(word, listed)):
                    alike[listed] = likeness
        group: set[int] = set()
        carried: set[int] = set()
        for listed in alike:
            group.update(self._postings[listed])
            carried.update(self._carried.get(listed, ()))
        if not is_number(word):
            # The listed names that write this word as two, or by its first letter, or are given by this letter.
            group.update(self._joined.get(fold(word), ()))
            if len(word) == 1:
                group |= self._by_initial.get(word, set())
            else:
                group.update(self._postings.get(word[0], ()))
        return alike, frozenset(group), frozenset(carried)

    def words_like(self, word: str) -> Mapping[str, float]:
        """Every listed word with `likeness.word_likeness` above 0, and that likeness."""
        if is_number(word):
            return {word: policy.SAME_WORD} if word in self._postings else {}
        folded = fold(word)
        alike: dict[str, float] = {}
        if len(folded) >= SHORTEST_TYPO:
            for other in {o for spelling in _deletes(folded) for o in self._by_delete.get(spelling, ())}:
                if other != folded and (likeness := folded_likeness(folded, other)):
                    alike.update(dict.fromkeys(self._by_fold[other], likeness))
        if (same := SAME_NAME.get(word)) is not None:
            alike.update(dict.fromkeys(self._by_same_name.get(same, ()), policy.SAME_NAME))
        if len(word) > 1:
            alike.update((o, policy.SAME_SOUND) for o in self._by_fold.get(folded, ()) if len(o) > 1)
        if word in self._postings:
            alike[word] = policy.SAME_WORD
        return alike

    def _beginning_with(self, word: str) -> list[str]:
        start = bisect_left(self._sorted_words, word)
        end = bisect_left(self._sorted_words, word + "{")
        return self._sorted_words[start:end]


def _deletes(word: str) -> list[str]:
    """The word, and the word without each of its letters: two words one edit apart have one of these in common."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]
