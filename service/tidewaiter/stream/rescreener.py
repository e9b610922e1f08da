"""The rescreener: follows the rule books that are put in force, and screens past transfers again with each.

It reads only what the workers have committed, so a verdict issued anew always follows the worker's. It writes verdicts
before it commits the offset: after a kill some are written again, with the same bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import socket
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from tidewaiter import __version__
from tidewaiter.errors import BrokerError, RuleError, SettingsError, TidewaiterError, trace_of
from tidewaiter.observability import logs
from tidewaiter.observability.probes import build_web, serving
from tidewaiter.observability.rescreener_metrics import RescreenerMetrics
from tidewaiter.rescreening.rescreener import Rescreener
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.package import unpack
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.dispositions import NONE, Dispositions
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.stream.background import daemon_thread_at_work, in_daemon_thread
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.connection import admin, client_options, started
from tidewaiter.stream.consumer_thread import commit_only_as_member
from tidewaiter.stream.disposition_follower import DispositionFollower
from tidewaiter.stream.failure import ExitCode, end_process, exit_code_of, in_words
from tidewaiter.stream.follower import Follower, InUse
from tidewaiter.stream.journal import Journal
from tidewaiter.stream.live_group import LiveGroup
from tidewaiter.stream.past_batch import PastJudge
from tidewaiter.stream.past_partitions import PastPartitions
from tidewaiter.stream.progress import Progress
from tidewaiter.stream.quotas import QuotaLog, Settlement
from tidewaiter.stream.records import read_anything
from tidewaiter.stream.rulebooks import fetched, published
from tidewaiter.stream.schema_registry import verdict_schema_header
from tidewaiter.stream.stopping import Stop, StoppedEarly
from tidewaiter.stream.topics import Topics, check_topics
from tidewaiter.stream.writer import Writer
from tidewaiter.wire.signing import SigningKey, signing_key
from tidewaiter_schemas.rescreening import RuleBookAdoption

_BATCH: Final = 200
_LOOK_SECONDS: Final = 1.0
_FETCH_MS: Final = 1_000
_IDLE_MS: Final = 500
_AGAIN_SECONDS: Final = 30.0
_log = logs.logger("tidewaiter.rescreener")

Announce = Callable[[str], None]


def run_rescreener(settings: Settings, announce: Announce | None = None) -> int:
    """Rescreen past transfers until SIGTERM or SIGINT, and return the exit status (`ExitCode`).

    `announce` is called once with the address of the web pages.
    """
    logs.configure(settings)
    with contextlib.suppress(OSError, RuntimeError):  # standard error is no file
        faulthandler.enable()
    with contextlib.suppress(OSError):
        os.nice(settings.rescreen_niceness)
    read_anything(ReadLimits(settings.max_record_bytes, settings.max_batch_bytes))
    process = _Rescreening(settings, announce)
    try:
        code = int(asyncio.run(process.run()))
    except Exception as error:
        code = int(ExitCode.SETTINGS if isinstance(error, SettingsError) else exit_code_of(error))
        facts: dict[str, Any] = {"exit": code, "error": type(error).__name__}
        if isinstance(error, TidewaiterError | KafkaError):
            facts["reason"] = in_words(error)
        else:
            facts["trace"] = trace_of(error)
        _log.error("the rescreener ends", **facts)
    finally:
        process.ended()
    if daemon_thread_at_work():
        end_process(code)
    return code


class _Rescreening:
    def __init__(self, settings: Settings, announce: Announce | None) -> None:
        self._settings, self._announce = settings, announce
        self._metrics = RescreenerMetrics()
        self._progress = Progress(settings.progress_seconds, silence_limit=settings.longest_silence)
        self._in_use = InUse(self._metrics)
        self._follower = Follower(settings, self._metrics, self._in_use)
        self._judgements = DispositionFollower(settings, self._metrics.dispositions, self._judge_with)
        self._dispositions = NONE
        self._indexes = IndexStore(settings.indexes, _log.warning)
        self._stop: Stop | None = None
        self._signing: SigningKey | None = None
        self._schema: bytes | None = None
        self._judge: tuple[int, PastJudge] | None = None
        self._again_at = 0.0
        self._committed_at = 0.0
        self._positions: dict[TopicPartition, int] = {}
        self._generation = 0

    async def run(self) -> ExitCode:
        self._stop = Stop(self._settings.stop_seconds)
        with contextlib.suppress(StoppedEarly):
            await self._run(self._stop)
        _log.info("stopped", exit=int(ExitCode.STOPPED))
        return ExitCode.STOPPED

    def ended(self) -> None:
        """Note that nothing is left to stop."""
        if self._stop is not None:
            self._stop.ended()

    async def _run(self, stop: Stop) -> None:
        settings, names = self._settings, Topics.of(self._settings)
        _log.info("starting", engine=__version__, pid=os.getpid(), **settings.printable())
        self._signing = signing_key(settings)
        self._schema = await stop.unless_asked(verdict_schema_header(settings))
        present = await stop.unless_asked(check_topics(settings, rescreener=True))
        application = build_web(self._metrics.registry, self._progress)
        async with contextlib.AsyncExitStack() as opened:
            enter = opened.enter_async_context
            address = await enter(serving(application, settings.web_host, settings.web_port))
            _log.info("web", metrics=f"{address}/metrics", live=f"{address}/livez", ready=f"{address}/readyz")
            if self._announce is not None:
                self._announce(address)
            self._journal = await stop.unless_asked(enter(Journal.opened(settings, present[names.rescreenings])))
            self._quotas = await stop.unless_asked(enter(QuotaLog.opened(settings, present[names.quotas])))
            producer = await stop.unless_asked(enter(started(self._producer(), settings)))
            client = await stop.unless_asked(enter(admin(settings)))
            consumer = self._consumer = self._group_consumer()
            timeout = settings.produce_timeout_seconds
            self._writer = Writer(producer, names.rescreenings, timeout, ExitCode.RESCREENINGS)
            self._verdicts = Writer(producer, names.verdicts, timeout, ExitCode.PRODUCE)
            self._settlement = Settlement(self._quotas, Writer(producer, names.quotas, timeout, ExitCode.QUOTAS))
            self._live = LiveGroup(settings, names.transfers, client, consumer)
            self._parts = PastPartitions(
                settings,
                consumer,
                self._journal,
                self._live,
                self._writer,
                self._metrics,
                settings.instance_id or f"{socket.gethostname()}:{os.getpid()}",
            )
            await stop.unless_asked(enter(started(consumer, settings)))
            commit_only_as_member(consumer._coordinator)
            # After the start, which would wait for the whole group to join, within the time to reach a broker.
            consumer.subscribe([names.transfers], listener=self._parts)
            self._progress.producer = lambda: True
            self._progress.rule_book = ""  # none is needed to be ready
            tasks = [
                asyncio.create_task(self._follower.follow()),
                asyncio.create_task(self._judgements.follow()),
                asyncio.create_task(self._adopt()),
                asyncio.create_task(self._look()),
                asyncio.create_task(self._work()),
            ]
            asked = asyncio.create_task(stop.asked.wait())
            await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
            self._progress.stopping = True
            failed = [task for task in tasks if task.done()]
            async with self._parts.busy:  # the batch in hand is finished
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                for task in failed:
                    task.result()
                await self._parts.commit()

    def _producer(self) -> Any:
        settings = self._settings
        return AIOKafkaProducer(**client_options(settings), acks="all", max_request_size=settings.max_record_bytes)

    def _group_consumer(self) -> Any:
        settings = self._settings
        return AIOKafkaConsumer(
            **client_options(settings),
            group_id=settings.rescreener_group,
            group_instance_id=settings.instance_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level=settings.isolation_level.value,
            session_timeout_ms=int(settings.session_timeout_seconds * 1_000),
            heartbeat_interval_ms=int(settings.heartbeat_seconds * 1_000),
            rebalance_timeout_ms=int(settings.rebalance_timeout_seconds * 1_000),
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            fetch_max_wait_ms=100,
            metadata_max_age_ms=10_000,
        )

    # Which rule books were put in force

    async def _adopt(self) -> None:
        """Write to the journal what the follower adopts, and what was in force between the last one there and that."""
        news = asyncio.Event()

        def changed(_: Screener) -> None:
            news.set()

        self._in_use.changed = changed
        if self._in_use.manifest is not None:
            news.set()
        while True:
            await news.wait()
            news.clear()
            current, log = self._in_use.current, self._journal.log
            if current is None:
                continue
            for missed in list(self._follower.state.history) if len(log) else ():
                # Another rescreener may have written it meanwhile: to check a rule book takes seconds.
                between = log.since(len(log) - 1) < missed.since < min(current.since, datetime.now(UTC))
                if between and not await self._follower.refused(missed):
                    await self._adopted(missed.sha256, missed.since)
            await self._adopted(current.sha256, current.since)

    async def _adopted(self, sha256: str, since: datetime) -> None:
        await self._journal.adopt(RuleBookAdoption(sha256=sha256, since=since), self._writer)
        number = self._journal.log.number_of(sha256, since)
        _log.info("rule book put in force", sha256=sha256, since=since.isoformat(), run=number)

    def _judge_with(self, dispositions: Dispositions) -> None:
        self._dispositions = dispositions

    # Working

    async def _look(self) -> None:
        answered = time.monotonic()
        self._metrics.broker_silence.set_function(lambda: max(0.0, time.monotonic() - answered - _LOOK_SECONDS))
        while True:
            self._journal.check()
            self._quotas.check()
            try:
                await self._live.look()
            except TopicAuthorizationFailedError:
                raise
            except (TimeoutError, KafkaError) as error:  # what was committed before is committed still
                if not self._progress.silence:
                    reason = type(error).__name__
                    _log.warning("the workers' group cannot be looked up; trying every second", reason=reason)
                self._progress.silence = time.monotonic() - answered
            else:
                if self._progress.silence:
                    _log.info("the broker answers again", silent_seconds=round(self._progress.silence, 1))
                answered, self._progress.silence = time.monotonic(), 0.0
            self._progress.partitions = None if self._parts.assigned is None else len(self._parts.assigned)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _work(self) -> None:
        await self._judgements.looked.wait()
        while True:
            async with self._parts.busy:
                await self._parts.refresh()
                await self._parts.end_runs()
                self._parts.measure()
                number = self._next_run()
                if number is None or time.monotonic() - self._committed_at > self._settings.commit_seconds:
                    await self._parts.commit()
                    self._committed_at = time.monotonic()
            paused = number is not None and self._live.lag > self._settings.rescreen_pause_lag
            self._metrics.paused.set(paused)
            if number is None or paused:
                self._metrics.last_progress.set(time.time())
                await self._rest()
                continue
            judge = await self._judge_of(number)
            if judge is not None:
                async with self._parts.busy:
                    await self._batch(number, judge)

    def _next_run(self) -> int | None:
        """Return the earliest run with something to read; None before it is known which rule books are on the topic."""
        if time.monotonic() < self._again_at or self._parts.assigned is None or not self._follower.caught_up:
            return None
        return self._parts.earliest_due()

    async def _rest(self) -> None:
        """Wait a moment, and let the group know that this member is alive."""
        consumer = self._consumer
        if assigned := consumer.assignment():
            consumer.pause(*assigned)
        await consumer.getmany(timeout_ms=_IDLE_MS)
        self._positions.clear()
        await asyncio.sleep(0.05)

    async def _judge_of(self, number: int) -> PastJudge | None:
        """Return the judge of a run; None, after noting why, when a rule book cannot be had now or ever."""
        if self._judge is not None and self._judge[0] == number:
            return self._judge[1]
        log, began = self._journal.log, time.perf_counter()
        wanted = log.sha256(number - 1), log.sha256(number)
        if gone := [sha256 for sha256 in wanted if sha256 not in self._follower.state.places]:
            _log.error("past transfers are not rescreened: a rule book is not on the topic", rule_book=gone[0])
            async with self._parts.busy:
                await self._parts.give_up(number)
            return None
        self._judge = None
        try:
            old, new = [await self._sources(sha256) for sha256 in wanted]
        except (RuleError, BrokerError) as error:
            self._again_at = time.monotonic() + _AGAIN_SECONDS
            _log.warning("a rule book cannot be read; trying again", reason=str(error), seconds=_AGAIN_SECONDS)
            return None
        rescreener = await in_daemon_thread(
            lambda: Rescreener(old, new, log.before(number), self._indexes, adopted=log.since(number))
        )
        judge = PastJudge(self._settings, rescreener, self._signing, self._schema)
        self._judge = number, judge
        _log.info("rescreening", old=wanted[0], new=wanted[1], seconds=round(time.perf_counter() - began, 3))
        return judge

    async def _sources(self, sha256: str) -> Sources:
        record = await published(self._settings, self._follower.state, sha256)
        file = await fetched(self._settings, record.file)
        return await in_daemon_thread(lambda: unpack(file, f"rule book {sha256[:16]}", self._indexes))

    async def _batch(self, number: int, judge: PastJudge) -> None:
        """Read, judge and write one batch of a run. Partitions may have been given away since it was chosen."""
        due = self._parts.due(number)
        if not due:
            return
        self._progress.batch_begins()
        judge.judge_with(self._dispositions)
        for place, (records, position) in (await self._read(number, due)).items():
            state = self._parts.state(place)
            run = state.runs[number]
            if judge.changes and records:
                self._parts.goes_on(place, run)
                await self._judged(judge, place, number, records)
                run.read += len(records)
            run.next = max(run.next, position if judge.changes else due[place])
        self._progress.batch_ends()
        self._metrics.last_progress.set(time.time())

    async def _judged(self, judge: PastJudge, place: TopicPartition, number: int, records: Sequence[Any]) -> None:
        state = self._parts.state(place)
        run = state.runs[number]
        before = run.counts()
        judged = await in_daemon_thread(lambda: judge.judge(records))
        run.unreadable += judged.unreadable
        outcome = await judge.conclude(judged, self._settlement, self._quotas.ledger, run, state)
        await self._verdicts.write(outcome.outgoing)
        self._metrics.issued(outcome.verdicts)
        counts = {name: count - before[name] for name, count in run.counts().items()}
        self._metrics.counted({**counts, "read": len(records)})

    async def _read(
        self, number: int, due: dict[TopicPartition, int]
    ) -> dict[TopicPartition, tuple[Sequence[Any], int]]:
        """Return for each partition the records of the next part, and the offset up to which they reach."""
        consumer = self._consumer
        if self._generation != self._parts.generation:
            self._generation = self._parts.generation
            self._positions.clear()
        places = [place for place in consumer.assignment() if place in due]
        if others := [place for place in consumer.assignment() if place not in due]:
            consumer.pause(*others)
        for place in places:
            wanted = self._parts.state(place).runs[number].next
            if self._positions.get(place) != wanted:
                consumer.seek(place, wanted)
        consumer.resume(*places)
        found = await consumer.getmany(*places, timeout_ms=_FETCH_MS, max_records=_BATCH) if places else {}
        read: dict[TopicPartition, tuple[Sequence[Any], int]] = {}
        for place in places:
            records = [record for record in found.get(place, ()) if record.offset < due[place]]
            position = self._positions[place] = await consumer.position(place)
            read[place] = records, min(position, due[place])
        return read
