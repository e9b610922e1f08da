"""Compiles rule sets, lists, goods words and policy into a rule book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.rulebook.book import CompiledTerritory, RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule, compile_rule
from tidewaiter.rulebook.country_knowledge import KnownTies, packaged_ties
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.loader import check_together
from tidewaiter.rulebook.manifest import manifest_of
from tidewaiter.rulebook.office_names import OfficeNames
from tidewaiter.rulebook.phrases import Phrases, fold
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.programmes import Programme
from tidewaiter.rulebook.rates import RateTable
from tidewaiter.rulebook.regions import Regions
from tidewaiter.rulebook.rules import DesignatedVessel, Direction, Doubt, RuleSet, Territory
from tidewaiter.rulebook.text_roles import RoleReader


def compile_rule_book(
    rule_sets: Sequence[RuleSet],
    lists: Sequence[PartyList],
    lexicon: Lexicon,
    policy: Policy,
    ties: KnownTies | None = None,
    indexes: IndexStore = IN_MEMORY,
    rarity: WordRarity | None = None,
    wording: WordingModel | None = None,
) -> RuleBook:
    """Return the rule book of these parts. `ties` are the packaged ones unless given.

    Words of names weigh as `rarity` says; without it they are counted over the lists. Goods without
    a code are recognised by the lexicon and by `wording`; without it by the lexicon alone.

    `indexes` gives the party index and the tables of goods words, stored ones where it has them. The hash covers the
    meaning of the parts, not their layout: reformatting a YAML file does not change it. RuleError when the parts
    contradict each other, as two rules with one id do.
    """
    rule_sets = sorted(rule_sets, key=lambda rule_set: rule_set.rule_set)
    lists = sorted(lists, key=lambda party_list: party_list.id)
    check_together(rule_sets)
    ties = ties or packaged_ties()
    index = indexes.index(lists, rarity, weak_full_names=policy.weak_full_names)
    rules: dict[tuple[str, Direction], list[CompiledRule]] = {}
    replaced = _replaced(rule_sets)
    programmes = _programmes(ties, policy)
    for rule_set in rule_sets:
        subjects = {subject: Phrases(words) for subject, words in rule_set.subjects.items()}
        for rule in sorted(rule_set.rules, key=lambda rule: rule.id):
            compiled = replace(compile_rule(rule, rule_set, subjects), replaced_from=replaced.get(rule.id))
            for country in rule.countries:
                rules.setdefault((country, rule.direction), []).append(compiled)
    return RuleBook(
        manifest=manifest_of(rule_sets, index.lists, lexicon, policy, ties, rarity, wording),
        policy=policy,
        territories=_territories(rule_sets, ties, programmes),
        programmes=programmes,
        dual_use=ties.dual_use.bound_by(policy.jurisdictions),
        gazetteer=ties.gazetteer(territory for rule_set in rule_sets for territory in rule_set.territories),
        offices=Phrases(ties.offices),
        office_names=OfficeNames(ties.office_names.offices, ties.office_names.subjects),
        namesakes={words.country: frozenset(words.namesakes) for words in ties.countries if words.namesakes},
        text_roles=RoleReader(ties.text_roles),
        calling_codes={one.calling_code: one.country for one in ties.communications if one.calling_code},
        domains={one.domain: one.country for one in ties.communications},
        maritime_ids={digits: words.country for words in ties.countries for digits in words.maritime_ids},
        regions=Regions(ties.regions, ties.oblast_words),
        locodes=frozenset(words.country for words in ties.countries if words.locodes),
        ownership={rule.authority: rule for rule in ties.ownership},
        rules={key: tuple(value) for key, value in rules.items()},
        dealings=dealings_of(rules),
        vessels=vessels_of(rule_sets),
        authorising={rule_set.rule_set: _authorising(rule_set) for rule_set in rule_sets},
        permitting={
            jurisdiction: frozenset().union(
                *(_authorising(rule_set) for rule_set in rule_sets if rule_set.jurisdiction == jurisdiction)
            )
            for jurisdiction in sorted({rule_set.jurisdiction for rule_set in rule_sets})
        },
        parties=index,
        goods=_classifier(lexicon, indexes, wording),
        rates=RateTable(policy.rates),
        quotas=quotas_of(rules),
        published={(total.quota, total.window): total for total in policy.quota_totals},
    )


_last_classifiers: list[Classifier] = []
"""The last classifier. Successive rule books mostly have the same words, and building a classifier takes a second."""


def _classifier(lexicon: Lexicon, indexes: IndexStore, wording: WordingModel | None) -> Classifier:
    for last in _last_classifiers:
        if (last.wording and last.wording.sha256) != (wording and wording.sha256):
            continue
        same = last.lexicon.entries == lexicon.entries and list(last.lexicon.entries) == list(lexicon.entries)
        if same and last.lexicon.own_categories == lexicon.own_categories:
            return last
    _last_classifiers[:] = [Classifier(lexicon, indexes.words(lexicon), wording)]
    return _last_classifiers[0]


def _replaced(rule_sets: Sequence[RuleSet]) -> dict[str, date]:
    """Return, by rule id, the first day on which another rule replaces it.

    A rule with a code list replaces others from the day of the list: the list is no evidence for earlier days.
    """
    since: dict[str, date] = {}
    for rule in (rule for rule_set in rule_sets for rule in rule_set.rules):
        codes = rule.goods.codes if rule.goods else None
        begins = max(rule.in_force.since, codes.as_of) if codes else rule.in_force.since
        for gone in rule.replaces:
            since[gone] = min(begins, since.get(gone, begins))
    return since


def _authorising(rule_set: RuleSet) -> frozenset[str]:
    return frozenset(fold(name) for name in (rule_set.authority, *rule_set.authorising))


def dealings_of(rules: Mapping[tuple[str, Direction], Sequence[CompiledRule]]) -> dict[str, tuple[CompiledRule, ...]]:
    """Return the rules on dealings, by country, in the order of their ids."""
    by_country: dict[str, list[CompiledRule]] = {}
    for (country, _), compiled in rules.items():
        by_country.setdefault(country, []).extend(rule for rule in compiled if rule.rule.dealing)
    return {
        country: tuple(sorted(found, key=lambda compiled: compiled.rule.id)) for country, found in by_country.items()
    }


def quotas_of(rules: Mapping[tuple[str, Direction], Sequence[CompiledRule]]) -> dict[str, CompiledRule]:
    """Return the rules with a quota, by id."""
    return {of.rule.id: of for group in rules.values() for of in group if of.rule.quota is not None}


def vessels_of(rule_sets: Sequence[RuleSet]) -> dict[str, tuple[tuple[str, DesignatedVessel], ...]]:
    """Return the vessels that rules name, by IMO number, each with the country of the rule."""
    by_number: dict[str, list[tuple[str, DesignatedVessel]]] = {}
    for rule_set in rule_sets:
        for rule in rule_set.rules:
            for group in {group for sign in rule.dealing if sign.party for group in sign.party.vessels}:
                for vessel in rule_set.vessels[group]:
                    by_number.setdefault(vessel.imo, []).extend((country, vessel) for country in rule.countries)
    return {number: tuple(named) for number, named in sorted(by_number.items())}


def _programmes(ties: KnownTies, policy: Policy) -> dict[str, tuple[Programme, ...]]:
    by_target: dict[str, list[Programme]] = {}
    for programme in ties.programmes:
        if policy.binds(programme.jurisdiction) and programme.asks:
            by_target.setdefault(programme.target, []).append(programme)
    return {target: tuple(programmes) for target, programmes in sorted(by_target.items())}


def _territories(
    rule_sets: Sequence[RuleSet], ties: KnownTies, programmes: Mapping[str, Sequence[Programme]]
) -> dict[str, CompiledTerritory]:
    """Return the countries that rule sets or programmes are about, in the order of their codes."""
    compiled = _of_rule_sets(rule_sets)
    called = ties.called | {target.country: target.demonym for target in ties.targets}
    for target, group in programmes.items():
        since = min(programme.since for programme in group)
        compiled.setdefault(target, CompiledTerritory(target, called.get(target, target), since, doubt="whole"))
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
            doubt=min((territory.doubt for territory in territories), key=get_args(Doubt).index),
        )
        for country, territories in sorted(by_country.items())
    }
