"""CloudEvents 1.0 on Kafka: records to transfers, verdicts to records. Knows no broker.

Headers are built and read here for speed: this runs once for each transfer. A test compares them with the CloudEvents
SDK.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import jiter
import pydantic_core
from pydantic import ValidationError

from tidewaiter.errors import NOT_THE_RECORD, EngineFault, UnreadableEvent
from tidewaiter.wire.framing import HEADER as SCHEMA_ID_HEADER
from tidewaiter.wire.framing import framed
from tidewaiter_schemas import DeadLetterReason, TransferEvent, Verdict
from tidewaiter_schemas.dead_letter import HEADER_REFUSED

TRANSFER_TYPE: Final = "tidewaiter.transfer.v1"
VERDICT_TYPE: Final = "tidewaiter.verdict.v1"
CLAIM_TYPE: Final = "tidewaiter.quota-claim.v1"
DISPOSITION_TYPE: Final = "tidewaiter.disposition.v1"
SOURCE: Final = "/tidewaiter"

Headers = Sequence[tuple[str, bytes | None]]

_JSON: Final = b"application/json"
_TRACE: Final = frozenset({"traceparent", "tracestate"})
_TRACE_BYTES: Final = 512
"""W3C Trace Context, 3.3.1.5: the length of `tracestate` that every party should be able to propagate."""
_OF_CONTENT: Final = frozenset({"ce_datacontenttype", "ce_dataschema"})
_REQUIRED: Final = ("specversion", "id", "source", "type")
_FIRST_OF_TEXT: Final = 2
"""No JSON begins with a smaller byte; the wire format of schema registries does."""
_SHOWN_ERRORS: Final = 5
_DETAIL: Final = 2_000
_DIGITS: Final = 18
# A quotation that does not end is taken to go on to the end.
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*+\\?'?|"(?:[^"\\]|\\.)*+\\?"?""", re.DOTALL)
_TWICE: Final = re.compile(r'^Detected duplicate key "(.*)" at line', re.DOTALL)
# An account or identity number used as a key has many digits; the name of a field has few.
_FIELD_NAME: Final = re.compile(r"^(?!.*\d{4})[A-Za-z][A-Za-z0-9_]{0,39}$")
_SOURCE_LENGTH: Final = 80
_TYPE_NAME: Final = re.compile(r"^(?!.*\d{4})[A-Za-z][A-Za-z0-9._/:-]{0,80}$")
"""A type or source that may be repeated in a reason or a metric: it is chosen by a programmer and names no person."""

_FIXED_HEADERS: Final[tuple[tuple[str, bytes], ...]] = (
    ("ce_specversion", b"1.0"),
    ("ce_source", SOURCE.encode()),
    ("ce_type", VERDICT_TYPE.encode()),
    ("content-type", _JSON),
)


class NotATransfer(UnreadableEvent):
    """A record that is not a transfer. `detail` says why without repeating its content.

    `fault` is set when reading it raised an unexpected error; the reason is then ENGINE_ERROR.
    """

    def __init__(self, reason: DeadLetterReason, detail: str, fault: EngineFault | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.fault = fault


def decode(value: bytes | None, headers: Headers | None, max_bytes: int) -> TransferEvent:
    """Return the transfer of one record: CloudEvents in binary or structured mode, or bare JSON.

    A `ce_` header marks binary mode, the content type `application/cloudevents+json` structured mode. Without either
    the value is the transfer. Raises NotATransfer for anything wrong with the record; the only other errors are those
    of NOT_THE_RECORD.
    """
    try:
        return _decoded(value, headers, max_bytes)
    except (NotATransfer, *NOT_THE_RECORD):
        raise
    except Exception as error:
        fault = EngineFault.of(error)
        raise NotATransfer(DeadLetterReason.ENGINE_ERROR, str(fault), fault) from None


def _decoded(value: bytes | None, headers: Headers | None, max_bytes: int) -> TransferEvent:
    for name, content in headers or ():
        if name == HEADER_REFUSED:
            raise NotATransfer(DeadLetterReason.DOCUMENT, (content or b"").decode(errors="replace")[:_DETAIL])
    if not value:
        raise NotATransfer(DeadLetterReason.EMPTY, "the record has no value")
    if len(value) > max_bytes:
        raise NotATransfer(
            DeadLetterReason.TOO_LARGE, f"{len(value)} bytes; at most {max_bytes} are read (TIDEWAITER_MAX_EVENT_BYTES)"
        )
    if value[0] < _FIRST_OF_TEXT and (of_registry := framed(value)) is not None:
        raise NotATransfer(
            DeadLetterReason.NOT_JSON,
            f"the value is in the wire format of a schema registry, with schema {of_registry.schema}: such records are "
            "read from a topic of their own, named in TIDEWAITER_INPUTS as TOPIC:registry, with "
            "TIDEWAITER_SCHEMA_REGISTRY_URL",
        )
    if headers:
        attributes = _attributes(headers)
        content_type = _media_type(attributes.get("content-type"))
        if content_type.startswith("application/cloudevents"):
            return _parsed(_unwrapped(value, content_type, attributes))
        if len(attributes) > ("content-type" in attributes):
            _check(attributes, content_type)
            _agree("content-type", content_type, "ce_datacontenttype", _media_type(attributes.get("datacontenttype")))
    return _parsed(value)


def canonical(verdict: Verdict) -> bytes:
    """Return the bytes of a verdict, the same on the stream and on standard output.

    They are UTF-8 JSON without spaces, with the fields in the order of the model: equal verdicts have equal bytes.
    """
    return verdict.__pydantic_serializer__.to_json(verdict)


def verdict_headers(
    verdict: Verdict,
    incoming: Headers | None,
    time: bytes,
    traceparent: bytes | None = None,
    schema: bytes | None = None,
) -> list[tuple[str, bytes]]:
    """Return the headers of a verdict record. `time` comes from `timestamp`, once a batch.

    The trace context of the event is propagated; `traceparent` replaces its own where a span was started here. Only the
    first header of each name is propagated, and none longer than W3C requires: it must not make the verdict larger than
    a record may be. `schema` names the schema of verdicts in a registry.
    """
    headers = [
        *_FIXED_HEADERS,
        ("ce_id", str(verdict.id).encode()),
        ("ce_subject", verdict.transfer_id.encode()),
        ("ce_time", time),
    ]
    carried: dict[str, bytes] = {}
    if incoming:
        for name, content in incoming:
            if name in _TRACE and content is not None and len(content) <= _TRACE_BYTES:
                carried.setdefault(name, content)
    if traceparent is not None:
        carried["traceparent"] = traceparent
    headers.extend(carried.items())
    if schema is not None:
        headers.append((SCHEMA_ID_HEADER, schema))
    return headers


def transfer_headers(transfer_id: str, time: bytes) -> list[tuple[str, bytes]]:
    """Return the headers of a transfer record in binary mode, for producers."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", transfer_id.encode()),
        ("ce_source", SOURCE.encode() + b"/publish"),
        ("ce_type", TRANSFER_TYPE.encode()),
        ("ce_time", time),
        ("content-type", _JSON),
    ]


def converted_headers(transfer_id: str, topic: str, time: bytes, incoming: Headers) -> list[tuple[str, bytes | None]]:
    """Return the headers of a transfer that was converted from a document of `topic`, with its trace context."""
    headers: list[tuple[str, bytes | None]] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", transfer_id.encode()),
        ("ce_source", f"{SOURCE}/inputs/{topic}".encode()),
        ("ce_type", TRANSFER_TYPE.encode()),
        ("ce_time", time),
        ("content-type", _JSON),
    ]
    return [*headers, *_trace(incoming)]


def unframed_headers(transfer_id: str, topic: str, time: bytes, incoming: Headers) -> list[tuple[str, bytes | None]]:
    """Return the headers of a transfer that was in the wire format of a schema registry.

    CloudEvents attributes of its own are kept. Raises NotATransfer when they are not those of a transfer.
    """
    attributes = _attributes(incoming)
    if len(attributes) == ("content-type" in attributes):
        return converted_headers(transfer_id, topic, time, incoming)
    _check(attributes, "")
    kept = [each for each in incoming if each[0].lower().startswith("ce_") and each[0].lower() not in _OF_CONTENT]
    return [*kept, ("content-type", _JSON), *_trace(incoming)]


def _trace(incoming: Headers) -> Iterable[tuple[str, bytes]]:
    carried: dict[str, bytes] = {}
    for name, content in incoming:
        if name in _TRACE and content is not None and len(content) <= _TRACE_BYTES:
            carried.setdefault(name, content)
    return carried.items()


def claim_headers(identity: str, transfer_id: str, time: bytes) -> list[tuple[str, bytes]]:
    """Return the headers of a quota claim. `identity` is the same for the same claim."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", identity.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", CLAIM_TYPE.encode()),
        ("ce_subject", transfer_id.encode()),
        ("ce_time", time),
        ("content-type", _JSON),
    ]


def disposition_headers(identity: str, transfer_id: str, time: bytes) -> list[tuple[str, bytes]]:
    """Return the headers of a disposition. `identity` is the SHA-256 of its content: the same for a copy."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", identity.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", DISPOSITION_TYPE.encode()),
        ("ce_subject", transfer_id.encode()),
        ("ce_time", time),
        ("content-type", _JSON),
    ]


def timestamp(moment: datetime) -> bytes:
    """Return `moment` in RFC 3339, in UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def source_of(headers: Headers | None) -> str | None:
    """Return the CloudEvents source in the headers of a record; None when there is none, or it may name a person."""
    for name, content in headers or ():
        if name.lower() == "ce_source" and content is not None and len(content) <= _SOURCE_LENGTH:
            source = content.decode(errors="replace")
            return source if _TYPE_NAME.match(source.lstrip("/")) else None
    return None


def header_number(content: bytes | None) -> int | None:
    """Return the number in a header of at most 18 ASCII digits, enough for any Kafka offset; None for anything else.

    Anybody may have written the header, and `int` raises for more than 4,300 digits.
    """
    return int(content) if content and len(content) <= _DIGITS and content.isdigit() else None


def _attributes(headers: Headers) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, content in headers:
        key = name.lower()
        if not key.startswith("ce_") and key != "content-type":
            continue
        key = key.removeprefix("ce_")
        if key in attributes:
            raise NotATransfer(DeadLetterReason.ENVELOPE, f"the header of {_shown(key)} appears twice")
        try:
            attributes[key] = (content or b"").decode()
        except UnicodeDecodeError:
            raise NotATransfer(DeadLetterReason.ENVELOPE, f"the header of {_shown(key)} is not UTF-8") from None
    return attributes


def _check(attributes: Mapping[str, object], content_type: str) -> None:
    missing = [name for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise NotATransfer(DeadLetterReason.ENVELOPE, f"CloudEvents attributes are missing: {', '.join(missing)}")
    if attributes["specversion"] != "1.0":
        raise NotATransfer(DeadLetterReason.ENVELOPE, "specversion is not 1.0")
    if attributes["type"] != TRANSFER_TYPE:
        told = attributes["type"]
        named = told if isinstance(told, str) and _TYPE_NAME.match(told) else "another one"
        raise NotATransfer(
            DeadLetterReason.ENVELOPE, f"the CloudEvents type is {named}: this topic takes {TRANSFER_TYPE}"
        )
    if content_type and content_type != "application/json" and not content_type.endswith("+json"):
        raise NotATransfer(DeadLetterReason.ENVELOPE, "the content type is not JSON")


def _media_type(text: object) -> str:
    """Return a content type without its parameters; empty when there is none."""
    return str(text).partition(";")[0].strip().lower() if text else ""


def _agree(one: str, value: object, other: str, other_value: object) -> None:
    """Raise NotATransfer when both values are given and differ."""
    if value and other_value and value != other_value:
        raise NotATransfer(DeadLetterReason.ENVELOPE, f"{one} and {other} contradict each other")


def _unwrapped(value: bytes, content_type: str, attributes: Mapping[str, str]) -> bytes:
    if content_type != "application/cloudevents+json":
        raise NotATransfer(
            DeadLetterReason.ENVELOPE, "structured mode is read as application/cloudevents+json, one event a record"
        )
    event = _each_key_once(value)
    if not isinstance(event, dict):
        raise NotATransfer(DeadLetterReason.ENVELOPE, "the structured event is not a JSON object")
    _check(event, _media_type(event.get("datacontenttype")))
    for name in (*_REQUIRED, "subject"):  # structured mode may repeat attributes in headers; they must agree
        _agree(f"the header ce_{name}", attributes.get(name), f"{name} of the event", event.get(name))
    if event.get("data_base64") is not None:
        if "data" in event:
            raise NotATransfer(
                DeadLetterReason.ENVELOPE, "data and data_base64 are both present; an event has only one of them"
            )
        try:
            return base64.b64decode(event["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise NotATransfer(DeadLetterReason.ENVELOPE, "data_base64 is not base64") from None
    if "data" not in event:
        raise NotATransfer(DeadLetterReason.ENVELOPE, "the structured event has no data")
    # Serialised again, so that one parser with one strictness reads structured and binary mode.
    return json.dumps(event["data"]).encode()


_READER: Final = TransferEvent.__pydantic_validator__


def _parsed(value: bytes) -> TransferEvent:
    try:
        transfer: TransferEvent = _READER.validate_json(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        if problems[0]["type"] == "json_invalid":
            raise NotATransfer(DeadLetterReason.NOT_JSON, str(problems[0]["msg"])) from None
        raise NotATransfer(DeadLetterReason.SCHEMA, _described(problems)) from None
    _each_key_once(value)
    return transfer


def _each_key_once(value: bytes) -> Any:
    """Return the JSON of `value`. Duplicate keys and non-finite numbers are refused.

    Pydantic silently takes the last of two keys: `"parties": [...], "parties": []` would hide all parties. It also
    takes NaN and Infinity, which are not JSON and would give the same verdict id as null.
    """
    try:
        return jiter.from_json(value, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError as error:
        twice = _TWICE.match(str(error))
        if twice is None:
            raise NotATransfer(DeadLetterReason.NOT_JSON, f"Invalid JSON: {error}") from None
        raise NotATransfer(DeadLetterReason.SCHEMA, f"the key {_shown(twice[1])} appears twice in one object") from None


def _described(problems: Sequence[pydantic_core.ErrorDetails]) -> str:
    shown = [f"{location_of(problem['loc'])}: {message_of(problem)}" for problem in problems[:_SHOWN_ERRORS]]
    if len(problems) > _SHOWN_ERRORS:
        shown.append(f"and {len(problems) - _SHOWN_ERRORS} more")
    return "; ".join(shown)


def message_of(problem: pydantic_core.ErrorDetails) -> str:
    """Return what pydantic says of a fault, without a value that its sender chose."""
    if problem["type"] == "extra_forbidden":
        return "unknown field: check its spelling, or put fields of your own into `extensions`"
    if problem["type"] in {"value_error", "assertion_error"}:
        # Our validators quote the value they refuse, which could be a birth date or a name.
        return _QUOTED.sub("the value", problem["msg"].partition(", ")[2] or problem["msg"])
    return problem["msg"]


def location_of(location: Iterable[int | str]) -> str:
    """Return the JSON pointer of a fault. A name that does not look like a field name is shown as `?`."""
    return "/" + "/".join(_shown(part) for part in location)


def _shown(part: int | str) -> str:
    """Return a name that the sender chose, only when it looks like a field name: it could be personal data."""
    return str(part) if isinstance(part, int) or _FIELD_NAME.match(part) else "?"
