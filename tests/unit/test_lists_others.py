"""OpenSanctions' targets and the built-in sample watchlist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName

HEADER = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,"
    "first_seen,last_seen,last_change\n"
)
SHIP = '"Q1","Vessel","TEST SHIP","OLD SHIP;""ONE; TWO""","","kp;ru","","IMO9187629;X-1","Test","","","US-NK","T",2020-01-02,,2026-01-03\n'
MAN = '"Q2","Person","Test Man","","1970;1971-02-03","kp","","AB123","Test","","","","T",2021-01-02T00:00:00,,2026-01-04\n'
SAMPLE = Path(__file__).resolve().parents[2] / "service/tidewaiter/rulebook/builtin/lists/sample.yaml"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_opensanctions_targets_keep_their_facts(tmp_path: Path) -> None:
    loaded = load_list("opensanctions", write(tmp_path / "targets.simple.csv", HEADER + SHIP + MAN))
    ship, man = loaded.entries
    assert ship.type is EntryType.VESSEL
    assert ship.names == (ListedName("TEST SHIP"), ListedName("OLD SHIP"), ListedName("ONE; TWO"))
    assert ship.countries == ("KP", "RU")
    assert ship.identifiers == (ListedIdentifier("imo", "9187629"), ListedIdentifier("other", "X-1"))
    assert man.birth_dates == ("1970", "1971-02-03")
    assert man.listed_on == "2021-01-02"
    assert loaded.published == "2026-01-04"


def test_a_line_end_of_any_kind_within_a_cell_of_opensanctions_is_a_space(tmp_path: Path) -> None:
    for end in ("\n", "\r", "\r\n", "\u2028"):
        text = HEADER + SHIP.replace("OLD SHIP", f"OLD{end}SHIP")
        (tmp_path / "targets.simple.csv").write_bytes(text.encode())
        (ship,) = load_list("opensanctions", tmp_path / "targets.simple.csv").entries
        assert ship.names[1] == ListedName("OLD SHIP")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "has no column id"),
        (HEADER, "has no target"),
        (HEADER + SHIP + MAN[:30], "is cut off"),
        (HEADER + SHIP + "x,y\n" * 4, "4 of 5 rows cannot be read"),
    ],
)
def test_a_file_that_is_not_opensanctions_targets_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("opensanctions", write(tmp_path / "targets.simple.csv", text))


def test_the_built_in_sample_is_labelled_and_says_whose_each_entry_is() -> None:
    loaded = load_list("sample", SAMPLE)
    assert loaded.sample
    assert "not an official list" in loaded.instrument
    by_id = {entry.id: entry for entry in loaded.entries}
    assert {entry.authority for entry in loaded.entries} == {"UN", "US"}
    assert by_id["47956"].listed_on == "2024-02-23"
    assert by_id["20157"].authority == "US"
    assert "김정은" in [n.text for n in by_id["20157"].names]
    assert all(entry.confidence in {"V", "H", "C"} and entry.url.startswith("https://") for entry in loaded.entries)


def test_every_imo_number_of_the_sample_has_a_true_check_digit() -> None:
    ships = [
        i.value
        for e in load_list("sample", SAMPLE).entries
        if e.type is EntryType.VESSEL
        for i in e.identifiers
        if i.type == "imo"
    ]
    assert len(ships) > 50
    wrong = [n for n in ships if sum(int(d) * w for d, w in zip(n[:6], range(7, 1, -1), strict=True)) % 10 != int(n[6])]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("entries: []\n", "has no entries"),
        ("- [", "not YAML"),
        ("entries:\n- {id: A, type: person, authority: UN, names: [!OOO Aurus], url: u}\n", "!OOO is a tag"),
        ("entries:\n- {id: A, type: person, authority: UN, names: [N], names: [M], url: u}\n", "'names' appears twice"),
        ("entries:\n- {id: A, type: person, authority: UN, names: [N], url: u, colour: red}\n", "unknown field colour"),
        ("entries:\n- {id: A, type: person, authority: UN, url: u}\n", "entry A: names missing"),
        (
            "entries:\n- {id: A, type: dog, authority: UN, names: [N], url: u}\n",
            "entry A: 'dog' is not a valid EntryType",
        ),
        (
            "entries:\n- {id: A, type: person, authority: UN, names: [N], url: u, listed_on: soon}\n",
            "'soon' is not a date",
        ),
    ],
)
def test_a_wrong_sample_entry_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        load_list("sample", write(tmp_path / "sample.yaml", text))
