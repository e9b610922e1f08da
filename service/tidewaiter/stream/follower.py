"""Follows the rule-book topic in a worker: adopts a rule book that is put in force, or logs why not.

It never stops the stream: an error here is a log line and a metric, and the rule book in use stays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tidewaiter.errors import BrokerError, RuleError, SettingsError
from tidewaiter.observability import logs
from tidewaiter.observability.rule_book_metrics import RuleBookMetrics
from tidewaiter.release.adoption import Offer, Refused, consider
from tidewaiter.release.book_files import NotAllowed
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.refusal import Refusal
from tidewaiter.runtime.gc_policy import exempt_rule_book
from tidewaiter.screening.dispositions import NONE, Dispositions
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.stream.background import in_daemon_thread
from tidewaiter.stream.rulebooks import (
    NoTopic,
    RuleBookTopicState,
    Stale,
    Unsigned,
    catch_up,
    fetched,
    published,
    reader,
)
from tidewaiter.wire.chain import adoption_name
from tidewaiter.wire.cloudevents import timestamp
from tidewaiter.wire.signing import trusted_keys
from tidewaiter_schemas.rulebook import CurrentRuleBook, PublishedRuleBook, RuleBookManifest

_POLL_MS: Final = 1_000
_AGAIN_SECONDS: Final = 30.0
_FIRST_AGAIN_SECONDS: Final = 1.0
_FAILURES: Final = 3
_LOOK_SECONDS: Final = 10.0
_BEAT_SECONDS: Final = 0.002
_log = logs.logger("tidewaiter.rulebook")


class InUse:
    """The screener in use, from the next batch on. `changed` is called with each new one.

    `current` is the record on the topic that put it in force; None for one that was not put in force by a record.
    """

    def __init__(self, metrics: RuleBookMetrics) -> None:
        self._metrics = metrics
        self._screener: Screener | None = None
        self._dispositions = NONE
        self.current: CurrentRuleBook | None = None
        self.changed: Callable[[Screener], None] = lambda _: None
        self.there = asyncio.Event()

    @property
    def screener(self) -> Screener:
        """Return the screener in use. Call it only once one is `there`."""
        assert self._screener is not None  # noqa: S101 - `there` is awaited before
        return self._screener

    @property
    def dispositions(self) -> Dispositions:
        """Return the dispositions in use."""
        return self._dispositions

    @property
    def adoption(self) -> str:
        """Return the name of the rule book in commits; empty when no record put it in force."""
        return "" if self.current is None else adoption_name(self.current.sha256, self.current.since)

    @property
    def manifest(self) -> RuleBookManifest | None:
        """Return the manifest of the rule book in use; None before the first."""
        return None if self._screener is None else self._screener.book.manifest

    def replace(self, screener: Screener, current: CurrentRuleBook | None = None) -> None:
        """Use the rule book of `screener` from the next batch on, with the dispositions in use."""
        self._screener = Screener(screener.book, self._dispositions) if self._dispositions else screener
        self.current = current
        self._metrics.uses(screener.book.manifest)
        self.changed(self._screener)
        self.there.set()
        exempt_rule_book()

    def judge_with(self, dispositions: Dispositions) -> None:
        """Use `dispositions` from the next batch on."""
        self._dispositions = dispositions
        if self._screener is not None:
            self._screener = Screener(self._screener.book, dispositions)
            self.changed(self._screener)


class Follower:
    """Keeps the rule book in use equal to the one in force on the topic. Run `follow` as a task of its own."""

    def __init__(self, settings: Settings, metrics: RuleBookMetrics, in_use: InUse) -> None:
        self._settings, self._metrics, self._in_use = settings, metrics, in_use
        self._indexes = IndexStore(settings.indexes, _log.warning)
        self._state = RuleBookTopicState(trusted_keys(settings))
        self._offered: tuple[CurrentRuleBook, float] | None = None
        self._refused: CurrentRuleBook | None = None
        self._prepared: tuple[CurrentRuleBook, Screener] | None = None
        """The screener of a rule book that is not in force yet."""
        self._again_at: float | None = None
        self._said: str | None = None
        self._refusals = logs.Gathered(_log.error, "rule book refused")
        self.looked = asyncio.Event()
        """Set once the topic was read to its end and its rule book adopted or refused, or the topic cannot be read."""
        self.caught_up = False
        """Whether the topic was ever read to its end: a rule book that `state` lacks is then not on the topic."""

    @property
    def state(self) -> RuleBookTopicState:
        """Return the content of the topic: of the last time that it was read to its end, and what followed."""
        return self._state

    async def refused(self, current: CurrentRuleBook) -> bool:
        """Return whether a rule book that was in force is one that no worker adopts."""
        return isinstance(await self._considered(current.sha256, current), Refused)

    async def follow(self) -> None:
        """Follow the topic until cancelled."""
        try:
            await self._follow()
        finally:
            self._refusals.flush(all_of_them=True)

    async def _follow(self) -> None:
        wait, failed = _FIRST_AGAIN_SECONDS, 0
        while True:
            try:
                async with reader(self._settings) as (consumer, place):
                    state = RuleBookTopicState(self._state.trusted, self._state.written)
                    await catch_up(consumer, place, state)
                    self._state, self.caught_up = state, True
                    if self._state.failed is not None:
                        self._refuse(None, _refused(self._state.failed))
                    self._reached()
                    await self._offer()
                    self.looked.set()
                    wait, failed = _FIRST_AGAIN_SECONDS, 0
                    await self._stay(consumer, place)
            except NoTopic as error:
                self._unreached(error)
                self.looked.set()
            except (BrokerError, SettingsError) as error:
                self._unreached(error)
            except Exception as error:  # an unexpected error here must not end the stream
                _log.error("following the rule books failed; trying again", error=type(error).__name__, exc_info=True)
                self._metrics.rule_book_topic.set(0)
            failed += 1
            if failed >= _FAILURES:  # a broker that hesitates is no reason to decide by another rule book
                self.looked.set()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _AGAIN_SECONDS)

    async def _stay(self, consumer: Any, place: Any) -> None:
        look_at = time.monotonic() + _LOOK_SECONDS
        while True:
            if time.monotonic() >= look_at:  # a consumer waits for ever, and in silence, for a topic that was deleted
                if place.topic not in await consumer.topics():
                    raise NoTopic(f"topic {place.topic} is gone: create it with: tidewaiter topics create")
                look_at = time.monotonic() + _LOOK_SECONDS
            arrived = await consumer.getmany(place, timeout_ms=self._poll_ms())
            self._refusals.flush()
            moved = False
            for record in arrived.get(place, ()):
                try:
                    moved |= self._state.take(record)
                except RuleError as error:
                    self._refuse(None, _refused(error))
            if moved or (self._again_at is not None and time.monotonic() >= self._again_at):
                await self._offer()

    def _poll_ms(self) -> int:
        """Return how long to wait for a record: no longer than to the moment of a rule book that is scheduled."""
        if self._again_at is None:
            return _POLL_MS
        return max(1, min(_POLL_MS, int((self._again_at - time.monotonic()) * 1_000)))

    # Adopting

    async def _offer(self) -> None:
        """Adopt what is in force on the topic, unless it is in use already."""
        current, self._again_at = self._state.current, None
        live = self._in_use.manifest
        if current is None or (live is not None and live.sha256 == current.sha256):
            self._metrics.rule_book_offered(None)
            return
        if _seconds_until(current) > 0:
            await self._await_moment(current)
            return
        if self._offered is None or self._offered[0] != current:
            self._offered = current, time.time()
        self._metrics.rule_book_offered(self._offered[1])
        if current == self._refused:  # read again after the broker was away, or refused before its moment
            return
        if await self._try(current.sha256, current):
            return
        self._refused = None if self._again_at is not None else current
        if self._in_use.manifest is not None or current.replaces is None:
            return
        # A worker that starts takes the rule book before the refused one, as the others still use it.
        _log.warning("the rule book before the refused one is tried", rule_book=current.replaces)
        await self._try(current.replaces, None)

    async def _await_moment(self, current: CurrentRuleBook) -> None:
        """Build a rule book that is scheduled, so that it is there at its moment; one that is refused is told now.

        A worker that starts before the moment takes the rule book that is in force until then.
        """
        self._metrics.rule_book_offered(None)
        if current != self._refused and (self._prepared is None or self._prepared[0] != current):
            outcome = await self._considered(current.sha256, current)
            if isinstance(outcome, Refused):
                self._refuse(current.sha256, outcome)
                self._refused = None if self._again_at is not None else current
            else:
                self._prepared = current, outcome
                _log.info("rule book scheduled", sha256=current.sha256, since=current.since.isoformat())
        if self._in_use.manifest is None and current.replaces is not None:
            await self._try(current.replaces, None)
        if self._again_at is None:
            self._again_at = time.monotonic() + _seconds_until(current)

    async def _try(self, sha256: str, current: CurrentRuleBook | None) -> bool:
        began = time.perf_counter()
        async with stall_watched() as longest:
            prepared, self._prepared = self._prepared, None
            if prepared is not None and prepared[0] == current:
                outcome: Screener | Refused = prepared[1]
            else:
                outcome = await self._considered(sha256, current)
                self._prepared = prepared if current is None else None
            if isinstance(outcome, Screener):
                self._in_use.replace(outcome, current)
                adopted_at = timestamp(datetime.now(UTC)).decode()
                seconds = time.perf_counter() - began
                if current is not None:
                    self._metrics.rule_book_offered(None)
        if isinstance(outcome, Refused):
            self._refuse(sha256, outcome)
            return False
        self._metrics.adopted_rule_book(seconds, longest.seconds)
        manifest = outcome.book.manifest
        _log.info(
            "rule book adopted",
            version=manifest.version,
            sha256=manifest.sha256,
            adopted_at=adopted_at,
            seconds=round(seconds, 3),
            longest_stall_seconds=round(longest.seconds, 4),
            longest_stall_processor_seconds=round(longest.processor_seconds, 4),
        )
        return True

    async def _considered(self, sha256: str, current: CurrentRuleBook | None) -> Screener | Refused:
        try:
            record = await published(self._settings, self._state, sha256)
        except RuleError as error:
            return _refused(error)
        except BrokerError as error:
            return Refused(Refusal.UNREACHABLE, str(error))
        if record.manifest.sha256 != sha256:
            return Refused(Refusal.UNREADABLE, f"its record is of the rule book {record.manifest.sha256}")
        try:
            file = await fetched(self._settings, record.file)
        except NotAllowed as error:
            return Refused(Refusal.NOT_ALLOWED, str(error))
        except RuleError as error:
            reason = Refusal.UNREACHABLE if record.file.uri else Refusal.DAMAGED
            return Refused(reason, str(error))
        baseline = None if current is None or current.allow_shrink else await self._baseline(current)
        offer = Offer(
            file,
            record.file.sha256,
            record.file.size,
            record.manifest,
            baseline,
            self._settings.rule_book_shrink,
            self._indexes,
        )
        return await in_daemon_thread(lambda: consider(offer))

    async def _baseline(self, current: CurrentRuleBook) -> RuleBookManifest | None:
        """Return the manifest to compare sizes with: of the rule book in use, or at start of the one replaced."""
        if self._in_use.manifest is not None or current.replaces is None:
            return self._in_use.manifest
        try:
            replaced: PublishedRuleBook = await published(self._settings, self._state, current.replaces)
        except (RuleError, BrokerError):
            return None
        return replaced.manifest

    def _refuse(self, sha256: str | None, refused: Refused) -> None:
        self._metrics.rule_book_refused.labels(refused.reason.value).inc()
        again = refused.reason is Refusal.UNREACHABLE
        if again:
            self._again_at = time.monotonic() + _AGAIN_SECONDS
        live = self._in_use.manifest
        self._refusals.add(
            refused.reason.value,
            rule_book=sha256,
            reason=refused.reason.value,
            detail=refused.detail,
            in_use=None if live is None else live.sha256,
            tried_again=again,
        )

    # What is known of the topic

    def _reached(self) -> None:
        self._metrics.rule_book_topic.set(1)
        self._said = None

    def _unreached(self, error: BrokerError | SettingsError) -> None:
        """Log once what is wrong with the topic, not at every attempt."""
        self._metrics.rule_book_topic.set(0)
        if str(error) != self._said:
            self._said = str(error)
            say = _log.info if isinstance(error, NoTopic) else _log.warning
            say("published rule books are not followed", reason=self._said, again_within_seconds=_AGAIN_SECONDS)


def _seconds_until(current: CurrentRuleBook) -> float:
    """Return the seconds until a rule book that is scheduled is in force; 0 for any other."""
    return max(0.0, (current.since - datetime.now(UTC)).total_seconds()) if current.scheduled else 0.0


def _refused(error: RuleError) -> Refused:
    """Return why a record is ignored."""
    match error:
        case Unsigned():
            return Refused(Refusal.UNSIGNED, str(error))
        case Stale():
            return Refused(Refusal.STALE, str(error))
    return Refused(Refusal.UNREADABLE, str(error))


@dataclass(slots=True)
class Stall:
    """The longest time without a turn of the event loop, in seconds by the clock and of this process' processor time.

    On a busy machine only the second is our part.
    """

    seconds: float = 0.0
    processor_seconds: float = 0.0


@asynccontextmanager
async def stall_watched() -> AsyncIterator[Stall]:
    """Measure the longest stall within the block."""
    longest = Stall()

    async def beat() -> None:
        last, spent = time.perf_counter(), time.process_time()
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            now, spent_now = time.perf_counter(), time.process_time()
            longest.seconds = max(longest.seconds, now - last - _BEAT_SECONDS)
            longest.processor_seconds = max(longest.processor_seconds, spent_now - spent)
            last, spent = now, spent_now

    beating = asyncio.create_task(beat())
    try:
        yield longest
    finally:
        beating.cancel()
