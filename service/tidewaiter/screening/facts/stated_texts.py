"""List every text of a transfer with its pointer and kind. All code that reads texts uses this one list.

A test compares the list with the models of the contract and fails when a text field is missing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import JsonValue

from tidewaiter_schemas.transfer import Connected, Identifier, Item, Party, Route, TransferEvent


class TextKind(StrEnum):
    """The kind of a text. The value is used in sentences: "the purpose names …"."""

    NAME = "name"
    ADDRESS = "address"
    PLACE = "place"
    GOODS = "description of the goods"
    MAKER = "maker of the goods"
    PURPOSE = "purpose"
    REMARK = "free text"
    PERMIT = "authorisation"
    SOURCE = "source of the report"
    IDENTIFIER = "identifier"
    EXTENSION = "extension"


class StatedText(NamedTuple):
    """One text. `pointer` is its place in the transfer, `line` the index of its item, if it belongs to one."""

    pointer: str
    kind: TextKind
    text: str
    line: int | None = None


MOST_LEVELS: Final = 16
"""How many levels of an extension are read. Deeper levels are skipped, and `limits` reports it."""


def stated_texts(transfer: TransferEvent, left_out: Collection[str] = ()) -> tuple[StatedText, ...]:
    """Return the texts of `transfer` in field order. `left_out` are the keys of `extensions` to skip."""
    return tuple(_texts(transfer, left_out))


def _texts(transfer: TransferEvent, left_out: Collection[str]) -> Iterator[StatedText]:
    for number, party in enumerate(transfer.parties):
        yield from _of_party(party, f"/parties/{number}")
    for number, item in enumerate(transfer.items):
        yield from _of_item(item, number)
    if transfer.route:
        yield from _of_route(transfer.route)
    if transfer.purpose:
        yield StatedText("/purpose", TextKind.PURPOSE, transfer.purpose)
    if transfer.free_text:
        yield StatedText("/free_text", TextKind.REMARK, transfer.free_text)
    for number, permit in enumerate(transfer.authorisations):
        for field, text in (
            ("authority", permit.authority),
            ("reference", permit.reference),
            ("covers", permit.covers),
        ):
            if text:
                yield StatedText(f"/authorisations/{number}/{field}", TextKind.PERMIT, text)
    for number, source in enumerate(transfer.report.sources):
        yield StatedText(f"/report/sources/{number}", TextKind.SOURCE, source)
    for key, value in transfer.extensions.items():
        if key not in left_out:
            yield from _of_json(value, f"/extensions/{pointer_step(key)}", 0)


def _of_party(party: Party, pointer: str) -> Iterator[StatedText]:
    if party.name:
        yield StatedText(f"{pointer}/name", TextKind.NAME, party.name)
    if party.aliases:
        for number, alias in enumerate(party.aliases):
            yield StatedText(f"{pointer}/aliases/{number}", TextKind.NAME, alias)
    if party.address:
        yield StatedText(f"{pointer}/address", TextKind.ADDRESS, party.address)
    if party.identifiers:
        yield from _of_identifiers(party.identifiers, pointer)
    if not (party.owned_by or party.controlled_by or party.acting_for):
        return
    for field, connected in (
        ("owned_by", party.owned_by),
        ("controlled_by", party.controlled_by),
        ("acting_for", party.acting_for),
    ):
        for number, one in enumerate(connected):
            yield from _of_connected(one, f"{pointer}/{field}/{number}")


def _of_connected(one: Connected, pointer: str) -> Iterator[StatedText]:
    yield StatedText(f"{pointer}/name", TextKind.NAME, one.name)
    yield from _of_identifiers(one.identifiers, pointer)
    for number, owner in enumerate(one.owned_by):
        yield from _of_connected(owner, f"{pointer}/owned_by/{number}")


def _of_identifiers(identifiers: tuple[Identifier, ...], pointer: str) -> Iterator[StatedText]:
    for number, identifier in enumerate(identifiers):
        yield StatedText(f"{pointer}/identifiers/{number}/value", TextKind.IDENTIFIER, identifier.value)


def _of_item(item: Item, number: int) -> Iterator[StatedText]:
    pointer = f"/items/{number}"
    if item.description:
        yield StatedText(f"{pointer}/description", TextKind.GOODS, item.description, number)
    if item.manufacturer:
        yield StatedText(f"{pointer}/manufacturer", TextKind.MAKER, item.manufacturer, number)
    if item.model_fields_set.isdisjoint(_SHORT_TEXTS):
        return
    for field in _SHORT_TEXTS:
        if text := getattr(item, field):
            yield StatedText(f"{pointer}/{field}", TextKind.GOODS, text, number)


_SHORT_TEXTS: Final = ("model", "condition", "serial", "unit", "eccn", "dual_use_number", "hs_code")
"""The other fields of an item that are texts. Few items state one of them."""


def _of_route(route: Route) -> Iterator[StatedText]:
    for name, stop in (("origin", route.origin), ("destination", route.destination)):
        if stop is not None and stop.place:
            yield StatedText(f"/route/{name}/place", TextKind.PLACE, stop.place)
    for name, stops in (("transit", route.transit), ("previous_ports", route.previous_ports)):
        for number, stop in enumerate(stops):
            if stop.place:
                yield StatedText(f"/route/{name}/{number}/place", TextKind.PLACE, stop.place)


def _of_json(value: JsonValue, pointer: str, level: int) -> Iterator[StatedText]:
    if isinstance(value, str):
        if value.strip():
            yield StatedText(pointer, TextKind.EXTENSION, value)
    elif level >= MOST_LEVELS:
        return
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _of_json(part, f"{pointer}/{pointer_step(key)}", level + 1)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _of_json(part, f"{pointer}/{number}", level + 1)


def pointer_step(key: str) -> str:
    """Return a key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
