"""Screens the transfers of requests in one thread, many requests together, beside the event loop.

One batch takes some transfers of each request that waits, so that a request with a thousand delays nobody. The answers
are those of the stream: the same reader, the same screener, the same bytes.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final

from tidewaiter.errors import EngineFault
from tidewaiter.observability import logs
from tidewaiter.screening.isolation import judge_each
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter.screening.quotas import Draw
from tidewaiter.screening.screener import Assessment, Screener
from tidewaiter.serve.problems import Problem
from tidewaiter.wire.cloudevents import NotATransfer, canonical, decode
from tidewaiter_schemas.dead_letter import DeadLetterReason
from tidewaiter_schemas.quota import QuotaClaim
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

BATCH: Final = 64
"""Most transfers screened together."""
SHARE: Final = 16
"""Most transfers of one request in a batch, while others wait."""
MOST_WAITING: Final = 20_000
"""Transfers that may wait. Above that the answer is 503: the queue would only grow."""
_RETRY_SECONDS: Final = "1"
_log = logs.logger("tidewaiter.serve")

Answer = bytes | Problem
"""The bytes of a verdict, or why there is none."""


@dataclass(slots=True, eq=False)
class _Job:
    bodies: Sequence[bytes]
    done: asyncio.Future[list[Answer]]
    answers: list[Answer] = field(default_factory=list)
    taken: int = 0


class ScreeningDesk:
    """Screens for the requests of one event loop. Create it in that loop, and `close` it.

    `screener` returns the screener in use, or None while there is no rule book; `ledger` the claims on quotas, or None
    while they cannot be read. `ledger` is used in the event loop, where it changes.
    """

    def __init__(
        self,
        screener: Callable[[], Screener | None],
        ledger: Callable[[], QuotaLedger | None],
        max_event_bytes: int,
    ) -> None:
        self._screener, self._ledger, self._max_bytes = screener, ledger, max_event_bytes
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[_Job] = deque()
        self._more = threading.Condition()
        self._closed = False
        self.waiting = 0
        threading.Thread(target=self._work, name="tidewaiter-screening", daemon=True).start()

    async def screen(self, bodies: Sequence[bytes]) -> list[Answer]:
        """Return an answer for each body, in order. Raises Problem where nothing can be screened now."""
        if self._screener() is None:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "no-rule-book",
                "There is no rule book yet; ask again.",
                headers={"Retry-After": _RETRY_SECONDS},
            )
        if self.waiting + len(bodies) > MOST_WAITING:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "busy",
                "Too many transfers wait to be screened; ask again.",
                headers={"Retry-After": _RETRY_SECONDS},
            )
        if not bodies:
            return []
        job = _Job(bodies, self._loop.create_future())
        with self._more:
            self.waiting += len(bodies)
            self._jobs.append(job)
            self._more.notify()
        return await job.done

    def close(self) -> None:
        """End the thread after its batch."""
        with self._more:
            self._closed = True
            self._more.notify()

    def _work(self) -> None:
        while True:
            with self._more:
                while not self._jobs and not self._closed:
                    self._more.wait()
                if self._closed:
                    return
                batch = self._next_batch()
            try:
                answers = self._answers([body for job, some in batch for body in some])
            except BaseException as error:
                self._call(partial(self._fail, self._dropped(batch), error))
                continue
            finished = []
            with self._more:
                each = iter(answers)
                for job, some in batch:
                    job.answers += [next(each) for _ in some]
                    self.waiting -= len(some)
                    if len(job.answers) == len(job.bodies):
                        finished.append(job)
            if finished:
                self._call(partial(self._finish, finished))

    def _dropped(self, batch: Sequence[tuple[_Job, Sequence[bytes]]]) -> list[_Job]:
        """Take the rest of the jobs of a batch that failed out of the line, and return them."""
        jobs = [job for job, _ in batch]
        with self._more:
            for job in jobs:
                self.waiting -= len(job.bodies) - len(job.answers)
                if job in self._jobs:
                    self._jobs.remove(job)
        return jobs

    def _next_batch(self) -> list[tuple[_Job, Sequence[bytes]]]:
        """Take a share of each waiting job, oldest first; a job with more goes to the end of the line."""
        batch: list[tuple[_Job, Sequence[bytes]]] = []
        room, unfinished = BATCH, deque[_Job]()
        while self._jobs and room:
            job = self._jobs.popleft()
            share = min(room, SHARE if self._jobs or unfinished else BATCH)
            some = job.bodies[job.taken : job.taken + share]
            job.taken += len(some)
            room -= len(some)
            batch.append((job, some))
            if job.taken < len(job.bodies):
                unfinished.append(job)
        self._jobs.extend(unfinished)
        return batch

    def _answers(self, bodies: Sequence[bytes]) -> list[Answer]:
        screener = self._screener()
        assert screener is not None  # noqa: S101 - one that was there stays or is replaced
        read = [self._read(body) for body in bodies]
        judged = iter(judge_each(screener, [each for each in read if isinstance(each, TransferEvent)]))
        return [self._answer(next(judged), screener) if isinstance(each, TransferEvent) else each for each in read]

    def _read(self, body: bytes) -> TransferEvent | Problem:
        try:
            return decode(body, None, self._max_bytes)
        except NotATransfer as error:
            return _problem(error)

    def _answer(self, judged: Verdict | Assessment | EngineFault, screener: Screener) -> Answer:
        if isinstance(judged, EngineFault):
            return _failed(judged)
        try:
            if isinstance(judged, Assessment):
                before = self._before(judged.draws)
                if before is None:
                    return Problem(
                        HTTPStatus.SERVICE_UNAVAILABLE,
                        "quotas-unavailable",
                        "The transfer draws on a quota, and what was drawn before cannot be read now; ask again.",
                        headers={"Retry-After": _RETRY_SECONDS},
                    )
                judged = screener.conclude(judged, before)
            return canonical(judged)
        except Exception as error:
            return _failed(EngineFault.of(error))

    def _before(self, draws: Sequence[Draw]) -> Mapping[QuotaClaim, Tally] | None:
        """Return what was counted before each claim, as if it were made now. Claims nothing."""

        async def asked() -> Mapping[QuotaClaim, Tally] | None:
            ledger = self._ledger()
            if ledger is None:
                return None
            return {draw.claim: ledger.if_added(draw.claim, draw.published_until) for draw in draws}

        return asyncio.run_coroutine_threadsafe(asked(), self._loop).result()

    # In the event loop

    def _call(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop is closed: nobody waits
            return

    def _finish(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            if not job.done.done():
                job.done.set_result(job.answers)

    def _fail(self, jobs: Sequence[_Job], error: BaseException) -> None:
        for job in jobs:
            if not job.done.done():
                job.done.set_exception(error)


def _problem(error: NotATransfer) -> Problem:
    """Return why a body is no transfer. Its detail never quotes the transfer."""
    if error.reason is DeadLetterReason.ENGINE_ERROR:
        return _failed(error.fault) if error.fault is not None else _unread(error)
    if error.reason is DeadLetterReason.TOO_LARGE:
        return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "transfer-too-large", error.detail)
    return _unread(error)


def _unread(error: NotATransfer) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-a-transfer", f"{error.reason}: {error.detail}")


def _failed(fault: EngineFault) -> Problem:
    _log.error("the engine failed on a transfer of a request", error=fault.error, place=fault.place, trace=fault.trace)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "engine-failed", f"The engine failed on this transfer, please report: {fault}"
    )
