"""Real aliases: how many strong aliases find their own party when it is listed under its primary name alone.

No rule of ours makes these pairs; publishers do. Many aliases have no word in common with the primary name (a nom de
guerre, an acronym, a translation). These are out of reach of any comparison of names, and are counted by themselves.
Weak aliases with the words of a full name are asked for as listed, with the setting that shows them and without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bench.innocents import innocents
from bench.listed_parties import Listed, loaded_lists
from bench.party_detection import trials_of
from tidewaiter.matching import PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, PartyList
from tidewaiter.matching.index.party_tables import KINDS_OF_ENTRY
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.names.word_likeness import word_likeness
from tidewaiter.matching.policy import REVIEW, Feature

_TYPES = (EntryType.PERSON, EntryType.ORGANISATION)
_MISSES_SHOWN = 2


def main() -> dict[str, Any]:
    """Print the tables; return their figures, which hold no name."""
    lists = loaded_lists()
    return {
        "strong": strong_aliases(lists),
        "weak": weak_full_names(lists),
    }


def strong_aliases(lists: Sequence[PartyList]) -> dict[str, Any]:
    """Return what is found of strong aliases, by type and by list and type, with primary names alone listed."""
    primary = [
        replace(one, entries=tuple(replace(entry, names=entry.names[:1]) for entry in one.entries)) for one in lists
    ]
    index = PartyIndex.build(primary, packaged_rarity())
    asked = [
        (Listed(one.id, entry, entry.names[0].text), name.text)
        for one in lists
        for entry in one.entries
        if entry.type in _TYPES
        for name in entry.names[1:]
        if not name.weak and name.text != entry.names[0].text
    ]
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    missed: dict[str, list[str]] = defaultdict(list)
    for trial in trials_of(index, asked):
        found, type_ = trial.score >= REVIEW, trial.listed.entry.type
        within = found or _have_a_word_in_common(trial.asked, trial.listed.name, KINDS_OF_ENTRY[type_][0])
        for group in (type_.value, f"{trial.listed.list_id}, {type_.value}"):
            groups[group].append((found, within))
            if within and not found:
                missed[group].append(f"{trial.asked} ({trial.listed.name})")
    print(f"{'strong aliases':<28}{'asked':>8}{'found':>8}{'no word in common':>19}{'found of others':>17}  missed")
    figures = {}
    for group, seen in groups.items():
        found, within = (sum(column) for column in zip(*seen, strict=True))
        shown = "; ".join(missed[group][:_MISSES_SHOWN])[:90]
        rates = found / len(seen), 1 - within / len(seen), found / within if within else 1.0
        print(f"{group:<28}{len(seen):>8,}{rates[0]:>8.3f}{rates[1]:>19.3f}{rates[2]:>17.3f}  {shown}")
        figures[group] = {
            "tried": len(seen),
            "recall": round(rates[0], 4),
            "out_of_reach": round(rates[1], 4),
            "recall_within_reach": round(rates[2], 4),
        }
    return figures


def _have_a_word_in_common(alias: str, primary: str, kind: NameKind) -> bool:
    """Return whether a word of one name is like a word of the other, however little it tells."""
    return any(word_likeness(word, other, kind) for word in _words(alias, kind) for other in _words(primary, kind))


def _words(name: str, kind: NameKind) -> Iterator[str]:
    yield from dict.fromkeys(word for form in forms(name, kind) for word in form.words if len(word) > 1)


def weak_full_names(lists: Sequence[PartyList]) -> dict[str, Any]:
    """Return how many weak aliases of two words or more are shown as listed, and how many innocents they cost."""
    weak = [
        (Listed(one.id, entry, name.text), name.text)
        for one in lists
        for entry in one.entries
        if entry.type in _TYPES
        for name in entry.names
        if name.weak and " " in name.text
    ]
    made_up = [innocent for report in (False, True) for innocent in innocents(report)]
    queries = [PartyQuery((innocent.name,), innocent.type.value) for innocent in made_up]
    figures: dict[str, Any] = {"tried": len(weak), "innocents": len(made_up)}
    print(f"\n{'weak aliases of several words':<32}{'asked':>8}{'found':>8}{'innocents shown by one':>24}")
    for label, on in (("shown", True), ("not shown", False)):
        index = PartyIndex.build(lists, packaged_rarity(), weak_full_names=on)
        found = sum(trial.score >= REVIEW for trial in trials_of(index, weak))
        costs = sum(_by_weak_alias(candidates) for candidates in index.match(queries)) if on else 0
        print(f"{label:<32}{len(weak):>8,}{found / max(len(weak), 1):>8.3f}{costs if on else '-':>24}")
        figures[label] = {"recall": round(found / max(len(weak), 1), 4)} | ({"innocents_shown": costs} if on else {})
    return figures


def _by_weak_alias(candidates: Sequence[Any]) -> bool:
    return bool(candidates) and any(f.name is Feature.WEAK_FULL_NAME for f in candidates[0].features)


if __name__ == "__main__":
    main()
