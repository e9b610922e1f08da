"""HS codes: parsed as people write them, and checked against HS 2022 and the editions before.

An invalid code is reported as such. It counts neither as a match nor as innocence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tidewaiter.text.word_files import rows_of

# National tariffs lengthen a subheading to 8 (EU, India), 9 (Japan), 10 (US, Korea, Russia), 12 (Turkey) or 13 digits.
_NATIONAL_LENGTHS = frozenset({8, 9, 10, 11, 12, 13})
_PREFIX = re.compile(
    r"^\s*(?:h\.?\s?s\.?\s?n?|hts(?:us)?|htsn|cn|ncm|taric|tariff|тн\s?вэд|gtip)?[\s.:#-]*(?:codes?|no\.?)?[\s.:#-]*",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\s.\-_/·,'’:]+")


def _nomenclature() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the chapters, headings and subheadings of HS 2022."""
    endings = {heading: ends.split() for heading, ends in rows_of(_PACKAGE, "nomenclature.tsv", columns=2)}
    subheadings = frozenset(heading + end for heading, ends in endings.items() for end in ends)
    return frozenset(heading[:2] for heading in endings), frozenset(endings), subheadings


def _withdrawn() -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return the last edition of each withdrawn code, and the codes of HS 2022 that its goods went to."""
    rows = rows_of(_PACKAGE, "withdrawn.tsv", columns=3)
    return {code: (int(edition), tuple(successors.split())) for code, edition, successors in rows}


_PACKAGE = "tidewaiter.goods.hs"
CHAPTERS, HEADINGS, SUBHEADINGS = _nomenclature()
_WITHDRAWN = _withdrawn()


@dataclass(frozen=True, slots=True)
class HsCode:
    """A code that exists or existed. `digits` are its 2, 4 or 6 HS digits, `national` the digits of a national tariff.

    `edition` is 2022, or the last edition that had a withdrawn code. `successors` are then the codes of HS 2022 that
    its goods moved to.
    """

    digits: str
    national: str = ""
    edition: int = 2022
    successors: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """Return the first two digits."""
        return self.digits[:2]


@lru_cache(maxsize=16384)
def read_code(text: str) -> HsCode | None:
    """Return the HS code in `text`; None when it is not one.

    Punctuation, a leading "HS", digits of other scripts, national suffixes and padding zeros ("8703.00.00") are
    accepted. Nothing is guessed: a lost leading zero or a wrong digit gives None.
    """
    digits = _digits(text)
    length = len(digits)
    if length not in (2, 4, 6) and length not in _NATIONAL_LENGTHS:
        return None
    return _lookup(digits[:6], digits[6:]) or _filled_up(digits)


def read_codes(text: str) -> tuple[HsCode, ...]:
    """Return every HS code in `text`, in order: usually one, several when marks or spaces separate whole codes.

    The result is empty when the text is not a code.
    """
    parts = [part for part in _PARTING.split(text) if part.strip()]
    if len(parts) < 2:
        parts = text.split() if len(text.split()) > 1 else parts
        least = _SUBHEADING
    else:
        least = _HEADING
    several = [code for part in parts if (code := read_code(part)) is not None and len(code.digits) >= least]
    if len(several) > 1:
        return tuple(dict.fromkeys(several))
    only = read_code(text)
    return (only,) if only is not None else ()


_PARTING = re.compile(r"[/,;|+&\n]")
_HEADING, _SUBHEADING = 4, 6


def is_code(digits: str) -> bool:
    """Return whether `digits` (2, 4 or 6 of them) are a code of HS 2022 or one withdrawn since 2012."""
    return _lookup(digits, "") is not None


def equivalents(digits: str) -> tuple[str, ...]:
    """Return `digits`, the codes of HS 2022 that its goods moved to, and the withdrawn codes that it replaces.

    With them a rule that names 8803 meets an item declared under 8807, and the reverse.
    """
    found = {digits, *_SUCCESSORS.get(digits, ()), *_PREDECESSORS.get(digits, ())}
    if len(digits) == 6:
        found |= {code for code in _PREDECESSORS.get(digits[:4], ()) if len(code) == 6}
    return tuple(sorted(found))


def _digits(text: str) -> str:
    bare = _PUNCTUATION.sub("", _PREFIX.sub("", text, count=1))
    if bare.isascii():
        return bare if bare.isdigit() else ""
    try:
        return "".join(str(unicodedata.digit(character)) for character in bare)
    except ValueError:
        return ""


def _lookup(digits: str, national: str) -> HsCode | None:
    if digits in SUBHEADINGS or digits in HEADINGS or digits in CHAPTERS:
        return HsCode(digits, national)
    edition, successors = _WITHDRAWN.get(digits) or _WITHDRAWN.get(digits[:4]) or (0, ())
    return HsCode(digits, national, edition, successors) if edition else None


def _filled_up(digits: str) -> HsCode | None:
    """Return the code without padding zeros: 8703.00.00 is a heading, 87000000 a chapter."""
    for length in (4, 2):
        if not digits[length:].strip("0"):
            found = _lookup(digits[:length], "")
            if found is not None:
                return found
    return None


_SUCCESSORS = {code: successors for code, (_, successors) in _WITHDRAWN.items()}


def _predecessors() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for old, news in _SUCCESSORS.items():
        for new in news:
            found.setdefault(new, []).append(old)
    return {new: tuple(sorted(olds)) for new, olds in found.items()}


_PREDECESSORS = _predecessors()
