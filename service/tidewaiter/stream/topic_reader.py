"""Reads a topic from its consumer's position to its current end.

Topics that Tidewaiter writes are read uncommitted, so that an open transaction of another producer neither blocks a
reader nor hides a record from it. Transfers are read at the isolation level of the worker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from aiokafka import TopicPartition

from tidewaiter.errors import BrokerError

_POLL_MS: Final = 200
_SILENT_MS: Final = 30_000


async def until_now(
    consumer: Any,
    places: Sequence[TopicPartition],
    ends: Mapping[TopicPartition, int] | None = None,
    *,
    stable: bool = False,
) -> AsyncIterator[list[Any]]:
    """Yield batches of records up to the end of each partition at its first fetch, or up to `ends`.

    With `stable`, for a consumer that reads committed records, a partition ends where its first open transaction
    begins. The end is taken from the fetch response: the embedded broker's answer to a request for the end offset is
    the first offset of its last batch.

    Raises BrokerError.
    """
    reached = dict(ends or {})
    silent_ms = 0
    while [place for place in places if place not in reached or await consumer.position(place) < reached[place]]:
        fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=500)
        for place in places:
            if place not in reached and (end := _end(consumer, place, stable)) is not None:
                reached[place] = end
        silent_ms = 0 if fetched else silent_ms + _POLL_MS
        if silent_ms > _SILENT_MS:
            raise BrokerError(f"topic {places[0].topic}: no answer for {_SILENT_MS // 1_000} s")
        records = [record for place, batch in fetched.items() for record in batch if record.offset < reached[place]]
        if records:
            yield records


def _end(consumer: Any, place: TopicPartition, stable: bool) -> int | None:
    last_stable: int | None = consumer.last_stable_offset(place) if stable else None
    high: int | None = consumer.highwater(place)
    # A broker without transactions sends none.
    return high if last_stable is None or last_stable < 0 else last_stable


async def offsets_at(consumer: Any, places: list[TopicPartition], timestamp: int) -> dict[TopicPartition, int]:
    """Return the first offset of each partition at or after that time. Partitions without one are left out."""
    found = await consumer.offsets_for_times(dict.fromkeys(places, max(0, timestamp)))
    # The embedded broker answers with offset 0 and no timestamp where Apache Kafka has no answer.
    return {place: each.offset for place, each in found.items() if each is not None and each.timestamp >= 0}
