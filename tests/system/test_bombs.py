"""A few kilobytes that stand for gigabytes take no memory to speak of, and their neighbours have their verdicts.

On Apache Kafka alone: the embedded broker takes all of a batch apart when it is written.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.batches import Raw, publish_raw, raw_batch
from tests.brokers import Broker
from tests.station import Station, WorkerProcess, ids, one_verdict_each, transfers
from tests.wire import Record
from tidewaiter_schemas.dead_letter import (
    HEADER_OFFSET,
    HEADER_REASON,
    HEADER_WITHHELD_BATCH_BYTES,
    HEADER_WITHHELD_BYTES,
)

pytestmark = [pytest.mark.kafka, pytest.mark.long]

LARGE = 300_000_000
MIB = 1024 * 1024


def raw(transfer: dict[str, Any]) -> Raw:
    return Raw(json.dumps(transfer).encode(), transfer["id"].encode())


class Watched:
    """What a worker's memory rises to, and whether its probe ever says that it is dead."""

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._process = Path("/proc") / str(worker.pid)
        self.idle = self._bytes("VmRSS")
        (self._process / "clear_refs").write_text("5")  # the peak is that from now on

    def _bytes(self, name: str) -> int:
        found = re.search(rf"{name}:\s+(\d+) kB", (self._process / "status").read_text())
        assert found
        return int(found[1]) * 1024

    @property
    def grown(self) -> int:
        """Bytes above the idle worker, at most."""
        return self._bytes("VmHWM") - self.idle


@contextmanager
def watched(worker: WorkerProcess) -> Iterator[Watched]:
    watch, over, dead = Watched(worker), threading.Event(), []

    def ask() -> None:
        while not over.wait(0.1):
            status, text = worker.page("/livez")
            if status != 200:
                dead.append((status, text))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield watch
    finally:
        over.set()
        asking.join()
        print(f"/livez when it was not 200: {dead}")
    assert not dead


def letters(station: Station, number: int) -> list[Record]:
    found = station.wire.read(station.dead_letters, until=lambda records: len(records) >= number, within=60)
    return sorted(found, key=lambda each: (each.partition or 0, int(each.header[HEADER_OFFSET])))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measured by Linux")
@pytest.mark.parametrize("codec", ["zstd", "gzip", "lz4"])
def test_six_records_of_300_megabytes_take_little_memory_and_stop_nobody(kafka: Broker, codec: str) -> None:
    station = Station(kafka.address, partitions=2).create()
    good = transfers(0, 24)
    around, beside, behind = good[:14], good[14:20], good[20:]
    bombs = [Raw(b"", filled=LARGE) for _ in range(6)]
    batches = [
        raw_batch([raw(one), bomb, raw(other)], codec, now=True)
        for bomb, one, other in zip(bombs[:3], around[:3], around[3:6], strict=True)
    ]
    batches.append(raw_batch([raw(around[6]), bombs[3], raw(around[7]), *bombs[4:], raw(around[8])], codec, now=True))
    batches.append(raw_batch([raw(each) for each in around[9:]], codec, now=True))
    with station.worker(progress_seconds=5) as worker:
        worker.ready()
        station.publish(transfers(1_000, 1), partition=1)
        station.verdicts_on(ids(transfers(1_000, 1)))
        with watched(worker) as watch:
            publish_raw(kafka.address, station.transfers, 0, batches)
            station.publish(beside, partition=1)
            station.publish(behind, partition=0)
            found = station.verdicts_on(ids(good))
            dead = letters(station, 6)
        print(f"{codec}: {sum(map(len, batches))} bytes written, {watch.grown / MIB:.0f} MiB above the idle worker")
        assert watch.grown < 128 * MIB
        assert worker.terminate() == 0
    one_verdict_each(found)
    assert [letter.header[HEADER_OFFSET] for letter in dead] == ["1", "4", "7", "10", "12", "13"]
    for letter in dead:
        assert (letter.key, letter.value, letter.header[HEADER_REASON]) == (None, None, "too_large")
        assert LARGE < int(letter.header[HEADER_WITHHELD_BYTES]) < LARGE + 100
        assert int(letter.header[HEADER_WITHHELD_BATCH_BYTES]) < 8 * MIB
    assert station.wire.committed(station.group, station.transfers) == station.wire.ends(station.transfers)
    with station.worker() as again:
        again.ready()
        station.publish(transfers(2_000, 1), partition=0)
        station.verdicts_on(ids(transfers(2_000, 1)))
    assert len(station.wire.read_all(station.dead_letters)) == 6, "none was read again"


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measured by Linux")
@pytest.mark.parametrize("part", ["key", "value", "headers"])
def test_thousands_of_records_that_are_each_small_enough_take_little_memory(kafka: Broker, part: str) -> None:
    """Each of them may be held, and all of them together may not."""
    station = Station(kafka.address, partitions=1).create()
    good, size = transfers(0, 5), 4_000_000
    large = {
        "key": Raw(b"{}", b"k" * size),
        "value": Raw(b"{}", filled=size),
        "headers": Raw(b"{}", headers=((b"h", b"x" * size),)),
    }[part]
    batches = [raw_batch([raw(each), *[large] * 20], "zstd", now=True) for each in good]
    with station.worker(progress_seconds=5, dead_letters_in_a_row=0, max_record_bytes=6_500_000) as worker:
        worker.ready()
        with watched(worker) as watch:
            publish_raw(kafka.address, station.transfers, 0, batches)
            found = station.verdicts_on(ids(good), within=120)
            worker.until(lambda: station.wire.committed(station.group, station.transfers) == {0: 105}, within=120)
        print(f"{part}: {watch.grown / MIB:.0f} MiB above the idle worker")
        assert watch.grown < 256 * MIB
    one_verdict_each(found)


def test_a_batch_that_is_decompressed_no_further_leaves_a_letter_for_each_of_its_records(kafka: Broker) -> None:
    station = Station(kafka.address, partitions=1).create()
    good = transfers(0, 3)
    batch = raw_batch([raw(good[0]), *[Raw(b"", filled=LARGE)] * 3, raw(good[1])], "zstd", now=True)
    with station.worker(max_batch_bytes=400_000_000) as worker:
        worker.ready()
        publish_raw(kafka.address, station.transfers, 0, [batch, raw_batch([raw(good[2])], now=True)])
        found = station.verdicts_on(ids([good[0], good[2]]))
        dead = letters(station, 4)
    assert good[1]["id"] not in found
    assert [letter.header[HEADER_OFFSET] for letter in dead] == ["1", "2", "3", "4"]
    assert [HEADER_WITHHELD_BYTES in letter.header for letter in dead] == [True, True, False, False]
    assert all(HEADER_WITHHELD_BATCH_BYTES in letter.header for letter in dead)
