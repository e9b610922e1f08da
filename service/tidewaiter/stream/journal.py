"""The topic of rescreenings: which rule books were put in force, in one order for all rescreeners, and each run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from tidewaiter.observability import logs
from tidewaiter.rescreening.plan import AdoptionLog
from tidewaiter.settings import Settings
from tidewaiter.stream.failure import ExitCode
from tidewaiter.stream.ordered_topic import OrderedTopic
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import SOURCE, timestamp
from tidewaiter_schemas.rescreening import RescreeningRun, RuleBookAdoption

ADOPTION: Final = b"adoption"
_TYPES: Final = {
    RuleBookAdoption: "tidewaiter.rulebook-adoption.v1",
    RescreeningRun: "tidewaiter.rescreening-run.v1",
}
_log = logs.logger("tidewaiter.rescreener")

RunKey = tuple[str, datetime, int]
"""A run of one partition: the new rule book, when it was put in force, and the partition."""


class Journal(OrderedTopic):
    """The topic of rescreenings, read from its first record until the block of `opened` ends."""

    needs = (
        "so it is not known which rule books were in force. It must keep its records for ever (cleanup.policy=delete, "
        "retention.ms=-1). To go on: make the topic anew; past transfers are then rescreened from the next rule book on"
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, Topics.of(settings).rescreenings, ExitCode.RESCREENINGS)
        self.log = AdoptionLog()
        self.runs: dict[RunKey, RescreeningRun] = {}
        """The last record of each run."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, partitions: int) -> AsyncIterator[Journal]:
        """Read the whole topic, which has `partitions`, and keep reading. Raises WorkerError or BrokerError."""
        journal = cls(settings)
        async with journal.following(partitions):
            yield journal

    async def adopt(self, adoption: RuleBookAdoption, writer: Writer) -> None:
        """Append the adoption unless it is there, and return once it has its place. Raises WorkerError."""
        log = self.log
        if len(log) and adoption.since <= log.since(len(log) - 1):
            return
        await writer.write([_record(adoption, ADOPTION)])
        await self.soon(lambda: bool(len(log)) and adoption.since <= log.since(len(log) - 1))

    async def record(self, run: RescreeningRun, writer: Writer) -> None:
        """Append a record of a run. Raises WorkerError."""
        await writer.write([_record(run, f"{run.new[:16]}@{run.since.isoformat()}/{run.partition}".encode())])
        self.runs[run.new, run.since, run.partition] = run

    def take(self, record: Any) -> None:
        """Take an adoption or a run. All rescreeners skip alike what is neither."""
        try:
            if record.key == ADOPTION:
                self.log.add(RuleBookAdoption.model_validate_json(record.value or b""))
            else:
                run = RescreeningRun.model_validate_json(record.value or b"")
                self.runs[run.new, run.since, run.partition] = run
        except ValidationError:
            _log.error("neither an adoption nor a run", topic=self.topic, offset=record.offset)


def _record(model: RuleBookAdoption | RescreeningRun, key: bytes) -> Outgoing:
    now, kind = datetime.now(UTC), _TYPES[type(model)]
    headers: list[tuple[str, bytes | None]] = [
        ("ce_specversion", b"1.0"),
        ("ce_source", SOURCE.encode()),
        ("ce_type", kind.encode()),
        ("ce_id", key + f"@{now.timestamp():.6f}".encode()),
        ("ce_time", timestamp(now)),
        ("content-type", b"application/json"),
    ]
    return Outgoing(model.model_dump_json().encode(), key, headers, key.decode(), partition=0)
