"""Follows the topics and keeps the database equal to them.

It reads without a consumer group, because the offsets are in the database, in the transaction of the rows. What goes
wrong with the broker or the database is a log line, a metric and another attempt; the API answers meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tidewaiter.errors import BrokerError, SettingsError, trace_of
from tidewaiter.observability import logs
from tidewaiter.observability.serve_metrics import ServeMetrics
from tidewaiter.serve.projection.applying import Applied, Behind, Read, apply, digest_of, empty, read_positions, wanted
from tidewaiter.serve.projection.originals import Originals
from tidewaiter.serve.projection.store import Failed, Store
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.topics import Topics, partitions_of
from tidewaiter.wire.signing import disposition_keys

_POLL_MS: Final = 250
_RECORDS: Final = 500
_LOOK_SECONDS: Final = 5.0
_FIRST_AGAIN_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 15.0
_log = logs.logger("tidewaiter.serve.projection")


class _Anew(Exception):  # noqa: N818 - no error: what is stored is of other topics, or the partitions changed
    """Begin again; with `emptied`, from the first record of each topic."""

    def __init__(self, reason: str, *, emptied: bool) -> None:
        super().__init__(reason)
        self.emptied = emptied


class Projector:
    """Keeps the database equal to the topics. Run `follow` as a task of its own."""

    def __init__(self, settings: Settings, store: Store, metrics: ServeMetrics) -> None:
        self._settings, self._store, self._metrics = settings, store, metrics
        self._topics, self._trusted = Topics.of(settings), disposition_keys(settings)
        self._applied: dict[TopicPartition, int] = {}
        self.caught_up = asyncio.Event()
        """Set while everything that was on the topics at the last look is in the database."""
        self.following = False
        self.changed = asyncio.Condition()
        """Notified after each transaction that added something."""

    async def follow(self) -> None:
        """Follow the topics until cancelled."""
        wait = _FIRST_AGAIN_SECONDS
        while True:
            try:
                await self._follow()
            except _Anew as anew:
                _log.warning("the projection begins again", reason=str(anew), emptied=anew.emptied)
                if anew.emptied:
                    wait = await self._emptied(wait)
                    continue
            except (BrokerError, SettingsError, KafkaError) as error:
                _log.warning("the projection waits for the broker", reason=str(error) or type(error).__name__)
            except Failed as error:
                # Messages of the database quote rows.
                self._store.doubt()
                _log.warning("the projection waits for the database", error=type(error).__name__, trace=trace_of(error))
            except Exception as error:
                _log.error("the projection failed; trying again", error=type(error).__name__, trace=trace_of(error))
            else:
                wait = _FIRST_AGAIN_SECONDS
            self._lost()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _AGAIN_SECONDS)

    async def _emptied(self, wait: float) -> float:
        def emptied() -> None:
            with self._store.write() as connection:
                empty(connection)

        try:
            await asyncio.to_thread(emptied)
        except Failed as error:
            _log.warning("the projection waits for the database", error=type(error).__name__)
            await asyncio.sleep(wait)
        return min(wait * 2, _AGAIN_SECONDS)

    def _lost(self) -> None:
        self.following = False
        self._metrics.projection_up.set(0)
        self.caught_up.clear()

    async def _follow(self) -> None:
        await asyncio.to_thread(self._store.open)
        read = [self._topics.verdicts, self._topics.dispositions, self._topics.dead_letters]
        present = await partitions_of(self._settings, [*read, self._topics.transfers])
        places = [TopicPartition(topic, n) for topic in read for n in range(present.get(topic, 0))]
        if self._topics.verdicts not in present:
            raise BrokerError(
                f"topic {self._topics.verdicts} is not there, or this user may not see it (needs Read): "
                "create it with: tidewaiter topics create"
            )
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=self._settings.max_record_bytes,
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(started(consumer, self._settings))
            consumer.assign(places)
            await self._go_on(consumer, places)
            originals = Originals(self._settings, present.get(self._topics.transfers, 0))
            await stack.enter_async_context(originals)
            self.following = True
            self._metrics.projection_up.set(1)
            await self._stay(consumer, places, originals, present)

    async def _go_on(self, consumer: Any, places: Sequence[TopicPartition]) -> None:
        """Seek to what the database does not have yet. Raises _Anew where the topics are not those it was read from."""
        known = await asyncio.to_thread(self._positions)
        self._applied = {TopicPartition(*place): at for place, (at, _) in known.items()}
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        for place in places:
            following, last = known.get((place.topic, place.partition), (0, ""))
            if following > ends[place]:
                raise _Anew(f"topic {place.topic} was made anew: it ends before what was read of it", emptied=True)
            consumer.seek(place, max(following, begins[place]))
            if last and following - 1 >= begins[place]:
                consumer.seek(place, following - 1)
                records = (await consumer.getmany(place, timeout_ms=2_000, max_records=1)).get(place, ())
                if records and records[0].offset == following - 1 and digest_of(records[0]) != last:
                    raise _Anew(f"topic {place.topic} was made anew: it has another record there", emptied=True)
                consumer.seek(place, following)
        here = {(place.topic, place.partition) for place in places}
        if set(known) - here:
            raise _Anew("partitions that were read before are not there", emptied=True)

    def _positions(self) -> Mapping[tuple[str, int], tuple[int, str]]:
        with self._store.read() as connection:
            return read_positions(connection)

    async def _stay(
        self, consumer: Any, places: Sequence[TopicPartition], originals: Originals, present: Mapping[str, int]
    ) -> None:
        look_at = 0.0
        while True:
            if self._store.gone():
                raise _Anew("the database was deleted", emptied=False)
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS)
            reads = [
                Read(place.topic, place.partition, records, records[-1].offset + 1, self._applied.get(place, 0))
                for place, records in fetched.items()
                if records
            ]
            if reads:
                await self._apply(reads, originals)
            behind = await self._behind(consumer, places)
            self._metrics.projection_behind.set(behind)
            if behind == 0:
                self.caught_up.set()
            elif not reads:
                self.caught_up.clear()
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _LOOK_SECONDS
                now = await partitions_of(self._settings, list(present))
                if now != dict(present):
                    raise _Anew("the topics have other partitions than before", emptied=False)
                if await asyncio.to_thread(self._positions_differ, places):
                    raise _Anew("the database is not where it was left", emptied=False)

    def _positions_differ(self, places: Sequence[TopicPartition]) -> bool:
        """Return whether the database has less than what was applied to it: somebody emptied or restored it."""
        known = self._positions()
        return any(
            known.get((place.topic, place.partition), (0, ""))[0] < self._applied.get(place, 0) for place in places
        )

    async def _apply(self, reads: Sequence[Read], originals: Originals) -> None:
        transfers = await originals.of(wanted(self._topics, reads))

        def applied() -> Applied:
            with self._store.write() as connection:
                return apply(
                    connection,
                    self._topics,
                    reads,
                    transfers,
                    four_eyes=self._settings.four_eyes,
                    trusted=self._trusted,
                )

        try:
            done = await asyncio.to_thread(applied)
        except Behind:
            raise _Anew("the database was deleted, or is older than it was", emptied=False) from None
        for read in reads:
            self._applied[TopicPartition(read.topic, read.partition)] = read.next
        self._metrics.projected(done.counts())
        if done.unreadable:
            _log.error("records that are no verdict or disposition were skipped", records=done.unreadable)
        async with self.changed:
            self.changed.notify_all()

    async def _behind(self, consumer: Any, places: Sequence[TopicPartition]) -> int:
        """Return how many offsets are on the topics and not in the database, as far as the last fetches tell."""
        behind = 0
        for place in places:
            high = consumer.highwater(place)
            if high is None:
                high = (await consumer.end_offsets([place]))[place]
            behind += max(0, high - await consumer.position(place))
        return behind
