"""The UN Security Council Consolidated List, from its official XML.

The file is streamed, without DTD, entities and network. It has the vessels of the Committee on Libya, but not those of
the 1718 Committee.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.country_names import country_code, says_no_country
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.programmes import country_of_programme
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.un_measures import measures_of
from tidewaiter.lists.xml_records import line_of, records, report_unknown, whole_text
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList

URL = PUBLISHERS["un"].url
WHAT = "the UN consolidated list in XML"

_REGIMES = {
    # The only regime page that we have read; the other regimes cite the list itself.
    "DPRK": ("DPRK (1718)", "https://main.un.org/securitycouncil/en/sanctions/1718"),
    "Iran": ("Iran (2231)", URL),
    "Al-Qaida": ("ISIL (Da'esh) and Al-Qaida (1267/1989/2253)", URL),
    "Taliban": ("Taliban (1988)", URL),
    "GB": ("Guinea-Bissau (2048)", URL),
}
_MAX_DEPTH = 6
_Country = Callable[[str], str | None]

_READ = (
    "FIRST_NAME SECOND_NAME THIRD_NAME FOURTH_NAME UN_LIST_TYPE REFERENCE_NUMBER LISTED_ON GENDER "
    "NAME_ORIGINAL_SCRIPT COMMENTS1 TITLE DESIGNATION NATIONALITY VALUE QUALITY ALIAS_NAME DATE_OF_BIRTH "
    "CITY_OF_BIRTH COUNTRY_OF_BIRTH NOTE STREET CITY STATE_PROVINCE ZIP_CODE COUNTRY TYPE_OF_DATE DATE YEAR "
    "FROM_YEAR TO_YEAR TYPE_OF_DOCUMENT TYPE_OF_DOCUMENT2 NUMBER ISSUING_COUNTRY COUNTRY_OF_ISSUE DATAID"
).split()
_LEFT_OUT = (
    "VERSIONNUM LIST_TYPE LAST_DAY_UPDATED SORT_KEY SORT_KEY_LAST_MOD HAS_INTERPOL_LINK INTERPOL_LINK CITY_OF_ISSUE "
    "DATE_OF_ISSUE DATE_OF_EXPIRY"
).split()
_KNOWN = frozenset((*_READ, *_LEFT_OUT, "INDIVIDUAL", "ENTITY"))
_NOTED = ("INDIVIDUAL_ALIAS", "ENTITY_ALIAS", "INDIVIDUAL_DATE_OF_BIRTH", "INDIVIDUAL_DOCUMENT")

_BIC = re.compile(r"(?:SWIFT|BIC)[^A-Z0-9]{0,12}(?:code)?[:\s]*([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b")
_IMO = re.compile(r"\bIMO[\s:]*+(?:(?:number|no\.?)[\s:]*+)*+(\d{7})\b", re.IGNORECASE)
_FLAG = re.compile(r"\bFlag State:\s*([^.;]+)")
_BORN = re.compile(r"\bborn\b.*", re.IGNORECASE)
_NUMBER_IN_NOTE = re.compile(r"\b((?:[A-Z]{1,2}[ -]?)?\d[\dA-Z-]{4,}|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\w{4})\b")
"""Some documents have their number in a note: letters and five figures at least, or a fiscal code of Italy."""
_NUMBER_NOTE = re.compile(r"[,(;].*")


def read(path: Path) -> PartyList:
    """Read the whole list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    entries: dict[str, ListEntry] = {}
    published: str | None = None
    for element in records(path, WHAT, URL, "CONSOLIDATED_LIST", {"INDIVIDUAL", "ENTITY"}, _MAX_DEPTH):
        if element.tag == "CONSOLIDATED_LIST":
            published = (element.get("dateGenerated") or "")[:10] or None
            continue
        entry = _entry(element, unread)
        if entry is None:
            continue
        if entry.id in entries:
            unread.row(line_of(element), f"a second record {entry.id}; the first one is kept")
            continue
        entries[entry.id] = entry
    if published is None:
        raise ListError(f"{path}: has no dateGenerated, so it is not {WHAT}. Fetch it again from {URL}.")
    if not entries:
        raise ListError(f"{path}: has no INDIVIDUAL and no ENTITY that can be read. Fetch it again from {URL}.")
    return PartyList(
        id="un",
        publisher="un",
        authority="UN",
        instrument="UN Security Council Consolidated List",
        url=URL,
        published=published,
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        unread=unread.close(len(entries)),
    )


def _entry(element: etree._Element, unread: Unread) -> ListEntry | None:
    line = line_of(element)
    report_unknown(element, _KNOWN, unread)
    reference = clean(element.findtext("REFERENCE_NUMBER"))
    person = element.tag == "INDIVIDUAL"
    names = _names(element)
    if not reference or not names:
        missing = "REFERENCE_NUMBER" if not reference else "name"
        unread.row(line, f"{element.tag} {reference or clean(element.findtext('DATAID'))} has no {missing}")
        return None

    def country(text: str) -> str | None:
        code = country_code(text)
        if code is None and not says_no_country(text):
            unread.fact(line, f"{reference}: country {text!r} is not known")
        return code

    programme = clean(element.findtext("UN_LIST_TYPE"))
    remarks = clean(element.findtext("COMMENTS1"))
    measures = measures_of(programme, person, remarks)
    if measures is None:
        unread.fact(line, f"list type {programme!r} is not known, nor what it bars: for review")
        measures = (ListingMeasure.OTHER,)
    # The Committee on Libya lists ships among the entities.
    vessel = not person and ListingMeasure.VESSEL_BAN in measures
    countries = [country(clean(v.text)) for v in element.iterfind("NATIONALITY/VALUE")]
    countries.append(country_of_programme("un", programme))
    if vessel and (flag := _FLAG.search(remarks)):
        countries.append(country(flag[1]))
    regime, url = _REGIMES.get(programme, (programme, URL))
    prefix = "INDIVIDUAL" if person else "ENTITY"
    return ListEntry(
        id=reference,
        type=EntryType.PERSON if person else EntryType.VESSEL if vessel else EntryType.ORGANISATION,
        names=names,
        programmes=(programme,) if programme else (),
        measures=measures,
        birth_dates=_birth_dates(element, reference, unread),
        countries=tuple(dict.fromkeys(c for c in countries if c)),
        identifiers=_identifiers(element, remarks, country, lambda why: unread.fact(line, f"{reference}: {why}")),
        listed_on=partial_date(clean(element.findtext("LISTED_ON"))),
        url=url,
        provision=reference,
        remarks="; ".join((*filter(None, [remarks]), *_offices(element), *_notes(element))),
        instrument=f"UN Consolidated List, {regime}" if regime else "",
        gender=clean(element.findtext("GENDER")).lower() or None,
        addresses=tuple(filter(None, (_place(a) for a in element.iterfind(f"{prefix}_ADDRESS")))),
        birth_places=_birth_places(element),
    )


def _names(element: etree._Element) -> tuple[ListedName, ...]:
    """Return all names in file order, each once. A name that is strong in one place is strong."""
    parts = (clean(element.findtext(f"{n}_NAME")) for n in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    found: list[tuple[str, bool]] = [(" ".join(filter(None, parts)), False)]
    found.append((clean(element.findtext("NAME_ORIGINAL_SCRIPT")), False))
    for alias in element.iterfind(f"{element.tag}_ALIAS"):
        weak = clean(alias.findtext("QUALITY")).lower() == "low"
        found.append((clean(alias.findtext("ALIAS_NAME")), weak))
    weakness: dict[str, bool] = {}
    for text, weak in found:
        for one in text.split("; ") if "; " in text else [text]:
            name = _BORN.sub("", one).strip(" ;,")
            if name:
                weakness[name] = weakness.get(name, True) and weak
    return tuple(ListedName(name, weak) for name, weak in weakness.items())


def _birth_dates(element: etree._Element, reference: str, unread: Unread) -> tuple[str, ...]:
    dates: list[str] = []
    for birth in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
        start, end = clean(birth.findtext("FROM_YEAR")), clean(birth.findtext("TO_YEAR"))
        text = clean(birth.findtext("DATE")) or clean(birth.findtext("YEAR")) or clean(birth.findtext("NOTE"))
        if start or end:
            text = f"{start} to {end}" if start and end else start or end
        if not text:
            continue
        if clean(birth.findtext("TYPE_OF_DATE")) == "APPROXIMATELY":
            text = f"circa {text}"
        known = partial_date(text)
        if known is None:
            unread.fact(line_of(birth), f"{reference}: date of birth {text!r} is not understood")
        else:
            dates.append(known)
    for alias in element.iterfind("INDIVIDUAL_ALIAS"):
        text = clean(alias.findtext("DATE_OF_BIRTH"))
        if text and (known := partial_date(text)):
            dates.append(known)
        elif text:
            unread.fact(line_of(alias), f"{reference}: date of birth {text!r} of an alias is not understood")
    return tuple(dict.fromkeys(dates))


def _identifiers(
    element: etree._Element, remarks: str, country: _Country, lost: Callable[[str], None]
) -> tuple[ListedIdentifier, ...]:
    found: list[ListedIdentifier] = []
    for document in element.iterfind("INDIVIDUAL_DOCUMENT"):
        number = _NUMBER_NOTE.sub("", clean(document.findtext("NUMBER"))).rstrip()
        kind = f"{clean(document.findtext('TYPE_OF_DOCUMENT'))} {clean(document.findtext('TYPE_OF_DOCUMENT2'))}".lower()
        if not any(c.isdigit() for c in number):
            stated = clean(whole_text(document))
            noted = _NUMBER_IN_NOTE.search(stated)
            if noted is None:
                if stated:
                    lost(f"a document without a number ({stated[:80]})")
                continue
            number = noted[1]
        place = clean(document.findtext("ISSUING_COUNTRY")) or clean(document.findtext("COUNTRY_OF_ISSUE"))
        passport = any(word in kind for word in ("passport", "passeport", "pasaporte"))
        fiscal = "fiscal" in kind
        type_ = "passport" if passport else "tax_id" if fiscal else "national_id"
        found.append(ListedIdentifier(type_, number, country(place) if place else None))
    found += [ListedIdentifier("bic", bic) for bic in _BIC.findall(remarks)]
    found += [ListedIdentifier("imo", imo) for imo in _IMO.findall(remarks)]
    return tuple(dict.fromkeys(found))


def _birth_places(element: etree._Element) -> tuple[str, ...]:
    places = [_place(place) for place in element.iterfind("INDIVIDUAL_PLACE_OF_BIRTH")]
    for alias in element.iterfind("INDIVIDUAL_ALIAS"):
        parts = (clean(alias.findtext(part)) for part in ("CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"))
        places.append(", ".join(filter(None, parts)))
    return tuple(dict.fromkeys(filter(None, places)))


def _offices(element: etree._Element) -> Iterator[str]:
    for tag in ("TITLE", "DESIGNATION"):
        for value in element.iterfind(f"{tag}/VALUE"):
            if stated := clean(value.text):
                yield f"{tag.lower()}: {stated}"


def _notes(element: etree._Element) -> Iterator[str]:
    """Yield the notes on aliases, dates and documents, for which an entry has no field."""
    for part in element:
        note = clean(part.findtext("NOTE")) if part.tag.startswith(_NOTED) else ""
        if note:
            yield f"{part.tag.partition('_')[2].replace('_', ' ').lower()}: {note}"


def _place(element: etree._Element) -> str:
    """Return an address or a place of birth. Some of them have only a note."""
    parts = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
    return ", ".join(filter(None, (clean(element.findtext(part)) for part in parts)))
