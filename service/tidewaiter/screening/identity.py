"""Compute deterministic verdict ids: the same transfer, rule book and engine give the same id."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from tidewaiter_schemas.base import Model
from tidewaiter_schemas.transfer import (
    Authorisation,
    Connected,
    Identifier,
    Item,
    Location,
    Money,
    Owner,
    Party,
    Report,
    Route,
    TransferEvent,
)

NAMESPACE = UUID("6f0c0f5e-6d0b-5c3c-9d0c-1718239721af")
"""UUID namespace of verdict ids. Changing it would change every id."""

_NAMESPACE = NAMESPACE.bytes
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False)


def content_sha256(transfer: TransferEvent) -> str:
    """Return the SHA-256 of the content as hex. Key order, whitespace and explicit defaults do not affect it."""
    return hashlib.sha256(content(transfer)).hexdigest()


def content(transfer: TransferEvent) -> bytes:
    """Return what the transfer states as JSON with sorted keys, without spaces and defaults."""
    try:
        return to_json(_stated(transfer))
    except KeyError:  # it has fields of the producer, or the paths of a document
        whole = transfer.__pydantic_serializer__.to_python(transfer, mode="json", exclude_defaults=True)
        return _SORTED.encode(whole).encode()


def _stated(model: Model) -> dict[str, Any]:
    """Return the fields of `model` that are not at their default, sorted. Raises KeyError for a value of a free form.

    Most transfers consist of a few models and plain values. Pydantic would visit every field, stated or not, and
    `json` sort them once more.
    """
    defaults, values = _DEFAULTS[type(model)], model.__dict__
    stated: dict[str, Any] = {}
    for name in sorted(model.__pydantic_fields_set__):
        value = values[name]
        if value != defaults[name]:
            stated[name] = value if type(value) in _PLAIN else _parts(value)
    return stated


def _parts(value: Any) -> Any:
    if type(value) is not tuple:
        return _stated(value)
    return [part if type(part) in _PLAIN else _stated(part) for part in value]


_PLAIN: Final = frozenset({str, Decimal, datetime})
"""Types of values that pydantic's JSON shows in the same way wherever they are."""
_DEFAULTS: Final[dict[type, dict[str, Any]]] = {
    model: {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
    for model in (
        Authorisation, Connected, Identifier, Item, Location, Money, Owner, Party, Report, Route, TransferEvent,
    )
}  # fmt: skip


def verdict_id(transfer: TransferEvent, rule_book_sha256: str, engine: str) -> UUID:
    """Return the UUIDv5 of the transfer's id and content, the rule book and the engine."""
    name = "|".join((transfer.id, content_sha256(transfer), rule_book_sha256, engine))
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)
