"""The queue between the reader and the agent, bounded in events and bytes, and the batches taken from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from faust.streams import Stream
from mode.utils.queues import ThrowableQueue

from tidewaiter.stream.tracked_message import TrackedMessage

_BATCH_BYTES: Final = 2 * 1024 * 1024
"""The most bytes of a batch, which has at least one event. Costly events are large, and a worker that takes too long
for one batch loses its partitions."""


class Room:
    """Limits how many events and bytes are read ahead of the screening. The reader waits when it is full."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events, self._max_bytes = max_events, max_bytes
        self._events = self._bytes = 0
        self._free = asyncio.Event()
        self._free.set()

    @property
    def events(self) -> int:
        """Return the number of events that were read and not yet taken."""
        return self._events

    def taken(self, events: int, size: int) -> None:
        """Count what was put into the queue."""
        self._events += events
        self._bytes += size
        if self._events >= self._max_events or self._bytes >= self._max_bytes:
            self._free.clear()

    def left(self, events: int, size: int) -> None:
        """Count what was taken out of the queue. Reading resumes when half is free, so that a whole fetch fits."""
        self._events -= events
        self._bytes -= size
        if self._events * 2 <= self._max_events and self._bytes * 2 <= self._max_bytes:
            self._free.set()

    def is_free(self) -> bool:
        """Return whether reading may go on."""
        return self._free.is_set()

    async def wait(self) -> None:
        """Wait until reading may go on."""
        await self._free.wait()


class BoundedQueue(ThrowableQueue):  # type: ignore[misc]
    """Faust's event queue, counted against the room to read ahead. It reports the events that it drops.

    Faust's own limit pauses partitions at its high mark, and its reader then sleeps for a second at a time.
    """

    def __init__(self, *args: Any, room: Room, on_clear: Callable[[list[TrackedMessage]], None], **kwargs: Any) -> None:
        self._room = room
        self._on_clear = on_clear
        super().__init__(*args, **kwargs)

    def put_nowait_enhanced(self, value: Any, **_: Any) -> bool:
        """Put without Faust's pressure marks."""
        self.force_put_nowait(value)
        return False

    def clear(self) -> None:
        """Drop all events and report them to `on_clear`."""
        dropped = [event.message for event in self._queue]
        super().clear()
        if dropped:
            self._room.left(len(dropped), sum(message.size for message in dropped))
            self._on_clear(dropped)

    def take(self, most: int, size: int) -> list[Any]:
        """Return what is here, without waiting: at most `most` events, and not many more than `size` bytes.

        Faust's `get_nowait` does the same for one event with a dozen calls. Nobody waits to put: `put_nowait_enhanced`
        never does. An error that was thrown into the queue is left for `get`.
        """
        events: list[Any] = []
        queue, bytes_taken = self._queue, 0
        while queue and len(events) < most and bytes_taken < size and not self._errors:
            event = queue.popleft()
            events.append(event)
            bytes_taken += event.message.size
        self._room.left(len(events), bytes_taken)
        return events

    def _put(self, item: Any) -> None:
        super()._put(item)
        self._room.taken(1, item.message.size)

    def _get(self) -> Any:
        item = super()._get()
        self._room.left(1, item.message.size)
        return item


class BatchStream(Stream):  # type: ignore[misc]
    """A stream that gives its events in batches, straight from the queue, without acknowledging any."""

    async def batches(self, most: Callable[[], int], within: float) -> AsyncIterator[list[Any]]:
        """Yield lists of events: at least one, at most `most()`, and not many more bytes than `_BATCH_BYTES`.

        It takes what has arrived; with `within` above 0 it waits that many seconds for more after the first event.
        Events of a partition that was given away or sought again are left out: they are delivered again.
        """
        await self.maybe_start()
        queue, consumer, loop = self.channel.queue, self.app.consumer, self.loop
        while not self.should_stop:
            try:
                events = [await queue.get()]
            except StopAsyncIteration:  # how Faust tells a stream that it stops
                return
            wanted, size = most(), events[0].message.size
            deadline = loop.time() + within
            while True:
                taken = queue.take(wanted - len(events), _BATCH_BYTES - size)
                events += taken
                size += sum(event.message.size for event in taken)
                left = deadline - loop.time()
                if len(events) >= wanted or size >= _BATCH_BYTES or left <= 0:
                    break
                await self.sleep(min(left, 0.002))
            current = [event for event in events if consumer.is_current(event.message)]
            if current:
                yield current
