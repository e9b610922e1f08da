"""The UK Sanctions List of the FCDO, from its official CSV or XML, detected by content.

The CSV begins with the date of the report, then the header. It has one row per name and address; `Unique ID` groups the
rows of a party.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.country_names import country_code
from tidewaiter.lists.dates import partial_date
from tidewaiter.lists.entry_builder import PartyBuilder, numbered
from tidewaiter.lists.reading import Unread, clean, readable, sha256_of
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.lists.tables import columns, table_rows
from tidewaiter.lists.xml_records import all_of, line_of, local_name, records, report_unknown, text_of, texts_of
from tidewaiter.matching.entry import EntryType, ListEntry, ListingMeasure, PartyList

URL = PUBLISHERS["uk"].url
WHAT = "the UK Sanctions List in CSV or XML"

_NAME_PARTS = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_NEEDED = ("Unique ID", "Name 6", "Name type", "Regime Name", "Designation Type")
_WANTED = (
    *_NEEDED, *_NAME_PARTS, "UN Reference Number", "Alias strength", "Name non-latin script", "Sanctions Imposed",
    "Other Information", "UK Statement of Reasons", "Title", "Position", "Address Line 1", "Address Line 2",
    "Address Line 3", "Address Line 4", "Address Line 5", "Address Line 6", "Address Postal Code", "Address Country",
    "Date Designated", "D.O.B", "Nationality", "National Identifier number",
    "National Identifier additional information", "Passport number", "Passport additional information", "Gender",
    "Town of birth", "Country of birth", "Parent company", "Subsidiaries", "Business registration number",
    "IMO number", "Current believed flag", "Previous flags", "Current owner", "Previous owner",
    "Hull identification number",
)  # fmt: skip
_LEFT_OUT = (
    "Last Updated", "OFSI Group ID", "Non-latin script", "Designation source", "Phone", "Website", "Email", "Type of",
    "Tonnage", "Length", "Year built",
)  # fmt: skip
_TYPES = {"individual": EntryType.PERSON, "entity": EntryType.ORGANISATION, "ship": EntryType.VESSEL}
_MEASURES = (
    # The first pattern that matches the text of the sanction wins. Sanctions imposed on ships bar only the ship.
    (re.compile(r"\basset freeze\b"), ListingMeasure.ASSET_FREEZE),
    (re.compile(r"\btravel ban\b"), ListingMeasure.TRAVEL_BAN),
    (re.compile(r"\b(?:ships?|ports?|(?:de-?)?flag|crew|vessels?)\b"), ListingMeasure.VESSEL_BAN),
    (
        re.compile(
            r"\b(?:securities|loans?|correspondent|trust services|investments?|arms embargo|exports?|imports?|aircraft"
            r"|internet services|technical assistance|money[- ]market|insurance)\b"
        ),
        ListingMeasure.SECTORAL,
    ),
    (re.compile(r"\bdirector disqualification\b"), ListingMeasure.OTHER),
)
_OF_COUNTRY = re.compile(r"^(.{4,40}?)\s+(?:national\b|passport\b|number\b|diplomatic\b|,)", re.IGNORECASE)
_DEEPEST = 8
Row = dict[str, str]


def read(path: Path) -> PartyList:
    """Read the whole list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    with path.open("rb") as file:
        is_xml = file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    parties: dict[str, PartyBuilder] = {}
    published, count = "", 0
    for line, row in _xml_rows(path, unread) if is_xml else _csv_rows(path, unread):
        if "published" in row:
            published = max(published, partial_date(row["published"]) or "")
            continue
        count += _row(row, line, parties, unread)
    return whole_list(
        path, parties, unread, count, published, id_="uk", instrument="UK Sanctions List", what=WHAT, url=URL
    )


def whole_list(
    path: Path, parties: dict[str, PartyBuilder], unread: Unread, count: int, published: str, *,
    id_: str, instrument: str, what: str, url: str,
) -> PartyList:  # fmt: skip
    """Return the parties as a list; `count` is the number of rows that could be read."""
    entries: list[ListEntry] = []
    for party in parties.values():
        if party.names:
            regime = next(iter(party.programmes), "")
            named = f"{instrument}, {regime}" if regime else ""
            entries.append(party.entry(url=url, provision=f"entry {party.id}", instrument=named))
        else:
            unread.row(0, f"{party.id}: has no name in any row")
    lost = unread.close(count)
    if not entries:
        raise ListError(f"{path}: has no entry that can be read, so it is not {what}. Fetch it again from {url}.")
    return PartyList(
        id=id_,
        publisher=id_,
        authority="UK",
        instrument=instrument,
        url=url,
        published=published or None,
        sha256=sha256_of([path]),
        entries=tuple(entries),
        unread=lost,
    )


def _csv_rows(path: Path, unread: Unread) -> Iterator[tuple[int, Row]]:
    rows = table_rows(path, unread)
    line, first = next(rows, (0, []))
    header = first
    if not any(cell.strip().lower() == "unique id" for cell in first):
        dates = (date for cell in first if (date := partial_date(cell.rpartition(":")[2].strip())))
        yield line, {"published": next(dates, "")}
        line, header = next(rows, (0, []))
    places = columns(WHAT, unread, line, header, _WANTED, _NEEDED, _LEFT_OUT)
    for number, cells in rows:
        if len(cells) != len(header):
            unread.row(number, f"{len(cells)} columns where there should be {len(header)}")
            continue
        yield number, {name: clean(cells[place]) for name, place in places.items()}


def _xml_rows(path: Path, unread: Unread) -> Iterator[tuple[int, Row]]:
    """Yield the designations as rows of the CSV: one for each name, address, date and number."""
    for element in records(path, WHAT, URL, "Designations", {"Designation", "DateGenerated"}, _DEEPEST):
        name = local_name(element)
        if name == "Designations":
            continue
        line = line_of(element)
        if name == "DateGenerated":
            yield line, {"published": clean(element.text)[:10]}
            continue
        yield from ((line, row) for row in _designation(element, unread))


_XML_ONCE = {
    "Unique ID": "UniqueID", "UN Reference Number": "UNReferenceNumber", "Regime Name": "RegimeName",
    "Designation Type": "IndividualEntityShip", "Sanctions Imposed": "SanctionsImposed",
    "Other Information": "OtherInformation", "UK Statement of Reasons": "UKStatementofReasons",
    "Date Designated": "DateDesignated",
}  # fmt: skip
_XML_SEVERAL = (
    ("Name non-latin script", ("NonLatinNames/NonLatinName/NameNonLatinScript",)),
    ("D.O.B", ("IndividualDetails/Individual/DOBs/DOB",)),
    ("Nationality", ("IndividualDetails/Individual/Nationalities/Nationality",)),
    ("Gender", ("IndividualDetails/Individual/Genders/Gender",)),
    ("Title", ("Titles/Title",)),
    ("Position", ("IndividualDetails/Individual/Positions/Position",)),
    (
        "Business registration number",
        ("EntityDetails/Entity/BusinessRegistrationNumbers/BusinessRegistrationNumber",),
    ),
    ("Parent company", ("EntityDetails/Entity/ParentCompanies/ParentCompany",)),
    ("Subsidiaries", ("EntityDetails/Entity/Subsidiaries/Subsidiary",)),
    ("IMO number", ("ShipDetails/Ship/IMONumbers/IMONumber",)),
    ("Current believed flag", ("ShipDetails/Ship/CurrentBelievedFlagOfShips/CurrentBelievedFlagOfShip",)),
    ("Previous flags", ("ShipDetails/Ship/PreviousFlags/PreviousFlag",)),
    ("Current owner", ("ShipDetails/Ship/CurrentOwnerOperators/CurrentOwnerOperator",)),
    ("Previous owner", ("ShipDetails/Ship/PreviousOwnerOperators/PreviousOwnerOperator",)),
    ("Hull identification number", ("ShipDetails/Ship/HullIdentificationNumbers/HullIdentificationNumber",)),
)
_XML_DOCUMENTS = (
    ("IndividualDetails/Individual/PassportDetails/Passport", "Passport", "Passport"),
    (
        "IndividualDetails/Individual/NationalIdentifierDetails/NationalIdentifier",
        "NationalIdentifier",
        "National Identifier",
    ),
    ("IndividualDetails/Individual/NationalIDs/NationalID", "NationalID", "National Identifier"),
)
_XML_BIRTH = "IndividualDetails/Individual/BirthDetails/Location"
_XML_READ = frozenset(
    name
    for path in (
        *_XML_ONCE.values(), *(path for _, paths in _XML_SEVERAL for path in paths),
        *(path for path, _, _ in _XML_DOCUMENTS),
        *(f"{tag}{part}" for _, tag, _ in _XML_DOCUMENTS for part in ("Number", "AdditionalInformation")),
        "Designation/Names/Name/NameType/AliasStrength", *(part.replace(" ", "") for part in _NAME_PARTS), _XML_BIRTH,
        "TownOfBirth/CountryOfBirth", "Addresses/Address/AddressPostalCode/AddressCountry",
        *(f"AddressLine{n}" for n in range(1, 7)),
    )
    for name in path.split("/")
)  # fmt: skip
_XML_LEFT_OUT = frozenset(
    "LastUpdated OFSIGroupID DesignationSource SanctionsImposedIndicators NonLatinScriptType "
    "NonLatinScriptLanguage PhoneNumbers PhoneNumber EmailAddresses EmailAddress Websites Website TypeOfEntities "
    "TypeOfEntity TypeOfShipDetails TypeOfShip TonnageOfShips TonnageOfShip LengthOfShips LengthOfShip YearsBuilt "
    "YearBuilt".split()
)


def _designation(element: etree._Element, unread: Unread) -> Iterator[Row]:
    for part in all_of(element, "*"):
        if local_name(part) != "SanctionsImposedIndicators":  # one element per sanction; the text is read instead
            report_unknown(part, _XML_READ | _XML_LEFT_OUT, unread)
    once = {column: text_of(element, tag) for column, tag in _XML_ONCE.items()}
    names = list(all_of(element, "Names/Name"))
    for name in names:
        parts = {part: text_of(name, part.replace(" ", "")) for part in _NAME_PARTS}
        yield once | parts | {"Name type": text_of(name, "NameType"), "Alias strength": text_of(name, "AliasStrength")}
    if not names:
        yield once
    bare = {"Unique ID": once["Unique ID"], "Designation Type": once["Designation Type"]}
    for address in all_of(element, "Addresses/Address"):
        lines = {f"Address Line {n}": text_of(address, f"AddressLine{n}") for n in range(1, 7)}
        code, country = text_of(address, "AddressPostalCode"), text_of(address, "AddressCountry")
        yield bare | lines | {"Address Postal Code": code, "Address Country": country}
    for place in all_of(element, _XML_BIRTH):
        town, country = text_of(place, "TownOfBirth"), text_of(place, "CountryOfBirth")
        yield bare | {"Town of birth": town, "Country of birth": country}
    for path, tag, column in _XML_DOCUMENTS:
        for document in all_of(element, path):
            number, stated = text_of(document, f"{tag}Number"), text_of(document, f"{tag}AdditionalInformation")
            yield bare | {f"{column} number": number, f"{column} additional information": stated}
    for column, paths in _XML_SEVERAL:
        for one in paths:
            for text in texts_of(element, one):
                yield bare | {column: text}


def _row(row: Row, line: int, parties: dict[str, PartyBuilder], unread: Unread) -> bool:
    """Add the row to its party. Return False when it cannot be read."""
    reference, kind = row["Unique ID"], row["Designation Type"]
    type_ = _TYPES.get(kind.lower())
    if not reference or type_ is None:
        unread.row(line, f"not a row of the list: Unique ID {reference!r}, designation type {kind!r}")
        return False
    party = parties.setdefault(reference, PartyBuilder(reference, type_, unread))
    weak = "low" in row.get("Alias strength", "").lower() or "weak" in row.get("Alias strength", "").lower()
    party.name(" ".join(filter(None, (row.get(part, "") for part in _NAME_PARTS))), weak)
    party.name(row.get("Name non-latin script", ""))
    if regime := row.get("Regime Name", ""):
        party.programme("uk", regime)
    for sanction in filter(None, map(clean, row.get("Sanctions Imposed", "").split("|"))):
        party.measures[_measure(sanction, party, line)] = None
    for birth in numbered(row.get("D.O.B", "")):
        party.birth(birth, line)
    for country in (*numbered(row.get("Nationality", "")), *numbered(row.get("Current believed flag", ""))):
        party.country(country, line)
    for column, type_name in (
        ("Business registration number", "registration"),
        ("IMO number", "imo"),
        ("Hull identification number", "other"),
    ):
        for value in numbered(row.get(column, "")):
            party.identifier(type_name, value)
    party.address(
        row.get(part, "")
        for part in (*(f"Address Line {n}" for n in range(1, 7)), "Address Postal Code", "Address Country")
    )
    party.gender = party.gender or row.get("Gender", "").lower() or None
    party.listed_on = party.listed_on or partial_date(row.get("Date Designated", ""))
    for column, type_name in (("National Identifier", "national_id"), ("Passport", "passport")):
        documents(party, type_name, row.get(f"{column} number", ""), row.get(f"{column} additional information", ""))
    for column in ("Parent company", "Current owner"):
        for other in numbered(row.get(column, "")):
            party.linked_to[other] = None
    party.birth_place((row.get("Town of birth", ""), row.get("Country of birth", "")))
    for column in ("Title", "Position", "Subsidiaries", "Previous owner", "Previous flags"):
        for stated in numbered(row.get(column, "")):
            party.remark(stated, column.lower())
    for column in ("Other Information", "UK Statement of Reasons"):
        party.remark(row.get(column, ""))
    if un := row.get("UN Reference Number", ""):
        party.remark(f"UN reference {un}")
    return True


def documents(party: PartyBuilder, kind: str, numbers: str, details: str) -> None:
    """Add the documents of one kind, each with the country at the start of its details, if any."""
    values, stated = list(numbered(numbers)), list(numbered(details))
    for i, value in enumerate(values):
        place = _OF_COUNTRY.match(stated[i]) if len(stated) == len(values) else None
        party.identifier(kind, value, country_code(place[1]) if place else None)


def _measure(sanction: str, party: PartyBuilder, line: int) -> ListingMeasure:
    measure = next((known for words, known in _MEASURES if words.search(sanction.lower())), None)
    if measure is None:
        party.unread.fact(line, f"sanction {sanction!r} is not known, nor what it bars: for review")
        party.remark(f"sanction imposed: {sanction}")
        return ListingMeasure.OTHER
    ship_alone = measure is ListingMeasure.VESSEL_BAN and party.type is not EntryType.VESSEL
    return ListingMeasure.SECTORAL if ship_alone else measure
