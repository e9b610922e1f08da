"""OFAC's CSV files: what they say, how they join, and what is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, PartyList

NO = "-0- "


def row(
    number: int | str, name: str, type_: str = NO, programme: str = "TESTPROG", remarks: str = NO, flag: str = NO
) -> str:
    kind = f'"{type_}"' if type_ != NO else NO
    text = f'"{remarks}"' if remarks != NO else NO
    flagged = f'"{flag}"' if flag != NO else NO
    return f'{number},"{name}",{kind},"{programme}",{NO},{NO},{NO},{NO},{NO},{flagged},{NO},{text}\r\n'


def write(path: Path, *rows: str, end: str = "\x1a") -> Path:
    path.write_bytes(("".join(rows) + end).encode())
    return path


def one(folder: Path, **facts: str) -> ListEntry:
    return load_list("ofac", write(folder / "SDN.CSV", row(9001, "TEST, Some One", **facts))).entries[0]


def test_an_entry_says_what_it_is_and_under_which_programmes(tmp_path: Path) -> None:
    entry = one(tmp_path, type_="individual", programme="DPRK3] [NPWMD")
    assert (entry.id, entry.type) == ("9001", EntryType.PERSON)
    assert entry.programmes == ("DPRK3", "NPWMD")
    assert entry.countries == ("KP",)
    assert entry.instrument == "OFAC SDN List, [DPRK3] [NPWMD]"
    assert entry.url == "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=9001"


@pytest.mark.parametrize("programme", ["DPRK", "DPRK2", "DPRK3", "DPRK4", "DPRK-NKSPEA"])
def test_a_korean_programme_lists_under_the_dprk(tmp_path: Path, programme: str) -> None:
    assert one(tmp_path, programme=programme).countries == ("KP",)


def test_remarks_that_are_cut_off_give_no_half_number_and_go_on_in_the_comments(tmp_path: Path) -> None:
    whole_part = "Passport AB123456 (Russia); " + "Additional Sanctions Information - None; " * 24
    text = whole_part[:970] + "; Digital Currency Address - XBT 1Gq"[: 1000 - 970]
    assert len(text) == 1_000
    entry = load_list("ofac", write(tmp_path / "SDN.CSV", row(9001, "TEST, Some One", remarks=text)))
    assert [identifier.type for identifier in entry.entries[0].identifiers] == ["passport"]
    assert ["9001: its remarks are cut off" in found.reason for found in entry.unread] == [True]
    (tmp_path / "SDN_COMMENTS.CSV").write_text('9001,"XBT 1GqTest7; DOB 1970."\r\n\x1a', encoding="utf-8")
    joined = load_list("ofac", tmp_path)
    assert [(i.type, i.value) for i in joined.entries[0].identifiers] == [
        ("passport", "AB123456"),
        ("wallet", "1GqTest7"),
    ]
    assert joined.entries[0].birth_dates == ("1970",)
    assert joined.unread == ()


def test_a_ship_keeps_its_call_sign_type_and_owner_and_a_person_the_place_of_birth(tmp_path: Path) -> None:
    line = '9001,"TEST SHIP","vessel","CUBA",-0- ,"CSTEST","General Cargo","11,750","7,239","Cuba","Test Line",-0- \r\n'
    ship = load_list("ofac", write(tmp_path / "SDN.CSV", line)).entries[0]
    assert ship.remarks == (
        "Vessel Call Sign CSTEST; Vessel Type General Cargo; Vessel Tonnage 11,750; Vessel Gross Registered Tonnage 7,239; "
        "Vessel Owner Test Line"
    )
    assert one(tmp_path, remarks="POB Testgrad, Russia; alt. POB Testburg.").birth_places == (
        "Testgrad, Russia",
        "Testburg",
    )


def test_a_programme_of_no_country_lists_under_none(tmp_path: Path) -> None:
    assert one(tmp_path, programme="NPWMD").countries == ()


@pytest.mark.parametrize(
    ("remark", "identifier"),
    [
        ("Passport 12345678 (Korea, North) expires 01 Jan 2020", ListedIdentifier("passport", "12345678", "KP")),
        ("Diplomatic Passport D123456 (Sudan)", ListedIdentifier("passport", "D123456", "SD")),
        ("Tax ID No. 7700000001 (Russia)", ListedIdentifier("tax_id", "7700000001", "RU")),
        ("Registration Number 5100000000008 (Russia)", ListedIdentifier("registration", "5100000000008", "RU")),
        ("Registration ID 26740", ListedIdentifier("registration", "26740", None)),
        ("Unified Social Credit Code (USCC) 91131000000000000X (China)",
         ListedIdentifier("registration", "91131000000000000X", "CN")),
        ("Vessel Registration Identification IMO 9187629", ListedIdentifier("imo", "9187629", None)),
        ("Identification Number IMO 5342883", ListedIdentifier("imo", "5342883", None)),
        ("MMSI 572469210", ListedIdentifier("mmsi", "572469210", None)),
        ("National ID No. 216040 (Yemen)", ListedIdentifier("national_id", "216040", "YE")),
        ("Identification Number 159014 (Iraq)", ListedIdentifier("national_id", "159014", "IQ")),
        ("Legal Entity Number 253400V1H6ART1UQ0N98 (Russia)", ListedIdentifier("lei", "253400V1H6ART1UQ0N98", "RU")),
        ("SWIFT/BIC TESTKPPY", ListedIdentifier("bic", "TESTKPPY", None)),
        ("alt. Digital Currency Address - XBT 1TestTestTestTest9", ListedIdentifier("wallet", "1TestTestTestTest9", None)),
        ("Aircraft Tail Number EP-TST1", ListedIdentifier("other", "EP-TST1", None)),
    ],
)  # fmt: skip
def test_numbers_in_the_remarks_become_identifiers(tmp_path: Path, remark: str, identifier: ListedIdentifier) -> None:
    assert one(tmp_path, remarks=f"Some prose; {remark}; more prose.").identifiers == (identifier,)


@pytest.mark.parametrize(
    ("remark", "read"),
    [
        ("DOB 08 Jan 1984", "1984-01-08"),
        ("alt. DOB Nov 1973", "1973-11"),
        ("DOB 1946", "1946"),
        ("DOB circa 1951", "1951~"),
        ("DOB 1951 to 1953", "1951/1953"),
        ("DOB 01 Jan 1961 to 31 Dec 1962", "1961-01-01/1962-12-31"),
    ],
)
def test_birth_dates_keep_their_precision(tmp_path: Path, remark: str, read: str) -> None:
    assert one(tmp_path, remarks=f"{remark}; POB Nowhere.").birth_dates == (read,)


def test_the_other_facts_of_the_remarks_are_read(tmp_path: Path) -> None:
    entry = one(
        tmp_path,
        type_="individual",
        remarks="nationality Korea, North; citizen Russia; Gender Male; a.k.a. 'THE TESTER'; Linked To: TEST BANK.",
    )
    assert entry.countries == ("KP", "RU")
    assert entry.gender == "male"
    assert entry.names == (ListedName("TEST, Some One"), ListedName("THE TESTER", weak=True))
    assert entry.linked_to == ("TEST BANK",)


def folder_of_files(folder: Path) -> PartyList:
    write(
        folder / "SDN_2026-01-01.csv",
        row(9001, "TEST VESSEL", type_="vessel", remarks="Vessel Registration Iden", flag="Iran"),
    )
    write(folder / "alt_2026-01-01.csv", '9001,1,"fka","OLD TEST","weak"\r\n', '9001,2,"aka","NEW TEST",-0- \r\n')
    write(folder / "ADD.csv", '9001,7,"1 Test Street","Tehran 1000","Iran",-0- \r\n')
    write(folder / "Sdn_Comments_2026-01-01.CSV", '9001,"tification IMO 9187629; MMSI 572469210."\r\n')
    return load_list("ofac", folder)


def test_the_files_of_a_folder_are_joined(tmp_path: Path) -> None:
    (entry,) = folder_of_files(tmp_path).entries
    assert entry.names == (ListedName("TEST VESSEL"), ListedName("OLD TEST", weak=True), ListedName("NEW TEST"))
    assert entry.addresses == ("1 Test Street, Tehran 1000, Iran",)
    assert entry.identifiers == (ListedIdentifier("imo", "9187629"), ListedIdentifier("mmsi", "572469210"))
    assert entry.countries == ("IR",)


def test_the_hash_covers_every_file_of_the_folder(tmp_path: Path) -> None:
    before = folder_of_files(tmp_path).sha256
    write(tmp_path / "ADD.csv", '9001,7,"2 Test Street","Tehran 1000","Iran",-0- \r\n')
    assert load_list("ofac", tmp_path).sha256 != before


def test_an_alias_of_an_entry_that_is_not_there_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "SDN.CSV", row(9001, "TEST"))
    write(tmp_path / "ALT.CSV", '9009,1,"aka","OTHER",-0- \r\n')
    loaded = load_list("ofac", tmp_path)
    assert [(r.line, r.reason) for r in loaded.unread] == [
        (1, "ALT.CSV: belongs to entry 9009, which SDN.CSV does not have")
    ]


def test_several_sdn_files_in_a_folder_are_an_error_that_names_them(tmp_path: Path) -> None:
    write(tmp_path / "SDN_2024-01-01.csv", row(9001, "TEST"))
    write(tmp_path / "SDN_2024-01-02.csv", row(9001, "TEST"))
    with pytest.raises(ListError, match=r"several SDN files \(SDN_2024-01-01.csv, SDN_2024-01-02.csv\)"):
        load_list("ofac", tmp_path)


def test_a_few_bad_rows_are_reported_with_line_and_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sdn.csv",
        row(9001, "TEST ONE"),
        '9002,"TOO FEW",-0- \r\n',
        row("x", "NO NUMBER"),
        '9003,"STRAY " QUOTE",-0- ,"P",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n',
        row(9001, "TEST AGAIN"),
    )
    with pytest.raises(ListError, match="4 of 5 rows cannot be read"):
        load_list("ofac", path)
    path = write(tmp_path / "sdn.csv", row(9001, "TEST ONE"), '9002,"TOO FEW",-0- \r\n', row(9003, "TEST THREE"))
    loaded = load_list("ofac", path)
    assert [e.id for e in loaded.entries] == ["9001", "9003"]
    assert [(r.line, r.reason) for r in loaded.unread] == [(2, "sdn.csv: 3 columns where there should be 12")]


def test_a_stray_quote_spoils_one_row_and_not_those_after_it(tmp_path: Path) -> None:
    rows = [row(9000 + i, f"TEST {i}") for i in range(500)]
    rows[10] = '9010,"UNCLOSED,-0- ,"P",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    loaded = load_list("ofac", write(tmp_path / "sdn.csv", *rows))
    assert len(loaded.entries) == 499
    assert [r.line for r in loaded.unread] == [11]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html>\n<html>Service unavailable</html>\n", "is HTML or XML"),
        (row(9001, "TEST") + '9002,"CUT O', "is cut off|cannot be read"),
        ("a,b,c\nd,e,f\n", "no row of it is a row of SDN.CSV"),
        ("\x00\x01\x02\x03\n", "no row of it is a row of SDN.CSV"),
    ],
)
def test_a_file_that_is_not_this_list_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path / "sdn.csv", text, end="")
    with pytest.raises(ListError, match=says) as caught:
        load_list("ofac", path)
    assert str(path) in str(caught.value)


def test_a_file_without_its_end_mark_is_read_and_said_to_be_so(tmp_path: Path) -> None:
    loaded = load_list("ofac", write(tmp_path / "sdn.csv", row(9001, "TEST"), end=""))
    assert len(loaded.entries) == 1
    assert "does not end in OFAC's end mark" in loaded.unread[0].reason


def test_windows_letters_are_read_where_the_file_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "sdn.csv"
    path.write_bytes(row(9001, "TESTE, José").encode("cp1252") + row(9002, "TESTE, Zoë").encode() + b"\x1a")
    assert [e.names[0].text for e in load_list("ofac", path).entries] == ["TESTE, José", "TESTE, Zoë"]


@needs_official_lists
@pytest.mark.parametrize(
    ("file", "count"), [("SDN_2024-02-20.csv", 13931), ("SDN_2024-02-23.csv", 14484), ("SDN_2024-05-03.csv", 14965)]
)
def test_the_official_file_is_read_whole(file: str, count: int) -> None:
    loaded = load_list("ofac", FOLDER / "ofac" / file)
    assert len(loaded.entries) == count
    assert all("remarks are cut off" in row.reason for row in loaded.unread)


@needs_official_lists
def test_the_official_file_has_the_types_that_it_should() -> None:
    types = Counter(e.type for e in load_list("ofac", FOLDER / "ofac" / "SDN_2024-05-03.csv").entries)
    assert types == {
        EntryType.PERSON: 6854,
        EntryType.ORGANISATION: 6884,
        EntryType.VESSEL: 851,
        EntryType.AIRCRAFT: 376,
    }


@needs_official_lists
def test_the_official_folder_holds_three_publications_and_is_refused() -> None:
    with pytest.raises(ListError, match="several SDN files"):
        load_list("ofac", FOLDER / "ofac")
