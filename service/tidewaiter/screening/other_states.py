"""Exclude offices of other States: the Ministry of National Defence of Poland is not the listed one of the DPRK.

A party that states no country, or names the listed country anywhere, is never treated as another State's office.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tidewaiter.matching.policy import Feature
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.gazetteer import MentionKind
from tidewaiter.screening.nexus.party_ties import issuing_country
from tidewaiter.screening.party_hits import PartyHit
from tidewaiter.screening.subjects import Subject
from tidewaiter_schemas.transfer import Location, Party, TransferEvent

_BY_IDENTIFIER = frozenset({Feature.IDENTIFIER_AGREES, Feature.IDENTIFIER_LIKELY})
_WHERE_IT_STANDS = frozenset({MentionKind.PLACE, MentionKind.HUB})


def without_other_states(hits: tuple[PartyHit, ...], transfer: TransferEvent, book: RuleBook) -> tuple[PartyHit, ...]:
    """Return `hits` without those where an office of one State only shares the name of another's listed office."""
    return tuple(hit for hit in hits if not _is_another_states(hit, transfer, book))


def is_foreign_government(party: Party, country: str, book: RuleBook) -> bool:
    """Return whether a party of type government belongs to another State than `country`.

    Its name or address may still contain a place in `country`: the embassy of India in Pyongyang.
    """
    if party.type != "government" or not party.countries or country in (*party.countries, party.residence):
        return False
    named = (*((party.name,) if party.name else ()), *party.aliases)
    return not any(
        mention.country == country and mention.kind not in _WHERE_IT_STANDS
        for name in named
        for mention in book.gazetteer.mentions(name)
    )


def _is_another_states(hit: PartyHit, transfer: TransferEvent, book: RuleBook) -> bool:
    subject, listed, query = hit.subject, hit.candidate.entry.countries, hit.subject.query
    if not query.countries or not listed or not set(query.countries).isdisjoint(listed):
        return False
    if not book.office_names.is_of_any_state(hit.candidate.listed_name):
        return False
    if any(feature.name in _BY_IDENTIFIER for feature in hit.candidate.features):
        return False
    if query.type != "government" and not all(map(book.office_names.names_office, query.names)):
        return False
    return not _names_country(subject, transfer, listed, book)


def _names_country(subject: Subject, transfer: TransferEvent, countries: Collection[str], book: RuleBook) -> bool:
    """Return whether the party or the route of the transfer names one of `countries`, by code or in words."""
    stated: list[str | None] = []
    texts: list[str | None] = [*subject.query.names]
    if subject.party is not None:
        party = transfer.parties[subject.party]
        stated += [*party.countries, party.residence]
        stated += [country for one in party.identifiers for country in (one.country, issuing_country(one, book))]
        texts += [party.name, *party.aliases, party.address]
    for stop in _stops(transfer):
        stated.append(stop.country)
        texts.append(stop.place)
    return not set(countries).isdisjoint(stated) or any(
        mention.country in countries for text in texts for mention in book.gazetteer.mentions(text)
    )


def _stops(transfer: TransferEvent) -> Iterator[Location]:
    if route := transfer.route:
        for stop in (route.origin, route.destination, *route.transit, *route.previous_ports):
            if stop is not None:
                yield stop
