"""Rule books on their topic: which are published and which is in force.

The record of a rule book has its sha-256 as key, and the compiled file or its URI as value. The record `current` names
the one in force. When keys are trusted, records that none of them signed are ignored. This module does not verify
files; `release/adoption.py` does.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from pydantic import ValidationError

from tidewaiter.errors import BrokerError, RuleError
from tidewaiter.release.book_files import Permitted, fetch
from tidewaiter.settings import Settings
from tidewaiter.stream.background import in_daemon_thread
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.cloudevents import SOURCE, timestamp
from tidewaiter.wire.signing import SigningKey, TrustedKeys, signing_key, trusted_keys
from tidewaiter_schemas.rulebook import CurrentRuleBook, PublishedRuleBook, RuleBookFile, RuleBookManifest

CURRENT: Final = b"current"
_POLL_MS: Final = 500
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

_TYPES: Final = {
    PublishedRuleBook: "tidewaiter.published-rulebook.v1",
    CurrentRuleBook: "tidewaiter.current-rulebook.v1",
}

R = TypeVar("R", PublishedRuleBook, CurrentRuleBook)


class NoTopic(BrokerError):  # noqa: N818 - it is the topic that is missing
    """The rule-book topic does not exist, or this user may not see it."""


class Unsigned(RuleError):  # noqa: N818 - it is the record that is unsigned
    """A record without a signature by a trusted key."""


class Stale(RuleError):  # noqa: N818 - it is the record that is stale
    """A signed record that was written before one that was read already: a replay."""


@dataclass(slots=True)
class RuleBookTopicState:
    """The content of the rule-book topic: the offset of each rule book's record, and which one is in force.

    `next` is the offset to read. With `trusted`, only records signed by one of these keys count, and nothing written
    before `written` is put in force.
    """

    trusted: TrustedKeys | None = None
    written: datetime | None = None
    current: CurrentRuleBook | None = None
    history: list[CurrentRuleBook] = field(default_factory=list)
    """What was put in force, in order, as far as the topic still has it, with `current`. What was called off is not."""
    signer: str | None = None
    """The id of the trusted key that signed `current`."""
    places: dict[str, int] = field(default_factory=dict)
    next: int = 0
    latest: tuple[str, bytes] | None = None
    """The rule book read last, with its record. It is usually the next to be put in force."""
    failed: RuleError | None = None
    """Why the last `current` record is ignored; None when it counts."""

    def take(self, record: Any) -> bool:
        """Add a record. Return True when it changes which rule book is in force. RuleError when it is ignored."""
        self.next = record.offset + 1
        if record.key == CURRENT:
            try:
                self._put_in_force(record)
            except RuleError as error:
                self.failed = error
                raise
            self.failed = None
            return True
        sha256 = (record.key or b"").decode(errors="replace")
        if not _SHA256.fullmatch(sha256):
            raise RuleError(f"record at offset {record.offset} of the rule-book topic: its key is not a sha-256")
        self.signed_by(record, PublishedRuleBook, sha256)
        if record.value is None:
            self.places.pop(sha256, None)
        else:
            self.places[sha256] = record.offset
            self.latest = sha256, record.value
        return False

    def signed_by(self, record: Any, model: type[PublishedRuleBook | CurrentRuleBook], name: str) -> str | None:
        """Return the id of the trusted key that signed the record; None when no key is required. Raises Unsigned."""
        if self.trusted is None:
            return None
        signer = None
        if record.value is not None:  # a deletion has no signature
            signer = self.trusted.signer(_TYPES[model], record.value, record.headers)
        if signer is None:
            what = "deleted by an unknown user" if record.value is None else "not signed by a trusted key"
            raise Unsigned(f"record {name} of the rule-book topic, offset {record.offset}: {what}")
        return signer

    def _put_in_force(self, record: Any) -> None:
        signer = self.signed_by(record, CurrentRuleBook, "current")
        current = None if record.value is None else _read(CurrentRuleBook, record.value, "current")
        if self.trusted is not None and current is not None:
            if self.written is not None and current.order < self.written:
                raise Stale(
                    f"record current of the rule-book topic, offset {record.offset}: was signed for {current.order}, "
                    f"and one for {self.written} has been read: it is a replay"
                )
            self.written = current.order
        self.current, self.signer = current, signer
        if current is not None:
            if self.history and self.history[-1].is_pending(min(current.since, current.order)):
                self.history.pop()  # called off before it was in force
            self.history.append(current)


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[tuple[Any, TopicPartition]]:
    """Provide a consumer without a group at the start of the topic. BrokerError; NoTopic when there is no topic."""
    topic = Topics.of(settings).rulebook
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=250,
        max_partition_fetch_bytes=settings.max_record_bytes,
    )
    async with started(consumer, settings):
        try:
            # All topics are requested, because brokers that create topics on demand would create one requested by name.
            if topic not in await consumer.topics():
                raise NoTopic(
                    f"topic {topic} is not there, or this user may not see it (needs Read): "
                    "create it with: tidewaiter topics create"
                )
            place = TopicPartition(topic, 0)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            yield consumer, place
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not read it (needs Read)") from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be read: {error or type(error).__name__}") from error


async def read_topic_state(settings: Settings) -> RuleBookTopicState:
    """Return the current content of the topic; `failed` is set when its last `current` is ignored. BrokerError."""
    state = RuleBookTopicState(trusted_keys(settings))
    async with reader(settings) as (consumer, place):
        await catch_up(consumer, place, state)
    return state


async def catch_up(consumer: Any, place: TopicPartition, state: RuleBookTopicState) -> None:
    """Read up to the current end of the topic."""
    end = (await consumer.end_offsets([place]))[place]
    while await consumer.position(place) < end:
        for record in (await consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, ()):
            with contextlib.suppress(RuleError):  # the state keeps the one that matters
                state.take(record)


async def published(settings: Settings, state: RuleBookTopicState, sha256: str) -> PublishedRuleBook:
    """Return the record of one rule book. RuleError when it is missing or cannot be read; BrokerError."""
    if state.latest is not None and state.latest[0] == sha256:
        return _read(PublishedRuleBook, state.latest[1], sha256)
    offset = state.places.get(sha256)
    if offset is not None:
        async with reader(settings) as (consumer, place):
            consumer.seek(place, offset)
            end = (await consumer.end_offsets([place]))[place]
            while await consumer.position(place) < end:
                for record in (await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=1)).get(place, ()):
                    if record.key == sha256.encode() and record.value is not None:
                        state.signed_by(record, PublishedRuleBook, sha256)
                        return _read(PublishedRuleBook, record.value, sha256)
    raise RuleError(f"rule book {sha256}: is not on the topic {Topics.of(settings).rulebook}; publish it again")


async def fetched(settings: Settings, file: RuleBookFile) -> bytes:
    """Return the bytes of a published file, from the record or from its URI, at most one over the stated size.

    Raises NotAllowed where the settings do not let its URI be fetched, RuleError when the bytes cannot be had.
    """
    if file.content is not None:
        try:
            return base64.b64decode(file.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise RuleError("its content is not base64; publish it again") from error
    assert file.uri is not None  # noqa: S101 - the model asks for one of the two
    uri, permitted = file.uri, Permitted.by(settings)
    try:
        async with asyncio.timeout(permitted.seconds):
            return await in_daemon_thread(lambda: fetch(uri, file.size, permitted))
    except TimeoutError as error:
        raise RuleError(f"{uri}: not fetched within {permitted.seconds:g} s") from error


def record_of(settings: Settings, file: bytes, manifest: RuleBookManifest, uri: str | None) -> PublishedRuleBook:
    """Return the record that publishes `file`. RuleError when it is too large for a record and no URI is given."""
    content = None
    if uri is None:
        if len(file) > settings.inline_bytes:
            raise RuleError(
                f"the file has {len(file):,} bytes, and a record may have {settings.inline_bytes:,} "
                "(TIDEWAITER_RULE_BOOK_INLINE_BYTES): copy it to where every worker can read it and give "
                "--uri https://HOST/FILE (s3: and others, or file:///FOLDER/ in TIDEWAITER_RULE_BOOK_URIS)"
            )
        content = base64.b64encode(file).decode()
    return PublishedRuleBook(
        manifest=manifest,
        file=RuleBookFile(size=len(file), sha256=hashlib.sha256(file).hexdigest(), content=content, uri=uri),
        published_at=datetime.now(UTC),
    )


async def put_in_force(settings: Settings, current: CurrentRuleBook, book: PublishedRuleBook | None = None) -> None:
    """Write the rule book, if given, then `current`; return when the broker has both.

    Both are signed where the settings name a key. BrokerError, SettingsError.
    """
    topic, key = Topics.of(settings).rulebook, signing_key(settings)
    producer = AIOKafkaProducer(**client_options(settings), acks="all", max_request_size=settings.max_record_bytes)
    async with started(producer, settings):
        try:
            if book is not None:
                await _write(producer, topic, book.manifest.sha256.encode(), book, key)
            await _write(producer, topic, CURRENT, current, key)
        except TopicAuthorizationFailedError as error:
            raise BrokerError(f"topic {topic}: this user may not write to it (needs Write)") from error
        except MessageSizeTooLargeError as error:
            raise BrokerError(
                f"topic {topic}: the rule book is larger than the topic accepts (max.message.bytes); give --uri"
            ) from error
        except KafkaError as error:
            raise BrokerError(f"topic {topic} cannot be written: {error or type(error).__name__}") from error


async def _write(
    producer: Any, topic: str, key: bytes, model: PublishedRuleBook | CurrentRuleBook, signing: SigningKey | None
) -> None:
    now, kind, value = datetime.now(UTC), _TYPES[type(model)], model.model_dump_json().encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_source", SOURCE.encode()),
        ("ce_type", kind.encode()),
        ("ce_id", f"{key.decode()}@{now.timestamp():.6f}".encode()),
        ("ce_time", timestamp(now)),
        ("content-type", b"application/json"),
    ]
    if signing is not None:
        headers.append(signing.header(kind, value))
    await producer.send_and_wait(topic, value, key=key, partition=0, headers=headers)


def _read(model: type[R], value: bytes, name: str) -> R:
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        at = "/".join(map(str, problem["loc"]))
        raise RuleError(f"record {name} of the rule-book topic: {at}: {problem['msg']}") from error
