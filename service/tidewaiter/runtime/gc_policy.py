"""When the garbage collector looks for cycles."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Let the collector look once in fifty thousand new objects: rule books are hundreds of thousands that stay.

    As Python has it, once in seven hundred, it walks a half-made rule book again and again: measured, a third of the
    time that reading rules and words takes.
    """
    gc.set_threshold(50_000, 20, 100)
