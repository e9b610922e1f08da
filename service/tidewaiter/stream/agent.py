"""The screening agent: take a batch, decode, screen, write, wait for the broker, acknowledge in order.

Acknowledging is the last step. When the engine fails on one record, that record becomes a dead letter. Any other error
before the last step ends the process with the batch unacknowledged: the next owner of the partition reads it again and
writes the same bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.observability import logs
from tidewaiter.observability.metrics import STAGES, Metrics
from tidewaiter.observability.trace_context import sampled
from tidewaiter.screening.date_guard import DateGuard, with_doubt
from tidewaiter.screening.isolation import Judges, judge_each, read_ahead
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw, QuotaUsage
from tidewaiter.screening.screener import Assessment
from tidewaiter.settings import OnEngineError, Settings
from tidewaiter.stream.batches import Withheld
from tidewaiter.stream.dead_letters import DeadLetter, Limits, Stage
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.progress import Progress
from tidewaiter.stream.shadow import Live, Shadow
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.chain import HEADER, LETTER_TYPE, adoption_name, in_force_header, signed
from tidewaiter.wire.cloudevents import (
    VERDICT_TYPE,
    NotATransfer,
    canonical,
    decode,
    source_of,
    timestamp,
    verdict_headers,
)
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas import DeadLetterReason, TransferEvent, Verdict, in_force
from tidewaiter_schemas import dead_letter as contract
from tidewaiter_schemas.quota import QuotaClaim

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from tidewaiter.observability.traces import Traces

_SLICE_SECONDS: Final = 0.01
"""How long screening may hold the event loop. While a rule book is built, a slice may take twice as long."""
_ENVELOPE_BYTES: Final = 8 * 1024
"""An upper bound for the key and headers of a verdict: the transfer's id twice, and a trace context."""
_FEW: Final = 8
"""So many transfers are judged without reading ahead. Even when all names are new they take a few milliseconds."""
_YIELD_EVERY: Final = 100
"""Events decoded, or verdicts encoded, before the event loop gets a turn."""
_log = logs.logger("tidewaiter.agent")


class Screens(Judges, Protocol):
    """The part of a screener that the stream uses."""

    def quota_usage(self, ledger: QuotaLedger, day: date) -> list[QuotaUsage]:
        """Return the state of the quotas in force on `day`."""
        ...


class Settles(Protocol):
    """Assigns claims on quotas their final place in the order of all claims."""

    async def settle(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Tally]:
        """Return what was counted before each claim. The answer is the same on every call and every worker."""
        ...


_Outcome = TransferEvent | Assessment | Verdict | DeadLetter
"""The state of an event: read, judged except for its quotas, judged, or failed."""


@dataclass(slots=True)
class _Batch:
    """One batch, judged by one screener from start to end.

    `outcomes` are parallel to `events` once they are decoded, and become verdicts and dead letters.
    """

    events: list[Any]
    screener: Screens
    adoption: str
    """The name of its rule book in commits; empty for one that no record put in force."""
    outcomes: list[_Outcome] = field(default_factory=list)
    transfers: Sequence[tuple[int, TransferEvent]] = ()
    """The transfers that could be read, by the number of their event."""
    faults: dict[EngineFault, list[Any]] = field(default_factory=dict)
    """The faults of the engine, and their records."""
    began: float = field(default_factory=time.time)
    spans: list[tuple[Span, Verdict]] = field(default_factory=list)
    """Spans of the transfers that are traced, with their verdicts."""

    def record(self, number: int) -> Any:
        """Return the record of an event."""
        return self.events[number].message

    @property
    def verdicts(self) -> list[Verdict]:
        """Return the verdicts so far, in the order of the events."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Verdict)]

    @property
    def dead(self) -> list[DeadLetter]:
        """Return the dead letters so far, in the order of the events."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, DeadLetter)]


class BatchSize:
    """Keeps a batch short enough to be screened in about `seconds`, and at most `most` long.

    At low load a batch is what has arrived, often one event. At high load it grows to this size.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._each = 0.0

    def __call__(self) -> int:
        """Return the most events to take now."""
        if not self._each:
            return self._most
        return max(1, min(self._most, int(self._seconds / self._each)))

    @property
    def slice(self) -> int:
        """Return how many events to screen before the event loop gets a turn."""
        return max(1, int(_SLICE_SECONDS / self._each)) if self._each else 16

    def took(self, seconds: float, transfers: int) -> None:
        """Update the moving average, over about eight batches, with the time that one took."""
        if transfers:
            each = seconds / transfers
            self._each = each if not self._each else self._each + (each - self._each) / 8


class ScreeningAgent:
    """Judges the batches of one stream, one batch at a time.

    `screener` may be replaced at any time. A batch is judged by the screener that was set when the batch began. Each
    verdict and dead letter is linked to the previous one of its partition and signed with the key `signing`, if there
    is one. Each traced transfer has a span. `schema` is the header that names the schema of verdicts in a registry.
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
        schema: bytes | None = None,
    ) -> None:
        self._schema = schema
        self.screener, self._quotas, self._signing, self._traces = screener, quotas, signing, traces
        self._verdicts, self._dead_letters = verdicts, dead_letters
        self._metrics, self._progress = metrics, progress
        self._settings = settings
        self._group, self._max_bytes = settings.group, settings.max_event_bytes
        self._most_bytes = settings.max_record_bytes
        self._dates = DateGuard(settings.occurred_days_back, settings.occurred_days_ahead)
        self._stops = settings.on_engine_error is OnEngineError.STOP
        self._limits = Limits(settings.dead_letters_in_a_row, settings.dead_letter_share, settings.dead_letter_window)
        self.shadow: Shadow | None = None
        """Judges by a candidate what is acknowledged here, without effect."""
        self.adoption = ""
        """The name of the rule book in commits (`adoption_name`), replaced together with `screener`."""
        self.batch_size = BatchSize(settings.batch_max, settings.batch_seconds)
        self.idle = asyncio.Event()
        self.idle.set()
        self.stopping = False

    async def screen_batch(self, events: list[Any]) -> None:
        """Process a batch of Faust events, from bytes to acknowledged verdicts. Any error leaves it unacknowledged."""
        self.idle.clear()
        self._progress.batch_begins()
        batch = _Batch(events, self.screener, self.adoption)
        marks = [time.perf_counter()]
        await self._decode(batch)
        marks.append(time.perf_counter())
        await self._screen(batch)
        marks.append(time.perf_counter())
        await self._settle(batch)
        self._add_doubts(batch)
        marks.append(time.perf_counter())
        verdicts, letters = await self._encode(batch)
        marks.append(time.perf_counter())
        await asyncio.gather(self._verdicts.write(verdicts), self._dead_letters.write(letters))
        marks.append(time.perf_counter())
        for event in batch.events:
            event.ack()
        marks.append(time.perf_counter())
        self._record(batch, marks)
        if self.shadow is not None:
            self.shadow.offer(
                [
                    Live(batch.record(at), transfer, verdict)
                    for at, transfer in batch.transfers
                    if isinstance(verdict := batch.outcomes[at], Verdict)
                ]
            )
        self._progress.batch_ends()
        self.idle.set()

    async def _decode(self, batch: _Batch) -> None:
        for number, event in enumerate(batch.events, 1):
            if not number % _YIELD_EVERY:
                await asyncio.sleep(0)
            record = event.message
            if isinstance(record.value, Withheld):
                batch.outcomes.append(DeadLetter.of_withheld(record, record.value, self._settings))
                continue
            try:
                batch.outcomes.append(decode(record.value, record.headers, self._max_bytes))
            except NotATransfer as error:
                if error.fault is None:
                    batch.outcomes.append(DeadLetter.of(record, error))
                else:
                    batch.outcomes.append(self._given_up(batch, record, error.fault, Stage.DECODE))

    async def _screen(self, batch: _Batch) -> None:
        began = time.perf_counter()
        waiting = [(at, outcome) for at, outcome in enumerate(batch.outcomes) if isinstance(outcome, TransferEvent)]
        batch.transfers = waiting
        size = self.batch_size.slice
        if len(waiting) > _FEW:
            for _ in read_ahead(batch.screener, [transfer for _, transfer in waiting]):
                await asyncio.sleep(0)
        for start in range(0, len(waiting), size):
            if start:
                await asyncio.sleep(0)
            self._judge(batch, waiting[start : start + size])
        self.batch_size.took(time.perf_counter() - began, len(waiting))

    def _judge(self, batch: _Batch, part: Sequence[tuple[int, TransferEvent]]) -> None:
        judged = judge_each(batch.screener, [transfer for _, transfer in part], _report_unrepeated)
        answered = [
            transfer.id if isinstance(answer, EngineFault) else _transfer_id(answer)
            for (_, transfer), answer in zip(part, judged, strict=False)
        ]
        if len(judged) != len(part) or answered != [transfer.id for _, transfer in part]:
            where = _where([batch.record(at) for at, _ in part])
            raise WorkerError(ExitCode.UNFORESEEN, f"the screener did not answer {where} one for one and in order")
        for (at, _), answer in zip(part, judged, strict=True):
            if isinstance(answer, EngineFault):
                batch.outcomes[at] = self._given_up(batch, batch.record(at), answer, Stage.SCREEN)
            else:
                batch.outcomes[at] = answer

    async def _settle(self, batch: _Batch) -> None:
        """Turn assessments that draw on a quota into verdicts. Batches without one do not wait."""
        waiting = [(at, outcome) for at, outcome in enumerate(batch.outcomes) if isinstance(outcome, Assessment)]
        if not waiting:
            return
        before = await self._quotas.settle([draw for _, assessed in waiting for draw in assessed.draws])
        for at, assessed in waiting:
            try:
                batch.outcomes[at] = batch.screener.conclude(assessed, before)
            except NOT_THE_RECORD:
                raise
            except Exception as error:
                batch.outcomes[at] = self._given_up(batch, batch.record(at), EngineFault.of(error), Stage.SETTLE)

    def _add_doubts(self, batch: _Batch) -> None:
        """Add a finding to each verdict on a transfer whose date is far from that of its record."""
        for at, transfer in batch.transfers:
            outcome, recorded = batch.outcomes[at], batch.record(at).timestamp
            if recorded is None or not isinstance(outcome, Verdict):
                continue
            try:
                if (doubt := self._dates.doubt(transfer, recorded)) is not None:
                    batch.outcomes[at] = with_doubt(outcome, transfer, doubt)
            except NOT_THE_RECORD:
                raise
            except Exception as error:
                batch.outcomes[at] = self._given_up(batch, batch.record(at), EngineFault.of(error), Stage.SETTLE)

    async def _encode(self, batch: _Batch) -> tuple[list[Outgoing], list[Outgoing]]:
        """Return verdicts and dead letters as records, linked in the order of the events.

        Raises WorkerError when there are more dead letters than a worker may write.
        """
        now = timestamp(datetime.now(UTC))
        outgoing: list[Outgoing] = []
        letters: list[Outgoing] = []
        for at, event in enumerate(batch.events):
            if at and not at % _YIELD_EVERY:
                await asyncio.sleep(0)
            record, outcome = event.message, batch.outcomes[at]
            encoded = self._encoded(batch, record, outcome, now) if isinstance(outcome, Verdict) else outcome
            if isinstance(encoded, Outgoing):
                outgoing.append(encoded)
            elif isinstance(encoded, DeadLetter):
                batch.outcomes[at] = encoded
                letters.append(self._letter(encoded))
            record.ends = record.chain.ends
        _report(batch.faults)
        self._limits.count([isinstance(outcome, Verdict) for outcome in batch.outcomes])
        return outgoing, letters

    def _encoded(self, batch: _Batch, record: Any, verdict: Verdict, now: bytes) -> Outgoing | DeadLetter:
        """Return the verdict as a linked record; a dead letter without a link when it is too large."""
        span = None if self._traces is None else self._traces.begin(record, batch.began)
        traceparent = None if self._traces is None or span is None else self._traces.header(span)
        try:
            value, key = canonical(verdict), verdict.transfer_id.encode()
            headers = verdict_headers(verdict, record.headers, now, traceparent, self._schema)
        except NOT_THE_RECORD:
            raise
        except Exception as error:
            return self._given_up(batch, record, EngineFault.of(error), Stage.ENCODE)
        if (size := len(value) + _ENVELOPE_BYTES) > self._most_bytes:
            detail = f"with its headers {size} bytes, and {self._most_bytes} are written (TIDEWAITER_MAX_RECORD_BYTES)"
            return DeadLetter(record, DeadLetterReason.VERDICT_TOO_LARGE, detail, Stage.ENCODE)
        if span is not None:
            batch.spans.append((span, verdict))
        record.chain.judged_by(batch.adoption or adoption_name(verdict.rulebook.sha256, None), record.offset)
        place = _place(record)
        chain = record.chain.verdict(place, value)
        position = in_force_header(place, batch.adoption)
        headers += (in_force.HEADER, position), (HEADER, chain)
        if self._signing is not None:
            headers.append(self._signing.header(VERDICT_TYPE, signed(chain, value, position)))
        return Outgoing(value, key, headers, f"transfer {verdict.transfer_id}")

    def _given_up(self, batch: _Batch, record: Any, fault: EngineFault, stage: Stage) -> DeadLetter:
        """Return the dead letter of a record on which the engine failed. WorkerError when the worker must stop."""
        batch.faults.setdefault(fault, []).append(record)
        if self._stops:
            _report(batch.faults)
            raise WorkerError(
                ExitCode.UNFORESEEN,
                f"{_place(record)}: the engine raised {fault} in the step {stage}; nothing of its batch is "
                "acknowledged, because TIDEWAITER_ON_ENGINE_ERROR is stop",
            )
        return DeadLetter.of_fault(record, fault, stage)

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
        verdicts, dead = batch.verdicts, batch.dead
        for stage, seconds in zip(
            STAGES,
            (later - earlier for earlier, later in pairwise(marks)),
            strict=True,
        ):
            metrics.stage.labels(stage).inc(seconds)
        if verdicts:
            metrics.screening.observe((marks[2] - marks[1]) / len(verdicts), len(verdicts))
            judged = (batch.record(at) for at, outcome in enumerate(batch.outcomes) if isinstance(outcome, Verdict))
            timed = [record for record in judged if record.timestamp is not None]
            metrics.event_to_verdict.observe_all(max(0.0, now - record.timestamp) for record in timed)
            if (
                traced := next(((record, of) for record in timed if (of := sampled(record.headers))), None)
            ) is not None:
                record, (trace_id, _) = traced
                metrics.event_to_verdict.exemplify(max(0.0, now - record.timestamp), trace_id, now)
            if self._traces is not None:
                for span, verdict in batch.spans:
                    self._traces.end(span, verdict)
            metrics.judged(verdicts)
        if dead:
            metrics.given_up((letter.reason, source_of(letter.record.headers)) for letter in dead)
        messages = [event.message for event in batch.events]
        self._progress.judged({message.partition: message.timestamp or now for message in messages})
        metrics.batch_size.observe(len(messages))
        metrics.last_progress.set(now)
        _log.info(
            "batch",
            events=len(batch.events),
            verdicts=len(verdicts),
            dead_letters=len(dead),
            screen_seconds=round(marks[2] - marks[1], 6),
            seconds=round(marks[-1] - marks[0], 6),
            records=_where(messages),
        )


def _place(record: Any) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


def _where(records: Sequence[Any]) -> str:
    """Return the partitions and offset ranges of the records: a log must not contain more about them."""
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    for record in records:
        at = (record.topic, record.partition)
        low, high = spans.get(at, (record.offset, record.offset))
        spans[at] = (min(low, record.offset), max(high, record.offset))
    return " ".join(f"{topic}/{partition}@{low}-{high}" for (topic, partition), (low, high) in sorted(spans.items()))


def _transfer_id(judged: Verdict | Assessment) -> str:
    return judged.case.transfer.id if isinstance(judged, Assessment) else judged.transfer_id


def _report_unrepeated(fault: EngineFault) -> None:
    _log.warning("engine error that did not repeat", error=fault.error, place=fault.place, trace=fault.trace)


def _report(faults: Mapping[EngineFault, Sequence[Any]]) -> None:
    """Log one line for each fault of a batch, however many records have it: a producer must not fill the log."""
    for fault, records in faults.items():
        _log.error(
            "engine error",
            error=fault.error,
            place=fault.place,
            records=len(records),
            first=_place(records[0]),
            trace=fault.trace,
        )
