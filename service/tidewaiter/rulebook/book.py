"""The rule book: rule sets, lists, goods words and the operator's policy, compiled, immutable, known by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.rulebook.codes import CodeIndex
from tidewaiter.rulebook.country_knowledge import KnownTies, OwnershipRule, packaged_ties
from tidewaiter.rulebook.gazetteer import Gazetteer
from tidewaiter.rulebook.hs_index import HsIndex
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.law_by_day import ByDay, DealingsLaw, GoodsLaw
from tidewaiter.rulebook.loader import check_together
from tidewaiter.rulebook.party_file import sha256_of
from tidewaiter.rulebook.phrases import Phrases, fold
from tidewaiter.rulebook.policy import Policy, PublishedTotal
from tidewaiter.rulebook.programmes import Programme
from tidewaiter.rulebook.rates import RateTable
from tidewaiter.rulebook.rules import DesignatedVessel, Direction, KeywordMatch, Rule, RuleSet, Sign, Territory
from tidewaiter.rulebook.text_roles import RoleReader
from tidewaiter_schemas.rulebook import ListVersion, RuleBookManifest, RuleSetVersion
from tidewaiter_schemas.verdict import Citation


@dataclass(frozen=True, slots=True)
class CompiledSign:
    """A sign of a dealing with its words ready to be looked for, and its vessels by IMO number."""

    sign: Sign
    about: tuple[Phrases, ...]
    names: Phrases | None
    vessels: Mapping[str, DesignatedVessel]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with everything a screening needs looked up beforehand."""

    rule: Rule
    rule_set: RuleSet
    citations: tuple[Citation, ...]
    hs: HsIndex | None
    codes: CodeIndex | None
    keywords: tuple[tuple[Phrases, float], ...]
    exception_words: tuple[Phrases, ...]
    signs: tuple[CompiledSign, ...]
    conversion_words: tuple[Phrases, ...] = ()
    replaced_from: date | None = None
    """The first day on which another rule stands in its place."""

    def stands_on(self, day: date) -> bool:
        """Whether it was law on `day`, and its own to say so."""
        return self.rule.in_force.covers(day) and (self.replaced_from is None or day < self.replaced_from)

    def subsidiary_to(self, rule_id: str) -> bool:
        """Whether this rule is silent where `rule_id` speaks."""
        if not self.rule.subsidiary_to or rule_id == self.rule.id:
            return False
        return any(
            rule_id.startswith(pattern[:-1]) if pattern.endswith("*") else rule_id == pattern
            for pattern in self.rule.subsidiary_to
        )

    def silent_beside(self, other: CompiledRule) -> bool:
        """Whether this rule leaves an item to `other`. Two that would each leave it to the other both speak."""
        return self.subsidiary_to(other.rule.id) and not other.subsidiary_to(self.rule.id)


@dataclass(frozen=True, slots=True)
class CompiledTerritory:
    """A sanctioned country. The words by which a text speaks of it are in the gazetteer."""

    country: str
    demonym: str
    since: date
    doubt_in_part: bool
    """Whether goods of which a part is not known are for review."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What transfers are screened against. Never changes; a new one replaces it whole."""

    manifest: RuleBookManifest
    policy: Policy
    territories: Mapping[str, CompiledTerritory]
    """By country, in the order of the codes."""
    gazetteer: Gazetteer
    offices: Phrases
    """Words that make a body which names a country one of its government."""
    namesakes: Mapping[str, frozenset[str]]
    """By country, those whose own bodies are often called after its places."""
    programmes: Mapping[str, tuple[Programme, ...]]
    """By country or region, the programmes of law that binds the operator and is not packaged whole."""
    text_roles: RoleReader
    """What a country is to the goods of a text that names it."""
    calling_codes: Mapping[str, str]
    """By calling code, the country of a telephone number."""
    domains: Mapping[str, str]
    """By top-level domain, the country of a mail or web address."""
    maritime_ids: Mapping[str, str]
    """By the first three digits of an MMSI, the country of the ship."""
    locodes: frozenset[str]
    """Countries whose UN/LOCODE no word looks like."""
    ownership: Mapping[str, OwnershipRule]
    """By authority, what makes an owner's listing the party's own."""
    rules: Mapping[tuple[str, Direction], tuple[CompiledRule, ...]]
    """All rules by country and direction."""
    dealings: Mapping[str, tuple[CompiledRule, ...]]
    """Those of them on services, money, people and vessels, by country."""
    vessels: Mapping[str, tuple[tuple[str, DesignatedVessel], ...]]
    """By IMO number, the countries under whose measures an authority has named the vessel."""
    authorising: Mapping[str, frozenset[str]]
    """By rule set, the folded names of whoever may permit what its rules bar."""
    permitting: Mapping[str, frozenset[str]]
    """The same by jurisdiction, for the parties that its lists name."""
    parties: PartyIndex
    goods: Classifier
    rates: RateTable
    quotas: Mapping[str, CompiledRule]
    """The rules with a quota, by id."""
    published: Mapping[tuple[str, date], PublishedTotal]
    """Published totals, by quota and first day of the window."""

    _goods_by_day: Mapping[tuple[str, Direction], ByDay[GoodsLaw]] = field(init=False, repr=False, compare=False)
    _dealings_by_day: Mapping[str, ByDay[DealingsLaw]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_direction = {key: ByDay(rules, GoodsLaw) for key, rules in self.rules.items()}
        by_country = {country: ByDay(rules, DealingsLaw) for country, rules in self.dealings.items()}
        object.__setattr__(self, "_goods_by_day", by_direction)
        object.__setattr__(self, "_dealings_by_day", by_country)

    def law(self, country: str, direction: Direction, day: date) -> GoodsLaw:
        """The rules on `country` in `direction` that were law on `day`."""
        by_day = self._goods_by_day.get((country, direction))
        return _NO_GOODS_LAW if by_day is None else by_day.on(day)

    def law_on_dealings(self, country: str, day: date) -> DealingsLaw:
        """The rules on dealings with `country` that were law on `day`."""
        by_day = self._dealings_by_day.get(country)
        return _NO_DEALINGS_LAW if by_day is None else by_day.on(day)


_NO_GOODS_LAW = GoodsLaw()
_NO_DEALINGS_LAW = DealingsLaw()


def compile_rule_book(
    rule_sets: Sequence[RuleSet],
    lists: Sequence[PartyList],
    lexicon: Lexicon,
    policy: Policy,
    ties: KnownTies | None = None,
    indexes: IndexStore = IN_MEMORY,
) -> RuleBook:
    """Build a rule book. RuleError when the parts do not go together. `ties` are the packaged ones unless given.

    The index of parties and the words of the goods come from `indexes`, where they may be kept already.

    The hash covers the meaning of the parts, not their layout: reformatting a YAML file leaves it as it was.
    """
    rule_sets = sorted(rule_sets, key=lambda rule_set: rule_set.rule_set)
    lists = sorted(lists, key=lambda party_list: party_list.id)
    check_together(rule_sets)
    ties = ties or packaged_ties()
    index = indexes.index(lists)
    rules: dict[tuple[str, Direction], list[CompiledRule]] = {}
    replaced = _replaced(rule_sets)
    programmes = _programmes(ties, policy)
    for rule_set in rule_sets:
        subjects = {subject: Phrases(words) for subject, words in rule_set.subjects.items()}
        for rule in sorted(rule_set.rules, key=lambda rule: rule.id):
            compiled = replace(_compile(rule, rule_set, subjects), replaced_from=replaced.get(rule.id))
            for country in rule.countries:
                rules.setdefault((country, rule.direction), []).append(compiled)
    return RuleBook(
        manifest=manifest_of(rule_sets, index.lists, lexicon, policy, ties),
        policy=policy,
        territories=_territories(rule_sets, ties, programmes),
        programmes=programmes,
        gazetteer=ties.gazetteer(territory for rule_set in rule_sets for territory in rule_set.territories),
        offices=Phrases(ties.offices),
        namesakes={words.country: frozenset(words.namesakes) for words in ties.countries if words.namesakes},
        text_roles=RoleReader(ties.text_roles),
        calling_codes={one.calling_code: one.country for one in ties.communications if one.calling_code},
        domains={one.domain: one.country for one in ties.communications},
        maritime_ids={digits: words.country for words in ties.countries for digits in words.maritime_ids},
        locodes=frozenset(words.country for words in ties.countries if words.locodes),
        ownership={rule.authority: rule for rule in ties.ownership},
        rules={key: tuple(value) for key, value in rules.items()},
        dealings=_dealings(rules),
        vessels=_vessels(rule_sets),
        authorising={rule_set.rule_set: _authorising(rule_set) for rule_set in rule_sets},
        permitting={
            jurisdiction: frozenset().union(
                *(_authorising(rule_set) for rule_set in rule_sets if rule_set.jurisdiction == jurisdiction)
            )
            for jurisdiction in sorted({rule_set.jurisdiction for rule_set in rule_sets})
        },
        parties=index,
        goods=_classifier(lexicon, indexes),
        rates=RateTable(policy.rates),
        quotas=_quotas(rules),
        published={(total.quota, total.window): total for total in policy.quota_totals},
    )


_last_classifiers: list[Classifier] = []
"""The one made last: rule books that follow one another mostly have the same words, and making one takes a second."""


def _classifier(lexicon: Lexicon, indexes: IndexStore) -> Classifier:
    for last in _last_classifiers:
        same = last.lexicon.entries == lexicon.entries and list(last.lexicon.entries) == list(lexicon.entries)
        if same and last.lexicon.own_categories == lexicon.own_categories:
            return last
    _last_classifiers[:] = [Classifier(lexicon, indexes.words(lexicon))]
    return _last_classifiers[0]


def _replaced(rule_sets: Sequence[RuleSet]) -> dict[str, date]:
    """By id of a rule, the first day on which another replaces it. A list says nothing of the days before its own."""
    since: dict[str, date] = {}
    for rule in (rule for rule_set in rule_sets for rule in rule_set.rules):
        codes = rule.goods.codes if rule.goods else None
        begins = max(rule.in_force.since, codes.as_of) if codes else rule.in_force.since
        for gone in rule.replaces:
            since[gone] = min(begins, since.get(gone, begins))
    return since


def unreplaced(book: RuleBook) -> RuleBook:
    """`book` with every rule standing for itself, as its author tried it. For examples; gives verdicts to nobody."""
    rules = {key: [replace(one, replaced_from=None) for one in value] for key, value in book.rules.items()}
    return replace(book, rules={key: tuple(value) for key, value in rules.items()}, dealings=_dealings(rules))


def _authorising(rule_set: RuleSet) -> frozenset[str]:
    return frozenset(fold(name) for name in (rule_set.authority, *rule_set.authorising))


def _dealings(rules: Mapping[tuple[str, Direction], Sequence[CompiledRule]]) -> dict[str, tuple[CompiledRule, ...]]:
    by_country: dict[str, list[CompiledRule]] = {}
    for (country, _), compiled in rules.items():
        by_country.setdefault(country, []).extend(rule for rule in compiled if rule.rule.dealing)
    return {
        country: tuple(sorted(found, key=lambda compiled: compiled.rule.id)) for country, found in by_country.items()
    }


def _quotas(rules: Mapping[tuple[str, Direction], Sequence[CompiledRule]]) -> dict[str, CompiledRule]:
    return {of.rule.id: of for group in rules.values() for of in group if of.rule.quota is not None}


def _vessels(rule_sets: Sequence[RuleSet]) -> dict[str, tuple[tuple[str, DesignatedVessel], ...]]:
    by_number: dict[str, list[tuple[str, DesignatedVessel]]] = {}
    for rule_set in rule_sets:
        for rule in rule_set.rules:
            for group in {group for sign in rule.dealing if sign.party for group in sign.party.vessels}:
                for vessel in rule_set.vessels[group]:
                    by_number.setdefault(vessel.imo, []).extend((country, vessel) for country in rule.countries)
    return {number: tuple(named) for number, named in sorted(by_number.items())}


def with_rule(book: RuleBook, rule_set: RuleSet, rule: Rule) -> RuleBook:
    """`book` with `rule`, of `rule_set`, in place of the one that has its id; for trying out a change.

    Only that rule is compiled. The manifest stays as it was: the result must not give verdicts to anybody.
    """
    compiled = _compile(rule, rule_set, {subject: Phrases(words) for subject, words in rule_set.subjects.items()})
    rules = {key: [one for one in value if one.rule.id != rule.id] for key, value in book.rules.items()}
    for country in rule.countries:
        rules.setdefault((country, rule.direction), []).append(compiled)
    ordered = {key: tuple(sorted(value, key=lambda one: one.rule.id)) for key, value in rules.items()}
    sets = {one.rule_set.rule_set: one.rule_set for value in book.rules.values() for one in value}
    others = tuple(one for one in rule_set.rules if one.id != rule.id)
    sets[rule_set.rule_set] = rule_set.model_copy(update={"rules": (*others, rule)})
    return replace(
        book,
        rules=ordered,
        dealings=_dealings(ordered),
        vessels=_vessels(list(sets.values())),
        quotas=_quotas(ordered),
    )


def _programmes(ties: KnownTies, policy: Policy) -> dict[str, tuple[Programme, ...]]:
    by_target: dict[str, list[Programme]] = {}
    for programme in ties.programmes:
        if policy.binds(programme.jurisdiction) and programme.asks:
            by_target.setdefault(programme.target, []).append(programme)
    return {target: tuple(programmes) for target, programmes in sorted(by_target.items())}


def _territories(
    rule_sets: Sequence[RuleSet], ties: KnownTies, programmes: Mapping[str, Sequence[Programme]]
) -> dict[str, CompiledTerritory]:
    """The countries that rule sets or programmes are about, in the order of their codes."""
    compiled = _of_rule_sets(rule_sets)
    called = ties.called | {target.country: target.demonym for target in ties.targets}
    for target, group in programmes.items():
        since = min(programme.since for programme in group)
        compiled.setdefault(target, CompiledTerritory(target, called.get(target, target), since, doubt_in_part=False))
    return dict(sorted(compiled.items()))


def _of_rule_sets(rule_sets: Sequence[RuleSet]) -> dict[str, CompiledTerritory]:
    by_country: dict[str, list[Territory]] = {}
    for rule_set in rule_sets:
        for territory in rule_set.territories:
            by_country.setdefault(territory.country, []).append(territory)
    return {
        country: CompiledTerritory(
            country=country,
            demonym=territories[0].demonym,
            since=min(territory.since for territory in territories),
            doubt_in_part=any(territory.doubt == "any" for territory in territories),
        )
        for country, territories in sorted(by_country.items())
    }


def _compile(rule: Rule, rule_set: RuleSet, subjects: Mapping[str, Phrases]) -> CompiledRule:
    return CompiledRule(
        rule=rule,
        rule_set=rule_set,
        citations=tuple(
            Citation(
                instrument=rule_set.instruments[citation.instrument].name,
                provision=citation.provision,
                url=rule_set.instruments[citation.instrument].url,
                verified=citation.confidence == "V",
                confidence=citation.confidence,
            )
            for citation in rule.citations
        ),
        hs=HsIndex(rule.goods.hs) if rule.goods and rule.goods.hs else None,
        codes=CodeIndex(rule.goods.codes.listed) if rule.goods and rule.goods.codes else None,
        keywords=_keywords(rule.goods.keywords if rule.goods else ()),
        exception_words=tuple(Phrases(clause.words) for clause in rule.exceptions),
        signs=tuple(_sign(sign, rule_set, subjects) for sign in rule.dealing),
        conversion_words=tuple(Phrases(by.words) for by in rule.quota.conversions) if rule.quota else (),
    )


def _keywords(matches: Sequence[KeywordMatch]) -> tuple[tuple[Phrases, float], ...]:
    """The words of a rule together, by how sure they are."""
    by_certainty: dict[float, list[str]] = {}
    for match in matches:
        by_certainty.setdefault(match.certainty, []).append(match.words)
    return tuple((Phrases(words), certainty) for certainty, words in by_certainty.items())


def _sign(sign: Sign, rule_set: RuleSet, subjects: Mapping[str, Phrases]) -> CompiledSign:
    party = sign.party
    return CompiledSign(
        sign=sign,
        about=tuple(subjects[subject] for subject in sign.about),
        names=Phrases(party.names) if party and party.names else None,
        vessels={
            vessel.imo: vessel for group in (party.vessels if party else ()) for vessel in rule_set.vessels[group]
        },
    )


def manifest_of(
    rule_sets: Sequence[RuleSet], lists: Sequence[PartyList], lexicon: Lexicon, policy: Policy, ties: KnownTies
) -> RuleBookManifest:
    """The manifest of these parts, each in order of its id.

    Hashes cover what is said: what is left to a default is left out, so that a later version with one more optional
    field reads the same rule book. A list's hash in the manifest is of the official file; the book's covers its entries
    as they were read, too.
    """
    set_versions = tuple(
        RuleSetVersion(
            id=rule_set.rule_set,
            version=rule_set.version,
            sha256=_sha256(_said(rule_set)),
            rules=len(rule_set.rules),
        )
        for rule_set in rule_sets
    )
    list_versions = tuple(
        ListVersion(
            id=party_list.id,
            publisher=party_list.publisher,
            published=party_list.published,
            sha256=party_list.sha256,
            entries=len(party_list.entries),
            sample=party_list.sample,
            retrieved=datetime.fromisoformat(party_list.retrieved) if party_list.retrieved else None,
            url=party_list.retrieved_from,
        )
        for party_list in lists
    )
    sha256 = _sha256(
        {
            "rule_sets": [version.model_dump(mode="json") for version in set_versions],
            "lists": [_said(version) for version in list_versions],
            "entries": [sha256_of(party_list.entries) for party_list in lists],
            # What decides whose law a listing is, and what a finding cites.
            "cited": [[one.authority, one.instrument, one.url] for one in lists],
            "unread": [[[row.line, row.reason] for row in one.unread] for one in lists],
            "goods": lexicon.sha256,
            "ties": ties.sha256,
            "policy": _said(policy),
        }
    )
    newest = max((version.version for version in set_versions), default="none")
    return RuleBookManifest(
        version=f"{newest}-{sha256[:8]}", sha256=sha256, rule_sets=set_versions, lists=list_versions
    )


def _said(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_defaults=True)


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
