"""`tidewaiter lists` from the command line, and what of it reaches a verdict."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.list_publisher import Publisher, file, status, un_list
from tests.official_lists import FOLDER, needs_official_lists
from tidewaiter.cli import app
from tidewaiter.commands.lists_view import print_changes, print_outcomes, print_report, print_stored, stored_lists
from tidewaiter.errors import ListError, SettingsError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.lists.changes import describe_changes
from tidewaiter.lists.import_report import counts_of
from tidewaiter.lists.registry import SOURCES
from tidewaiter.lists.store import ListStore
from tidewaiter.lists.sync import sync_from
from tidewaiter.release.assembly import assemble
from tidewaiter.settings import Settings

TRANSFER = json.dumps(
    {
        "id": "t-1",
        "occurred_at": "2026-08-05T12:00:00Z",
        "kind": "sale",
        "parties": [{"role": "transferee", "name": "Test Trading 7 Company", "type": "organisation"}],
    }
)


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TIDEWAITER_{name.upper()}", raising=False)


def told(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def reads(monkeypatch: pytest.MonkeyPatch, **addresses: str) -> None:
    urls = ",".join(f"{name}={url}" for name, url in addresses.items())
    monkeypatch.setenv("TIDEWAITER_LISTS_URLS", urls)


def test_the_exit_status_tells_whether_all_some_or_none_of_the_lists_are_current(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publisher.answers("/un.xml", file(un_list(600)))
    publisher.answers("/uk.csv", status(403))
    reads(monkeypatch, un=f"{publisher.url}/un.xml", uk=f"{publisher.url}/uk.csv")
    store = tmp_path / "lists"
    some = told("lists", "sync", "un", "uk", "--into", store)
    assert some.exit_code == ExitCode.PARTLY_FAILED
    assert [(row["list"], row["status"]) for row in lines(some)] == [("un", "new"), ("uk", "failed")]
    assert lines(some)[0]["current"]["counts"]["entries"] == 600
    assert "403" in lines(some)[1]["reason"]
    assert told("lists", "sync", "un", "--into", store).exit_code == 0
    assert told("lists", "sync", "uk", "--into", store).exit_code == ExitCode.ALL_FAILED


def test_without_a_name_every_list_is_fetched_that_needs_no_token_nor_a_licence(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reads(monkeypatch, **{name: f"{publisher.url}/{name}" for name in SOURCES})
    result = told("lists", "sync", "--into", tmp_path / "lists")
    assert result.exit_code == ExitCode.ALL_FAILED
    assert {row["list"]: row["status"] for row in lines(result)} == {
        name: "left_out" if source.needs_token else "failed" for name, source in SOURCES.items() if source.by_default
    }
    fetched = [name for name, source in SOURCES.items() if source.by_default and not source.needs_token]
    first = [
        f"/{name}/{SOURCES[name].files[0].name}" if len(SOURCES[name].files) > 1 else f"/{name}" for name in fetched
    ]
    assert sorted(path for path, _ in publisher.requests) == sorted(first)
    assert {"un", "ofac", "uk", "au"} <= set(fetched)
    assert {"eu", "opensanctions"}.isdisjoint(fetched)


def test_what_the_settings_name_is_fetched_into_the_folder_that_they_name(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publisher.answers("/un.xml", file(un_list(600)))
    reads(monkeypatch, un=f"{publisher.url}/un.xml")
    monkeypatch.setenv("TIDEWAITER_LISTS_DIR", str(tmp_path / "lists"))
    monkeypatch.setenv("TIDEWAITER_LISTS_WANTED", "un")
    assert told("lists", "sync").exit_code == 0
    (row,) = lines(told("lists", "show"))
    assert (row["list"], row["published"], row["last_sync"], row["counts"]["names"]) == (
        "un",
        "2026-08-01",
        "new",
        1200,
    )
    (verdict,) = lines(told("screen", "-", given=TRANSFER))
    assert "un:KPe.007" in [finding["rule"] for finding in verdict["findings"]]


def test_lists_show_says_what_is_wrong_and_of_one_list_what_could_not_be_read(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    odd = un_list(600).replace(b"<LISTED_ON>", b"<NATIONALITY><VALUE>Atlantis</VALUE></NATIONALITY><LISTED_ON>", 1)
    publisher.answers("/un.xml", file(odd))
    reads(monkeypatch, un=f"{publisher.url}/un.xml")
    store = tmp_path / "lists"
    (new,) = lines(told("lists", "sync", "un", "--into", store))
    assert ["Atlantis" in row["reason"] and row["line"] for row in new["unread"]] == [1]
    screened = told("screen", "-", "--lists-from", store, given=TRANSFER)
    assert "the list un is used without 1 rows or facts" in " ".join(screened.stderr.split())
    (whole,) = lines(told("lists", "show", "un", "--lists-from", store))
    assert (whole["entries"], whole["unread"]) == (600, new["unread"])
    publisher.answers("/un.xml", status(403))
    told("lists", "sync", "un", "--into", store)
    shown = told("lists", "show", "--lists-from", store)
    assert shown.exit_code == ExitCode.PARTLY_FAILED
    (row,) = lines(shown)
    assert (row["last_sync"], row["counts"]["entries"]) == ("failed", 600)
    assert "answers 403" in row["reason"]
    assert row["failing_since"]


def test_lists_diff_compares_editions_of_the_store_and_files(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store, old, new = tmp_path / "lists", un_list(600), un_list(601, "2026-08-02").replace(b"Sihom 3<", b"Sihom III<")
    reads(monkeypatch, un=f"{publisher.url}/un.xml")
    for body in (old, new):
        publisher.answers("/un.xml", file(body, f'"{len(body)}"'))
        assert told("lists", "sync", "un", "--into", store).exit_code == 0
    changes = lines(told("lists", "diff", "un@previous", "un", "--lists-from", store))
    assert [(change["kind"], change["id"]) for change in changes] == [("added", "KPe.600"), ("changed", "KPe.003")]
    assert changes[1]["fields"] == [{"field": "names", "gained": ["Sihom III"], "lost": ["Sihom 3"]}]
    (tmp_path / "old.xml").write_bytes(old)
    (tmp_path / "new.xml").write_bytes(new)
    assert lines(told("lists", "diff", tmp_path / "old.xml", f"un={tmp_path / 'new.xml'}")) == changes
    assert lines(told("lists", "diff", "un@2026-08-01", tmp_path / "new.xml", "--lists-from", store)) == changes


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["lists", "sync"], SettingsError, "TIDEWAITER_LISTS_DIR"),
        (["lists", "show"], SettingsError, "--lists-from DIR"),
        (["lists", "sync", "onu", "--into", "x"], ListError, "onu: has no address"),
        (["lists", "sync", "--from", "nowhere", "--into", "x"], ListError, "no folder named after a publisher"),
        (["lists", "show", "--lists-from", "nowhere"], ListError, "lists sync --into nowhere"),
        (["screen", "-", "--lists-from", "nowhere"], ListError, "lists sync --into nowhere"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    arguments: list[str], error: type[Exception], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = told(*arguments, given=TRANSFER)
    assert isinstance(result.exception, error)
    assert says in str(result.exception)


# --- into the verdict -----------------------------------------------------------------------------------------------


def stored(folder: Path, publisher: Publisher) -> ListStore:
    from dataclasses import replace

    from tidewaiter.lists.registry import SOURCES
    from tidewaiter.lists.sync import sync

    publisher.answers("/un.xml", file(un_list(40)))
    store = ListStore(folder)
    (outcome,) = sync(store, [replace(SOURCES["un"].at(f"{publisher.url}/un.xml"), fewest=1)])
    assert outcome.status == "new", outcome.reason
    return store


def test_a_verdict_names_date_hash_retrieval_and_address_of_the_list(publisher: Publisher, tmp_path: Path) -> None:
    store = stored(tmp_path / "lists", publisher)
    record = store.record("un")
    assert record is not None
    (verdict,) = lines(told("screen", "-", "--lists-from", tmp_path / "lists", given=TRANSFER))
    listed, vessels = verdict["rulebook"]["lists"]
    assert vessels["id"] == "un-vessels"
    assert listed == {
        "id": "un",
        "publisher": "un",
        "published": "2026-08-01",
        "sha256": record.current.sha256,
        "entries": 40,
        "sample": False,
        "retrieved": record.current.retrieved.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": f"{publisher.url}/un.xml",
    }


def test_the_same_store_gives_the_same_bytes_wherever_it_is_and_however_often_it_was_checked(
    publisher: Publisher, tmp_path: Path
) -> None:
    store = stored(tmp_path / "lists", publisher)
    first = told("screen", "-", "--lists-from", store.folder, given=TRANSFER).stdout
    shutil.copytree(store.folder, tmp_path / "elsewhere")
    assert told("screen", "-", "--lists-from", tmp_path / "elsewhere", given=TRANSFER).stdout == first
    (carried,) = sync_from(ListStore(tmp_path / "carried"), store.folder, ["un"], [])
    assert carried.status == "new"
    assert told("screen", "-", "--lists-from", tmp_path / "carried", given=TRANSFER).stdout == first


@pytest.mark.long
def test_a_compiled_rule_book_keeps_what_is_known_of_its_lists(publisher: Publisher, tmp_path: Path) -> None:
    store = stored(tmp_path / "lists", publisher)
    whole = tmp_path / "whole.rulebook"
    assert told("rulebook", "build", "-o", whole, "--lists-from", store.folder).exit_code == 0
    (from_file,) = lines(told("screen", "-", "--rule-book", whole, given=TRANSFER))
    (from_store,) = lines(told("screen", "-", "--lists-from", store.folder, given=TRANSFER))
    assert from_file == from_store
    assert from_file["rulebook"]["lists"][0]["retrieved"]


def test_a_list_given_by_path_goes_before_the_one_of_the_store(publisher: Publisher, tmp_path: Path) -> None:
    stored(tmp_path / "lists", publisher)
    path = tmp_path / "own.xml"
    path.write_bytes(un_list(3))
    book = assemble(Settings(lists=(("un", path),), lists_dir=tmp_path / "lists"))
    listed, _vessels = book.manifest.lists
    assert (listed.entries, listed.retrieved, listed.url) == (3, None, None)


def test_a_wanted_list_that_is_not_there_is_not_screened_without(publisher: Publisher, tmp_path: Path) -> None:
    stored(tmp_path / "lists", publisher)
    with pytest.raises(ListError, match="has no list of ofac, which TIDEWAITER_LISTS_WANTED names"):
        assemble(Settings(lists_dir=tmp_path / "lists", lists_wanted=("un", "ofac")))


# --- for a person ---------------------------------------------------------------------------------------------------


def test_tables_say_the_same_to_a_person(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    store = stored(tmp_path / "lists", publisher)
    (tmp_path / "drop" / "un").mkdir(parents=True)
    (tmp_path / "drop" / "un" / "list.xml").write_bytes(un_list(2, "2026-08-03"))
    print_outcomes(sync_from(store, tmp_path / "drop", ["un"], []))
    shown = capsys.readouterr().out
    assert "has 2 entries where the last good list has 40" in shown
    assert "The last good list stays." in shown
    print_stored(list(stored_lists(store)))
    shown = capsys.readouterr().out
    assert "failed" in shown
    assert "2026-08-01" in shown
    old, new = store.load("un"), store.load("un")
    print_changes(describe_changes(old, new), "un")
    assert "0 added, 0 removed, 0 changed" in capsys.readouterr().out
    print_report({"list": "un", **counts_of(new).model_dump(), "unread": [{"line": 7, "reason": "odd"}]})
    assert "line 7: odd" in capsys.readouterr().out


# --- the official files -------------------------------------------------------------------------------------------


@needs_official_lists
def test_the_official_files_are_taken_from_a_folder_with_the_counts_that_are_known_of_them(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    for name, official in {
        "un": "un/consolidated_2026-08-01.xml",
        "ofac": "ofac/SDN_2024-05-03.csv",
        "uk-conlist": "uk/ConList_2025-04-10.csv.gz",
        "au": "other/au_dfat_regulation8_consolidated_2026-08.xlsx",
    }.items():
        (drop / name).mkdir(parents=True)
        shutil.copyfile(FOLDER / official, drop / name / Path(official).name)
    rows = {row["list"]: row for row in lines(told("lists", "sync", "--from", drop, "--into", tmp_path / "lists"))}
    counts = {name: row["current"]["counts"] for name, row in rows.items()}
    assert {name: row["status"] for name, row in rows.items()} == dict.fromkeys(rows, "new")
    told_of = {
        name: (c["entries"], c["persons"], c["organisations"], c["vessels"], c["aircraft"])
        for name, c in counts.items()
    }
    assert told_of["un"] == (1_011, 736, 274, 1, 0)
    assert told_of["ofac"] == (14_965, 6_854, 6_884, 851, 376)
    assert told_of["uk-conlist"] == (4_686, 3_662, 1_009, 15, 0)
    assert told_of["au"] == (3_846, 2_543, 1_041, 262, 0)
    assert counts["au"]["names"] == 11_151  # "about 11k name rows"
    assert {name: c["unread"] for name, c in counts.items()} == {"un": 7, "ofac": 17, "uk-conlist": 5, "au": 4}
    assert {name: row["current"]["published"] for name, row in rows.items()} == {
        "un": "2026-08-01", "ofac": None, "uk-conlist": "2025-04-10", "au": "2026-07-21",
    }  # fmt: skip
