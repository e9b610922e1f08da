"""`replay` and `rescreen`: from files, from an export, and from the topics of a broker where a worker judged."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.brokers import Broker
from tests.environment import clean_environment
from tests.official_lists import FOLDER, needs_official_lists
from tests.patience import WAIT
from tests.station import ROOT, Station
from tidewaiter.cli import app
from tidewaiter.commands.comparison_view import page
from tidewaiter.matching.entry import ListedName
from tidewaiter.release.assembly import read_sources
from tidewaiter.rulebook.package import pack
from tidewaiter.rulebook.sources import Sources
from tidewaiter.settings import load

GIFT = {
    "id": "gift",
    "kind": "gift",
    "occurred_at": "2024-02-18T12:00:00Z",
    "parties": [{"role": "transferee", "name": "Kim Jong Un", "type": "person", "countries": ["KP"]}],
    "items": [{"description": "Aurus limousine", "manufacturer": "Joint Stock Company Aurus"}],
    "report": {"status": "reported"},
}
PLAIN = {
    "id": "plain",
    "kind": "sale",
    "occurred_at": "2024-02-18T12:00:00Z",
    "parties": [{"role": "transferee", "name": "Bakery Zebra", "type": "organisation", "countries": ["DE"]}],
    "items": [{"description": "wheat flour"}],
}
PARTY = {"role": "transferee", "name": "Quzzletop Frumious Bandersnatch", "type": "person", "countries": ["DE"]}
FRUMIOUS = {**PLAIN, "id": "frumious", "parties": [PARTY]}
PAST: tuple[dict[str, Any], ...] = (GIFT, PLAIN, FRUMIOUS)


def run(*arguments: str | Path, status: int = 0, environment: dict[str, str] | None = None) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
    assert done.exit_code == status, (done.output, done.exception)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two rule books; the second lists one more name of the sample's first entry."""
    folder = tmp_path_factory.mktemp("rule-books")
    old = read_sources(load({"broker": "unused:1"}))
    sample, *others = old.lists
    first, *rest = sample.entries
    renamed = replace(first, names=(*first.names, ListedName("Quzzletop Frumious Bandersnatch")))
    new = replace(old, lists=(replace(sample, entries=(renamed, *rest), sha256="1" * 64), *others))
    return kept(folder, "old", old), kept(folder, "new", new)


def kept(folder: Path, name: str, sources: Sources) -> Path:
    path = folder / f"{name}.rulebook"
    path.write_bytes(pack(sources))
    return path


@pytest.fixture
def past(tmp_path: Path) -> Path:
    return lines(tmp_path / "past.jsonl", PAST)


def lines(path: Path, values: Any) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


@pytest.mark.long
def test_a_verdict_is_computed_again_byte_for_byte(books: tuple[Path, Path], past: Path, tmp_path: Path) -> None:
    verdicts = run("screen", "--rule-book", books[0], past)
    stored = lines(tmp_path / "verdicts.jsonl", verdicts)
    # Written by another JSON encoder, they are other bytes: what is compared is what is stored.
    raw = CliRunner().invoke(app, ["screen", "--rule-book", str(books[0]), str(past)]).stdout_bytes
    stored.write_bytes(raw)
    assert run("replay", stored, "--transfers", past, "--rule-books", books[0].parent) == []


@pytest.mark.long
def test_a_verdict_given_anew_is_computed_again_too(books: tuple[Path, Path], past: Path, tmp_path: Path) -> None:
    (anew,) = run("rescreen", "--transfers", past, "--from", books[0], "--to", books[1])
    stored = lines(tmp_path / "verdicts.jsonl", [anew])
    assert run("replay", stored, "--transfers", past, "--rule-books", books[1]) == []
    forged = lines(tmp_path / "forged.jsonl", [{**anew, "decision": "clear"}])
    (difference,) = run("replay", forged, "--transfers", past, "--rule-books", books[1], status=4)
    assert difference["outcome"] == "other"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        pytest.param(lambda verdict: {**verdict, "decision": "clear"}, "other", id="changed by somebody"),
        pytest.param(
            lambda verdict: {**verdict, "engine": "tidewaiter/0.0.1"}, "no transfer", id="its id is another's"
        ),
        pytest.param(
            lambda verdict: {**verdict, "rulebook": {**verdict["rulebook"], "sha256": "0" * 64}},
            "no transfer",
            id="of another rule book",
        ),
        pytest.param(lambda verdict: {"id": "x"}, "unreadable", id="no verdict"),
    ],
)
@pytest.mark.long
def test_a_verdict_that_is_another_is_named_with_its_cause(
    books: tuple[Path, Path], past: Path, tmp_path: Path, change: Any, outcome: str
) -> None:
    first, *_ = run("screen", "--rule-book", books[0], past)
    stored = lines(tmp_path / "verdicts.jsonl", [change(first)])
    (difference,) = run("replay", stored, "--transfers", past, "--rule-books", books[0], status=4)
    assert difference["outcome"] == outcome
    assert difference["verdict"] == "line 1"


def test_a_rule_book_that_is_not_there_is_named(books: tuple[Path, Path], past: Path, tmp_path: Path) -> None:
    stored = lines(tmp_path / "verdicts.jsonl", run("screen", "--rule-book", books[0], past))
    found = run("replay", stored, "--transfers", past, "--rule-books", books[1], status=4)
    assert {each["outcome"] for each in found} == {"no rule book"}
    assert len(found) == len(PAST)


def test_an_error_of_replay_has_another_exit_status_than_a_difference(books: tuple[Path, Path], tmp_path: Path) -> None:
    stored = lines(tmp_path / "verdicts.jsonl", [{"id": "x"}])
    environment = clean_environment()
    command = [sys.executable, "-m", "tidewaiter", "replay", str(stored), "--transfers"]
    for transfers, status in ((stored, 4), (tmp_path / "missing.jsonl", 1)):
        done = subprocess.run([*command, str(transfers)], env=environment, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == status, done.stderr.decode()


def test_a_version_of_a_transfer_is_not_taken_for_another(books: tuple[Path, Path], tmp_path: Path) -> None:
    """A producer corrected a transfer under the same id: each verdict is held to its own version."""
    versions = [PLAIN, {**PLAIN, "items": [{"description": "rye flour"}]}]
    past = lines(tmp_path / "past.jsonl", versions)
    stored = tmp_path / "verdicts.jsonl"
    stored.write_bytes(CliRunner().invoke(app, ["screen", "--rule-book", str(books[0]), str(past)]).stdout_bytes)
    assert run("replay", stored, "--transfers", past, "--rule-books", books[0]) == []


@pytest.mark.long
def test_a_past_transfer_whose_party_was_listed_since_gets_its_verdict_anew(
    books: tuple[Path, Path], past: Path
) -> None:
    old, new = books
    (verdict,) = run("rescreen", "--transfers", past, "--from", old, "--to", new)
    assert (verdict["transfer_id"], verdict["decision"]) == ("frumious", "review")
    assert verdict["rescreening"]["previous_decision"] == "clear"
    assert verdict["supersedes"] in verdict["rescreening"]["replaces"]
    assert {c["id"] for change in verdict["rescreening"]["changes"] for c in change["causes"]} == {"sample:20157"}
    assert run("rescreen", "--transfers", past, "--from", old, "--to", new, "--full") == [verdict]
    (back,) = run("rescreen", "--transfers", past, "--from", new, "--to", old)
    assert (back["decision"], back["rescreening"]["previous_decision"]) == ("clear", "review")
    assert "finding_gone" in {change["outcome"] for change in back["rescreening"]["changes"]}
    assert run("rescreen", "--transfers", past, "--from", old, "--to", old) == []


def test_what_is_no_transfer_is_left_out_and_named(books: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "past.jsonl"
    path.write_text(json.dumps(FRUMIOUS) + "\nno transfer\n", encoding="utf-8")
    assert len(run("rescreen", "--transfers", path, "--from", books[0], "--to", books[1], status=2)) == 1


def test_a_source_that_is_not_there_is_named_with_what_can_be_given(books: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["rescreen", "--transfers", "nowhere", "--from", *map(str, (books[0],))])
    assert "nowhere: cannot be read" in str(done.exception)
    assert "`topic`" in str(done.exception)


def test_a_report_says_what_another_rule_book_changes_and_why(
    books: tuple[Path, Path], past: Path, tmp_path: Path
) -> None:
    judged = {
        "id": "d",
        "verdict_id": "3d6f9c52-7b8a-5f0e-9c1d-2e4b6a8c0d12",
        "transfer_id": "frumious",
        "rule": "sample:20157",
        "judgement": "true_match",
        "reason": "the same passport",
        "decided_by": "a",
        "decided_at": "2026-11-01T00:00:00Z",
    }
    dispositions = lines(tmp_path / "judged.jsonl", [judged])
    files = tmp_path / "report.html", tmp_path / "report.json"
    arguments: list[str | Path] = [
        "compare",
        *books,
        "--transfers",
        past,
        "--dispositions",
        dispositions,
        "-o",
        files[0],
        "-o",
        files[1],
    ]
    (report,) = run(*arguments, "--json")
    assert json.loads(files[1].read_text(encoding="utf-8")) == report
    assert report["transfers"] == len(PAST)
    assert report["decisions"]["clear"] == {"block": 0, "review": 1, "clear": 1}
    assert report["decisions"]["block"] == {"block": 1, "review": 0, "clear": 0}
    assert [(cause["change"], cause["id"]) for cause in report["causes"]] == [("changed", "sample:20157")]
    assert report["days"] == [{"day": "2024-02-18", "before": 1, "now": 2}]
    assert report["judged"]["before"]["recall"] == 0
    assert report["judged"]["now"] == {"true": 1, "false": 0, "missed": 0, "precision": 1, "recall": 1}
    written = files[0].read_text(encoding="utf-8")
    assert "KIM, Jong Un" in written
    assert "<svg" in written
    assert not re.search("<script|<link|src=|href=|@import|url", written)


def test_names_on_lists_are_text_in_the_report() -> None:
    hostile = "<script>alert('x')</script>"
    report = {
        "old": {"version": hostile, "sha256": "0", "lists": []},
        "new": {"version": "2", "sha256": "1", "lists": []},
        "transfers": 1,
        "decisions": {"clear": {"clear": 1}},
        "findings": {hostile: {}},
        "causes": [{"kind": "list_entry", "change": "added", "id": hostile, "name": hostile, "findings": 1}],
        "days": [{"day": hostile, "before": 0, "now": 0}],
        "examples": [
            {
                "from": "clear",
                "to": "block",
                "transfers": [
                    {
                        "transfer_id": hostile,
                        "changes": [{"rule": hostile, "before": hostile, "now": hostile, "causes": [hostile]}],
                    }
                ],
            }
        ],
        "judged": None,
        "unjudged": [hostile],
    }
    assert "<script" not in page(report)
    assert "&lt;script&gt;" in page(report)


@needs_official_lists
@pytest.mark.long
def test_the_maker_of_the_car_was_listed_five_days_later(tmp_path: Path, past: Path) -> None:
    """OFAC's own files of 20 and 23 February 2024: all and only the gift is found."""
    books = []
    for day in ("2024-02-20", "2024-02-23"):
        file = tmp_path / f"{day}.rulebook"
        run("rulebook", "build", "--list", f"ofac={FOLDER}/ofac/SDN_{day}.csv", "--jurisdictions", "UN,US", "-o", file)
        books.append(file)
    (verdict,) = run("rescreen", "--transfers", past, "--from", books[0], "--to", books[1])
    assert (verdict["transfer_id"], verdict["decision"], verdict["conditional"]) == ("gift", "block", True)
    (change,) = verdict["rescreening"]["changes"]
    (cause,) = change["causes"]
    assert (change["outcome"], change["subject"]) == ("new_finding", "/items/0/manufacturer")
    assert (cause["change"], cause["id"], cause["name"]) == ("added", "ofac:47956", "LIMITED LIABILITY COMPANY AURUS")


@pytest.mark.embedded
def test_the_story_of_the_car_is_told_by_real_parts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tidewaiter", "demo", "--aurus-story"],
        env=clean_environment(COLUMNS="120"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT * 2,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = done.stdout.split("23 February 2024", 1)
    assert "KP-TO-VEHICLE" in first
    assert "if true" in first
    assert "TW-LISTED-LATER" not in first
    assert "added: sample:47956 LIMITED LIABILITY COMPANY AURUS, list of 2024-02-23" in second
    assert "the same" in second


@pytest.mark.long
def test_the_topics_of_a_worker_are_replayed_and_rescreened(
    any_broker: Broker, books: tuple[Path, Path], tmp_path: Path
) -> None:
    station = Station(any_broker.address).create()
    station.publish(PAST)
    with station.worker(rule_book_file=books[0]) as worker:
        found = station.verdicts_on([each["id"] for each in PAST])
        assert worker.terminate() == 0
    stored = tmp_path / "verdicts.jsonl"
    stored.write_bytes(b"".join((record.value or b"") + b"\n" for records in found.values() for record in records))
    environment = station.environment()
    export = tmp_path / "export"
    run("audit", "export", "--with-transfers", "--into", export, "--json", environment=environment)
    assert run("audit", "verify", export, "--json")[0]["findings"] == []
    for source in ("topic", export):
        assert run("replay", stored, "--transfers", source, "--rule-books", books[0], environment=environment) == [], (
            source
        )
        (verdict,) = run(
            "rescreen", "--transfers", source, "--from", books[0], "--to", books[1], environment=environment
        )
        assert verdict["transfer_id"] == "frumious"
        (of_worker,) = found["frumious"]
        assert verdict["supersedes"] == json.loads(of_worker.value or b"")["id"]
