"""Ownership chains: owners of a party and their owners, its controllers, and the principals it acts for.

"Owner" here means any of the three. An owner counts when it has the property in question (is listed, is of a country),
or when owners that count hold enough of it. This is applied company by company along the chain: shares are added,
never multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tidewaiter_schemas.transfer import Connected, Owner, Party

WHOLE = Decimal(100)


class Relation(StrEnum):
    """The relation of an owner to a party."""

    OWNER = "owner"
    CONTROL = "control"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class OwnershipLink:
    """One step up a chain: `name`, at `pointer`, owns the previous link.

    `share` is its share in per cent; None when unknown.
    """

    pointer: str
    name: str
    relation: Relation
    share: Decimal | None = None

    def sentence(self, of: str) -> str:
        """Return a clause that states the relation to `of`."""
        if self.relation is Relation.CONTROL:
            return f"{of} is controlled by {self.name}"
        if self.relation is Relation.PRINCIPAL:
            return f"{of} acts for {self.name}"
        part = "in a part that is not stated" if self.share is None else f"to {per_cent(self.share)}"
        return f"{of} is owned {part} by {self.name}"


Chain = tuple[OwnershipLink, ...]
"""Links from the party upwards: the first is adjacent to the party, the last is the owner in question."""
Enough = Callable[[Decimal, Decimal], bool]
"""A predicate: are the shares sufficient, given the sum of all that count and the largest of them?"""


@dataclass(frozen=True, slots=True)
class Holding:
    """What the owners that count hold of a party.

    `share` is the sum over direct owners, `largest` the largest single share, and `unknown` is true when one of them
    states no share. `carrying` has the pointers of all owners whose share is sufficient at every step to the party.
    """

    share: Decimal
    largest: Decimal
    unknown: bool
    carrying: frozenset[str]


def chains_of(party: Party, pointer: str) -> Iterator[tuple[Connected, Chain]]:
    """Yield every owner of the party at `pointer`, with the chain that leads to it."""
    for field, relation, group in (
        ("owned_by", Relation.OWNER, party.owned_by),
        ("controlled_by", Relation.CONTROL, party.controlled_by),
        ("acting_for", Relation.PRINCIPAL, party.acting_for),
    ):
        if group:
            yield from _up(group, f"{pointer}/{field}", relation, ())


def holding(chains: Iterable[Chain], enough: Enough) -> Holding:
    """Return what the owners at the ends of `chains` together hold of the party.

    `enough` decides whether the shares held in a company make that company count as well.
    """
    counted: set[str] = set()
    shares: dict[str, dict[str, Decimal | None]] = {}
    every = [chain for chain in chains if chain]
    for chain in every:
        counted.add(chain[-1].pointer)
        below = ""
        for link in chain:
            shares.setdefault(below, {})[link.pointer] = link.share
            below = link.pointer
    owned: dict[str, bool] = {}
    for pointer in sorted(shares, key=len, reverse=True):  # owners before what they own
        held = [share or Decimal(0) for owner, share in shares[pointer].items() if owner in counted or owned.get(owner)]
        owned[pointer] = bool(held) and enough(min(sum(held, Decimal(0)), WHOLE), max(held))
    direct = {owner: share for owner, share in shares.get("", {}).items() if owner in counted or owned.get(owner)}
    known = [share for share in direct.values() if share is not None]
    return Holding(
        share=min(sum(known, Decimal(0)), WHOLE),
        largest=max(known, default=Decimal(0)),
        unknown=len(known) < len(direct),
        carrying=frozenset(chain[-1].pointer for chain in every if all(owned[link.pointer] for link in chain[:-1])),
    )


def any_part(_together: Decimal, _largest: Decimal) -> bool:
    """Accept any share, including one that is not stated. Gives the upper bound."""
    return True


def more_than_half(together: Decimal, _largest: Decimal) -> bool:
    """Accept a majority held jointly by all that count."""
    return together > WHOLE / 2


def chain_sentence(party: str, chain: Chain) -> str:
    """Return the chain as one sentence that starts with `party`."""
    of, clauses = party, []
    for link in chain:
        clauses.append(link.sentence(of))
        of = f"and {link.name}"
    return f"{', '.join(clauses)}."


def per_cent(share: Decimal) -> str:
    """Return `share` as text: 50 %, 33.3 %."""
    text = f"{share:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _up(
    group: tuple[Connected, ...], pointer: str, relation: Relation, below: Chain
) -> Iterator[tuple[Connected, Chain]]:
    for number, owner in enumerate(group):
        share = owner.share if isinstance(owner, Owner) else None
        chain = (*below, OwnershipLink(f"{pointer}/{number}", owner.name, relation, share))
        yield owner, chain
        if owner.owned_by:
            yield from _up(owner.owned_by, f"{pointer}/{number}/owned_by", Relation.OWNER, chain)
