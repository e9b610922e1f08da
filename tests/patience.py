"""How long tests wait for what takes as long as the machine lets it.

A wait ends as soon as what is awaited holds, so a long one costs nothing unless the test fails: it must outlast the
busiest machine. Where being quick is itself the promise, its limit is stretched by what the machine does besides.
"""

from __future__ import annotations

import os
import time

WAIT = 180.0
"""Seconds. On an idle machine nothing that is awaited takes five."""
_SPIN = 0.02


def stretched(seconds: float) -> float:
    """`seconds` of an idle machine, in seconds of this one now."""
    return seconds * max(1.0, _load_per_core(), _wall_per_processor_second())


def _load_per_core() -> float:
    """Processes that run or wait for a processor, over the last minute, for each core; 0 where nobody counts them."""
    try:
        return 1.5 * os.getloadavg()[0] / (os.cpu_count() or 1)
    except (AttributeError, OSError):
        return 0.0


def _wall_per_processor_second() -> float:
    """How much longer than its processor time a short piece of work takes."""
    began, used = time.monotonic(), time.process_time()
    while time.process_time() - used < _SPIN:
        pass
    return (time.monotonic() - began) / _SPIN
