"""Drafts: what an adapter has gathered from a document for one transfer, and the transfer that it becomes.

All formats share them, so that a name, an identifier or a date is read by one rule wherever it comes from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tidewaiter.errors import UnreadableEvent
from tidewaiter_schemas.countries import CODES as COUNTRIES
from tidewaiter_schemas.transfer import MAX_PATH, MAX_PATHS

NOT_PROVIDED: Final = "NOTPROVIDED"
"""The name of a party of which a document has only an address or a country. It asks for review: no list knows it."""
_ID_LENGTH: Final = 256
_HS_LENGTH: Final = 32
_PLACES_SHOWN: Final = 4
"""A field that is joined from more places than this has their common path."""

_BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.IGNORECASE)
_LEI: Final = re.compile(r"[A-Z0-9]{18}\d\d", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]{5}")
_DIGIT: Final = re.compile(r"\d", re.ASCII)
_LONGEST_CODE: Final = 64
HS_CODE: Final = re.compile(r"\A(?=.{0,30}\d\d)[\dA-Za-z .\-/]{2,32}", re.ASCII)
"""What may be a tariff code. Words in its place are a text, which is read for goods."""
_AMOUNT: Final = re.compile(r"\d{1,18}(?:\.\d{0,11})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DAY: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?)"
    r"(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,
)


class NotConvertible(UnreadableEvent):
    """A document that is not of its format. `detail` says why without repeating its content."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class PartyDraft:
    """A participant, as far as it is known. Each fact has the path at which it stood."""

    __slots__ = (
        "aliases",
        "birth_date",
        "countries",
        "identifiers",
        "lines",
        "names",
        "path",
        "residence",
        "role",
        "type",
    )

    def __init__(self, role: str, path: str) -> None:
        self.role, self.path, self.type = role, path, ""
        self.names: list[tuple[str, str]] = []
        self.aliases: list[tuple[str, str]] = []
        self.lines: list[tuple[str, str]] = []
        self.countries: list[tuple[str, str]] = []
        self.residence: tuple[str, str] | None = None
        self.birth_date: tuple[str, str] | None = None
        self.identifiers: list[tuple[str, str, str]] = []

    def written(self, number: int, paths: dict[str, str]) -> dict[str, Any] | None:
        """Return the party as JSON and note its paths; None when nothing is known of it."""
        pointer = f"/parties/{number}"
        out: dict[str, Any] = {"role": self.role}
        names = self.names + self.aliases
        if names:
            out["name"], paths[f"{pointer}/name"] = names[0]
            if len(names) > 1:
                out["aliases"] = [name for name, _ in names[1:]]
                for at, (_, path) in enumerate(names[1:]):
                    paths[f"{pointer}/aliases/{at}"] = path
        if self.type:
            out["type"] = self.type
        if self.countries:
            out["countries"] = list(dict.fromkeys(country for country, _ in self.countries))
            paths[f"{pointer}/countries"] = joined_path([path for _, path in self.countries])
        if self.residence is not None:
            out["residence"], paths[f"{pointer}/residence"] = self.residence
        if self.birth_date is not None:
            out["birth_date"], paths[f"{pointer}/birth_date"] = self.birth_date
        if self.identifiers:
            out["identifiers"] = [{"type": kind, "value": value} for kind, value, _ in self.identifiers]
            for at, (_, _, path) in enumerate(self.identifiers):
                paths[f"{pointer}/identifiers/{at}"] = path
        if self.lines:
            out["address"] = ", ".join(line for line, _ in self.lines)
            paths[f"{pointer}/address"] = joined_path([path for _, path in self.lines])
        if "name" not in out and "identifiers" not in out:
            if len(out) <= 1 + ("type" in out):
                return None
            out["name"] = NOT_PROVIDED
        paths[pointer] = self.path
        return out


class ItemDraft:
    """A line of goods: its fields as JSON, and the path of each."""

    __slots__ = ("fields", "path", "paths")

    def __init__(self, path: str) -> None:
        self.path = path
        self.fields: dict[str, Any] = {}
        self.paths: dict[str, list[str]] = {}

    def add(self, field: str, value: Any, path: str, between: str = "\n") -> None:
        """Add a value. A second text of one field is appended to it."""
        if field in self.fields:
            value = f"{self.fields[field]}{between}{value}"
        self.fields[field] = value
        self.paths.setdefault(field, []).append(path)


class Draft:
    """What one part of a document says. A transfer is made from one draft, or from several that it shares."""

    __slots__ = (
        "accounts", "dates", "free_texts", "funds", "ids", "items", "occurred", "parties", "permits", "purposes",
        "route", "size", "texts",
    )  # fmt: skip

    def __init__(self) -> None:
        self.parties: dict[str, PartyDraft] = {}
        self.items: dict[str, ItemDraft] = {}
        self.accounts: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.free_texts: list[tuple[str, str]] = []
        self.purposes: list[tuple[str, str]] = []
        self.permits: list[tuple[dict[str, str], str]] = []
        self.route: dict[str, list[tuple[dict[str, str], str]]] = {}
        self.funds: list[tuple[int, str, str, str]] = []
        self.occurred: list[tuple[str, str]] = []
        self.ids: dict[str, str] = {}
        self.size = 0
        """How much the draft takes, in letters: a part that many transfers share must not make them endless."""

    def text(self, path: str, text: str) -> None:
        """Keep a text that nothing else maps, under its path."""
        self.texts.append((path, text))
        self.size += len(text) + len(path)

    def party(self, role: str, path: str, kind: str = "") -> PartyDraft:
        """Add a party."""
        party = self.parties[path] = PartyDraft(role, path)
        party.type = kind
        self.size += 2 * len(path)
        return party

    def identify(self, party: PartyDraft, kind: str, value: str, path: str) -> None:
        """Add an identifier to a party. A value that is no code, or has words in it, is kept as a text."""
        if kind in {"bic", "lei"}:
            if (_BIC if kind == "bic" else _LEI).fullmatch(value) is None:
                self.text(path, value)
                return
        elif len(value) > _LONGEST_CODE or _DIGIT.search(value) is None:
            self.text(path, value)
            return
        elif _WORD.search(value) is not None:
            self.text(path, value)
        party.identifiers.append((kind, value, path))
        self.size += len(value)

    def country(self, party: PartyDraft, code: str, path: str) -> None:
        """Add a country to a party; a code that is none is kept as a text."""
        if code.upper() in COUNTRIES:
            party.countries.append((code.upper(), path))
        else:
            self.text(path, code)

    def hs_code(self, item: ItemDraft, code: str, path: str) -> None:
        """Add a tariff code to an item. What cannot be one is kept as a text; what has no more room is a new item."""
        if HS_CODE.fullmatch(code) is None:
            self.text(path, code)
        elif (before := item.fields.get("hs_code")) is None or len(before) + len(", ") + len(code) <= _HS_LENGTH:
            item.add("hs_code", code, path, ", ")
        else:
            self.items[path] = ItemDraft(path)
            self.items[path].add("hs_code", code, path)

    def stop(self, part: str, path: str, country: str | None = None, place: str | None = None) -> None:
        """Add a stop to the route. `part` is the field of the route."""
        stop = {}
        if country and country.upper() in COUNTRIES:
            stop["country"] = country.upper()
        elif country:
            self.text(path, country)
        if place:
            stop["place"] = place
        if stop:
            self.route.setdefault(part, []).append((stop, path))

    def amount(self, priority: int, amount: str, currency: str, path: str) -> None:
        """Add an amount that may be what is paid: the one of the lowest `priority` is. Anything else is a text."""
        if _AMOUNT.fullmatch(amount) is not None and _CURRENCY.fullmatch(currency) is not None:
            self.funds.append((priority, amount, currency, path))
        else:
            self.text(path, f"{currency} {amount}".strip())

    def moment(self, value: str, path: str) -> None:
        """Add a day or a moment on which the transfer may have happened: the latest one is taken.

        A time without an offset is read as UTC, which keeps its day.
        """
        written = as_moment(value)
        if written is None:
            self.text(path, value)
        else:
            self.occurred.append((written, path))


def as_moment(value: str) -> str | None:
    """Return a day or a time of ISO 8601 as a moment with an offset; None when it is neither."""
    if _DAY.fullmatch(value) is not None:
        return f"{value}T00:00:00Z"
    if (found := _MOMENT.fullmatch(value)) is None:
        return None
    day, time, offset = found.groups()
    return f"{day}T{time[:15]}{offset or 'Z'}"


def identity(*parts: str) -> str:
    """Return the id of a transfer, made of what identifies it in its document."""
    whole = ":".join(part for part in parts if part)
    if len(whole) <= _ID_LENGTH:
        return whole
    return f"{parts[0]}:{hashlib.sha256(whole.encode()).hexdigest()}"


def joined_path(paths: Sequence[str]) -> str:
    """Return the paths of a field that is joined from several places, or their common path when they are many."""
    paths = list(dict.fromkeys(paths))
    if len(paths) == 1:
        return paths[0]
    listed = " | ".join(paths)
    if len(paths) <= _PLACES_SHOWN and len(listed) <= MAX_PATH:
        return listed
    first, last = min(paths).split("/"), max(paths).split("/")
    common = [one for one, other in zip(first, last, strict=False) if one == other]
    return "/".join(common[: _shared(first, last)]) or paths[0]


def _shared(first: Sequence[str], last: Sequence[str]) -> int:
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def transfer_of(drafts: Sequence[Draft], kind: str, form: str, root: str, identity: str) -> dict[str, Any]:
    """Return the transfer of `drafts` as JSON, with the path of each of its fields below `root`.

    Raises NotConvertible when the document does not say when it happened.
    """
    paths: dict[str, str] = {}
    occurred = max((each for draft in drafts for each in draft.occurred), key=_by_day, default=None)
    if occurred is None:
        raise NotConvertible("it has no date on which it happened")
    out: dict[str, Any] = {"id": identity, "occurred_at": occurred[0], "kind": kind}
    if occurred[1]:
        paths["/occurred_at"] = occurred[1]
    texts = [each for draft in drafts for each in draft.texts]
    _write_parties(out, drafts, paths, texts)
    _write_items(out, drafts, paths)
    funds = min((each for draft in drafts for each in draft.funds), key=_by_priority, default=None)
    if funds is not None:
        out["funds"] = {"amount": funds[1], "currency": funds[2]}
        paths["/funds"] = funds[3]
    _write_route(out, drafts, paths)
    for field, found in (
        ("purpose", [each for draft in drafts for each in draft.purposes]),
        ("free_text", [each for draft in drafts for each in draft.free_texts]),
    ):
        if found:
            out[field] = "\n".join([text for text, _ in found])
            paths[f"/{field}"] = joined_path([path for _, path in found])
    permits = [each for draft in drafts for each in draft.permits]
    if permits:
        out["authorisations"] = [permit for permit, _ in permits]
        paths.update((f"/authorisations/{at}", path) for at, (_, path) in enumerate(permits))
    if texts:
        out["extensions"] = _by_path(texts)
    if len(paths) > MAX_PATHS:
        raise NotConvertible(f"one of its transfers has more than {MAX_PATHS:,} fields")
    out["document"] = {"format": form, "root": root, "paths": paths}
    return out


def _by_path(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    found = dict(texts)
    if len(found) < len(texts):  # one place may say several things: a name of a file and its content
        found = {}
        for path, text in texts:
            found[path] = f"{found[path]}\n{text}" if path in found else text
    return found


def _by_day(occurred: tuple[str, str]) -> tuple[str, str]:
    """Order by day, and on one day by the text: a time is later than the day alone."""
    return occurred[0][:10], occurred[0]


def _by_priority(funds: tuple[int, str, str, str]) -> int:
    return funds[0]


def _write_parties(
    out: dict[str, Any], drafts: Iterable[Draft], paths: dict[str, str], texts: list[tuple[str, str]]
) -> None:
    parties: list[dict[str, Any]] = []
    drafts = tuple(drafts)
    known = {path: party for draft in drafts for path, party in draft.parties.items()}
    held: dict[str, list[tuple[str, str]]] = {}
    for draft in drafts:
        for owner, value, path in draft.accounts:
            if owner in known and _DIGIT.search(value) is not None and len(value) <= _LONGEST_CODE:
                held.setdefault(owner, []).append((value, path))
                if _WORD.search(value) is None:
                    continue
            texts.append((path, value))
    for where, party in known.items():
        written = party.written(len(parties), paths)
        accounts = held.get(where)
        if accounts:
            if written is None:
                written = {"role": party.role, **({"type": party.type} if party.type else {})}
                paths[f"/parties/{len(parties)}"] = party.path
            own = written.setdefault("identifiers", [])
            for value, path in accounts:
                paths[f"/parties/{len(parties)}/identifiers/{len(own)}"] = path
                own.append({"type": "other", "value": value})
        if written is not None:
            parties.append(written)
    if parties:
        out["parties"] = parties


def _write_items(out: dict[str, Any], drafts: Iterable[Draft], paths: dict[str, str]) -> None:
    items: list[dict[str, Any]] = []
    for draft in drafts:
        for item in draft.items.values():
            if item.fields:
                pointer = f"/items/{len(items)}"
                paths[pointer] = item.path
                paths.update((f"{pointer}/{field}", joined_path(found)) for field, found in item.paths.items())
                items.append(item.fields)
    if items:
        out["items"] = items


def _write_route(out: dict[str, Any], drafts: Iterable[Draft], paths: dict[str, str]) -> None:
    route: dict[str, Any] = {}
    for draft in drafts:
        for part, stops in draft.route.items():
            for stop, path in stops:
                if part in ("transit", "previous_ports"):
                    row = route.setdefault(part, [])
                    paths[f"/route/{part}/{len(row)}"] = path
                    row.append(stop)
                elif part not in route:
                    route[part], paths[f"/route/{part}"] = stop, path
                else:  # a second place of the same kind is one on the way
                    row = route.setdefault("transit", [])
                    paths[f"/route/transit/{len(row)}"] = path
                    row.append(stop)
    if route:
        out["route"] = route
