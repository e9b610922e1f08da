"""The differences between two editions of a list: parties added, removed and changed, and what changed in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tidewaiter.matching.entry import ListEntry, PartyList


class ChangeKind(StrEnum):
    """How a party changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The values that one field of an entry gained and lost. A replaced value counts as one lost and one gained."""

    field: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One party, with its entry in the new list, or in the old one if removed. `fields` is empty unless it changed."""

    kind: ChangeKind
    id: str
    name: str
    type: str
    programmes: tuple[str, ...]
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeTally:
    """How many parties were added, removed and changed. `fields` counts, by field, the changed parties in which it
    differs.
    """

    added: int
    removed: int
    changed: int
    fields: dict[str, int]

    @property
    def any(self) -> bool:
        """Return whether anything changed."""
        return bool(self.added or self.removed or self.changed)


def describe_changes(old: PartyList, new: PartyList) -> list[EntryChange]:
    """Return every party that differs between `old` and `new`: added, removed, changed, each in the order of its list.

    Parties are matched by the publisher's own id. The order of values within a field does not matter.
    """
    before = {entry.id: entry for entry in old.entries}
    after = {entry.id: entry for entry in new.entries}
    added = (_change(ChangeKind.ADDED, entry) for entry in new.entries if entry.id not in before)
    removed = (_change(ChangeKind.REMOVED, entry) for entry in old.entries if entry.id not in after)
    changed = (
        _change(ChangeKind.CHANGED, entry, fields)
        for entry in new.entries
        if (was := before.get(entry.id)) is not None and was != entry and (fields := tuple(_fields(was, entry)))
    )
    return [*added, *removed, *changed]


def tally(changes: Sequence[EntryChange]) -> ChangeTally:
    """Return the counts of these changes."""
    kinds = Counter(change.kind for change in changes)
    fields = Counter(field.field for change in changes for field in change.fields)
    return ChangeTally(
        kinds[ChangeKind.ADDED], kinds[ChangeKind.REMOVED], kinds[ChangeKind.CHANGED], dict(fields.most_common())
    )


def _change(kind: ChangeKind, entry: ListEntry, fields: tuple[FieldChange, ...] = ()) -> EntryChange:
    name = entry.names[0].text if entry.names else entry.id
    return EntryChange(kind, entry.id, name, entry.type.value, entry.programmes, fields)


_Values = Callable[[ListEntry], Sequence[str]]


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


_FIELDS: tuple[tuple[str, _Values], ...] = (
    ("names", lambda e: [f"{name.text} (weak)" if name.weak else name.text for name in e.names]),
    ("type", lambda e: (e.type.value,)),
    ("measures", lambda e: [measure.value for measure in e.measures]),
    ("programmes", lambda e: e.programmes),
    ("birth dates", lambda e: e.birth_dates),
    ("birth places", lambda e: e.birth_places),
    ("countries", lambda e: e.countries),
    (
        "identifiers",
        lambda e: [f"{i.type} {i.value}" + (f" ({i.country})" if i.country else "") for i in e.identifiers],
    ),
    ("addresses", lambda e: e.addresses),
    ("linked to", lambda e: e.linked_to),
    ("gender", lambda e: _one(e.gender)),
    ("listed on", lambda e: _one(e.listed_on)),
    ("delisted on", lambda e: _one(e.delisted_on)),
    ("instrument", lambda e: _one(e.instrument)),
    ("provision", lambda e: _one(e.provision)),
    ("authority", lambda e: _one(e.authority)),
    ("url", lambda e: _one(e.url)),
    ("confidence", lambda e: _one(e.confidence)),
    ("remarks", lambda e: _one(e.remarks)),
)
"""Every field of an entry except its id, by its name in reports."""


def _fields(was: ListEntry, entry: ListEntry) -> Iterator[FieldChange]:
    for name, values in _FIELDS:
        before, after = dict.fromkeys(values(was)), dict.fromkeys(values(entry))
        gained = tuple(value for value in after if value not in before)
        lost = tuple(value for value in before if value not in after)
        if gained or lost:
            yield FieldChange(name, gained, lost)
