"""Find names and identifiers that cannot be real. They cannot be looked up in the lists, so they go to review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tidewaiter.screening.case import Case
from tidewaiter.screening.subjects import Subject
from tidewaiter.screening.unknowns import own_finding
from tidewaiter.text.disguise import mended
from tidewaiter_schemas.transfer import Identifier, TransferEvent
from tidewaiter_schemas.verdict import Finding

_NOBODY = frozenset(
    "n/a na n.a. nil none null nan unknown unnamed tbd tba tbc xxx undisclosed anonymous неизвестно 不详 미상".split()
)
_LONGEST_OF_NOBODY = max(map(len, _NOBODY))
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def find_unreadable(case: Case) -> list[Finding]:
    """Return a finding for each subject whose names are placeholders, and for each identifier of invalid form."""
    return [*_names(case.subjects), *_identifiers(case.transfer)]


def _names(subjects: Sequence[Subject]) -> Iterator[Finding]:
    for subject in subjects:
        if subject.is_text or subject.maker:
            continue
        names = subject.query.names
        if names and not any(map(_names_somebody, names)):
            what = f"The {subject.what} is named “{names[0]}”."
            yield own_finding("TW-NAME-UNKNOWN", subject.pointer, what, "name", names[0])


def _names_somebody(name: str) -> bool:
    seen = mended(name).text
    if len(seen) > _LONGEST_OF_NOBODY and seen[0].isalpha() and seen[-1].isalpha():
        return True  # as nearly every name does
    return any(map(str.isalpha, seen)) and seen.strip().casefold() not in _NOBODY


def _identifiers(transfer: TransferEvent) -> Iterator[Finding]:
    for number, party in enumerate(transfer.parties):
        if not party.identifiers:
            continue
        for place, identifier in enumerate(party.identifiers):
            valid = _VALID.get(identifier.type)
            if valid is not None and not valid(_bare(identifier)):
                what = f"“{identifier.value}” of the {party.role.replace('_', ' ')} is no {identifier.type.upper()}."
                pointer = f"/parties/{number}/identifiers/{place}"
                yield own_finding("TW-IDENTIFIER-INVALID", pointer, what, "identifier", identifier.value)


def _bare(identifier: Identifier) -> str:
    """Return the letters and digits of the value in capitals, without a type prefix (as in "IMO 9191773")."""
    bare = "".join(letter for letter in identifier.value.upper() if letter.isalnum())
    return bare.removeprefix(identifier.type.upper())


def _is_imo(bare: str) -> bool:
    """Return whether `bare` is seven digits, the last of which is the check digit (IMO resolution A.1117(30)).

    The check digit is the last digit of the sum of the first six, weighted 7 to 2.
    """
    if len(bare) != 7 or not bare.isdecimal() or not bare.isascii():
        return False
    return sum(int(digit) * weight for digit, weight in zip(bare, range(7, 1, -1), strict=False)) % 10 == int(bare[6])


def _is_lei(bare: str) -> bool:
    """Return whether `bare` is twenty letters and digits with a valid checksum (modulo 97 is 1; ISO 17442)."""
    return len(bare) == 20 and bare.isascii() and int("".join(str(int(letter, 36)) for letter in bare)) % 97 == 1


_VALID: dict[str, Callable[[str], bool]] = {
    "imo": _is_imo,
    "mmsi": lambda bare: len(bare) == 9 and bare.isdecimal(),
    "lei": _is_lei,
    "bic": lambda bare: _BIC.fullmatch(bare) is not None,
}
"""The validity check of each identifier type that has one."""
