"""The baseline of `bench.stream`: consume, write, await the broker, commit. Nothing else between aiokafka and a result.

    python -m bench.bare_loop BROKER FROM TO COUNT copy|screen

`copy` writes the bytes it read. `screen` decodes, screens and encodes as the worker does. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

BATCH = 500
MAX_EVENT_BYTES = 1_048_576

Row = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]
"""Value, key and headers of a record to write."""


def copied(records: list[Any]) -> list[Row]:
    return [(record.value, record.key, record.headers) for record in records]


def screening() -> Callable[[list[Any]], list[Row]]:
    from tidewaiter.release.assembly import assemble
    from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
    from tidewaiter.screening.screener import Screener
    from tidewaiter.settings import Settings
    from tidewaiter.wire.cloudevents import canonical, decode, timestamp, verdict_headers

    screener = Screener(assemble(Settings()))
    collect_seldom()
    exempt_rule_book()  # as the worker does: without it this loop is the slower of the two

    def screened(records: list[Any]) -> list[Row]:
        verdicts = screener.screen([decode(record.value, record.headers, MAX_EVENT_BYTES) for record in records])
        now = timestamp(datetime.now(UTC))
        return [
            (canonical(verdict), verdict.transfer_id.encode(), verdict_headers(verdict, record.headers, now))
            for verdict, record in zip(verdicts, records, strict=True)
        ]

    return screened


async def loop(broker: str, source: str, sink: str, count: int, turned: Callable[[list[Any]], list[Row]]) -> Any:
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=broker,
        group_id=f"bare-{uuid.uuid4().hex[:8]}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        fetch_max_wait_ms=100,
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", max_batch_size=512 * 1024)
    began = worked = 0.0
    done = 0
    async with producer, consumer:
        while done < count:
            fetched = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            records = [record for part in fetched.values() for record in part]
            if not records:
                continue
            if not began:
                began, worked = time.perf_counter(), time.process_time()
            sent = [
                await producer.send(sink, value, key=key, headers=list(headers))
                for value, key, headers in turned(records)
            ]
            await asyncio.gather(*sent)
            await consumer.commit()
            done += len(records)
        return {
            "seconds": time.perf_counter() - began,
            "processor_seconds": time.process_time() - worked,
            "count": done,
        }


if __name__ == "__main__":
    address, from_topic, to_topic, number, what = sys.argv[1:]
    work = screening() if what == "screen" else copied
    print(json.dumps(asyncio.run(loop(address, from_topic, to_topic, int(number), work))))
