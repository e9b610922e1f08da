"""Handles SIGTERM and SIGINT: at once, even while the event loop hangs, and within a time limit."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Coroutine
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from tidewaiter.observability import logs
from tidewaiter.stream.failure import ExitCode, end_process

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_log = logs.logger("tidewaiter.worker")

T = TypeVar("T")


class StoppedEarly(Exception):  # noqa: N818 - it is no error
    """The process was asked to stop before it had joined its group."""


class Stop:
    """Handles SIGTERM and SIGINT from its creation on. Create it in a running event loop of the main thread.

    The first signal starts a limit of `seconds`. Unless `ended` is called in time the process ends with STOP_OVERRAN.
    A thread of its own keeps the time, because the event loop may hang and asyncio's own handlers wait for it.
    """

    def __init__(self, seconds: float) -> None:
        self.asked = asyncio.Event()
        self._seconds = seconds
        self._ended = threading.Event()
        # A handler may do no more: the code that it interrupts may hold a lock.
        self._heard: SimpleQueue[str] = SimpleQueue()
        for number in SIGNALS:
            signal.signal(number, lambda got, _: self._heard.put(signal.Signals(got).name))
        threading.Thread(target=self._count, args=(asyncio.get_running_loop(),), daemon=True).start()

    async def unless_asked(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of `work`, or cancel it and raise StoppedEarly when asked to stop meanwhile."""
        working, asked = asyncio.ensure_future(work), asyncio.ensure_future(self.asked.wait())
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            if self.asked.is_set():
                raise StoppedEarly
            return working.result()
        finally:
            asked.cancel()
            working.cancel()
            await asyncio.wait({working})
            if not working.cancelled():
                working.exception()  # else asyncio complains of one that nobody asked for

    def ended(self) -> None:
        """Note that nothing is left to stop."""
        self._ended.set()

    def _count(self, loop: asyncio.AbstractEventLoop) -> None:
        name = self._heard.get()
        _log.info("stopping", signal=name, budget_seconds=self._seconds)
        with contextlib.suppress(RuntimeError):  # the loop is closed: it has stopped already
            loop.call_soon_threadsafe(self.asked.set)
        if not self._ended.wait(self._seconds):
            _log.error(
                "the stop took longer than its budget (TIDEWAITER_STOP_SECONDS); what was not committed is read again",
                exit=int(ExitCode.STOP_OVERRAN),
            )
            end_process(ExitCode.STOP_OVERRAN)
