"""The built-in sample watchlist: a few publicly listed parties for a first run, never a list to rely on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tidewaiter.errors import ListError
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.reading import readable, sha256_of
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList
from tidewaiter.runtime.plain_yaml import PlainYamlError, plain_yaml

DESIGNATED_VESSELS = "UN 1718 Designated Vessels List"
WHAT = "a sample watchlist in YAML"

_FIELDS = frozenset(
    "id type authority programmes instrument url listed_on names weak_names birth_dates countries identifiers measures "
    "confidence remarks".split()
)
_LISTED = ("names", "weak_names", "programmes", "birth_dates", "countries", "measures")
_NEEDED = ("id", "type", "authority", "names", "url")


def read(path: Path) -> PartyList:
    """Read the watchlist. Raises ListError with entry and field for any invalid value."""
    readable(path, WHAT)
    try:
        document = plain_yaml(path.read_text(encoding="utf-8"))
    except PlainYamlError as mistake:
        line = "" if mistake.line is None else f" (line {mistake.line})"
        raise ListError(f"{path}: {mistake.what}{line}. Correct it, or reinstall the package.") from mistake
    except UnicodeDecodeError as error:
        raise ListError(f"{path}: is not UTF-8 text ({error}). Correct it, or reinstall the package.") from error
    if not isinstance(document, dict) or not isinstance(document.get("entries"), list) or not document["entries"]:
        raise ListError(f"{path}: has no entries, so it is not {WHAT}. Give the built-in one, or correct it.")
    entries: dict[str, ListEntry] = {}
    for record in document["entries"]:
        entry = _entry(record, path)
        if entry.id in entries:
            raise ListError(f"{path}: entry {entry.id} occurs twice. Remove one.")
        entries[entry.id] = entry
    return PartyList(
        id="sample",
        publisher="sample",
        authority="sample",
        instrument="Tidewaiter sample watchlist (sample data, not an official list)",
        url=str(document.get("url", "")),
        published=document.get("published"),
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        sample=True,
    )


def designated_vessels(path: Path) -> PartyList:
    """Return the vessels designated by the 1718 Committee in the watchlist at `path`, as a separate list.

    The Committee publishes them in a separate document. The XML of the UN's Consolidated List has none of them.
    """
    whole = read(path)
    vessels = tuple(entry for entry in whole.entries if entry.instrument == DESIGNATED_VESSELS)
    return dataclasses.replace(
        whole,
        id="un-vessels",
        publisher="un-vessels",
        authority="UN",
        instrument=DESIGNATED_VESSELS,
        url=vessels[0].url if vessels else whole.url,
        entries=vessels,
        sample=False,
    )


def _entry(record: Any, path: Path) -> ListEntry:
    if not isinstance(record, dict):
        raise ListError(f"{path}: entry {record!r} is not a mapping. Write `id:`, `type:`, `names:` and so on.")
    where = f"{path}: entry {record.get('id', '(no id)')}"
    if odd := [name for name in record if name not in (*_LISTED, "identifiers") and not isinstance(record[name], str)]:
        raise ListError(f"{where}: {odd[0]} is not one word.")
    if unknown := sorted(set(record) - _FIELDS):
        raise ListError(f"{where}: unknown field {', '.join(unknown)}. Use {', '.join(sorted(_FIELDS))}.")
    if missing := [name for name in _NEEDED if not record.get(name)]:
        raise ListError(f"{where}: {', '.join(missing)} missing. Add it.")
    for name in _LISTED:
        if not _words(record.get(name, [])):
            raise ListError(f"{where}: {name} is not a list of words. Write `{name}: [one, other]`.")
    identifiers = record.get("identifiers", [])
    if not isinstance(identifiers, list) or not all(
        isinstance(i, dict) and {"type", "value"} <= i.keys() <= {"type", "value", "country"} and _words([*i.values()])
        for i in identifiers
    ):
        raise ListError(f"{where}: its identifiers are not written as such. Write `[{{type: imo, value: 9187629}}]`.")
    dates = [*record.get("birth_dates", ()), *filter(None, [record.get("listed_on")])]
    if wrong := [text for text in dates if partial_date(text) != text]:
        raise ListError(f"{where}: {wrong[0]!r} is not a date. Write 1984-01-08, 1984-01, 1984, 1962/1964 or 1951~.")
    try:
        type_ = EntryType(record["type"])
        measures = tuple(ListingMeasure(word) for word in record.get("measures", ("asset_freeze",)))
    except ValueError as error:
        raise ListError(f"{where}: {error}. Use a word of EntryType or ListingMeasure.") from None
    names = [ListedName(text) for text in record["names"]] + [
        ListedName(t, weak=True) for t in record.get("weak_names", ())
    ]
    return ListEntry(
        id=record["id"],
        type=type_,
        names=tuple(names),
        programmes=tuple(record.get("programmes", ())),
        measures=measures,
        birth_dates=tuple(record.get("birth_dates", ())),
        countries=tuple(record.get("countries", ())),
        identifiers=tuple(ListedIdentifier(i["type"], i["value"], i.get("country")) for i in identifiers),
        listed_on=record.get("listed_on"),
        url=record["url"],
        provision=f"entry {record['id']}",
        confidence=record.get("confidence", "C"),
        remarks=record.get("remarks", ""),
        authority=record["authority"],
        instrument=record.get("instrument", ""),
    )


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
