"""Read export control numbers: a US ECCN, or a number of Annex I of the EU and of the lists that follow it.

A number is never derived from an HS code: no official table maps one to the other, and both directions are many to
many. So goods are in one of three states: a number is stated, they are stated to be on no list, or nothing is stated.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple


class ControlStatus(Enum):
    """What a stated control number says."""

    LISTED = auto()
    """The goods are on a control list."""
    NOT_LISTED = auto()
    """The goods are stated to be on no control list, as EAR99 states."""
    UNREADABLE = auto()
    """The text is no control number."""


class ControlNumber(NamedTuple):
    """One control number that an item states, in capitals, with the field that states it."""

    field: str
    number: str
    status: ControlStatus


_PARAGRAPHS: Final = r"(\.[A-Z0-9.]+)?"
_ECCN: Final = re.compile(rf"\d[A-E]\d{{3}}{_PARAGRAPHS}")
_DUAL_USE: Final = re.compile(
    rf"\d[A-E]\d{{3}}(\.?[A-Z0-9.]+)?|(ML\d{{1,2}}|PL\d{{4}})(\.?[A-Z][A-Z0-9.]*)?|X\.[A-E]\.[IVX]+\.\d{{3}}{_PARAGRAPHS}"
)
"""Numbers of Annex I of Regulation (EU) 2021/821 (3A001.a.7), of military lists (ML6), of the United Kingdom's own
(PL9001), and of Annex VII of Regulation (EU) 833/2014 (X.A.I.001)."""
_EAR99: Final = re.compile(r"EAR[ -]?99")
_NOT_LISTED: Final = re.compile(r"EAR[ -]?99|NOT (LISTED|CONTROLLED)")
_BETWEEN: Final = re.compile(r"[;,/]")


def control_numbers_in(eccn: str | None, dual_use_number: str | None) -> tuple[ControlNumber, ...]:
    """Return every control number that the two fields of an item state, in order; empty when they state none."""
    return (
        *_read("eccn", eccn, _ECCN, _EAR99),
        *_read("dual_use_number", dual_use_number, _DUAL_USE, _NOT_LISTED),
    )


def _read(field: str, text: str | None, listed: re.Pattern[str], not_listed: re.Pattern[str]) -> list[ControlNumber]:
    found = []
    for part in map(str.strip, _BETWEEN.split((text or "").upper())):
        if not part:
            continue
        status = ControlStatus.UNREADABLE
        if not_listed.fullmatch(part):
            status = ControlStatus.NOT_LISTED
        elif listed.fullmatch(part):
            status = ControlStatus.LISTED
        found.append(ControlNumber(field, part, status))
    return found
