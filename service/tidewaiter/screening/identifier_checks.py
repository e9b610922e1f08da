"""Names and numbers of parties that can be nobody's: a list cannot be consulted by them, so a person must look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tidewaiter.screening.parties import Subject
from tidewaiter.screening.unknowns import own_finding
from tidewaiter_schemas.transfer import Identifier, TransferEvent
from tidewaiter_schemas.verdict import Finding

_LETTER = re.compile(r"[^\W\d_]")
_NOBODY = frozenset(
    "n/a na n.a. nil none null nan unknown unnamed tbd tba tbc xxx undisclosed anonymous неизвестно 不详 미상".split()
)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def find_unreadable(transfer: TransferEvent, subjects: Sequence[Subject]) -> list[Finding]:
    """A finding for everyone whose names name nobody, and for each number that is none of its kind."""
    return [*_names(subjects), *_numbers(transfer)]


def _names(subjects: Sequence[Subject]) -> Iterator[Finding]:
    for subject in subjects:
        names = subject.query.names
        if names and not subject.maker and not any(_names_somebody(name) for name in names):
            what = f"The {subject.what} is named “{names[0]}”."
            yield own_finding("TW-NAME-UNKNOWN", subject.pointer, what, "name", names[0])


def _names_somebody(name: str) -> bool:
    return _LETTER.search(name) is not None and name.strip().casefold() not in _NOBODY


def _numbers(transfer: TransferEvent) -> Iterator[Finding]:
    for number, party in enumerate(transfer.parties):
        for place, identifier in enumerate(party.identifiers):
            right = _RIGHT.get(identifier.type)
            if right is not None and not right(_bare(identifier)):
                what = f"“{identifier.value}” of the {party.role.replace('_', ' ')} is no {identifier.type.upper()}."
                pointer = f"/parties/{number}/identifiers/{place}"
                yield own_finding("TW-IDENTIFIER-INVALID", pointer, what, "identifier", identifier.value)


def _bare(identifier: Identifier) -> str:
    """Capitals and digits, without the name of the kind in front of them."""
    bare = "".join(letter for letter in identifier.value.upper() if letter.isalnum())
    return bare.removeprefix(identifier.type.upper())


def _is_imo(bare: str) -> bool:
    """Seven digits of which the last is that of the others weighted 7 to 2 (IMO resolution A.1117(30))."""
    if len(bare) != 7 or not bare.isdecimal() or not bare.isascii():
        return False
    return sum(int(digit) * weight for digit, weight in zip(bare, range(7, 1, -1), strict=False)) % 10 == int(bare[6])


def _is_lei(bare: str) -> bool:
    """Twenty letters and digits that leave 1 modulo 97 (ISO 17442)."""
    return len(bare) == 20 and bare.isascii() and int("".join(str(int(letter, 36)) for letter in bare)) % 97 == 1


_RIGHT: dict[str, Callable[[str], bool]] = {
    "imo": _is_imo,
    "mmsi": lambda bare: len(bare) == 9 and bare.isdecimal(),
    "lei": _is_lei,
    "bic": lambda bare: _BIC.fullmatch(bare) is not None,
}
"""What a number of each kind must be; of the other kinds nobody can tell."""
