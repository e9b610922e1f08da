"""What the readers make of the official files, held against counts made from the files themselves by other means."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.lists import load_list
from tidewaiter.lists.changes import describe_changes, tally
from tidewaiter.matching.entry import EntryType, ListingMeasure, PartyList

pytestmark = needs_official_lists

UN = ("un/consolidated_2026-02-27.xml", "un/consolidated_2026-08-01.xml")
SDN = ("ofac/SDN_2024-02-20.csv", "ofac/SDN_2024-02-23.csv", "ofac/SDN_2024-05-03.csv")
CONLIST = "uk/ConList_2025-04-10.csv.gz"
AU = "other/au_dfat_regulation8_consolidated_2026-08.xlsx"


@cache
def loaded(publisher: str, file: str) -> PartyList:
    return load_list(publisher, FOLDER / file)


def kinds(found: PartyList) -> dict[str, int]:
    return dict(Counter(entry.type.value for entry in found.entries))


def names(found: PartyList) -> dict[str, set[str]]:
    return {entry.id: {name.text for name in entry.names} for entry in found.entries}


def addresses(found: PartyList) -> int:
    return sum(len(entry.addresses) for entry in found.entries)


def spaced(text: str | None) -> str:
    return " ".join((text or "").split())


def with_text(elements: Iterable[ElementTree.Element], *tags: str) -> int:
    """How many of the elements say something, in any of `tags` or at all."""
    return sum(any(spaced(part.text) for part in one if not tags or part.tag in tags) for one in elements)


# --- United Nations -----------------------------------------------------------------------------------------------


@cache
def un_xml(file: str) -> ElementTree.Element:
    return ElementTree.parse(FOLDER / file).getroot()


@pytest.mark.parametrize(("file", "persons", "entities", "ships"), [(UN[0], 730, 273, 0), (UN[1], 736, 274, 1)])
def test_the_united_nations_list_has_every_element(file: str, persons: int, entities: int, ships: int) -> None:
    root, found = un_xml(file), loaded("un", file)
    # 275 entities by the NOTICE: one of them is a ship, listed by the Committee on Libya on 22 July 2026.
    expected = {"person": persons, "organisation": entities, "vessel": ships}
    assert kinds(found) == {kind: count for kind, count in expected.items() if count}
    assert len(root.findall(".//INDIVIDUAL")) == persons
    assert len(root.findall(".//ENTITY")) == entities + ships
    wanted: dict[str, set[str]] = {}
    for record in (*root.iter("INDIVIDUAL"), *root.iter("ENTITY")):
        texts = [
            " ".join(
                filter(None, (spaced(record.findtext(f"{n}_NAME")) for n in ("FIRST", "SECOND", "THIRD", "FOURTH")))
            )
        ]
        texts += [spaced(record.findtext("NAME_ORIGINAL_SCRIPT"))]
        texts += [spaced(alias.findtext("ALIAS_NAME")) for alias in record.iterfind(f"{record.tag}_ALIAS")]
        # Several names in one element are parted by "; "; a date of birth behind a name is none of it.
        parts = (
            re.sub(r",?\s*\bborn\b.*$", "", part, flags=re.IGNORECASE).strip(" ;,")
            for text in texts
            for part in text.split("; ")
        )
        wanted[spaced(record.findtext("REFERENCE_NUMBER"))] = set(filter(None, parts))
    assert names(found) == wanted
    assert addresses(found) == with_text((*root.iter("INDIVIDUAL_ADDRESS"), *root.iter("ENTITY_ADDRESS")))
    places = {spaced("".join(part.itertext())) for part in root.iter("INDIVIDUAL_PLACE_OF_BIRTH")} - {""}
    assert sum(bool(entry.birth_places) for entry in found.entries) >= len(places) / 2
    assert sum(entry.gender is not None for entry in found.entries) == with_text(root.iter("INDIVIDUAL"), "GENDER")


@pytest.mark.parametrize("file", UN)
def test_every_date_of_birth_of_the_united_nations_list_is_read_or_reported(file: str) -> None:
    root, found = un_xml(file), loaded("un", file)
    dated = with_text(root.iter("INDIVIDUAL_DATE_OF_BIRTH"), "DATE", "YEAR", "FROM_YEAR", "TO_YEAR", "NOTE")
    of_aliases = with_text(root.iter("INDIVIDUAL_ALIAS"), "DATE_OF_BIRTH")
    reported = sum("date of birth" in row.reason for row in found.unread)
    read = sum(len(entry.birth_dates) for entry in found.entries)
    # A date that stands twice for one person is one date.
    twice = dated + of_aliases - reported - read
    assert 0 <= twice <= 40
    ranges = sum(1 for birth in root.iter("INDIVIDUAL_DATE_OF_BIRTH") if spaced(birth.findtext("FROM_YEAR")))
    assert sum("/" in date for entry in found.entries for date in entry.birth_dates) >= ranges - 3


@pytest.mark.parametrize("file", UN)
def test_every_document_of_the_united_nations_list_is_an_identifier_or_reported(file: str) -> None:
    root, found = un_xml(file), loaded("un", file)
    documents = with_text(root.iter("INDIVIDUAL_DOCUMENT"), "NUMBER", "TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "NOTE")
    read = Counter(i.type for entry in found.entries for i in entry.identifiers)
    reported = sum("without a number" in row.reason for row in found.unread)
    assert (
        0 <= documents - (read["passport"] + read["national_id"] + read["tax_id"]) - reported <= 12
    )  # a number that stands twice
    assert sum(i.country is not None for e in found.entries for i in e.identifiers) > 250


@pytest.mark.parametrize("file", UN)
def test_not_everybody_on_the_united_nations_list_is_frozen(file: str) -> None:
    found = loaded("un", file)
    unfrozen = {e.id: e.measures for e in found.entries if ListingMeasure.ASSET_FREEZE not in e.measures}
    travel = {id_ for id_, measures in unfrozen.items() if measures == (ListingMeasure.TRAVEL_BAN,)}
    # Guinea-Bissau, and five of whom the Committee on Libya says "(Travel Ban)" and no more.
    assert sum(id_.startswith("GB") for id_ in travel) == 10
    assert sum(id_.startswith("LYi") for id_ in travel) == 5
    others = {id_: measures for id_, measures in unfrozen.items() if id_ not in travel}
    assert others.pop("YEe.001") == (ListingMeasure.SECTORAL,)
    assert {measures[0] for measures in others.values()} <= {ListingMeasure.VESSEL_BAN}
    assert not [row for row in found.unread if "list type" in row.reason]


# --- OFAC ---------------------------------------------------------------------------------------------------------


def ofac_rows(file: str) -> list[list[str]]:
    text = (FOLDER / file).read_bytes().decode("utf-8", "replace").rstrip("\x1a\r\n")
    return [["" if cell.strip() == "-0-" else cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]


@pytest.mark.parametrize("file", SDN)
def test_the_sdn_list_has_every_row(file: str) -> None:
    rows, found = ofac_rows(file), loaded("ofac", file)
    assert {len(row) for row in rows} == {12}
    as_said = Counter({"": "organisation"}.get(row[2], {"individual": "person"}.get(row[2], row[2])) for row in rows)
    assert kinds(found) == as_said
    # Remarks end at 1,000 letters and go on in SDN_COMMENTS.CSV, which is not there for 2024.
    cut_off = [row[0] for row in rows if len(row[11]) >= 999 and not row[11].endswith(".")]
    assert [row.reason.split(": ")[1] for row in found.unread] == cut_off
    assert len(cut_off) == 17
    weak = {
        row[0]: set(re.findall(r"(?:^|; )(?:alt\. )?[afn]\.k\.a\. '([^;]+)'(?=[;.]|$)", spaced(row[11])))
        for row in rows
    }
    assert {row[0]: {spaced(row[1])} | weak[row[0]] for row in rows} == names(found)
    assert {p for e in found.entries for p in e.programmes} == {p for row in rows for p in row[3].split("] [")}
    ships = {row[0] for row in rows if row[2] == "vessel" and re.search(r"IMO +\d{7}", row[11])}
    assert {
        e.id for e in found.entries if e.type is EntryType.VESSEL and any(i.type == "imo" for i in e.identifiers)
    } == ships
    # "On the list of blocked persons" is the measure, whatever the programme.
    assert {measure for entry in found.entries for measure in entry.measures} == {ListingMeasure.ASSET_FREEZE}


def uncut(remarks: str) -> str:
    return remarks.rpartition(";")[0] if len(remarks) >= 999 and not remarks.endswith(".") else remarks


@pytest.mark.parametrize("file", SDN)
def test_the_remarks_of_the_sdn_list_are_read_by_kind(file: str) -> None:
    remarks = [spaced(part).removesuffix(".") for row in ofac_rows(file) for part in uncut(row[11]).split(";")]
    found = loaded("ofac", file)
    said = Counter[str]()
    for entry in found.entries:
        said.update(identifier.type for identifier in entry.identifiers)
        said["births"] += len(entry.birth_dates)
        said["places"] += len(entry.birth_places)

    def parts(pattern: str) -> int:
        return sum(bool(re.match(rf"(?:alt\. )?(?:{pattern})", part)) for part in remarks)

    # What stands twice for one party is one fact, as is an address that takes several currencies.
    for kind, count in {
        "births": parts("DOB "),
        "places": parts("POB "),
        "passport": parts(r"[\w. ]*Passport \S"),
        "tax_id": parts(
            r"Tax ID No\.|V\.A\.T\. Number|NIT #|RUC #|RIF #|R\.F\.C\.|C\.U\.I\.T\.|(?:Italian )?Fiscal Code"
        ),
        "wallet": parts("Digital Currency Address"),
        "imo": parts(r".*\bIMO \d{6}"),
    }.items():
        assert 0 <= count - said[kind] <= max(8, count // 100), f"{kind}: {count} in the file, {said[kind]} read"


def test_the_companion_files_of_ofac_are_joined_row_by_row(tmp_path: Path) -> None:
    # There is no SDN.CSV of 2026; its names are there in another form, three weeks older than the companions.
    document = json.loads((FOLDER / "ofac" / "sdn_names_2026-07-11.json").read_text(encoding="utf-8"))
    assert (len(document["entries"]), document["entry_count"]) == (19_143, 19_143)
    with (tmp_path / "SDN.CSV").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for entry in document["entries"]:
            writer.writerow([entry["uid"], entry["name"], entry["type"], entry["program"], *["-0- "] * 8])
        file.write("\x1a")
    for name, official in (("ALT", "alt"), ("ADD", "add"), ("SDN_COMMENTS", "sdn_comments")):
        shutil.copyfile(FOLDER / "ofac" / f"{official}_2026-08-01.csv", tmp_path / f"{name}.CSV")
    found = load_list("ofac", tmp_path)
    assert kinds(found) == {"person": 7_503, "organisation": 9_799, "vessel": 1_497, "aircraft": 344}
    known = {entry["uid"] for entry in document["entries"]}
    alt, add = ofac_rows("ofac/alt_2026-08-01.csv"), ofac_rows("ofac/add_2026-08-01.csv")
    assert (len(alt), len(add)) == (20_169, 24_920)
    strangers = {row[0] for row in (*alt, *add, *ofac_rows("ofac/sdn_comments_2026-08-01.csv"))} - known
    told = {match[1] for row in found.unread if (match := re.search(r"belongs to entry (\d+),", row.reason))}
    assert told == strangers
    aliases: dict[str, set[str]] = defaultdict(set)
    for row in alt:
        if row[0] in known:
            aliases[row[0]].add(spaced(row[3]))
    of_entries = names(found)
    assert not [uid for uid in aliases if not aliases[uid] <= of_entries[uid]]
    assert addresses(found) == sum(any(row[2:6]) for row in add if row[0] in known)


# --- United Kingdom, Australia ------------------------------------------------------------------------------------


def test_the_archived_list_of_ofsi_has_every_row_in_csv_and_xlsx() -> None:
    with gzip.open(FOLDER / CONLIST, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(list(file)[1:]))
    found = loaded("uk-conlist", CONLIST)
    assert len(rows) == 18_796
    assert kinds(found) == {"person": 3_662, "organisation": 1_009, "vessel": 15}
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        parts = (spaced(row[f"Name {n}"]) for n in range(1, 7))
        written = (" ".join(filter(None, parts)), spaced(row["Name Non-Latin Script"]))
        wanted[row["Group ID"].removesuffix(".0")] |= {name for text in written if (name := text.strip(" ;,"))}
    assert names(found) == wanted
    ships = {row["Group ID"].removesuffix(".0") for row in rows if row["Group Type"] == "Ship"}
    assert {e.id for e in found.entries if any(i.type == "imo" for i in e.identifiers) and e.id in ships} == ships
    lines = [
        [spaced(row[f"Address {n}"]) for n in range(1, 7)] + [spaced(row["Post/Zip Code"]), spaced(row["Country"])]
        for row in rows
    ]
    places = {
        (row["Group ID"], ", ".join(filter(None, line))) for row, line in zip(rows, lines, strict=True) if any(line)
    }
    assert addresses(found) == len(places)
    workbook = loaded("uk-conlist", "uk/UK_Sanctions_List.xlsx")
    assert [entry.id for entry in workbook.entries] == [entry.id for entry in found.entries]
    assert names(workbook) == names(found)


def sheet_rows(file: str) -> Iterator[dict[str, str]]:
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(FOLDER / file) as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(text.text or "" for text in item.iter(f"{space}t")) for item in strings.iter(f"{space}si")]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    header: dict[str, str] = {}
    for row in sheet.iter(f"{space}row"):
        cells = {}
        for cell in row.iter(f"{space}c"):
            value = cell.findtext(f"{space}v") or ""
            cells[re.sub(r"\d", "", cell.get("r", ""))] = shared[int(value)] if cell.get("t") == "s" else value
        if not header:
            header = cells
        elif any(cells.values()):
            yield {header[column]: value for column, value in cells.items() if column in header}


def test_the_australian_list_has_every_row() -> None:
    rows, found = list(sheet_rows(AU)), loaded("au", AU)
    assert len(rows) == 11_068
    assert kinds(found) == {"person": 2_543, "organisation": 1_041, "vessel": 262}
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        number = re.match(r"\d+", row["Reference"])
        assert number
        wanted[number[0]].add(spaced(row["Name of Individual or Entity"]).strip(" ;,"))
    of_entries = names(found)
    assert of_entries.keys() == wanted.keys()
    assert not [number for number in wanted if not wanted[number] <= of_entries[number]]
    # What is more than the rows are former names of ships, from the prose beside them.
    more = [entry for entry in found.entries if of_entries[entry.id] > wanted[entry.id]]
    assert {entry.type for entry in more} == {EntryType.VESSEL}
    imo = {re.match(r"\d+", row["Reference"])[0] for row in rows if spaced(row.get("IMO Number"))}  # type: ignore[index]
    assert {entry.id for entry in found.entries if any(i.type == "imo" for i in entry.identifiers)} == imo
    assert {e.id for e in found.entries if e.measures == (ListingMeasure.TRAVEL_BAN,)} == {
        e.id for e in found.entries if e.programmes == ("2048 (Guinea-Bissau)",)
    }


# --- Editions -----------------------------------------------------------------------------------------------------


def test_the_packages_of_february_2024_and_of_2026_are_the_difference_of_their_editions() -> None:
    # "553 net additions in one update", by the NOTICE.
    for publisher, old, new, read in (("ofac", SDN[0], SDN[1], ofac_ids), ("un", UN[0], UN[1], un_ids)):
        change = tally(describe_changes(loaded(publisher, old), loaded(publisher, new)))
        before, after = read(old), read(new)
        assert (change.added, change.removed) == (len(after - before), len(before - after))
    ofac = tally(describe_changes(loaded("ofac", SDN[0]), loaded("ofac", SDN[1])))
    assert ofac.added - ofac.removed == 553
    united_nations = tally(describe_changes(loaded("un", UN[0]), loaded("un", UN[1])))
    assert united_nations.added - united_nations.removed == 1_011 - 1_003


def ofac_ids(file: str) -> set[str]:
    return {row[0] for row in ofac_rows(file)}


def un_ids(file: str) -> set[str]:
    return {spaced(element.text) for element in un_xml(file).iter("REFERENCE_NUMBER")}


def test_a_changed_row_of_the_sdn_list_is_a_changed_entry() -> None:
    old, new = ({row[0]: row for row in ofac_rows(file)} for file in SDN[:2])
    changed = {
        change.id
        for change in describe_changes(loaded("ofac", SDN[0]), loaded("ofac", SDN[1]))
        if change.kind == "changed"
    }
    other = {number for number in old.keys() & new.keys() if old[number] != new[number]}
    # A change of spaces alone is none.
    assert changed <= other
    assert {
        number for number in other - changed if [spaced(c) for c in old[number]] != [spaced(c) for c in new[number]]
    } == set()
