"""Find the nexus of a transfer: which sanctioned countries it touches, in which direction, and through whom.

A tie is one fact that leads to one country. All ties are kept: the most certain one supports a finding, the others are
additional evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tidewaiter.rulebook.book import CompiledTerritory, RuleBook
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.facts.stated_texts import StatedText
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.certainties import PERHAPS_PLACE
from tidewaiter.screening.nexus.text_ties import text_ties
from tidewaiter.screening.nexus.tie import RECIPIENTS, ListingTie, Tie
from tidewaiter.screening.nexus.transfer_reader import TransferReader
from tidewaiter.screening.nexus.transfer_ties import ties_of
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Evidence

MOST_EVIDENCE = 100
"""Maximum number of ties in the evidence of one finding, the most certain first. All ties are judged."""
_PARTY = re.compile(r"/parties/([0-9]+)/")
_OF_OWNER = re.compile(r"/(?:owned_by|controlled_by|acting_for)/")


@dataclass(frozen=True, slots=True)
class Nexus:
    """All ties of a transfer to one country, the most certain first.

    `beside` is evidence that supports a tie but is none by itself, such as a border hub on the route. `by_party` maps
    the index of each party to its most certain tie.
    """

    territory: CompiledTerritory
    ties: tuple[Tie, ...]
    beside: tuple[Evidence, ...]
    by_party: Mapping[int, Tie]

    def best(self, direction: Direction) -> Tie | None:
        """Return the most certain tie in `direction` or without a direction; None when there is none."""
        for tie in self.ties:
            if tie.direction is None or tie.direction is direction:
                return tie
        return None

    def any_tie(self) -> Tie:
        """Return the tie with the highest certainty that the country takes part in the transfer, in any direction.

        Used for measures on dealings of any kind (services, funds, vessels, persons). Its certainty is `touches`.
        """
        surest = max(self.ties, key=lambda tie: tie.touches)
        return replace(surest, certainty=surest.touches)

    def for_dealing(self, direction: Direction) -> Tie | None:
        """Return the tie that supports a dealing: the one in `direction` if there is one, else the most certain."""
        if direction in (Direction.TO, Direction.FROM):
            return next((tie for tie in self.ties if tie.direction is direction), None)
        return self.any_tie()

    def of_party(self, number: int) -> Tie | None:
        """Return the most certain tie of the party with this index to the country; None when it has none."""
        return self.by_party.get(number)

    def receives(self) -> bool:
        """Return whether a tie states that the transfer goes to the country.

        Neither an ambiguous name nor the country of an owner states that: owners may have goods sent anywhere.
        """
        return any(
            tie.direction is Direction.TO
            and tie.certainty > PERHAPS_PLACE
            and not _OF_OWNER.search(tie.evidence.subject)
            for tie in self.ties
        )

    def evidence(self, direction: Direction | None = None) -> tuple[Evidence, ...]:
        """Return the evidence of the ties in `direction` (None: of all ties), and of the facts that support them.

        With more than `MOST_EVIDENCE` ties, return the evidence of the most certain, and the number of the others.
        """
        ties = [tie.evidence for tie in self.ties if direction is None or tie.direction in (direction, None)]
        evidence = [*ties, *self.beside]
        if len(evidence) <= MOST_EVIDENCE:
            return tuple(evidence)
        left_out = f"{len(evidence) - MOST_EVIDENCE:,}"
        more = Evidence(kind="left_out", subject="", value=left_out, matched="further ties to the country")
        return (*evidence[:MOST_EVIDENCE], more)


def find_nexus(
    transfer: TransferEvent,
    book: RuleBook,
    listings: Mapping[int, tuple[ListingTie, ...]],
    stated: Sequence[StatedText],
    items: Sequence[RecognisedItem],
) -> tuple[Nexus, ...]:
    """Return a nexus for each sanctioned country that `transfer` touches, ordered by country code.

    `listings` maps the index of each party to its ties by listings; `stated` are the texts of the transfer.
    """
    reader = TransferReader(transfer, book)
    by_country: dict[str, list[Tie]] = {}
    for tie in chain(ties_of(reader, listings), text_ties(reader, stated, items)):
        by_country.setdefault(tie.country, []).append(tie)
    return tuple(_nexus(country, by_country[country], reader) for country in sorted(by_country))


def _nexus(country: str, ties: list[Tie], reader: TransferReader) -> Nexus:
    ties.sort(key=lambda tie: -tie.certainty)
    by_party: dict[int, Tie] = {}
    for tie in ties:
        of_party = _PARTY.match(tie.evidence.subject)
        if of_party:
            number = int(of_party[1])
            known = by_party.get(number)
            if known is None or tie.touches > known.touches:
                by_party[number] = tie
    return Nexus(reader.book.territories[country], tuple(ties), reader.hubs(country), by_party)


def states_destination(transfer: TransferEvent) -> bool:
    """Return whether the transfer states a destination or the country of a recipient."""
    if transfer.route and transfer.route.destination and transfer.route.destination.country:
        return True
    return any(party.role in RECIPIENTS and (party.countries or party.residence) for party in transfer.parties)
