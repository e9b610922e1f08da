"""Australia's list is read whole from its xlsx, or refused."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.lists.reading import Unread
from tidewaiter.lists.tables import table_rows
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListingMeasure

HEADER = (
    "Reference", "Name of Individual or Entity", "Type", "Name Type", "Alias Strength", "Date of Birth", "Place of Birth",
    "Citizenship", "Address", "Additional Information", "Listing Information", "IMO Number", "Committees", "Control Date",
    "Instrument of Designation", "Targeted Financial Sanction", "Travel Ban", "Arms Embargo", "Maritime Restriction",
)  # fmt: skip
Cell = str | int | bool
MAN: tuple[Cell, ...] = (
    2, "Boris TESTOVICH", "Individual", "Primary Name", "", "1945, Approximately 1947", "", "Congo, Democratic Republic of the",
    "a) Testgrad b) Testburg", "Remark", "Listed", "", "1718 (DPRK)", 46126, "A Regulation 2013", True, True, False, False,
)  # fmt: skip
ALIAS: tuple[Cell, ...] = ("2a", "The Tester", "Individual", "Alias", "Weak", 21190, "", "", "", "", "", "", "", 46127)
SHIP: tuple[Cell, ...] = (
    3, "TEST SHIP", "Vessel", "Primary Name", "", "", "", "", "", "Previous names include OLD SHIP", "", 9187629, "Autonomous",
    46127, "", False, False, False, True,
)  # fmt: skip
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def cell(value: Cell, column: int) -> str:
    place = f'r="{chr(ord("A") + column)}1"'
    if isinstance(value, bool):
        return f'<c {place} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"<c {place}><v>{value}</v></c>"
    return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""


def workbook(path: Path, *rows: tuple[Cell, ...], sheet: str | None = None) -> Path:
    body = "".join(f"<row>{''.join(cell(v, i) for i, v in enumerate(row))}</row>" for row in rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", SHEET.format(body) if sheet is None else sheet)
    return path


def test_rows_of_one_number_are_one_party(tmp_path: Path) -> None:
    loaded = load_list("au", workbook(tmp_path / "au.xlsx", HEADER, MAN, ALIAS, SHIP))
    man, ship = loaded.entries
    assert (loaded.authority, loaded.published, loaded.unread) == ("AU", "2026-04-15", ())
    assert (man.id, man.type) == ("2", EntryType.PERSON)
    assert man.names == (ListedName("Boris TESTOVICH"), ListedName("The Tester", weak=True))
    assert man.birth_dates == ("1945", "1947~", "1958-01-05")
    assert man.countries == ("KP", "CD")
    assert man.measures == (ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN)
    assert man.addresses == ("Testgrad", "Testburg")
    assert man.instrument == "Australian Consolidated List, A Regulation 2013"
    assert ship.names == (ListedName("TEST SHIP"), ListedName("OLD SHIP"))
    assert (ship.measures, ship.identifiers) == ((ListingMeasure.VESSEL_BAN,), (ListedIdentifier("imo", "9187629"),))


def test_a_row_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    odd = ("x1", "Nobody", "Individual", "Primary Name")
    loaded = load_list("au", workbook(tmp_path / "au.xlsx", HEADER, MAN, odd, SHIP))
    assert [(row.line, "reference 'x1'" in row.reason) for row in loaded.unread] == [(3, True)]


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (
            '<!DOCTYPE a [<!ENTITY x "y">]>' + SHEET.format("<row><c t='inlineStr'><is><t>&x;</t></is></c></row>"),
            "document type",
        ),
        (SHEET.format("<row><c r='ZZZ1'><v>1</v></c></row>"), "column 18278"),
        (SHEET.format("<row>")[:-20], "not a complete xlsx"),
        (SHEET.format("<row><c r='A1' t='s'><v>7</v></c></row>"), "not a complete xlsx"),
        (SHEET.format("<row><c r='A1' t='inlinestr'><is><t>Reference</t></is></c></row>"), "of an unknown type"),
        (SHEET.format("<row><c r='A1'><is><t>Reference</t></is></c></row>"), "of an unknown type"),
        (SHEET.format("<row><c r='A1' t='inlineStr'><it><t>Reference</t></it></c></row>"), "of an unknown type"),
        (SHEET.format("<row><c r='A1' t='str'><w>Reference</w></c></row>"), "of an unknown type"),
        (SHEET.format(""), "has no column Reference"),
    ],
)
def test_a_workbook_that_is_damaged_or_hostile_is_refused(tmp_path: Path, sheet: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("au", workbook(tmp_path / "au.xlsx", sheet=sheet))


def test_a_workbook_cut_off_or_of_no_rows_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "au.xlsx", HEADER, MAN)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:-50])
    with pytest.raises(ListError, match="not a complete xlsx"):
        load_list("au", cut)
    with pytest.raises(ListError, match="has no listed name"):
        load_list("au", workbook(tmp_path / "none.xlsx", HEADER))
    with pytest.raises(ListError, match="4 of 5 rows"):
        load_list("au", workbook(tmp_path / "bad.xlsx", HEADER, MAN, *[("?", "N", "Individual", "Alias")] * 4))


@needs_official_lists
def test_the_official_workbook_is_read_whole() -> None:
    loaded = load_list("au", FOLDER / "other" / "au_dfat_regulation8_consolidated_2026-08.xlsx")
    kinds = Counter(entry.type for entry in loaded.entries)
    # 11,068 rows of names; 3,846 of them primary.
    assert kinds == {EntryType.PERSON: 2_543, EntryType.ORGANISATION: 1_041, EntryType.VESSEL: 262}
    assert sum(len(entry.names) for entry in loaded.entries) > 11_000
    assert len(loaded.unread) < 10


def test_a_cell_in_the_last_corner_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    """A reader that lays the sheet out as a rectangle asks for 550 GB here, and its process ends: decision 15."""
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    path = workbook(tmp_path / "au.xlsx", sheet=SHEET.format(corner))
    with pytest.raises(ListError, match="a cell stands in column 16384"):
        list(table_rows(path, Unread(path)))
