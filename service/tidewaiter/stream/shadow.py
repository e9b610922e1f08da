"""Judges live transfers by a candidate rule book too, without effect: its verdicts go to a topic of their own.

It must never harm the live stream. It works only while no live batch is in hand, drops transfers when it has no time,
and has a producer of its own. Any error ends the shadow and not the worker.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaProducer

from tidewaiter.errors import NOT_THE_RECORD, EngineFault, TidewaiterError
from tidewaiter.observability import logs
from tidewaiter.observability.shadow_metrics import ShadowMetrics
from tidewaiter.screening.date_guard import DateGuard, with_doubt
from tidewaiter.screening.dispositions import Dispositions
from tidewaiter.screening.isolation import judge_each, read_ahead
from tidewaiter.screening.ledger import QuotaLedger, StandingClaims
from tidewaiter.screening.screener import Assessment, Screener
from tidewaiter.settings import Settings
from tidewaiter.stream.background import in_daemon_thread
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.writer import Outgoing, Writer
from tidewaiter.wire.cloudevents import canonical, timestamp, verdict_headers
from tidewaiter_schemas import TransferEvent, Verdict

_MOST: Final = 5_000
"""How many transfers may wait for the candidate."""
_SLICE: Final = 16
"""How many transfers are judged before the live stream gets a turn."""
_BATCH: Final = 200
_AGAIN_SECONDS: Final = 30.0
_log = logs.logger("tidewaiter.shadow")


class Live(NamedTuple):
    """A transfer with its record and its live verdict."""

    record: Any
    transfer: TransferEvent
    verdict: Verdict


class Shadow:
    """Judges what `offer` gives it by the candidate that `load` returns. Run `run` as a task of its own.

    `idle` is set while no live batch is in hand. `load` may raise any error: then there is no shadow.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Screener],
        metrics: ShadowMetrics,
        ledger: QuotaLedger,
        dispositions: Callable[[], Dispositions],
        idle: Callable[[], asyncio.Event | None],
    ) -> None:
        self._settings, self._load, self._metrics = settings, load, metrics
        self._claims, self._dispositions, self._idle = StandingClaims(ledger), dispositions, idle
        self._dates = DateGuard(settings.occurred_days_back, settings.occurred_days_ahead)
        self._waiting: deque[Live] = deque()
        self._there = asyncio.Event()
        self._judging = False

    def offer(self, judged: Sequence[Live]) -> None:
        """Take the transfers of a live batch that was acknowledged, as many as there is room for. Never raises."""
        room = _MOST - len(self._waiting) if self._judging else 0
        self._waiting.extend(judged[:room])
        if self._judging and len(judged) > room:
            self._metrics.dropped.labels("busy").inc(len(judged) - room)
        if self._waiting:
            self._there.set()

    async def run(self) -> None:
        """Judge until cancelled. An error ends only the shadow, and is logged."""
        try:
            screener = await in_daemon_thread(self._load)
            async with started(self._producer(), self._settings) as producer:
                writer = Writer(
                    producer,
                    Topics.of(self._settings).shadow,
                    self._settings.produce_timeout_seconds,
                    ExitCode.PRODUCE,
                )
                self._judging = True
                manifest = screener.book.manifest
                self._metrics.uses(manifest)
                _log.info("shadow", version=manifest.version, sha256=manifest.sha256)
                while True:
                    screener = self._with_dispositions(screener)
                    await self._batch(screener, writer)
        except Exception as error:
            reason = str(error) if isinstance(error, TidewaiterError) else type(error).__name__
            _log.error("the shadow has ended; live screening goes on", reason=reason, exc_info=True)
        finally:
            self._judging = False
            self._waiting.clear()
            self._metrics.uses(None)

    def _producer(self) -> Any:
        settings = self._settings
        return AIOKafkaProducer(**client_options(settings), acks="all", max_request_size=settings.max_record_bytes)

    def _with_dispositions(self, screener: Screener) -> Screener:
        dispositions = self._dispositions()
        return screener if screener.dispositions is dispositions else Screener(screener.book, dispositions)

    async def _batch(self, screener: Screener, writer: Writer) -> None:
        if not self._waiting:
            self._there.clear()
            await self._there.wait()
        outgoing: list[Outgoing] = []
        compared: list[tuple[Verdict, Verdict]] = []
        now = timestamp(datetime.now(UTC))
        for _ in read_ahead(screener, [live.transfer for live in islice(self._waiting, _BATCH)]):
            await self._while_idle()
        while self._waiting and len(compared) < _BATCH:
            await self._while_idle()
            part = [self._waiting.popleft() for _ in range(min(_SLICE, len(self._waiting)))]
            judged = judge_each(screener, [live.transfer for live in part])
            for live, answer in zip(part, judged, strict=True):
                verdict = self._concluded(screener, live, answer)
                if verdict is None:
                    self._metrics.dropped.labels("failed").inc()
                    continue
                compared.append((live.verdict, verdict))
                headers = verdict_headers(verdict, live.record.headers, now)
                key = verdict.transfer_id
                outgoing.append(Outgoing(canonical(verdict), key.encode(), headers, f"transfer {key}"))
        try:
            await writer.write(outgoing)
        except WorkerError as error:
            self._metrics.dropped.labels("not_written").inc(len(outgoing))
            _log.warning("the candidate's verdicts cannot be written; waiting", reason=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)
            return
        for live_verdict, candidate in compared:
            self._metrics.decisions.labels(live_verdict.decision.value, candidate.decision.value).inc()
            self._metrics.differing.inc(
                live_verdict.decision != candidate.decision or live_verdict.findings != candidate.findings
            )

    async def _while_idle(self) -> None:
        """Give way to a live batch, and to what else waits in the event loop."""
        await asyncio.sleep(0)
        idle = self._idle()
        if idle is not None:
            await idle.wait()

    def _concluded(self, screener: Screener, live: Live, answer: Verdict | Assessment | EngineFault) -> Verdict | None:
        """Return the candidate's verdict; None when the engine failed."""
        if isinstance(answer, EngineFault):
            return None
        recorded = live.record.timestamp
        try:
            if isinstance(answer, Assessment):
                answer = screener.conclude(answer, self._claims.settle(answer.draws))
            doubt = None if recorded is None else self._dates.doubt(live.transfer, recorded)
            return answer if doubt is None else with_doubt(answer, live.transfer, doubt)
        except NOT_THE_RECORD:
            raise
        except Exception:
            return None
