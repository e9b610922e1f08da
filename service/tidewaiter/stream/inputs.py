"""The stage before the transfers: reads topics of documents, converts each, and writes its transfers to their topic.

Verdicts, dead letters, chains, quotas and replays then know one topic only, that of the transfers. A document that is
not of its format is written there too, as it came, with a header that says why: the agent makes it a dead letter.

Offsets are committed only after the broker has acknowledged all that came of the documents before them. The same
document gives the same transfers, so a document that is read again gives the same verdicts again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError, IllegalGenerationError, UnknownMemberIdError

from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter.errors import NOT_THE_RECORD, BrokerError, EngineFault, SettingsError
from tidewaiter.observability import logs
from tidewaiter.observability.metrics import Metrics
from tidewaiter.settings import Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.topics import Topics, partitions_of
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import converted_headers, timestamp
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
    """The topics of documents, each with its format; `mapping` is that of CSV."""

    formats: Mapping[str, Format]
    mapping: ColumnMapping | None = None

    @classmethod
    def of(cls, settings: Settings) -> Inputs:
        """Return the inputs of the settings, without the topic of transfers, which is always read. SettingsError."""
        formats: dict[str, Format] = {}
        own = vars_of(Topics.of(settings))
        for topic, form in settings.inputs:
            if not form:
                continue
            if topic in own:
                raise SettingsError(f"TIDEWAITER_INPUTS: {topic} is a topic that tidewaiter writes, and no input")
            if form not in set(Format):
                raise SettingsError(f"TIDEWAITER_INPUTS: {topic}:{form}: the formats are {', '.join(Format)}")
            formats[topic] = Format(form)
        mapping = None
        if Format.CSV in formats.values():
            if settings.csv_mapping_file is None:
                raise SettingsError("TIDEWAITER_INPUTS has csv: name its mapping by TIDEWAITER_CSV_MAPPING_FILE")
            try:
                mapping = ColumnMapping.read(settings.csv_mapping_file.read_bytes())
            except OSError as error:
                raise SettingsError(f"{settings.csv_mapping_file}: cannot be read: {error.strerror}") from error
        return cls(formats, mapping)


def vars_of(topics: Topics) -> set[str]:
    """Return the names of all topics."""
    return {getattr(topics, name) for name in topics.__slots__}


async def check_inputs(settings: Settings, inputs: Inputs) -> None:
    """Raise BrokerError when a topic of the inputs is missing."""
    if not inputs.formats:
        return
    present = await partitions_of(settings, list(inputs.formats))
    if missing := sorted(set(inputs.formats) - set(present)):
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
    async with started(producer, settings), started(consumer, settings):
        # After the start, which would wait for the whole group to join, within the time to reach a broker.
        consumer.subscribe([*inputs.formats])
        writer = Writer(producer, Topics.of(settings).transfers, settings.produce_timeout_seconds, ExitCode.PRODUCE)
        stage = _Stage(settings, inputs)
        _log.info(
            "reading documents", inputs={topic: form.value for topic, form in inputs.formats.items()}, group=group
        )
        while True:
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
            records = [record for batch in fetched.values() for record in batch]
            if not records:
                continue
            outgoing, refused = await stage.converted(records)
            await writer.write(outgoing)
            try:
                await consumer.commit({place: batch[-1].offset + 1 for place, batch in fetched.items() if batch})
            except _MOVED:  # the partitions have moved: their next owner converts the documents again
                _log.info("partitions of documents moved before their offsets were committed")
            for topic in {record.topic for record in records}:
                of_topic = [record for record in records if record.topic == topic]
                bad = sum(id(record) in refused for record in of_topic)
                metrics.documents.labels(topic, "converted").inc(len(of_topic) - bad)
                metrics.documents.labels(topic, "refused").inc(bad)
                metrics.document_transfers.labels(topic).inc(
                    sum(out.subject.startswith(f"{topic}/") for out in outgoing)
                )


class _Stage:
    def __init__(self, settings: Settings, inputs: Inputs) -> None:
        self._inputs = inputs
        self._most, self._most_record = settings.max_event_bytes, settings.max_record_bytes

    async def converted(self, records: Sequence[Any]) -> tuple[list[Outgoing], set[int]]:
        """Return the records to write, and the ids of the objects of the documents that were refused."""
        outgoing: list[Outgoing] = []
        refused: set[int] = set()
        since = 0
        for record in records:
            size = len(record.value or b"")
            since += size
            if since > _YIELD_BYTES:
                await asyncio.sleep(0)
                since = 0
            try:
                if size > _YIELD_BYTES:
                    outgoing += await asyncio.to_thread(self._transfers, record)
                else:
                    outgoing += self._transfers(record)
            except NotConvertible as error:
                refused.add(id(record))
                outgoing.append(self._refused(record, error.detail))
            except NOT_THE_RECORD:
                raise
            except Exception as error:
                fault = EngineFault.of(error)
                _log.error(
                    "adapter error", error=fault.error, place=fault.place, record=_place(record), trace=fault.trace
                )
                refused.add(id(record))
                outgoing.append(self._refused(record, f"the adapter failed: {fault}"))
        return outgoing, refused

    def _transfers(self, record: Any) -> list[Outgoing]:
        """Return the transfers of a document. Raises NotConvertible, and then none of them is written."""
        value = record.value
        if isinstance(value, Withheld):
            raise NotConvertible("it is too large or damaged, and was not read")
        if len(value or b"") > self._most:
            raise NotConvertible(f"{len(value)} bytes; at most {self._most} are read (TIDEWAITER_MAX_EVENT_BYTES)")
        moment = timestamp(datetime.fromtimestamp(max(0, record.timestamp) / 1_000, UTC))
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
            for transfer in convert(form, value or b"", moment.decode(), self._inputs.mapping)
        ]

    def _refused(self, record: Any, why: str) -> Outgoing:
        """Return the document as it came, with the reason. What is too large to be written is left out."""
        value, key, headers = record.value, record.key, list(record.headers)
        size = len(value or b"") + len(key or b"") + sum(len(name) + len(content or b"") for name, content in headers)
        if isinstance(value, Withheld) or size + _OURS_BYTES > self._most_record:
            value, key, headers = b"", None, []
        detail = f"{_place(record)} is not {self._inputs.formats[record.topic]}: {why}"
        place = _place(record)
        added = [(HEADER_INPUT, place.encode()), (HEADER_REFUSED, detail.encode())]
        return Outgoing(value if value is not None else b"", key, [*headers, *added], place)


def _place(record: Any) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"
