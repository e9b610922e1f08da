"""The screening agent: take a batch, decode, screen, write, await the broker, acknowledge in order.

Acknowledging is the last step. Whatever is raised before it ends the process with the batch unacknowledged, so that
the next owner of the partition reads it again and writes the same bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, Protocol

from schemas import TransferEvent, Verdict
from service.observability import logs
from service.observability.metrics import Metrics
from service.settings import Settings
from service.stream.dead_letters import DeadLetter, Limits
from service.stream.envelope import NotATransfer, canonical, decode, timestamp, verdict_headers
from service.stream.failure import ExitCode, WorkerError
from service.stream.progress import Progress
from service.stream.writer import Outgoing, Writer

_SLICE_SECONDS: Final = 0.05
_log = logs.logger("tidewaiter.agent")


class Screens(Protocol):
    """What the stream needs of a screener: as many verdicts as transfers, in their order, from them alone."""

    def screen(self, transfers: Sequence[TransferEvent]) -> list[Verdict]:
        """Judge the transfers."""
        ...


@dataclass(slots=True)
class _Batch:
    """One batch on its way. `records` and `transfers` run side by side; `verdicts` too once they are there."""

    events: list[Any]
    records: list[Any] = field(default_factory=list)
    transfers: list[TransferEvent] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


class BatchSize:
    """Keeps a batch short enough to be screened in about `seconds`, and at most `most` long.

    At low load a batch is what has arrived, often one event. At high load it grows to this size.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._each = 0.0

    def __call__(self) -> int:
        """The most to take now."""
        if not self._each:
            return self._most
        return max(1, min(self._most, int(self._seconds / self._each)))

    @property
    def slice(self) -> int:
        """How many to screen before the event loop gets a turn."""
        return max(1, int(_SLICE_SECONDS / self._each)) if self._each else 16

    def took(self, seconds: float, transfers: int) -> None:
        """Learn from a batch: a moving average over about eight."""
        if transfers:
            each = seconds / transfers
            self._each = each if not self._each else self._each + (each - self._each) / 8


class ScreeningAgent:
    """Judges the batches of one stream with one screener, one batch at a time."""

    def __init__(
        self,
        settings: Settings,
        screener: Screens,
        verdicts: Writer,
        dead_letters: Writer,
        metrics: Metrics,
        progress: Progress,
    ) -> None:
        self._screener = screener
        self._verdicts, self._dead_letters = verdicts, dead_letters
        self._metrics, self._progress = metrics, progress
        self._group, self._max_bytes = settings.group, settings.max_event_bytes
        self._limits = Limits(settings.dead_letters_in_a_row, settings.dead_letter_share, settings.dead_letter_window)
        self.batch_size = BatchSize(settings.batch_max, settings.batch_seconds)
        self.idle = asyncio.Event()
        self.idle.set()
        self.stopping = False

    async def screen_batch(self, events: list[Any]) -> None:
        """Take a batch of Faust events from bytes to acknowledged verdicts. Raises WorkerError, and whatever else."""
        self.idle.clear()
        self._progress.batch_begins()
        batch = _Batch(events)
        marks = [time.perf_counter()]
        self._decode(batch)
        marks.append(time.perf_counter())
        await self._screen(batch)
        marks.append(time.perf_counter())
        outgoing = self._encode(batch)
        marks.append(time.perf_counter())
        await asyncio.gather(self._verdicts.write(outgoing), self._dead_letters.write(self._letters(batch)))
        marks.append(time.perf_counter())
        for event in batch.events:
            event.ack()
        marks.append(time.perf_counter())
        self._record(batch, marks)
        self._progress.batch_ends()
        self.idle.set()

    def _decode(self, batch: _Batch) -> None:
        readable = []
        for event in batch.events:
            record = event.message
            try:
                transfer = decode(record.value, record.headers, self._max_bytes)
            except NotATransfer as error:
                batch.dead.append(DeadLetter.of(record, error))
                readable.append(False)
            else:
                batch.records.append(record)
                batch.transfers.append(transfer)
                readable.append(True)
        self._limits.count(readable)

    async def _screen(self, batch: _Batch) -> None:
        began = time.perf_counter()
        screener, transfers, size = self._screener, batch.transfers, self.batch_size.slice
        for start in range(0, len(transfers), size):
            if start:
                await asyncio.sleep(0)
            part = transfers[start : start + size]
            verdicts = self._judged(screener, part, batch.records[start : start + size])
            batch.verdicts.extend(verdicts)
        self.batch_size.took(time.perf_counter() - began, len(transfers))

    def _judged(self, screener: Screens, transfers: list[TransferEvent], records: list[Any]) -> list[Verdict]:
        try:
            verdicts = screener.screen(transfers)
        except Exception as error:
            raise WorkerError(ExitCode.UNFORESEEN, _culprit(screener, transfers, records, error)) from error
        if [verdict.transfer_id for verdict in verdicts] != [transfer.id for transfer in transfers]:
            raise WorkerError(
                ExitCode.UNFORESEEN, f"the screener did not answer {_where(records)} one for one and in order"
            )
        return verdicts

    def _encode(self, batch: _Batch) -> list[Outgoing]:
        now = timestamp(datetime.now(UTC))
        return [
            Outgoing(
                canonical(verdict),
                verdict.transfer_id.encode(),
                verdict_headers(verdict, record.headers, now),
                f"transfer {verdict.transfer_id}",
            )
            for verdict, record in zip(batch.verdicts, batch.records, strict=True)
        ]

    def _letters(self, batch: _Batch) -> list[Outgoing]:
        return [
            Outgoing(
                letter.record.value,
                letter.record.key,
                letter.headers(self._group),
                f"{letter.record.topic}/{letter.record.partition}@{letter.record.offset}",
            )
            for letter in batch.dead
        ]

    def _record(self, batch: _Batch, marks: Sequence[float]) -> None:
        metrics, now = self._metrics, time.time()
        for stage, seconds in zip(
            ("decode", "screen", "encode", "write", "acknowledge"),
            (later - earlier for earlier, later in pairwise(marks)),
            strict=True,
        ):
            metrics.stage.labels(stage).inc(seconds)
        if batch.verdicts:
            metrics.screening.observe((marks[2] - marks[1]) / len(batch.verdicts), len(batch.verdicts))
            metrics.event_to_verdict.observe_all(
                max(0.0, now - record.timestamp) for record in batch.records if record.timestamp is not None
            )
            metrics.judged(batch.verdicts)
        if batch.dead:
            metrics.unreadable(letter.reason for letter in batch.dead)
        metrics.batch_size.observe(len(batch.events))
        metrics.last_progress.set(now)
        _log.info(
            "batch",
            events=len(batch.events),
            verdicts=len(batch.verdicts),
            dead_letters=len(batch.dead),
            screen_seconds=round(marks[2] - marks[1], 6),
            seconds=round(marks[-1] - marks[0], 6),
            records=_where([event.message for event in batch.events]),
        )


def _where(records: Sequence[Any]) -> str:
    """The records by partition and offset range, which is all that a log may say of them."""
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    for record in records:
        at = (record.topic, record.partition)
        low, high = spans.get(at, (record.offset, record.offset))
        spans[at] = (min(low, record.offset), max(high, record.offset))
    return " ".join(f"{topic}/{partition}@{low}-{high}" for (topic, partition), (low, high) in sorted(spans.items()))


def _culprit(screener: Screens, transfers: list[TransferEvent], records: list[Any], error: Exception) -> str:
    """Name the record that the screener fails on. Its content stays out of the message, and so does the error's."""
    for transfer, record in zip(transfers, records, strict=True):
        try:
            screener.screen([transfer])
        except Exception as again:
            return f"screening {_where([record])} raised {type(again).__name__}; nothing of its batch is acknowledged"
    return f"screening {_where(records)} together raised {type(error).__name__}; nothing of it is acknowledged"
