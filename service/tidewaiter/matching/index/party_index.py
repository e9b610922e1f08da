"""Index all loaded lists together. Queries return candidates with scores and reasons.

Pure and deterministic: the same lists and queries give the same candidates, in the same order, on any machine.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from tidewaiter.matching import evidence, policy
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListEntry, PartyList
from tidewaiter.matching.evidence import Observation
from tidewaiter.matching.index import fingerprints
from tidewaiter.matching.index.hashing import Array, HashTable, hashes
from tidewaiter.matching.index.hit_features import Hit, How, held_for_review, is_supported, name_features
from tidewaiter.matching.index.name_index import Found, NameIndex
from tidewaiter.matching.index.party_tables import KINDS_OF_ENTRY, of_kind, tables_of
from tidewaiter.matching.index.whole_names import Place, Places, WholeNames, plain_words
from tidewaiter.matching.names.compared import Likeness
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.matching.policy import WEIGHTS, Feature
from tidewaiter.matching.query import Candidate, FeatureScore, FindingKey, PartyQuery

_KINDS_OF_QUERY: Mapping[str, tuple[NameKind, ...]] = {
    "person": (NameKind.PERSON,),
    "organisation": (NameKind.ORGANISATION,),
    "government": (NameKind.ORGANISATION,),
    "vessel": (NameKind.VESSEL,),
    "aircraft": (NameKind.VESSEL,),
}
_EVERY_KIND = tuple(NameKind)


class PartyIndex:
    """Finds the parties of the given lists by name or identifier. Immutable."""

    def __init__(
        self,
        lists: Sequence[PartyList],
        tables: Mapping[str, Array],
        rarity: WordRarity | None = None,
        *,
        weak_full_names: bool = True,
    ) -> None:
        """Read `tables`, which `party_tables` made with `rarity` from all entries of `lists`, in order.

        With `weak_full_names`, a weak alias that has the words of a full name suffices for review.
        """
        self.lists, self.rarity, self._weak_full_names = tuple(lists), rarity, weak_full_names
        self._ends = tuple(accumulate(len(party_list.entries) for party_list in self.lists))
        self._owner = {kind: tables[f"{kind}/names.owner"].data for kind in NameKind}
        self._place = {kind: tables[f"{kind}/names.place"].data for kind in NameKind}
        self._weak = {kind: tables[f"{kind}/names.weak"].data for kind in NameKind}
        self._indexes = {
            kind: NameIndex(kind, of_kind(tables, kind), None if rarity is None else rarity.weights.get(kind, {}))
            for kind in NameKind
        }
        self._whole = WholeNames(tables)
        self._identifiers = HashTable(tables, "by identifier")
        self._identifier_owner = tables["identifiers.owner"].data
        self._identifier_place = tables["identifiers.place"].data
        self._entry_hashes: dict[int, str] = {}
        self._known_texts: dict[str, Places] = {}
        self._known_names: dict[str, Places] = {}

    @classmethod
    def build(
        cls, lists: Sequence[PartyList], rarity: WordRarity | None = None, *, weak_full_names: bool = True
    ) -> PartyIndex:
        """Return an in-memory index of the lists. Word weights come from `rarity`, or are counted over all lists.

        With `rarity`, the score of an entry does not depend on other entries.
        """
        tables = tables_of((entry for party_list in lists for entry in party_list.entries), rarity)
        return cls(lists, tables, rarity, weak_full_names=weak_full_names)

    def match(self, queries: Sequence[PartyQuery]) -> list[tuple[Candidate, ...]]:
        """Return for each query the listed parties with a score of `policy.REVIEW` or above.

        Candidates are sorted by score, highest first, then by list id and entry id. Each party occurs once, with its
        best name. Batches are much faster than single queries: see `read_ahead`.
        """
        looked_up = self._look_up(queries)
        return [self._match(query, looked_up) for query in queries]

    def read_ahead(self, names: Iterable[tuple[str, str]]) -> Iterator[None]:
        """Look up pairs of the type of a party and its name, so that `match` knows the names. Yield after each part.

        A look-up has a fixed cost, about that of twenty names. This pays it once for many small batches of queries.
        Names longer than those that are remembered are skipped.
        """
        wanted: dict[NameKind, dict[str, None]] = {kind: {} for kind in NameKind}
        for type_, name in names:
            if len(name) <= _REMEMBERED_LENGTH:
                for kind in _KINDS_OF_QUERY.get(type_, _EVERY_KIND):
                    if not self._indexes[kind].knows(name):
                        wanted[kind][name] = None
        for kind, fresh in wanted.items():
            for part in _parts(list(fresh)):
                self._indexes[kind].find_all(part)
                yield
        for part in _parts(list({name: None for fresh in wanted.values() for name in fresh})):
            self._places_of(part)
            yield

    def mentioned(self, queries: Sequence[PartyQuery]) -> list[tuple[Candidate, ...]]:
        """Return for each query, whose names are running texts, the listed parties that the texts mention.

        A party is mentioned when a text contains its whole name, or the query has its identifier. Candidates are
        scored and sorted as by `match`. Names of one word, and of very common words, are not searched for, because
        they occur in texts by chance.
        """
        found = self._places_in(queries)
        owners = self._owners_of_identifiers([query for query in queries if query.identifiers])
        hit = {key for key, known in owners.items() if known}
        none: dict[NameKind, dict[str, Found]] = {kind: _NoNames() for kind in NameKind}
        looked_up = _LookedUp(none, found, owners)
        return [
            self._match(query, looked_up)
            if any(found[text][1] for text in query.names)
            or (hit and any(evidence.identifier_key(each[0], each[1]) in hit for each in query.identifiers))
            else ()
            for query in queries
        ]

    def _places_of(self, names: Sequence[str]) -> Mapping[str, Places]:
        """Return the listed names with the same words as each name, and within it. Short names are cached."""
        known = self._known_names
        found = {name: places for name in names if (places := known.get(name)) is not None}
        fresh = [name for name in names if name not in found]
        if fresh:
            if len(known) + len(fresh) > _REMEMBERED:
                known.clear()
            for name, places in zip(fresh, self._whole.find_all(fresh), strict=True):
                found[name] = places
                if len(name) <= _REMEMBERED_LENGTH:
                    known[name] = places
        return found

    def _places_in(self, queries: Sequence[PartyQuery]) -> Mapping[str, Places]:
        """Return the listed names in each text, keyed by text. Short texts are cached, because they recur."""
        known = self._known_texts
        fresh = list({text: None for query in queries for text in query.names if text not in known})
        if fresh:
            if len(known) + len(fresh) > _REMEMBERED:
                known.clear()
                fresh = list({text: None for query in queries for text in query.names})
            for text, (same, within) in zip(fresh, self._whole.find_all(fresh, texts=True), strict=True):
                known[text] = same, (*within, *self._acronyms_in(text))
        found = {text: known[text] for query in queries for text in query.names}
        for text in fresh:
            if len(text) > _REMEMBERED_LENGTH:
                del known[text]
        return found

    def _acronyms_in(self, text: str) -> Iterator[Place]:
        """Yield the organisations listed under an acronym that the text contains exactly, in capitals: KOMID."""
        for acronym in dict.fromkeys(_ACRONYM.findall(text)):
            for place in self._whole.of_one_word(acronym):
                kind, number = place
                owner = self._owner[kind][number]
                listed = self._entry(owner)[1].names[self._place[kind][number]]
                if kind is NameKind.ORGANISATION and listed.text.strip(_QUOTES) == acronym and not listed.weak:
                    yield place

    def _look_up(self, queries: Sequence[PartyQuery]) -> _LookedUp:
        """Return the listed names similar to, and the identifiers equal to, those of all queries."""
        names: dict[NameKind, dict[str, None]] = {kind: {} for kind in NameKind}
        for query in queries:
            for kind in _kinds(query):
                names[kind].update(dict.fromkeys(query.names))
        whole = list({name: None for query in queries for name in query.names})
        return _LookedUp(
            {kind: self._indexes[kind].find_all(list(wanted)) for kind, wanted in names.items()},
            self._places_of(whole),
            self._owners_of_identifiers(queries),
        )

    def _owners_of_identifiers(self, queries: Sequence[PartyQuery]) -> dict[str, list[tuple[int, ListedIdentifier]]]:
        """Return the parties listed with each queried identifier, by the key of the identifier."""
        listed = list({evidence.identifier_key(each[0], each[1]): None for q in queries for each in q.identifiers})
        owners: dict[str, list[tuple[int, ListedIdentifier]]] = {key: [] for key in listed}
        if not listed:
            return owners
        places, numbers = self._identifiers.look_up(hashes(listed))
        for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
            owner = self._identifier_owner[number]
            identifier = self._entry(owner)[1].identifiers[self._identifier_place[number]]
            if evidence.identifier_key(identifier.type, identifier.value) == listed[place]:
                owners[listed[place]].append((owner, identifier))
        return owners

    def _entry(self, owner: int) -> tuple[PartyList, ListEntry]:
        number = bisect_right(self._ends, owner)
        party_list = self.lists[number]
        return party_list, party_list.entries[owner - (self._ends[number - 1] if number else 0)]

    def _match(self, query: PartyQuery, looked_up: _LookedUp) -> tuple[Candidate, ...]:
        hits = self._hits_by_name(query, looked_up)
        agreements = self._hits_by_identifier(query, looked_up)
        if not hits and not agreements:
            return ()
        candidates = []
        party = fingerprints.party_fingerprint(query)
        for owner in hits.keys() | agreements.keys():
            candidate = self._candidate(query, party, owner, hits.get(owner, ()), agreements.get(owner))
            if candidate is not None:
                candidates.append((-candidate.score, candidate.list.id, candidate.entry.id, owner, candidate))
        candidates.sort(key=lambda item: item[:4])
        return tuple(item[4] for item in candidates)

    def _hits_by_name(self, query: PartyQuery, looked_up: _LookedUp) -> dict[int, list[Hit]]:
        hits: dict[int, list[Hit]] = {}
        kinds = _kinds(query)
        for kind in kinds:
            for name in query.names:
                for number, likeness in looked_up.names[kind][name]:
                    self._hit(hits, How.LIKE, (kind, number), name, likeness)
        for name in query.names:
            same, within = looked_up.whole[name]
            for place in same:
                if place[0] not in kinds and (agrees := self._same_name(place, name)):
                    self._hit(hits, How.OTHER_TYPE, place, name, agrees)
            for place in within:
                self._hit(hits, How.WITHIN, place, _shortened(name), _WHOLE)
        return hits

    def _hit(self, hits: dict[int, list[Hit]], how: How, place: Place, name: str, likeness: Likeness) -> None:
        kind, number = place
        owner = self._owner[kind][number]
        listed = self._entry(owner)[1].names[self._place[kind][number]].text
        hits.setdefault(owner, []).append(Hit(how, kind, name, listed, bool(self._weak[kind][number]), likeness))

    def _same_name(self, place: Place, name: str) -> Likeness | None:
        """Return the likeness to a name of another kind that has the same words; None when it does not count.

        A name of a single word must agree letter for letter.
        """
        kind, wanted = place
        found = next((likeness for number, likeness in self._indexes[kind].find(name) if number == wanted), None)
        if found is None or not found.same or (found.similarity < 1.0 and len(plain_words(name)) == 1):
            return None
        return found

    def _hits_by_identifier(self, query: PartyQuery, looked_up: _LookedUp) -> dict[int, Observation]:
        agreements: dict[int, Observation] = {}
        for asked in query.identifiers:
            for owner, listed in looked_up.identifiers[evidence.identifier_key(asked[0], asked[1])]:
                seen = evidence.identifier_agreement(asked, listed)
                known = agreements.get(owner)
                if seen is not None and (known is None or WEIGHTS[seen[0]] > WEIGHTS[known[0]]):
                    agreements[owner] = seen
        return agreements

    def _candidate(
        self, query: PartyQuery, party: str, owner: int, hits: Iterable[Hit], agreement: Observation | None
    ) -> Candidate | None:
        party_list, entry = self._entry(owner)
        about_party = self._about_party(query, entry, agreed=agreement is not None)
        best_score, best_hit, best = -1.0, None, about_party
        for hit in hits:
            by_name = name_features(
                hit, entry, about_party, agreed=agreement is not None, weak_full_names=self._weak_full_names
            )
            features = [*by_name, *about_party]
            if hit.how is not How.LIKE:
                features = [f for f in features if f.name is not Feature.TYPE_CONFLICTS]
            if hit.likeness.not_alone and agreement is None and not is_supported(about_party):
                features += held_for_review(_sum(features))
            score = _sum(features)
            if score > best_score:
                best_score, best_hit, best = score, hit, features
        score = max(best_score, 0.0)
        if agreement is not None:
            lift = max(0.0, round(WEIGHTS[agreement[0]] - score, 4))
            best = [*best, FeatureScore(agreement[0], lift, agreement[1])]
            score = max(score, WEIGHTS[agreement[0]])
        score = round(min(score, 1.0), 4)
        if score < policy.REVIEW:
            return None
        query_name, listed_name = (best_hit.asked, best_hit.listed) if best_hit else ("", "")
        return Candidate(
            list=party_list,
            entry=entry,
            key=FindingKey(party, party_list.id, entry.id, self._entry_hash(owner)),
            score=score,
            query_name=query_name,
            listed_name=listed_name,
            features=tuple(best),
            sentence=_sentence(query, query_name, listed_name, party_list, entry, best),
        )

    def _entry_hash(self, owner: int) -> str:
        known = self._entry_hashes.get(owner)
        if known is None:
            known = self._entry_hashes[owner] = fingerprints.entry_hash(self._entry(owner)[1])
        return known

    def _about_party(self, query: PartyQuery, entry: ListEntry, agreed: bool) -> list[FeatureScore]:
        """Return the features that do not depend on the name."""
        seen = [
            evidence.birth_date(query.birth_date, entry.birth_dates),
            evidence.countries(query.countries, entry),
            None if agreed else evidence.identifier_conflict(query.identifiers, entry.identifiers),
            _types(query.type, entry.type),
        ]
        return [FeatureScore(feature, WEIGHTS[feature], detail) for feature, detail in filter(None, seen)]


class _NoNames(dict[str, Found]):
    """Finds no similar names for any name: running texts are only searched for whole names."""

    def __missing__(self, name: str) -> Found:
        return ()


_REMEMBERED = 32_768
_REMEMBERED_LENGTH = 400
_READ_TOGETHER = 64
"""How many names `read_ahead` looks up in a part: some 4 ms of work."""
_QUOTES = "\"'“”"
_ACRONYM = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4,8}(?![A-Za-z0-9])")
_LONGEST_SHOWN = 120


def _shortened(text: str) -> str:
    """Return a running text shortened for findings."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1].rstrip() + "…"


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _READ_TOGETHER] for start in range(0, len(names), _READ_TOGETHER))


def _kinds(query: PartyQuery) -> tuple[NameKind, ...]:
    return _KINDS_OF_QUERY.get(query.type, _EVERY_KIND)


class _LookedUp(NamedTuple):
    """The results for all queries of a batch: by kind and name, by name, and by key of the identifier."""

    names: Mapping[NameKind, Mapping[str, Found]]
    whole: Mapping[str, Places]
    identifiers: Mapping[str, Sequence[tuple[int, ListedIdentifier]]]


_WHOLE = Likeness(1.0, 9.0, same=True)


def _types(asked: str, listed: EntryType) -> Observation | None:
    kinds = _KINDS_OF_QUERY.get(asked)
    if kinds is None or listed is EntryType.UNKNOWN:
        return None
    if kinds == KINDS_OF_ENTRY[listed]:
        return Feature.TYPE_AGREES, f"both are of the type {asked}"
    return Feature.TYPE_CONFLICTS, f"a {asked} is not a {listed.value}"


def _sum(features: Iterable[FeatureScore]) -> float:
    return round(sum(f.weight for f in features), 4)


def _sentence(
    query: PartyQuery,
    query_name: str,
    listed_name: str,
    party_list: PartyList,
    entry: ListEntry,
    features: Sequence[FeatureScore],
) -> str:
    shown = query_name or (_shortened(query.names[0]) if query.names else query.identifiers[0][1])
    name = listed_name or (entry.names[0].text if entry.names else entry.id)
    reasons = "; ".join(f.detail for f in features)
    return f"{shown} may be {name}, entry {entry.id} of {entry.instrument or party_list.instrument}: {reasons}."
