"""Dead letters from the command line: people see them, mend what was wrong, and send them back, on both brokers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from tests.brokers import Broker
from tests.environment import clean_environment
from tests.patience import WAIT, stretched
from tests.station import (
    FAILS_ON_POISON,
    LARGEST_RECORD,
    ROOT,
    Station,
    ids,
    one_verdict_each,
    record_of,
    transfer,
    transfers,
)
from tests.wire import Record
from tidewaiter.stream.failure import ExitCode
from tidewaiter.wire.chain import letter_digest
from tidewaiter_schemas.dead_letter import (
    HEADER_ATTEMPTS,
    HEADER_DETAIL,
    HEADER_OFFSET,
    HEADER_REASON,
    HEADER_WITHHELD_BATCH_BYTES,
    HEADER_WITHHELD_BATCH_SHA256,
    HEADER_WITHHELD_BYTES,
    HEADER_WITHHELD_SHA256,
)

SMALL: dict[str, Any] = {"max_event_bytes": 1_024}
PADDING = {"extensions": {"note": "x" * 20_000}}


def command(station: Station, *arguments: str) -> subprocess.Popen[bytes]:
    """`tidewaiter dead-letters …` on the topics of the station, started."""
    return subprocess.Popen(
        [sys.executable, "-m", "tidewaiter", "dead-letters", *arguments],
        env=clean_environment(**station.environment()),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def said(station: Station, *arguments: str, status: int = 0) -> tuple[bytes, str]:
    """What the command prints, and what it remarks."""
    running = command(station, *arguments)
    out, notes = running.communicate(timeout=WAIT)
    assert running.returncode == status, notes.decode()
    return out, " ".join(notes.decode().split())


def listed(station: Station, *arguments: str) -> list[dict[str, Any]]:
    out, notes = said(station, "list", *arguments)
    letters = [json.loads(line) for line in out.splitlines()]
    assert notes == f"{len(letters)} dead letters"
    return letters


def letters_on(station: Station, number: int) -> list[Record]:
    found = station.wire.read(station.dead_letters, until=lambda records: len(records) >= number)
    assert len(found) == number
    return found


def refused(station: Station, number: int) -> None:
    """Runs a worker for which transfers are too large, until it has so many dead letters and has committed them."""
    with station.worker(**SMALL) as worker:
        letters_on(station, number)
        assert worker.terminate() == 0


@pytest.mark.long
def test_what_was_too_large_is_listed_shown_and_a_verdict_once_the_limit_is_raised(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    large, good = transfer(1, **PADDING), transfer(2)
    # Younger than the topic keeps records, which it may begin to drop at any moment.
    moment = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=1)
    bad = Record(
        b"\xff no JSON",
        b"a key",
        (("team", b"\xfe"), ("desk", b"x")),
        partition=1,
        timestamp=round(moment.timestamp() * 1000),
    )
    sent = [record_of(large, partition=0), bad, record_of(good, partition=2)]
    places = station.wire.publish(station.transfers, sent)
    refused(station, 2)

    by_reason = {letter["reason"]: letter for letter in listed(station)}
    assert set(by_reason) == {"too_large", "not_json"}
    of_bad = by_reason["not_json"]
    assert of_bad["original"] == f"{station.transfers}/1@{places[1][1]}"
    assert of_bad["original_time"] == moment.isoformat()
    assert (of_bad["attempts"], of_bad["bytes"]) == (1, len(bad.value or b""))
    assert "no JSON" not in json.dumps(of_bad), "what an event says is in no list"
    assert [letter["reason"] for letter in listed(station, "--reason", "too_large")] == ["too_large"]
    assert len(listed(station, "--max", "1")) == 1

    shown = json.loads(said(station, "show", of_bad["letter"])[0])
    assert shown["key"] == "a key"
    assert shown["value_base64"] == "/yBubyBKU09O"
    assert shown["headers"] == [{"name": "team", "value_base64": "/g=="}, {"name": "desk", "value": "x"}]
    assert said(station, "show", by_reason["too_large"]["letter"], "--value")[0] == sent[0].value
    assert "no such dead letter" in said(station, "show", "0@999999", status=1)[1]
    assert "2@17" in said(station, "show", "one", status=1)[1]

    with station.worker():
        assert said(station, "replay", "--reason", "too_large")[1] == "sent 1 dead letters back, skipped 1"
        station.verdicts_on([large["id"]])
        assert said(station, "replay", "--reason", "too_large")[1].startswith("sent 0 "), "each goes once"
        assert said(station, "replay", "--max", "2")[1] == "sent 2 dead letters back"
        again = [record for record in letters_on(station, 3) if record.value == bad.value]
    assert [record.header[HEADER_ATTEMPTS] for record in again] == ["1", "2"], "what is still no JSON comes back"
    assert all(record.headers[:2] == bad.headers and record.key == bad.key for record in again)


@pytest.mark.long
def test_a_replay_killed_in_the_middle_and_called_again_loses_nothing_and_changes_nothing(any_broker: Broker) -> None:
    number = 600
    station = Station(any_broker.address).create()
    large = [transfer(each, **PADDING) for each in range(number)]
    station.publish(large)
    refused(station, number)

    def back(records: Sequence[Record]) -> int:
        return len(records) - number

    before = 200
    assert said(station, "replay", "--max", str(before))[1] == f"sent {before} dead letters back"
    interrupted = command(station, "replay")
    station.wire.read(station.transfers, until=lambda records: back(records) > before)
    interrupted.kill()
    interrupted.communicate()
    first = back(station.wire.read_all(station.transfers))
    assert before < first < number, "not in the middle"

    said(station, "replay")
    both = back(station.wire.read(station.transfers, until=lambda records: back(records) >= number))
    assert number <= both <= number + first - before, "at most what was under way goes twice"
    with station.worker():
        found = station.verdicts_on(ids(large))
    one_verdict_each(found)
    letters_on(station, number)


@pytest.mark.long
def test_a_replay_takes_no_more_than_was_asked_for_and_goes_on_behind_it(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    large = [transfer(each, **PADDING) for each in range(30)]
    station.publish(large)
    refused(station, 30)
    sent = [said(station, "replay", "--max", "20")[1] for _ in range(3)]
    assert sent == [f"sent {number} dead letters back" for number in (20, 10, 0)]
    back = station.wire.read(station.transfers, until=lambda records: len(records) >= 60)
    assert sorted(record.key or b"" for record in back) == sorted(2 * [each["id"].encode() for each in large])


def test_what_is_small_only_while_it_is_compressed_stops_nothing_and_is_not_sent_back(
    any_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = Station(any_broker.address).create()
    room = 64 * 1024 * 1024
    compressing = partial(AIOKafkaProducer, compression_type="zstd", max_batch_size=room)
    monkeypatch.setattr("tests.wire.AIOKafkaProducer", lambda **told: compressing(**{**told, "max_request_size": room}))
    spaces, after = b" " * (LARGEST_RECORD + 1), transfer(1)
    bad = [
        Record(spaces[:-100], b"k", partition=0),
        Record(spaces, b"k", partition=0),
        Record(b"{}", spaces, partition=0),
    ]
    for record in (*bad, record_of(after, partition=0)):
        station.wire.publish(station.transfers, [record])
    with station.worker() as worker:
        one_verdict_each(station.verdicts_on([after["id"]]))
        letters = letters_on(station, 3)
        assert worker.terminate() == 0
    assert [(letter.key, letter.value) for letter in letters] == [(None, None)] * 3
    assert [letter.header[HEADER_OFFSET] for letter in letters] == ["0", "1", "2"]
    read, *unread = (letter.header for letter in letters)
    assert read[HEADER_WITHHELD_SHA256] == letter_digest(bad[0].key, bad[0].value, ())
    for header in unread:
        assert HEADER_WITHHELD_SHA256 not in header
        assert int(header[HEADER_WITHHELD_BYTES]) > LARGEST_RECORD > 1_000 * int(header[HEADER_WITHHELD_BATCH_BYTES])
        assert re.fullmatch("[0-9a-f]{64}", header[HEADER_WITHHELD_BATCH_SHA256])
    assert said(station, "replay")[1].startswith("sent 0 dead letters back")


@pytest.mark.long
def test_what_the_engine_fails_on_is_set_aside_and_has_its_verdict_once_the_fault_is_mended(
    any_broker: Broker,
) -> None:
    station = Station(any_broker.address, partitions=2).create()
    good, poison = transfers(0, 300), [transfer(each, id=f"poison-{each}") for each in range(3)]
    mixed = [*good[:100], poison[0], *good[100:150], poison[1], poison[2], *good[150:]]
    station.publish(mixed, partition=0)
    with station.worker(FAILS_ON_POISON, commit_seconds=0.2) as worker:
        one_verdict_each(station.verdicts_on(ids(good)))
        letters = letters_on(station, 3)
        counted = 'tidewaiter_dead_letters_total{reason="engine_error"}'
        worker.until(lambda: worker.metrics()[counted] == 3)
        assert worker.terminate() == 0, worker.log()
    assert [json.loads(letter.value or b"") for letter in letters] == poison, "in their order, as they were sent"
    assert {letter.header[HEADER_REASON] for letter in letters} == {"engine_error"}
    (detail,) = {letter.header[HEADER_DETAIL] for letter in letters}
    assert re.fullmatch(r"ArithmeticError at tidewaiter\.screening\.isolation:\d+", detail)
    assert sum(station.wire.committed(station.group, station.transfers).values()) == len(mixed)

    with station.worker(FAILS_ON_POISON) as worker:
        assert said(station, "replay", "--reason", "engine_error", "--max", "1")[1].startswith("sent 1 dead letters")
        tries = sorted(letter.header[HEADER_ATTEMPTS] for letter in letters_on(station, 4))
        assert tries == ["1", "1", "1", "2"], "the engine is not mended"
        assert worker.terminate() == 0
    with station.worker():
        assert said(station, "replay", "--reason", "engine_error")[1].startswith("sent 3 dead letters back")
        one_verdict_each(station.verdicts_on(ids(poison)))


@pytest.mark.long
def test_a_verdict_that_no_record_holds_is_a_dead_letter_and_is_written_once_the_limit_is_raised(
    any_broker: Broker,
) -> None:
    station = Station(any_broker.address, partitions=1).create()
    many = transfer(1, items=[{"description": "rifle"}] * 1_000, route={"destination": {"country": "KP"}})
    after = transfer(2)
    station.publish([many, after])
    with station.worker(max_event_bytes=65_536, max_record_bytes=131_072, rule_book_inline_bytes=65_536) as worker:
        station.verdicts_on([after["id"]])
        (letter,) = letters_on(station, 1)
        assert worker.terminate() == 0, worker.log()
    assert letter.header[HEADER_REASON] == "verdict_too_large"
    assert "TIDEWAITER_MAX_RECORD_BYTES" in letter.header[HEADER_DETAIL]
    with station.worker():
        assert said(station, "replay", "--reason", "verdict_too_large")[1].startswith("sent 1 dead letters back")
        one_verdict_each(station.verdicts_on([many["id"]]))


@pytest.mark.embedded
def test_without_the_topics_the_command_says_what_is_missing() -> None:
    from tests.brokers import running

    with running("embedded") as broker:
        began = time.monotonic()
        assert "tidewaiter topics create" in said(Station(broker.address), "list", status=1)[1]
        assert time.monotonic() - began < stretched(20)


@pytest.mark.long
def test_a_worker_that_ends_at_the_limit_writes_no_dead_letter_again_when_it_starts_again(any_broker: Broker) -> None:
    station = Station(any_broker.address, partitions=2).create()
    before, after = transfers(0, 100), transfers(100, 100)
    station.publish(before)
    station.wire.publish(station.transfers, [Record(b"{no transfer", str(number).encode()) for number in range(700)])
    station.publish(after)
    # Nothing is committed by the clock: a worker that has just started has not come to it.
    limits = {"dead_letters_in_a_row": 200, "batch_max": 40, "commit_seconds": 600}
    for start in (1, 2):
        with station.worker(**limits) as worker:
            assert worker.ended() == ExitCode.TOO_MANY_DEAD_LETTERS, worker.log()
        letters = station.wire.read_all(station.dead_letters)
        assert 150 * start <= len(letters) < 200 * start
        assert len({letter.key for letter in letters}) == len(letters), "one was written twice"
        verdicts = station.wire.read_all(station.verdicts)
        done = sum(station.wire.committed(station.group, station.transfers).values())
        assert done == len(letters) + len(verdicts)
    with station.worker(dead_letters_in_a_row=0, dead_letter_share=1):
        one_verdict_each(station.verdicts_on(ids(before + after)))
        letters = station.wire.read(station.dead_letters, until=lambda found: len(found) >= 700)
    assert len({letter.key for letter in letters}) == len(letters) == 700, "and none is lost"
