"""The tables of the formats: for each field what it becomes, or why it is left out. Data, read once from CSV files.

The guide is generated from them, and a test compares them with the published schemas.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from tidewaiter.errors import RuleError


class Row(NamedTuple):
    """A row of a table. `part` is the part of the format that has the field."""

    part: str
    field: str
    becomes: str
    why: str


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of the table `name`. RuleError when it is not one."""
    found = [Row(*row) for row in _read(name)]
    seen: set[tuple[str, str]] = set()
    for row in found:
        if (row.part, row.field) in seen:
            raise RuleError(f"{name}.csv: {row.part} has two rows for {row.field}")
        if row.becomes.startswith("left out") and not row.why:
            raise RuleError(f"{name}.csv: {row.part} {row.field} is left out, and no reason is given")
        seen.add((row.part, row.field))
    return tuple(found)


@cache
def words_of_purpose() -> dict[str, str]:
    """Return the meaning of each purpose code of the ISO 20022 external code list that says something of goods."""
    return {code: words for code, words in _read("purposes")}  # noqa: C416 - each row has two fields


def _read(name: str) -> list[list[str]]:
    _, *found = csv.reader(files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines())
    return found


LEFT_OUT: Final[dict[str, re.Pattern[str]]] = {
    "amount": re.compile(r"-?\d{1,18}(?:[.,]\d{0,17})?", re.ASCII),
    "number": re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII),
    "date": re.compile(r"[\d\-:.TZ+]{4,35}", re.ASCII),
    "flag": re.compile(r"true|false|[01YN]"),
    "code": re.compile(r"[A-Z0-9]{1,4}"),
    "word": re.compile(r"[A-Z][A-Z0-9_]{0,31}"),
    "currency": re.compile(r"[A-Z]{3}"),
}
"""What a field that is left out may hold. Anything else in it is a text and is screened."""
