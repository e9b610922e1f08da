"""Find codes in texts: identifiers of parties and vessels, and codes that indicate a country."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.text.disguise import mended

_CODE = re.compile(r"[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)*")
_FIGURE = re.compile(r"\d")
_FIGURES: Final = 4
"""Minimum number of digits in a word for it to count as an identifier."""
_LONGEST: Final = 34
_SHORTEST: Final = 6
MOST_CODES: Final = 200
"""Maximum number of codes looked up in one text. A text with more is a list of numbers; `limits` reports it."""
_IMO = 7
_SHORT_TEXT: Final = 400
"""Results are cached for texts up to this length, because short texts recur. Affects memory, never results."""

_MAY_BE_PHONE = re.compile(r"00[ .(]{0,2}\d|\(\d{2,3}\)")
_MAY_BE_BANK = re.compile(r"[A-Z]{2}(?:\d{2}|[A-Z]{4})")
_PHONE = re.compile(
    r"(?:\+|(?<![\dA-Za-z])(?<!\d[.,])00)[ .(]{0,2}(\d[\d ().\-/]{6,20})|\((\d{2,3})\)[ .-]{0,2}\d[\d .\-/]{5,18}"
)
_HOST = re.compile(r"(?:@|://|www\.)([a-z0-9.-]{1,256})", re.IGNORECASE)
_OF_COUNTRY = re.compile(r"\.([a-z]{2})(?![a-z0-9-])", re.IGNORECASE)
"""The end of a host name in a country's domain. Host and end are two patterns, because a combined one would backtrack:
it would try every end of a host again from every `www.` in it."""
_BIC = re.compile(r"(?<![A-Za-z0-9])([A-Z]{4})([A-Z]{2})([A-Z0-9]{2})([A-Z0-9]{3})?(?![A-Za-z0-9])")
_SAYS_BIC = re.compile(r"(?:BIC|SWIFT)[A-Za-z ]{0,10}[:.#]?\s{0,3}$", re.IGNORECASE)
_IN_NO_WORD: Final = frozenset({"KP"})
"""Countries whose code is never the fifth and sixth letter of an ordinary word of eight letters."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){2,7}[A-Z0-9]{0,4}(?![A-Za-z0-9])")


class CountryCode(NamedTuple):
    """A code in a text that indicates a country: `what` is the kind of code, `value` the code as written."""

    country: str
    what: str
    value: str


@lru_cache(maxsize=32_768)
def _identifiers_in_short(text: str) -> tuple[tuple[str, str, str | None], ...]:
    return _identifiers_in(text)


def identifiers_in(text: str) -> tuple[tuple[str, str, str | None], ...]:
    """Return the possible identifiers in `text`, as (type, value, None). Seven digits have the type of an IMO number.

    They come in text order, at most `MOST_CODES` + 1 of them, so that the caller can tell when there are more.
    """
    return _identifiers_in_short(text) if len(text) <= _SHORT_TEXT else _identifiers_in(text)


def _identifiers_in(text: str) -> tuple[tuple[str, str, str | None], ...]:
    if _has_no_figure(text):
        return ()
    plain = mended(text).text
    if _FIGURE.search(plain) is None:
        return ()
    found: dict[tuple[str, str, str | None], None] = {}
    for code in _CODE.finditer(plain):
        value = code[0]
        if value.isalpha():
            continue  # as most words are: it costs less to find out than to count
        if not _SHORTEST <= len(value) <= _LONGEST + 6 or sum(map(str.isdecimal, value)) < _FIGURES:
            continue
        bare = value.upper().removeprefix("IMO")
        if bare.isdecimal() and len(bare) == _IMO:
            found["imo", bare, None] = None
        found["other", value, None] = None
        if len(found) > MOST_CODES:
            break
    return tuple(found)


def _has_no_figure(text: str) -> bool:
    """Return whether `text` certainly has no digit when it is mended. Codes of digits, as &#49; or %31, have digits."""
    return text.isascii() and _FIGURE.search(text) is None


def imo_numbers_in(text: str) -> tuple[str, ...]:
    """Return the seven-digit numbers in `text` that have a valid IMO check digit."""
    return _imo_numbers_in_short(text) if len(text) <= _SHORT_TEXT else _imo_numbers_in(text)


def _imo_numbers_in(text: str) -> tuple[str, ...]:
    if _has_no_figure(text):
        return ()
    return tuple(value for type_, value, _ in identifiers_in(text) if type_ == "imo" and is_imo(value))


_imo_numbers_in_short = lru_cache(maxsize=32_768)(_imo_numbers_in)


def is_imo(digits: str) -> bool:
    """Return whether the last of seven digits is a valid check digit (IMO resolution A.1117(30)).

    The check digit is the last digit of the sum of the first six, weighted 7 to 2.
    """
    if len(digits) != _IMO or not digits.isdecimal() or not digits.isascii():
        return False
    weighted = (int(digit) * weight for digit, weight in zip(digits[:6], range(7, 1, -1), strict=True))
    return sum(weighted) % 10 == int(digits[6])


def country_codes_in(text: str, book: RuleBook) -> Iterable[CountryCode]:
    """Return the codes of sanctioned countries in `text`: telephone numbers, internet addresses and bank codes."""
    may_have = _may_have_in_short(text) if len(text) <= _SHORT_TEXT else _may_have(text)
    return _country_codes(text, book) if may_have else ()


def _country_codes(text: str, book: RuleBook) -> Iterator[CountryCode]:
    if "+" in text or "00" in text or "(" in text:
        for number in _PHONE.finditer(text):
            digits = "".join(figure for figure in number[1] or number[2] if figure.isdecimal())
            for length in (3, 2, 1):
                country = book.calling_codes.get(digits[:length])
                if country is not None:
                    yield CountryCode(country, "telephone number", number[0].strip())
                    break
    if "@" in text or "://" in text or "www." in text.lower():
        for host in _HOST.finditer(text):
            # Search one letter past the match, to see whether the host name ends there.
            found = _OF_COUNTRY.finditer(text, host.start(1) + 1, host.end() + 1)
            ends = [end for end in found if end.end() <= host.end()]
            country = book.domains.get(ends[-1][1].lower()) if ends else None
            if country is not None:
                yield CountryCode(country, "web or mail address", text[host.start(1) : ends[-1].end()])
    yield from _bank_codes(text, book)


def _may_have(text: str) -> bool:
    """Return whether `text` may contain a country code. A cheap check that has no false negatives."""
    # One pattern of all this would be tried at every letter, and takes six times as long.
    return (
        "+" in text
        or "@" in text
        or "://" in text
        or (("00" in text or "(" in text) and _MAY_BE_PHONE.search(text) is not None)
        or _MAY_BE_BANK.search(text) is not None
        or ("." in text and "www." in text.lower())
    )


_may_have_in_short = lru_cache(maxsize=32_768)(_may_have)


def _bank_codes(text: str, book: RuleBook) -> Iterator[CountryCode]:
    for code in _BIC.finditer(text):
        if code[2] in book.territories and _is_bank_code(code, text):
            yield CountryCode(code[2], "bank code", code[0])
    for account in _IBAN.finditer(text):
        if account[1] in book.territories and _is_iban(account[0]):
            yield CountryCode(account[1], "bank account", account[0])


def _is_bank_code(code: re.Match[str], text: str) -> bool:
    """Return whether eight capitals are a bank code, not a word such as REQUIRED: by a digit or by a label near it."""
    if any(map(str.isdecimal, code[0])) or code[2] in _IN_NO_WORD:
        return True
    return _SAYS_BIC.search(text, max(0, code.start() - 20), code.start()) is not None


def _is_iban(account: str) -> bool:
    """Return whether the check digits are valid (ISO 13616: the rearranged number modulo 97 is 1)."""
    bare = account.replace(" ", "")
    turned = bare[4:] + bare[:4]
    return len(bare) >= 15 and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
