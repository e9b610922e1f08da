"""The facts of a transfer that tie it to a sanctioned country: where it goes, who takes part, what it says.

One reading of the transfer finds the ties to all countries. How sure each kind of fact is stands in one table. Never
judges what a tie is worth to a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.transfer import ROLES, Location, Party, TransferEvent
from schemas.verdict import Evidence
from service.rulebook.book import RuleBook
from service.rulebook.gazetteer import Mention, Said
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

SURELY = 1.0
_NAMED = frozenset({Said.NAME, Said.PLACE})


@dataclass(frozen=True, slots=True)
class PartyTie:
    """What the lists know of a party: it is listed under a country's measures, as `listed_as`, so surely.

    When it is someone behind the party who is listed, `pointer` and `name` are of that one, and `whose` is what the
    party is to it.
    """

    country: str
    listed_as: str
    certainty: float
    pointer: str = ""
    name: str = ""
    whose: str = "someone"


@dataclass(frozen=True, slots=True)
class Tie:
    """One fact that ties a transfer to `country`. `sentence` completes "the transfer ...".

    `certainty` is that goods go the way of `direction`; `touches` that the country has part in the transfer at all.
    """

    country: str
    direction: Direction | None
    certainty: float
    touches: float
    sentence: str
    evidence: Evidence


def ties_of(transfer: TransferEvent, book: RuleBook, listed: Mapping[int, tuple[PartyTie, ...]]) -> Iterator[Tie]:
    """Every tie of `transfer` to a territory of `book`. `listed` has what lists know of a party, by its number."""
    yield from _Reading(transfer, book).ties(listed)


class _Reading:
    """One transfer, and what its ties are looked up in."""

    __slots__ = ("mentions", "territories", "transfer", "whither")

    def __init__(self, transfer: TransferEvent, book: RuleBook) -> None:
        self.transfer = transfer
        self.territories = book.territories
        self.mentions = book.gazetteer.mentions
        destination = transfer.route.destination if transfer.route else None
        self.whither = destination.country if destination else None

    def ties(self, listed: Mapping[int, tuple[PartyTie, ...]]) -> Iterator[Tie]:
        transfer = self.transfer
        if route := transfer.route:
            yield from self._location(route.destination, "/route/destination", Direction.TO, "destination")
            yield from self._location(route.origin, "/route/origin", Direction.FROM, "origin")
            for number, stop in enumerate(route.transit):
                yield from self._location(stop, f"/route/transit/{number}", None, "transit")
        for number, party in enumerate(transfer.parties):
            yield from self._party(party, f"/parties/{number}")
            for known in listed.get(number, ()):
                if known.country in self.territories:
                    yield self._listed(party, f"/parties/{number}", known)
        for number, item in enumerate(transfer.items):
            if item.origin is not None and item.origin in self.territories:
                yield Tie(
                    item.origin,
                    Direction.FROM,
                    DESTINATION,
                    SURELY,
                    f"brings goods of {self._called(item.origin)}",
                    Evidence(kind="origin", subject=f"/items/{number}/origin", value=item.origin, matched=item.origin),
                )
        for field, text in (("purpose", transfer.purpose), ("free_text", transfer.free_text)):
            for mention in self._said(text):
                if mention.what in _NAMED or mention.what is Said.GOVERNMENT:
                    yield Tie(
                        mention.country,
                        None,
                        MENTIONED,
                        MENTIONED,
                        f"mentions {mention.phrase}",
                        _words(f"/{field}", mention),
                    )

    def _location(
        self, location: Location | None, pointer: str, direction: Direction | None, kind: str
    ) -> Iterator[Tie]:
        if location is None:
            return
        certainty = PASSING if direction is None else DESTINATION
        if location.country is not None and location.country in self.territories:
            yield Tie(
                location.country,
                direction,
                certainty,
                SURELY,
                _going(kind, self._called(location.country)),
                Evidence(kind=kind, subject=f"{pointer}/country", value=location.country, matched=location.country),
            )
        for mention in self._said(location.place):
            if mention.what in _NAMED and mention.country != location.country:
                sure = PLACE_NAMED if location.country in (None, _land(mention.country)) else ADDRESS_ELSEWHERE
                yield Tie(
                    mention.country,
                    direction,
                    min(certainty, sure),
                    sure,
                    _going(kind, f"{mention.phrase}, {self._called(mention.country)}"),
                    Evidence(kind=kind, subject=f"{pointer}/place", value=mention.phrase, matched=mention.country),
                )

    def _party(self, party: Party, pointer: str) -> Iterator[Tie]:
        for name_pointer, name in _names(party, pointer):
            for mention in self._said(name):
                if mention.what is Said.GOVERNMENT:
                    yield _tie(
                        party,
                        mention.country,
                        GOVERNMENT,
                        f"{_doing(party)} the government of {self._called(mention.country)}",
                        Evidence(kind="government", subject=name_pointer, value=name, matched=mention.phrase),
                    )
        for country in party.countries:
            if country in self.territories:
                yield _tie(
                    party,
                    country,
                    self._belonging(party, country),
                    f"{_doing(party)} {_kind(party)} of {self._called(country)}",
                    Evidence(kind="party_country", subject=f"{pointer}/countries", value=country, matched=country),
                    SURELY,
                )
        for field_pointer, text in ((f"{pointer}/address", party.address), *_names(party, pointer)):
            for mention in self._said(text):
                if mention.what in _NAMED:
                    yield _tie(
                        party,
                        mention.country,
                        ADDRESS_ELSEWHERE if set(party.countries) - {_land(mention.country)} else ADDRESS,
                        f"{_doing(party)} a party that names {mention.phrase}",
                        _words(field_pointer, mention),
                    )

    def _listed(self, party: Party, pointer: str, known: PartyTie) -> Tie:
        return _tie(
            party,
            known.country,
            min(GOVERNMENT, known.certainty),
            f"{_doing(party)} someone listed under the measures on {self._called(known.country)}",
            Evidence(kind="listed_party", subject=f"{pointer}/name", value=party.name or "", matched=known.listed_as),
        )

    def _said(self, text: str | None) -> Iterator[Mention]:
        if text:
            for mention in self.mentions(text):
                if mention.country in self.territories:
                    yield mention

    def _called(self, country: str) -> str:
        return self.territories[country].demonym

    def _belonging(self, party: Party, country: str) -> float:
        if party.type == "government":
            return GOVERNMENT
        if party.type in ("organisation", "vessel", "aircraft"):
            return RECIPIENT_BODY
        return PERSON_ELSEWHERE if self.whither not in (None, country) else RECIPIENT_PERSON


def _tie(
    party: Party, country: str, certainty: float, sentence: str, evidence: Evidence, touches: float | None = None
) -> Tie:
    direction = direction_of(party)
    touches = certainty if touches is None else touches
    if direction is None:
        certainty = min(certainty, PASSING if party.role in ROLES else PERSON_ELSEWHERE)
    return Tie(country, direction, certainty, touches, sentence, evidence)


def direction_of(party: Party) -> Direction | None:
    """Whether goods go to the party or come from it; None for whoever stands between, or in a role unknown to us."""
    if party.role in RECIPIENTS:
        return Direction.TO
    return Direction.FROM if party.role in SUPPLIERS else None


def _land(territory: str) -> str:
    """The country that a territory is, or is a region of (`UA-CRIMEA`)."""
    return territory[:2]


def _names(party: Party, pointer: str) -> Iterator[tuple[str, str]]:
    if party.name:
        yield f"{pointer}/name", party.name
    for number, alias in enumerate(party.aliases):
        yield f"{pointer}/aliases/{number}", alias


def _words(pointer: str, mention: Mention) -> Evidence:
    return Evidence(kind="words", subject=pointer, value=mention.phrase, matched=mention.country)


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
