"""Transfers made of parts of the casebook and of goods words: seeded, so that the same parts give the same transfers.

Recombined cases meet rules far more often than random text does, and in combinations that nobody wrote down.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Transfer = dict[str, Any]

SEED = 1718
COUNTRIES = "KP KP KR CN RU RU IR BY SY DE FR GB US JP SG AE TR IN BR ZA HK TW UA CU".split()
_FIRST_DAY, _LAST_DAY = date(2006, 1, 1), date(2026, 6, 30)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_UNITS = ("pieces", "kg", "t", "barrels", "l", "cartons")


@dataclass(frozen=True, slots=True)
class Parts:
    """What transfers are made of, each taken from a transfer that somebody wrote; `goods` are names of goods."""

    transfers: Sequence[Transfer]
    goods: Sequence[str]
    parties: list[Transfer] = field(default_factory=list)
    items: list[Transfer] = field(default_factory=list)

    def __post_init__(self) -> None:
        for transfer in self.transfers:
            self.parties.extend(transfer.get("parties", ()))
            self.items.extend(transfer.get("items", ()))


def generated_transfers(parts: Parts, count: int, seed: int = SEED) -> Iterator[Transfer]:
    """Yield `count` transfers with ids of their own. Depends on `parts`, `count` and `seed` alone."""
    draw = random.Random(f"{seed}")
    for number in range(count):
        yield {"id": f"generated-{number:05}"} | _recombined(parts, draw)


def _recombined(parts: Parts, draw: random.Random) -> Transfer:
    """A written transfer in which some fields come from others and some values are changed."""
    transfer = deepcopy(dict(draw.choice(parts.transfers)))
    transfer.pop("id", None)
    for name in ("kind", "route", "purpose", "free_text", "report", "funds", "authorisations"):
        other = draw.choice(parts.transfers)
        if name in other and draw.random() < 0.2:
            transfer[name] = deepcopy(other[name])
    if draw.random() < 0.4:
        transfer["parties"] = [_party(parts, draw) for _ in range(draw.randint(1, 4))]
    if draw.random() < 0.5:
        transfer["items"] = [_item(parts, draw) for _ in range(draw.randint(0, 3))]
    if draw.random() < 0.4:
        days = draw.randrange((_LAST_DAY - _FIRST_DAY).days)
        transfer["occurred_at"] = f"{_FIRST_DAY + timedelta(days)}T{draw.randrange(24):02}:00:00Z"
    if draw.random() < 0.3:
        transfer["route"] = _route(draw)
    for name in ("route", "purpose", "free_text", "report", "funds"):
        if draw.random() < 0.1:
            transfer.pop(name, None)
    return transfer


def _party(parts: Parts, draw: random.Random) -> Transfer:
    party = deepcopy(draw.choice(parts.parties))
    if draw.random() < 0.2:
        party["role"] = draw.choice(parts.parties)["role"]
    if "name" in party and draw.random() < 0.3:
        party["name"] = _misspelt(str(party["name"]), draw)
    if draw.random() < 0.2:
        party["countries"] = [draw.choice(COUNTRIES)]
    if draw.random() < 0.1:
        party["owned_by"] = [_as_owner(draw.choice(parts.parties), draw)]
    for name in ("countries", "type", "identifiers", "address", "owned_by", "birth_date"):
        if draw.random() < 0.1:
            party.pop(name, None)
    return party


def _as_owner(party: Mapping[str, Any], draw: random.Random) -> Transfer:
    known = ("name", "countries", "type", "identifiers")
    return {name: deepcopy(party[name]) for name in known if name in party} | {"share": draw.randint(1, 100)}


def _item(parts: Parts, draw: random.Random) -> Transfer:
    item = deepcopy(draw.choice(parts.items))
    if parts.goods and draw.random() < 0.5:
        described = [draw.choice(parts.goods) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
        item = {"description": draw.choice((" ", ", ", " for ", " / ")).join(described)}
        if draw.random() < 0.3:
            item["description"] = _misspelt(item["description"], draw)
        if draw.random() < 0.3:
            item |= {"quantity": str(draw.randint(1, 5_000)), "unit": draw.choice(_UNITS)}
        if draw.random() < 0.3:
            item["value"] = {"amount": str(draw.randint(1, 100_000)), "currency": draw.choice(("EUR", "USD", "JPY"))}
    for name in ("hs_code", "description", "value", "quantity", "origin", "manufacturer"):
        if draw.random() < 0.15 and len(item) > 1:
            item.pop(name, None)
    return item


def _route(draw: random.Random) -> Transfer:
    route: Transfer = {
        "origin": {"country": draw.choice(COUNTRIES)},
        "destination": {"country": draw.choice(COUNTRIES)},
    }
    if draw.random() < 0.3:
        route["transit"] = [{"country": draw.choice(COUNTRIES)}]
    return route


def _misspelt(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    letter = draw.choice(_LETTERS)
    return draw.choice((text[:at] + text[at + 1 :], text[:at] + letter + text[at:], text.upper(), text[::-1])) or text
