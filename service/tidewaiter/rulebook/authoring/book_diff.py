"""Compares two rule books part by part: law in sentences, lists and goods words by what was added, removed or changed.

It reads the sources, not the compiled book.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.rulebook.authoring.law_diff import LawChange, describe_changes
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.sources import Sources

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Differences:
    """Names of what was added, removed and changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class ListDifference:
    """The changes of one list. Entries are named `id name`; `published` has the dates before and after."""

    id: str
    published: tuple[str | None, str | None]
    entries: Differences
    there: tuple[bool, bool]
    """Whether the list is in the old rule book, and in the new one."""


@dataclass(frozen=True, slots=True)
class BookComparison:
    """All differences between two rule books; `policy` are the names of its fields."""

    law: tuple[LawChange, ...]
    lists: tuple[ListDifference, ...]
    words: Differences
    policy: tuple[str, ...]
    ties: bool
    rarity: bool
    """Whether words of names weigh otherwise."""
    wording: bool
    """Whether the wording model differs."""

    def __bool__(self) -> bool:
        return bool(self.law or self.lists or self.words or self.policy or self.ties or self.rarity or self.wording)


def compare(old: Sources, new: Sources) -> BookComparison:
    """Return how `new` differs from `old`."""
    return BookComparison(
        law=tuple(describe_changes(old.rule_sets, new.rule_sets)),
        lists=tuple(_lists(old.lists, new.lists)),
        words=_differences(
            dict(old.lexicon.entries), dict(new.lexicon.entries), {name: name for name in old.lexicon.entries}
        ),
        policy=_policy(old.policy, new.policy),
        ties=old.ties != new.ties,
        rarity=old.rarity != new.rarity,
        wording=(old.wording and old.wording.sha256) != (new.wording and new.wording.sha256),
    )


def _lists(old: Iterable[PartyList], new: Iterable[PartyList]) -> Iterable[ListDifference]:
    before, after = ({each.id: each for each in lists} for lists in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        had, has = ({entry.id: entry for entry in each.entries} if each else {} for each in (was, now))
        shown = {name: _named(entry) for name, entry in (had | has).items()}
        yield ListDifference(
            id=name,
            published=(was.published if was else None, now.published if now else None),
            entries=_differences(had, has, shown),
            there=(was is not None, now is not None),
        )


def _named(entry: ListEntry) -> str:
    return f"{entry.id} {entry.names[0].text}" if entry.names else entry.id


def _differences(old: Mapping[Key, Any], new: Mapping[Key, Any], shown: Mapping[Key, str]) -> Differences:
    def names(keys: Iterable[Key]) -> tuple[str, ...]:
        return tuple(sorted(shown.get(key, str(key)) for key in keys))

    return Differences(
        names(new.keys() - old.keys()),
        names(old.keys() - new.keys()),
        names(key for key in old.keys() & new.keys() if old[key] != new[key]),
    )


def _policy(old: Policy, new: Policy) -> tuple[str, ...]:
    return tuple(
        (field.alias or name) for name, field in Policy.model_fields.items() if getattr(old, name) != getattr(new, name)
    )
