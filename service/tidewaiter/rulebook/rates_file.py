"""Reads reference rates: the packaged ones that law fixes, and the operator's file of published ones.

Two formats: the history that the European Central Bank publishes (`eurofxref-hist.csv`), and YAML for any other source.
A damaged file is refused by line. Nothing here guesses, interpolates or downloads a rate.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.base import RuleModel, Url, Words
from tidewaiter.rulebook.rates import EURO, Amount, FixedRate, RateSeries, ReferenceRates
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter_schemas.base import Currency

FIXED = Path(__file__).parent / "builtin" / "rates" / "fixed.yaml"
ECB = "European Central Bank, euro foreign exchange reference rates"
ECB_URL = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html"

_CURRENCY = re.compile(r"^[A-Z]{3}$")
_ABSENT = frozenset({"", "N/A"})


class WrittenSeries(RuleModel):
    """Rates by day, as an operator writes them: units of each currency for one unit of `base`."""

    source: Words
    url: Url | None = None
    base: Currency
    rates: Annotated[dict[date, dict[Currency, Amount]], Field(min_length=1)]


class RatesFile(RuleModel):
    """The operator's own file of rates."""

    fixed: tuple[FixedRate, ...] = ()
    series: tuple[WrittenSeries, ...] = ()


def load_rates(path: Path | None, max_age_days: int = 7) -> ReferenceRates:
    """Return the packaged fixed rates and those of the file at `path`. RuleError when the file cannot be used."""
    fixed = read_yaml(FIXED, f"rulebook/builtin/rates/{FIXED.name}").read_as(RatesFile)
    found = ReferenceRates() if path is None else _read(path)
    return ReferenceRates(fixed=(*fixed.fixed, *found.fixed), series=found.series, max_age_days=max_age_days)


def _read(path: Path) -> ReferenceRates:
    if path.suffix.lower() == ".csv":
        try:
            return ReferenceRates(series=(read_ecb(path.read_bytes(), str(path)),))
        except OSError as error:
            raise RuleError(f"{path}: cannot be read: {error.strerror}") from error
    if path.suffix.lower() in (".yaml", ".yml"):
        written = read_yaml(path).read_as(RatesFile)
        if not written.fixed and not written.series:
            raise RuleError(f"{path}: has no rate; give `fixed` or `series`")
        series = tuple(RateSeries.of(one.source, one.base, one.rates, one.url) for one in written.series)
        return ReferenceRates(fixed=written.fixed, series=series)
    raise RuleError(f"{path}: is neither .csv (the ECB's eurofxref-hist.csv) nor .yaml; give one of them")


def read_ecb(content: bytes, name: str) -> RateSeries:
    """Return the rates in the ECB's history file: a `Date` column, then units for one euro by currency, N/A for none.

    RuleError names the line of anything else: another header, a repeated day, a rate that is not a number.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: is not UTF-8 text: {error.reason} at byte {error.start}") from error
    reader = csv.reader(io.StringIO(text), strict=True)
    rates: dict[date, dict[str, Decimal]] = {}
    try:
        header = [cell.strip() for cell in next(reader, [])]
        columns = header[:-1] if header and not header[-1] else header
        if not columns or columns[0] != "Date" or len(columns) < 2:
            raise RuleError(f"{name}:1: the first line must be Date and then currencies, as in eurofxref-hist.csv")
        for currency in columns[1:]:
            if not _CURRENCY.match(currency):
                raise RuleError(f"{name}:1: {currency!r} is not a currency code")
        if len(set(columns)) != len(columns):
            raise RuleError(f"{name}:1: a currency appears twice")
        for cells in reader:
            where = f"{name}:{reader.line_num}"
            if len(cells) != len(header):
                raise RuleError(f"{where}: has {len(cells)} fields, not {len(header)}; the file may be cut off")
            day = _day(cells[0].strip(), where)
            if day in rates:
                raise RuleError(f"{where}: {day} appears twice")
            rates[day] = {
                currency: _rate(cell.strip(), currency, where)
                for currency, cell in zip(columns[1:], cells[1:], strict=False)
                if cell.strip() not in _ABSENT
            }
    except csv.Error as error:
        raise RuleError(f"{name}:{reader.line_num}: is not CSV: {error}") from error
    if not any(rates.values()):
        raise RuleError(f"{name}: has no rate")
    return RateSeries.of(ECB, EURO, rates, ECB_URL, hashlib.sha256(content).hexdigest())


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleError(f"{where}: {text!r} is not a day; give it as 2024-05-06") from None


def _rate(text: str, currency: str, where: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or rate <= 0:
        raise RuleError(f"{where}: {text!r} is not a rate of {currency}")
    return rate
