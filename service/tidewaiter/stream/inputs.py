"""The stage before the transfers: reads topics of documents, converts each, and writes its transfers to their topic.

Verdicts, dead letters, chains, quotas and replays then know one topic only, that of the transfers. A document that is
not of its format is written there too, as it came, with a header that says why: the agent makes it a dead letter.

Offsets are committed only after the broker has acknowledged all that came of the documents before them. The same
document gives the same transfers, so a document that is read again gives the same verdicts again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError, IllegalGenerationError, IllegalStateError, UnknownMemberIdError

from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter.errors import NOT_THE_RECORD, BrokerError, EngineFault, SettingsError
from tidewaiter.observability import logs
from tidewaiter.observability.metrics import Metrics
from tidewaiter.settings import REGISTRY, Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.schema_registry import Connection, RegistryUnavailable, Schema, SchemaRegistry
from tidewaiter.stream.topics import Topics, partitions_of
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import NotATransfer, converted_headers, decode, timestamp, unframed_headers
from tidewaiter.wire.framing import HEADER as SCHEMA_ID_HEADER
from tidewaiter.wire.framing import Framed, framed
from tidewaiter_schemas.dead_letter import HEADER_INPUT, HEADER_REFUSED

_POLL_MS: Final = 250
_BATCH: Final = 200
_YIELD_BYTES: Final = 64 * 1024
"""Bytes of documents converted before the event loop gets a turn: about five milliseconds."""
_OURS_BYTES: Final = 8 * 1024
_MOVED: Final = (CommitFailedError, IllegalGenerationError, UnknownMemberIdError)
_log = logs.logger("tidewaiter.inputs")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The topics that are read, each with its format; `mapping` is that of CSV."""

    formats: Mapping[str, Format]
    mapping: ColumnMapping | None = None
    registered: frozenset[str] = frozenset()
    """Topics whose records are transfers that name their schema in a schema registry."""

    @property
    def topics(self) -> list[str]:
        """Return all topics that are read."""
        return [*self.formats, *self.registered]

    def format_of(self, topic: str) -> str:
        """Return the format of a topic, as the setting has it."""
        return REGISTRY if topic in self.registered else self.formats[topic].value

    @classmethod
    def of(cls, settings: Settings) -> Inputs:
        """Return the inputs of the settings, without the topic of transfers, which is always read. SettingsError."""
        formats: dict[str, Format] = {}
        registered: set[str] = set()
        own = vars_of(Topics.of(settings))
        for topic, form in settings.inputs:
            if not form:
                continue
            if topic in own:
                raise SettingsError(f"TIDEWAITER_INPUTS: {topic} is a topic that tidewaiter writes, and no input")
            if form == REGISTRY:
                registered.add(topic)
                continue
            if form not in set(Format):
                known = ", ".join([*Format, REGISTRY])
                raise SettingsError(f"TIDEWAITER_INPUTS: {topic}:{form}: the formats are {known}")
            formats[topic] = Format(form)
        mapping = None
        if Format.CSV in formats.values():
            if settings.csv_mapping_file is None:
                raise SettingsError("TIDEWAITER_INPUTS has csv: name its mapping by TIDEWAITER_CSV_MAPPING_FILE")
            try:
                mapping = ColumnMapping.read(settings.csv_mapping_file.read_bytes())
            except OSError as error:
                raise SettingsError(f"{settings.csv_mapping_file}: cannot be read: {error.strerror}") from error
        return cls(formats, mapping, frozenset(registered))


def vars_of(topics: Topics) -> set[str]:
    """Return the names of all topics."""
    return {getattr(topics, name) for name in topics.__slots__}


async def check_inputs(settings: Settings, inputs: Inputs) -> None:
    """Raise BrokerError when a topic of the inputs is missing."""
    if not inputs.topics:
        return
    present = await partitions_of(settings, inputs.topics)
    if missing := sorted(set(inputs.topics) - set(present)):
        raise BrokerError(
            f"TIDEWAITER_INPUTS: topics are missing at {', '.join(settings.broker)}: {', '.join(missing)}; their "
            "producers create them, or this user may not see them (it needs Read)"
        )


async def convert_inputs(settings: Settings, inputs: Inputs, metrics: Metrics) -> None:
    """Convert documents until cancelled. Raises BrokerError or WorkerError; nothing is lost then, and read again."""
    group = f"{settings.group}.inputs"
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=settings.isolation_level.value,
        session_timeout_ms=int(settings.session_timeout_seconds * 1_000),
        heartbeat_interval_ms=int(settings.heartbeat_seconds * 1_000),
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=settings.max_record_bytes,
    )
    producer = AIOKafkaProducer(
        **client_options(settings), acks="all", max_request_size=settings.max_record_bytes, max_batch_size=262_144
    )
    async with started(producer, settings), started(consumer, settings), Connection(settings) as connection:
        # After the start, which would wait for the whole group to join, within the time to reach a broker.
        consumer.subscribe(inputs.topics)
        writer = Writer(producer, Topics.of(settings).transfers, settings.produce_timeout_seconds, ExitCode.PRODUCE)
        registry = SchemaRegistry(connection, metrics.registry_silence.set)
        stage = _Stage(settings, inputs, registry)
        waiting: set[Any] = set()
        _log.info("reading documents", inputs={topic: inputs.format_of(topic) for topic in inputs.topics}, group=group)
        while True:
            waiting &= consumer.assignment()
            if not waiting:
                registry.nobody_waits()
            if consumer.paused() and time.monotonic() >= registry.again_at:
                consumer.resume(*consumer.paused())
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
            if not fetched:
                continue
            done = await stage.converted(fetched)
            await writer.write(done.outgoing)
            waiting = (waiting - fetched.keys()) | done.waiting.keys()
            for place, offset in done.waiting.items():
                with contextlib.suppress(IllegalStateError):  # it has moved: its next owner reads the record
                    consumer.seek(place, offset)
                    consumer.pause(place)
            try:
                if done.offsets:
                    await consumer.commit(done.offsets)
            except _MOVED:  # the partitions have moved: their next owner converts the documents again
                _log.info("partitions of documents moved before their offsets were committed")
            for topic, (converted, refused) in done.documents.items():
                metrics.documents.labels(topic, "converted").inc(converted)
                metrics.documents.labels(topic, "refused").inc(refused)
                metrics.document_transfers.labels(topic).inc(
                    sum(out.subject.startswith(f"{topic}/") for out in done.outgoing)
                )


@dataclass(slots=True)
class _Done:
    """What came of some records: what to write, what to commit then, and which partitions wait, from which offset."""

    outgoing: list[Outgoing] = field(default_factory=list)
    offsets: dict[Any, int] = field(default_factory=dict)
    waiting: dict[Any, int] = field(default_factory=dict)
    documents: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By topic, how many documents were converted and refused."""

    def count(self, topic: str, refused: bool) -> None:
        converted, bad = self.documents.get(topic, (0, 0))
        self.documents[topic] = converted + (not refused), bad + refused


class _Stage:
    def __init__(self, settings: Settings, inputs: Inputs, registry: SchemaRegistry) -> None:
        self._inputs, self._registry = inputs, registry
        self._most, self._most_record = settings.max_event_bytes, settings.max_record_bytes
        self._since = 0

    async def converted(self, fetched: Mapping[Any, Sequence[Any]]) -> _Done:
        """Return what came of the records of each partition.

        A partition whose next record needs a schema that cannot be had now waits there. The others go on.
        """
        done = _Done()
        for place, records in fetched.items():
            for record in records:
                try:
                    written, refused = await self._of_record(record)
                except RegistryUnavailable:
                    done.waiting[place] = record.offset
                    break
                done.outgoing += written
                done.offsets[place] = record.offset + 1
                done.count(record.topic, refused)
        return done

    async def _of_record(self, record: Any) -> tuple[list[Outgoing], bool]:
        """Return what is written for a record, and whether it was refused. Raises RegistryUnavailable."""
        size = len(record.value or b"")
        self._since += size
        if self._since > _YIELD_BYTES:
            await asyncio.sleep(0)
            self._since = 0
        try:
            if record.topic in self._inputs.registered:
                convert_it = await self._of_registry(record)
            else:
                convert_it = self._transfers
            if size > _YIELD_BYTES:
                return await asyncio.to_thread(convert_it, record), False
            return convert_it(record), False
        except NotConvertible as error:
            return [self._refused(record, error.detail)], True
        except NOT_THE_RECORD:
            raise
        except RegistryUnavailable:
            raise
        except Exception as error:
            fault = EngineFault.of(error)
            _log.error("adapter error", error=fault.error, place=fault.place, record=_place(record), trace=fault.trace)
            return [self._refused(record, f"the adapter failed: {fault}")], True

    async def _of_registry(self, record: Any) -> Callable[[Any], list[Outgoing]]:
        """Return the function that makes a transfer of a record by its schema. Raises NotConvertible."""
        self._check_read(record)
        content = framed(record.value or b"", record.headers)
        if content is None:
            raise NotConvertible(
                f"it names no schema: it has no header {SCHEMA_ID_HEADER}, and does not begin with the magic byte 0 "
                "and a schema id"
            )
        schema = await self._registry.schema(content.schema)
        return partial(self._unframed, content, schema)

    def _unframed(self, content: Framed, schema: Schema, record: Any) -> list[Outgoing]:
        place = _place(record)
        try:
            value = schema.json_of(content.content)
            transfer = decode(value, None, self._most)
            headers = unframed_headers(transfer.id, record.topic, _moment(record), record.headers)
        except NotConvertible as error:
            raise NotConvertible(f"it is not of its schema {content.schema}: {error.detail}") from None
        except NotATransfer as error:
            if error.fault is not None:
                _log.error("adapter error", error=error.fault.error, place=error.fault.place, record=place)
            raise NotConvertible(f"it has schema {content.schema}, and {error}") from None
        return [Outgoing(value, transfer.id.encode(), [*headers, (HEADER_INPUT, place.encode())], place)]

    def _check_read(self, record: Any) -> None:
        if isinstance(record.value, Withheld):
            raise NotConvertible("it is too large or damaged, and was not read")
        if len(record.value or b"") > self._most:
            raise NotConvertible(
                f"{len(record.value)} bytes; at most {self._most} are read (TIDEWAITER_MAX_EVENT_BYTES)"
            )

    def _transfers(self, record: Any) -> list[Outgoing]:
        """Return the transfers of a document. Raises NotConvertible, and then none of them is written."""
        self._check_read(record)
        moment = _moment(record)
        form = self._inputs.formats[record.topic]
        place = _place(record)
        return [
            Outgoing(
                json_of(transfer),
                transfer["id"].encode(),
                [
                    *converted_headers(transfer["id"], record.topic, moment, record.headers),
                    (HEADER_INPUT, place.encode()),
                ],
                place,
            )
            for transfer in convert(form, record.value or b"", moment.decode(), self._inputs.mapping)
        ]

    def _refused(self, record: Any, why: str) -> Outgoing:
        """Return the document as it came, with the reason. What is too large to be written is left out."""
        value, key, headers = record.value, record.key, list(record.headers)
        size = len(value or b"") + len(key or b"") + sum(len(name) + len(content or b"") for name, content in headers)
        if isinstance(value, Withheld) or size + _OURS_BYTES > self._most_record:
            value, key, headers = b"", None, []
        form = "a transfer" if record.topic in self._inputs.registered else self._inputs.format_of(record.topic)
        detail = f"{_place(record)} is not {form}: {why}"
        place = _place(record)
        added = [(HEADER_INPUT, place.encode()), (HEADER_REFUSED, detail.encode())]
        return Outgoing(value if value is not None else b"", key, [*headers, *added], place)


def _moment(record: Any) -> bytes:
    return timestamp(datetime.fromtimestamp(max(0, record.timestamp) / 1_000, UTC))


def _place(record: Any) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"
