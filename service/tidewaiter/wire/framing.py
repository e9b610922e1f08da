"""The wire format of schema registries: which schema a record was written with, and where its content begins.

The id is before the content (magic byte 0 and four bytes), or in the header `__value_schema_id` as Confluent's newer
clients write it: byte 1 and the sixteen bytes of the schema's GUID, or the five bytes above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

HEADER: Final = "__value_schema_id"

SchemaId = int | UUID
_ID: Final = 0
_GUID: Final = 1
_LENGTHS: Final = {_ID: 5, _GUID: 17}
"""Bytes of a schema id with its magic byte, which comes first."""


@dataclass(frozen=True, slots=True)
class Framed:
    """The content of a record, and the id of the schema that it was written with."""

    schema: SchemaId
    content: bytes


def framed(value: bytes, headers: Sequence[tuple[str, bytes | None]] = ()) -> Framed | None:
    """Return the content and schema id of a record; None when it has no schema id. The header counts first."""
    for name, told in headers:
        if name == HEADER and told:
            schema = _schema_id(told)
            return None if schema is None or len(told) != _LENGTHS[told[0]] else Framed(schema, value)
    schema = _schema_id(value)
    return None if schema is None else Framed(schema, value[_LENGTHS[value[0]] :])


def schema_id_bytes(schema: SchemaId) -> bytes:
    """Return a schema id as it is in the header."""
    if isinstance(schema, UUID):
        return bytes([_GUID]) + schema.bytes
    return bytes([_ID]) + schema.to_bytes(4, "big")


def _schema_id(content: bytes) -> SchemaId | None:
    if not content or len(content) < _LENGTHS.get(content[0], len(content) + 1):
        return None
    if content[0] == _ID:
        return int.from_bytes(content[1:5], "big")
    return UUID(bytes=bytes(content[1:17]))
