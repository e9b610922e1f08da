"""Records to transfers and verdicts to records, held against the CloudEvents SDK."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_structured, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.builders import verdict
from tidewaiter.wire.cloudevents import (
    SOURCE,
    TRANSFER_TYPE,
    VERDICT_TYPE,
    NotATransfer,
    canonical,
    decode,
    header_number,
    timestamp,
    transfer_headers,
    unframed_headers,
    verdict_headers,
)
from tidewaiter_schemas import DeadLetterReason, TransferEvent, Verdict

LIMIT = 10_000
TRANSFER: dict[str, Any] = {
    "id": "t-1",
    "occurred_at": "2024-02-18T09:00:00Z",
    "kind": "gift",
    "parties": [{"role": "transferee", "name": "김정은", "countries": ["KP"]}],
    "items": [{"description": "Aurus limousine", "value": {"amount": "250000.10", "currency": "USD"}}],
}
BARE = json.dumps(TRANSFER, ensure_ascii=False).encode()
NOW = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)


def _event(**attributes: Any) -> CloudEvent:
    given = {"type": TRANSFER_TYPE, "source": "/erp", "id": "1", "datacontenttype": "application/json", **attributes}
    return CloudEvent(attributes=given, data=TRANSFER)


def _verdict() -> Verdict:
    return verdict(id=UUID(int=7), transfer_id="t-김", engine="0.1.0")


def _headers(message: KafkaMessage) -> list[tuple[str, bytes | None]]:
    return list(message.headers.items())


def test_the_three_ways_to_send_a_transfer_read_the_same() -> None:
    binary = to_binary(_event(), JSONFormat())
    structured = to_structured(_event(), JSONFormat())
    expected = TransferEvent.model_validate_json(BARE)
    assert decode(BARE, None, LIMIT) == expected
    assert decode(binary.value, _headers(binary), LIMIT) == expected
    assert decode(structured.value, _headers(structured), LIMIT) == expected


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no headers"),
        pytest.param([("content-type", b"application/json")], id="only a content type"),
        pytest.param([("traceparent", b"00-1-2-03"), ("team", b"x"), ("team", b"y"), ("n", None)], id="others'"),
        pytest.param([("Content-Type", b"text/plain")], id="a content type says nothing about a bare value"),
    ],
)
def test_a_bare_value_is_a_transfer_whatever_other_headers_say(headers: list[tuple[str, bytes | None]]) -> None:
    assert decode(BARE, headers, LIMIT).id == "t-1"


def test_structured_data_may_be_base64() -> None:
    value = {"specversion": "1.0", "id": "1", "source": "/erp", "type": TRANSFER_TYPE}
    value["data_base64"] = base64.b64encode(BARE).decode()
    headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
    assert decode(json.dumps(value).encode(), headers, LIMIT).id == "t-1"


STRUCTURED = [("content-type", b"application/cloudevents+json")]
BINARY = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/erp"), ("ce_type", TRANSFER_TYPE.encode())]


@pytest.mark.parametrize(
    ("value", "headers", "reason", "words"),
    [
        pytest.param(None, [], "empty", "no value", id="a null value"),
        pytest.param(b"", [], "empty", "no value", id="no bytes"),
        pytest.param(b" " * (LIMIT + 1), [], "too_large", str(LIMIT + 1), id="too large"),
        pytest.param(b'{"id":', [], "not_json", "EOF", id="cut off"),
        pytest.param(b"\xff\x00noise", [], "not_json", "Invalid JSON", id="noise"),
        pytest.param("{}".encode("utf-16"), [], "not_json", "Invalid JSON", id="UTF-16"),
        pytest.param(b"\0\0\0\0\7{}", [], "not_json", "with schema 7: such records", id="Confluent's wire format"),
        pytest.param(b"\0\0\0\0\7{}", BINARY, "not_json", "TIDEWAITER_SCHEMA_REGISTRY_URL", id="the same as an event"),
        pytest.param(b"\0\0{}", [], "not_json", "Invalid JSON", id="a byte 0 without a schema id"),
        pytest.param(b"[" * 5_000, [], "not_json", "recursion", id="nested too deep"),
        pytest.param(b"[]", [], "schema", "object", id="an array"),
        pytest.param(b"null", [], "schema", "object", id="a JSON null"),
        pytest.param(b'{"id":"x"}', [], "schema", "/occurred_at: Field required", id="fields missing"),
        pytest.param(BARE, BINARY[:3], "envelope", "missing: type", id="an attribute missing"),
        pytest.param(BARE, [("ce_type", b"x")], "envelope", "specversion, id, source", id="no specversion"),
        pytest.param(BARE, [*BINARY[1:], ("ce_specversion", b"0.3")], "envelope", "specversion", id="another version"),
        pytest.param(
            BARE,
            [*BINARY[:3], ("ce_type", b"invoice")],
            "envelope",
            f"type is invoice: this topic takes {TRANSFER_TYPE}",
            id="another type",
        ),
        pytest.param(
            BARE, [*BINARY[:3], ("ce_type", b"Kim 1984")], "envelope", "type is another one", id="no name of a type"
        ),
        pytest.param(BARE, [*BINARY, ("ce_id", b"2")], "envelope", "twice", id="an attribute twice"),
        pytest.param(BARE, [*BINARY[1:], ("ce_specversion", b"\xff")], "envelope", "UTF-8", id="not UTF-8"),
        pytest.param(BARE, [*BINARY, ("content-type", b"text/csv")], "envelope", "not JSON", id="another format"),
        pytest.param(b"{", STRUCTURED, "not_json", "EOF", id="structured and cut off"),
        pytest.param(b"[]", STRUCTURED, "envelope", "object", id="structured and an array"),
        pytest.param(b"{}", STRUCTURED, "envelope", "specversion", id="structured and empty"),
        pytest.param(
            b"[]", [("content-type", b"application/cloudevents-batch+json")], "envelope", "one event", id="a batch"
        ),
    ],
)
def test_what_is_no_transfer_is_refused_with_its_reason(
    value: bytes | None, headers: list[tuple[str, bytes | None]], reason: str, words: str
) -> None:
    with pytest.raises(NotATransfer) as raised:
        decode(value, headers, LIMIT)
    assert raised.value.reason == DeadLetterReason(reason)
    assert words in raised.value.detail


ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/erp", "type": TRANSFER_TYPE}
HARMLESS = {**TRANSFER, "parties": [], "items": []}


@pytest.mark.parametrize(
    ("event", "headers", "words"),
    [
        pytest.param(
            {**ENVELOPE, "data": TRANSFER, "data_base64": base64.b64encode(json.dumps(HARMLESS).encode()).decode()},
            STRUCTURED,
            "data and data_base64",
            id="two contents, of which one is innocent",
        ),
        pytest.param(
            {**ENVELOPE, "data": None, "data_base64": base64.b64encode(BARE).decode()},
            STRUCTURED,
            "data and data_base64",
            id="no content and one",
        ),
        *(
            pytest.param(
                {**ENVELOPE, "subject": "t-1", "data": TRANSFER},
                [*STRUCTURED, (f"ce_{name}", b"another")],
                f"the header ce_{name} and {name} of the event contradict",
                id=f"another {name} in the header",
            )
            for name in ("specversion", "id", "source", "type", "subject")
        ),
        pytest.param(
            TRANSFER,
            [*BINARY, ("content-type", b"application/json"), ("ce_datacontenttype", b"text/xml")],
            "content-type and ce_datacontenttype contradict",
            id="two content types",
        ),
        pytest.param(
            TRANSFER, [*BINARY, ("content-type", b"application/json"), ("Content-Type", b"text/xml")], "appears twice",
            id="a content type twice",
        ),
        pytest.param(TRANSFER, [*BINARY, ("CE_id", b"2")], "id appears twice", id="an id twice, in other letters"),
    ],
)  # fmt: skip
def test_an_envelope_that_contradicts_itself_is_refused_and_says_where(
    event: dict[str, Any], headers: list[tuple[str, bytes | None]], words: str
) -> None:
    with pytest.raises(NotATransfer) as raised:
        decode(json.dumps(event).encode(), headers, LIMIT)
    assert raised.value.reason is DeadLetterReason.ENVELOPE
    assert words in raised.value.detail
    assert "another" not in raised.value.detail


@pytest.mark.parametrize(
    ("event", "headers"),
    [
        pytest.param({**ENVELOPE, "id": "evt-9", "data": TRANSFER}, STRUCTURED, id="an event's own id"),
        pytest.param(TRANSFER, [("ce_id", b"evt-9"), *BINARY[:1], *BINARY[2:]], id="an event's own id in binary mode"),
        pytest.param(
            {**ENVELOPE, "data": TRANSFER, "data_base64": None, "datacontenttype": None, "subject": None},
            [*STRUCTURED, ("ce_subject", b"t-1")],
            id="attributes that are null",
        ),
        pytest.param(
            {**ENVELOPE, "data": TRANSFER}, [*STRUCTURED, *BINARY], id="the same attributes in event and headers"
        ),
        pytest.param(
            TRANSFER,
            [
                *BINARY,
                ("content-type", b"application/json; charset=utf-8"),
                ("ce_datacontenttype", b"application/json"),
            ],
            id="the same content type twice said",
        ),
    ],
)
def test_an_envelope_that_says_more_than_it_must_is_read(
    event: dict[str, Any], headers: list[tuple[str, bytes | None]]
) -> None:
    assert decode(json.dumps(event).encode(), headers, LIMIT).id == "t-1"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5_000])
@pytest.mark.parametrize("mode", ["bare", "structured"])
def test_what_is_no_number_is_no_json(number: str, mode: str) -> None:
    value = BARE[:-1] + b',"extensions":{"a":[' + number.encode() + b"]}}"
    if mode == "structured":
        value = json.dumps(ENVELOPE).encode()[:-1] + b',"data":' + value + b"}"
    with pytest.raises(NotATransfer) as raised:
        decode(value, STRUCTURED if mode == "structured" else [], LIMIT)
    assert raised.value.reason is DeadLetterReason.NOT_JSON


@pytest.mark.parametrize(
    ("content", "number"),
    [(b"7", 7), (b"0", 0), (b"9" * 18, 10**18 - 1)]
    + [(c, None) for c in (None, b"", b"-1", b" 7", b"1_0", b"7.0", b"9" * 19, b"9" * 5_000, "٣".encode(), b"\xb2")],
)
def test_a_number_in_a_header_is_read_whatever_is_in_it(content: bytes | None, number: int | None) -> None:
    assert header_number(content) == number


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        pytest.param(b'"parties":[],', "parties", id="the same value"),
        pytest.param(b'"parties":[{"role":"transferee","name":"Kim"}],', "parties", id="a value that the last hides"),
        pytest.param(b'"p\\u0061rties":[],', "parties", id="written with an escape"),
        pytest.param(b'"report":{"status":"confirmed","status":"reported"},', "status", id="further in"),
        pytest.param(b'"extensions":{"a":[{"Secret Person":1,"Secret Person":2}]},', "?", id="in the extensions"),
    ],
)
@pytest.mark.parametrize("mode", ["bare", "binary", "structured", "structured in base64"])
def test_a_key_that_is_there_twice_hides_nothing(hidden: bytes, words: str, mode: str) -> None:
    value = b'{"id":"t-1","occurred_at":"2024-06-10T09:00:00Z","kind":"sale",' + hidden + b'"parties":[]}'
    if words != "parties":
        value = value.replace(b',"parties":[]', b"")
    envelope = json.dumps({"specversion": "1.0", "id": "1", "source": "/erp", "type": TRANSFER_TYPE}).encode()[:-1]
    sent = {
        "bare": (value, []),
        "binary": (value, BINARY),
        "structured": (envelope + b',"data":' + value + b"}", STRUCTURED),
        "structured in base64": (envelope + b',"data_base64":"' + base64.b64encode(value) + b'"}', STRUCTURED),
    }
    with pytest.raises(NotATransfer) as raised:
        decode(*sent[mode], LIMIT)
    assert raised.value.reason is DeadLetterReason.SCHEMA
    assert raised.value.detail == f"the key {words} appears twice in one object"


def test_a_structured_event_with_an_attribute_twice_is_refused() -> None:
    value = b'{"specversion":"1.0","id":"1","id":"2","source":"/erp","type":"x","data":{}}'
    with pytest.raises(NotATransfer, match="the key id appears twice"):
        decode(value, STRUCTURED, LIMIT)


@pytest.mark.parametrize(
    "change",
    [
        {"parties": [{"role": "transferee", "name": "x", "birth_date": "born 8.1.1984 'Secret' \"Secret\""}]},
        {"parties": [{"role": "transferee", "name": "x", "countries": ["Secret"]}]},
        {"parties": [{"role": "Secret Role", "name": "x"}]},
        {"parties": [{"role": "transferee", "Secret Person": 1, "name": "x"}]},
        {"Secret Person": {"account": "Secret"}},
        {"occurred_at": "Secret"},
        {"funds": {"amount": "Secret", "currency": "Secret"}},
        {"id": {"Secret": "Secret"}},
        {"report": "Secret"},
    ],
    ids=lambda change: json.dumps(change)[:40],
)
def test_a_refusal_repeats_nothing_of_the_event(change: dict[str, Any]) -> None:
    with pytest.raises(NotATransfer) as raised:
        decode(json.dumps(TRANSFER | change).encode(), None, LIMIT)
    assert raised.value.reason is DeadLetterReason.SCHEMA
    assert "secret" not in str(raised.value).lower()
    assert "1984" not in str(raised.value)


def test_a_refusal_names_the_first_fields_and_counts_the_rest() -> None:
    change = {"items": [{"quantity": -1} for _ in range(9)]}
    with pytest.raises(NotATransfer) as raised:
        decode(json.dumps(TRANSFER | change).encode(), None, LIMIT)
    assert "/items/0/quantity" in raised.value.detail
    assert raised.value.detail.endswith("and 4 more")


def test_the_sdk_reads_a_verdict_record_as_we_meant_it() -> None:
    verdict = _verdict()
    incoming = [("traceparent", b"00-aa-bb-01"), ("tracestate", b"v=1"), ("ce_id", b"other"), ("team", b"x")]
    headers = verdict_headers(verdict, incoming, timestamp(NOW))
    assert len(dict(headers)) == len(headers)
    event = from_binary(KafkaMessage(dict(headers), verdict.transfer_id, canonical(verdict)), JSONFormat())
    assert event.get_id() == str(verdict.id)
    assert event.get_source() == SOURCE
    assert event.get_type() == VERDICT_TYPE
    assert event.get_subject() == verdict.transfer_id
    assert event.get_time() == NOW
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == json.loads(canonical(verdict))
    assert dict(headers)["traceparent"] == b"00-aa-bb-01"
    assert dict(headers)["tracestate"] == b"v=1"
    assert "team" not in dict(headers)


def test_the_sdk_reads_a_published_transfer() -> None:
    message = KafkaMessage(dict(transfer_headers("t-1", timestamp(NOW))), "t-1", BARE)
    event = from_binary(message, JSONFormat())
    assert (event.get_type(), event.get_id(), event.get_data()) == (TRANSFER_TYPE, "t-1", TRANSFER)
    assert from_structured(to_structured(event, JSONFormat()), JSONFormat()).get_data() == TRANSFER
    assert decode(message.value, _headers(message), LIMIT).id == "t-1"


def test_an_unframed_record_keeps_what_its_producer_said_of_the_event_and_not_what_it_said_of_the_content() -> None:
    trace = ("traceparent", b"00-1-2-03")
    incoming = [*BINARY[:3], ("CE_type", TRANSFER_TYPE.encode()), ("content-type", b"application/avro"), trace]
    incoming += [("ce_dataschema", b"http://registry/7"), ("ce_datacontenttype", b"application/avro"), ("mine", b"x")]
    headers = unframed_headers("t-1", "orders", timestamp(NOW), incoming)
    assert headers == [*incoming[:4], ("content-type", b"application/json"), trace]
    assert decode(BARE, headers, LIMIT).id == "t-1"
    own = dict(unframed_headers("t-1", "orders", timestamp(NOW), [trace]))
    assert (own["ce_source"], own["ce_id"], own["traceparent"]) == (b"/tidewaiter/inputs/orders", b"t-1", trace[1])
    with pytest.raises(NotATransfer, match="type is invoice"):
        unframed_headers("t-1", "orders", timestamp(NOW), [*BINARY[:3], ("ce_type", b"invoice")])


def test_the_bytes_of_a_verdict_are_those_of_its_model() -> None:
    verdict = _verdict()
    assert canonical(verdict) == verdict.model_dump_json().encode()
    assert Verdict.model_validate_json(canonical(verdict)) == verdict
