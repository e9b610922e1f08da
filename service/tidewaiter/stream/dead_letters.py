"""Dead letters: building them from the original record, the limits that stop a worker, listing and replay."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from tidewaiter import __version__
from tidewaiter.errors import BrokerError, EngineFault, UnreadableEvent
from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Why, Withheld
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.topic_reader import until_now
from tidewaiter.stream.topics import Topics, check_topics
from tidewaiter.stream.writer import Outgoing, RecordHeaders, Writer
from tidewaiter.wire.chain import letter_digest
from tidewaiter.wire.cloudevents import NotATransfer, header_number
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas.dead_letter import DeadLetterReason

_ENGINE: Final = f"tidewaiter/{__version__}".encode()
_UNREADABLE: Final = f"{UnreadableEvent.__module__}.{UnreadableEvent.__qualname__}"
_OURS_BYTES: Final = 32 * 1024
"""Upper bound for the size of the headers added to an original, including link and signature."""
_HEADER_BYTES: Final = 10
"""Upper bound for the two length fields of a header."""
_LOOK: Final = "look at their reasons (tidewaiter dead-letters list): at their producer, or for engine_error at the log"
_OF_INPUTS: Final = frozenset({contract.HEADER_INPUT, contract.HEADER_REFUSED})
_OURS: Final = frozenset(value for name, value in vars(contract).items() if name.startswith("HEADER_")) - _OF_INPUTS


class Stage(StrEnum):
    """The step in which an event failed: the header `dlq-stage`."""

    DECODE = "decode"
    SCREEN = "screen"
    SETTLE = "settle"
    ENCODE = "encode"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record without a verdict, and the reason. `record` is Faust's message, `error` the class of the error."""

    record: Any
    reason: DeadLetterReason
    detail: str
    stage: Stage = Stage.DECODE
    error: str = _UNREADABLE

    @classmethod
    def of(cls, record: Any, error: NotATransfer) -> Self:
        """Return the dead letter for an error that decoding raised."""
        return cls(record, error.reason, error.detail)

    @classmethod
    def of_fault(cls, record: Any, fault: EngineFault, stage: Stage) -> Self:
        """Return the dead letter for an error that the engine raised on the record in `stage`."""
        return cls(record, DeadLetterReason.ENGINE_ERROR, str(fault), stage, fault.error)

    @classmethod
    def of_withheld(cls, record: Any, withheld: Withheld, settings: Settings) -> Self:
        """Return the dead letter for a record whose content was not read."""
        match withheld.why:
            case Why.RECORD:
                detail = (
                    f"{withheld.size} bytes once decompressed, and {settings.max_record_bytes} of a record are read "
                    "(TIDEWAITER_MAX_RECORD_BYTES)"
                )
            case Why.BATCH:
                detail = (
                    "it lies in a batch of records that cannot be decompressed to its end within "
                    f"{settings.max_batch_bytes} bytes (TIDEWAITER_MAX_BATCH_BYTES), or within 128 MiB of snappy"
                )
            case Why.DAMAGED:
                detail = "it lies in a batch of records that cannot be decompressed or taken apart"
        reason = DeadLetterReason.DAMAGED if withheld.why is Why.DAMAGED else DeadLetterReason.TOO_LARGE
        return cls(record, reason, detail)

    def content(self, group: str, most: int) -> tuple[bytes | None, bytes | None, RecordHeaders]:
        """Return key, value and headers of the letter: those of the original, then the added headers.

        A letter that was replayed and failed again counts its attempts. If the original would exceed `most` bytes, the
        letter has only its size and hash: a broker also accepts large records that were small when compressed, and a
        letter that cannot be written would stop its partition. For a record that was not read, the letter has what is
        known about it and its batch.
        """
        record = self.record
        original: RecordHeaders = record.headers or ()
        if isinstance(record.value, Withheld):
            return None, None, [*self._headers(group, original), *_known_of(record.value)]
        size = sum(len(part or b"") for part in (record.key, record.value))
        size += sum(len(name.encode()) + len(content or b"") + _HEADER_BYTES for name, content in original)
        if size + _OURS_BYTES <= most:
            return record.key, record.value, [*original, *self._headers(group, original)]
        digest = letter_digest(record.key, record.value, original)
        withheld = [
            (contract.HEADER_WITHHELD_BYTES, str(size).encode()),
            (contract.HEADER_WITHHELD_SHA256, digest.encode()),
        ]
        return None, None, [*self._headers(group, original), *withheld]

    def _headers(self, group: str, original: RecordHeaders) -> list[tuple[str, bytes | None]]:
        record = self.record
        timestamp = "" if record.timestamp is None else str(int(record.timestamp * 1000))
        return [
            (contract.HEADER_REASON, self.reason.value.encode()),
            (contract.HEADER_DETAIL, self.detail.encode()),
            (contract.HEADER_STAGE, self.stage.encode()),
            (contract.HEADER_ATTEMPTS, str(attempts(original) + 1).encode()),
            (contract.HEADER_ENGINE, _ENGINE),
            (contract.HEADER_TOPIC, record.topic.encode()),
            (contract.HEADER_PARTITION, str(record.partition).encode()),
            (contract.HEADER_OFFSET, str(record.offset).encode()),
            (contract.HEADER_TIMESTAMP, timestamp.encode()),
            (contract.HEADER_GROUP, group.encode()),
            (contract.HEADER_ERROR_CLASS, self.error.encode()),
            (contract.HEADER_ERROR_MESSAGE, self.detail.encode()),
        ]


def _known_of(withheld: Withheld) -> RecordHeaders:
    known = [
        (contract.HEADER_WITHHELD_BATCH_BYTES, str(withheld.batch_size).encode()),
        (contract.HEADER_WITHHELD_BATCH_SHA256, withheld.batch_sha256.encode()),
    ]
    size = [] if withheld.size is None else [(contract.HEADER_WITHHELD_BYTES, str(withheld.size).encode())]
    return [*size, *known]


def attempts(headers: Sequence[tuple[str, bytes | None]]) -> int:
    """Return how often the event with these headers failed before."""
    counted = [content for name, content in headers if name == contract.HEADER_ATTEMPTS]
    return (header_number(counted[-1]) or 0) if counted else 0


class Limits:
    """Stops a worker that would move a whole topic to the dead letters because its producer or the engine is broken.

    The limits are `in_a_row` dead letters without a verdict in between (0: no limit), and more than `share` of the
    last `window` events (1: no limit), which applies once the window is full.
    """

    def __init__(self, in_a_row: int, share: float, window: int) -> None:
        self._in_a_row, self._share = in_a_row, share
        self._recent: deque[bool] = deque(maxlen=window)
        self._dead = 0
        self._row = 0

    def count(self, judged: Sequence[bool]) -> None:
        """Count the events of a batch in order; False is a dead letter. Raises WorkerError when a limit is exceeded."""
        if all(judged) and not self._dead:
            self._row = 0
            self._recent.extend(judged)
            return
        for fine in judged:
            if len(self._recent) == self._recent.maxlen and not self._recent[0]:
                self._dead -= 1
            self._recent.append(fine)
            if fine:
                self._row = 0
                continue
            self._dead += 1
            self._row += 1
            if self._in_a_row and self._row >= self._in_a_row:
                raise WorkerError(
                    ExitCode.TOO_MANY_DEAD_LETTERS,
                    f"{self._row} events in a row became dead letters: {_LOOK}, or raise "
                    "TIDEWAITER_DEAD_LETTERS_IN_A_ROW",
                )
            full = len(self._recent) == self._recent.maxlen
            if full and self._share < 1 and self._dead > self._share * len(self._recent):
                raise WorkerError(
                    ExitCode.TOO_MANY_DEAD_LETTERS,
                    f"{self._dead} of the last {len(self._recent)} events became dead letters: {_LOOK}, or raise "
                    "TIDEWAITER_DEAD_LETTER_SHARE",
                )


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter as stored on its topic. `reason` is the text of the header, `original` the source of the record."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def header(self, name: str) -> str:
        """Return the last header of that name as text, empty when there is none."""
        found = [content for each, content in self.headers if each == name and content is not None]
        return found[-1].decode(errors="replace") if found else ""

    @property
    def reason(self) -> str:
        """Return the text of its DeadLetterReason."""
        return self.header(contract.HEADER_REASON)

    @property
    def original(self) -> str:
        """Return the source of the original record, such as `transfers/3@41`. Empty if unknown."""
        names = (contract.HEADER_TOPIC, contract.HEADER_PARTITION, contract.HEADER_OFFSET)
        topic, partition, offset = (self.header(name) for name in names)
        return f"{topic}/{partition}@{offset}" if topic else ""

    @property
    def withheld(self) -> bool:
        """Return whether the letter lacks its original, or was itself not read."""
        known = self.header(contract.HEADER_WITHHELD_SHA256) or self.header(contract.HEADER_WITHHELD_BATCH_SHA256)
        emptied = bool(self.header(contract.HEADER_REFUSED)) and not self.value
        return bool(known) or emptied or isinstance(self.value, Withheld)

    def original_headers(self) -> list[tuple[str, bytes | None]]:
        """Return the headers that the sender wrote."""
        return [(name, content) for name, content in self.headers if name not in _OURS]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a replay: letters sent back, and letters skipped: not selected, or without their original."""

    sent: int
    passed_over: int


async def stored_letters(
    settings: Settings, reason: DeadLetterReason | None = None
) -> AsyncGenerator[StoredLetter, None]:
    """Yield every dead letter now on the topic, partition by partition, oldest first. Raises BrokerError."""
    async with _reading(settings, group=None) as (consumer, places):
        await consumer.seek_to_beginning(*places)
        async for letters in _until_now(consumer, places):
            for letter in letters:
                if reason is None or letter.reason == reason:
                    yield letter


async def stored_letter(settings: Settings, partition: int, offset: int) -> StoredLetter | None:
    """Return the dead letter at a partition and offset, None when there is none. Raises BrokerError."""
    async with _reading(settings, group=None) as (consumer, places):
        place = next((each for each in places if each.partition == partition), None)
        if place is None:
            return None
        consumer.seek(place, offset)
        consumer.pause(*(each for each in places if each != place))
        async for letters in _until_now(consumer, [place]):
            return letters[0] if letters and letters[0].offset == offset else None
    return None


async def replay(
    settings: Settings,
    reason: DeadLetterReason | None = None,
    most: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Replayed:
    """Send dead letters back to the transfer topic with their original bytes, key and headers.

    Each letter is sent once per selection (`reason`, or all). The progress of a selection is the committed offset of
    the group `GROUP.replay.SELECTION`, which is committed only after the broker has acknowledged the letters. After an
    interruption, the replay continues from there and may send the last few letters again, which gives the same verdicts
    again. A letter that still cannot be read comes back with `dlq-attempts` increased by one. Raises BrokerError or
    WorkerError.
    """
    topics = Topics.of(settings)
    producer = AIOKafkaProducer(**client_options(settings), acks="all", max_request_size=settings.max_record_bytes)
    sent = passed_over = 0
    group = f"{settings.group}.replay.{reason.value if reason else 'all'}"
    async with _reading(settings, group) as (consumer, places), started(producer, settings):
        writers: dict[str, Writer] = {}
        for place in places:
            if not await consumer.committed(place):
                await consumer.seek_to_beginning(place)
        async for letters in _until_now(consumer, places):
            chosen: list[StoredLetter] = []
            done: dict[TopicPartition, int] = {}
            for letter in letters:
                if most is not None and sent + len(chosen) >= most:
                    break
                done[TopicPartition(topics.dead_letters, letter.partition)] = letter.offset + 1
                if (reason is None or letter.reason == reason) and not letter.withheld:
                    chosen.append(letter)
                else:
                    passed_over += 1
            for topic, of_topic in groupby(chosen, key=lambda letter: _topic_of(letter, topics)):
                if topic not in writers:
                    seconds = settings.produce_timeout_seconds
                    writers[topic] = Writer(producer, topic, seconds, ExitCode.DEAD_LETTER)
                await writers[topic].write([_sent_back(letter) for letter in of_topic])
            if done:
                await consumer.commit(done)
            sent += len(chosen)
            if on_progress is not None:
                on_progress(sent)
            if most is not None and sent >= most:
                break
    return Replayed(sent, passed_over)


def _topic_of(letter: StoredLetter, topics: Topics) -> str:
    """Return the topic to which a letter goes back: a document that was refused to its own, all others to transfers."""
    came_from = read_place(letter.header(contract.HEADER_INPUT)) if letter.header(contract.HEADER_REFUSED) else None
    return topics.transfers if came_from is None else came_from


def read_place(place: str) -> str | None:
    """Return the topic of a place such as `payments/3@41`; None when it is none."""
    found = re.fullmatch(r"\A([A-Za-z0-9._-]{1,249})/\d+@\d+", place)
    return None if found is None else found[1]


def _sent_back(letter: StoredLetter) -> Outgoing:
    counted = (contract.HEADER_ATTEMPTS, str(attempts(letter.headers)).encode())
    headers = [each for each in letter.original_headers() if each[0] != contract.HEADER_REFUSED]
    if len(headers) < len(letter.original_headers()):
        headers = [each for each in headers if each[0] != contract.HEADER_INPUT]
    return Outgoing(letter.value, letter.key, [*headers, counted], letter.original)


@asynccontextmanager
async def _reading(settings: Settings, group: str | None) -> AsyncIterator[tuple[Any, list[TopicPartition]]]:
    topic = Topics.of(settings).dead_letters
    present = await check_topics(settings)
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    async with started(consumer, settings):
        places = [TopicPartition(topic, number) for number in range(present[topic])]
        consumer.assign(places)
        try:
            yield consumer, places
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not read it (needs Read)") from error
        except GroupAuthorizationFailedError as error:
            raise BrokerError(f"group {group}: this user may not use it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic}: {error or type(error).__name__}") from error


async def _until_now(consumer: Any, places: Sequence[TopicPartition]) -> AsyncIterator[list[StoredLetter]]:
    async for records in until_now(consumer, places):
        yield [
            StoredLetter(record.partition, record.offset, record.key, record.value, tuple(record.headers))
            for record in records
        ]
