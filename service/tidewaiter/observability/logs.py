"""Logs: structlog over the standard library, one line per batch, without names, accounts or other event content."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Final

import structlog

from tidewaiter.settings import PREFIX, LogFormat, LogLevel, Settings

# By default renderers show local variables in tracebacks, which contain the parties of a transfer.
# At DEBUG these libraries log keys and values of records, which must not be in the log.
_QUIET: Final = ("aiokafka", "faust", "mode", "aiohttp", "asyncio", "tidewaiter.stream")
"""The last ones are also Faust's, which logs under the modules of our subclasses. Our own loggers are tidewaiter.*"""

_CONNECTIONS: Final = "aiokafka"
"""The loggers of its client, for connections only."""
_NO_COORDINATOR: Final = "Group Coordinator Request failed"
_SELDOM_SECONDS: Final = 10.0
_REMEMBERED_LINES: Final = 256


def configure(settings: Settings) -> None:
    """Send all logs and Python's warnings to standard error in one format. Call before the worker starts.

    Safe to repeat.
    """
    _configure(settings.log_format, settings.log_level)


def configured_for_programs() -> bool:
    """Configure JSON logs if the environment asks for them, and return whether it does.

    For an error that is raised before there are settings: whoever collects the log reads JSON in every line.
    """
    asked = os.environ.get(f"{PREFIX}LOG_FORMAT", "").strip().lower() == LogFormat.JSON
    if asked:
        _configure(LogFormat.JSON, LogLevel.INFO)
    return asked


def _configure(log_format: LogFormat, level: LogLevel) -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    rendering: list[structlog.typing.Processor]
    if log_format is LogFormat.JSON:
        rendering = [
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(),
        ]
    else:
        rendering = [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Seldom(connections=level is LogLevel.DEBUG))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class Seldom(logging.Filter):
    """Passes an identical line of a library once in ten seconds; connection attempts only with `connections`.

    aiokafka logs thousands of lines per second about a deleted topic, and one per address that it cannot connect to,
    before our own message explains the problem. What it will try again is a warning and not an error; that a broker
    has no coordinator for a group yet, as in the first seconds of every new group, is logged once that lasts.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, connections: bool = False) -> None:
        super().__init__()
        self._clock, self._connections = clock, connections
        self._last: dict[tuple[str, str], float] = {}
        self._looking = (-_SELDOM_SECONDS, -_SELDOM_SECONDS)
        """When the library began to look for a coordinator, and when it last did."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write `record`."""
        if not record.name.startswith("aiokafka"):
            return True
        if record.name == _CONNECTIONS and not self._connections:
            return False
        line, now = (record.name, record.getMessage()), self._clock()
        if record.levelno == logging.ERROR and _is_tried_again(record):
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            if line[1].startswith(_NO_COORDINATOR) and not self._lasts(now):
                return False
        if now - self._last.get(line, -_SELDOM_SECONDS) < _SELDOM_SECONDS:
            return False
        if len(self._last) >= _REMEMBERED_LINES:
            self._last.clear()
        self._last[line] = now
        return True

    def _lasts(self, now: float) -> bool:
        """Return whether a coordinator has been looked for over at least ten seconds, without a longer pause."""
        since, last = self._looking
        self._looking = (since if now - last < _SELDOM_SECONDS else now), now
        return now - self._looking[0] >= _SELDOM_SECONDS


def _is_tried_again(record: logging.LogRecord) -> bool:
    """Return whether the library says this of an error that it retries."""
    return isinstance(record.args, tuple) and any(getattr(each, "retriable", False) for each in record.args)


class Gathered:
    """Writes one line for many events of a kind: the first at once, those of the next ten seconds together.

    For events that outsiders can cause at any rate. `flush` must be called regularly, and at the end with
    `all_of_them`. Each line has the facts of the last event, and the number of events as `times`.
    """

    def __init__(self, say: Callable[..., object], event: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._event, self._clock = say, event, clock
        self._since: dict[str, float] = {}
        self._waiting: dict[str, tuple[int, dict[str, object]]] = {}

    def add(self, kind: str, **facts: object) -> None:
        """Record one event. `kind` comes from a closed set."""
        times, _ = self._waiting.get(kind, (0, {}))
        self._waiting[kind] = times + 1, facts
        self.flush()

    def flush(self, *, all_of_them: bool = False) -> None:
        """Write the events that have waited for ten seconds."""
        now = self._clock()
        for kind, (times, facts) in list(self._waiting.items()):
            if all_of_them or now - self._since.get(kind, -_SELDOM_SECONDS) >= _SELDOM_SECONDS:
                del self._waiting[kind]
                self._since[kind] = now
                self._say(self._event, **facts, times=times)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger that takes the event as text and its facts as keywords."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
