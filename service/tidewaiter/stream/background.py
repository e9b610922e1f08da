"""Work beside the event loop, in threads that nothing waits for when the process ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

_NAME: Final = "tidewaiter-background"

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Return the result of `work`, done in a thread of its own; raise what it raises."""
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
        except RuntimeError:  # the loop is closed: nobody waits
            return

    threading.Thread(target=run, name=_NAME, daemon=True).start()
    return await done


def daemon_thread_at_work() -> bool:
    """Return whether such a thread is still at work."""
    return any(thread.name == _NAME for thread in threading.enumerate())
