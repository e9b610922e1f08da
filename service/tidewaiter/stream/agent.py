"""The screening agent: take a batch, decode, screen, write, await the broker, acknowledge in order.

Acknowledging is the last step. Whatever is raised before it ends the process with the batch unacknowledged, so that
the next owner of the partition reads it again and writes the same bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

from tidewaiter.observability import logs
from tidewaiter.observability.metrics import STAGES, Metrics
from tidewaiter.observability.trace_context import sampled
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw, QuotaUsage
from tidewaiter.screening.screener import Assessment
from tidewaiter.settings import Settings
from tidewaiter.stream.dead_letters import DeadLetter, Limits
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.progress import Progress
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.chain import HEADER, LETTER_TYPE, signed
from tidewaiter.wire.cloudevents import VERDICT_TYPE, NotATransfer, canonical, decode, timestamp, verdict_headers
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas import TransferEvent, Verdict
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas.quota import QuotaClaim

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from tidewaiter.observability.traces import Traces

_SLICE_SECONDS: Final = 0.01
"""How long screening keeps the event loop. While a rule book is built beside it, a slice may take twice as long."""
_YIELD_EVERY: Final = 100
"""Events decoded, or verdicts encoded, before the event loop gets a turn."""
_log = logs.logger("tidewaiter.agent")


class Screens(Protocol):
    """What the stream needs of a screener: as many assessments as transfers, in their order, and a verdict of each."""

    def assess(self, transfers: Sequence[TransferEvent]) -> list[Assessment]:
        """Judge the transfers, but for the totals of quotas."""
        ...

    def conclude(self, assessed: Assessment, before: Mapping[QuotaClaim, Tally]) -> Verdict:
        """Decide, given what was counted before each claim."""
        ...

    def quota_usage(self, ledger: QuotaLedger, day: date) -> list[QuotaUsage]:
        """How the quotas in force on `day` stand."""
        ...


class Settles(Protocol):
    """What gives claims on quotas their place among all others, once for all."""

    async def settle(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Tally]:
        """What was counted before each claim: the same however often, and by whomever, it is asked."""
        ...


@dataclass(slots=True)
class _Batch:
    """One batch on its way, judged by one screener from end to end.

    `readable` says of each event what it is. `records` and `transfers` run side by side; `judged` too once they are
    there: verdicts, and assessments that wait for the totals of their quotas. `verdicts` is complete when none waits
    any more.
    """

    events: list[Any]
    screener: Screens
    readable: list[bool] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    transfers: list[TransferEvent] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    judged: list[Verdict | Assessment] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    spans: list[tuple[Span, Verdict]] = field(default_factory=list)
    """Spans of the transfers that are traced, with their verdicts."""


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
    """Judges the batches of one stream, one batch at a time.

    `screener` may be replaced at any moment: a batch is judged to its end by the one that was there at its beginning.
    Each verdict and dead letter is linked to the one before of its partition, and signed by the key `signing`, if
    there is one. Each transfer that is traced has a span.
    """

    def __init__(
        self,
        settings: Settings,
        screener: Screens,
        quotas: Settles,
        verdicts: Writer,
        dead_letters: Writer,
        metrics: Metrics,
        progress: Progress,
        signing: SigningKey | None = None,
        traces: Traces | None = None,
    ) -> None:
        self.screener, self._quotas, self._signing, self._traces = screener, quotas, signing, traces
        self._verdicts, self._dead_letters = verdicts, dead_letters
        self._metrics, self._progress = metrics, progress
        self._group, self._max_bytes = settings.group, settings.max_event_bytes
        self._most_bytes = settings.max_record_bytes
        self._limits = Limits(settings.dead_letters_in_a_row, settings.dead_letter_share, settings.dead_letter_window)
        self.batch_size = BatchSize(settings.batch_max, settings.batch_seconds)
        self.idle = asyncio.Event()
        self.idle.set()
        self.stopping = False

    async def screen_batch(self, events: list[Any]) -> None:
        """Take a batch of Faust events from bytes to acknowledged verdicts. Raises WorkerError, and whatever else."""
        self.idle.clear()
        self._progress.batch_begins()
        batch = _Batch(events, self.screener)
        marks = [time.perf_counter()]
        await self._decode(batch)
        marks.append(time.perf_counter())
        await self._screen(batch)
        marks.append(time.perf_counter())
        await self._settle(batch)
        marks.append(time.perf_counter())
        verdicts, letters = await self._encode(batch)
        marks.append(time.perf_counter())
        await asyncio.gather(self._verdicts.write(verdicts), self._dead_letters.write(letters))
        marks.append(time.perf_counter())
        for event in batch.events:
            event.ack()
        marks.append(time.perf_counter())
        self._record(batch, marks)
        self._progress.batch_ends()
        self.idle.set()

    async def _decode(self, batch: _Batch) -> None:
        for number, event in enumerate(batch.events, 1):
            if not number % _YIELD_EVERY:
                await asyncio.sleep(0)
            record = event.message
            try:
                transfer = decode(record.value, record.headers, self._max_bytes)
            except NotATransfer as error:
                batch.dead.append(DeadLetter.of(record, error))
                batch.readable.append(False)
            else:
                batch.records.append(record)
                batch.transfers.append(transfer)
                batch.readable.append(True)
        self._limits.count(batch.readable)

    async def _screen(self, batch: _Batch) -> None:
        began = time.perf_counter()
        transfers, size = batch.transfers, self.batch_size.slice
        for start in range(0, len(transfers), size):
            if start:
                await asyncio.sleep(0)
            part = slice(start, start + size)
            batch.judged += _judged(batch.screener, transfers[part], batch.records[part])
        self.batch_size.took(time.perf_counter() - began, len(transfers))

    async def _settle(self, batch: _Batch) -> None:
        """Make verdicts of the assessments that draw on a quota. Few batches have one, and others wait for nothing."""
        draws = [draw for judged in batch.judged if isinstance(judged, Assessment) for draw in judged.draws]
        before = await self._quotas.settle(draws) if draws else {}
        for judged in batch.judged:
            settled = batch.screener.conclude(judged, before) if isinstance(judged, Assessment) else judged
            batch.verdicts.append(settled)
        if [verdict.transfer_id for verdict in batch.verdicts] != [transfer.id for transfer in batch.transfers]:
            raise WorkerError(
                ExitCode.UNFORESEEN, f"the screener did not answer {_where(batch.records)} one for one and in order"
            )

    async def _encode(self, batch: _Batch) -> tuple[list[Outgoing], list[Outgoing]]:
        """Verdicts and dead letters as they go out, linked in the order of the events."""
        now = timestamp(datetime.now(UTC))
        verdicts, dead = iter(batch.verdicts), iter(batch.dead)
        outgoing, letters = [], []
        for number, (event, readable) in enumerate(zip(batch.events, batch.readable, strict=True), 1):
            if not number % _YIELD_EVERY:
                await asyncio.sleep(0)
            record = event.message
            if readable:
                outgoing.append(self._verdict(batch, record, next(verdicts), now))
            else:
                letters.append(self._letter(next(dead)))
            record.ends = record.chain.ends
        return outgoing, letters

    def _verdict(self, batch: _Batch, record: Any, verdict: Verdict, now: bytes) -> Outgoing:
        traceparent = None
        if self._traces is not None and (span := self._traces.begin(record, batch.began)) is not None:
            batch.spans.append((span, verdict))
            traceparent = self._traces.header(span)
        value = canonical(verdict)
        chain = record.chain.verdict(_place(record), value)
        headers = verdict_headers(verdict, record.headers, now, traceparent)
        headers.append((HEADER, chain))
        if self._signing is not None:
            headers.append(self._signing.header(VERDICT_TYPE, signed(chain, value)))
        return Outgoing(value, verdict.transfer_id.encode(), headers, f"transfer {verdict.transfer_id}")

    def _letter(self, letter: DeadLetter) -> Outgoing:
        record, place = letter.record, _place(letter.record)
        key, value, headers = letter.content(self._group, self._most_bytes)
        chain = record.chain.dead_letter(place, key, value, headers)
        added = [(contract.HEADER_CHAIN, chain)]
        if self._signing is not None:
            added.append(self._signing.header(LETTER_TYPE, signed(chain, value), contract.HEADER_SIGNATURE))
        return Outgoing(value, key, [*headers, *added], place)

    def _record(self, batch: _Batch, marks: Sequence[float]) -> None:
        metrics, now = self._metrics, time.time()
        for stage, seconds in zip(
            STAGES,
            (later - earlier for earlier, later in pairwise(marks)),
            strict=True,
        ):
            metrics.stage.labels(stage).inc(seconds)
        if batch.verdicts:
            metrics.screening.observe((marks[2] - marks[1]) / len(batch.verdicts), len(batch.verdicts))
            timed = [record for record in batch.records if record.timestamp is not None]
            metrics.event_to_verdict.observe_all(max(0.0, now - record.timestamp) for record in timed)
            if (
                traced := next(((record, of) for record in timed if (of := sampled(record.headers))), None)
            ) is not None:
                record, (trace_id, _) = traced
                metrics.event_to_verdict.exemplify(max(0.0, now - record.timestamp), trace_id, now)
            if self._traces is not None:
                for span, verdict in batch.spans:
                    self._traces.end(span, verdict)
            metrics.judged(batch.verdicts)
        if batch.dead:
            metrics.unreadable(letter.reason for letter in batch.dead)
        messages = [event.message for event in batch.events]
        self._progress.judged({message.partition: message.timestamp or now for message in messages})
        metrics.batch_size.observe(len(messages))
        metrics.last_progress.set(now)
        _log.info(
            "batch",
            events=len(batch.events),
            verdicts=len(batch.verdicts),
            dead_letters=len(batch.dead),
            screen_seconds=round(marks[2] - marks[1], 6),
            seconds=round(marks[-1] - marks[0], 6),
            records=_where(messages),
        )


def _place(record: Any) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


def _where(records: Sequence[Any]) -> str:
    """The records by partition and offset range, which is all that a log may say of them."""
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    for record in records:
        at = (record.topic, record.partition)
        low, high = spans.get(at, (record.offset, record.offset))
        spans[at] = (min(low, record.offset), max(high, record.offset))
    return " ".join(f"{topic}/{partition}@{low}-{high}" for (topic, partition), (low, high) in sorted(spans.items()))


def _judged(screener: Screens, transfers: list[TransferEvent], records: list[Any]) -> list[Verdict | Assessment]:
    try:
        return [
            assessed if assessed.draws else screener.conclude(assessed, {}) for assessed in screener.assess(transfers)
        ]
    except Exception as error:
        raise WorkerError(ExitCode.UNFORESEEN, _culprit(screener, transfers, records, error)) from error


def _culprit(screener: Screens, transfers: list[TransferEvent], records: list[Any], error: Exception) -> str:
    """Name the record that the screener fails on. Its content stays out of the message, and so does the error's."""
    for transfer, record in zip(transfers, records, strict=True):
        try:
            for assessed in screener.assess([transfer]):
                if not assessed.draws:
                    screener.conclude(assessed, {})
        except Exception as again:
            return f"screening {_where([record])} raised {type(again).__name__}; nothing of its batch is acknowledged"
    return f"screening {_where(records)} together raised {type(error).__name__}; nothing of it is acknowledged"
