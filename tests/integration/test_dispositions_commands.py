"""`tidewaiter dispositions`: recorded, listed, ended; what would alert without them; and the commands that read them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.brokers import Broker
from tests.rule_book_swaps import Book, books, replaced
from tests.station import Station
from tidewaiter.cli import app
from tidewaiter.commands.judgements import dispositions_of
from tidewaiter.exit_codes import ExitCode
from tidewaiter.screening.dispositions import DispositionLog
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import load
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.transfer import TransferEvent

ENTRY = "sample:35096"
NAMESAKE = {"name": "Vladimir Putin", "type": "person", "countries": ["FR"], "address": "Lyon"}

Run = Callable[..., list[dict[str, Any]]]


def payment(id_: str, **party: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "occurred_at": "2026-03-01T12:00:00Z",
        "kind": "payment",
        "parties": [{"role": "transferee", **NAMESAKE, **party}],
        "route": {"destination": {"country": "FR"}},
    }


PAST = [payment("one"), payment("two"), payment("other", address="Nice"), payment("bare", address=None)]


@pytest.fixture(scope="module")
def book() -> Book:
    whole = next(books(1)).sources
    return Book.of(dataclasses.replace(whole, rule_sets=whole.rule_sets[:1]))


@pytest.fixture
def files(book: Book, tmp_path: Path) -> dict[str, Path]:
    """The rule book, past transfers, and a verdict on each of them."""
    screener = Screener(book.sources.compile())
    made = {"book": tmp_path / "the.rulebook", "past": tmp_path / "past.jsonl"}
    made["book"].write_bytes(book.file)
    made["past"].write_text("".join(json.dumps(each) + "\n" for each in PAST))
    for verdict in screener.screen([TransferEvent.model_validate(each) for each in PAST]):
        made[verdict.transfer_id] = tmp_path / f"{verdict.transfer_id}.json"
        made[verdict.transfer_id].write_bytes(canonical(verdict))
    return made


@pytest.fixture
def station(any_broker: Broker) -> Station:
    return Station(any_broker.address).create().create_dispositions()


def ran(station: Station, *arguments: object, status: int = 0, **settings: object) -> list[dict[str, Any]]:
    environment = station.environment(**settings)
    done = CliRunner().invoke(app, [str(each) for each in arguments], env=environment)
    assert done.exit_code == status, (done.output, done.exception)
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(station: Station, *arguments: object, **settings: object) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments], env=station.environment(**settings))
    assert done.exit_code, done.output
    return str(done.exception)


def judge(verdict: Path, *more: object, judgement: str = "false_positive") -> list[object]:
    who = ["--by", "ada", "--reason", "Another person."]
    return ["dispositions", "add", verdict, "--rule", ENTRY, "--judgement", judgement, *who, *more]


def test_a_judgement_is_recorded_listed_weighed_and_ended(station: Station, files: dict[str, Path]) -> None:
    (added,) = ran(station, *judge(files["one"], "--expires", "2030-01-01"))
    assert (added["decided_by"], added["expires_at"]) == ("ada", "2030-01-01T00:00:00Z")
    (listed,) = ran(station, "dispositions", "list")
    assert (listed["id"], listed["status"]) == (added["id"], "in force")

    hidden = ran(station, "dispositions", "what-if", files["book"], "--transfers", files["past"])
    assert [(each["transfer_id"], each["decision"], each["without_suppressions"]) for each in hidden] == [
        ("one", "clear", "review"),
        ("two", "clear", "review"),
    ]
    assert hidden[0]["suppressed"] == [{"rule": ENTRY, "subject": "/parties/0", "disposition": added["id"]}]

    (ended,) = ran(station, "dispositions", "expire", added["id"], "--by", "bea", "--reason", "Forged.")
    assert ended["withdrawn"]["by"] == "bea"
    assert [each["status"] for each in ran(station, "dispositions", "list")] == ["withdrawn"]
    assert ran(station, "dispositions", "what-if", files["book"], "--transfers", files["past"]) == []
    assert "has ended it already" in refused(
        station, "dispositions", "expire", added["id"], "--by", "bea", "--reason", "Again."
    )


def test_what_would_have_no_effect_is_said(station: Station, files: dict[str, Path]) -> None:
    assert "another person" in refused(station, *judge(files["one"]), four_eyes=True)
    assert ran(station, "dispositions", "list") == []
    (bare,) = ran(station, *judge(files["bare"]))
    assert bare["key"] is None, "the name alone identifies nobody; the judgement is recorded for what it is"
    (match,) = ran(station, *judge(files["two"], judgement="true_match"))
    assert {each["id"]: each["status"] for each in ran(station, "dispositions", "list")} == {
        bare["id"]: "recorded",
        match["id"]: "recorded",
    }
    unknown = judge(files["one"])
    unknown[4] = "sample:1"
    assert f"its findings are: {ENTRY}" in refused(station, *unknown)
    assert "no disposition on the topic" in refused(
        station, "dispositions", "expire", "x", "--by", "a", "--reason", "b"
    )


@pytest.mark.long
def test_compare_and_replay_read_what_was_recorded(
    station: Station, book: Book, files: dict[str, Path], tmp_path: Path
) -> None:
    ran(station, *judge(files["one"], "--approved-by", "bea"))
    ran(station, *judge(files["other"], judgement="true_match"))
    (report,) = ran(
        station,
        "compare",
        files["book"],
        files["book"],
        "--transfers",
        files["past"],
        "--dispositions",
        "topic",
        "--json",
    )
    assert report["judged"]["now"] == {"true": 1, "false": 1, "missed": 0, "precision": 0.5, "recall": 1}

    listed = ran(station, "dispositions", "list")
    kept = tmp_path / "dispositions.jsonl"
    known = ("status", "content_sha256")
    kept.write_text("".join(json.dumps({n: v for n, v in each.items() if n not in known}) + "\n" for each in listed))
    log = DispositionLog(four_eyes=True)
    for each in dispositions_of(load({"broker": "unused:1"}), str(kept)):
        log.take(each)
    screener = Screener(book.sources.compile(), log.state())
    stored = tmp_path / "stored.jsonl"
    verdicts = screener.screen([TransferEvent.model_validate(each) for each in PAST])
    assert [verdict.decision for verdict in verdicts] == ["clear", "clear", "review", "review"]
    stored.write_bytes(b"".join(canonical(verdict) + b"\n" for verdict in verdicts))
    replay = ["replay", stored, "--transfers", files["past"], "--rule-books", files["book"]]
    for source in ("topic", kept):
        assert ran(station, *replay, "--dispositions", source) == []
    missing = ran(station, *replay, status=ExitCode.DIFFERENT)
    assert {each["outcome"] for each in missing} == {"no disposition"}


@pytest.mark.long
def test_a_rescreening_keeps_suppressions_and_ends_those_on_a_changed_entry(
    station: Station, book: Book, files: dict[str, Path], tmp_path: Path
) -> None:
    ran(station, *judge(files["one"]))
    sample, *others = book.sources.lists
    changed = [dataclasses.replace(each, remarks="Seen in Lyon.") for each in sample.entries if each.id == "35096"]
    rest = [each for each in sample.entries if each.id != "35096"]
    after = Book.of(dataclasses.replace(book.sources, lists=(replaced(sample, (*changed, *rest)), *others)))
    (tmp_path / "after.rulebook").write_bytes(after.file)
    command = ["rescreen", "--transfers", files["past"], "--from", files["book"], "--to", tmp_path / "after.rulebook"]
    assert ran(station, *command) == [], "the remark changes no finding"
    found = ran(station, *command, "--dispositions", "topic")
    assert {each["transfer_id"]: each["decision"] for each in found} == {
        "one": "review",
        "two": "review",
        "other": "review",
        "bare": "review",
    }
    (change,) = found[0]["rescreening"]["changes"]
    assert (change["outcome"], change["causes"][0]["id"]) == ("changed_finding", ENTRY)
    assert change["causes"][0]["fields"] == ["remarks"]


def test_a_topic_of_several_partitions_is_not_read(any_broker: Broker) -> None:
    station = Station(any_broker.address)
    station.wire.create(station.dispositions, partitions=3)
    assert "has 3 partitions" in refused(station, "dispositions", "list")
