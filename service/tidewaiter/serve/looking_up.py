"""Looks a party up in the lists of a rule book, and says why each entry matches."""

from __future__ import annotations

from pydantic import BaseModel, Field

from tidewaiter.matching.index.party_tables import KINDS_OF_ENTRY
from tidewaiter.matching.query import Candidate, PartyQuery
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.serve.alignment import aligned


class MatchFeature(BaseModel):
    """One fact for or against a match, with its part of the score."""

    feature: str
    weight: float
    detail: str


class MatchWord(BaseModel):
    """A word of the name beside the word of the list that it stands for; one of them is empty where there is none."""

    asked: str
    listed: str
    kind: str = Field(
        description="same, spelling, sound, translation, letter, vowels, initial, joined, absent, differs"
    )
    meaning: str
    likeness: float


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
    words: tuple[MatchWord, ...] = Field(description="The two names word by word. They explain the score, roughly.")


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
        words=_words(candidate),
        features=tuple(
            MatchFeature(feature=each.name.value, weight=each.weight, detail=each.detail) for each in candidate.features
        ),
    )


def _words(candidate: Candidate) -> tuple[MatchWord, ...]:
    if not candidate.listed_name:
        return ()
    return tuple(
        MatchWord(
            asked=row.asked,
            listed=row.listed,
            kind=row.kind.style,
            meaning=row.kind.meaning,
            likeness=round(row.likeness, 4),
        )
        for row in aligned(candidate.query_name, candidate.listed_name, KINDS_OF_ENTRY[candidate.entry.type])
    )
