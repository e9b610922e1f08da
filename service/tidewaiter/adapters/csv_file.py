"""CSV with a header line, by a mapping that says what each column becomes. One row is one transfer.

The mapping is the operator's: a YAML file with the kind of transfer, perhaps a separator and a form of dates, and for
each column one of the words below. A column that it does not name is a text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from tidewaiter.adapters.drafts import HS_CODE, Draft, ItemDraft, NotConvertible, identity, transfer_of
from tidewaiter.adapters.tables import LEFT_OUT
from tidewaiter.errors import SettingsError
from tidewaiter.runtime.plain_yaml import PlainYamlError, plain_yaml
from tidewaiter_schemas.countries import CODES as COUNTRIES
from tidewaiter_schemas.transfer import PARTY_TYPES, ROLES

_OF_PARTY: Final = frozenset({"name", "alias", "address", "country", "type", "birth_date"})
_OF_ITEM: Final = frozenset(
    {"description", "hs_code", "eccn", "manufacturer", "model", "unit", "condition", "serial", "quantity", "origin"}
)
_NUMBER: Final = re.compile(r"\d{1,18}(?:\.\d{1,11})?", re.ASCII)
_FITS: Final = {"quantity": _NUMBER, "hs_code": HS_CODE}
_MOST_CELL: Final = 100_000
_MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the columns of a file become. `dates` is a format of `datetime.strptime`; None for ISO 8601."""

    columns: Mapping[str, str]
    kind: str = "sale"
    separator: str = ","
    dates: str | None = None

    @classmethod
    def read(cls, content: bytes) -> ColumnMapping:
        """Return the mapping in a YAML file. SettingsError when it cannot be used."""
        try:
            told = plain_yaml(content.decode("utf-8-sig"))
        except PlainYamlError as mistake:
            raise SettingsError(f"the mapping, line {mistake.line or 1}: {mistake.what}") from None
        except UnicodeDecodeError:
            raise SettingsError("the mapping is not UTF-8 text") from None
        if not isinstance(told, dict) or not isinstance(told.get("columns"), dict):
            raise SettingsError("the mapping has no `columns`, which say what each column becomes")
        unknown = set(told) - {"columns", "kind", "separator", "dates"}
        if unknown:
            raise SettingsError(f"the mapping knows no {', '.join(sorted(map(str, unknown)))}")
        columns = {str(name): str(becomes).strip() for name, becomes in told["columns"].items()}
        for name, becomes in columns.items():
            if not _known(becomes):
                raise SettingsError(f"the mapping: column {name} becomes “{becomes}”, which is nothing it can become")
        if "id" not in columns.values():
            raise SettingsError("the mapping names no column that is the `id` of a transfer")
        separator = str(told.get("separator", ","))
        if len(separator) != 1:
            raise SettingsError("the mapping: `separator` is one letter")
        return cls(columns, str(told.get("kind", "sale")), separator, told.get("dates"))


def _known(becomes: str) -> bool:
    words = becomes.split()
    match words:
        case ["id" | "occurred" | "purpose" | "text" | "funds" | "value"] | ["free", "text"]:
            return True
        case ["left", "out:", *reason]:
            return bool(reason)
        case ["party", role, field]:
            return role in ROLES and field in _OF_PARTY
        case ["party", role, "identifier", _]:
            return role in ROLES
        case ["item", field]:
            return field in _OF_ITEM
        case ["funds" | "value", "currency"]:
            return True
        case ["route", "origin" | "destination" | "transit", "country" | "place"]:
            return True
    return False


def transfers(document: bytes, mapping: ColumnMapping, received: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the transfer of each row as JSON. Raises NotConvertible, also for a row after the first ones."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotConvertible(f"byte {error.start} is not UTF-8") from None
    if "\x00" in text:
        raise NotConvertible("it has a null character")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.separator, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in mapping.columns if name not in header]
        if missing:
            raise NotConvertible(f"it has no column {', '.join(missing)}, which the mapping names")
        if len(set(header)) < len(header):
            raise NotConvertible("two columns have one name")
        for number, row in enumerate(lines, start=2):
            if number > _MOST_ROWS:
                raise NotConvertible(f"it has more than {_MOST_ROWS:,} rows")
            if any(map(str.strip, row)):
                yield _transfer(header, row, number, mapping, received)
    except csv.Error:
        raise NotConvertible(f"line {lines.line_num} is no CSV with the separator “{mapping.separator}”") from None


def _transfer(
    header: list[str], row: list[str], number: int, mapping: ColumnMapping, received: str | None
) -> dict[str, Any]:
    draft = Draft()
    amounts: dict[str, dict[str, tuple[str, str]]] = {"funds": {}, "value": {}}
    stops: dict[str, dict[str, tuple[str, str]]] = {}
    own = ""
    for at, cell in enumerate(row):
        value = cell.strip()
        if not value:
            continue
        if len(value) > _MOST_CELL:
            raise NotConvertible(f"row {number} has a cell of more than {_MOST_CELL:,} letters")
        name = header[at] if at < len(header) and header[at] else f"column {at + 1}"
        becomes, here = mapping.columns.get(name, "text"), quote(name, safe="-_.:@()&+")
        words = becomes.split()
        match words:
            case ["id"]:
                own = f"{own}:{value}" if own else value
            case ["occurred"]:
                draft.moment(_day(value, mapping), here)
            case ["purpose"]:
                draft.purposes.append((value, here))
            case ["free", "text"]:
                draft.free_texts.append((value, here))
            case ["left", "out:", *_] if _says_nothing(value):
                pass
            case ["funds" | "value" as which, *currency]:
                amounts[which]["currency" if currency else "amount"] = (value, here)
            case ["party", role, *field]:
                _party(draft, role, field, value, here)
            case ["item", field]:
                _item(draft, field, value, here)
            case ["route", part, which]:
                stops.setdefault(part, {})[which] = (value, here)
            case _:
                draft.text(here, value)
        if becomes == "id":
            draft.text(here, value)
    _amounts(draft, amounts)
    for part, stop in stops.items():
        country, place = stop.get("country"), stop.get("place")
        paths = " | ".join(path for _, path in stop.values())
        draft.stop(part, paths, country[0] if country else None, place[0] if place else None)
    if not own:
        raise NotConvertible(f"row {number} has no id")
    if not draft.occurred and received is not None:
        draft.occurred.append((received, ""))
    return transfer_of((draft,), mapping.kind, "csv", f"/{number}", identity("csv", own))


def _day(value: str, mapping: ColumnMapping) -> str:
    if mapping.dates is None:
        return value[:10] + "T" + value[11:] if value[10:11] == " " and value[:4].isdecimal() else value
    try:
        return datetime.strptime(value, mapping.dates).isoformat()  # noqa: DTZ007 - without an offset it is read as UTC
    except ValueError:
        return value


def _says_nothing(value: str) -> bool:
    return any(form.fullmatch(value) for form in LEFT_OUT.values())


def _party(draft: Draft, role: str, field: list[str], value: str, here: str) -> None:
    draft.size += len(value)
    party = draft.parties.get(role) or draft.party(role, role)
    if party.path == role:  # the first column of the party tells where it stands
        party.path = here
    match field:
        case ["name"]:
            party.names.append((value, here))
        case ["alias"]:
            party.aliases.append((value, here))
        case ["address"]:
            party.lines.append((value, here))
        case ["country"]:
            draft.country(party, value, here)
        case ["type"]:
            if value.lower() in PARTY_TYPES:
                party.type = value.lower()
            else:
                draft.text(here, value)
        case ["birth_date"]:
            if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value, re.ASCII):
                party.birth_date = (value, here)
            else:
                draft.text(here, value)
        case [_, kind]:
            draft.identify(party, kind, value, here)


def _item(draft: Draft, field: str, value: str, here: str) -> None:
    item = draft.items.get("item")
    if item is None:
        item = draft.items["item"] = ItemDraft(here)
    fits = _FITS.get(field)
    if fits is not None and fits.fullmatch(value) is None:
        draft.text(here, value)
    elif field == "origin":
        if value.upper() in COUNTRIES:
            item.add(field, value.upper(), here)
        else:
            draft.text(here, value)
    else:
        item.add(field, value, here)


def _amounts(draft: Draft, amounts: Mapping[str, Mapping[str, tuple[str, str]]]) -> None:
    for which, found in amounts.items():
        (amount, here), (currency, there) = found.get("amount", ("", "")), found.get("currency", ("", ""))
        if re.fullmatch(r"[A-Z]{3}", currency) and _NUMBER.fullmatch(amount):
            if which == "funds":
                draft.amount(1, amount, currency, here)
            else:
                item = draft.items.setdefault("item", ItemDraft(here))
                item.add("value", {"amount": amount, "currency": currency}, here)
        else:
            for value, path in ((amount, here), (currency, there)):
                if value:
                    draft.text(path, value)
