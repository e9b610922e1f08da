"""What changed between two editions of a list, and what an import is refused for."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.list_publisher import un_list
from tests.official_lists import FOLDER, needs_official_lists
from tests.unit import (
    test_lists_au,
    test_lists_csl,
    test_lists_eu,
    test_lists_ofac_xml,
    test_lists_others,
    test_lists_uk,
)
from tidewaiter.errors import ListError
from tidewaiter.lists.changes import ChangeKind, EntryChange, FieldChange, describe_changes, tally
from tidewaiter.lists.detection import list_named
from tidewaiter.lists.import_report import Counts, objections
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry, ListingMeasure, PartyList

SHIP = ListEntry(
    id="7",
    type=EntryType.VESSEL,
    names=(ListedName("TEST STAR"), ListedName("OLD STAR", weak=True)),
    programmes=("DPRK",),
    identifiers=(ListedIdentifier("imo", "9187629"),),
)


def listed(*entries: ListEntry) -> PartyList:
    return PartyList("un", "un", "UN", "List", "https://un.example", "2026-08-01", "0" * 64, entries)


def test_parties_are_added_and_removed_by_their_id() -> None:
    other = replace(SHIP, id="8")
    changes = describe_changes(listed(SHIP), listed(other))
    assert changes == [
        EntryChange(ChangeKind.ADDED, "8", "TEST STAR", "vessel", ("DPRK",)),
        EntryChange(ChangeKind.REMOVED, "7", "TEST STAR", "vessel", ("DPRK",)),
    ]


@pytest.mark.parametrize(
    ("now", "field", "gained", "lost"),
    [
        ({"names": (ListedName("TEST STAR"),)}, "names", (), ("OLD STAR (weak)",)),
        (
            {"names": (ListedName("TEST STAR"), ListedName("OLD STAR"))},
            "names",
            ("OLD STAR",),
            ("OLD STAR (weak)",),
        ),
        ({"type": EntryType.UNKNOWN}, "type", ("unknown",), ("vessel",)),
        ({"measures": (ListingMeasure.ASSET_FREEZE, ListingMeasure.VESSEL_BAN)}, "measures", ("vessel_ban",), ()),
        ({"programmes": ("DPRK", "DPRK2")}, "programmes", ("DPRK2",), ()),
        ({"birth_dates": ("1962/1964",)}, "birth dates", ("1962/1964",), ()),
        ({"countries": ("KP",)}, "countries", ("KP",), ()),
        (
            {"identifiers": (ListedIdentifier("passport", "1", "KP"),)},
            "identifiers",
            ("passport 1 (KP)",),
            ("imo 9187629",),
        ),
        ({"addresses": ("Nampo",)}, "addresses", ("Nampo",), ()),
        ({"birth_places": ("Testgrad",)}, "birth places", ("Testgrad",), ()),
        ({"linked_to": ("TEST LINE",)}, "linked to", ("TEST LINE",), ()),
        ({"listed_on": "2016-03-02"}, "listed on", ("2016-03-02",), ()),
        ({"delisted_on": "2016-03-03"}, "delisted on", ("2016-03-03",), ()),
        ({"remarks": "Sunk."}, "remarks", ("Sunk.",), ()),
        ({"gender": "male"}, "gender", ("male",), ()),
        ({"url": "https://a.example"}, "url", ("https://a.example",), ()),
        ({"provision": "entry 7"}, "provision", ("entry 7",), ()),
        ({"confidence": "C"}, "confidence", ("C",), ("V",)),
        ({"authority": "US"}, "authority", ("US",), ()),
        ({"instrument": "List 2"}, "instrument", ("List 2",), ()),
    ],
)
def test_a_change_says_what_a_field_gained_and_lost(
    now: dict[str, object], field: str, gained: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    (change,) = describe_changes(listed(SHIP), listed(replace(SHIP, **now)))  # type: ignore[arg-type]
    assert (change.kind, change.fields) == (ChangeKind.CHANGED, (FieldChange(field, gained, lost),))


def test_no_field_of_an_entry_can_change_unseen() -> None:
    every = {
        "type": EntryType.PERSON, "names": (ListedName("N"),), "programmes": ("P",), "measures": (ListingMeasure.OTHER,),
        "birth_dates": ("1960",), "countries": ("KP",), "identifiers": (), "listed_on": "2020", "delisted_on": "2021",
        "url": "u", "provision": "p", "confidence": "H", "remarks": "r", "authority": "A", "instrument": "i",
        "gender": "g", "addresses": ("a",), "linked_to": ("l",), "birth_places": ("b",),
    }  # fmt: skip
    assert set(every) | {"id"} == {field.name for field in fields(ListEntry)}
    for name, value in every.items():
        changed = replace(SHIP, **{name: value})  # type: ignore[arg-type]
        assert len(describe_changes(listed(SHIP), listed(changed))) == 1, name


def test_another_order_is_no_change() -> None:
    other = replace(SHIP, names=SHIP.names[::-1])
    assert describe_changes(listed(SHIP, replace(SHIP, id="8")), listed(replace(SHIP, id="8"), other)) == []


# --- what is refused ------------------------------------------------------------------------------------------------

LAST = Counts(
    entries=1_000, persons=700, organisations=300, vessels=0, aircraft=0, names=4_000, identifiers=500, unread=3
)


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({}, ""),
        ({"entries": 900, "persons": 630, "organisations": 270}, ""),
        ({"entries": 899}, "has 899 entries where the last good list has 1,000, more than 10% fewer"),
        ({"names": 3_000}, "has 3,000 names"),
        ({"identifiers": 0}, "has 0 identifiers"),
        ({"persons": 100}, "has 100 persons"),
        ({"unread": 23}, ""),
        ({"unread": 400}, "has 400 rows or facts that cannot be read"),
    ],
)
def test_a_list_that_lost_more_than_the_share_is_objected_to(now: dict[str, int], says: str) -> None:
    against = "; ".join(objections(LAST.model_copy(update=now), "2026-08-02", LAST, "2026-08-01", 10))
    assert says in against
    assert bool(against) is bool(says)


def test_few_of_a_kind_may_go_without_a_question() -> None:
    last = LAST.model_copy(update={"vessels": 15})
    assert not list(objections(LAST, None, last, None, 10))


# --- which list is meant --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["un", "eu", "uk csv", "uk xml", "uk-conlist", "au", "csl", "opensanctions", "ofac", "ofac xml"]
)
def test_a_file_is_told_by_its_content(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    if kind == "au":
        rows = (test_lists_au.HEADER, test_lists_au.MAN, test_lists_au.ALIAS, test_lists_au.SHIP)
        path = test_lists_au.workbook(path, *rows)
    else:
        text = {
            "un": un_list(3).decode(),
            "eu": test_lists_eu.HEAD + test_lists_eu.MAN + "</export>",
            "uk csv": test_lists_uk.table(*test_lists_uk.ROWS),
            "uk xml": test_lists_uk.XML,
            "uk-conlist": "Last Updated,10/04/2025\n" + test_lists_uk.CONLIST,
            "csl": test_lists_csl.HEADER + test_lists_csl.PLANT,
            "opensanctions": test_lists_others.HEADER + test_lists_others.MAN,
            "ofac": '1,"TEST LINE","vessel","DPRK","","","","","","","",-0- \r\n\x1a',
            "ofac xml": test_lists_ofac_xml.ADVANCED,
        }[kind]
        path.write_text(text, encoding="utf-8")
    assert list_named(str(path)).publisher == kind.split(maxsplit=1)[0]
    assert list_named(f"{kind.split(maxsplit=1)[0]}={path}").publisher == kind.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere.xml", "is neither a file nor a list of a store"),
        ("un@previous", "is neither a file"),
        ("junk", "is not the list of any known"),
    ],
)
def test_a_name_that_stands_for_no_list_is_explained(
    name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("junk").write_text("what, is, this\n1, 2, 3\n", encoding="utf-8")
    with pytest.raises(ListError, match=says):
        list_named(name)


# --- the official files -------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_official_lists
@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [
        ("ofac/SDN_2024-02-20.csv", "ofac/SDN_2024-02-23.csv", 553, 0),
        ("un/consolidated_2026-02-27.xml", "un/consolidated_2026-08-01.xml", 16, 8),
        ("uk/UK_Sanctions_List.xlsx", "uk/ConList_2025-04-10.csv.gz", 0, 0),
    ],
)
def test_the_official_editions_differ_by_what_their_counts_say(old: str, new: str, added: int, removed: int) -> None:
    before, after = list_named(str(FOLDER / old)), list_named(str(FOLDER / new))
    done = tally(describe_changes(before, after))
    assert (done.added, done.removed) == (added, removed)
    assert len(after.entries) - len(before.entries) == added - removed
