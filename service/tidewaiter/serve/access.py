"""Who asked what: one log line and one row for each question, the same ones of a second together.

A row has the caller, the route and, at most, the id of a verdict, rule or disposition. It never has a name of a party.
The log line is written first, so that a database which is away loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import delete, insert

from tidewaiter.observability import logs
from tidewaiter.serve.auth.callers import Caller
from tidewaiter.serve.projection.applying import storable
from tidewaiter.serve.projection.store import Failed, Store
from tidewaiter.serve.projection.tables import access

_FLUSH_SECONDS: Final = 1.0
_MOST_KINDS: Final = 5_000
"""Different questions kept until the next flush. Beyond it those of one caller and route are counted together."""
KEPT_DAYS: Final = 400
"""How long rows are kept: a supervisor's year, and a month to ask."""
_DAY_MS: Final = 86_400_000
_log = logs.logger("tidewaiter.serve.access")


class _Question(NamedTuple):
    caller: str
    via: str
    method: str
    route: str
    status: int
    subject: str | None


class AccessLog:
    """Gathers the questions of a second. Run `flushing` as a task of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: dict[_Question, list[int]] = {}
        self._unwritten: list[dict[str, object]] = []
        self._clean_at = 0.0

    def note(
        self, caller: Caller | None, method: str, route: str, status: int, subject: str | None, transfers: int
    ) -> None:
        """Take note of one question. `caller` is None for one that was not recognised."""
        name, via = (caller.name, caller.via.value) if caller is not None else ("-", "-")
        question = _Question(name, via, method, route, status, subject)
        if question not in self._asked and len(self._asked) >= _MOST_KINDS:
            question = question._replace(subject=None)
        counts = self._asked.setdefault(question, [0, 0])
        counts[0] += 1
        counts[1] += transfers

    async def flushing(self) -> None:
        """Write the questions each second until cancelled."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what was gathered."""
        asked, self._asked = self._asked, {}
        now = int(time.time() * 1_000)
        for question, (requests, transfers) in asked.items():
            facts = {key: value for key, value in question._asdict().items() if value is not None}
            _log.info("asked", **facts, requests=requests, **({"transfers": transfers} if transfers else {}))
            row: dict[str, object] = question._asdict()
            row |= {"asked_ms": now, "requests": requests, "transfers": transfers}
            row["caller"] = storable(question.caller, 200)
            row["subject"] = None if question.subject is None else storable(question.subject, 512)
            self._unwritten.append(row)
        del self._unwritten[:-_MOST_KINDS]
        if not self._unwritten:
            return
        rows, self._unwritten = self._unwritten, []
        try:
            await asyncio.to_thread(self._write(rows, now))
        except Failed as error:
            _log.warning("who asked could not be written to the database", error=type(error).__name__)
            self._unwritten = rows + self._unwritten

    def _write(self, rows: list[dict[str, object]], now: int) -> Callable[[], None]:
        clean = time.monotonic() >= self._clean_at
        if clean:
            self._clean_at = time.monotonic() + 3_600

        def write() -> None:
            with self._store.write() as connection:
                connection.execute(insert(access), rows)
                if clean:
                    connection.execute(delete(access).where(access.c.asked_ms < now - KEPT_DAYS * _DAY_MS))

        return write
