"""Follows the topic of dispositions in a worker: each state is used from the next batch on.

It never stops the stream. While the topic cannot be read, the dispositions in use stay, and a worker that starts waits
until it has read them all. Without them it would only give more alerts, but other verdicts than its neighbours.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Final

from tidewaiter.errors import BrokerError, SettingsError
from tidewaiter.observability import logs
from tidewaiter.observability.disposition_metrics import DispositionMetrics
from tidewaiter.screening.dispositions import DispositionLog, Dispositions, Refusal
from tidewaiter.settings import Settings
from tidewaiter.stream.dispositions import NoDispositions, decoded, reader
from tidewaiter.stream.topic_reader import until_now
from tidewaiter.wire.signing import disposition_keys

_POLL_MS: Final = 1_000
_TAKEN: Final = 50
"""Records taken before the event loop gets a turn: about ten milliseconds, with signatures."""
_AGAIN_SECONDS: Final = 30.0
_FIRST_AGAIN_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 10.0
_OLD_SECONDS: Final = 86_400
"""A worker that starts tells of no record that was refused longer ago. The topic keeps it for ever."""
_log = logs.logger("tidewaiter.dispositions")


class DispositionFollower:
    """Calls `adopt` with each new state of the dispositions. Run `follow` as a task of its own."""

    def __init__(self, settings: Settings, metrics: DispositionMetrics, adopt: Callable[[Dispositions], None]) -> None:
        self._settings, self._metrics, self._adopt = settings, metrics, adopt
        self._trusted = disposition_keys(settings)
        self._log = DispositionLog(settings.four_eyes)
        self._next = 0
        self._told_since = -inf
        self._told_until = 0
        """The offset up to which refused records were counted and logged."""
        self._said: str | None = None
        self._refusals = logs.Gathered(_log.error, "disposition refused")
        self.looked = asyncio.Event()
        """Set once the topic was read to its end, or cannot be read and waiting does not help."""

    async def follow(self) -> None:
        """Follow the topic until cancelled."""
        try:
            await self._follow()
        finally:
            self._refusals.flush(all_of_them=True)

    async def _follow(self) -> None:
        wait = _FIRST_AGAIN_SECONDS
        while True:
            try:
                async with reader(self._settings) as (consumer, place):
                    self._log = DispositionLog(self._settings.four_eyes)
                    self._told_since = time.time() - _OLD_SECONDS
                    async for records in until_now(consumer, [place]):
                        for start in range(0, len(records), _TAKEN):
                            self._take(records[start : start + _TAKEN])
                            await asyncio.sleep(0)
                    self._next = await consumer.position(place)
                    self._told_until = min(self._told_until, self._next)
                    self._told_since = -inf
                    self._use(None)
                    self._metrics.topic.set(1)
                    _log.info("dispositions", known=len(self._log))
                    self._said = None
                    self.looked.set()
                    wait = _FIRST_AGAIN_SECONDS
                    await self._stay(consumer, place)
            except NoDispositions as error:
                self._unreached(error)
                self.looked.set()
            except (BrokerError, SettingsError) as error:
                self._unreached(error)
            except Exception as error:  # an unexpected error here must not end the stream
                _log.error("following the dispositions failed; trying again", error=type(error).__name__, exc_info=True)
                self._metrics.topic.set(0)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _AGAIN_SECONDS)

    async def _stay(self, consumer: Any, place: Any) -> None:
        look_at = time.monotonic() + _LOOK_SECONDS
        while True:
            if time.monotonic() >= look_at:  # a consumer waits for ever, and in silence, for a topic that was deleted
                if place.topic not in await consumer.topics():
                    raise NoDispositions(f"topic {place.topic} is gone: create it with: tidewaiter topics create")
                look_at = time.monotonic() + _LOOK_SECONDS
            arrived = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=_TAKEN)
            self._refusals.flush()
            if records := arrived.get(place):
                if records[0].offset < self._next:  # the topic was made anew
                    raise BrokerError(f"topic {place.topic}: begins again at offset {records[0].offset}")
                self._next = records[-1].offset + 1
                if self._take(records):
                    self._use(records[-1])

    def _take(self, records: Sequence[Any]) -> bool:
        """Add the records to the log. Return whether one of them counts."""
        counted = False
        for record in records:
            disposition = decoded(record, self._trusted)
            refusal = disposition if isinstance(disposition, Refusal) else self._log.take(disposition)
            counted |= refusal is None
            if record.offset >= self._told_until:
                self._told_until = record.offset + 1
                if refusal is not None and record.timestamp / 1_000 >= self._told_since:
                    self._refuse(record, refusal)
        return counted

    def _use(self, last: Any | None) -> None:
        state = self._log.state()
        self._adopt(state)
        self._metrics.in_force.set(state.in_force)
        if last is not None:
            self._metrics.adoption.set(max(0.0, time.time() - last.timestamp / 1_000))

    def _refuse(self, record: Any, refusal: Refusal) -> None:
        """Count and log a record without effect. The log has its place alone: its content may name a party."""
        self._metrics.refused.labels(refusal.value).inc()
        self._refusals.add(refusal.value, reason=refusal.value, detail=refusal.sentence, offset=record.offset)

    def _unreached(self, error: BrokerError | SettingsError) -> None:
        """Log once what is wrong with the topic, not at every attempt."""
        self._metrics.topic.set(0)
        if str(error) != self._said:
            self._said = str(error)
            _log.warning("dispositions are not followed", reason=self._said, again_within_seconds=_AGAIN_SECONDS)
