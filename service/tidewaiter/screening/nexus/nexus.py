"""Which sanctioned countries a transfer touches, in which direction, and through whom.

A tie is one fact that leads to one country. Every tie is kept: the surest one carries a finding, the others stand
beside it as evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tidewaiter.rulebook.book import CompiledTerritory, RuleBook
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.nexus.tie import PERHAPS_PLACE, RECIPIENTS, PartyTie, Reading, Tie
from tidewaiter.screening.nexus.transfer_ties import ties_of
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Evidence

__all__ = ["RECIPIENTS", "Nexus", "PartyTie", "Tie", "find_nexus", "goes_somewhere"]

_BEHIND = re.compile(r"/(?:owned_by|controlled_by|acting_for)/")


@dataclass(frozen=True, slots=True)
class Nexus:
    """All ties of a transfer to one country, the surest first.

    `beside` is what is no tie by itself and means more beside one: a border crossing on the way.
    """

    territory: CompiledTerritory
    ties: tuple[Tie, ...]
    beside: tuple[Evidence, ...] = ()

    def best(self, direction: Direction) -> Tie | None:
        """The surest tie that goes in `direction` or in no certain one."""
        return next((tie for tie in self.ties if tie.direction in (direction, None)), None)

    def any_tie(self) -> Tie:
        """The tie by which the country most surely has part in the transfer, whatever the direction.

        For measures on dealings of any kind (services, funds, vessels, persons). Its certainty is that of the part.
        """
        surest = max(self.ties, key=lambda tie: tie.touches)
        return replace(surest, certainty=surest.touches)

    def for_dealing(self, direction: Direction) -> Tie | None:
        """The tie that carries a dealing: in its very direction when it has one, otherwise whichever is surest."""
        if direction in (Direction.TO, Direction.FROM):
            return next((tie for tie in self.ties if tie.direction is direction), None)
        return self.any_tie()

    def of_party(self, number: int) -> Tie | None:
        """The tie by which the party of this number most surely belongs to the country; None when none does."""
        pointer = f"/parties/{number}/"
        ties = [tie for tie in self.ties if tie.evidence.subject.startswith(pointer)]
        return max(ties, key=lambda tie: tie.touches, default=None)

    def receives(self) -> bool:
        """Whether a tie says that the transfer goes there: more than a guess at a name that two countries share, and
        not only that someone behind a party belongs there, who may have it sent anywhere."""
        return any(
            tie.direction is Direction.TO and tie.certainty > PERHAPS_PLACE and not _BEHIND.search(tie.evidence.subject)
            for tie in self.ties
        )

    def evidence(self, direction: Direction | None = None) -> tuple[Evidence, ...]:
        """What all ties in `direction` rest on, and what stands beside them; all of them for None."""
        resting = (tie.evidence for tie in self.ties if direction is None or tie.direction in (direction, None))
        return (*resting, *self.beside)


def find_nexus(
    transfer: TransferEvent, book: RuleBook, listed: Mapping[int, tuple[PartyTie, ...]]
) -> tuple[Nexus, ...]:
    """Every sanctioned country that `transfer` touches. `listed` has what lists know of a party, by its number."""
    reading = Reading(transfer, book)
    by_country: dict[str, list[Tie]] = {}
    for tie in ties_of(reading, listed):
        by_country.setdefault(tie.country, []).append(tie)
    return tuple(
        Nexus(
            book.territories[country],
            tuple(sorted(by_country[country], key=lambda tie: -tie.certainty)),
            reading.hubs(country),
        )
        for country in sorted(by_country)
    )


def goes_somewhere(transfer: TransferEvent) -> bool:
    """Whether the transfer says where it goes: a destination, or the country of whoever receives."""
    if transfer.route and transfer.route.destination and transfer.route.destination.country:
        return True
    return any(party.role in RECIPIENTS and (party.countries or party.residence) for party in transfer.parties)
