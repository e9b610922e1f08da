"""Dates as publishers write them, read without inventing a day or a month."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_ISO = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[-+Z T].*)?$")
_WORDS = re.compile(r"^(?:(\d{1,2})[\s-]+)?([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})$")
_SLASHED = re.compile(r"^([\dd]{1,2})[/.]([\dm]{1,2})[/.](\d{4})$")
_MONTH = re.compile(r"^(\d{1,2})/(\d{4})$")
_RANGE = re.compile(r"^(?:between )?(.+?) (?:to|and) (?=.)", re.IGNORECASE)
_YEARS = re.compile(r"^(\d{4})\s*[-/]\s*(\d{4})$")
_CIRCA = re.compile(r"^(?:(?:circa|approximately|approx\.?|c\.|ca\.|around|about)[: ]*+)++", re.IGNORECASE)


def partial_date(text: str) -> str | None:
    """Return one date as `1973`, `1973-11`, `1973-11-02`, a range `1962/1964`, or an approximation `1951~`.

    Accepts ISO dates, `02 Nov 1973`, `Nov. 1973`, `02/11/1973`, `dd/mm/1973`, `1962 to 1964`, `circa 1951`. Returns
    None for anything else, and for days that do not exist: the caller reports it.
    """
    text = " ".join(text.split())
    if circa := _CIRCA.match(text):
        known = partial_date(text[circa.end() :])
        return known if known is None or "/" in known or known.endswith("~") else known + "~"
    if years := _YEARS.match(text):
        return _span(years[1], years[2])
    if (span := _RANGE.match(text)) and (start := _one(span[1])) and (end := _one(text[span.end() :])):
        return _span(start, end)
    return _one(text)


def _one(text: str) -> str | None:
    if month_only := _MONTH.match(text):
        return _known(month_only[2], month_only[1], None)
    if iso := _ISO.match(text):
        return _known(iso[1], iso[2], iso[3])
    if words := _WORDS.match(text):
        month = _MONTHS.get(words[2][:3].lower())
        return _known(words[3], str(month), words[1]) if month else None
    if slashed := _SLASHED.match(text):
        day, month_text, year = slashed[1], slashed[2], slashed[3]
        month_known = month_text.isdigit() and int(month_text) > 0
        day_known = month_known and day.isdigit() and int(day) > 0
        return _known(year, month_text if month_known else None, day if day_known else None)
    return None


def _known(year: str, month: str | None, day: str | None) -> str | None:
    if not 1000 <= int(year) <= 2100:
        return None
    if month is None:
        return year
    try:
        whole = date(int(year), int(month), int(day) if day else 1)
    except ValueError:
        return None
    return whole.isoformat() if day else whole.isoformat()[:7]


def _span(start: str, end: str) -> str | None:
    if start == end:
        return start
    return f"{start}/{end}" if start <= end else None
