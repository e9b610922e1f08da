"""A tie: one fact that connects a transfer to a sanctioned country."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter.rulebook.rules import Direction
from tidewaiter_schemas.transfer import Party
from tidewaiter_schemas.verdict import Evidence

RECIPIENTS = frozenset({"transferee", "consignee", "end_user", "beneficial_owner"})
SUPPLIERS = frozenset({"transferor"})


@dataclass(frozen=True, slots=True)
class ListingTie:
    """A listing of a party, or of one of its owners, under the measures on `country`, with its certainty.

    `listed_as` names the list entry. For an owner, `pointer` and `name` are the owner's, and `subject` is a phrase that
    states the party's relation to it.
    """

    country: str
    listed_as: str
    certainty: float
    pointer: str = ""
    name: str = ""
    subject: str = "someone"


@dataclass(frozen=True, slots=True)
class Tie:
    """One fact that connects a transfer to `country`. `sentence` completes "the transfer ...".

    `certainty` is the certainty that goods move in `direction`; `touches` is the certainty that the country takes part
    in the transfer at all.
    """

    country: str
    direction: Direction | None
    certainty: float
    touches: float
    sentence: str
    evidence: Evidence


def direction_of(party: Party) -> Direction | None:
    """Return the direction of goods relative to the party's country; None for intermediaries and unknown roles."""
    if party.role in RECIPIENTS:
        return Direction.TO
    return Direction.FROM if party.role in SUPPLIERS else None
