"""Who stands behind a party: owners up the chain, whoever controls it, whoever it acts for.

An owner counts when it is itself what is looked for (listed, of a country), or when those who are hold enough of it:
the rule works company by company up the chain, and shares are added, never multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tidewaiter_schemas.transfer import Connected, Owner, Party

WHOLE = Decimal(100)


class Standing(StrEnum):
    """How somebody stands behind a party."""

    OWNER = "owner"
    CONTROL = "control"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Link:
    """One step up: `name` at `pointer` is behind the one before. `share` is per cent of that one, None when unknown."""

    pointer: str
    name: str
    standing: Standing
    share: Decimal | None = None

    def sentence(self, of: str) -> str:
        """How it stands behind `of`, as one clause."""
        if self.standing is Standing.CONTROL:
            return f"{of} is controlled by {self.name}"
        if self.standing is Standing.PRINCIPAL:
            return f"{of} acts for {self.name}"
        part = "in a part that is not stated" if self.share is None else f"to {per_cent(self.share)}"
        return f"{of} is owned {part} by {self.name}"


Chain = tuple[Link, ...]
"""From the party up: the first link is next to the party, the last is who is looked at."""
Enough = Callable[[Decimal, Decimal], bool]
"""Whether shares are enough: of all who count together, and of the largest of them alone."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What those who count have of a party. `share` is that of the direct owners among them, `largest` of one alone.

    `carrying` has the pointers of all whose part carries up to the party.
    """

    share: Decimal
    largest: Decimal
    unknown: bool
    carrying: frozenset[str]


def chains_of(party: Party, pointer: str) -> Iterator[tuple[Connected, Chain]]:
    """Everyone behind `party`, which stands at `pointer`, each with the chain that leads there."""
    for field, standing, group in (
        ("owned_by", Standing.OWNER, party.owned_by),
        ("controlled_by", Standing.CONTROL, party.controlled_by),
        ("acting_for", Standing.PRINCIPAL, party.acting_for),
    ):
        if group:
            yield from _up(group, f"{pointer}/{field}", standing, ())


def holding(chains: Iterable[Chain], enough: Enough) -> Holding:
    """What the last of each of `chains` have of the party together, when `enough` says what makes an owner count."""
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
    """Any share at all, also one that is not stated: how far the doubt reaches."""
    return True


def more_than_half(together: Decimal, _largest: Decimal) -> bool:
    """A majority of those who count together."""
    return together > WHOLE / 2


def spoken(party: str, chain: Chain) -> str:
    """The chain as one sentence that begins with `party`."""
    of, clauses = party, []
    for link in chain:
        clauses.append(link.sentence(of))
        of = f"and {link.name}"
    return f"{', '.join(clauses)}."


def per_cent(share: Decimal) -> str:
    """`share` as people write it: 50 %, 33.3 %."""
    text = f"{share:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _up(
    group: tuple[Connected, ...], pointer: str, standing: Standing, below: Chain
) -> Iterator[tuple[Connected, Chain]]:
    for number, one in enumerate(group):
        share = one.share if isinstance(one, Owner) else None
        chain = (*below, Link(f"{pointer}/{number}", one.name, standing, share))
        yield one, chain
        if one.owned_by:
            yield from _up(one.owned_by, f"{pointer}/{number}/owned_by", Standing.OWNER, chain)
