"""The UK Sanctions List from CSV and XML, and archives of OFSI's closed list."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListingMeasure

COLUMNS = (
    "Last Updated|Unique ID|OFSI Group ID|UN Reference Number|Name 6|Name 1|Name 2|Name 3|Name 4|Name 5|Name type|"
    "Alias strength|Title|Name non-latin script|Non-latin script type|Non-latin script language|Regime Name|"
    "Designation Type|Designation source|Sanctions Imposed|Other Information|UK Statement of Reasons|Address Line 1|"
    "Address Line 2|Address Line 3|Address Line 4|Address Line 5|Address Line 6|Address Postal Code|Address Country|"
    "Phone number|Website|Email address|Date Designated|D.O.B|Nationality(/ies)|National Identifier number|"
    "National Identifier additional information|Passport number|Passport additional information|Position|Gender|"
    "Town of birth|Country of birth|Type of entity|Subsidiaries|Parent company|Business registration number (s)|"
    "IMO number|Current owner/operator (s)|Previous owner/operator (s)|Current believed flag of ship|Previous flags|"
    "Type of ship|Tonnage of ship|Length of ship|Year Built|Hull identification number (HIN)"
).split("|")
ALWAYS = {
    "Regime Name": "Democratic People's Republic of Korea",
    "Designation Type": "Individual",
    "Unique ID": "DPR9001",
}
ROWS: tuple[dict[str, str], ...] = (
    ALWAYS | {
        "Name 6": "TESTOVICH", "Name 1": "Boris", "Name 2": "Ivan", "Name type": "Primary name", "D.O.B": "dd/mm/1962",
        "Nationality(/ies)": "North Korea", "Passport number": "654321987", "Gender": "Male", "Date Designated": "02/01/2020",
        "Sanctions Imposed": "Asset freeze|Travel Ban|Trust Services Sanctions", "UN Reference Number": "KPi.999",
        "Address Line 1": "1 Test Street", "Address Country": "North Korea",
    },
    ALWAYS | {
        "Name 6": "TESTER", "Name 1": "The", "Name type": "Alias", "Alias strength": "Low quality a.k.a",
        "Name non-latin script": "보리스", "D.O.B": "21/05/1962", "Sanctions Imposed": "Asset freeze|Travel Ban",
    },
    {
        "Unique ID": "RUS9002", "Name 6": "TEST SHIP", "Name type": "Primary name", "Regime Name": "Russia",
        "Designation Type": "Ship", "Sanctions Imposed": "Prohibition of port entry", "IMO number": "9187629",
        "Current believed flag of ship": "Panama",
    },
)  # fmt: skip


def table(*rows: dict[str, str], first: str = "Report Date: 10-Jun-2026") -> str:
    out = io.StringIO()
    out.write(first + "\r\n" if first else "")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


XML = """<?xml version="1.0" encoding="utf-8"?><Designations><DateGenerated>10/06/2026</DateGenerated>
<Designation><LastUpdated>01/01/2026</LastUpdated><UniqueID>DPR9001</UniqueID><UNReferenceNumber>KPi.999</UNReferenceNumber>
<Names><Name><Name6>TESTOVICH</Name6><Name1>Boris</Name1><Name2>Ivan</Name2><NameType>Primary name</NameType></Name>
<Name><Name6>TESTER</Name6><Name1>The</Name1><NameType>Alias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name></Names>
<NonLatinNames><NonLatinName><NameNonLatinScript>보리스</NameNonLatinScript></NonLatinName></NonLatinNames>
<RegimeName>Democratic People's Republic of Korea</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>
<SanctionsImposed>Asset freeze|Travel Ban|Trust Services Sanctions</SanctionsImposed>
<Addresses><Address><AddressLine1>1 Test Street</AddressLine1><AddressCountry>North Korea</AddressCountry></Address></Addresses>
<DateDesignated>02/01/2020</DateDesignated>
<IndividualDetails><Individual><DOBs><DOB>dd/mm/1962</DOB><DOB>21/05/1962</DOB></DOBs>
<Nationalities><Nationality>North Korea</Nationality></Nationalities><Genders><Gender>Male</Gender></Genders>
<PassportDetails><Passport><PassportNumber>654321987</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails>
</Designation>
<Designation><UniqueID>RUS9002</UniqueID><Names><Name><Name6>TEST SHIP</Name6><NameType>Primary name</NameType></Name></Names>
<RegimeName>Russia</RegimeName><IndividualEntityShip>Ship</IndividualEntityShip>
<SanctionsImposed>Prohibition of port entry</SanctionsImposed>
<ShipDetails><Ship><IMONumbers><IMONumber>9187629</IMONumber></IMONumbers>
<CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Panama</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips></Ship></ShipDetails>
</Designation></Designations>"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("text", [table(*ROWS), "\ufeff" + table(*ROWS), XML], ids=["csv", "csv with a mark", "xml"])
def test_the_list_says_the_same_in_csv_and_xml(tmp_path: Path, text: str) -> None:
    loaded = load_list("uk", write(tmp_path / "uk", text))
    man, ship = loaded.entries
    assert (loaded.authority, loaded.published, loaded.unread) == ("UK", "2026-06-10", ())
    assert (man.id, man.type, man.gender, man.listed_on) == ("DPR9001", EntryType.PERSON, "male", "2020-01-02")
    assert set(man.names) == {
        ListedName("Boris Ivan TESTOVICH"),
        ListedName("The TESTER", weak=True),
        ListedName("보리스"),
    }
    assert man.birth_dates == ("1962", "1962-05-21")
    assert man.countries == ("KP",)
    assert man.measures == (ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN, ListingMeasure.SECTORAL)
    assert man.identifiers == (ListedIdentifier("passport", "654321987"),)
    assert man.addresses == ("1 Test Street, North Korea",)
    assert man.instrument == "UK Sanctions List, Democratic People's Republic of Korea"
    assert (ship.type, ship.measures, ship.countries) == (EntryType.VESSEL, (ListingMeasure.VESSEL_BAN,), ("PA",))
    assert ship.identifiers == (ListedIdentifier("imo", "9187629"),)


@pytest.mark.parametrize(
    ("kind", "sanction", "measure"),
    [
        ("Entity", "Export and import restrictions", ListingMeasure.SECTORAL),
        ("Entity", "Transport of aircraft", ListingMeasure.SECTORAL),
        ("Entity", "Crew servicing of ships and aircraft", ListingMeasure.SECTORAL),
        ("Ship", "Crew servicing of ships and aircraft", ListingMeasure.VESSEL_BAN),
        ("Ship", "Deflag", ListingMeasure.VESSEL_BAN),
        ("Entity", "Director disqualification sanction", ListingMeasure.OTHER),
        ("Entity", "Something new", ListingMeasure.OTHER),
    ],
)
def test_what_is_imposed_for_ships_bars_a_ship_and_no_sanction_is_read_by_half_a_word(
    tmp_path: Path, kind: str, sanction: str, measure: ListingMeasure
) -> None:
    row = ROWS[2] | {"Designation Type": kind, "Sanctions Imposed": sanction}
    loaded = load_list("uk", write(tmp_path / "uk.csv", table(row)))
    assert loaded.entries[0].measures == (measure,)
    assert [r.reason for r in loaded.unread if "sanction 'Something new' is not known" in r.reason] == [
        r.reason for r in loaded.unread
    ]
    assert bool(loaded.unread) == (sanction == "Something new")
    assert ("Something new" in loaded.entries[0].remarks) == (sanction == "Something new")


def test_places_offices_owners_and_the_country_of_a_passport_are_kept_in_csv_and_xml(tmp_path: Path) -> None:
    man = ROWS[0] | {
        "Town of birth": "Testgrad", "Country of birth": "North Korea", "Position": "(1) Minister (2) General",
        "Passport additional information": "North Korea number, issued in 2001",
    }  # fmt: skip
    ship = ROWS[2] | {
        "Current owner/operator (s)": "TEST LINE",
        "Previous flags": "Togo",
        "Hull identification number (HIN)": "TST12345",
    }
    from_csv = load_list("uk", write(tmp_path / "uk.csv", table(man, ship)))
    more = XML.replace(
        "<PassportNumber>654321987</PassportNumber>",
        "<PassportNumber>654321987</PassportNumber><PassportAdditionalInformation>North Korea number, issued in 2001</PassportAdditionalInformation>",
    ).replace(
        "<Genders>",
        "<BirthDetails><Location><TownOfBirth>Testgrad</TownOfBirth><CountryOfBirth>North Korea</CountryOfBirth></Location></BirthDetails>"
        "<Positions><Position>Minister</Position><Position>General</Position></Positions><Genders>",
    ).replace(
        "<ShipDetails><Ship>",
        "<ShipDetails><Ship><CurrentOwnerOperators><CurrentOwnerOperator>TEST LINE</CurrentOwnerOperator></CurrentOwnerOperators>"
        "<PreviousFlags><PreviousFlag>Togo</PreviousFlag></PreviousFlags><ShoeSize>44</ShoeSize>"
        "<HullIdentificationNumbers><HullIdentificationNumber>TST12345</HullIdentificationNumber></HullIdentificationNumbers>",
    )  # fmt: skip
    from_xml = load_list("uk", write(tmp_path / "uk.xml", more))
    assert from_csv.unread == ()
    assert ["<ShoeSize> is not known" in row.reason for row in from_xml.unread] == [True]
    for loaded in (from_csv, from_xml):
        first, second = loaded.entries
        assert first.birth_places == ("Testgrad, North Korea",)
        assert first.identifiers == (ListedIdentifier("passport", "654321987", "KP"),)
        assert {"position: Minister", "position: General"} <= set(first.remarks.split("; "))
        assert second.linked_to == ("TEST LINE",)
        assert "previous flags: Togo" in second.remarks
        assert ListedIdentifier("other", "TST12345") in second.identifiers


def test_a_row_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    odd = ROWS[0] | {"Unique ID": "", "Name 6": "NOBODY"}
    dated = ROWS[2] | {"D.O.B": "soon"}
    loaded = load_list("uk", write(tmp_path / "uk.csv", table(ROWS[0], odd, dated) + "a,b\r\n"))
    told = [(row.line, row.reason) for row in loaded.unread]
    assert [line for line, _ in told] == [4, 5, 6]
    assert "Unique ID ''" in told[0][1]
    assert "'soon' is not understood" in told[1][1]
    assert "2 columns where there should be 58" in told[2][1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("<html><body>Blocked</body></html>", "its root is <html>"),
        ("a,b\r\n1,2\r\n", "has no column"),
        (table(), "has no entry"),
        (table(*ROWS)[:-20], "its last line is cut off"),
        (table(*ROWS) + ",", "its last line is cut off"),
        (table(*ROWS) + '"', "cannot be read from line"),
        (table(*ROWS) + "x\r\n" * 4, "4 of 7 rows cannot be read"),
        (XML[:900], "is not complete XML"),
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + XML[38:], "document type"),
    ],
)
def test_a_file_that_is_not_this_list_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("uk", write(tmp_path / "uk", text))


CONLIST = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,Non-Latin Script Language,"
    "DOB,Town of Birth,Country of Birth,Nationality,Passport Number,Passport Details,National Identification Number,"
    "National Identification Details,Position,Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,Post/Zip Code,"
    "Country,Other Information,Group Type,Alias Type,Alias Quality,Regime,Listed On,UK Sanctions List Date Designated,"
    "Last Updated,Group ID\n"
    'TESTOVICH,Boris,,,,,,,,,00/00/1962,,,"(1) Russia (2) Belarus",(1) A-1 (2) B22,'
    '"(1) Russia number, issued in 2001 (2) -",,,,,,,,,Testgrad,,Russia,'
    "(Gender):Male,Individual,Primary name,,Russia,02/01/2020,02/01/2020,03/01/2020,9001\n"
    "TESTER,,,,,,,,,,,,,,,,,,,,,,,,,,,,Individual,AKA,Low quality,Russia,02/01/2020,02/01/2020,03/01/2020,9001\n"
    "TEST SHIP,,,,,,,,,,,,,,,,,,,,,,,,,,,(IMO number):9187629 (Flag of ship):North Korea (Type of ship):Oil tanker,Ship,"
    "Primary name,,Democratic People's Republic of Korea,30/03/2018,30/03/2018,31/12/2020,9002\n"
)


@pytest.mark.parametrize("packed", [False, True])
def test_an_archived_ofsi_list_is_read(tmp_path: Path, packed: bool) -> None:
    text = "Last Updated,10/04/2025\n" + CONLIST
    path = tmp_path / "ConList.csv"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    loaded = load_list("uk-conlist", path)
    man, ship = loaded.entries
    assert (loaded.published, loaded.unread) == ("2025-04-10", ())
    assert man.names == (ListedName("Boris TESTOVICH"), ListedName("TESTER", weak=True))
    assert (man.birth_dates, man.countries, man.gender) == (("1962",), ("RU", "BY"), "male")
    assert man.identifiers == (ListedIdentifier("passport", "A-1"), ListedIdentifier("passport", "B22"))
    assert (ship.countries, ship.identifiers) == (("KP",), (ListedIdentifier("imo", "9187629"),))


def test_a_gzip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ConList.csv.gz"
    path.write_bytes(gzip.compress(CONLIST.encode())[:-30])
    with pytest.raises(ListError, match="cannot be unpacked"):
        load_list("uk-conlist", path)


@needs_official_lists
@pytest.mark.parametrize("name", ["ConList_2025-04-10.csv.gz", "UK_Sanctions_List.xlsx"])
def test_the_official_archive_is_read_whole(name: str) -> None:
    loaded = load_list("uk-conlist", FOLDER / "uk" / name)
    kinds = Counter(entry.type for entry in loaded.entries)
    assert kinds == {EntryType.PERSON: 3_662, EntryType.ORGANISATION: 1_009, EntryType.VESSEL: 15}
    assert loaded.published == "2025-04-10"
    assert len(loaded.unread) < 10
    assert all("is not known" in row.reason for row in loaded.unread)
