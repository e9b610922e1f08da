"""DCSA bill of lading 3.0: shipping instructions and transport documents as JSON, alone or in a notification."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import jiter

from tidewaiter.adapters.drafts import Draft, ItemDraft, NotConvertible, PartyDraft, identity, transfer_of
from tidewaiter.adapters.tables import LEFT_OUT, rows
from tidewaiter_schemas.countries import CODES as COUNTRIES

_FORM: Final = "dcsa.ebl.3"
_OF_A_BILL: Final = frozenset({"consignmentItems", "documentParties", "transports", "transportDocumentReference"})
_MOST_LEVELS: Final = 40
_LEI_PROVIDERS: Final = frozenset({"GLEIF", "LEI"})


def transfers(document: bytes, received: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the transfer of a bill of lading as JSON. `received` is its date if it has none. Raises NotConvertible."""
    try:
        content = jiter.from_json(document, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError as error:
        twice = "duplicate key" in str(error)
        raise NotConvertible("a key appears twice in one object" if twice else "it is not JSON") from None
    if not isinstance(content, dict) or _OF_A_BILL.isdisjoint(_keys(content, 3)):
        raise NotConvertible("it has no consignment items, document parties or transports of a bill of lading")
    draft = Draft()
    _Walk(draft).fields(content, "", "", None, 0)
    own = next((draft.ids[part] for part in ("1", "2", "3") if part in draft.ids), None)
    own = own or hashlib.sha256(document).hexdigest()
    if not draft.occurred and received is not None:
        draft.occurred.append((received, ""))
    yield transfer_of((draft,), "sale", _FORM, "", identity("dcsa", own))


def _keys(content: Any, levels: int) -> set[str]:
    if not levels or not isinstance(content, dict):
        return set()
    return set(content) | {key for value in content.values() for key in _keys(value, levels - 1)}


@cache
def _table() -> dict[tuple[str, str], str]:
    return {(row.part, row.field): row.becomes for row in rows("dcsa")}


def _step(key: str) -> str:
    """Return a key as a step of a JSON pointer, in the form of a URI fragment (RFC 6901, 6)."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="~-_.:@")


class _Place:
    """A place, gathered until its object ends."""

    __slots__ = ("country", "names")

    def __init__(self) -> None:
        self.country: str | None = None
        self.names: list[str] = []


class _Walk:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._table = _table()

    def fields(self, content: dict[str, Any], parent: str, path: str, owner: Any, level: int) -> None:
        """Gather the fields of an object. `owner` is the party, item or place that they belong to."""
        if level > _MOST_LEVELS:
            raise NotConvertible(f"it has more than {_MOST_LEVELS} levels")
        for key, value in content.items():
            here = f"{path}/{key}" if key.isalnum() and key.isascii() else f"{path}/{_step(key)}"
            becomes = self._table.get((parent, key)) or self._table.get(("*", key))
            if becomes is None:
                self._draft.text(f"{here}/name()", key)
                becomes = "text"
            for number, each in enumerate(value) if isinstance(value, list) else ((None, value),):
                self._value(becomes, key, each, here if number is None else f"{here}/{number}", owner, level)

    def _value(self, becomes: str, key: str, value: Any, here: str, owner: Any, level: int) -> None:
        if value is None or isinstance(value, bool):
            return
        if isinstance(value, list):
            for number, each in enumerate(value):
                self._value(becomes, key, each, f"{here}/{number}", owner, level + 1)
        elif isinstance(value, dict):
            self._object(becomes, key, value, here, owner, level)
        elif text := str(value).strip():
            self._leaf(becomes, text, here, owner)

    def _object(self, becomes: str, key: str, value: dict[str, Any], here: str, owner: Any, level: int) -> None:
        draft = self._draft
        verb, _, argument = becomes.partition(" ")
        if verb == "party":
            owner = draft.party(argument, here)
        elif becomes == "item":
            owner = draft.items[here] = ItemDraft(here)
        elif verb == "place" and argument != "code" and argument:
            place = _Place()
            self.fields(value, key, here, place, level + 1)
            draft.stop(argument, here, place.country, ", ".join(place.names) or None)
            return
        elif becomes == "code list" and isinstance(owner, PartyDraft):
            kind = "lei" if value.get("codeListProvider") in _LEI_PROVIDERS else "other"
            if isinstance(code := value.get("partyCode"), str):
                draft.identify(owner, kind, code.strip(), f"{here}/partyCode")
                value = {name: each for name, each in value.items() if name != "partyCode"}
        self.fields(value, key, here, owner, level + 1)

    def _leaf(self, becomes: str, text: str, here: str, owner: Any) -> None:
        draft = self._draft
        draft.size += len(text)
        verb, _, argument = becomes.partition(" ")
        if becomes.startswith("left out: "):
            if LEFT_OUT[becomes.removeprefix("left out: ")].fullmatch(text) is None:
                draft.text(here, text)
        elif becomes == "occurred":
            draft.moment(text, here)
        elif verb == "id":
            draft.ids.setdefault(argument, text)
            draft.text(here, text)
        elif becomes == "free text":
            draft.free_texts.append((text, here))
        elif becomes == "vessel":
            draft.party("vessel", here, "vessel").names.append((text, here))
        elif becomes == "transit country" or (becomes == "country" and not isinstance(owner, PartyDraft | _Place)):
            draft.stop("transit", here, country=text)
        elif isinstance(owner, PartyDraft):
            self._of_party(becomes, text, here, owner)
        elif isinstance(owner, ItemDraft):
            self._of_item(becomes, text, here, owner)
        elif isinstance(owner, _Place):
            self._of_place(becomes, text, here, owner)
        else:
            draft.text(here, text)

    def _of_party(self, becomes: str, text: str, here: str, party: PartyDraft) -> None:
        draft = self._draft
        verb, _, argument = becomes.partition(" ")
        if becomes == "name":
            party.names.append((text, here))
        elif becomes in {"address", "place"}:
            party.lines.append((text, here))
        elif becomes == "country":
            draft.country(party, text, here)
        elif verb == "identifier":
            draft.identify(party, argument or "other", text, here)
        elif becomes == "type of person" and text in {"NATURAL_PERSON", "LEGAL_PERSON", "ASSOCIATION_OF_PERSONS"}:
            party.type = "person" if text == "NATURAL_PERSON" else "organisation"
        elif becomes == "place code" and text[:2] in COUNTRIES and len(text) == 5:
            draft.country(party, text[:2], here)
            party.lines.append((text, here))
        else:
            draft.text(here, text)

    def _of_item(self, becomes: str, text: str, here: str, item: ItemDraft) -> None:
        if becomes == "description":
            item.add("description", text, here)
        elif becomes == "hs code":
            self._draft.hs_code(item, text, here)
        else:
            self._draft.text(here, text)

    def _of_place(self, becomes: str, text: str, here: str, place: _Place) -> None:
        if becomes == "country" and text.upper() in COUNTRIES:
            place.country = text.upper()
        elif becomes == "place code" and text[:2] in COUNTRIES and len(text) == 5:
            place.country = place.country or text[:2]
            if not place.names:
                place.names.append(text)
        elif becomes in {"place", "address"}:
            place.names.append(text)
        else:
            self._draft.text(here, text)
