"""Collects the facts of one listed party from its rows or elements: each fact once, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tidewaiter.lists.country_names import country_code, says_no_country
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.programmes import country_of_programme
from tidewaiter.lists.reading import Unread, clean
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure

_NUMBERED = re.compile(r"\(\d{1,2}\)")
# The number of spaces is bounded: without a bound, each of many spaces would be tried as the start of a separator.
_PIECES = re.compile(r"(\s{0,9}[,;/\n]\s{0,9}|\.\s{1,9}|\s{1,9}and\s{1,9})")
_MOST_PIECES = 9
"""The most pieces and separators in the name of one country."""
_MOST_COUNTRIES = 1_001
"""The most pieces and separators of a text that is read for countries: more than there are countries."""
_NOTHING = frozenset({"", "-", "na", "n/a", "unknown", "none"})


@dataclass(slots=True)
class PartyBuilder:
    """Builds one party. Facts that cannot be read are reported to `unread` with the line of their row."""

    id: str
    type: EntryType
    unread: Unread
    names: dict[str, bool] = field(default_factory=dict)
    programmes: dict[str, None] = field(default_factory=dict)
    measures: dict[ListingMeasure, None] = field(default_factory=dict)
    births: dict[str, None] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    identifiers: dict[ListedIdentifier, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    linked_to: dict[str, None] = field(default_factory=dict)
    birth_places: dict[str, None] = field(default_factory=dict)
    listed_on: str | None = None
    gender: str | None = None

    def name(self, text: str, weak: bool = False) -> None:
        """Add a name. A name that is strong in one place and weak in another is strong."""
        if name := clean(text).strip(" ;,"):
            self.names[name] = self.names.get(name, True) and weak

    def programme(self, publisher: str, name: str) -> None:
        """Add a programme of `publisher`, and the country to which a listing under it ties the party."""
        self.programmes[name] = None
        if country := country_of_programme(publisher, name):
            self.countries[country] = None

    def birth(self, text: str, line: int) -> None:
        """Add a birth date, or report that it is not understood."""
        if text.lower() in _NOTHING:
            return
        if known := partial_date(text):
            self.births[known] = None
        else:
            self.unread.fact(line, f"{self.id}: date of birth {text!r} is not understood")

    def country(self, text: str, line: int) -> None:
        """Add a country by name or code, or several in one text. Report unknown ones."""
        pieces = _PIECES.split(text) if country_code(text) is None else [text]
        if len(pieces) > _MOST_COUNTRIES:
            self.unread.fact(line, f"{self.id}: country {text[:100]!r}..., {len(text):,} letters, is not known")
            return
        while pieces:
            # A name may contain a separator: Congo, Democratic Republic of the.
            for size in range(min(len(pieces), _MOST_PIECES), 0, -2):
                name = "".join(pieces[:size])
                if code := country_code(name) or country_code(_without_aside(name)):
                    self.countries[code] = None
                    break
            else:
                size = 1
                self.code(pieces[0], line)
            pieces = pieces[size + 1 :]

    def code(self, text: str, line: int) -> str | None:
        """Return the code of a country that is not the party's own, such as an issuer's. Report an unknown one."""
        code = country_code(text)
        if code is None and text != "00" and not says_no_country(text):
            self.unread.fact(line, f"{self.id}: country {text!r} is not known")
        return code

    def identifier(self, type_: str, value: str, country: str | None = None) -> None:
        """Add an identifier. A value without a digit is ignored, unless it is a BIC."""
        value = clean(value).strip(" .;,")
        if any(c.isdigit() for c in value) or (type_ == "bic" and len(value) in (8, 11)):
            self.identifiers[ListedIdentifier(type_, value, country)] = None

    def address(self, parts: Iterable[str]) -> None:
        """Add an address from its parts; nothing when all are empty."""
        if whole := ", ".join(filter(None, map(clean, parts))):
            self.addresses[whole] = None

    def birth_place(self, parts: Iterable[str]) -> None:
        """Add a place of birth from its parts; nothing when all are empty."""
        if whole := ", ".join(filter(None, map(clean, parts))):
            self.birth_places[whole] = None

    def remark(self, text: str, what: str = "") -> None:
        """Add prose, labelled `what` if given."""
        if text:
            self.remarks[f"{what}: {text}" if what else text] = None

    def entry(self, *, url: str, provision: str, instrument: str) -> ListEntry:
        """Return the finished entry. The party must have a name."""
        return ListEntry(
            id=self.id,
            type=self.type,
            names=tuple(ListedName(text, weak) for text, weak in self.names.items()),
            programmes=tuple(self.programmes),
            measures=tuple(self.measures) or (ListingMeasure.OTHER,),
            birth_dates=tuple(self.births),
            countries=tuple(self.countries),
            identifiers=tuple(self.identifiers),
            listed_on=self.listed_on,
            url=url,
            provision=provision,
            remarks="; ".join(self.remarks),
            instrument=instrument,
            gender=self.gender,
            addresses=tuple(self.addresses),
            linked_to=tuple(self.linked_to),
            birth_places=tuple(self.birth_places),
        )


def numbered(text: str) -> Iterator[str]:
    """Yield the values of a cell that numbers them, `(1) Uganda (2) Sudan`, or its one value, without placeholders."""
    for value in _NUMBERED.split(text):
        if (one := clean(value).strip(" .;,")).lower() not in _NOTHING:
            yield one


def _without_aside(name: str) -> str:
    """Return the name up to its first bracket; the whole name when another country may follow the brackets.

    A bracket that is never closed runs to the end.
    """
    start, depth = name.find("("), 0
    for place, letter in enumerate(name):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth <= 0:  # what follows a later one follows this one too
            if _PIECES.search(name, place + 1):
                return name
            break
    return name[:start].rstrip() if start > 0 else name
