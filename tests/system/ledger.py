"""What must hold of the topics after a round of chaos, whatever happened in it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.integration.test_quota_stream import EACH, told
from tests.station import Station
from tests.transactional import committed_places
from tests.wire import Record
from tidewaiter.commands.topic_audit import verify_topics
from tidewaiter.settings import load
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.records import read_anything
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas.dead_letter import DeadLetterReason

Place = tuple[int, int]
"""Partition and offset."""
ALL_OF_IT = ReadLimits(record=2**30, batch=2**32)
"""Bombs too are read whole here, or their headers would not say which they are."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What was committed at one moment, and how long the partitions were right after it."""

    at: float
    committed: Mapping[int, int]
    transfers: Mapping[int, int]
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
        admin = AIOKafkaAdminClient(bootstrap_servers=station.address, request_timeout_ms=3_000)
        reader = AIOKafkaConsumer(
            bootstrap_servers=station.address, request_timeout_ms=3_000, metadata_max_age_ms=1_000
        )
        try:
            await admin.start()
            await reader.start()
            while not self._ending.is_set():
                # Partitions may have been added. Those of the verdicts are the ones it began with.
                transfers = await _places(reader, station.transfers)
                async with asyncio.timeout(5):
                    offsets = await admin.list_consumer_group_offsets(station.group, partitions=transfers)
                    ends = [
                        await reader.end_offsets(await _places(reader, topic))
                        for topic in (station.transfers, station.verdicts, station.dead_letters)
                    ]
                self.glances.append(
                    Glance(
                        time.monotonic(),
                        {place.partition: each.offset for place, each in offsets.items() if each.offset >= 0},
                        *({place.partition: end for place, end in each.items()} for each in ends),
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


async def _places(reader: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    async with asyncio.timeout(5):
        await reader._client._wait_on_metadata(topic)
    return [TopicPartition(topic, number) for number in sorted(reader.partitions_for_topic(topic) or ())]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a round left behind."""

    transfers: int
    aborted: int
    verdicts: int
    dead_letters: int
    copies: int
    missing: int
    quota_draws: int
    rule_books: int
    glances: int
    longest_silence: float
    """The most seconds for which a partition had a lag, and nothing of it was committed."""
    wrong: tuple[str, ...]
    """Each promise that was broken, in words. Empty when all is well."""

    def __str__(self) -> str:
        return (
            f"{self.transfers} transfers, {self.aborted} aborted, {self.verdicts} verdicts by {self.rule_books} rule "
            f"books, {self.dead_letters} dead letters, {self.copies} copies, {self.missing} missing, "
            f"{self.quota_draws} draws on a quota, commits seen {self.glances} times, "
            f"none for {self.longest_silence:.0f} s at most"
        )


class Ledger:
    """All records of the topics, read once everything has come to rest.

    `expected` says for the id of each transfer the reason of its dead letter, or None where it must have a verdict.
    Without it either will do.
    """

    def __init__(self, station: Station, expected: Mapping[bytes, DeadLetterReason | None] | None = None) -> None:
        self._station, self._expected = station, expected
        read_anything(ALL_OF_IT)
        stands = committed_places(station.address, station.transfers)
        everything = station.wire.read_all(station.transfers)
        self._read = [record for record in everything if (record.partition, record.offset) in stands]
        self._aborted = [record for record in everything if (record.partition, record.offset) not in stands]
        self._verdicts = station.wire.read_all(station.verdicts)
        self._letters = station.wire.read_all(station.dead_letters)
        self._first_verdict = _firsts([(record.key or b"", record) for record in self._verdicts])
        self._first_letter = _firsts([(_original(record), record) for record in self._letters])
        self.committed = {_transfer(record) for record in self._read}
        """Ids of all transfers that are there and were not aborted."""

    def findings(self, acknowledged: Collection[bytes], glances: Sequence[Glance], ended: Sequence[str]) -> Findings:
        """Holds the topics to every promise. `ended` are workers that ended in a way they must not."""
        lost = [f"{r.partition}@{r.offset} {_transfer(r)!r}" for r in self._read if not self._done(r)]
        unheard = set(acknowledged) - self.committed
        wrong = list(ended)
        if lost or unheard:
            wrong.append(f"{len(lost)} transfers without verdict or dead letter: {lost[:5]}; {len(unheard)} not there")
        judged = {_sha256(record) for record in self._verdicts}
        wrong += self._differing() + self._mistaken() + self._of_nothing() + self._out_of_order()
        wrong += self._holes(glances) + self._unproved(len(judged)) + self._miscounted()
        return Findings(
            len(self.committed),
            len({_transfer(record) for record in self._aborted} - self.committed),
            len(self._first_verdict),
            len(self._first_letter),
            len(self._verdicts) - len(self._first_verdict) + len(self._letters) - len(self._first_letter),
            len(lost) + len(unheard),
            len(self._draws()),
            len(judged),
            len(glances),
            _longest_silence(glances),
            tuple(wrong),
        )

    def _done(self, record: Record) -> bool:
        transfer = _transfer(record)
        there = transfer in self._first_verdict, _place(record) in self._first_letter
        if self._expected is None:
            return any(there)
        return there[self._expected[transfer] is not None]

    def _mistaken(self) -> list[str]:
        """Poison is dead letters of one reason and has no verdict; what is none has no dead letter."""
        wrong = []
        for record in self._read if self._expected is not None else []:
            transfer, letter = _transfer(record), self._first_letter.get(_place(record))
            expected = (self._expected or {})[transfer]
            reason = letter and letter.header[contract.HEADER_REASON]
            if reason != expected:
                wrong.append(f"{transfer!r} at {_place(record)!r} is a dead letter {reason}, expected {expected}")
            if expected is not None and transfer in self._first_verdict:
                wrong.append(f"{transfer!r} is poison and has a verdict")
        return wrong[:5]

    def _of_nothing(self) -> list[str]:
        """Nothing is judged that was aborted, or was never there."""
        places = {_place(record) for record in self._read}
        return [
            *(f"a verdict on {key!r}, which is not there" for key in self._first_verdict.keys() - self.committed),
            *(f"a dead letter of {place!r}, where nothing is" for place in self._first_letter.keys() - places),
        ][:5]

    def _draws(self) -> dict[bytes, int]:
        """The running total that each transfer of oil was told, by its first verdict."""
        return {
            key: told(record)[0] for key, record in self._first_verdict.items() if b"bbl of" in (record.value or b"")
        }

    def _miscounted(self) -> list[str]:
        """Each draw on the quota counts once: the totals that were told are the whole row, without a hole."""
        totals = sorted(self._draws().values())
        due = [EACH * number for number in range(1, len(totals) + 1)]
        return [] if totals == due else [f"quota totals: {sorted(set(due) ^ set(totals))[:5]} of {len(due)} draws"]

    def _differing(self) -> list[str]:
        """Copies are the same bytes: of a verdict by one rule book, and of a dead letter."""
        verdicts: dict[tuple[bytes, str], set[bytes | None]] = {}
        for record in self._verdicts:
            verdicts.setdefault((record.key or b"", _sha256(record)), set()).add(record.value)
        letters: dict[bytes, set[tuple[bytes | None, bytes | None]]] = {}
        reasons: dict[bytes, set[str]] = {}
        for record in self._letters:
            letters.setdefault(_original(record), set()).add((record.key, record.value))
            reasons.setdefault(_original(record), set()).add(record.header[contract.HEADER_REASON])
            if _is_withheld(record):
                letters[_original(record)] = {(None, None)}
        originals = {_place(record): (record.key, record.value) for record in self._read}
        return [
            *(f"verdicts differ for {key!r}" for key, values in verdicts.items() if len(values) > 1),
            *(
                f"a dead letter is not its original {place!r}"
                for place, values in letters.items()
                if values not in ({originals.get(place)}, {(None, None)})
            ),
            *(f"reasons differ for {place!r}: {of}" for place, of in reasons.items() if len(of) > 1),
        ][:5]

    def _out_of_order(self) -> list[str]:
        """What one transfer partition sends to one verdict partition is first written in the order of the transfers.

        Between partitions Kafka keeps no order that could be looked at.
        """
        wrong, last = [], dict[Place, int]()
        times = Counter(map(_transfer, self._read))
        for record in self._read:
            transfer = _transfer(record)
            verdict = self._first_verdict.get(transfer)
            if verdict is None or times[transfer] > 1:  # sent again, maybe to another partition
                continue
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
                        wrong.append(f"glance {number}: {committed} is committed, {self._open(record)}")
                before[partition] = max(committed, before.get(partition, 0))
        return wrong[:5]

    def _there(self, record: Record, glance: Glance) -> bool:
        """Whether its verdict or dead letter was on the topic. True also for a partition just added, not seen yet."""
        if (verdict := self._first_verdict.get(_transfer(record))) is not None:
            return verdict.offset < glance.verdicts.get(verdict.partition or 0, verdict.offset + 1)
        if (letter := self._first_letter.get(_place(record))) is not None:
            return letter.offset < glance.dead_letters.get(letter.partition or 0, letter.offset + 1)
        return False

    def _open(self, record: Record) -> str:
        """The record with the first answer to it."""
        answer = self._first_verdict.get(_transfer(record)) or self._first_letter.get(_place(record))
        return f"{_place(record)!r} {_transfer(record)!r} is open, answered at {answer and _place(answer)!r}"

    def _unproved(self, rule_books: int) -> list[str]:
        """The chains are whole up to what is committed, begin once each, and no transfer was judged otherwise.

        Except where rule books followed one another: what is judged again, by the next one, is told as a fork.
        """
        station = self._station
        settings = {"broker": station.address, "topic_prefix": station.prefix, "group": station.group}
        report = asyncio.run(verify_topics(load(settings)))
        wrong = [f"{each.fault} {each.where}: {each.text}" for each in report.findings]
        wrong += [note for note in report.notes if "not proved" in note]
        if rule_books <= 1 and (report.forks or len(report.beginnings) != len(report.chains)):
            wrong.append(f"a chain goes on otherwise, or begins again: {report.forks[:2]} {report.beginnings}")
        if (written := len(self._verdicts) + len(self._letters)) != report.verdicts + report.dead_letters:
            wrong.append(f"{report.verdicts} verdicts and {report.dead_letters} dead letters verified of {written}")
        return [f"audit: {each}" for each in wrong[:5]]


def _longest_silence(glances: Sequence[Glance]) -> float:
    longest = 0.0
    since: dict[int, tuple[int, float]] = {}
    for glance in glances:
        for partition, end in glance.transfers.items():
            committed = glance.committed.get(partition, 0)
            before = since.get(partition)
            if before is None or committed != before[0] or committed >= end:
                since[partition] = committed, glance.at
            else:
                longest = max(longest, glance.at - before[1])
    return longest


def _sha256(verdict: Record) -> str:
    """Of the rule book that gave the verdict."""
    found: str = json.loads(verdict.value or b"")["rulebook"]["sha256"]
    return found


def _is_withheld(letter: Record) -> bool:
    return contract.HEADER_WITHHELD_BYTES in letter.header


def _firsts(keyed: Sequence[tuple[bytes, Record]]) -> dict[bytes, Record]:
    """By key the record written first: of a partition the first, of two, where one was added in between, the earlier."""
    firsts: dict[bytes, Record] = {}
    for key, record in keyed:
        first = firsts.setdefault(key, record)
        if record.partition != first.partition and (record.timestamp or 0) < (first.timestamp or 0):
            firsts[key] = record
    return firsts


def _transfer(record: Record) -> bytes:
    """The id of the transfer, which the tests put into a header too, because its key may be shared."""
    return record.header["transfer"].encode()


def _place(record: Record) -> bytes:
    return f"{record.partition}@{record.offset}".encode()


def _original(letter: Record) -> bytes:
    header = letter.header
    return f"{header[contract.HEADER_PARTITION]}@{header[contract.HEADER_OFFSET]}".encode()
