"""Reads official lists of goods codes: a TARIC export, an annex as EUR-Lex shows it, or a plain CSV.

Each format has its columns, named below, and nothing else is read. An empty or damaged file is refused with the line:
an incomplete list would clear goods.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lxml import etree, html

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.codes import amount_of

TARIC_COLUMNS = ("Goods code", "Start date", "End date", "Origin code", "Meas. type code")
"""The columns read of a TARIC export of measures; it may have others."""
CSV_COLUMNS = ("code", "threshold", "currency", "partial")
"""The columns of a plain list, `note` may follow."""

_CODE = re.compile(r"^(?P<part>ex\s*)?(?P<digits>\d{4}(?:\s?\d{2}){0,3})$", re.IGNORECASE)
_ANNEX = re.compile(r"^ANNEX\s+[IVXLC]+[A-Z]?$")


class Format(StrEnum):
    """The format of a file."""

    TARIC = "taric"
    """A TARIC export of measures, saved as CSV."""
    EURLEX = "eurlex"
    """The consolidated text of a regulation, as the HTML that EUR-Lex shows."""
    CSV = "csv"
    """A list of the operator's own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The part of a file to read: for TARIC the measure types, countries and day; for EUR-Lex the annex."""

    day: date
    countries: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    annex: str = ""


@dataclass(frozen=True, slots=True)
class ListedCode:
    """One code of an official list, without padding zeros."""

    digits: str
    partial: bool = False
    threshold: Decimal | None = None
    currency: str = ""
    note: str = ""


def read_goods(content: bytes, name: str, kind: Format, wanted: Wanted) -> list[ListedCode]:
    """Return the codes of the file, sorted, each once. RuleError names file and line of what cannot be used.

    A repeated code is listed in full when one of its entries is. When thresholds differ, the lower one counts and the
    code gets review.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: is not UTF-8 text: {error.reason} at byte {error.start}; save it as UTF-8") from error
    if not text.strip():
        raise RuleError(f"{name}: is empty")
    found = list(_READERS[kind](text, name, wanted))
    if not found:
        raise RuleError(f"{name}: has no code that was asked for; {_hint(kind, wanted)}")
    return _merged(found)


def _hint(kind: Format, wanted: Wanted) -> str:
    if kind is Format.TARIC:
        return f"looked for measure {', '.join(wanted.measures)} for {', '.join(wanted.countries)} on {wanted.day}"
    return f"looked in {wanted.annex}" if kind is Format.EURLEX else "is it only the header?"


def _merged(found: Iterable[ListedCode]) -> list[ListedCode]:
    by_code: dict[str, ListedCode] = {}
    for one in found:
        known = by_code.get(one.digits)
        by_code[one.digits] = one if known is None else _together(known, one)
    return [by_code[digits] for digits in sorted(by_code)]


def _together(one: ListedCode, other: ListedCode) -> ListedCode:
    if (one.threshold, one.currency) == (other.threshold, other.currency):
        return other if one.partial else one
    if one.currency and other.currency and one.currency != other.currency:
        raise RuleError(f"{one.digits}: stands twice, with thresholds in {one.currency} and {other.currency}")
    lower = one if (one.threshold or Decimal(0)) <= (other.threshold or Decimal(0)) else other
    return ListedCode(lower.digits, True, lower.threshold, lower.currency, "different thresholds in the list")


def _taric(text: str, name: str, wanted: Wanted) -> Iterator[ListedCode]:
    for where, row in _table(text, name, TARIC_COLUMNS):
        digits = row["Goods code"].replace(" ", "")
        # "0101210000 80": ten digits of the code, and two that only number lines of the tariff.
        if not digits.isascii() or not digits.isdigit() or len(digits) not in (10, 12):
            raise RuleError(f"{where}: {row['Goods code']!r} is no goods code of 10 digits")
        since, until = _day(row["Start date"], where), _day(row["End date"], where)
        if since is None:
            raise RuleError(f"{where}: has no start date")
        if row["Meas. type code"] not in wanted.measures or row["Origin code"] not in wanted.countries:
            continue
        if since <= wanted.day and (until is None or wanted.day <= until):
            yield ListedCode(_unfilled(digits[:10]))


def _csv(text: str, name: str, _: Wanted) -> Iterator[ListedCode]:
    for where, row in _table(text, name, CSV_COLUMNS):
        digits = re.sub(r"[ .]", "", row["code"])
        if not digits.isascii() or not digits.isdigit() or len(digits) not in (2, 4, 6, 8, 10):
            raise RuleError(f"{where}: {row['code']!r} is no code of 2, 4, 6, 8 or 10 digits")
        if row["partial"].casefold() not in ("", "yes", "no"):
            raise RuleError(f"{where}: partial is {row['partial']!r}; give yes or no")
        partial = row["partial"].casefold() == "yes"
        if not row["threshold"] and not row["currency"]:
            yield ListedCode(digits, partial, note=row.get("note", ""))
            continue
        if not re.fullmatch(r"[A-Z]{3}", row["currency"]):
            raise RuleError(f"{where}: {row['currency']!r} is no currency; a threshold needs one, and it a threshold")
        threshold = Decimal(amount_of(row["threshold"], where))
        yield ListedCode(digits, partial, threshold, row["currency"], row.get("note", ""))


def _eurlex(text: str, name: str, wanted: Wanted) -> Iterator[ListedCode]:
    try:
        # Passed as bytes: lxml refuses a text that declares an encoding.
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except etree.LxmlError as error:
        raise RuleError(f"{name}: is not HTML: {error}") from error
    inside = seen = False
    for element in page.iter("p", "h1", "h2", "h3", "div", "td", "tr"):
        if element.tag == "tr":
            if inside:
                yield from _row(element, f"{name}:{element.sourceline}")
        elif _ANNEX.match(heading := _text(element).upper()):
            inside = heading == wanted.annex.upper()
            seen = seen or inside
    if not seen:
        raise RuleError(f"{name}: has no heading {wanted.annex!r}; name the annex as the text does")


def _row(row: etree._Element, where: str) -> Iterator[ListedCode]:
    """Yield the codes in the first cell of a row, one a paragraph. RuleError for text that only begins like a code."""
    cell = next(row.iterchildren("td", "th"), None)
    if cell is None:
        return
    for paragraph in list(cell.iter("p")) or [cell]:
        said = _text(paragraph)
        code = _CODE.match(said)
        if code:
            yield ListedCode(_unfilled(code["digits"].replace(" ", "")), bool(code["part"]))
        elif re.match(r"^(ex\s*)?\d{3}|^ex$", said, re.IGNORECASE):
            raise RuleError(f"{where}: {said!r} is no code; the page may be damaged")


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(text) for text in element.itertext()).split())


def _table(text: str, name: str, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    first = text.splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader)]
        for column in columns:
            if header.count(column) != 1:
                raise RuleError(f"{name}:1: has {header.count(column) or 'no'} column {column!r}, and one is needed")
        for cells in reader:
            where = f"{name}:{reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise RuleError(f"{where}: has {len(cells)} fields, not {len(header)}; the file may be cut off")
            yield where, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise RuleError(f"{name}:{reader.line_num}: is not CSV: {error}") from error


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    european = re.fullmatch(r"(\d{2})[-/.](\d{2})[-/.](\d{4})", text)
    try:
        return date.fromisoformat("-".join(reversed(european.groups())) if european else text)
    except ValueError:
        raise RuleError(f"{where}: {text!r} is no day; give it as 2024-05-06 or 06-05-2024") from None


def _unfilled(digits: str) -> str:
    """Return the code without padding pairs of zeros."""
    while len(digits) > 4 and digits.endswith("00"):
        digits = digits[:-2]
    return digits


_READERS: Mapping[Format, Callable[[str, str, Wanted], Iterator[ListedCode]]] = {
    Format.TARIC: _taric,
    Format.EURLEX: _eurlex,
    Format.CSV: _csv,
}
