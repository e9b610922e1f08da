"""The UK Sanctions List of the FCDO, from its official CSV or XML; told by content.

The CSV begins with the date of the report, then the header; it has one row a name and address, which
`Unique ID` groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from service.errors import ListError
from service.lists.dates import partial_date
from service.lists.gathering import Gathered, numbered
from service.lists.reading import Unread, clean, readable, sha256_of
from service.lists.tables import columns, table_rows
from service.lists.xml_records import all_of, line_of, local_name, records, text_of, texts_of
from service.matching.entry import EntryType, ListEntry, Measure, PartyList

URL = "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv"
WHAT = "the UK Sanctions List in CSV or XML"

_NAME_PARTS = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_NEEDED = ("Unique ID", "Name 6", "Name type", "Regime Name", "Designation Type")
_WANTED = (
    *_NEEDED, *_NAME_PARTS, "UN Reference Number", "Alias strength", "Name non-latin script", "Sanctions Imposed",
    "Other Information", "UK Statement of Reasons", "Address Line 1", "Address Line 2", "Address Line 3",
    "Address Line 4", "Address Line 5", "Address Line 6", "Address Postal Code", "Address Country", "Date Designated",
    "D.O.B", "Nationality", "National Identifier number", "Passport number", "Gender", "Parent company",
    "Business registration number", "IMO number", "Current believed flag",
)  # fmt: skip
_TYPES = {"individual": EntryType.PERSON, "entity": EntryType.ORGANISATION, "ship": EntryType.VESSEL}
_MEASURES = (
    # The first whose word is in the sanction as the list words it; a sanction of none of them is another measure.
    ("asset freeze", Measure.ASSET_FREEZE),
    ("travel ban", Measure.TRAVEL_BAN),
    ("ship", Measure.VESSEL_BAN),
    ("port", Measure.VESSEL_BAN),
    ("flag", Measure.VESSEL_BAN),
    ("crew", Measure.VESSEL_BAN),
    ("vessel", Measure.VESSEL_BAN),
    ("securities", Measure.SECTORAL),
    ("loan", Measure.SECTORAL),
    ("correspondent", Measure.SECTORAL),
)
COUNTRY_LISTED_UNDER = (("democratic people's republic of korea", "KP"), ("iran", "IR"))
"""By the beginning of the regime's name, whose listing is also a tie to the country."""
_DEEPEST = 8
Row = dict[str, str]


def read(path: Path) -> PartyList:
    """Read the whole list. Raises ListError for a file that is empty, cut off, or not this list."""
    readable(path, WHAT)
    unread = Unread(path)
    with path.open("rb") as file:
        is_xml = file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    parties: dict[str, Gathered] = {}
    published, count = "", 0
    for line, row in _xml_rows(path) if is_xml else _csv_rows(path, unread):
        if "published" in row:
            published = max(published, partial_date(row["published"]) or "")
            continue
        count += _row(row, line, parties, unread)
    return whole_list(
        path, parties, unread, count, published, id_="uk", instrument="UK Sanctions List", what=WHAT, url=URL
    )


def whole_list(
    path: Path, parties: dict[str, Gathered], unread: Unread, count: int, published: str, *,
    id_: str, instrument: str, what: str, url: str,
) -> PartyList:  # fmt: skip
    """The gathered parties as a list; `count` is of the rows that could be read."""
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
    rows = table_rows(path)
    line, first = next(rows, (0, []))
    header = first
    if not any(cell.strip().lower() == "unique id" for cell in first):
        dates = (date for cell in first if (date := partial_date(cell.rpartition(":")[2].strip())))
        yield line, {"published": next(dates, "")}
        line, header = next(rows, (0, []))
    places = columns(WHAT, unread, line, header, _WANTED, _NEEDED)
    for number, cells in rows:
        if len(cells) != len(header):
            unread.row(number, f"{len(cells)} columns where there should be {len(header)}")
            continue
        yield number, {name: clean(cells[place]) for name, place in places.items()}


def _xml_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The designations as rows of the CSV: one for each name, address, date and number."""
    for element in records(path, WHAT, URL, "Designations", {"Designation", "DateGenerated"}, _DEEPEST):
        name = local_name(element)
        if name == "Designations":
            continue
        line = line_of(element)
        if name == "DateGenerated":
            yield line, {"published": clean(element.text)[:10]}
            continue
        yield from ((line, row) for row in _designation(element))


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
    ("Passport number", ("IndividualDetails/Individual/PassportDetails/Passport/PassportNumber",)),
    (
        "National Identifier number",
        (
            "IndividualDetails/Individual/NationalIdentifierDetails/NationalIdentifier/NationalIdentifierNumber",
            "IndividualDetails/Individual/NationalIDs/NationalID/NationalIDNumber",
        ),
    ),
    (
        "Business registration number",
        ("EntityDetails/Entity/BusinessRegistrationNumbers/BusinessRegistrationNumber",),
    ),
    ("Parent company", ("EntityDetails/Entity/ParentCompanies/ParentCompany",)),
    ("IMO number", ("ShipDetails/Ship/IMONumbers/IMONumber",)),
    ("Current believed flag", ("ShipDetails/Ship/CurrentBelievedFlagOfShips/CurrentBelievedFlagOfShip",)),
)


def _designation(element: etree._Element) -> Iterator[Row]:
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
    for column, paths in _XML_SEVERAL:
        for one in paths:
            for text in texts_of(element, one):
                yield bare | {column: text}


def _row(row: Row, line: int, parties: dict[str, Gathered], unread: Unread) -> bool:
    """Add the row to its party; False when it cannot be read."""
    reference, kind = row["Unique ID"], row["Designation Type"]
    type_ = _TYPES.get(kind.lower())
    if not reference or type_ is None:
        unread.row(line, f"not a row of the list: Unique ID {reference!r}, designation type {kind!r}")
        return False
    party = parties.setdefault(reference, Gathered(reference, type_, unread))
    weak = "low" in row.get("Alias strength", "").lower() or "weak" in row.get("Alias strength", "").lower()
    party.name(" ".join(filter(None, (row.get(part, "") for part in _NAME_PARTS))), weak)
    party.name(row.get("Name non-latin script", ""))
    if regime := row.get("Regime Name", ""):
        party.programmes[regime] = None
        for beginning, country in COUNTRY_LISTED_UNDER:
            if beginning in regime.lower():
                party.countries[country] = None
    for sanction in filter(None, map(clean, row.get("Sanctions Imposed", "").split("|"))):
        word = sanction.lower()
        party.measures[next((m for part, m in _MEASURES if part in word), Measure.OTHER)] = None
    for birth in numbered(row.get("D.O.B", "")):
        party.birth(birth, line)
    for country in (*numbered(row.get("Nationality", "")), *numbered(row.get("Current believed flag", ""))):
        party.country(country, line)
    for column, type_name in (
        ("National Identifier number", "national_id"),
        ("Passport number", "passport"),
        ("Business registration number", "registration"),
        ("IMO number", "imo"),
    ):
        for value in numbered(row.get(column, "")):
            party.identifier(type_name, value)
    party.address(
        row.get(part, "")
        for part in (*(f"Address Line {n}" for n in range(1, 7)), "Address Postal Code", "Address Country")
    )
    party.gender = party.gender or row.get("Gender", "").lower() or None
    party.listed_on = party.listed_on or partial_date(row.get("Date Designated", ""))
    for parent in numbered(row.get("Parent company", "")):
        party.linked_to[parent] = None
    for column in ("Other Information", "UK Statement of Reasons"):
        party.remark(row.get(column, ""))
    if un := row.get("UN Reference Number", ""):
        party.remark(f"UN reference {un}")
    return True
