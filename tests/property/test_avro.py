"""Avro: a transfer is the same after it, our reader agrees with fastavro, and no content makes it take more than bounds."""

from __future__ import annotations

import io
import json
import struct
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidewaiter.wire.avro import MOST_LEVELS, MOST_VALUES, AvroError, AvroSchema
from tidewaiter_schemas import TransferEvent
from tidewaiter_schemas.avro import avro_data, avro_schema

PAYLOADS = Path(__file__).parents[1] / "unit" / "payloads" / "transfer"
OURS = AvroSchema(json.dumps(avro_schema()))
PARSED = fastavro.parse_schema(avro_schema())

# --- transfers ----------------------------------------------------------------------------------------------------

text = st.builds("{}{}".format, st.sampled_from("aK7é김"), st.text(st.characters(codec="utf-8"), max_size=10))
word = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
country = st.sampled_from(["DE", "KP", "AE", "GB"])
amount = st.decimals(0, 10**12, places=4) | st.sampled_from(["0", "1E+3", "12.50", "0E-9"])
day = st.dates().map(str) | st.sampled_from(["1984", "1984-01"])
moment = st.datetimes(
    min_value=datetime(1000, 1, 2),  # noqa: DTZ001
    max_value=datetime(9000, 1, 2),  # noqa: DTZ001
    timezones=st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


money = st.fixed_dictionaries({"amount": amount, "currency": st.sampled_from(["EUR", "USD"])})
identifier = st.fixed_dictionaries({"type": word, "value": text}, optional={"country": country})
connected = {"type": word, "countries": st.lists(country, max_size=2), "identifiers": st.lists(identifier, max_size=1)}
owner = st.recursive(
    st.fixed_dictionaries({"name": text}, optional={**connected, "share": st.decimals(0, 100, places=3)}),
    lambda owners: st.fixed_dictionaries({"name": text}, optional={"owned_by": st.lists(owners, max_size=2)}),
    max_leaves=4,
)
party = st.fixed_dictionaries(
    {"role": word, "name": text},
    optional={
        **connected,
        "aliases": st.lists(text, max_size=2),
        "residence": country,
        "former_flags": st.lists(country, max_size=1),
        "birth_date": day,
        "address": text,
        "owned_by": st.lists(owner, max_size=2),
        "controlled_by": st.lists(st.fixed_dictionaries({"name": text}, optional=connected), max_size=1),
        "acting_for": st.lists(st.fixed_dictionaries({"name": text}, optional=connected), max_size=1),
    },
)
item = st.fixed_dictionaries(
    {"description": text},
    optional={"hs_code": text, "eccn": text, "quantity": amount, "unit": text, "value": money, "origin": country},
)
location = st.fixed_dictionaries({"country": country}, optional={"place": text})
transfer = st.fixed_dictionaries(
    {"id": text, "occurred_at": moment.map(datetime.isoformat), "kind": word},
    optional={
        "parties": st.lists(party, max_size=3),
        "items": st.lists(item, max_size=2),
        "funds": money,
        "route": some(origin=location, destination=location, transit=st.lists(location, max_size=2)),
        "purpose": text,
        "free_text": text,
        "authorisations": st.lists(
            st.fixed_dictionaries({"authority": text, "reference": text}, optional={"expires_on": day}), max_size=1
        ),
        "report": some(status=word, sources=st.lists(text, max_size=2)),
        "extensions": st.dictionaries(text, json_value, max_size=3),
        "document": st.fixed_dictionaries(
            {"format": st.just("csv")}, optional={"paths": st.just({"/purpose": "why", "/items/0": "a | b"})}
        ),
    },
)


def through_avro(event: TransferEvent) -> TransferEvent:
    written = io.BytesIO()
    fastavro.schemaless_writer(written, PARSED, avro_data(event))
    return TransferEvent.model_validate_json(json.dumps(OURS.read(written.getvalue()), allow_nan=False))


@given(transfer.map(TransferEvent.model_validate))
def test_a_transfer_is_the_same_after_avro(event: TransferEvent) -> None:
    again = through_avro(event)
    assert again == event
    # The id of a verdict comes from these bytes.
    assert again.model_dump_json(exclude_defaults=True) == event.model_dump_json(exclude_defaults=True)


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_golden_payload_is_the_same_after_avro(path: Path) -> None:
    event = TransferEvent.model_validate_json(path.read_bytes())
    assert through_avro(event) == event


def test_a_whole_number_that_avro_cannot_hold_is_refused_where_it_is_written() -> None:
    event = TransferEvent.model_validate(
        {"id": "a", "occurred_at": "2024-01-01T00:00:00Z", "kind": "sale", "extensions": {"a": [2**63]}}
    )
    with pytest.raises(ValueError, match="more than 64 bits: write it as a text"):
        avro_data(event)


# --- any schema ---------------------------------------------------------------------------------------------------


class Written(NamedTuple):
    """A schema, strategies for data of it as fastavro takes them, paired with what is to be read."""

    schema: Any
    data: st.SearchStrategy[tuple[Any, Any]]
    name: str


def same(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return of.map(lambda value: (value, value))


PRIMITIVES = [
    Written("null", st.just((None, None)), "null"),
    Written("boolean", same(st.booleans()), "boolean"),
    Written("int", same(st.integers(-(2**31), 2**31 - 1)), "int"),
    Written("long", same(st.integers(-(2**63), 2**63 - 1)), "long"),
    Written("float", same(st.floats(width=32, allow_nan=False, allow_infinity=False)), "float"),
    Written("double", same(st.floats(allow_nan=False, allow_infinity=False)), "double"),
    Written("string", same(text), "string"),
]


@st.composite
def avro(draw: st.DrawFn, level: int = 0, counter: list[int] | None = None) -> Written:
    counter = counter if counter is not None else [0]
    kinds = ["primitive"] if level > 2 else ["primitive", "record", "enum", "array", "map", "union"]
    kind = draw(st.sampled_from(kinds if level else ["record"]))
    inner = avro(level + 1, counter)
    counter[0] += 1
    name = f"N{counter[0]}"
    match kind:
        case "primitive":
            chosen: Written = draw(st.sampled_from(PRIMITIVES))
            return chosen
        case "enum":
            symbols = ["SALE", "GIFT", "LOAN"]
            return Written({"type": "enum", "name": name, "symbols": symbols}, same(st.sampled_from(symbols)), name)
        case "array":
            item = draw(inner)
            lists = st.lists(item.data, max_size=3)
            return Written({"type": "array", "items": item.schema}, lists.map(_unzipped), "array")
        case "map":
            value = draw(inner)
            maps = st.dictionaries(text, value.data, max_size=3)
            both = maps.map(lambda m: ({k: v[0] for k, v in m.items()}, {k: v[1] for k, v in m.items()}))
            return Written({"type": "map", "values": value.schema}, both, "map")
        case "union":
            branches = draw(st.lists(st.sampled_from(PRIMITIVES), min_size=1, max_size=4, unique_by=lambda b: b.name))
            tagged = [b.data.map(lambda pair, b=b: ((b.name, pair[0]), pair[1])) for b in branches]
            return Written([b.schema for b in branches], st.one_of(tagged), "union")
        case _:
            fields = [draw(inner) for _ in range(draw(st.integers(0, 4)))]
            schema = {
                "type": "record",
                "name": name,
                "namespace": draw(st.sampled_from(["a.b", "c"])),
                "fields": [{"name": f"f{at}", "type": each.schema} for at, each in enumerate(fields)],
            }
            return Written(schema, st.tuples(*(each.data for each in fields)).map(_record), f"{name}")


def _unzipped(pairs: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _record(pairs: tuple[tuple[Any, Any], ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    named = {f"f{at}": pair for at, pair in enumerate(pairs)}
    return {k: v[0] for k, v in named.items()}, {k: v[1] for k, v in named.items() if v[1] is not None}


@given(st.data())
def test_what_fastavro_writes_by_any_schema_is_read(data: st.DataObject) -> None:
    kind = data.draw(avro())
    given_, expected = data.draw(kind.data)
    written = io.BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(kind.schema), given_, strict=False)
    read = AvroSchema(json.dumps(kind.schema)).read(written.getvalue())
    assert _rounded(read) == _rounded(expected)


def _rounded(value: Any) -> Any:
    """A float of 32 bits is read as the shortest number that is it, which Python gives back as the next of 64 bits."""
    match value:
        case bool():
            return value
        case float():
            try:
                return struct.pack("<f", value)
            except OverflowError:
                return value
        case list():
            return [_rounded(each) for each in value]
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
    return value


@given(st.binary(max_size=60))
@example(b"\x80" * 60)
def test_bytes_that_nobody_wrote_are_refused_in_words_or_read(content: bytes) -> None:
    try:
        OURS.read(content)
    except AvroError as error:
        assert str(error)  # noqa: PT017 - an answer may be a refusal


# --- bounds -------------------------------------------------------------------------------------------------------


def long(number: int) -> bytes:
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def record(kind: Any, **more: Any) -> AvroSchema:
    return AvroSchema(json.dumps({"type": "record", "name": "R", "fields": [{"name": "a", "type": kind, **more}]}))


LIST_OF_NOTHING = {"type": "array", "items": "null"}
EMPTY = {"type": "record", "name": "E", "fields": []}
WIDE = {"type": "record", "name": "W", "fields": [{"name": f"f{at}", "type": "null"} for at in range(1_000)]}
TREE = {"type": "record", "name": "T", "fields": [{"name": "t", "type": ["null", "T"]}]}


@pytest.mark.parametrize(
    ("schema", "content", "why"),
    [
        (record(LIST_OF_NOTHING), long(2**62) + long(0), f"more than {MOST_VALUES:,} values"),
        (record(LIST_OF_NOTHING), long(-(2**62)) + long(0) + long(0), f"more than {MOST_VALUES:,} values"),
        (record({"type": "array", "items": EMPTY}), long(MOST_VALUES) + long(0), f"more than {MOST_VALUES:,} values"),
        (record({"type": "array", "items": WIDE}), long(1_000) + long(0), f"more than {MOST_VALUES:,} values"),
        (record(TREE), long(1) * 100_000, f"more than {MOST_LEVELS} levels"),
        (record("string"), long(2**62) + b"abc", "ends before its last value"),
        (record("string"), long(-5) + b"abc", "ends before its last value"),
        (record("string"), long(2) + b"\xff\xfe", "a text that is not UTF-8"),
        (record("long"), b"\xff" * 11, "a number of more than 64 bits"),
        (record("long"), b"", "ends before its last value"),
        (record("long"), long(1) + b"x", "1 bytes are left after its last value"),
        (record("double"), struct.pack("<d", float("nan")), "a number that is infinite or none"),
        (record("boolean"), b"\x02", "a boolean that is neither true nor false"),
        (record(["null", "string"]), long(2), "a type that its union does not have"),
        (record(["null", "string"]), long(-1), "a type that its union does not have"),
        (record({"type": "map", "values": "int"}), long(2) + (long(1) + b"k" + long(1)) * 2 + long(0), "a key twice"),
        (record("bytes"), long(1) + b"x", "bytes where a transfer has a text or a number"),
        (record({"type": "int", "logicalType": "date"}), long(2**31 - 1), "a date or time out of range"),
        (record({"type": "long", "logicalType": "timestamp-micros"}), long(2**62), "a date or time out of range"),
        (
            record({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}),
            long(10_000) + b"\x7f" * 10_000,
            "a decimal of more than 64 bytes",
        ),
    ],
)
def test_content_that_would_cost_too_much_or_is_broken_is_refused(schema: AvroSchema, content: bytes, why: str) -> None:
    with pytest.raises(AvroError, match=why):
        schema.read(content)


@pytest.mark.parametrize(
    ("kind", "content", "value"),
    [
        ({"type": "int", "logicalType": "date"}, long(19_000), "2022-01-08"),
        ({"type": "long", "logicalType": "timestamp-millis"}, long(1_700_000_000_123), "2023-11-14T22:13:20.123000+00:00"),
        ({"type": "long", "logicalType": "timestamp-micros"}, long(0), "1970-01-01T00:00:00+00:00"),
        ({"type": "long", "logicalType": "timestamp-nanos"}, long(1_000), "1970-01-01T00:00:00.000001+00:00"),
        ({"type": "long", "logicalType": "local-timestamp-millis"}, long(0), "1970-01-01T00:00:00"),
        ({"type": "long", "logicalType": "nobody-knows"}, long(7), 7),
        ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, long(2) + b"\x04\xe2", "12.50"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, long(1) + b"\xff", "-0.01"),
        ({"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 4}, b"\x00\x07", "7"),
        ({"type": "fixed", "name": "F", "size": 16, "logicalType": "uuid"}, bytes(16), "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
        ("float", struct.pack("<f", 12.1), 12.1),
        ({"type": {"type": "string", "avro.java.string": "String"}}, long(1) + b"x", "x"),
    ],
)  # fmt: skip
def test_logical_types_become_what_a_transfer_states(kind: Any, content: bytes, value: Any) -> None:
    assert record(kind).read(content) == {"a": value}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no type of another name"),
        ('"nothing"', "no type nothing"),
        ("3", "none of Avro"),
        ('{"type":"record","fields":[]}', "a type without a name"),
        ('{"type":"record","name":"R"}', "the record R has no fields"),
        ('{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}', "a field twice"),
        ('{"type":"record","name":"R","fields":[{"type":"int"}]}', "a field without a name"),
        ('[{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}]', "defines F twice"),
        ('{"type":"fixed","name":"F","size":-1}', "a fixed type without a size"),
        ('{"type":"enum","name":"F","symbols":"AB"}', "an enum without symbols"),
        ("[" * 90 + '"int"' + "]" * 90, f"more than {MOST_LEVELS} levels"),
        ("[" * 50_000, "no type of another name"),
        ('"' + "x" * 200_000 + '"', "more than 131072 characters"),
        ('{"type":"bytes","logicalType":"decimal","scale":1000000}', "a decimal whose scale"),
    ],
)  # fmt: skip
def test_a_schema_that_is_none_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(AvroError, match=why):
        AvroSchema(text)


def test_a_schema_finds_the_types_of_those_that_it_refers_to() -> None:
    money = {"type": "record", "name": "Money", "namespace": "x", "fields": [{"name": "amount", "type": "long"}]}
    order = {"type": "record", "name": "Order", "namespace": "x", "fields": [{"name": "paid", "type": "Money"}]}
    assert AvroSchema(json.dumps(order), [json.dumps(money)]).read(long(7)) == {"paid": {"amount": 7}}
    with pytest.raises(AvroError, match="no type Money"):
        AvroSchema(json.dumps(order))
