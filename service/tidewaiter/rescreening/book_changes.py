"""Compute all differences between two rule books, in the form in which a verdict names them as causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tidewaiter.lists.changes import describe_changes as changes_of_list
from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.rulebook.authoring.law_diff import describe_changes as changes_of_law
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import Period, Rule, RuleSet
from tidewaiter.rulebook.sources import Sources
from tidewaiter_schemas.rescreening import Cause, CauseKind, Change

_OF_EVERY_ENTRY: Final = ("publisher", "authority", "instrument", "url", "sample")
"""Fields of a list that the findings on its entries repeat: a change in one of these changes every entry."""


@dataclass(frozen=True, slots=True)
class BookChanges:
    """The differences between two rule books.

    `lists` has the changed entries, old and new versions, under their lists. `causes` maps the id that findings name as
    their basis (of a rule, or of list and entry) to the cause. `others` are the causes that can affect any finding.
    `windows` are the periods in force of the changed rules.
    """

    lists: tuple[PartyList, ...]
    causes: Mapping[str, Cause]
    others: tuple[Cause, ...]
    windows: tuple[Period, ...]
    everywhere: bool
    """Whether a change can affect any transfer, so that all transfers must be judged again."""

    def __bool__(self) -> bool:
        return bool(self.causes or self.others)


def changes_between(old: Sources, new: Sources) -> BookChanges:
    """Return the differences from `old` to `new`."""
    lists, causes = _lists(old.lists, new.lists)
    windows: list[Period] = []
    by_rule = dict(_rules(old.rule_sets, new.rule_sets, windows))
    others = [*_rule_sets(old.rule_sets, new.rule_sets), *_policy(old.policy, new.policy)]
    parts = (
        (CauseKind.GOODS_WORDS, old.lexicon.sha256 != new.lexicon.sha256),
        (CauseKind.COUNTRY_KNOWLEDGE, old.ties != new.ties),
        (CauseKind.NAME_WEIGHTS, old.rarity != new.rarity),
    )
    others += [Cause(kind=kind, change=Change.CHANGED) for kind, differs in parts if differs]
    # Without its own rarity table, a rule book counts words over its lists, so that every entry affects every score.
    counted = bool(lists) and (old.rarity is None or new.rarity is None)
    if counted and old.rarity == new.rarity:
        others.append(Cause(kind=CauseKind.NAME_WEIGHTS, change=Change.CHANGED))
    return BookChanges(tuple(lists), causes | by_rule, tuple(others), tuple(windows), everywhere=bool(others))


def _lists(old: Sequence[PartyList], new: Sequence[PartyList]) -> tuple[list[PartyList], dict[str, Cause]]:
    before, after = ({each.id: each for each in lists} for lists in (old, new))
    changed: list[PartyList] = []
    causes: dict[str, Cause] = {}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            there = was or now
            assert there is not None  # noqa: S101 - the name is of one of the two
            was, now = was or replace(there, entries=()), now or replace(there, entries=())
        all_of_it = any(getattr(was, field) != getattr(now, field) for field in _OF_EVERY_ENTRY)
        had, has = _by_id(was), _by_id(now)
        ids = {each for each in had.keys() | has.keys() if all_of_it or had.get(each) != has.get(each)}
        if ids:
            fields = {change.id: tuple(field.field for field in change.fields) for change in changes_of_list(was, now)}
            causes |= {
                f"{name}:{each}": _cause(name, each, had.get(each), has.get(each), now.published, fields.get(each, ()))
                for each in sorted(ids)
            }
            changed += [
                replace(party_list, entries=tuple(entry for entry in party_list.entries if entry.id in ids))
                for party_list in (was, now)
            ]
    return changed, causes


def _by_id(party_list: PartyList) -> dict[str, list[ListEntry]]:
    entries: dict[str, list[ListEntry]] = {}
    for entry in party_list.entries:
        entries.setdefault(entry.id, []).append(entry)
    return entries


def _cause(
    name: str,
    entry_id: str,
    had: Sequence[ListEntry] | None,
    has: Sequence[ListEntry] | None,
    published: str | None,
    fields: tuple[str, ...],
) -> Cause:
    (entry, *_) = has or had or ()
    return Cause(
        kind=CauseKind.LIST_ENTRY,
        change=Change.CHANGED if had and has else Change.ADDED if has else Change.REMOVED,
        id=f"{name}:{entry_id}",
        name=entry.names[0].text if entry.names else "",
        published=published,
        fields=fields if had and has else (),
    )


def _rules(old: Sequence[RuleSet], new: Sequence[RuleSet], windows: list[Period]) -> Iterator[tuple[str, Cause]]:
    """Yield each changed rule with its cause, and append the periods in which it is in force to `windows`."""
    before, after = ({rule.id: rule for rule_set in sets for rule in rule_set.rules} for sets in (old, new))
    fields: dict[str, list[str]] = {}
    for differs in changes_of_law(old, new):
        if differs.rule is not None:
            fields.setdefault(differs.rule, []).append(differs.field)
    for rule_id in sorted(before.keys() | after.keys()):
        was, now = before.get(rule_id), after.get(rule_id)
        if was == now:
            continue
        windows += [rule.in_force for rule in (was, now) if rule is not None]
        change = Change.CHANGED if was and now else Change.ADDED if now else Change.REMOVED
        rule = now or was
        assert rule is not None  # noqa: S101 - one of the two is there
        of = tuple(dict.fromkeys(fields.get(rule_id, ()))) if change is Change.CHANGED else ()
        yield rule_id, Cause(kind=CauseKind.RULE, change=change, id=rule_id, name=rule.title, fields=of)


def _rule_sets(old: Sequence[RuleSet], new: Sequence[RuleSet]) -> Iterator[Cause]:
    """Yield a cause for each rule set that differs in more than rules and version: territories, words, vessels."""
    before, after = ({rule_set.rule_set: rule_set for rule_set in sets} for sets in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield Cause(kind=CauseKind.RULE_SET, change=Change.ADDED if now else Change.REMOVED, id=name)
        elif _without_rules(was) != _without_rules(now):
            yield Cause(kind=CauseKind.RULE_SET, change=Change.CHANGED, id=name)
        elif _replacing(was) != _replacing(now):
            # A replaced rule stays replaced after the period of the rule that replaces it.
            yield Cause(kind=CauseKind.RULE_SET, change=Change.CHANGED, id=name, fields=("replaces",))


def _without_rules(rule_set: RuleSet) -> RuleSet:
    return rule_set.model_copy(update={"rules": (), "version": ""})


def _replacing(rule_set: RuleSet) -> list[Rule]:
    return sorted((rule for rule in rule_set.rules if rule.replaces), key=lambda rule: rule.id)


def _policy(old: Policy, new: Policy) -> Iterator[Cause]:
    for name, field in Policy.model_fields.items():
        if getattr(old, name) != getattr(new, name):
            yield Cause(kind=CauseKind.POLICY, change=Change.CHANGED, id=field.alias or name)
