"""Listed parties, whoever publishes them, and the lists that contain them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ListingMeasure(StrEnum):
    """What a listing prohibits. An asset freeze and a vessel ban block; every other measure leads to review."""

    ASSET_FREEZE = "asset_freeze"
    VESSEL_BAN = "vessel_ban"
    EXPORT_LIST = "export_list"
    SECTORAL = "sectoral"
    TRAVEL_BAN = "travel_ban"
    OTHER = "other"


class EntryType(StrEnum):
    """The type of a listed party."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name of a listed party. `weak` marks an alias that the publisher calls low quality."""

    text: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class ListedIdentifier:
    """An identifier. `type` is a word of the contract (imo, passport, tax_id, ...), `country` ISO alpha-2 or None."""

    type: str
    value: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One listed party, with its facts in the publisher's order.

    `id` is the publisher's (KPi.001, 47956). `birth_dates` are partial dates, ranges `1962/1964` or approximations
    `1951~` (as in EDTF); a year is never turned into 1 January. `countries` are ISO alpha-2: nationality, flag, or the
    country of the programme. `listed_on` and `delisted_on` are ISO dates, if the publisher states them. `authority`
    and `instrument` are set only when they differ from those of the list. `linked_to` are the names of listed parties
    that the publisher links to this one. `birth_places` are as the publisher writes them. `remarks` is prose: titles,
    offices and everything else without a field of its own.
    """

    id: str
    type: EntryType
    names: tuple[ListedName, ...]
    programmes: tuple[str, ...] = ()
    measures: tuple[ListingMeasure, ...] = (ListingMeasure.ASSET_FREEZE,)
    birth_dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[ListedIdentifier, ...] = ()
    listed_on: str | None = None
    delisted_on: str | None = None
    url: str = ""
    provision: str = ""
    confidence: str = "V"
    remarks: str = ""
    authority: str | None = None
    instrument: str = ""
    gender: str | None = None
    addresses: tuple[str, ...] = ()
    linked_to: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row of a list file, or a fact in it, that could not be read, and why. No row is dropped silently.

    `line` counts from 1; it is 0 when the reason is about the file as a whole.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class PartyList:
    """One publisher's complete list.

    `authority` is a jurisdiction (UN, US, EU, UK, ...). `sha256` is the hash of the bytes of the official file or
    files. `retrieved` (ISO 8601, UTC) and `retrieved_from` say when and from where these bytes were first downloaded;
    they come from the record beside the file, if there is one. `own` marks a list that the operator maintains.
    """

    id: str
    publisher: str
    authority: str
    instrument: str
    url: str
    published: str | None
    sha256: str
    entries: Sequence[ListEntry]
    unread: tuple[UnreadRow, ...] = field(default=())
    sample: bool = False
    own: bool = False
    retrieved: str | None = None
    retrieved_from: str | None = None
