"""Which sanctioned countries a transfer touches, in which direction, and through whom.

A tie is one fact that leads to one country. Every tie is kept: the surest one carries a finding, the others stand
beside it as evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.transfer import ROLES, Location, Party, TransferEvent
from schemas.verdict import Evidence
from service.rulebook.book import CompiledTerritory, RuleBook
from service.rulebook.rules import Direction

RECIPIENTS = frozenset({"transferee", "consignee", "end_user", "beneficial_owner"})
SUPPLIERS = frozenset({"transferor"})

# How sure each kind of fact is that goods reach (or leave) the country. One table, so that it can be argued about.
DESTINATION = 1.0
PLACE_NAMED = 0.95
RECIPIENT_BODY = 1.0
"""A government, organisation or vessel of the country receives."""
RECIPIENT_PERSON = 0.95
"""A person of the country receives, and nothing says the goods stay elsewhere."""
PERSON_ELSEWHERE = 0.6
"""A person of the country receives in a third country: perhaps for use there."""
GOVERNMENT = 1.0
"""The government or its head receives, wherever the hand-over is."""
ADDRESS = 0.9
ADDRESS_ELSEWHERE = 0.6
PASSING = 0.5
"""Transit, broker, carrier, bank: touches the country, need not end there."""
MENTIONED = 0.5


@dataclass(frozen=True, slots=True)
class PartyTie:
    """What the party lists know of a party: it is listed under a country's programme, as `listed_as`, so surely."""

    country: str
    listed_as: str
    certainty: float


@dataclass(frozen=True, slots=True)
class Tie:
    """One fact that ties a transfer to `country`. `sentence` completes "the transfer ..."."""

    country: str
    direction: Direction | None
    certainty: float
    sentence: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Nexus:
    """All ties of a transfer to one country, the surest first."""

    territory: CompiledTerritory
    ties: tuple[Tie, ...]

    def best(self, direction: Direction) -> Tie | None:
        """The surest tie that goes in `direction` or in no certain one."""
        return next((tie for tie in self.ties if tie.direction in (direction, None)), None)

    def surely(self, direction: Direction) -> bool:
        """Whether a tie goes in this very direction."""
        return any(tie.direction is direction for tie in self.ties)

    def through_others(self) -> bool:
        """Whether a party that neither gives nor receives (a carrier, a bank, a broker) belongs to the country."""
        return any(tie.direction is None and tie.evidence.subject.startswith("/parties/") for tie in self.ties)

    def evidence(self, direction: Direction) -> tuple[Evidence, ...]:
        """What all ties in `direction` rest on."""
        return tuple(tie.evidence for tie in self.ties if tie.direction in (direction, None))


def find_nexus(
    transfer: TransferEvent, book: RuleBook, listed: Mapping[int, tuple[PartyTie, ...]]
) -> tuple[Nexus, ...]:
    """Every sanctioned country that `transfer` touches. `listed` has what lists know of a party, by its number."""
    found = []
    for territory in book.territories:
        ties = tuple(sorted(_ties(transfer, territory, listed), key=lambda tie: -tie.certainty))
        if ties:
            found.append(Nexus(territory, ties))
    return tuple(found)


def goes_somewhere(transfer: TransferEvent) -> bool:
    """Whether the transfer says where it goes: a destination, or the country of whoever receives."""
    if transfer.route and transfer.route.destination and transfer.route.destination.country:
        return True
    return any(party.role in RECIPIENTS and party.countries for party in transfer.parties)


def _ties(
    transfer: TransferEvent, territory: CompiledTerritory, listed: Mapping[int, tuple[PartyTie, ...]]
) -> Iterator[Tie]:
    country = territory.country
    named = territory.demonym
    if transfer.route:
        yield from _location(territory, transfer.route.destination, "/route/destination", Direction.TO, "destination")
        yield from _location(territory, transfer.route.origin, "/route/origin", Direction.FROM, "origin")
        for number, stop in enumerate(transfer.route.transit):
            yield from _location(territory, stop, f"/route/transit/{number}", None, "transit")
    elsewhere = _ends_elsewhere(transfer, country)
    for number, party in enumerate(transfer.parties):
        yield from _party(territory, party, f"/parties/{number}", elsewhere)
        for known in listed.get(number, ()):
            if known.country == country:
                yield _tie(
                    territory,
                    party,
                    _direction(party),
                    min(GOVERNMENT, known.certainty),
                    f"/parties/{number}/name",
                    "listed_party",
                    party.name or "",
                    known.listed_as,
                    f"{_doing(party)} someone listed under the measures on {named}",
                )
    for number, item in enumerate(transfer.items):
        if item.origin == country:
            yield Tie(
                country,
                Direction.FROM,
                DESTINATION,
                f"brings goods of {named}",
                Evidence(kind="origin", subject=f"/items/{number}/origin", value=country, matched=country),
            )
    for field in ("purpose", "free_text"):
        text = getattr(transfer, field)
        phrase = territory.names.find(text) or territory.government.find(text)
        if phrase:
            yield Tie(
                country,
                None,
                MENTIONED,
                f"mentions {phrase}",
                Evidence(kind="words", subject=f"/{field}", value=phrase, matched=country),
            )


def _location(
    territory: CompiledTerritory,
    location: Location | None,
    pointer: str,
    direction: Direction | None,
    kind: str,
) -> Iterator[Tie]:
    if location is None:
        return
    country, named = territory.country, territory.demonym
    certainty = PASSING if direction is None else DESTINATION
    if location.country == country:
        yield Tie(
            country,
            direction,
            certainty,
            _going(kind, named),
            Evidence(kind=kind, subject=f"{pointer}/country", value=country, matched=country),
        )
    elif phrase := territory.names.find(location.place):
        sure = PLACE_NAMED if location.country is None else ADDRESS_ELSEWHERE
        yield Tie(
            country,
            direction,
            min(certainty, sure),
            _going(kind, f"{phrase}, {named}"),
            Evidence(kind=kind, subject=f"{pointer}/place", value=phrase, matched=country),
        )


def _party(territory: CompiledTerritory, party: Party, pointer: str, elsewhere: bool) -> Iterator[Tie]:
    country, named = territory.country, territory.demonym
    direction = _direction(party)
    for name_pointer, name in _names(party, pointer):
        if phrase := territory.government.find(name):
            yield _tie(
                territory,
                party,
                direction,
                GOVERNMENT,
                name_pointer,
                "government",
                name,
                phrase,
                f"{_doing(party)} the government of {named}",
            )
    if country in party.countries:
        yield _tie(
            territory,
            party,
            direction,
            _belonging(party, elsewhere),
            f"{pointer}/countries",
            "party_country",
            country,
            country,
            f"{_doing(party)} {_kind(party)} of {named}",
        )
    for field_pointer, text in ((f"{pointer}/address", party.address), *_names(party, pointer)):
        if phrase := territory.names.find(text):
            yield _tie(
                territory,
                party,
                direction,
                ADDRESS_ELSEWHERE if set(party.countries) - {country} else ADDRESS,
                field_pointer,
                "words",
                phrase,
                country,
                f"{_doing(party)} a party that names {phrase}",
            )


def _tie(
    territory: CompiledTerritory,
    party: Party,
    direction: Direction | None,
    certainty: float,
    pointer: str,
    kind: str,
    value: str,
    matched: str,
    sentence: str,
) -> Tie:
    if direction is None:
        certainty = min(certainty, PASSING if party.role in ROLES else PERSON_ELSEWHERE)
    return Tie(
        territory.country,
        direction,
        certainty,
        sentence,
        Evidence(kind=kind, subject=pointer, value=value, matched=matched),
    )


def _belonging(party: Party, elsewhere: bool) -> float:
    if party.type == "government":
        return GOVERNMENT
    if party.type in ("organisation", "vessel", "aircraft"):
        return RECIPIENT_BODY
    return PERSON_ELSEWHERE if elsewhere else RECIPIENT_PERSON


def _ends_elsewhere(transfer: TransferEvent, country: str) -> bool:
    destination = transfer.route.destination if transfer.route else None
    return destination is not None and destination.country not in (None, country)


def _direction(party: Party) -> Direction | None:
    if party.role in RECIPIENTS:
        return Direction.TO
    if party.role in SUPPLIERS:
        return Direction.FROM
    return None


def _names(party: Party, pointer: str) -> Iterator[tuple[str, str]]:
    if party.name:
        yield f"{pointer}/name", party.name
    for number, alias in enumerate(party.aliases):
        yield f"{pointer}/aliases/{number}", alias


def _doing(party: Party) -> str:
    if party.role in RECIPIENTS:
        return "goes to"
    return "comes from" if party.role in SUPPLIERS else "involves"


def _kind(party: Party) -> str:
    if party.type in ("organisation", "aircraft"):
        return f"an {party.type}"
    return f"a {party.type}" if party.type in ("person", "government", "vessel") else "a party"


def _going(kind: str, where: str) -> str:
    return {"destination": f"goes to {where}", "origin": f"comes from {where}"}.get(kind, f"passes through {where}")
