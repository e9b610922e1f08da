"""The errors that Tidewaiter raises, and the report of unexpected ones.

Each message names the thing, what is wrong with it and what to do.
"""

from __future__ import annotations

import traceback
from collections import deque
from dataclasses import dataclass
from typing import Final, Self


class TidewaiterError(Exception):
    """Base of all errors that Tidewaiter raises."""


class SettingsError(TidewaiterError):
    """A setting that cannot be used."""


class RuleError(TidewaiterError):
    """A rule set, goods lexicon or authorisation register that cannot be used."""


class ListError(TidewaiterError):
    """A list file that cannot be used: truncated, empty, of another schema."""


class UnreadableEvent(TidewaiterError):  # noqa: N818 - it is the event that is unreadable
    """An event that is not a transfer. It goes to the dead letters and never gets a verdict."""


class BrokerError(TidewaiterError):
    """A broker that cannot be started or reached."""


class ExportError(TidewaiterError):
    """An export of the audit trail that cannot be written or read."""


class DispositionError(TidewaiterError):
    """A disposition that would have no effect, or that binds to no finding."""


NOT_THE_RECORD: Final = (MemoryError, OSError, ImportError)
"""Errors of the machine or the installation. The engine does no I/O, so no record can cause one."""
_FRAMES: Final = 6
"""How many of the innermost frames of a trace are reported."""
_OURS: Final = ("tidewaiter", "tidewaiter_schemas")


@dataclass(frozen=True, slots=True)
class EngineFault:
    """An error that the engine raised on one record: its type, and the module and line in this package.

    It leaves out the message, which may quote the record. The same record and engine give the same fault. `trace` has
    all places, for the log.
    """

    error: str
    place: str
    trace: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """Return the fault of `error`. Its place is the innermost frame of this package, even if a library raised."""
        name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        return cls(name, _innermost(error), trace_of(error))

    def __str__(self) -> str:
        return f"{self.error} at {self.place}"


def trace_of(error: BaseException) -> str:
    """Return where `error` and its causes were raised, without messages and values, which may quote a record."""
    lines = []
    cause: BaseException | None = error
    while cause is not None:
        last = deque(traceback.walk_tb(cause.__traceback__), maxlen=_FRAMES)
        frames = (f"{frame.f_code.co_filename}:{line}" for frame, line in reversed(last))
        lines.append(f"{type(cause).__name__} at {' < '.join(frames)}")
        cause = cause.__cause__
    return "; caused by ".join(lines)


def _innermost(error: BaseException) -> str:
    place = "unknown"
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] in _OURS:
            place = f"{module}:{line}"
    return place
