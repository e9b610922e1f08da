"""Transfers in, verdicts and dead letters out, through a real worker process, on both brokers."""

from __future__ import annotations

import json
import os
import random
import signal
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer import message_accumulator, producer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from tests.brokers import Broker
from tests.station import Station, WorkerProcess, ids, on, one_verdict_each, record_of, transfer, transfers
from tests.wire import Headers, Record
from tidewaiter_schemas import Verdict
from tidewaiter_schemas.dead_letter import (
    HEADER_ATTEMPTS,
    HEADER_DETAIL,
    HEADER_GROUP,
    HEADER_OFFSET,
    HEADER_PARTITION,
    HEADER_REASON,
    HEADER_TIMESTAMP,
    HEADER_TOPIC,
    DeadLetterReason,
)

TRACEPARENT = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
AURUS = {
    "occurred_at": "2024-02-18T12:00:00+09:00",
    "kind": "gift",
    "parties": [
        {"role": "transferor", "name": "Vladimir Putin", "type": "person", "countries": ["RU"]},
        {"role": "transferee", "name": "Kim Jong Un", "type": "person", "countries": ["KP"]},
    ],
    "items": [{"description": "Aurus limousine", "quantity": 1}],
    "route": {"origin": {"country": "RU"}, "destination": {"country": "KP"}},
    "report": {"status": "reported"},
}


@pytest.fixture(scope="module")
def shared(broker: Broker) -> Iterator[tuple[Station, WorkerProcess]]:
    """A station whose one worker all tests here share: each uses transfer ids of its own."""
    with on(broker.address) as station_and_worker:
        yield station_and_worker


@pytest.fixture(scope="module")
def station(shared: tuple[Station, WorkerProcess]) -> Station:
    return shared[0]


def new_id() -> str:
    return f"transfer-{uuid.uuid4().hex[:12]}"


def binary_headers(event_id: str) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", b"/a-bank"),
        ("ce_type", b"tidewaiter.transfer.v1"),
        ("content-type", b"application/json"),
    )


def test_a_transfer_in_gives_a_cited_verdict_out_as_a_cloud_event(station: Station) -> None:
    transfer_id = new_id()
    value = json.dumps({"id": transfer_id, **AURUS}).encode()
    headers = (*binary_headers("event-1"), TRACEPARENT, ("tracestate", b"a=1"), ("internal", b"stays behind"))
    station.wire.publish(station.transfers, [Record(value, b"a key of the producer", headers)])

    (record,) = station.verdicts_on([transfer_id])[transfer_id]
    assert record.key == transfer_id.encode()
    assert record.value is not None
    verdict = Verdict.model_validate_json(record.value)
    assert (verdict.transfer_id, verdict.decision, verdict.conditional) == (transfer_id, "block", True)
    embargoes = [finding for finding in verdict.findings if finding.family == "embargo"]
    assert embargoes
    assert all(finding.citation.url.startswith("https://") for finding in embargoes)
    assert len(verdict.rulebook.sha256) == 64

    assert record.header["ce_specversion"] == "1.0"
    assert record.header["ce_type"] == "tidewaiter.verdict.v1"
    assert record.header["ce_id"] == str(verdict.id)
    assert record.header["ce_subject"] == transfer_id
    assert record.header["ce_source"]
    assert record.header["ce_time"].endswith("Z")
    assert record.header["content-type"] == "application/json"
    assert record.header["traceparent"] == TRACEPARENT[1].decode()
    assert record.header["tracestate"] == "a=1"
    assert "internal" not in record.header


@pytest.mark.parametrize("mode", ["bare JSON", "binary mode", "structured mode"])
def test_every_way_to_send_a_transfer_is_read(station: Station, mode: str) -> None:
    transfer_id = new_id()
    event = {"id": transfer_id, **AURUS}
    if mode == "structured mode":
        envelope = {"specversion": "1.0", "id": "event-2", "source": "/a-bank", "type": "tidewaiter.transfer.v1"}
        value = json.dumps({**envelope, "datacontenttype": "application/json", "data": event}).encode()
        record = Record(value, None, (("content-type", b"application/cloudevents+json; charset=utf-8"),))
    else:
        record = Record(json.dumps(event).encode(), None, binary_headers("event-3") if mode == "binary mode" else ())
    station.wire.publish(station.transfers, [record])
    (verdict,) = station.verdicts_on([transfer_id])[transfer_id]
    assert json.loads(verdict.value or b"")["decision"] == "block"


def test_the_same_transfer_published_twice_gives_the_same_bytes(station: Station) -> None:
    transfer_id, another = new_id(), new_id()
    again = record_of({"id": transfer_id, **AURUS})
    for _ in range(2):
        station.wire.publish(station.transfers, [again])
    station.wire.publish(station.transfers, [record_of({"id": another, **AURUS})])

    def of_it(records: Sequence[Record]) -> list[Record]:
        return [record for record in records if record.key == transfer_id.encode()]

    first, second = of_it(station.wire.read(station.verdicts, until=lambda records: len(of_it(records)) == 2))
    assert first.value == second.value
    assert first.header["ce_id"] == second.header["ce_id"]
    (other,) = station.verdicts_on([another])[another]
    assert other.header["ce_id"] != first.header["ce_id"]


@dataclass(frozen=True)
class Unreadable:
    """An event that is no transfer, and the reason for its dead letter."""

    value: bytes | None
    reason: DeadLetterReason
    headers: Headers = ()


NOISE = random.Random(2)
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/x", "type": "tidewaiter.transfer.v1"}
UNREADABLE = {
    "malformed JSON": Unreadable(b'{"id": "t-1", "kind": ', DeadLetterReason.NOT_JSON),
    "bytes that are not UTF-8": Unreadable(b'{"id": "\xff\xfe"}', DeadLetterReason.NOT_JSON),
    "wrong schema": Unreadable(b'{"id": "t-1", "amount": "12.50"}', DeadLetterReason.SCHEMA),
    "a list": Unreadable(b"[1, 2, 3]", DeadLetterReason.SCHEMA),
    "an empty value": Unreadable(b"", DeadLetterReason.EMPTY),
    "a null value": Unreadable(None, DeadLetterReason.EMPTY),
    "2 MB of noise": Unreadable(NOISE.randbytes(2_000_000), DeadLetterReason.TOO_LARGE),
    "900 kB of noise": Unreadable(NOISE.randbytes(900_000), DeadLetterReason.NOT_JSON),
    "an envelope of another type": Unreadable(
        json.dumps({"id": "t-1", **AURUS}).encode(),
        DeadLetterReason.ENVELOPE,
        (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/x"), ("ce_type", b"another.v1")),
    ),
    "a structured event without data": Unreadable(
        json.dumps(ENVELOPE).encode(),
        DeadLetterReason.ENVELOPE,
        (("content-type", b"application/cloudevents+json"),),
    ),
    "a structured event with two contents": Unreadable(
        json.dumps({**ENVELOPE, "data": {"id": "t-1", **AURUS}, "data_base64": "e30="}).encode(),
        DeadLetterReason.ENVELOPE,
        (("content-type", b"application/cloudevents+json"),),
    ),
    "a number of a billion places": Unreadable(
        json.dumps({"id": "t-1", **AURUS, "funds": {"amount": "0E-999999999", "currency": "USD"}}).encode(),
        DeadLetterReason.SCHEMA,
    ),
    "attempts of 5,000 digits": Unreadable(b"{", DeadLetterReason.NOT_JSON, ((HEADER_ATTEMPTS, b"9" * 5_000),)),
    "headers of odd bytes, twice the same": Unreadable(
        b"?", DeadLetterReason.NOT_JSON, (("source", b"\x00\xff"), ("source", b""), (HEADER_REASON, b"not ours"))
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_becomes_one_dead_letter_and_the_stream_goes_on(station: Station, case: str) -> None:
    bad, after = UNREADABLE[case], new_id()
    sent = Record(bad.value, os.urandom(8), bad.headers, partition=2, timestamp=1_700_000_000_123)
    # All in one partition: once the transfer behind it has its verdict, its dead letter is there too.
    ((partition, offset), _) = station.wire.publish(
        station.transfers, [sent, record_of({"id": after, **AURUS}, partition=2)]
    )
    station.verdicts_on([after])

    letters = station.wire.read(station.dead_letters, until=lambda records: any(r.key == sent.key for r in records))
    (letter,) = [record for record in letters if record.key == sent.key]
    assert letter.value == sent.value
    assert letter.headers[: len(sent.headers)] == sent.headers
    added = {name: value.decode() for name, value in letter.headers[len(sent.headers) :]}
    assert added[HEADER_REASON] == bad.reason
    assert added[HEADER_DETAIL]
    assert added[HEADER_TOPIC] == station.transfers
    assert (added[HEADER_PARTITION], added[HEADER_OFFSET]) == (str(partition), str(offset))
    assert added[HEADER_TIMESTAMP] == "1700000000123"
    assert added[HEADER_GROUP] == station.group


def test_a_transfer_at_either_end_of_the_calendar_has_its_verdict_and_so_have_its_neighbours(station: Station) -> None:
    moments = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-02-18T12:00:00+09:00")
    sent: list[dict[str, Any]] = [{"id": new_id(), **AURUS, "occurred_at": moment} for moment in moments]
    headers = (("tracestate", b"x" * 3_000_000), (HEADER_ATTEMPTS, b"9" * 5_000))
    traced: dict[str, Any] = {"id": new_id(), **AURUS}
    station.publish(sent, partition=0)
    station.wire.publish(station.transfers, [Record(json.dumps(traced).encode(), headers=headers, partition=0)])
    found = station.verdicts_on(ids([*sent, traced]))
    decisions = [json.loads(found[each["id"]][0].value or b"")["decision"] for each in (*sent[1:], traced)]
    assert decisions == ["block"] * 3


class NoText(str):
    """The name of a header that is none in UTF-8."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        return b"\xffname"


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
def test_what_a_producer_compresses_is_read(
    station: Station, monkeypatch: pytest.MonkeyPatch, compression: str
) -> None:
    monkeypatch.setattr("tests.wire.AIOKafkaProducer", partial(AIOKafkaProducer, compression_type=compression))
    sent = [{"id": new_id(), **AURUS} for _ in range(20)]
    station.publish(sent)
    one_verdict_each(station.verdicts_on(ids(sent)))


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_a_header_whose_name_is_no_text_stops_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch, compression: str | None
) -> None:
    monkeypatch.setattr(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    monkeypatch.setattr(producer, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    monkeypatch.setattr("tests.wire.AIOKafkaProducer", partial(AIOKafkaProducer, compression_type=compression))
    before, odd, after = new_id(), new_id(), new_id()
    headers = (("desk", b"x"), (NoText("name"), b"\x00\xff"))
    bad = Record(b"{no transfer", os.urandom(8), headers, partition=1)
    station.wire.publish(
        station.transfers,
        [
            record_of({"id": before, **AURUS}, partition=1),
            Record(json.dumps({"id": odd, **AURUS}).encode(), odd.encode(), headers, partition=1),
            bad,
            record_of({"id": after, **AURUS}, partition=1),
        ],
    )
    one_verdict_each(station.verdicts_on([before, odd, after]))
    letters = station.wire.read(station.dead_letters, until=lambda records: any(r.key == bad.key for r in records))
    (letter,) = [record for record in letters if record.key == bad.key]
    assert letter.headers[:2] == (("desk", b"x"), ("\\xffname", b"\x00\xff"))


@pytest.mark.parametrize("value", [b"no JSON, under no key", None], ids=["some bytes", "null"])
def test_without_a_key_there_is_none_in_the_dead_letter_either(station: Station, value: bytes | None) -> None:
    ((partition, offset),) = station.wire.publish(station.transfers, [Record(value, partition=3)])

    def of_it(records: Sequence[Record]) -> list[Record]:
        place = (str(partition), str(offset))
        return [r for r in records if (r.header[HEADER_PARTITION], r.header[HEADER_OFFSET]) == place]

    letters = station.wire.read(station.dead_letters, until=lambda records: bool(of_it(records)))
    (letter,) = of_it(letters)
    assert (letter.key, letter.value) == (None, value)


def test_the_metrics_are_what_went_over_the_topics(broker: Broker) -> None:
    with on(broker.address) as (station, worker):
        sent = transfers(0, 60)
        station.publish(sent)
        station.wire.publish(station.transfers, [Record(b"?"), Record(None), Record(b"")])
        found = station.verdicts_on(ids(sent))
        one_verdict_each(found)
        decisions = [json.loads(records[0].value or b"")["decision"] for records in found.values()]
        worker.until(lambda: worker.metrics()["tidewaiter_batch_size_sum"] == 63)

        told = worker.metrics()
        for decision in ("block", "review", "clear"):
            assert told[f'tidewaiter_transfers_total{{decision="{decision}"}}'] == decisions.count(decision)
        assert decisions.count("block") >= 6
        assert told['tidewaiter_dead_letters_total{reason="not_json"}'] == 1
        assert told['tidewaiter_dead_letters_total{reason="empty"}'] == 2
        assert told['tidewaiter_dead_letters_total{reason="schema"}'] == 0
        assert told["tidewaiter_screening_seconds_count"] == 60
        assert told["tidewaiter_event_to_verdict_seconds_count"] == 60
        assert told['tidewaiter_event_to_verdict_seconds_bucket{le="30.0"}'] == 60
        findings = [
            finding for records in found.values() for finding in json.loads(records[0].value or b"")["findings"]
        ]
        counted = sum(value for name, value in told.items() if name.startswith("tidewaiter_findings_total"))
        assert counted == len(findings) > 0
        sha256 = json.loads(found[sent[0]["id"]][0].value or b"")["rulebook"]["sha256"]
        assert any(sha256 in name for name, value in told.items() if name.startswith("tidewaiter_rulebook_info{"))

        def lag() -> list[float]:
            return [value for name, value in worker.metrics().items() if name.startswith("tidewaiter_consumer_lag{")]

        worker.until(lambda: len(lag()) == station.partitions and not any(lag()))


@pytest.mark.long
def test_a_worker_is_ready_only_while_it_has_its_partitions_and_alive_while_it_gets_on(broker: Broker) -> None:
    station = Station(broker.address).create()
    with station.worker() as worker:
        worker.until(lambda: worker.page("/livez")[0] != 0)
        status, reason = worker.page("/readyz")
        if not worker.assigned():
            assert (status, "assignment" in reason) == (503, True)
        worker.ready()
        assert worker.assigned() == set(range(station.partitions))
        assert worker.page("/livez") == (200, "ok\n")
        assert worker.page("/readyz") == (200, "ok\n")
        # Idle is alive.
        assert worker.metrics()["tidewaiter_last_progress_timestamp_seconds"] >= 0
        station.publish([transfer(1)])
        station.verdicts_on([transfer(1)["id"]])
        assert worker.page("/livez")[0] == 200
        assert worker.page("/nothing")[0] == 404
        worker.send(signal.SIGINT)
        assert worker.ended() == 0
        assert worker.page("/readyz")[0] == 0
