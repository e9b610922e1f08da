"""The worker: connects app, agent, web pages and signals, and ends with one of the codes in `ExitCode`."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiokafka.errors import KafkaError

from tidewaiter import __version__
from tidewaiter.errors import BrokerError, ListError, SettingsError, TidewaiterError, trace_of
from tidewaiter.lists.store import ListStore
from tidewaiter.observability import logs
from tidewaiter.observability.metrics import Metrics
from tidewaiter.observability.probes import build_web, serving
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import RuleBookFrom, Settings
from tidewaiter.stream.agent import ScreeningAgent
from tidewaiter.stream.app import ScreeningApp, build_app, transfer_topic
from tidewaiter.stream.background import daemon_thread_at_work, in_daemon_thread
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.connection import refused
from tidewaiter.stream.consumer_thread import Undecided
from tidewaiter.stream.disposition_follower import DispositionFollower
from tidewaiter.stream.failure import ExitCode, WorkerError, end_process, exit_code_of, in_words
from tidewaiter.stream.follower import Follower, InUse
from tidewaiter.stream.inputs import Inputs, check_inputs, convert_inputs
from tidewaiter.stream.progress import Progress
from tidewaiter.stream.quotas import QuotaLog, Settlement
from tidewaiter.stream.records import read_anything
from tidewaiter.stream.schema_registry import verdict_schema_header
from tidewaiter.stream.shadow import Shadow
from tidewaiter.stream.stopping import Stop, StoppedEarly
from tidewaiter.stream.topics import Topics, check_topics
from tidewaiter.stream.transport import LedgerConsumer
from tidewaiter.stream.writer import Writer
from tidewaiter.wire.signing import SigningKey, signing_key

if TYPE_CHECKING:
    from tidewaiter.observability.traces import Traces

_LOOK_SECONDS: Final = 2.0
_CHECKS_SECONDS: Final = 60.0
_JOIN_CUT_SECONDS: Final = 3.0
_SILENT_CUT_SECONDS: Final = 0.5
_LAST_COMMIT_SECONDS: Final = 3.0
_NO_COMMIT: Final = frozenset({ExitCode.BROKER, ExitCode.PRODUCE, ExitCode.QUOTAS})
"""Exit codes after which the broker would not accept a commit either."""
_OPEN_SECONDS: Final = 60.0
"""A transaction that is open for longer is logged: producers' transactions time out after 60 s by default."""
_log = logs.logger("tidewaiter.worker")

Announce = Callable[[str], None]


def run_worker(
    settings: Settings,
    own: Callable[[], Screener],
    announce: Announce | None = None,
    shadow: Callable[[], Screener] | None = None,
) -> int:
    """Screen the transfers of the broker until SIGTERM or SIGINT, and return the exit status (`ExitCode`).

    `own` builds the screener of the worker's own settings when no published rule book is available; it may raise any
    error. A rule book is ready before the app starts, so that a worker that joins its group can screen. `announce` is
    called once with the address of the web pages. `shadow` builds the screener of a candidate that judges without
    effect; it may raise any error too. An error while a batch is processed ends the process here, without
    returning.
    """
    logs.configure(settings)
    with contextlib.suppress(OSError, RuntimeError):  # standard error is no file
        faulthandler.enable()  # prints the functions in which a signal such as SIGBUS occurred
    read_anything(ReadLimits(settings.max_record_bytes, settings.max_batch_bytes))
    worker = _Worker(settings, own, announce, shadow)
    try:
        code = int(asyncio.run(worker.run()))
    except (SettingsError, BrokerError) as error:
        _log.error("not started", reason=str(error))
        code = int(ExitCode.BROKER if isinstance(error, BrokerError) else ExitCode.SETTINGS)
    except WorkerError as error:
        _log.error("not started", reason=str(error))
        code = int(error.code)
    finally:
        worker.ended()
    if daemon_thread_at_work():
        # At exit Python ends a thread inside pydantic's Rust code by an exception that Rust turns into an abort.
        end_process(code)
    return code


class _Worker:
    def __init__(
        self,
        settings: Settings,
        own: Callable[[], Screener],
        announce: Announce | None,
        shadow: Callable[[], Screener] | None,
    ) -> None:
        self._settings, self._own, self._announce, self._candidate = settings, own, announce, shadow
        self._metrics = Metrics()
        self._in_use = InUse(self._metrics)
        self._progress = Progress(settings.progress_seconds, silence_limit=settings.longest_silence)
        self._stop_asked: Stop | None = None
        self._inputs = Inputs({})
        self._schema: bytes | None = None
        self._signing: SigningKey | None = None
        self._traces: Traces | None = None
        self._open_transactions: set[tuple[int, int]] = set()
        self._judging: Callable[[], ScreeningAgent | None] = lambda: None
        self._ending: BaseException | None = None
        """The error that ends the worker, while the last commit is in flight."""

    async def run(self) -> ExitCode:
        self._stop_asked = Stop(self._settings.stop_seconds)
        try:
            return await self._run(self._stop_asked)
        except StoppedEarly:
            _log.info("stopped before it had joined its group", exit=int(ExitCode.STOPPED))
            return ExitCode.STOPPED

    async def _run(self, stop: Stop) -> ExitCode:
        settings = self._settings
        _log.info("starting", engine=__version__, pid=os.getpid(), **settings.printable())
        self._signing = signing_key(settings)
        if self._signing is not None:
            _log.info("verdicts are signed", key=self._signing.public.id)
        if settings.traces_endpoint is not None:
            from tidewaiter.observability.traces import Traces  # noqa: PLC0415 - only where there is a collector

            self._traces = Traces(settings.traces_endpoint)
        self._inputs = Inputs.of(settings)
        self._schema = await stop.unless_asked(verdict_schema_header(settings))
        present = await stop.unless_asked(check_topics(settings, worker=True))
        await stop.unless_asked(check_inputs(settings, self._inputs))
        application = build_web(self._metrics.registry, self._progress)
        async with serving(application, settings.web_host, settings.web_port) as address:
            _log.info("web", metrics=f"{address}/metrics", live=f"{address}/livez", ready=f"{address}/readyz")
            if self._announce is not None:
                self._announce(address)
            checks = asyncio.create_task(self._follow_checks(settings.lists_dir))
            follower = Follower(settings, self._metrics, self._in_use)
            following = asyncio.create_task(follower.follow()) if settings.rule_book is not RuleBookFrom.OWN else None
            dispositions = DispositionFollower(settings, self._metrics.dispositions, self._in_use.judge_with)
            judgements = asyncio.create_task(dispositions.follow())
            try:
                await stop.unless_asked(self._rule_book_is_there(follower if following else None))
                await stop.unless_asked(dispositions.looked.wait())
                self._progress.rule_book = self._in_use.screener.book.manifest.sha256
                async with contextlib.AsyncExitStack() as opened:
                    opening = opened.enter_async_context(QuotaLog.opened(settings, present[Topics.of(settings).quotas]))
                    return await self._screen_until(stop.asked, await stop.unless_asked(opening))
            finally:
                checks.cancel()
                judgements.cancel()
                if following is not None:
                    following.cancel()

    async def _rule_book_is_there(self, follower: Follower | None) -> None:
        """Wait for the published rule book, or build the worker's own, as the settings say."""
        if follower is not None:
            await follower.looked.wait()
        if self._in_use.manifest is not None:
            return
        if self._settings.rule_book is RuleBookFrom.PUBLISHED:
            _log.warning("not ready: no published rule book could be adopted yet; waiting for one")
            await self._in_use.there.wait()
        else:
            await self._make_own()

    async def _make_own(self) -> None:
        own = await in_daemon_thread(self._own)
        if self._in_use.manifest is None:  # otherwise one was published meanwhile
            self._in_use.replace(own)
            _log.info("own rule book", version=own.book.manifest.version, sha256=own.book.manifest.sha256)

    async def _follow_checks(self, folder: Path | None) -> None:
        """Read every minute when `lists sync` last confirmed each list. The rule book does not contain this."""
        while folder is not None:
            try:
                self._metrics.confirmed(await asyncio.to_thread(ListStore(folder).checks))
            except (ListError, OSError) as error:
                _log.warning("the lists' records cannot be read: their age is counted on", reason=str(error))
            await asyncio.sleep(_CHECKS_SECONDS)

    def ended(self) -> None:
        """Note that nothing is left to stop."""
        if self._stop_asked is not None:
            self._stop_asked.ended()

    async def _screen_until(self, stop: asyncio.Event, quotas: QuotaLog) -> ExitCode:
        app = build_app(self._settings)
        shadow = self._shadow_of(quotas)
        agent = self._agent_for(app, quotas, shadow)
        self._judging = agent
        look = asyncio.create_task(self._look(app, quotas))
        following = None if shadow is None else asyncio.create_task(shadow.run())
        documents = asyncio.create_task(self._convert_documents())
        try:
            # Starting never ends if the group cannot be joined, so watch the other tasks too.
            starting = asyncio.create_task(app.start())
            crashed = asyncio.create_task(app._crashed.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({starting, crashed, stopped, look, documents}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done() and starting.exception() is None:
                await asyncio.wait({crashed, stopped, look, documents}, return_when=asyncio.FIRST_COMPLETED)
            if not stopped.done():
                self._end(_reason_of(app, starting, (look, documents)))
            stopped.cancel()
            crashed.cancel()
            # Cancel them before the app stops: the first uses the consumer, whose thread would be gone, and documents
            # whose offsets are not committed are converted again. Ignore their results.
            look.cancel()
            documents.cancel()
            await asyncio.wait({look, documents})
            await self._stop(app, agent)
        finally:
            look.cancel()
            documents.cancel()
            if following is not None:
                following.cancel()
        return ExitCode.STOPPED

    def _shadow_of(self, quotas: QuotaLog) -> Shadow | None:
        if self._candidate is None:
            return None

        def idle() -> asyncio.Event | None:
            agent = self._judging()
            return None if agent is None else agent.idle

        metrics, in_use = self._metrics.shadow, self._in_use
        return Shadow(self._settings, self._candidate, metrics, quotas.ledger, lambda: in_use.dispositions, idle)

    async def _convert_documents(self) -> None:
        if not self._inputs.topics:
            await asyncio.Event().wait()
        await convert_inputs(self._settings, self._inputs, self._metrics)

    def _agent_for(
        self, app: ScreeningApp, quotas: QuotaLog, shadow: Shadow | None
    ) -> Callable[[], ScreeningAgent | None]:
        settings, topics = self._settings, Topics.of(self._settings)
        made: list[ScreeningAgent] = []

        async def screen(stream: Any) -> None:
            try:
                producer = app.producer._producer
                timeout = settings.produce_timeout_seconds
                agent = ScreeningAgent(
                    settings,
                    self._in_use.screener,
                    Settlement(quotas, Writer(producer, topics.quotas, timeout, ExitCode.QUOTAS)),
                    Writer(producer, topics.verdicts, timeout, ExitCode.PRODUCE),
                    Writer(producer, topics.dead_letters, timeout, ExitCode.DEAD_LETTER),
                    self._metrics,
                    self._progress,
                    self._signing,
                    self._traces,
                    self._schema,
                )
                agent.adoption, agent.shadow = self._in_use.adoption, shadow
                made.append(agent)
                async for events in stream.batches(agent.batch_size, settings.batch_wait_seconds):
                    await agent.screen_batch(events)
                    if agent.stopping:  # nothing more is taken; the app stops next
                        await asyncio.Event().wait()
                if not self._progress.stopping:
                    raise WorkerError(ExitCode.UNFORESEEN, "the stream of transfers ended by itself")
            except Exception as error:
                # Faust would start the agent again, and commit past the batch it failed on.
                self._ending = error
                if exit_code_of(error) not in _NO_COMMIT:
                    await self._commit_what_is_done(app)
                self._end(error)

        async def batch_in_hand() -> None:
            if made:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(settings.rebalance_timeout_seconds / 2):
                        await made[-1].idle.wait()

        def judge_by(screener: Screener) -> None:
            for agent in made:
                agent.screener, agent.adoption = screener, self._in_use.adoption

        self._in_use.changed = judge_by
        app.agent(transfer_topic(app, settings), name="screening")(screen)
        app.batch_in_hand = batch_in_hand
        app.on_moved = self._moved
        app.on_partitions_assigned.connect(self._assigned)
        app.on_partitions_revoked.connect(self._revoked)
        self._progress.producer = lambda: app._producer is not None and app._producer._producer is not None
        return lambda: made[-1] if made else None

    async def _assigned(self, _: Any, assigned: Any, **__: Any) -> None:
        self._progress.partitions = len(assigned)
        self._metrics.rebalances.inc()
        self._metrics.lag.clear()
        self._metrics.waiting.clear()
        self._metrics.open_transaction.clear()
        self._metrics.undecided.clear()
        self._progress.judged_until.clear()
        for tp in assigned:
            self._metrics.deleted_unread.labels(str(tp.partition))  # a counter that is not there cannot increase
        _log.info("partitions assigned", partitions=sorted(tp.partition for tp in assigned))

    async def _revoked(self, _: Any, revoked: Any, **__: Any) -> None:
        self._progress.partitions = None
        _log.info("partitions revoked", partitions=sorted(tp.partition for tp in revoked))

    def _moved(self, partition: int, before: int, offset: int) -> None:
        """Report transfers that the broker no longer had when they were to be read, or a partition cut short."""
        if offset > before:
            self._metrics.deleted_unread.labels(str(partition)).inc(offset - before)
            _log.error(
                "transfers were deleted before they were read (runbook deleted-unread)",
                partition=partition,
                first=before,
                offsets=offset - before,
            )
        else:
            _log.warning(
                "the partition is shorter than what was read of it: it is read again from its beginning",
                partition=partition,
                expected=before,
                begins=offset,
            )

    async def _look(self, app: ScreeningApp, quotas: QuotaLog) -> None:
        """Measure the lag of each partition every few seconds, from the broker's end offsets and our ledger."""
        in_touch = leaders_answered = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            quotas.check()
            self._metrics.quota_usage(self._in_use.screener.quota_usage(quotas.ledger, datetime.now(UTC).date()))
            self._metrics.buffered.set(app.room.events)
            if self._progress.partitions is None:
                leaders_answered = time.monotonic()  # no leader was asked
            if app._consumer is not None:
                app.consumer.check_group()
                if app.consumer.in_touch():
                    in_touch = time.monotonic()
                self._silence_is(max(app.consumer.membership.silence(), time.monotonic() - leaders_answered))
            if time.monotonic() - in_touch > self._settings.session_timeout_seconds:
                # Its partitions have moved. A missing broker is waited for; one that refuses this worker is not.
                if (reason := await refused(self._settings)) is not None:
                    raise BrokerError(reason)
                in_touch = time.monotonic()
            if self._progress.partitions is None:
                continue
            try:
                async with asyncio.timeout(_LOOK_SECONDS * 2):
                    lag, undecided = await _lag(app), await app.consumer.undecided()
            except (TimeoutError, KafkaError):
                continue  # the gauge keeps its last value; /livez judges by work
            leaders_answered = time.monotonic()
            for partition, events in lag.items():
                self._metrics.lag.labels(str(partition)).set(events)
                self._metrics.waiting.labels(str(partition)).set(self._progress.waited(partition, events))
            self._transactions_are({tp.partition: each for tp, each in undecided.items()}, lag)
            total = sum(lag.values())
            self._progress.lag_is(total)
            if not total:
                self._metrics.last_progress.set(time.time())

    def _silence_is(self, seconds: float) -> None:
        """Set the metric for the broker's silence, and log when it makes the worker unready and when it ends."""
        before, limit = self._progress.silence, self._progress.silence_limit
        self._progress.silence = seconds
        self._metrics.broker_silence.set(seconds)
        if before <= limit < seconds:
            _log.warning(
                "not ready: the broker does not answer",
                seconds=round(seconds, 1),
                broker=",".join(self._settings.broker),
            )
        elif seconds <= limit < before:
            _log.info("the broker answers again", silent_seconds=round(before, 1))

    def _transactions_are(self, undecided: Mapping[int, Undecided], partitions: Iterable[int]) -> None:
        """Set the metric of how long open transactions have blocked later records, and log each long one."""
        seconds = self._progress.undecided({partition: each.begins for partition, each in undecided.items()})
        for partition in partitions:
            each = undecided.get(partition)
            self._metrics.open_transaction.labels(str(partition)).set(seconds.get(partition, 0.0))
            self._metrics.undecided.labels(str(partition)).set(each.offsets if each else 0)
        standing = {(partition, undecided[partition].begins) for partition, s in seconds.items() if s > _OPEN_SECONDS}
        for partition, begins in standing - self._open_transactions:
            _log.warning(
                "transfers wait behind an open transaction (runbook open-transaction)",
                partition=partition,
                begins=begins,
                offsets=undecided[partition].offsets,
            )
        self._open_transactions = standing

    async def _stop(self, app: ScreeningApp, made: Callable[[], ScreeningAgent | None]) -> None:
        self._progress.stopping = True
        agent = made()
        if agent is not None:
            agent.stopping = True
            await agent.idle.wait()
        stopping = asyncio.ensure_future(app.stop())
        await asyncio.wait({stopping}, timeout=self._farewell_seconds(app))
        if not stopping.done():
            # aiokafka waits for the broker's answer before it stops. There is nothing to commit, so nothing is lost.
            _log.warning(
                "stopped without leaving the group: the broker did not answer, and nothing was left to commit",
                exit=int(ExitCode.STOPPED),
            )
            end_process(ExitCode.STOPPED)
        await stopping
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)
        _log.info("stopped", exit=int(ExitCode.STOPPED))

    def _farewell_seconds(self, app: ScreeningApp) -> float | None:
        """Return how long to wait for the broker while stopping; None for as long as the whole stop may take.

        Waiting to the end is worthwhile only for offsets that are acknowledged and not committed yet.
        """
        if app._consumer is not None and _uncommitted(app.consumer):
            return None
        if self._progress.partitions is None:  # caught while joining
            return _JOIN_CUT_SECONDS
        answers = app.consumer.membership.silence() < self._settings.heartbeat_seconds * 2
        return self._settings.stop_seconds / 2 if answers else _SILENT_CUT_SECONDS

    async def _commit_what_is_done(self, app: ScreeningApp) -> None:
        """Commit the batches before the one that failed, or each start would write them again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_COMMIT_SECONDS):
                if _uncommitted(app.consumer):
                    await app.consumer.commit()

    def _end(self, error: BaseException) -> None:
        """Log the reason and end the process without acknowledging anything else."""
        error = self._ending or error
        code = exit_code_of(error)
        facts: dict[str, Any] = {"exit": int(code), "error": type(error).__name__, "trace": trace_of(error)}
        if isinstance(error, TidewaiterError | KafkaError):
            facts["reason"] = in_words(error)
        _log.error("the worker ends", **facts)
        end_process(code)


def _uncommitted(consumer: LedgerConsumer) -> bool:
    """Return whether something is acknowledged and not committed yet."""
    ledger = consumer.ledger
    return any(ledger.committable(partition) is not None for partition in ledger.partitions)


def _reason_of(app: ScreeningApp, starting: asyncio.Task[None], beside: Iterable[asyncio.Task[None]]) -> BaseException:
    if app._consumer is not None and app.consumer.membership.failure is not None:
        fenced: WorkerError = app.consumer.membership.failure
        return fenced
    if starting.done() and (failed := starting.exception()) is not None:
        return failed
    for task in beside:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            return error
    reason = app.crash_reason
    return reason if reason is not None else WorkerError(ExitCode.BROKER, "the Kafka consumer stopped by itself")


async def _lag(app: ScreeningApp) -> dict[int, int]:
    consumer = app.consumer
    assigned = sorted(consumer.assignment())
    if not assigned:
        return {}
    ends = await consumer.highwaters(*assigned)
    positions = {tp: consumer.ledger.position(tp) for tp in assigned}
    unknown = [tp for tp, position in positions.items() if position is None]
    if unknown:
        positions.update(await consumer.earliest_offsets(*unknown))
    return {tp.partition: max(0, ends[tp] - (positions[tp] or 0)) for tp in assigned}
