"""The UN consolidated list: what its XML says, and what is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="2026-01-02T03:04:05Z">'
PERSON = """<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>PAK</FIRST_NAME><SECOND_NAME> TEST-
    SONG</SECOND_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER> KPi.901 </REFERENCE_NUMBER>
  <LISTED_ON>2015-03-27-04:00</LISTED_ON><GENDER>Male</GENDER><NAME_ORIGINAL_SCRIPT>박시험</NAME_ORIGINAL_SCRIPT>
  <COMMENTS1>Runs
    things.</COMMENTS1><NATIONALITY><VALUE>Democratic People's Republic of Korea</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Pak Si-hom; Park Shihum</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Tester</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ADDRESS><CITY>Pyongyang</CITY><COUNTRY>Democratic People's Republic of Korea</COUNTRY></INDIVIDUAL_ADDRESS>
  <INDIVIDUAL_DATE_OF_BIRTH>{birth}</INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>654321987, issued in 2009</NUMBER>
  <ISSUING_COUNTRY>Democratic People's Republic of Korea</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
</INDIVIDUAL></INDIVIDUALS>"""
ENTITY = """<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>TEST TRADE BANK (TTB)</FIRST_NAME>
  <UN_LIST_TYPE>Iran</UN_LIST_TYPE><REFERENCE_NUMBER>IRe.901</REFERENCE_NUMBER><LISTED_ON>2010-06-09</LISTED_ON>
  <COMMENTS1>SWIFT/BIC: TESTIRTH. Vessel IMO number: 9187629.</COMMENTS1>
  <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Old Test Bank</ALIAS_NAME></ENTITY_ALIAS></ENTITY></ENTITIES>"""
TAIL = "</CONSOLIDATED_LIST>"
EXACT = "<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1944-10-13</DATE>"


def write(folder: Path, text: str) -> Path:
    path = folder / "consolidated.xml"
    path.write_text(text, encoding="utf-8")
    return path


def whole(birth: str = EXACT) -> str:
    return HEAD + PERSON.format(birth=birth) + ENTITY + TAIL


def only_person(folder: Path, birth: str) -> ListEntry:
    return load_list("un", write(folder, whole(birth))).entries[0]


def test_a_person_keeps_every_fact_of_the_file(tmp_path: Path) -> None:
    entry = only_person(tmp_path, EXACT)
    assert (entry.id, entry.type) == ("KPi.901", EntryType.PERSON)
    assert entry.names == (
        ListedName("PAK TEST- SONG"),
        ListedName("박시험"),
        ListedName("Pak Si-hom"),
        ListedName("Park Shihum"),
        ListedName("The Tester", weak=True),
    )
    assert entry.birth_dates == ("1944-10-13",)
    assert entry.countries == ("KP",)
    assert entry.listed_on == "2015-03-27"
    assert entry.identifiers == (ListedIdentifier("passport", "654321987", "KP"),)
    assert entry.measures == (ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN)
    assert entry.instrument == "UN Consolidated List, DPRK (1718)"
    assert entry.remarks == "Runs things."
    assert entry.gender == "male"


def test_an_entity_is_listed_under_the_country_of_its_programme(tmp_path: Path) -> None:
    entity = load_list("un", write(tmp_path, whole())).entries[1]
    assert entity.countries == ("IR",)
    assert entity.names == (ListedName("TEST TRADE BANK (TTB)"), ListedName("Old Test Bank"))
    assert entity.identifiers == (ListedIdentifier("bic", "TESTIRTH"), ListedIdentifier("imo", "9187629"))


@pytest.mark.parametrize(
    ("birth", "read"),
    [
        ("<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1962</FROM_YEAR><TO_YEAR>1964</TO_YEAR>", ("1962/1964",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1938</YEAR>", ("1938",)),
        ("<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1951</YEAR>", ("1951~",)),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Nov. 1973 </NOTE>", ("1973-11",)),
        ("", ()),
    ],
)
def test_birth_dates_keep_their_precision(tmp_path: Path, birth: str, read: tuple[str, ...]) -> None:
    assert only_person(tmp_path, birth).birth_dates == read


def test_a_birth_date_that_is_not_understood_is_reported_and_the_person_kept(tmp_path: Path) -> None:
    loaded = load_list("un", write(tmp_path, whole("<NOTE>24/06/1402 in another calendar</NOTE>")))
    assert len(loaded.entries) == 2
    assert [r.reason for r in loaded.unread] == [
        "consolidated.xml: KPi.901: date of birth '24/06/1402 in another calendar' is not understood"
    ]
    assert loaded.unread[0].line > 0


def test_the_list_says_when_it_was_published_and_what_bytes_it_was(tmp_path: Path) -> None:
    first = load_list("un", write(tmp_path, whole()))
    second = load_list("un", write(tmp_path, whole() + "\n"))
    assert (first.published, first.authority, first.sample) == ("2026-01-02", "UN", False)
    assert first.sha256 != second.sha256


ENTITY_BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<CONSOLIDATED_LIST dateGenerated="2026-01-02"><X>&b;</X></CONSOLIDATED_LIST>"""
OTHER_FILE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<CONSOLIDATED_LIST dateGenerated="2026-01-02"><X>&a;</X></CONSOLIDATED_LIST>"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (whole()[:-200], "is not complete XML"),
        ("<!doctype html><html><body>Service unavailable</body></html>", "is not complete XML"),
        ("<html><body>Service unavailable</body></html>", "its root is <html>"),
        ("not xml at all", "is not complete XML"),
        (HEAD + TAIL, "has no INDIVIDUAL"),
        (whole().replace(' dateGenerated="2026-01-02T03:04:05Z"', ""), "has no dateGenerated"),
        (ENTITY_BOMB, "document type declaration"),
        (OTHER_FILE, "document type declaration"),
        (HEAD + "<A>" * 50 + "</A>" * 50 + TAIL, "nest deeper"),
    ],
)
def test_a_file_that_is_not_this_list_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ListError, match=says) as caught:
        load_list("un", path)
    assert str(path) in str(caught.value)


def test_too_many_records_without_a_name_refuse_the_file(tmp_path: Path) -> None:
    nameless = "<ENTITIES>" + "<ENTITY><DATAID>7</DATAID></ENTITY>" * 4 + "</ENTITIES>"
    with pytest.raises(ListError, match="4 of 6 rows cannot be read"):
        load_list("un", write(tmp_path, HEAD + PERSON.format(birth=EXACT) + ENTITY + nameless + TAIL))
    few = nameless.replace("<ENTITY><DATAID>7</DATAID></ENTITY>", "", 2)
    loaded = load_list("un", write(tmp_path, HEAD + PERSON.format(birth=EXACT) + ENTITY + few + TAIL))
    assert len(loaded.unread) == 2


@pytest.mark.parametrize(
    ("list_type", "comments", "measures"),
    [
        ("DPRK", "Runs things.", (ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN)),
        ("GB", "A general.", (ListingMeasure.TRAVEL_BAN,)),
        ("Iraq", "A minister.", (ListingMeasure.ASSET_FREEZE,)),
        ("Libya", "Listed pursuant to paragraph 15 of resolution 1970 (Travel Ban).", (ListingMeasure.TRAVEL_BAN,)),
        ("Libya", "Paragraph 15 of resolution 1970 (Travel Ban). Paragraph 17 of resolution 1970 ( Asset  Freeze).", (ListingMeasure.TRAVEL_BAN, ListingMeasure.ASSET_FREEZE)),
        ("Libya", "Resolution 1970 (Travel Ban,Asset Freeze).", (ListingMeasure.TRAVEL_BAN, ListingMeasure.ASSET_FREEZE)),
        ("Libya", "Trained (a travel ban is no bar to him).", (ListingMeasure.ASSET_FREEZE, ListingMeasure.TRAVEL_BAN)),
        ("Atlantis", "A king.", (ListingMeasure.OTHER,)),
    ],
)  # fmt: skip
def test_a_listing_bars_what_its_regime_or_its_own_words_say(
    tmp_path: Path, list_type: str, comments: str, measures: tuple[ListingMeasure, ...]
) -> None:
    text = whole().replace("<UN_LIST_TYPE>DPRK", f"<UN_LIST_TYPE>{list_type}").replace("Runs\n    things.", comments)
    loaded = load_list("un", write(tmp_path, text))
    assert loaded.entries[0].measures == measures
    assert [row.reason for row in loaded.unread if "list type 'Atlantis' is not known" in row.reason] == [
        row.reason for row in loaded.unread
    ]
    assert bool(loaded.unread) == (list_type == "Atlantis")


def test_an_entity_under_an_arms_embargo_alone_is_not_frozen_and_a_listed_ship_is_one(tmp_path: Path) -> None:
    said = "Listed as subject to paragraph 14 of resolution 2216 (2015) (targeted arms embargo). It has (many) arms."
    embargoed = whole().replace("SWIFT/BIC: TESTIRTH. Vessel IMO number: 9187629.", said)
    assert load_list("un", write(tmp_path, embargoed)).entries[1].measures == (ListingMeasure.SECTORAL,)
    said = "IMO: 9187629 Listed under paragraph 10(a) of resolution 2146 (2014) (prohibition to load, transport or discharge; prohibition to enter ports; prohibition to engage in financial transactions with regard to petroleum). Flag State: Panama."
    ship = load_list(
        "un", write(tmp_path, whole().replace("SWIFT/BIC: TESTIRTH. Vessel IMO number: 9187629.", said))
    ).entries[1]
    assert (ship.type, ship.measures) == (EntryType.VESSEL, (ListingMeasure.VESSEL_BAN, ListingMeasure.SECTORAL))
    assert ship.identifiers == (ListedIdentifier("imo", "9187629"),)
    assert "PA" in ship.countries


def test_what_has_no_field_is_kept_in_the_remarks_and_what_is_not_known_is_reported(tmp_path: Path) -> None:
    more = (
        "<TITLE><VALUE>General</VALUE></TITLE><DESIGNATION><VALUE>Minister of Tests</VALUE></DESIGNATION>"
        "<INDIVIDUAL_PLACE_OF_BIRTH><CITY>Testgrad</CITY><COUNTRY>Testland</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>"
        "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NOTE>Test passport number AB 123456, issued in 2001</NOTE>"
        "</INDIVIDUAL_DOCUMENT><INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Birth certificate</TYPE_OF_DOCUMENT></INDIVIDUAL_DOCUMENT>"
        "<SORT_KEY>x</SORT_KEY><SHOE_SIZE>44</SHOE_SIZE></INDIVIDUAL>"
    )
    loaded = load_list("un", write(tmp_path, whole().replace("</INDIVIDUAL>", more)))
    entry = loaded.entries[0]
    assert entry.birth_places == ("Testgrad, Testland",)
    assert entry.remarks.startswith(
        "Runs things.; title: General; designation: Minister of Tests; document: Test passport"
    )
    assert ListedIdentifier("passport", "AB 123456") in entry.identifiers
    assert ["<SHOE_SIZE> is not known" in row.reason for row in loaded.unread] == [True, False]
    assert "a document without a number (Birth certificate)" in loaded.unread[1].reason


def test_a_publisher_that_is_not_known_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"no publisher 'onu' is known\. Name one of .*un"):
        load_list("onu", tmp_path)


@needs_official_lists
@pytest.mark.parametrize(
    ("file", "persons", "entities", "published"),
    [("consolidated_2026-02-27.xml", 730, 273, "2026-02-27"), ("consolidated_2026-08-01.xml", 736, 275, "2026-08-01")],
)
def test_the_official_file_is_read_whole(file: str, persons: int, entities: int, published: str) -> None:
    loaded = load_list("un", FOLDER / "un" / file)
    kinds = Counter(e.type for e in loaded.entries)
    assert (kinds[EntryType.PERSON], kinds[EntryType.ORGANISATION] + kinds[EntryType.VESSEL]) == (persons, entities)
    assert loaded.published == published
    assert sum(1 for e in loaded.entries if e.id.startswith("KPi.")) == 80
    assert all("KP" in e.countries for e in loaded.entries if e.id.startswith("KP"))
    # A few dates, countries and documents that no reader could understand, each with its line.
    assert 0 < len(loaded.unread) <= 8
    assert all(row.line > 0 for row in loaded.unread)
