"""Reads Avro data by the schema that they were written with, as JSON values, within bounds.

Content and schema are foreign. Libraries for Avro trust the counts and lengths in the content: eleven bytes may
announce a list of 10^18 values of no bytes each. Here every value counts, before it is made.

A field that is null is left out. Logical types become the text or number that a transfer states: `decimal` a number,
`date` and `timestamp-*` ISO 8601, `uuid` a text. Bytes are refused.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Final
from uuid import UUID

from tidewaiter.errors import TidewaiterError
from tidewaiter_schemas.avro import JSON_ARRAY, JSON_OBJECT

MOST_SCHEMA_BYTES: Final = 128 * 1024
MOST_VALUES: Final = 200_000
"""Limit for the fields, items and entries of one record. A transfer of 1 MiB in JSON has fewer."""
MOST_LEVELS: Final = 64
_DECIMAL_BYTES: Final = 64
_MOST_SCALE: Final = 1_000
_VARINT_BITS: Final = 63
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS: Final = {"millis": (1_000, 1), "micros": (1, 1), "nanos": (1, 1_000)}
_FLOAT, _DOUBLE = struct.Struct("<f"), struct.Struct("<d")
_PRIMITIVE: Final = frozenset("null boolean int long float double bytes string".split())


class AvroError(TidewaiterError):
    """A schema that is none, or content that is not of its schema. The message repeats nothing of the content."""


@dataclass(slots=True)
class _Content:
    data: bytes
    at: int = 0
    left: int = MOST_VALUES
    levels: int = 0

    def take(self, size: int) -> bytes:
        begin, end = self.at, self.at + size
        if size < 0 or end > len(self.data):
            raise AvroError("it ends before its last value")
        self.at = end
        return self.data[begin:end]

    def number(self) -> int:
        shift = number = 0
        while True:
            byte = self.data[self.at]  # IndexError at the end, which `AvroSchema.read` answers for
            self.at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > _VARINT_BITS:
                raise AvroError("it has a number of more than 64 bits")
        return (number >> 1) ^ -(number & 1)

    def count(self, values: int) -> None:
        self.left -= values
        if self.left < 0:
            raise AvroError(f"it has more than {MOST_VALUES:,} values")

    def enter(self) -> None:
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise AvroError(f"it has more than {MOST_LEVELS} levels")


_Read = Callable[[_Content], Any]


class AvroSchema:
    """The schema of a writer. `name` is the full name of its record, empty when it is no record."""

    def __init__(self, text: str, references: Sequence[str] = ()) -> None:
        """Parse the schema, and before it those that it refers to, in their order. Raises AvroError."""
        parser = _Parser()
        for each in references:
            parser.read(_json_of(each))
        schema = _json_of(text)
        self._read = parser.read(schema)
        self.name, self.fields = parser.root(schema)

    @property
    def shown(self) -> str:
        """Return its name, unless it is longer or stranger than what a programmer calls a record."""
        return _shown(self.name)

    def read(self, data: bytes) -> Any:
        """Return the value of a record as JSON has it. Raises AvroError when the data are not of this schema."""
        content = _Content(data)
        try:
            value = self._read(content)
        except IndexError:
            raise AvroError("it ends before its last value") from None
        except UnicodeDecodeError:
            raise AvroError("it has a text that is not UTF-8") from None
        except OverflowError:
            raise AvroError("it has a date or time out of range") from None
        if content.at != len(data):
            raise AvroError(f"{len(data) - content.at} bytes are left after its last value")
        return value


def _json_of(text: str) -> Any:
    if len(text) > MOST_SCHEMA_BYTES:
        raise AvroError(f"the schema has more than {MOST_SCHEMA_BYTES} characters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # A registry may give the name of a primitive type without quotation marks.
        return text.strip()


class _Parser:
    """Turns a schema into functions that read, with the named types that it has seen."""

    def __init__(self) -> None:
        self._names: dict[str, _Read] = {}
        self._records: dict[str, frozenset[str]] = {}

    def read(self, schema: Any, space: str = "", level: int = 0) -> _Read:
        if level > MOST_LEVELS:
            raise AvroError(f"the schema has more than {MOST_LEVELS} levels")
        if isinstance(schema, str):
            return self._named(schema, space)
        if isinstance(schema, list):
            return _union([self.read(each, space, level + 1) for each in schema])
        if not isinstance(schema, dict):
            raise AvroError("the schema is none of Avro")
        kind = schema.get("type")
        match kind:
            case "record" | "error":
                return self._record(schema, space, level)
            case "enum":
                return self._define(schema, space, _enum(_texts(schema.get("symbols"))))
            case "fixed":
                return self._define(schema, space, _fixed(schema))
            case "array":
                return _array(self.read(schema.get("items"), space, level + 1))
            case "map":
                return _map(self.read(schema.get("values"), space, level + 1))
            case str() if kind in _PRIMITIVE:
                return _primitive(kind, schema)
            case _:
                return self.read(kind, space, level + 1)

    def root(self, schema: Any) -> tuple[str, frozenset[str]]:
        """Return the full name and the fields of a schema that is a record; empty ones for any other."""
        if isinstance(schema, dict) and schema.get("type") in ("record", "error"):
            name = _full_name(schema, "")
            return name, self._records[name]
        return "", frozenset()

    def _named(self, name: str, space: str) -> _Read:
        if name in _PRIMITIVE:
            return _primitive(name, {})
        for full in (name if "." in name or not space else f"{space}.{name}", name):
            if full in self._names:
                names = self._names
                return lambda content: names[full](content)  # noqa: PLW0108 - its record may still be parsed
        raise AvroError(f"the schema has no type {_shown(name)}")

    def _define(self, schema: Mapping[str, Any], space: str, read: _Read) -> _Read:
        name = _full_name(schema, space)
        if name in self._names:
            raise AvroError(f"the schema defines {_shown(name)} twice")
        self._names[name] = read
        return read

    def _record(self, schema: Mapping[str, Any], space: str, level: int) -> _Read:
        name = _full_name(schema, space)
        fields: list[tuple[str, _Read]] = []
        read = self._define(schema, space, _record(fields))
        given = schema.get("fields")
        if not isinstance(given, list):
            raise AvroError(f"the record {_shown(name)} has no fields")
        for each in given:
            if not isinstance(each, dict) or not isinstance(each.get("name"), str):
                raise AvroError(f"the record {_shown(name)} has a field without a name")
            fields.append((each["name"], self.read(each.get("type"), name.rpartition(".")[0], level + 1)))
        self._records[name] = frozenset(field for field, _ in fields)
        if len(self._records[name]) != len(fields):
            raise AvroError(f"the record {_shown(name)} has a field twice")
        if name in (JSON_ARRAY, JSON_OBJECT) and len(fields) == 1:
            self._names[name] = _only(read, fields[0][0])
        return self._names[name]


def _full_name(schema: Mapping[str, Any], space: str) -> str:
    name, own = schema.get("name"), schema.get("namespace", space)
    if not isinstance(name, str) or not isinstance(own, str) or not name:
        raise AvroError("the schema has a type without a name")
    return name if "." in name or not own else f"{own}.{name}"


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise AvroError("the schema has an enum without symbols")
    return value


def _shown(name: str) -> str:
    return name if len(name) <= 120 and name.replace(".", "_").isidentifier() else "of another name"


def _record(fields: Sequence[tuple[str, _Read]]) -> _Read:
    def read(content: _Content) -> dict[str, Any]:
        content.count(len(fields) + 1)
        content.enter()
        value = {name: found for name, each in fields if (found := each(content)) is not None}
        content.levels -= 1
        return value

    return read


def _only(read: _Read, field: str) -> _Read:
    """Return the value of the only field of a record that stands for a JSON list or object."""
    return lambda content: read(content)[field]


def _union(branches: Sequence[_Read]) -> _Read:
    def read(content: _Content) -> Any:
        chosen = content.number()
        if not 0 <= chosen < len(branches):
            raise AvroError("it chooses a type that its union does not have")
        return branches[chosen](content)

    return read


def _blocks(content: _Content) -> int:
    """Return how many items the next block has, 0 at the end. They are counted before any of them is read."""
    items = content.number()
    if items < 0:
        items = -items
        content.number()  # the bytes of the block, for those who skip it
    content.count(items)
    return items


def _array(item: _Read) -> _Read:
    def read(content: _Content) -> list[Any]:
        content.enter()
        values: list[Any] = []
        while items := _blocks(content):
            values += [item(content) for _ in range(items)]
        content.levels -= 1
        return values

    return read


def _map(entry: _Read) -> _Read:
    def read(content: _Content) -> dict[str, Any]:
        content.enter()
        values: dict[str, Any] = {}
        while items := _blocks(content):
            for _ in range(items):
                key = content.take(content.number()).decode()
                if key in values:
                    raise AvroError("a map has a key twice")
                values[key] = entry(content)
        content.levels -= 1
        return values

    return read


def _enum(symbols: Sequence[str]) -> _Read:
    def read(content: _Content) -> str:
        chosen = content.number()
        if not 0 <= chosen < len(symbols):
            raise AvroError("it chooses a symbol that its enum does not have")
        return symbols[chosen]

    return read


def _fixed(schema: Mapping[str, Any]) -> _Read:
    size, logical = schema.get("size"), schema.get("logicalType")
    if not isinstance(size, int) or size < 0:
        raise AvroError("the schema has a fixed type without a size")
    if logical == "decimal":
        scale = _scale(schema)
        return lambda content: _decimal(content.take(size), scale)
    if logical == "uuid" and size == 16:
        return lambda content: str(UUID(bytes=content.take(size)))
    return _no_text


def _primitive(kind: str, schema: Mapping[str, Any]) -> _Read:
    logical = schema.get("logicalType")
    match kind:
        case "null":
            return lambda _: None
        case "boolean":
            return _boolean
        case "int" | "long":
            return _whole(logical)
        case "float":
            return _float
        case "double":
            return lambda content: _finite(_DOUBLE.unpack(content.take(8))[0])
        case "bytes" if logical == "decimal":
            scale = _scale(schema)
            return lambda content: _decimal(content.take(content.number()), scale)
        case "bytes":
            return _no_text
        case _:
            return lambda content: content.take(content.number()).decode()


def _whole(logical: Any) -> _Read:
    name = str(logical)
    if name == "date":
        return lambda content: (date(1970, 1, 1) + timedelta(days=content.number())).isoformat()
    local, unit = name.startswith("local-"), name.rpartition("timestamp-")[2]
    if unit not in _MICROSECONDS or name.removeprefix("local-") != f"timestamp-{unit}":
        return _Content.number
    times, parts = _MICROSECONDS[unit]
    since = _EPOCH.replace(tzinfo=None) if local else _EPOCH
    return lambda content: (since + timedelta(microseconds=content.number() * times // parts)).isoformat()


def _boolean(content: _Content) -> bool:
    (byte,) = content.take(1)
    if byte > 1:
        raise AvroError("it has a boolean that is neither true nor false")
    return bool(byte)


def _float(content: _Content) -> float:
    """Return the shortest number that is this float: 12.1, not 12.100000381469727."""
    raw = content.take(4)
    number = _finite(_FLOAT.unpack(raw)[0])
    rounded = (float(f"{number:.{digits}g}") for digits in (6, 7, 8))
    return next((each for each in rounded if _FLOAT.pack(each) == raw), number)


def _finite(number: float) -> float:
    if not isfinite(number):
        raise AvroError("it has a number that is infinite or none")
    return number


def _scale(schema: Mapping[str, Any]) -> int:
    scale = schema.get("scale", 0)
    if not isinstance(scale, int) or not 0 <= scale <= _MOST_SCALE:
        raise AvroError("the schema has a decimal whose scale is no number from 0 to 1000")
    return scale


def _decimal(raw: bytes, scale: int) -> str:
    if len(raw) > _DECIMAL_BYTES:
        raise AvroError(f"it has a decimal of more than {_DECIMAL_BYTES} bytes")
    return str(Decimal(f"{int.from_bytes(raw, 'big', signed=True)}E-{scale}"))


def _no_text(_: _Content) -> Any:
    raise AvroError("it has bytes where a transfer has a text or a number")
