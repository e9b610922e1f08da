"""A question to the index, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.matching.policy import Feature


class PartyQuery(NamedTuple):
    """A party to look for.

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
    """One feature that applied: its weight, and what was seen in a few words."""

    name: Feature
    weight: float
    detail: str


@dataclass(frozen=True, slots=True)
class FindingKey:
    """What identifies a finding from one day to the next: the same party against the same words of the same entry.

    `party` and `entry_sha256` are SHA-256 in hexadecimal, made by `fingerprints`. `str()` gives the four parts in one
    word.
    """

    party: str
    list_id: str
    entry_id: str
    entry_sha256: str

    def __str__(self) -> str:
        return f"{self.party}:{self.list_id}:{self.entry_id}:{self.entry_sha256}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed party that the queried one may be.

    `score` is 0 to 1: the sum of the features' weights held to that range, rounded to four digits. `query_name` and
    `listed_name` are the two names compared, empty when only an identifier found it. `sentence` says all in one
    sentence. `key` is what an analyst's judgement of the finding is remembered by.
    """

    list: PartyList
    entry: ListEntry
    key: FindingKey
    score: float
    query_name: str
    listed_name: str
    features: tuple[FeatureScore, ...]
    sentence: str
