"""What must hold of the topics after a round of chaos, whatever happened in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.patience import WAIT
from tests.station import Station
from tests.wire import Record
from tidewaiter.commands.topic_audit import verify_topics
from tidewaiter.settings import load
from tidewaiter_schemas import dead_letter as contract

Place = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What was committed at one moment, and how long the verdict and dead-letter partitions were right after it."""

    committed: Mapping[int, int]
    verdicts: Mapping[int, int]
    dead_letters: Mapping[int, int]


class Watch:
    """Glances at a station a few times a second, on a thread of its own, whenever its broker answers."""

    def __init__(self, station: Station, every: float = 0.3) -> None:
        self._station, self._every = station, every
        self.glances: list[Glance] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look()), daemon=True)
        self._thread.start()

    def end(self) -> list[Glance]:
        """Stops looking."""
        self._ending.set()
        self._thread.join(60)
        return self.glances

    async def _look(self) -> None:
        while not self._ending.is_set():
            try:
                await self._look_until_it_fails()
            except (KafkaError, OSError, TimeoutError):
                await asyncio.sleep(0.5)

    async def _look_until_it_fails(self) -> None:
        station = self._station
        partitions = range(station.partitions)
        places = {
            topic: [TopicPartition(topic, number) for number in partitions]
            for topic in (station.transfers, station.verdicts, station.dead_letters)
        }
        admin = AIOKafkaAdminClient(bootstrap_servers=station.address, request_timeout_ms=3_000)
        reader = AIOKafkaConsumer(bootstrap_servers=station.address, request_timeout_ms=3_000)
        try:
            await admin.start()
            await reader.start()
            while not self._ending.is_set():
                async with asyncio.timeout(5):
                    offsets = await admin.list_consumer_group_offsets(
                        station.group, partitions=places[station.transfers]
                    )
                    written = await reader.end_offsets(places[station.verdicts])
                    dead = await reader.end_offsets(places[station.dead_letters])
                self.glances.append(
                    Glance(
                        {place.partition: each.offset for place, each in offsets.items() if each.offset >= 0},
                        {place.partition: end for place, end in written.items()},
                        {place.partition: end for place, end in dead.items()},
                    )
                )
                await asyncio.sleep(self._every)
        finally:
            for close in (admin.close, reader.stop):
                try:
                    async with asyncio.timeout(5):
                        await close()
                except (KafkaError, OSError, TimeoutError):
                    continue


@dataclass(frozen=True, slots=True)
class Findings:
    """What a round left behind."""

    transfers: int
    verdicts: int
    dead_letters: int
    copies: int
    glances: int
    wrong: tuple[str, ...]
    """Each promise that was broken, in words. Empty when all is well."""


class Ledger:
    """All records of the three topics, read once everything has come to rest."""

    def __init__(self, station: Station, within: float = WAIT) -> None:
        def everything(topic: str) -> list[Record]:
            written = sum(station.wire.ends(topic).values())
            return station.wire.read(topic, until=lambda records: len(records) >= written, within=within)

        self._station = station
        self._read = everything(station.transfers)
        self._verdicts = everything(station.verdicts)
        self._letters = everything(station.dead_letters)
        self._first_verdict = _firsts([(record.key or b"", record) for record in self._verdicts])
        self._first_letter = _firsts([(_original(record), record) for record in self._letters])

    def missing(self, acknowledged: Sequence[bytes]) -> int:
        """How many transfers have neither verdict nor dead letter."""
        return sum(1 for record in self._read if not self._done(record)) + len(
            set(acknowledged) - {_transfer(record) for record in self._read}
        )

    def findings(self, acknowledged: Sequence[bytes], glances: Sequence[Glance], ended: Sequence[str]) -> Findings:
        """Holds the topics to every promise. `ended` are workers that ended in a way they must not."""
        wrong = list(ended)
        if missing := self.missing(acknowledged):
            lost = [f"{r.partition}@{r.offset}" for r in self._read if not self._done(r)]
            wrong.append(f"{missing} transfers without verdict or dead letter: {lost[:5]}")
        wrong += self._differing() + self._out_of_order() + self._holes(glances) + self._unproved()
        return Findings(
            len({_transfer(record) for record in self._read}),
            len(self._first_verdict),
            len(self._first_letter),
            len(self._verdicts) - len(self._first_verdict) + len(self._letters) - len(self._first_letter),
            len(glances),
            tuple(wrong),
        )

    def _done(self, record: Record) -> bool:
        return _transfer(record) in self._first_verdict or _place(record) in self._first_letter

    def _differing(self) -> list[str]:
        """Copies of a verdict, and of a dead letter, are the same bytes."""
        verdicts: dict[bytes, set[bytes | None]] = {}
        for record in self._verdicts:
            verdicts.setdefault(record.key or b"", set()).add(record.value)
        letters: dict[bytes, set[tuple[bytes | None, bytes | None]]] = {}
        for record in self._letters:
            letters.setdefault(_original(record), set()).add((record.key, record.value))
        originals = {_place(record): (record.key, record.value) for record in self._read}
        return [f"verdicts differ for {key!r}" for key, values in verdicts.items() if len(values) > 1] + [
            f"a dead letter is not its original {place!r}"
            for place, values in letters.items()
            if values != {originals.get(place)}
        ]

    def _out_of_order(self) -> list[str]:
        """What one transfer partition sends to one verdict partition is first written in the order of the transfers.

        With the transfer's id as key, and as many verdict partitions, that is one to one. A key of the sender's own
        spreads its verdicts over partitions, between which Kafka keeps no order that could be looked at.
        """
        wrong, last = [], dict[Place, int]()
        seen: set[bytes] = set()
        for record in self._read:
            transfer = _transfer(record)
            verdict = self._first_verdict.get(transfer)
            if verdict is None or transfer in seen:
                continue
            seen.add(transfer)
            pair = (record.partition or 0, verdict.partition or 0)
            if verdict.offset < last.get(pair, -1):
                wrong.append(
                    f"{transfer!r} at {record.partition}@{record.offset} has its verdict before an earlier one"
                )
            last[pair] = max(verdict.offset, last.get(pair, -1))
        return wrong[:5]

    def _holes(self, glances: Sequence[Glance]) -> list[str]:
        """At no glance was an offset committed that passes a transfer whose verdict was not on the topic by then."""
        wrong = []
        partitions: dict[int, list[Record]] = {}
        for record in self._read:
            partitions.setdefault(record.partition or 0, []).append(record)
        before: dict[int, int] = {}
        for number, glance in enumerate(glances):
            for partition, committed in glance.committed.items():
                if committed < before.get(partition, 0):
                    wrong.append(f"glance {number}: partition {partition} went back to {committed}")
                for record in partitions.get(partition, []):
                    if before.get(partition, 0) <= record.offset < committed and not self._there(record, glance):
                        wrong.append(
                            f"glance {number}: {committed} is committed and {partition}@{record.offset} is open"
                        )
                before[partition] = max(committed, before.get(partition, 0))
        return wrong[:5]

    def _there(self, record: Record, glance: Glance) -> bool:
        verdict = self._first_verdict.get(_transfer(record))
        if verdict is not None:
            return verdict.offset < glance.verdicts.get(verdict.partition or 0, 0)
        letter = self._first_letter.get(_place(record))
        return letter is not None and letter.offset < glance.dead_letters.get(letter.partition or 0, 0)

    def _unproved(self) -> list[str]:
        """The chains are whole up to what is committed, begin once each, and no transfer was judged otherwise."""
        station = self._station
        told = {"broker": station.address, "topic_prefix": station.prefix, "group": station.group}
        report = asyncio.run(verify_topics(load(told)))
        wrong = [f"{each.fault} {each.where}: {each.text}" for each in report.findings]
        wrong += [note for note in report.notes if "not proved" in note]
        if report.forks or len(report.beginnings) != len(report.chains):
            wrong.append(f"a chain goes on otherwise, or begins again: {report.forks[:2]} {report.beginnings}")
        if (written := len(self._verdicts) + len(self._letters)) != report.verdicts + report.dead_letters:
            wrong.append(f"{report.verdicts} verdicts and {report.dead_letters} dead letters verified of {written}")
        return [f"audit: {each}" for each in wrong[:5]]


def _firsts(keyed: Sequence[tuple[bytes, Record]]) -> dict[bytes, Record]:
    """By key the record written first. All copies of a key are on one partition."""
    firsts: dict[bytes, Record] = {}
    for key, record in keyed:
        firsts.setdefault(key, record)
    return firsts


def _transfer(record: Record) -> bytes:
    """The id of the transfer, which the tests put into a header too, because its key may be shared."""
    return record.header["transfer"].encode()


def _place(record: Record) -> bytes:
    return f"{record.partition}@{record.offset}".encode()


def _original(letter: Record) -> bytes:
    header = letter.header
    return f"{header[contract.HEADER_PARTITION]}@{header[contract.HEADER_OFFSET]}".encode()
