"""Looks a party up in the lists of a rule book, and says why each entry matches."""

from __future__ import annotations

from pydantic import BaseModel, Field

from tidewaiter.matching.query import Candidate, PartyQuery
from tidewaiter.rulebook.book import RuleBook


class MatchFeature(BaseModel):
    """One fact for or against a match, with its part of the score."""

    feature: str
    weight: float
    detail: str


class NameMatch(BaseModel):
    """A listed party that it may be."""

    list: str
    entry: str
    sample: bool
    score: float = Field(description="The sum of the weights, between 0 and 1.")
    name: str = Field(description="The name that was compared; empty where only an identifier agrees.")
    listed_name: str
    sentence: str
    features: tuple[MatchFeature, ...]


def look_up(book: RuleBook, query: PartyQuery) -> list[NameMatch]:
    """Return the listed parties that the query may be, the likeliest first."""
    (candidates,) = book.parties.match([query])
    return [_match(each) for each in candidates]


def _match(candidate: Candidate) -> NameMatch:
    return NameMatch(
        list=candidate.list.id,
        entry=candidate.entry.id,
        sample=candidate.list.sample,
        score=candidate.score,
        name=candidate.query_name,
        listed_name=candidate.listed_name,
        sentence=candidate.sentence,
        features=tuple(
            MatchFeature(feature=each.name.value, weight=each.weight, detail=each.detail) for each in candidate.features
        ),
    )
