"""Compute deterministic verdict ids: the same transfer, rule book and engine give the same id."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from tidewaiter_schemas.transfer import TransferEvent

NAMESPACE = UUID("6f0c0f5e-6d0b-5c3c-9d0c-1718239721af")
"""UUID namespace of verdict ids. Changing it would change every id."""

_NAMESPACE = NAMESPACE.bytes
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False)


def content_sha256(transfer: TransferEvent) -> str:
    """Return the SHA-256 of the content as hex. Key order, whitespace and explicit defaults do not affect it."""
    content = transfer.__pydantic_serializer__.to_python(transfer, mode="json", exclude_defaults=True)
    return hashlib.sha256(_SORTED.encode(content).encode()).hexdigest()


def verdict_id(transfer: TransferEvent, rule_book_sha256: str, engine: str) -> UUID:
    """Return the UUIDv5 of the transfer's id and content, the rule book and the engine."""
    name = "|".join((transfer.id, content_sha256(transfer), rule_book_sha256, engine))
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)
