"""The disk of a broker fills up in mid-stream, on a file system so small that it does: nothing is lost by that."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.apache_kafka import ApacheKafka
from tests.brokers import apache_kafka
from tests.station import Station, ids, record_of, transfers
from tests.system.ledger import Ledger, Watch
from tests.wire import Record
from tidewaiter.stream.failure import ExitCode

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(400)]

MANY = 3_000
SMALL = {"batch_max": 10, "commit_seconds": 0.2, "produce_timeout_seconds": 5}
KIBIBYTE = 1024
NO_ROOM = "No space left on device"


class SmallDisk:
    """A file system in memory, of so many MiB, under a folder. Skips the test where this user may not mount one."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        self.folder = folder
        options = ["-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
        mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"no small disk: {mounted.stderr.strip()}")

    def fill(self) -> None:
        """Leaves not one byte."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            for size in (1024 * KIBIBYTE, 4 * KIBIBYTE):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError:
                    continue

    def make_room(self) -> None:
        """As somebody does who has been called."""
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class SmallKafka(ApacheKafka):
    """Apache Kafka with the records of each node on a disk of its own; what it knows of its cluster is kept elsewhere."""

    def __init__(self, disks: list[SmallDisk]) -> None:
        super().__init__(nodes=len(disks))
        self._disks = disks

    def _properties(self, node: int) -> dict[str, str]:
        return super()._properties(node) | {
            "log.dirs": str(self._disks[node].folder / "data"),
            "metadata.log.dir": str(self._home(node) / "metadata"),
        }


@contextmanager
def small_kafka(folder: Path, nodes: int) -> Iterator[tuple[ApacheKafka, list[SmallDisk]]]:
    with ExitStack() as stack:
        disks = []
        for node in range(nodes):
            (folder / str(node)).mkdir()
            disks.append(SmallDisk(folder / str(node), 64))
            stack.callback(disks[-1].close)
        yield stack.enter_context(apache_kafka(of=lambda: SmallKafka(disks))), disks


def published(station: Station, first: int = 0, count: int = MANY) -> list[bytes]:
    sent = transfers(first, count)
    named = [record_of(each) for each in sent]
    station.wire.publish(
        station.transfers,
        [Record(record.value, record.key, (("transfer", record.key or b""),)) for record in named],
    )
    return [name.encode() for name in ids(sent)]


def test_a_worker_whose_broker_has_no_room_ends_and_nothing_is_lost_once_there_is(tmp_path: Path) -> None:
    with small_kafka(tmp_path, 1) as (kafka, (disk,)):
        station = Station(kafka.address).create()
        sent = published(station)
        watch = Watch(station)
        with station.worker(**SMALL) as worker:
            station.wait_for_verdicts(300)
            disk.fill()
            assert worker.ended() in {ExitCode.PRODUCE, ExitCode.BROKER}, worker.log()
        assert NO_ROOM in kafka.log(0)
        disk.make_room()
        kafka.kill()  # it stops by itself, or cannot be used any more
        kafka.start()
        halfway = sum(station.wire.committed(station.group, station.transfers).values())
        assert 0 < halfway < MANY, "not in mid-stream"
        with station.worker() as worker:
            worker.until(lambda: sum(station.wire.committed(station.group, station.transfers).values()) == MANY)
            assert worker.terminate() == ExitCode.STOPPED
        findings = Ledger(station).findings(sent, watch.end(), [])
    assert not findings.wrong
    assert findings.verdicts == MANY


def test_a_stream_flows_on_when_the_disk_of_one_of_three_brokers_is_full(tmp_path: Path) -> None:
    with small_kafka(tmp_path, 3) as (kafka, disks):
        station = Station(kafka.address).create()
        sent = published(station)
        watch = Watch(station)
        settings = SMALL | {"produce_timeout_seconds": 30}
        with station.worker(**settings) as worker:
            station.wait_for_verdicts(300)
            disks[0].fill()
            sent += published(station, MANY, 500)
            worker.until(lambda: sum(station.wire.committed(station.group, station.transfers).values()) == len(sent))
            assert worker.terminate() == ExitCode.STOPPED
        assert NO_ROOM in kafka.log(0)
        disks[0].make_room()
        kafka.kill(0)
        kafka.start(0)
        findings = Ledger(station).findings(sent, watch.end(), [])
    assert not findings.wrong
    assert findings.verdicts == len(sent)
