"""Runs work beside the event loop in daemon threads, for which the process does not wait at exit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

_NAME: Final = "tidewaiter-background"

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread of its own and return its result, or raise its error."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failed = None, None
        try:
            result = work()
        except BaseException as error:
            failed = error
        try:
            loop.call_soon_threadsafe(settle, result, failed)
        except RuntimeError:  # the loop is closed: nobody waits for the result
            return

    threading.Thread(target=run, name=_NAME, daemon=True).start()
    return await done


def daemon_thread_at_work() -> bool:
    """Return whether such a thread is still running."""
    return any(thread.name == _NAME for thread in threading.enumerate())
