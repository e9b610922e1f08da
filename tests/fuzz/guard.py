"""A limit on the processor time of one input, so that a hang is found and a busy machine is not mistaken for one."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

MOST_SECONDS: Final = 1.0


class Hung(BaseException):
    """An input took more than its processor time. No `except Exception` of what is tried may take it for its own."""


@contextmanager
def within(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raise Hung when the block uses more processor time than `seconds`. For the main thread only."""

    rung = False

    def ring(_signal: int, _frame: FrameType | None) -> None:
        nonlocal rung
        if not rung:
            rung = True
            raise Hung(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if rung:  # it was raised where Python does not pass it on, as in a finalizer
        raise Hung(f"more than {seconds} s of processor time")


class Slowest:
    """The longest that an input took, in seconds of processor time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the block."""
        start = time.process_time()
        try:
            yield
        finally:
            self.seconds = max(self.seconds, time.process_time() - start)
