"""The Faust app: the settings under which Faust is safe, and our transport, stream and monitor in their places."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any, Final

import faust
from yarl import URL

from tidewaiter.settings import IsolationLevel, Settings
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.connection import CLIENT, faust_credentials
from tidewaiter.stream.records import read_anything
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.transport import (
    BatchStream,
    BoundedQueue,
    LedgerTransport,
    QuietMonitor,
    Room,
    TrackedMessage,
    check_versions,
)

_BUFFER_BYTES: Final = 64 * 1024 * 1024
_WRITE_BYTES: Final = 512 * 1024
_FETCH_RECORDS: Final = 2_000
_METADATA_SECONDS: Final = 10
"""How old a worker's picture of the topics may grow; aiokafka says 300.

A group leader that joins while the broker comes back may not see the topic yet, and gives nobody any partition: all sit
idle until it looks again. It also is how soon new partitions are read.
"""


class ScreeningApp(faust.App):  # type: ignore[misc]
    """A Faust app that reads transfers through the corrected transport.

    `batch_in_hand` is awaited when partitions are taken away: it should return when the agent has acknowledged the
    batch it is working on, or when waiting longer would cost the group its rebalance.
    """

    room: Room
    isolation_level: IsolationLevel
    batch_in_hand: Callable[[], Awaitable[None]]

    def _new_transport(self) -> LedgerTransport:
        return LedgerTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> LedgerTransport:
        return LedgerTransport(self.conf.broker_producer, self)

    def FlowControlQueue(self, maxsize: int | None = None, *, clear_on_resume: bool = False) -> BoundedQueue:  # noqa: N802
        """Make the queue between the reader and the agent."""
        return BoundedQueue(
            maxsize=maxsize,
            flow_control=self.flow_control,
            clear_on_resume=clear_on_resume,
            room=self.room,
            on_clear=self._dropped,
        )

    def _dropped(self, messages: list[TrackedMessage]) -> None:
        self.consumer.note_dropped(messages)


def build_app(settings: Settings) -> ScreeningApp:
    """Build the app, not started; call it inside a running event loop. Raises WorkerError for an untested Faust.

    Why each setting, where it is not a number of the operator's: `stream_wait_empty` waits for ever for an event that
    nobody acknowledges; the leader topic serves timers we have none of; no standby replicas means the plain round
    robin, which leaves no worker idle; topics are made by `tidewaiter topics`, not by accident; Faust's web shows
    the topology.
    """
    check_versions()
    read_anything(ReadLimits(settings.max_record_bytes, settings.max_batch_bytes))
    app = ScreeningApp(
        settings.group,
        broker=[URL(f"kafka://{host}") for host in settings.broker],
        broker_credentials=faust_credentials(settings),
        broker_client_id=CLIENT,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_request_timeout=max(40.0, settings.session_timeout_seconds + 10),
        broker_max_poll_records=_FETCH_RECORDS,
        broker_max_poll_interval=300.0,
        broker_commit_interval=settings.commit_seconds,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=_METADATA_SECONDS * 1000,
        consumer_group_instance_id=settings.instance_id,
        producer_acks=-1,
        producer_request_timeout=settings.produce_timeout_seconds,
        producer_max_request_size=settings.max_record_bytes,
        producer_max_batch_size=_WRITE_BYTES,
        value_serializer="raw",
        key_serializer="raw",
        datadir=tempfile.gettempdir(),
        stream_buffer_maxsize=settings.buffer_events,
        stream_wait_empty=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        web_enabled=False,
        Stream=BatchStream,
        Monitor=QuietMonitor,
    )
    app.isolation_level = settings.isolation_level
    app.room = Room(settings.buffer_events, _BUFFER_BYTES)
    app.batch_in_hand = _nothing
    return app


def transfer_topic(app: ScreeningApp, settings: Settings) -> Any:
    """The transfers as raw bytes. An empty value is an event too: it becomes a dead letter, not a Faust error."""
    return app.topic(
        Topics.of(settings).transfers,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )


async def _nothing() -> None:
    await asyncio.sleep(0)
