"""The operator's own lists: a CSV file with one row per party, and a JSON file that describes the list.

Every row must be valid. A list with one wrong row is refused with line and column: nobody else would notice the loss.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.reading import clean, readable, sha256_of
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList
from tidewaiter_schemas.countries import checked_country

WHAT = "a list of your own, as `tidewaiter lists add` keeps it"
COLUMNS: Mapping[str, str] = {
    "name": "the name of the party; the one column that must be there",
    "id": "your own number for it, unique in the list; else its line",
    "type": "person, organisation, vessel, aircraft or unknown; else unknown",
    "aliases": "other names, separated by ;",
    "weak_aliases": "names that many others have too, separated by ;",
    "countries": "ISO 3166 alpha-2, separated by ;",
    "birth_date": "1973, 1973-11 or 1973-11-02",
    "identifiers": "as imo:9187629 or passport:N1234567:KP, separated by ;",
    "measure": "asset_freeze (default), vessel_ban, export_list, sectoral, travel_ban or other; the first two block",
    "provision": "where your policy says so; else the id",
    "listed_on": "the first day, 2026-01-31",
    "delisted_on": "the day from which it is listed no more",
    "url": "https; where to read about it, else the address of the list",
    "remarks": "prose, for people",
}
"""The columns of the file, in any order."""

_NAME = re.compile(r"^[a-z][a-z0-9-]{1,39}$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


class OwnList(BaseModel):
    """The description of a list. Matches of an `advisory` list are for review at most, whatever its measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=_NAME.pattern)] = Field(description="The id of the list.")
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,19}$")]
    title: Annotated[str, StringConstraints(min_length=1)] = Field(description="As a verdict cites it.")
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    advisory: bool = False


def about(path: Path) -> Path:
    """Return the path of the JSON file that describes the CSV at `path`."""
    return path.with_suffix(".json")


def read(path: Path) -> PartyList:
    """Read the list. Raises ListError with line and column for any invalid value."""
    readable(path, WHAT)
    try:
        whose = OwnList.model_validate_json(readable(about(path), f"who keeps {path.name}").read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise ListError(
            f"{about(path)}: {'.'.join(map(str, first['loc']))}: {first['msg']}. Add the list again."
        ) from None
    return read_as(path, whose)


def read_as(path: Path, whose: OwnList) -> PartyList:
    """Read the CSV at `path` as the list that `whose` describes."""
    readable(path, WHAT)
    entries: dict[str, ListEntry] = {}
    for line, row in _rows(path):
        entry = _entry(path, line, row, whose)
        if entry.id in entries:
            raise ListError(f"{path}:{line}: id: {entry.id!r} occurs twice. Give each party an id of its own.")
        entries[entry.id] = entry
    if not entries:
        raise ListError(f"{path}: has no party. A list needs a header and one row a party.")
    return PartyList(
        id=whose.name,
        publisher="own",
        authority=whose.jurisdiction,
        instrument=whose.title,
        url=whose.url,
        published=max((entry.listed_on or "" for entry in entries.values()), default="") or None,
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        own=True,
    )


def keep(folder: Path, path: Path, whose: OwnList) -> Path:
    """Validate the CSV at `path`, store it in `folder` as the list that `whose` describes, and return its new path."""
    read_as(path, whose)
    kept = folder / "own" / f"{whose.name}.csv"
    kept.parent.mkdir(parents=True, exist_ok=True)
    about(kept).write_text(json.dumps(whose.model_dump(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    kept.write_bytes(path.read_bytes())
    return kept


def kept_in(folder: Path) -> list[Path]:
    """Return the paths of the operator's own lists in `folder`, ordered by name."""
    return sorted((folder / "own").glob("*.csv"))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [column.strip() for column in reader.fieldnames or ()]
            unknown = [column for column in columns if column not in COLUMNS]
            if unknown or "name" not in columns:
                wrong = f"has a column {unknown[0]!r}" if unknown else "has no column name"
                raise ListError(f"{path}:1: {wrong}; the columns are {', '.join(COLUMNS)}.")
            for row in reader:
                if None in row or None in row.values():
                    raise ListError(f"{path}:{reader.line_num}: has another number of columns than the header.")
                yield reader.line_num, {column.strip(): clean(value) for column, value in row.items()}
    except (csv.Error, UnicodeDecodeError) as error:
        raise ListError(f"{path}: is not CSV in UTF-8 ({error}). Save it again as such.") from None


def _entry(path: Path, line: int, row: Mapping[str, str], whose: OwnList) -> ListEntry:
    def wrong(column: str, asked: str) -> ListError:
        return ListError(f"{path}:{line}: {column}: {asked}, not {row[column]!r}")

    def several(column: str) -> list[str]:
        return [part.strip() for part in row.get(column, "").split(";") if part.strip()]

    if not row["name"]:
        raise wrong("name", "a name")
    kind = row.get("type") or "unknown"
    if kind not in set(EntryType):
        raise wrong("type", f"one of {', '.join(EntryType)}")
    measure = row.get("measure") or ListingMeasure.ASSET_FREEZE
    if measure not in set(ListingMeasure):
        raise wrong("measure", f"one of {', '.join(ListingMeasure)}")
    for column in ("listed_on", "delisted_on"):
        if row.get(column) and (not _DAY.match(row[column]) or partial_date(row[column]) is None):
            raise wrong(column, "a day, such as 2026-01-31")
    born = partial_date(row["birth_date"]) if row.get("birth_date") else None
    if row.get("birth_date") and born is None:
        raise wrong("birth_date", "a date, such as 1973 or 1973-11-02")
    if row.get("url") and not row["url"].startswith("https://"):
        raise wrong("url", "an address that begins with https://")
    countries = []
    for country in several("countries"):
        try:
            countries.append(checked_country(country.upper()))
        except ValueError:
            raise wrong("countries", "two letters of ISO 3166 each, separated by ;") from None
    identifiers = []
    for text in several("identifiers"):
        type_, sign, rest = text.partition(":")
        value, _, country_ = rest.partition(":")
        if not sign or not value:
            raise wrong("identifiers", "type:value, such as imo:9187629, separated by ;")
        identifiers.append(ListedIdentifier(type_.strip(), value.strip(), country_.strip().upper() or None))
    return ListEntry(
        id=row.get("id") or f"line-{line}",
        type=EntryType(kind),
        names=(
            *(ListedName(name) for name in dict.fromkeys([row["name"], *several("aliases")])),
            *(ListedName(name, weak=True) for name in dict.fromkeys(several("weak_aliases"))),
        ),
        measures=(ListingMeasure.OTHER if whose.advisory else ListingMeasure(measure),),
        birth_dates=(born,) if born else (),
        countries=tuple(dict.fromkeys(countries)),
        identifiers=tuple(identifiers),
        listed_on=row.get("listed_on") or None,
        delisted_on=row.get("delisted_on") or None,
        url=row.get("url") or "",
        provision=row.get("provision") or "",
        remarks=row.get("remarks") or "",
    )
