"""The Faust app: the settings under which Faust is safe, and our transport, stream and monitor in their places."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any, Final

import faust
from yarl import URL

from tidewaiter.settings import IsolationLevel, Settings
from tidewaiter.stream.connection import CLIENT, faust_credentials
from tidewaiter.stream.read_ahead import BatchStream, BoundedQueue, Room
from tidewaiter.stream.topics import Topics
from tidewaiter.stream.tracked_message import TrackedMessage
from tidewaiter.stream.transport import LedgerTransport, QuietMonitor, check_versions

_BUFFER_BYTES: Final = 64 * 1024 * 1024
_WRITE_BYTES: Final = 512 * 1024
_FETCH_RECORDS: Final = 2_000
_METADATA_SECONDS: Final = 10
"""Maximum age of a worker's topic metadata; aiokafka's value is 300.

A group leader that joins while the broker restarts may not see the topic yet and then assigns no partitions: all
workers are idle until it refreshes. It is also how soon new partitions are read.
"""


class ScreeningApp(faust.App):  # type: ignore[misc]
    """A Faust app that reads transfers through the corrected transport.

    `batch_in_hand` is awaited when partitions are revoked. It must return when the agent has acknowledged its current
    batch, or when waiting longer would make the group's rebalance fail.

    `on_moved` is called in the consumer's thread with a partition, the offset that was to be read next and the one that
    is read instead, when the broker does not have the former: it was deleted, or the partition is shorter than before.
    """

    room: Room
    isolation_level: IsolationLevel
    batch_in_hand: Callable[[], Awaitable[None]]
    on_moved: Callable[[int, int, int], None]

    def _new_transport(self) -> LedgerTransport:
        return LedgerTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> LedgerTransport:
        return LedgerTransport(self.conf.broker_producer, self)

    def FlowControlQueue(self, maxsize: int | None = None, *, clear_on_resume: bool = False) -> BoundedQueue:  # noqa: N802
        """Return the queue between the reader and the agent."""
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

    Reasons for the settings that the operator does not choose: `stream_wait_empty` waits for ever for an event that
    nobody acknowledges; the leader topic serves timers, and we have none; without standby replicas assignment is plain
    round robin, which leaves no worker idle; `tidewaiter topics` creates topics; Faust's web server shows the topology.
    """
    check_versions()
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
    app.on_moved = lambda partition, before, offset: None
    return app


def transfer_topic(app: ScreeningApp, settings: Settings) -> Any:
    """Return the topic of transfers as raw bytes. An empty value is an event too: it becomes a dead letter."""
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
