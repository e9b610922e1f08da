"""The EU's consolidated list of financial sanctions, from its official XML 1.1 (FSF).

Only the Official Journal is authentic, and the file can lag behind it. It lacks some vessels under sectoral rules.
"""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.entry_builder import PartyBuilder
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.xml_records import all_of, line_of, local_name, records, report_unknown, text_of, texts_of
from tidewaiter.matching.entry import EntryType, ListEntry, ListingMeasure, PartyList

URL = PUBLISHERS["eu"].url
WHAT = "the EU's consolidated list in XML 1.1"

_TYPES = {"person": EntryType.PERSON, "enterprise": EntryType.ORGANISATION}
_KINDS = {
    "passport": "passport", "diplomaticpassport": "passport", "servicepassport": "passport", "id": "national_id",
    "ssn": "national_id", "nationalid": "national_id", "regnumber": "registration", "tradelic": "registration",
    "fiscalcode": "tax_id", "euvat": "tax_id", "taxid": "tax_id", "swiftbic": "bic", "imo": "imo", "lei": "lei",
}  # fmt: skip
_SECTORAL = re.compile(r"^833/2014\b")
"""Regulation (EU) No 833/2014, sectoral; the freezes against Russia are those of 269/2014."""
_KNOWN = frozenset(
    "sanctionEntity remark regulation publicationUrl subjectType nameAlias regulationSummary address contactInfo "
    "birthdate identification citizenship".split()
)
_NAME_ATTRIBUTES = frozenset(
    "wholeName firstName middleName lastName title function gender strong nameLanguage regulationLanguage "
    "logicalId".split()
)
"""Of a nameAlias, as in the Commission's schema `xmlFullSanctionsList_1_1.xsd`."""
_DEEPEST = 6


def read(path: Path) -> PartyList:
    """Read the whole list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    entries: dict[str, ListEntry] = {}
    published = ""
    for element in records(path, WHAT, URL, "export", {"sanctionEntity"}, _DEEPEST):
        if local_name(element) == "export":
            published = (element.get("generationDate") or "")[:10]
            continue
        entry = _entry(element, unread)
        if entry is None:
            continue
        if entry.id in entries:
            unread.row(line_of(element), f"a second record {entry.id}; the first one is kept")
            continue
        entries[entry.id] = entry
    if not published:
        raise ListError(f"{path}: has no generationDate, so it is not {WHAT}. Fetch it again from {URL}.")
    if not entries:
        unread.close(0)
        raise ListError(f"{path}: has no sanctionEntity that can be read. Fetch it again from {URL}.")
    return PartyList(
        id="eu",
        publisher="eu",
        authority="EU",
        instrument="EU Consolidated Financial Sanctions List",
        url=URL,
        published=published,
        sha256=sha256_of([path]),
        entries=tuple(entries.values()),
        unread=unread.close(len(entries)),
    )


def _entry(element: etree._Element, unread: Unread) -> ListEntry | None:
    line = line_of(element)
    report_unknown(element, _KNOWN, unread)
    reference = clean(element.get("euReferenceNumber")) or clean(element.get("logicalId"))
    subject = next(all_of(element, "subjectType"), None)
    code = clean(subject.get("code")).lower() if subject is not None else ""
    party = PartyBuilder(reference, _TYPES.get(code, EntryType.UNKNOWN), unread)
    for alias in all_of(element, "nameAlias"):
        _name(alias, party)
    if not reference or not party.names:
        unread.row(line, f"sanctionEntity {reference} has no {'name' if reference else 'euReferenceNumber'}")
        return None
    if code not in _TYPES:
        unread.fact(line, f"{reference}: subject type {code!r} is not known; looked for as any")
    for birth in all_of(element, "birthdate"):
        _birth(birth, party)
    for citizenship in all_of(element, "citizenship"):
        party.country(_country(citizenship), line_of(citizenship))
    for document in all_of(element, "identification"):
        kind = _KINDS.get(clean(document.get("identificationTypeCode")).lower(), "other")
        number = clean(document.get("number")) or clean(document.get("latinNumber"))
        number = number or text_of(document, "remark")
        if not any(map(str.isdigit, number)) and kind != "bic":
            unread.fact(line_of(document), f"{reference}: an identification ({kind}) without a number")
        party.identifier(kind, number, party.code(_country(document), line_of(document)))
    for address in all_of(element, "address"):
        parts = ("street", "poBox", "city", "zipCode", "region", "place", "countryDescription")
        party.address(address.get(part) or "" for part in parts)
    instrument = ""
    for regulation in all_of(element, "regulation"):
        if programme := clean(regulation.get("programme")):
            party.programme("eu", programme)
        title = clean(regulation.get("numberTitle"))
        instrument = instrument or title
        # The list covers asset freezes. A party named only by a sectoral regulation is not frozen.
        party.measures[ListingMeasure.SECTORAL if _SECTORAL.match(title) else ListingMeasure.ASSET_FREEZE] = None
    if not party.measures:
        party.measures[ListingMeasure.ASSET_FREEZE] = None
    party.listed_on = clean(element.get("designationDate"))[:10] or None
    for remark in (*texts_of(element, "remark"), clean(element.get("designationDetails"))):
        party.remark(remark)
    united_nations = clean(element.get("unitedNationId"))
    if united_nations:
        party.remark(f"UN reference {united_nations}")
    return party.entry(
        url=text_of(element, "regulation/publicationUrl"),
        provision=f"entry {reference}",
        instrument=f"EU Consolidated List, {instrument}" if instrument else "",
    )


def _name(alias: etree._Element, party: PartyBuilder) -> None:
    parts = (alias.get("firstName"), alias.get("middleName"), alias.get("lastName"))
    weak = alias.get("strong") == "false" or "low quality" in text_of(alias, "remark").lower()
    name = clean(alias.get("wholeName")) or " ".join(filter(None, map(clean, parts)))
    if not name:
        party.unread.fact(line_of(alias), f"{party.id}: a nameAlias without a name")
    party.name(name, weak)
    if unknown := set(alias.attrib) - _NAME_ATTRIBUTES:
        named = ", ".join(sorted(map(str, unknown)))
        party.unread.fact(line_of(alias), f"attribute {named} of <nameAlias> is not known here; it is not read")
    for what in ("title", "function"):
        party.remark(clean(alias.get(what)), what)
    party.gender = party.gender or {"M": "male", "F": "female"}.get(alias.get("gender") or "")


def _birth(birth: etree._Element, party: PartyBuilder) -> None:
    whole, year = clean(birth.get("birthdate")), clean(birth.get("year"))
    first, last = clean(birth.get("yearRangeFrom")), clean(birth.get("yearRangeTo"))
    text = whole
    if not text and year:
        month, day = (
            clean(birth.get("monthOfYear") or birth.get("month")),
            clean(birth.get("dayOfMonth") or birth.get("day")),
        )
        text = "-".join(filter(None, (year, month, day if month else "")))
    if not text and (first or last):
        text = f"{first} to {last}" if first and last and first != last else first or last
    if text and birth.get("circa") == "true":
        text = f"circa {text}"
    party.birth(text, line_of(birth))
    party.birth_place(birth.get(part) or "" for part in ("city", "place", "region", "countryDescription"))


def _country(element: etree._Element) -> str:
    code = clean(element.get("countryIso2Code"))
    return code if code not in ("", "00") else clean(element.get("countryDescription"))
