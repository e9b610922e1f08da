"""Lists of tariff codes that a law prints. Each is read from a file beside its rule set and becomes part of it.

A list is refused when its rows or sha-256 differ from those its rule states: an incomplete list would clear goods.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from tidewaiter.errors import RuleError
from tidewaiter.goods.hs.codes import SUBHEADINGS
from tidewaiter.rulebook.base import RuleModel, Url, Words
from tidewaiter.rulebook.yaml_source import YamlDocument
from tidewaiter_schemas.base import Currency, Sha256

COLUMNS = ("code", "threshold", "currency", "partial", "note")
"""The columns of a code list, in this order. `code` has digits only; `partial` is `yes` or nothing."""

Digits = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}){0,4}$")]
Basis = Literal["item", "unit", "set", "weight"]
"""What a threshold values: the whole item, one unit of it, one set of it, or a weight of it."""


class CodeRow(RuleModel):
    """One code of a list, 2 to 10 digits, with its own threshold where the law gives one.

    `partial` is true where the law lists only part of the code ("ex"). Goods of it get review and are never blocked.
    """

    code: Digits
    threshold: Annotated[Decimal, Field(gt=0)] | None = None
    currency: Currency | None = None
    partial: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _is_money(self) -> CodeRow:
        if (self.threshold is None) != (self.currency is None):
            raise ValueError(f"{self.code}: a threshold needs a currency, and a currency a threshold")
        return self


class CodeList(RuleModel):
    """A list of codes: its file, its expected rows and hash, its source, and how its thresholds are measured.

    `listed` is read from `file` when the rule set is loaded. A rule set in a compiled rule book contains it.
    """

    file: Annotated[str, StringConstraints(pattern=r"^codes/[A-Za-z0-9._-]+\.csv$")]
    rows: Annotated[int, Field(ge=1)]
    sha256: Sha256 = Field(description="Of the file, byte for byte.")
    source: Words
    url: Url
    as_of: date
    basis: Basis = "item"
    weight_kg: Annotated[Decimal, Field(gt=0)] | None = None
    operator: Literal[">", ">="] = ">"
    listed: Annotated[tuple[CodeRow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _agrees(self) -> CodeList:
        if (self.basis == "weight") != (self.weight_kg is not None):
            raise ValueError("basis `weight` and `weight_kg` go together")
        if len(self.listed) != self.rows:
            raise ValueError(f"{self.file} has {len(self.listed)} codes, not {self.rows}; get the whole list again")
        seen: set[str] = set()
        for row in self.listed:
            if row.code in seen:
                raise ValueError(f"{self.file}: {row.code} is listed twice; keep one")
            seen.add(row.code)
        return self


class CodeIndex:
    """Finds the row that a code falls under, in time that does not grow with the list.

    A heading or chapter counts as listed when all its subheadings (HS 2022) are. It has their threshold when they share
    one; otherwise it counts as listed in part.
    """

    __slots__ = ("_above", "_by_code", "_lengths")

    def __init__(self, rows: Iterable[CodeRow]) -> None:
        self._by_code: dict[str, CodeRow] = {row.code: row for row in rows}
        self._above: dict[str, CodeRow] = {}
        for code in sorted(self._by_code):
            for length in range(2, len(code), 2):
                self._above.setdefault(code[:length], self._by_code[code])
        for parents in (_HEADINGS, _CHAPTERS):
            self._by_code |= {row.code: row for row in _whole(self._by_code, parents)}
        self._lengths = tuple(sorted({len(code) for code in self._by_code}, reverse=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def over(self, digits: str) -> CodeRow | None:
        """Return the row of the longest listed code that is a prefix of `digits`."""
        for length in self._lengths:
            row = self._by_code.get(digits[:length])
            if row is not None:
                return row
        return None

    def under(self, digits: str) -> CodeRow | None:
        """Return the first row whose code is longer and begins with `digits`: the goods may fall under it."""
        return self._above.get(digits)


def with_code_lists(document: YamlDocument, folder: Path) -> YamlDocument:
    """Return `document` with the rows of its code lists, read from `folder`. RuleError when a list cannot be used."""
    content = document.content
    if not isinstance(content, dict) or not isinstance(content.get("rules"), list):
        return document
    for number, rule in enumerate(content["rules"]):
        goods = rule.get("goods") if isinstance(rule, dict) else None
        named = goods.get("codes") if isinstance(goods, dict) else None
        if isinstance(goods, dict) and isinstance(named, dict):
            path = ("rules", number, "goods", "codes")
            if "listed" in named:
                raise document.error((*path, "listed"), "is read from `file`; leave it out")
            goods["codes"] = named | {"listed": _read(document, path, named, folder)}
    return document


def read_code_list(content: bytes, name: str) -> list[dict[str, Any]]:
    """Return the rows of a code list as fields of `CodeRow`. RuleError names the line that cannot be used."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: is not UTF-8 text: {error.reason} at byte {error.start}") from error
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return list(_rows(reader, name))
    except csv.Error as error:
        raise RuleError(f"{name}:{reader.line_num}: is not CSV: {error}") from error


def _rows(reader: Any, name: str) -> Iterator[dict[str, Any]]:
    header = next(reader, None)
    if header is None or tuple(header) != COLUMNS:
        raise RuleError(f"{name}:1: the first line must be {','.join(COLUMNS)}")
    for cells in reader:
        where = f"{name}:{reader.line_num}"
        if len(cells) != len(COLUMNS):
            raise RuleError(f"{where}: has {len(cells)} fields, not {len(COLUMNS)}; the file may be cut off")
        code, threshold, currency, partial, note = cells
        if not code.isascii() or not code.isdigit() or len(code) not in (2, 4, 6, 8, 10):
            raise RuleError(f"{where}: {code!r} is not a code of 2, 4, 6, 8 or 10 digits")
        if partial not in ("", "yes"):
            raise RuleError(f"{where}: partial is {partial!r}; give yes or leave it empty")
        row: dict[str, Any] = {"code": code}
        if threshold or currency:
            row |= {"threshold": amount_of(threshold, where), "currency": currency}
        if partial:
            row["partial"] = True
        if note:
            row["note"] = note
        yield row


def amount_of(text: str, where: str) -> str:
    """Return `text` when it is a positive amount. RuleError at `where` when it is not."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise RuleError(f"{where}: the threshold {text!r} is not a positive amount")
    return text


def _read(
    document: YamlDocument, path: tuple[str | int, ...], named: Mapping[str, Any], folder: Path
) -> list[dict[str, Any]]:
    file = named.get("file")
    # The model refuses a name with a path: no file outside the folder is opened.
    if not isinstance(file, str) or Path(file).parent != Path("codes"):
        return []
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        raise document.error((*path, "file"), f"{file}: cannot be read: {error.strerror}") from error
    sha256 = hashlib.sha256(content).hexdigest()
    if named.get("sha256") != sha256:
        raise document.error(
            (*path, "sha256"), f"{file} has the sha-256 {sha256}, not the one given; it is a different list"
        )
    return read_code_list(content, file)


def _children(codes: Iterable[str], length: int) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {}
    for code in sorted(codes):
        children.setdefault(code[:length], []).append(code)
    return {parent: tuple(below) for parent, below in children.items()}


_HEADINGS = _children(SUBHEADINGS, 4)
_CHAPTERS = _children(_HEADINGS, 2)


def _whole(listed: Mapping[str, CodeRow], parents: Mapping[str, tuple[str, ...]]) -> Iterator[CodeRow]:
    """Yield a row for each heading or chapter whose children are all listed."""
    for parent in sorted({code[:length] for code in listed for length in (2, 4) if code[:length] in parents}):
        below = parents[parent]
        if parent in listed or not all(code in listed for code in below):
            continue
        first, *others = (listed[code] for code in below)
        alike = all((row.threshold, row.currency) == (first.threshold, first.currency) for row in others)
        yield CodeRow(
            code=parent,
            threshold=first.threshold if alike else None,
            currency=first.currency if alike else None,
            partial=not alike or any(row.partial for row in (first, *others)),
        )
