"""Collect the subjects of a transfer that are looked up in the lists: parties, their owners, and makers of goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from tidewaiter.matching.query import PartyQuery
from tidewaiter.screening.facts.codes import identifiers_in, imo_numbers_in
from tidewaiter.screening.facts.stated_texts import StatedText, TextKind
from tidewaiter.screening.ownership.chain import Chain, Relation, chains_of
from tidewaiter_schemas.transfer import Identifier, Party, TransferEvent

_LOOKED_UP_WHOLE: Final = frozenset({TextKind.NAME, TextKind.MAKER})
_READ_AHEAD: Final = 20
"""A transfer with more names is rare. Which of them are read is for `limits` to decide."""


class Subject(NamedTuple):
    """Someone in a transfer to look up in the lists: a party, an owner of one, or the maker of an item.

    `what` describes the subject at `pointer`; `party` is the index of its party.
    """

    pointer: str
    what: str
    query: PartyQuery
    party: int | None = None
    party_name: str = ""
    chain: Chain = ()
    """For an owner, the chain from the party up to it."""
    maker: bool = False
    is_text: bool = False
    """Whether this is a text to search for listed names, rather than a party."""

    @property
    def is_owner(self) -> bool:
        """Return whether this is an owner of a party rather than a party."""
        return bool(self.chain)


def texts_to_search(stated: Sequence[StatedText]) -> tuple[Subject, ...]:
    """Return the texts that may contain a listed name or number.

    Names and makers are excluded, because they are looked up as a whole.
    """
    return tuple([_searched(text) for text in stated if text.kind not in _LOOKED_UP_WHOLE])


def _searched(text: StatedText) -> Subject:
    query = PartyQuery((text.text,), identifiers=identifiers_in(text.text))
    return Subject(text.pointer, str(text.kind), query, is_text=True)


def subjects_of(transfer: TransferEvent) -> tuple[Subject, ...]:
    """Return everyone in the transfer who can be on a list."""
    return tuple(_subjects(transfer))


def names_to_read_ahead(transfer: TransferEvent) -> Iterator[tuple[str, str]]:
    """Yield the type and name of the parties, at most `_READ_AHEAD`: most names that `subjects_of` returns."""
    names = ((party.type, name) for party in transfer.parties for name in (party.name, *party.aliases) if name)
    return islice(names, _READ_AHEAD)


def _subjects(transfer: TransferEvent) -> Iterator[Subject]:
    for number, party in enumerate(transfer.parties):
        names = (party.name, *party.aliases) if party.name else party.aliases
        identifiers = _identifiers(party.identifiers)
        query = PartyQuery(names, party.type, party.birth_date, party.countries, identifiers)
        yield Subject(f"/parties/{number}", party.role.replace("_", " "), query, party=number)
        if party.owned_by or party.controlled_by or party.acting_for:
            yield from _owners(party, number)
    for number, item in enumerate(transfer.items):
        if item.manufacturer:
            query = PartyQuery(names=(item.manufacturer,), type="organisation")
            yield Subject(f"/items/{number}/manufacturer", "maker of the goods", query, maker=True)


def _owners(party: Party, number: int) -> Iterator[Subject]:
    role = party.role.replace("_", " ")
    for owner, chain in chains_of(party, f"/parties/{number}"):
        query = PartyQuery(
            names=(owner.name,),
            type=owner.type,
            countries=owner.countries,
            identifiers=_identifiers(owner.identifiers),
        )
        yield Subject(
            chain[-1].pointer,
            _position(chain, role),
            query,
            party=number,
            party_name=party.name or f"the {role}",
            chain=chain,
        )


def _identifiers(identifiers: Sequence[Identifier]) -> tuple[tuple[str, str, str | None], ...]:
    if not identifiers:
        return ()
    return tuple((identifier.type, identifier.value, identifier.country) for identifier in identifiers)


def _position(chain: Chain, role: str) -> str:
    relation, direct = chain[0].relation, len(chain) == 1
    if relation is Relation.OWNER:
        return f"owner of the {role}" if direct else f"owner up the chain of the {role}"
    behind = f"one who controls the {role}" if relation is Relation.CONTROL else f"one for whom the {role} acts"
    return behind if direct else f"owner up the chain of {behind}"


def imo_numbers(party: Party) -> list[tuple[str, str]]:
    """Return the IMO numbers of a party, each with its pointer relative to the party.

    They may be identifiers of any type, or stand in a name.
    """
    numbers: list[tuple[str, str]] = []
    if party.identifiers:
        for place, identifier in enumerate(party.identifiers):
            if identifier.type == "imo":
                digits = "".join(letter for letter in identifier.value if letter.isdigit())
                numbers.append((f"identifiers/{place}", digits))
            else:
                numbers += [(f"identifiers/{place}", number) for number in imo_numbers_in(identifier.value)]
    if party.name and (found := imo_numbers_in(party.name)):
        numbers += [("name", number) for number in found]
    if party.aliases:
        for place, alias in enumerate(party.aliases):
            numbers += [(f"aliases/{place}", number) for number in imo_numbers_in(alias)]
    return numbers
