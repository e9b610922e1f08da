"""Dispositions reach running workers, and only those that may decide; whatever is on their topic, the stream goes on."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker
from tests.judgements import judged
from tests.rule_book_swaps import Book, await_adoption, books, put, settings_of
from tests.serving import Client, tokens_file
from tests.station import Station, WorkerProcess
from tests.wire import Record
from tidewaiter.rescreening.replaying import Outcome, Replay
from tidewaiter.screening.screener import Screener
from tidewaiter.stream.dispositions import publish, read_all
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas.disposition import Disposition, Withdrawal
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding, Verdict

ENTRY = "sample:35096"


def payment(id_: str, **party: Any) -> dict[str, Any]:
    """A payment in France to a namesake of somebody listed."""
    to = {"role": "transferee", "name": "Vladimir Putin", "type": "person", "countries": ["FR"], "address": "Lyon"}
    return {
        "id": id_,
        "occurred_at": "2026-03-01T12:00:00Z",
        "kind": "payment",
        "parties": [to | party],
        "route": {"destination": {"country": "FR"}},
    }


def screened(station: Station, id_: str, **party: Any) -> Verdict:
    station.publish([payment(id_, **party)])
    return Verdict.model_validate_json(station.verdicts_on([id_])[id_][-1].value or b"")


def on_entry(verdict: Verdict) -> Finding:
    (found,) = (finding for finding in verdict.findings if finding.rule == ENTRY)
    return found


def record(station: Station, *dispositions: Disposition, **settings: Any) -> None:
    asyncio.run(publish(settings_of(station, **settings), dispositions))


def in_force(worker: WorkerProcess, number: int) -> None:
    worker.until(lambda: worker.metrics()["tidewaiter_dispositions_in_force"] == number)


@pytest.fixture(scope="module")
def two_books() -> tuple[Book, Book]:
    """Two rule books; in the second, the publisher of the list has added a remark to the entry."""
    whole = next(books(1)).sources
    before = dataclasses.replace(whole, rule_sets=whole.rule_sets[:1])
    sample, *others = before.lists
    entries = tuple(
        dataclasses.replace(entry, remarks="Seen in Lyon.") if entry.id == "35096" else entry
        for entry in sample.entries
    )
    after = dataclasses.replace(before, lists=(dataclasses.replace(sample, entries=entries), *others))
    return Book.of(before), Book.of(after)


@pytest.mark.long
def test_a_disposition_reaches_a_running_worker_and_falls_when_the_entry_changes(
    any_broker: Broker, two_books: tuple[Book, Book], tmp_path: Path
) -> None:
    before, after = two_books
    station = Station(any_broker.address).create().create_rule_books().create_dispositions()
    put(station, before)
    with station.worker(four_eyes=True) as worker:
        worker.ready()
        first = screened(station, "first")
        assert first.decision == "review"

        record(station, judged(first, on_entry(first)))
        in_force(worker, 1)
        assert worker.metrics()["tidewaiter_disposition_adoption_seconds"] < 1.0
        second = screened(station, "second")
        assert second.decision == "clear"
        assert on_entry(second).suppressed_by == "disposition d-1"
        other = screened(station, "other", birth_date="1952")
        assert [each.cause for each in on_entry(other).suppression_voided] == ["party_changed"]

        put(station, after, replaces=before.sha256)
        await_adoption([worker], after.sha256)
        third = screened(station, "third")
        assert third.decision == "review"
        (voided,) = on_entry(third).suppression_voided
        assert (voided.cause, voided.changed) == ("entry_changed", ("entry.remarks",))

        # Verdicts are counted after the broker has acknowledged them: a consumer may be faster.
        worker.until(lambda: worker.metrics()['tidewaiter_suppressions_voided_total{cause="entry_changed"}'] == 1)
        assert worker.metrics()['tidewaiter_suppressions_applied_total{list="sample"}'] == 1

    with station.worker(four_eyes=True) as restarted:
        restarted.ready()
        again = screened(station, "third")
        assert again == third, "another worker, which read the topic at its start, gives the same verdict"
        stored = station.verdicts_on(["first", "second", "other", "third"])
        assert restarted.terminate() == 0

    known = {(each.id, each.content_sha256): each for each in asyncio.run(read_all(settings_of(station)))}
    screeners = {book.sha256: Screener(book.sources.compile()) for book in two_books}
    replay = Replay(screeners.__getitem__, lambda use: known.get((use.id, use.sha256)))
    for transfer_id, records in stored.items():
        assert [replay.add(transfer_id, each.value or b"") for each in records] == [None] * len(records)
    sent = [payment("first"), payment("second"), payment("other", birth_date="1952"), payment("third")]
    assert list(replay.run([[TransferEvent.model_validate(each) for each in sent]])) == []
    assert replay.outcomes == {Outcome.SAME: 4}


@pytest.mark.long
def test_a_worker_screens_nothing_before_it_knows_the_dispositions(any_broker: Broker) -> None:
    station = Station(any_broker.address).create().create_dispositions()
    with station.worker(rule_book="own") as worker:
        first = screened(station, "first")
        assert worker.ready().terminate() == 0
    record(station, judged(first, on_entry(first)))
    station.publish([payment("second")])
    with station.worker(rule_book="own"):
        assert screened(station, "third").decision == "clear"
        (second,) = station.verdicts_on(["second"])["second"]
        assert Verdict.model_validate_json(second.value or b"").decision == "clear"


def test_what_may_not_decide_is_counted_and_the_stream_goes_on(any_broker: Broker, tmp_path: Path) -> None:
    """Somebody who may write to the topic clears for a friend: alone, without the key, or with a record of the past."""
    key, foreign, trusted = (tmp_path / f"{name}.pem" for name in ("key", "foreign", "trusted"))
    for path in (key, foreign):
        SigningKey.create().write(path)
    trusted.write_text(SigningKey.read(key).public.pem)
    station = Station(any_broker.address).create().create_dispositions()
    with station.worker(rule_book="own", four_eyes=True, disposition_keys_file=trusted) as worker:
        worker.ready()
        first = screened(station, "first")
        false_positive = judged(first, on_entry(first))
        junk = [b"", b"{", b"null", b"\xff", json.dumps({"id": "x"}).encode(), b"[" * 100_000]
        station.wire.publish(station.dispositions, [Record(each, b"x", partition=0) for each in junk])
        station.wire.publish(station.dispositions, [Record(None, b"d-1", partition=0)])
        record(station, false_positive)
        record(station, false_positive, signing_key_file=foreign)
        alone = judged(first, on_entry(first), "d-2", approved_by="ADA ")
        record(station, alone, signing_key_file=key)  # as a process without the setting writes it
        unreadable, unsigned, alone_refused = (
            f'tidewaiter_dispositions_refused_total{{reason="{reason}"}}'
            for reason in ("unreadable", "unsigned", "one_person")
        )
        worker.until(lambda: worker.metrics()[alone_refused] == 1)
        counted = worker.metrics()
        assert counted["tidewaiter_dispositions_in_force"] == 0
        assert (counted[unreadable], counted[unsigned]) == (2, len(junk) - 1 + 2), "too large, and a deletion"
        assert screened(station, "second").decision == "review"

        record(station, false_positive, signing_key_file=key)
        in_force(worker, 1)
        assert screened(station, "third").decision == "clear"

        end = Withdrawal(by="bea", at=false_positive.decided_at, reason="The passport was forged.")
        record(station, false_positive.model_copy(update={"withdrawn": end}), signing_key_file=key)
        in_force(worker, 0)
        record(station, false_positive, signing_key_file=key)
        taken = 'tidewaiter_dispositions_refused_total{reason="id_taken"}'
        worker.until(lambda: worker.metrics()[taken] == 1)
        fourth = screened(station, "fourth")
        assert [each.cause for each in on_entry(fourth).suppression_voided] == ["withdrawn"]
        refused = worker.logged("disposition refused")
        assert 4 <= len(refused) <= 12, "one line for a reason, and one for those of the next ten seconds"
        assert worker.terminate() == 0


def test_without_the_topic_a_worker_says_so_and_adopts_once_it_is_there(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    with station.worker(rule_book="own") as worker:
        worker.ready()
        first = screened(station, "first")
        assert first.decision == "review"
        assert "tidewaiter topics create" in worker.logged("dispositions are not followed")[0]["reason"]
        assert worker.metrics()["tidewaiter_dispositions_topic_up"] == 0
        station.create_dispositions()
        record(station, judged(first, on_entry(first)))
        in_force(worker, 1)
        assert screened(station, "second").decision == "clear"
        assert worker.metrics()["tidewaiter_dispositions_topic_up"] == 1


@pytest.mark.long
def test_an_answer_in_line_has_the_dispositions_of_the_stream(any_broker: Broker, tmp_path: Path) -> None:
    station = Station(any_broker.address).create().create_dispositions()
    tokens = tokens_file(tmp_path / "tokens.yaml")
    database = f"sqlite:///{tmp_path}/serve.db"
    settings = {"rule_book": "own", "serve_tokens_file": tmp_path / "tokens.yaml", "serve_database": database}
    with (
        station.worker(rule_book="own") as worker,
        station.worker("import sys; sys.argv[1:] = ['serve']", serve_port=0, **settings) as serving,
    ):
        worker.ready()
        serving.ready()
        host, _, port = serving.logged("serving")[0]["address"].removeprefix("http://").partition(":")
        client = Client(host, int(port), tokens)

        def answer(id_: str) -> bytes:
            return client.post("/v1/screen", "producer", payment(id_)).body

        first = Verdict.model_validate_json(answer("first"))
        assert first.decision == "review"
        record(station, judged(first, on_entry(first)))
        in_force(worker, 1)
        serving.until(lambda: b'"decision":"clear"' in answer("first"))
        assert screened(station, "second").decision == "clear"
        (second,) = station.verdicts_on(["second"])["second"]
        assert answer("second") == second.value
