"""Build the tables of a party index: the names of each kind, whole names, identifiers, and the owner of each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from tidewaiter.matching.entry import EntryType, ListEntry
from tidewaiter.matching.evidence import identifier_key
from tidewaiter.matching.index.hashing import Array, HashTable, hashes
from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.index.name_tables import NameTables
from tidewaiter.matching.index.whole_names import WholeTables
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import WordRarity

KINDS_OF_ENTRY: Final[Mapping[EntryType, tuple[NameKind, ...]]] = {
    EntryType.PERSON: (NameKind.PERSON,),
    EntryType.ORGANISATION: (NameKind.ORGANISATION,),
    EntryType.VESSEL: (NameKind.VESSEL,),
    EntryType.AIRCRAFT: (NameKind.VESSEL,),
    EntryType.UNKNOWN: (NameKind.PERSON, NameKind.ORGANISATION),
}
"""For each entry type, the kinds as which its names are read."""


def tables_of(entries: Iterable[ListEntry], rarity: WordRarity | None = None) -> dict[str, Array]:
    """Return the tables of an index of `entries`, which are consumed one by one and numbered in order.

    `rarity` has the weights of words; without it, they are computed from the entries themselves. The same entries give
    the same tables, byte for byte, on any machine.
    """
    made = _Made(rarity)
    for entry in entries:
        made.add(entry)
    return made.tables()


def of_kind(tables: Mapping[str, Array], kind: NameKind) -> dict[str, Array]:
    """Return the tables of the names of one kind."""
    start = f"{kind}/"
    return {name.removeprefix(start): table for name, table in tables.items() if name.startswith(start)}


class _Made:
    def __init__(self, rarity: WordRarity | None) -> None:
        self._entries = 0
        self._rarity = {kind: None if rarity is None else rarity.weights.get(kind, {}) for kind in NameKind}
        self._names = {kind: NameTables(kind, self._rarity[kind]) for kind in NameKind}
        self._owners = {kind: array("I") for kind in NameKind}
        self._places = {kind: array("I") for kind in NameKind}
        self._weak = {kind: array("B") for kind in NameKind}
        self._whole = WholeTables()
        self._identifiers: list[str] = []
        self._identifier_owners, self._identifier_places = array("I"), array("I")

    def add(self, entry: ListEntry) -> None:
        owner = self._entries
        self._entries += 1
        for kind in KINDS_OF_ENTRY[entry.type]:
            for place, name in enumerate(entry.names):
                if not name.weak:
                    self._whole.add(kind, len(self._owners[kind]), name.text)
                self._names[kind].add(owner, name.text)
                self._owners[kind].append(owner)
                self._places[kind].append(place)
                self._weak[kind].append(name.weak)
        for place, identifier in enumerate(entry.identifiers):
            self._identifiers.append(identifier_key(identifier.type, identifier.value))
            self._identifier_owners.append(owner)
            self._identifier_places.append(place)

    def tables(self) -> dict[str, Array]:
        made: dict[str, Array] = {
            "identifiers.owner": np.frombuffer(self._identifier_owners, np.uint32),
            "identifiers.place": np.frombuffer(self._identifier_places, np.uint32),
            **HashTable.made("by identifier", hashes(self._identifiers), range(len(self._identifiers))),
        }
        indexes = {}
        for kind, names in self._names.items():
            of_names = names.tables()
            indexes[kind] = NameIndex(kind, of_names, self._rarity[kind])
            made |= {f"{kind}/{name}": table for name, table in of_names.items()}
            made |= {
                f"{kind}/names.owner": np.frombuffer(self._owners[kind], np.uint32),
                f"{kind}/names.place": np.frombuffer(self._places[kind], np.uint32),
                f"{kind}/names.weak": np.frombuffer(self._weak[kind], np.uint8),
            }
        return made | self._whole.tables(indexes)
