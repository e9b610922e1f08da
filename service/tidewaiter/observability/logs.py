"""Logs: structlog over the standard library, one line a batch. Never a name, an account or a piece of an event."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Final

import structlog

from tidewaiter.settings import LogFormat, LogLevel, Settings

# Renderers show local variables in tracebacks unless told not to, and those are the parties of a transfer.
# At DEBUG these write keys and values of records into the log: the very data that must not be there.
_QUIET: Final = ("aiokafka", "faust", "mode", "aiohttp", "asyncio", "tidewaiter.stream")
"""The last are Faust's again: it logs under the modules of our subclasses. Our own loggers are tidewaiter.*"""

_CONNECTIONS: Final = "aiokafka"
"""What its client logs under: the connections alone."""
_SELDOM_SECONDS: Final = 10.0
_REMEMBERED_LINES: Final = 256


def configure(settings: Settings) -> None:
    """Send all logs to standard error in one format. Call before the worker starts; again is harmless."""
    level = settings.log_level
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    rendering: list[structlog.typing.Processor]
    if settings.log_format is LogFormat.JSON:
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
    """Lets the same line of a library through once in ten seconds, and attempts to connect only with `connections`.

    aiokafka writes one for each look at a topic that was deleted, thousands a second, and one for each address that it
    cannot connect to, before we say what that means.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, connections: bool = False) -> None:
        super().__init__()
        self._clock, self._connections = clock, connections
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is to be written."""
        if not record.name.startswith("aiokafka"):
            return True
        if record.name == _CONNECTIONS and not self._connections:
            return False
        line, now = (record.name, record.getMessage()), self._clock()
        if now - self._last.get(line, -_SELDOM_SECONDS) < _SELDOM_SECONDS:
            return False
        if len(self._last) >= _REMEMBERED_LINES:
            self._last.clear()
        self._last[line] = now
        return True


class Gathered:
    """Writes one line for many events of a kind: the first at once, those of the next ten seconds together.

    For what others can make happen as often as they like. `flush` must be called now and then, and at the end with
    `all_of_them`. Each line has the facts of the last event, and how many it stands for as `times`.
    """

    def __init__(self, say: Callable[..., object], event: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._event, self._clock = say, event, clock
        self._since: dict[str, float] = {}
        self._waiting: dict[str, tuple[int, dict[str, object]]] = {}

    def add(self, kind: str, **facts: object) -> None:
        """Take in one event. `kind` is of a closed set."""
        times, _ = self._waiting.get(kind, (0, {}))
        self._waiting[kind] = times + 1, facts
        self.flush()

    def flush(self, *, all_of_them: bool = False) -> None:
        """Write what has waited for ten seconds."""
        now = self._clock()
        for kind, (times, facts) in list(self._waiting.items()):
            if all_of_them or now - self._since.get(kind, -_SELDOM_SECONDS) >= _SELDOM_SECONDS:
                del self._waiting[kind]
                self._since[kind] = now
                self._say(self._event, **facts, times=times)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes an event in words and facts as keywords."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
