"""A listed party, whoever publishes it, and the list it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ListingMeasure(StrEnum):
    """What a listing bars. An asset freeze and a ban on a ship block; every other measure is for review."""

    ASSET_FREEZE = "asset_freeze"
    VESSEL_BAN = "vessel_ban"
    EXPORT_LIST = "export_list"
    SECTORAL = "sectoral"
    TRAVEL_BAN = "travel_ban"
    OTHER = "other"


class EntryType(StrEnum):
    """What a listed party is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name of a listed party. `weak` marks an alias that the publisher calls low-quality."""

    text: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class ListedIdentifier:
    """`type` is a word of the contract (imo, passport, tax_id, ...), `country` ISO alpha-2 or None."""

    type: str
    value: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One listed party, with its facts in the publisher's own order.

    `id` is the publisher's (KPi.001, 47956). `birth_dates` are partial dates, ranges `1962/1964` or approximations
    `1951~` (as in EDTF), never a year turned into 1 January. `countries` are ISO alpha-2: nationality, flag, or the
    country of the programme. `listed_on` and `delisted_on` are ISO dates, where the publisher gives them. `authority`
    and `instrument` are set only when those of the list are wrong for this entry. `linked_to` are the names of listed
    parties that the publisher ties this one to. `birth_places` are as the publisher writes them. `remarks` is prose:
    what has no field of its own, titles and offices among it.
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
    """A row of a list file, or a fact in it, that could not be read, and why. None is dropped in silence.

    `line` counts from 1; it is 0 when the reason is about the file as a whole.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class PartyList:
    """One publisher's list, read whole.

    `authority` is a jurisdiction (UN, US, EU, UK, ...). `sha256` is of the official file or files, byte for byte.
    `retrieved` (ISO 8601, UTC) and `retrieved_from` come from the record kept beside the file, if there is one: when
    and from where these bytes first came from their publisher. `own` marks a list of the operator's own.
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
