"""A record on its way through the worker, with what acknowledging and linking it need."""

from __future__ import annotations

from typing import Any

from faust.types.tuples import ConsumerMessage

from tidewaiter.wire.chain import Chain, Ends


class TrackedMessage(ConsumerMessage):  # type: ignore[misc]
    """A record with the ledger's epoch in which it was delivered, and the chain that its verdict or dead letter joins.

    `ends` are the ends of the chain after it, once it is linked.
    """

    __slots__ = ("chain", "ends", "epoch", "size")

    epoch: int
    size: int
    """Bytes of key, value and headers."""
    chain: Chain
    ends: Ends


def size_of(record: Any) -> int:
    """Return the bytes of key, value and headers of a record."""
    size = len(record.value or b"") + len(record.key or b"")
    for name, content in record.headers:
        size += len(name) + len(content or b"")
    return size
