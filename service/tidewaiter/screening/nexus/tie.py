"""A tie of a transfer to a country, how sure each kind of fact makes it, and one transfer as ties are read from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.gazetteer import Mention, Said
from tidewaiter.rulebook.rules import Direction
from tidewaiter_schemas.transfer import Location, Party, TransferEvent
from tidewaiter_schemas.verdict import Evidence

RECIPIENTS = frozenset({"transferee", "consignee", "end_user", "beneficial_owner"})
SUPPLIERS = frozenset({"transferor"})

# How sure each kind of fact is that goods reach (or leave) the country. One table, so that it can be argued about; at
# 0.70 a finding may block, below 0.30 it is not reported (docs/nexus.md has the table in words).
#
# The way the goods go
DESTINATION = 1.0
PLACE_NAMED = 0.95
PLACE_AGAINST_COUNTRY = 0.6
"""A place of the country is named, and another country given with it."""
PERHAPS_PLACE = 0.35
"""A name that two countries share, and nothing else says which."""
PREVIOUS_PORT = 0.6
"""The vessel called there before: the goods may come from there."""
PASSING = 0.5
"""Transit, broker, carrier, bank, owner: touches the country, need not end there."""
#
# Who gives or receives
GOVERNMENT = 1.0
"""The government or its head, wherever the hand-over is."""
GOVERNMENT_OFFICE = 0.95
"""A body that calls itself an office of the country: an embassy, a ministry, an army."""
RECIPIENT_BODY = 1.0
"""A government, organisation or vessel of the country."""
RECIPIENT_PERSON = 0.95
"""A person of the country, and nothing says the goods stay elsewhere."""
PERSON_AT_BORDER = 0.75
"""A person of the country, where its trade crosses the border; or one who lives in it, in a third country."""
PERSON_ELSEWHERE = 0.6
"""A person of the country in a third country, by delivery or residence: perhaps for use there."""
ADDRESS = 0.9
ADDRESS_ELSEWHERE = 0.6
PLACE_IN_NAME = 0.5
"""A person is called as a place is."""
PAPERS = 0.9
"""A passport, a bank code or a call number of the country."""
#
# Who stands behind whoever gives or receives
OWNED = 0.9
"""More than half is owned from the country, or by someone listed under its measures."""
OWNED_ELSEWHERE = 0.65
"""The same of a party that belongs to another country: the goods may stay with it."""
OWNED_IN_PART = 0.5
CONTROLLED = 0.65
#
# What else is said
FORMER_FLAG = 0.5
MENTIONED = 0.5
MENTIONED_AT_BORDER = 0.6

SURELY = 1.0
NAMED = frozenset({Said.NAME, Said.PLACE})


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


class Reading:
    """One transfer, and what its facts are looked up in."""

    __slots__ = ("_hubs", "_settled", "book", "mentions", "territories", "transfer", "whither")

    def __init__(self, transfer: TransferEvent, book: RuleBook) -> None:
        self.transfer = transfer
        self.book = book
        self.territories = book.territories
        self.mentions = book.gazetteer.mentions
        destination = transfer.route.destination if transfer.route else None
        self.whither = destination.country if destination else None
        self._hubs: dict[str, list[Evidence]] | None = None
        self._settled: bool | None = None

    def said(self, text: str | None) -> Iterator[Mention]:
        """The territories that `text` speaks of."""
        if text:
            for mention in self.mentions(text):
                if mention.country in self.territories:
                    yield mention

    def called(self, country: str) -> str:
        """The territory as sentences name it."""
        return self.territories[country].demonym

    def hubs(self, country: str) -> tuple[Evidence, ...]:
        """Where the transfer goes by a place of a neighbour through which the trade of `country` goes."""
        if self._hubs is None:
            self._hubs = {}
            for pointer, text in self._places():
                for mention in self.said(text):
                    if mention.what is Said.HUB:
                        evidence = Evidence(kind="hub", subject=pointer, value=mention.phrase, matched=mention.country)
                        self._hubs.setdefault(mention.country, []).append(evidence)
        return tuple(self._hubs.get(country, ()))

    def settled(self) -> bool:
        """Whether anything else says where the transfer goes, so that a shared name needs no guess."""
        if self._settled is None:
            receiving = [party for party in self.transfer.parties if party.role in RECIPIENTS]
            self._settled = (
                self.whither is not None
                or any(party.countries or party.residence for party in receiving)
                or any(
                    mention.what is not Said.PERHAPS and mention.what is not Said.HUB
                    for _, text in self._places()
                    for mention in self.mentions(text)
                )
            )
        return self._settled

    def _places(self) -> Iterator[tuple[str, str]]:
        if route := self.transfer.route:
            stops: list[tuple[str, Location | None]] = [("destination", route.destination), ("origin", route.origin)]
            stops += [(f"transit/{number}", stop) for number, stop in enumerate(route.transit)]
            stops += [(f"previous_ports/{number}", stop) for number, stop in enumerate(route.previous_ports)]
            for name, stop in stops:
                if stop and stop.place:
                    yield f"/route/{name}/place", stop.place
        for number, party in enumerate(self.transfer.parties):
            if party.address:
                yield f"/parties/{number}/address", party.address


def direction_of(party: Party) -> Direction | None:
    """Whether goods go to the party or come from it; None for whoever stands between, or in a role unknown to us."""
    if party.role in RECIPIENTS:
        return Direction.TO
    return Direction.FROM if party.role in SUPPLIERS else None


def words(pointer: str, mention: Mention) -> Evidence:
    """That the text at `pointer` speaks of a country."""
    return Evidence(kind="words", subject=pointer, value=mention.phrase, matched=mention.country)
