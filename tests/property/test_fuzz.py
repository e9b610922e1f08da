"""Whatever others wrote is read rightly, reported or refused: the short form of `make fuzz`, with the same seed each time."""

from __future__ import annotations

import bz2
import gzip
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.damage import Damaged
from tests.fuzz.driver import Tally, feed
from tests.fuzz.everything import TARGETS
from tests.fuzz.guard import Hung, within
from tests.fuzz.package_targets import sealed
from tests.fuzz.targets import Answer, Target
from tests.unit import test_lists_au as au
from tests.unit import test_lists_others as others
from tidewaiter.errors import ListError, RuleError
from tidewaiter.lists import load_list
from tidewaiter.rulebook.package import unpack
from tidewaiter.rulebook.yaml_source import parse_yaml

SEED, INPUTS = 20_261_125, 200


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
@pytest.mark.long
def test_no_input_crashes_hangs_or_is_read_as_what_it_is_not(target: Target, tmp_path: Path) -> None:
    tally = Tally()
    fault = feed(target, INPUTS, SEED, tmp_path, tally)
    assert not fault, fault
    assert tally.inputs >= INPUTS * 0.9
    assert tally.answers[Answer.REFUSED] > INPUTS / 10, "damage is noticed"


@pytest.mark.long
def test_the_harness_sees_a_crash_a_hang_and_a_wrong_answer(tmp_path: Path) -> None:
    def crash(_damaged: Damaged, _folder: Path) -> Answer:
        raise KeyError("x")

    def hang(damaged: Damaged, _folder: Path) -> Answer:
        end = time.process_time() + (3.0 if damaged.how != "whole" else 0.0)
        while time.process_time() < end:
            pass
        return Answer.READ

    def wrong(damaged: Damaged, _folder: Path) -> Answer:
        assert damaged.how == "whole", "it is damaged"
        return Answer.READ

    for name, answer, says in (("crash", crash, "KeyError"), ("hang", hang, "Hung"), ("wrong", wrong, "it is damaged")):
        target = Target(name, "x", (b"a seed of some letters",), (b"!",), quiet_when_whole(answer))
        assert says in feed(target, 20, SEED, tmp_path, Tally())


def quiet_when_whole(answer: Callable[[Damaged, Path], Answer]) -> Callable[[Damaged, Path], Answer]:
    """The harness feeds whole seeds first; what is tried here begins after them."""
    return lambda damaged, folder: (
        Answer.READ if damaged.content == b"a seed of some letters" else answer(damaged, folder)
    )


# --- what fuzzing found, and what it would take long to find ------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("&a [*a, *a]", "repeat too much or themselves"),
        ("a: &a [x,x,x,x,x,x,x,x]\n" + "".join(f"{n}: &{n} [{', '.join(f'*{p}' for _ in range(8))}]\n" for p, n in ("ab", "bc", "cd", "de", "ef", "fg", "gh", "hi")), "repeat too much or themselves"),
        ("[" * 100 + "]" * 100, "nests deeper than 60"),
        ("[" * 100_000, "not YAML"),
    ],
)  # fmt: skip
def test_yaml_that_repeats_itself_without_end_is_refused_at_once(text: str, says: str) -> None:
    with within(), pytest.raises(RuleError, match=says):
        parse_yaml(text, "rules.yaml")


def test_yaml_may_use_an_alias_as_the_packaged_rules_do() -> None:
    assert parse_yaml("a: &x {b: 1}\nc: *x\n", "rules.yaml").content == {"a": {"b": "1"}, "c": {"b": "1"}}


@pytest.mark.parametrize(
    "lines",
    [
        b"[" * 200_000,
        b'["goods",{"own_categories":5}]\n',
        b'["goods",[]]\n',
        b'["policy",{}]\n["ties",{"countries":[]}]\n["list",{"id":"x","publisher":"x","authority":"UN","instrument":"x","url":"x","published":null,"sha256":"x","entries":[]}]\n',
        b'["rule",{"id":NaN}]\n',
        b"null\n",
        b"5\n",
        b"\xff\n",
    ],
)
def test_a_rule_book_of_nonsense_under_right_hashes_is_refused(lines: bytes) -> None:
    with within(), pytest.raises(RuleError, match=r"^a\.rulebook: "):
        unpack(sealed(lines), "a.rulebook")


def test_a_rule_book_that_unpacks_to_one_endless_line_is_given_up_early() -> None:
    file = sealed(b"0" * 40_000_000)
    assert len(file) < 10_000
    with within(10.0), pytest.raises(RuleError, match="has a line of more than"):
        unpack(file, "a.rulebook")
    assert len(bz2.compress(b"")) < 20


@pytest.mark.parametrize("letter", [b"\n", b"A", b" "])
def test_a_gzip_that_grows_without_measure_is_refused(letter: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ConList.csv.gz"
    path.write_bytes(gzip.compress(letter * 100_000_000, 6))
    with within(10.0), pytest.raises(ListError, match=r"unpacks to more than|cannot be read from line"):
        load_list("uk-conlist", path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_workbook_that_grows_without_measure_is_refused_unread(part: str, tmp_path: Path) -> None:
    path = au.workbook(tmp_path / "au.xlsx", au.HEADER, au.MAN)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            book.writestr(name, b" " * 300_000_000 if name == part else b"<sst/>")
    with within(), pytest.raises(ListError, match="unpacks to 300,000,000 bytes"):
        load_list("au", path)


def test_a_row_of_a_million_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "uk.csv"
    path.write_bytes(b"Report Date: 10-Jun-2026\r\nLast Updated" + b"," * 1_200_000 + b"\r\n")
    with within(), pytest.raises(ListError, match="a row of 1,200,001 columns"):
        load_list("uk", path)


def test_half_a_letter_in_a_sheet_is_no_name(tmp_path: Path) -> None:
    odd = ("7", "TESTOVICH _xD83D_", "Individual", "Primary Name")
    with pytest.raises(ListError, match="not a complete xlsx"):
        load_list("au", au.workbook(tmp_path / "au.xlsx", au.HEADER, odd))
    pair = ("7", "TESTOVICH _xD83D__xDE00_", "Individual", "Primary Name")
    assert load_list("au", au.workbook(tmp_path / "au.xlsx", au.HEADER, pair)).entries[0].names[0].text.endswith("😀")


def test_a_header_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    path = others.write(tmp_path / "targets.simple.csv", '"' + others.HEADER + others.SHIP)
    with pytest.raises(ListError, match="its header is not CSV"):
        load_list("opensanctions", path)


@pytest.mark.parametrize(
    ("was", "now"), [("{type:", "{tipe:"), ("{type: imo, value:", "{type: [imo], value:"), ("names: [", "names: 7 # [")]
)
def test_a_sample_list_whose_entry_is_not_one_is_refused(was: str, now: str, tmp_path: Path) -> None:
    text = others.SAMPLE.read_text(encoding="utf-8")
    path = others.write(tmp_path / "sample.yaml", text.replace(was, now, 1))
    if was in text:
        with within(), pytest.raises(ListError, match=r"sample\.yaml: entry "):
            load_list("sample", path)


def test_a_name_longer_than_any_is_reported_and_nobody_is_compared_with_it(tmp_path: Path) -> None:
    ship = others.SHIP.replace("TEST SHIP", "A" * 70_000)
    path = others.write(tmp_path / "targets.simple.csv", others.HEADER + ship + others.MAN)
    loaded = load_list("opensanctions", path)
    assert [name.text for name in loaded.entries[0].names] == ["OLD SHIP", "ONE; TWO"]
    assert [row.reason for row in loaded.unread] == [
        "targets.simple.csv: Q1: a name of more than 1,000 letters is none"
    ]
    alone = others.write(tmp_path / "alone.csv", others.HEADER + others.MAN.replace("Test Man", "A" * 70_000))
    with pytest.raises(ListError, match="has no party whose name can be one"):
        load_list("opensanctions", alone)


def test_a_guard_of_processor_time_ends_what_takes_longer() -> None:
    with pytest.raises(Hung), within(0.05):
        all(True for _ in iter(int, 1))
