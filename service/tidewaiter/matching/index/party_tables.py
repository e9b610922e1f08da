"""Build the tables of a party index: the names of each kind, whole names, identifiers, and the owner of each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidewaiter.matching.entry import EntryType, ListEntry
from tidewaiter.matching.evidence import identifier_key
from tidewaiter.matching.index.hashing import Array, HashTable, hashes
from tidewaiter.matching.index.name_index import NameIndex
from tidewaiter.matching.index.name_rows import NameRows, NamesRead
from tidewaiter.matching.index.name_tables import held, tables_of_names
from tidewaiter.matching.index.runs import Runs
from tidewaiter.matching.index.whole_tables import Weights, WholeRows, WholesRead, tables_of_wholes
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.matching.scripts.folding import fold

KINDS_OF_ENTRY: Final[Mapping[EntryType, tuple[NameKind, ...]]] = {
    EntryType.PERSON: (NameKind.PERSON,),
    EntryType.ORGANISATION: (NameKind.ORGANISATION,),
    EntryType.VESSEL: (NameKind.VESSEL,),
    EntryType.AIRCRAFT: (NameKind.VESSEL,),
    EntryType.UNKNOWN: (NameKind.PERSON, NameKind.ORGANISATION),
}
"""For each entry type, the kinds as which its names are read."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An index made before, with the same rarity, of which equal entries need not be read again.

    `places` has the number in that index of each entry of the new one; -1 for an entry that it has not.
    """

    tables: Mapping[str, Array]
    places: Sequence[int]


def tables_of(
    entries: Iterable[ListEntry], rarity: WordRarity | None = None, earlier: Earlier | None = None
) -> dict[str, Array]:
    """Return the tables of an index of `entries`, which are consumed one by one and numbered in order.

    With `earlier`, `entries` are only those that it does not have. `rarity` has the weights of words; without it, they
    are computed from the entries themselves. The same entries give the same tables, byte for byte, on any machine, with
    `earlier` or without it.
    """
    read, identifiers = _Read(), _Identifiers()
    for owner, entry in enumerate(entries):
        identifiers.add(owner, entry)
        read.add(entry)
    owners = None if earlier is None else _owners(earlier.places)
    return {**identifiers.tables(earlier, owners), **_tables_of_names(read, rarity, earlier, owners)}


def of_kind(tables: Mapping[str, Array], kind: NameKind) -> dict[str, Array]:
    """Return the tables of the names of one kind."""
    start = f"{kind}/"
    return {name.removeprefix(start): table for name, table in tables.items() if name.startswith(start)}


def _tables_of_names(
    read: _Read, rarity: WordRarity | None, earlier: Earlier | None, owners: Runs | None
) -> dict[str, Array]:
    weights = {kind: None if rarity is None else rarity.weights.get(kind, {}) for kind in NameKind}
    names: dict[NameKind, dict[str, Array]] = {}
    runs: dict[NameKind, Runs] = {}
    for kind in NameKind:
        rows = read.names[kind].rows()
        if earlier is not None and owners is not None:
            rows, runs[kind] = NameRows.joined((NameRows.of(of_kind(earlier.tables, kind)), rows), owners)
        names[kind] = tables_of_names(kind, rows, weights[kind])
    weigh = _weights_of(rarity) if rarity is not None else _counted_weights_of(names)
    wholes = {kind: read.wholes[kind].rows(weigh) for kind in NameKind}
    if earlier is not None:
        wholes = {
            kind: WholeRows.joined((WholeRows.of(earlier.tables, kind), rows), runs[kind])
            for kind, rows in wholes.items()
        }
    return {
        **{f"{kind}/{name}": table for kind, tables in names.items() for name, table in tables.items()},
        **tables_of_wholes(wholes),
    }


def _owners(places: Sequence[int]) -> Runs:
    """Return the runs of entries of the earlier index (0), and of those read now (1)."""
    earlier = np.array(places, np.int64)
    now = earlier < 0
    return Runs.of_rows(now.astype(np.int64), np.where(now, np.cumsum(now) - 1, earlier))


def _weights_of(rarity: WordRarity) -> Weights:
    def weigh(words: Sequence[str]) -> list[float]:
        folds = [fold(word) for word in words]
        of_kinds = [(kind, rarity.weights.get(kind, {})) for kind in NameKind]
        return [
            min(held(word, weights.get(folded, 1.0), kind) for kind, weights in of_kinds)
            for word, folded in zip(words, folds, strict=True)
        ]

    return weigh


def _counted_weights_of(names: Mapping[NameKind, Mapping[str, Array]]) -> Weights:
    indexes = [NameIndex(kind, tables) for kind, tables in names.items()]

    def weigh(words: Sequence[str]) -> list[float]:
        return list(map(min, *(index.weights(words) for index in indexes)))

    return weigh


class _Read:
    """The names of entries, by kind. Entries are numbered from 0 in the order in which they are added."""

    def __init__(self) -> None:
        self._entries = 0
        self.names = {kind: NamesRead(kind) for kind in NameKind}
        self.wholes = {kind: WholesRead(kind) for kind in NameKind}

    def add(self, entry: ListEntry) -> None:
        for kind in KINDS_OF_ENTRY[entry.type]:
            names = self.names[kind]
            for place, name in enumerate(entry.names):
                if not name.weak:
                    self.wholes[kind].add(len(names), name.text)
                names.add(self._entries, name.text, place, weak=name.weak)
        self._entries += 1


class _Identifiers:
    """The identifiers of entries."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._owners, self._places = array("I"), array("I")

    def add(self, owner: int, entry: ListEntry) -> None:
        for place, identifier in enumerate(entry.identifiers):
            self._keys.append(identifier_key(identifier.type, identifier.value))
            self._owners.append(owner)
            self._places.append(place)

    def tables(self, earlier: Earlier | None, entries: Runs | None) -> dict[str, Array]:
        """Return the tables of these identifiers, and of those in `earlier`, for the parties in `entries`."""
        owners, places = np.frombuffer(self._owners, np.uint32), np.frombuffer(self._places, np.uint32)
        keys = hashes(self._keys)
        if earlier is not None and entries is not None:
            of_owners = [earlier.tables["identifiers.owner"], owners]
            rows = entries.owned(of_owners)
            owners = rows.renumbered(of_owners, entries)
            places = rows.column([earlier.tables["identifiers.place"], places])
            keys = rows.column([earlier.tables["identifiers.key"], keys])
        return {
            "identifiers.owner": owners,
            "identifiers.place": places,
            "identifiers.key": keys,
            **HashTable.made("by identifier", keys, np.arange(len(keys))),
        }
