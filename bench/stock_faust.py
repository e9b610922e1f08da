"""The stock Faust agent of `bench.scaling`, as in its tutorial: one event at a time, sent on with `topic.send`.

    python -m bench.stock_faust BROKER FROM TO COUNT AFTER

Decodes, screens and encodes as the worker does. Nothing awaits an acknowledgement. COUNT events are measured, AFTER
so many that are not. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import faust

from bench.bare_loop import MAX_EVENT_BYTES
from tidewaiter.release.assembly import assemble
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical, decode, timestamp, verdict_headers


async def run(broker: str, source: str, sink: str, count: int, after: int) -> None:
    screener = Screener(assemble(Settings()))
    collect_seldom()
    exempt_rule_book()
    app = faust.App(
        f"stock-{uuid.uuid4().hex[:8]}",
        broker=f"kafka://{broker}",
        value_serializer="raw",
        key_serializer="raw",
        consumer_auto_offset_reset="earliest",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=tempfile.mkdtemp(),
    )
    transfers, verdicts = app.topic(source, value_type=bytes), app.topic(sink, value_type=bytes)
    done = asyncio.Event()
    result: dict[str, float] = {}

    async def screen(stream: Any) -> None:
        seen, began, worked = 0, 0.0, 0.0
        async for event in stream.events():
            if seen == after:
                began, worked = time.perf_counter(), time.process_time()
            message = event.message
            transfer = decode(message.value, message.headers, MAX_EVENT_BYTES)
            (verdict,) = screener.screen([transfer])
            await verdicts.send(
                key=transfer.id.encode(),
                value=canonical(verdict),
                headers=verdict_headers(verdict, message.headers, timestamp(datetime.now(UTC))),
            )
            seen += 1
            if seen == after + count:
                result.update(
                    count=count,
                    seconds=time.perf_counter() - began,
                    processor_seconds=time.process_time() - worked,
                )
                done.set()

    app.agent(transfers)(screen)
    await app.start()
    await done.wait()
    print(json.dumps(result), flush=True)
    os._exit(0)  # its orderly stop takes longer than the measurement


if __name__ == "__main__":
    address, from_topic, to_topic, number, before = sys.argv[1:]
    asyncio.run(run(address, from_topic, to_topic, int(number), int(before)))
