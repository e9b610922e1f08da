"""The case: one transfer under screening, with all the inputs that the finders need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date

from tidewaiter.matching.query import Candidate
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.screening.facts.stated_texts import StatedText
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.listing_ties import listing_ties
from tidewaiter.screening.nexus.nexus import Nexus, find_nexus
from tidewaiter.screening.other_states import without_other_states
from tidewaiter.screening.party_hits import PartyHit, hits_by_party, hits_of, listed_after
from tidewaiter.screening.subjects import Subject
from tidewaiter.screening.texts import TransferTexts
from tidewaiter_schemas.transfer import TransferEvent


@dataclass(frozen=True, slots=True)
class Case:
    """A transfer, the rule book, and the recognised goods, hits and ties, before any rule is applied."""

    transfer: TransferEvent
    day: date
    """The day whose law applies."""
    book: RuleBook
    items: tuple[RecognisedItem, ...]
    subjects: tuple[Subject, ...]
    hits: tuple[PartyHit, ...]
    """List entries that may be the same party as a subject, listed on `day`."""
    later_hits: tuple[PartyHit, ...]
    """List entries that may be the same party as a subject, but were listed after the transfer happened."""
    hits_by_party: Mapping[int, tuple[PartyHit, ...]]
    nexus: tuple[Nexus, ...]
    """One nexus for each sanctioned country that the transfer touches."""
    texts: TransferTexts
    stated: tuple[StatedText, ...]
    """Every text of the transfer, with its kind."""


def open_case(
    transfer: TransferEvent,
    stated: tuple[StatedText, ...],
    subjects: tuple[Subject, ...],
    candidates: tuple[tuple[Candidate, ...], ...],
    items: tuple[RecognisedItem, ...],
    book: RuleBook,
) -> Case:
    """Return the case of `transfer`.

    `stated` are the texts of the transfer; `candidates` has the list entries found for each of `subjects`, in
    order; `items` are its recognised items.
    """
    day = law_day(transfer)
    hits: tuple[PartyHit, ...] = ()
    later: tuple[PartyHit, ...] = ()
    if any(candidates):  # most transfers name nobody who is like anyone on a list
        hits = without_other_states(hits_of(subjects, candidates, day, book.policy), transfer, book)
        later = without_other_states(hits_of(subjects, candidates, day, book.policy, listed_after), transfer, book)
    return Case(
        transfer=transfer,
        day=day,
        book=book,
        items=items,
        subjects=subjects,
        hits=hits,
        later_hits=later,
        hits_by_party=hits_by_party(hits),
        nexus=find_nexus(transfer, book, listing_ties(transfer, hits, day, book), stated, items),
        texts=TransferTexts(transfer, items),
        stated=stated,
    )


def law_day(transfer: TransferEvent) -> date:
    """Return the day whose law applies to the transfer: the UTC day on which it happened.

    A valid timestamp can have a UTC day outside the range of `date` (9999-12-31T23:59:59-14:00). The nearest valid day
    is returned then: the same law is in force on it.
    """
    try:
        return transfer.occurred_at.astimezone(UTC).date()
    except OverflowError:
        return date.min if transfer.occurred_at.year == date.min.year else date.max
