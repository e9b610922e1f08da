"""Ids and bytes that repeat: the same transfer, rule book and engine give the same verdict id and the same bytes."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID, uuid5

from tidewaiter_schemas.transfer import TransferEvent

NAMESPACE = UUID("6f0c0f5e-6d0b-5c3c-9d0c-1718239721af")
"""Of Tidewaiter's verdict ids. Changing it would change every id."""

_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_sha256(transfer: TransferEvent) -> str:
    """Of the transfer's meaning: key order, spacing and defaults spelt out make no difference."""
    content = transfer.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(_SORTED.encode(content).encode()).hexdigest()


def verdict_id(transfer: TransferEvent, rule_book_sha256: str, engine: str) -> UUID:
    """UUIDv5 of the transfer's id and content, the rule book and the engine that judged."""
    return uuid5(NAMESPACE, "|".join((transfer.id, content_sha256(transfer), rule_book_sha256, engine)))
