"""Selects the rules on a country that are in force on a day, and of these the ones that a transfer may meet.

The selection is an optimisation: it never omits a rule that is met, and each selected rule is still checked in full.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from tidewaiter.goods.categories import prefixes_of
from tidewaiter.goods.kinds import ALL_KINDS, kinds_within
from tidewaiter.goods.recognition import Recognition
from tidewaiter.rulebook.compiled_rule import CompiledRule, CompiledSign
from tidewaiter.rulebook.phrases import Phrases, PhraseSets
from tidewaiter.rulebook.rules import Direction, Goods, Sign
from tidewaiter_schemas.transfer import KINDS

Law = TypeVar("Law")
_HEADING = 4


class ByDay(Generic[Law]):
    """The law of each day, built only for the days on which it changes."""

    __slots__ = ("_changes", "_law")

    def __init__(self, rules: Sequence[CompiledRule], law: Callable[[tuple[CompiledRule, ...]], Law]) -> None:
        self._changes = sorted({day for compiled in rules for day in _changes(compiled)})
        standing = ((), *(tuple(one for one in rules if one.stands_on(day)) for day in self._changes))
        self._law = [law(rules) for rules in standing]

    def on(self, day: date) -> Law:
        """Return the law of `day`."""
        return self._law[bisect_right(self._changes, day)]


def _changes(compiled: CompiledRule) -> Iterator[date]:
    period = compiled.rule.in_force
    yield period.since
    if period.until is not None and period.until < date.max:
        yield period.until + timedelta(days=1)
    if compiled.replaced_from is not None:
        yield compiled.replaced_from


class GoodsLaw:
    """The rules of one direction. `rules` has all of them in the order of their ids, including those on dealings."""

    __slots__ = ("__weakref__", "_index", "_kinds", "rules")

    def __init__(self, rules: tuple[CompiledRule, ...] = ()) -> None:
        self.rules = rules
        self._index: _GoodsIndex | None = None
        self._kinds: frozenset[str] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of goods that the rules may be about. Control numbers are stated, and name no kind."""
        if self._kinds is None:
            kinds = (_kinds_named(one, one.rule.goods) for one in self.rules if one.rule.goods and not one.rule.dealing)
            self._kinds = frozenset().union(*kinds)
        return self._kinds

    def likely(self, recognition: Recognition, texts: Iterable[str], numbered: bool) -> list[CompiledRule]:
        """Return the rules on goods that an item may meet.

        `texts` are the folded texts that describe it; `numbered` is whether it has an export control number.
        """
        index = self._index
        if index is None:
            index = self._index = _GoodsIndex(self.rules)
        return [self.rules[place] for place in sorted(index.places(recognition, texts, numbered))]


def _kinds_named(compiled: CompiledRule, goods: Goods) -> frozenset[str]:
    if goods.all or goods.keywords:  # What a phrase names may be of any kind.
        return ALL_KINDS
    codes = [*(hs.prefix for hs in goods.hs), *(compiled.codes or ())]
    codes += [prefix for entry in goods.categories for prefix in prefixes_of(str(entry.category))]
    return frozenset().union(*map(kinds_within, codes))


class _GoodsIndex:
    """The positions of rules by the property of an item that they test. Built on first use: most days never need it."""

    __slots__ = ("_by_category", "_by_code", "_of_all", "_of_numbers", "_of_words", "_under_chapter", "_words")

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._of_all: set[int] = set()
        self._of_numbers: set[int] = set()
        self._by_category: dict[str, set[int]] = {}
        self._by_code: dict[str, set[int]] = {}
        self._under_chapter: dict[str, set[int]] = {}
        self._of_words: list[int] = []
        words: list[Phrases] = []
        for place, compiled in enumerate(rules):
            goods = compiled.rule.goods
            if goods is None or compiled.rule.dealing:
                continue
            if goods.all:
                self._of_all.add(place)
            if goods.eccn:
                self._of_numbers.add(place)
            for entry in goods.categories:
                self._by_category.setdefault(entry.category, set()).add(place)
            for code in (*(hs.prefix for hs in goods.hs), *(compiled.codes or ())):
                self._by_code.setdefault(code[:_HEADING], set()).add(place)
                self._under_chapter.setdefault(code[:2], set()).add(place)
            for phrases, _ in compiled.keywords:
                words.append(phrases)
                self._of_words.append(place)
        self._words = PhraseSets(words)

    def places(self, recognition: Recognition, texts: Iterable[str], numbered: bool) -> set[int]:
        found: set[int] = set()
        if recognition.headings:
            found |= self._of_all
        if numbered:
            found |= self._of_numbers
        for heading in recognition.headings:
            code = heading.code
            found.update(self._by_code.get(code[:_HEADING], ()), self._by_code.get(code[:2], ()))
            if len(code) < _HEADING:
                found.update(self._under_chapter.get(code[:2], ()))
        for hit in recognition.categories:
            found.update(self._by_category.get(hit.category, ()))
        for thing in recognition.things:
            for category in thing.categories:
                found.update(self._by_category.get(category, ()))
        for text in texts:
            found.update(self._of_words[number] for number in self._words.spoken_in(text))
        return found


class DealingFacts(NamedTuple):
    """The facts of a transfer that signs of dealings test, without its words."""

    kind: str
    roles: frozenset[str]
    types: frozenset[str]
    """Of its parties. An office of the country counts as government, whatever its type."""
    directions: frozenset[Direction]
    """The directions of its ties to the country."""
    tied: bool
    """True when a party has a tie to the country."""
    listed: bool
    """Whether a party or an owner is on a list."""
    numbered: bool
    """Whether a party may have an IMO number."""


MOST_KNOWN = 256
"""How many combinations of facts have the rules and signs cached that they may meet."""
_Likely = list[tuple[CompiledRule, tuple[CompiledSign, ...]]]


class DealingsLaw:
    """The rules on dealings with a country, in the order of their ids."""

    __slots__ = ("_known", "_roles", "_sets", "_subjects", "_types", "rules")

    def __init__(self, rules: tuple[CompiledRule, ...] = ()) -> None:
        self.rules = rules
        parties = [one.sign.party for compiled in rules for one in compiled.signs if one.sign.party]
        self._roles = frozenset(role for party in parties for role in party.roles)
        self._types = frozenset(type_ for party in parties for type_ in party.types)
        self._subjects: list[Phrases] = []
        self._sets: PhraseSets | None = None
        self._known: dict[tuple[object, ...], _Likely] = {}

    def likely(
        self, facts: DealingFacts, texts: Iterable[str]
    ) -> Iterator[tuple[CompiledRule, tuple[CompiledSign, ...]]]:
        """Yield the rules that a transfer with these facts may meet, with the signs it may show. `texts` are folded."""
        spoken = self._spoken(texts)
        for compiled, signs in self._with(facts, bool(spoken)):
            if spoken:
                signs = tuple(sign for sign in signs if spoken.issuperset(sign.about))  # noqa: PLW2901
            if signs:
                yield compiled, signs

    def _spoken(self, texts: Iterable[str]) -> set[Phrases]:
        """Return the phrase sets of the subjects that the texts name."""
        if self._sets is None:
            about = (phrases for compiled in self.rules for sign in compiled.signs for phrases in sign.about)
            self._subjects = list(dict.fromkeys(about))
            self._sets = PhraseSets(self._subjects)
        return {self._subjects[number] for text in texts for number in self._sets.spoken_in(text)}

    def _with(self, facts: DealingFacts, speaks: bool) -> _Likely:
        """Return the rules and signs for the facts of a transfer. Without `speaks`, only signs that need no words."""
        # Only what a sign may ask for, so that the law knows few combinations.
        kind = facts.kind if facts.kind in KINDS else ""
        roles, types = self._roles & facts.roles, self._types & facts.types
        key = (kind, roles, types, facts.directions, facts.tied, facts.listed, facts.numbered, speaks)
        known = self._known.get(key)
        if known is None:
            known = [
                (compiled, signs)
                for compiled in self.rules
                if (
                    signs := tuple(
                        one
                        for one in compiled.signs
                        if (speaks or not one.about) and _may_show(one.sign, compiled.rule.direction, facts)
                    )
                )
            ]
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = known
        return known


def _may_show(sign: Sign, direction: Direction, facts: DealingFacts) -> bool:
    """Return whether a transfer with these facts may show the sign of a rule in `direction`."""
    if sign.kinds and facts.kind not in sign.kinds:
        return False
    party = sign.party
    if party is None:
        return direction not in (Direction.TO, Direction.FROM) or direction in facts.directions
    if (party.roles and facts.roles.isdisjoint(party.roles)) or (party.types and facts.types.isdisjoint(party.types)):
        return False
    if party.vessels:
        return facts.numbered
    if party.listed:
        return facts.listed
    return facts.tied or not party.of_country
