"""Find ties of parties to countries through listings: of the party, its owners, or a vessel's IMO number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.screening.nexus.party_ties import owner_certainty
from tidewaiter.screening.nexus.tie import ListingTie
from tidewaiter.screening.ownership.chain import Holding, holding, more_than_half
from tidewaiter.screening.party_hits import PartyHit, entry_id, match_certainty
from tidewaiter.screening.subjects import imo_numbers
from tidewaiter_schemas.transfer import Party, TransferEvent


def listing_ties(
    transfer: TransferEvent, hits: Sequence[PartyHit], day: date, book: RuleBook
) -> dict[int, tuple[ListingTie, ...]]:
    """Return the listing ties of each party, keyed by its index, from lists and from vessels named in rule sets.

    The share of a listed owner limits the certainty of its tie.
    """
    ties = _ties_by_lists(hits) if hits else {}
    for number, named in _ties_by_vessels(transfer, day, book).items():
        ties[number] = (*ties.get(number, ()), *named)
    return ties


def _ties_by_lists(hits: Sequence[PartyHit]) -> dict[int, tuple[ListingTie, ...]]:
    ties: dict[int, tuple[ListingTie, ...]] = {}
    by_country: dict[tuple[int, str], list[PartyHit]] = {}
    for hit in hits:
        if hit.subject.party is not None:
            for country in hit.candidate.entry.countries:
                by_country.setdefault((hit.subject.party, country), []).append(hit)
    for (number, country), group in by_country.items():
        owned = holding((hit.subject.chain for hit in group), more_than_half)
        new = tuple(_listing_tie(hit, country, owned) for hit in group)
        ties[number] = ties.get(number, ()) + new
    return ties


def _listing_tie(hit: PartyHit, country: str, owned: Holding) -> ListingTie:
    subject, score = hit.subject, match_certainty(hit)
    listed_as = entry_id(hit)
    if not subject.chain:
        return ListingTie(country, listed_as, score)
    at_most, how = owner_certainty(subject.chain, owned)
    phrase = f"a party {how} by someone"
    return ListingTie(country, listed_as, min(score, at_most), subject.pointer, subject.chain[-1].name, phrase)


def _ties_by_vessels(transfer: TransferEvent, day: date, book: RuleBook) -> dict[int, tuple[ListingTie, ...]]:
    ties: dict[int, tuple[ListingTie, ...]] = {}
    for number, party in enumerate(transfer.parties if book.vessels else ()):
        if not may_have_imo_number(party):
            continue
        named = {
            country: ListingTie(country, f"IMO {imo} ({vessel.name})", 1.0)
            for _, imo in imo_numbers(party)
            for country, vessel in book.vessels.get(imo, ())
            if vessel.in_force.covers(day)
        }
        if named:
            ties[number] = tuple(named.values())
    return ties


def may_have_imo_number(party: Party) -> bool:
    """Return whether an IMO number may stand in the identifiers or names of the party. Costs less than to read them."""
    if party.identifiers or party.aliases:
        return True
    # Nothing that stands for a digit is made of letters of ASCII alone.
    return party.name is not None and not (party.name.isascii() and party.name.replace(" ", "").isalpha())
