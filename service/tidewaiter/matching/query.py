"""Queries to the index, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.matching.policy import Feature


class PartyQuery(NamedTuple):
    """A party to search for.

    `names` may be empty when there are identifiers. `type` is a word of the contract; any other word is read as
    unknown. `birth_date` may be partial. `identifiers` are (type, value, country or None).
    """

    names: tuple[str, ...]
    type: str = "unknown"
    birth_date: str | None = None
    countries: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureScore:
    """One feature that applied, with its weight and a short description of what was seen."""

    name: Feature
    weight: float
    detail: str


@dataclass(frozen=True, slots=True)
class FindingKey:
    """A stable key of a finding: the same party against the same content of the same entry.

    `party` and `entry_sha256` are SHA-256 in hexadecimal, from `fingerprints`. `str()` joins the four parts with
    colons.
    """

    party: str
    list_id: str
    entry_id: str
    entry_sha256: str

    def __str__(self) -> str:
        return f"{self.party}:{self.list_id}:{self.entry_id}:{self.entry_sha256}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed party that may be the queried party.

    `score` is the sum of the weights of the features, clamped to 0..1 and rounded to four digits. `query_name` and
    `listed_name` are the two names compared; both are empty when only an identifier matched. `sentence` summarises the
    match. `key` is the key under which an analyst's judgement of the finding is stored.
    """

    list: PartyList
    entry: ListEntry
    key: FindingKey
    score: float
    query_name: str
    listed_name: str
    features: tuple[FeatureScore, ...]
    sentence: str
