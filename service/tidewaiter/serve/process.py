"""The process: rule book, projection, screening and web servers, and an end by SIGTERM or Ctrl-C.

A broker or database that is away ends nothing: the process answers what it can, and `/readyz` says what is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn

from tidewaiter import __version__
from tidewaiter.errors import BrokerError, SettingsError, TidewaiterError, trace_of
from tidewaiter.observability import logs
from tidewaiter.observability.probes import build_web, serving
from tidewaiter.observability.serve_metrics import PeopleFigures, ServeMetrics
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Screener
from tidewaiter.serve.access import AccessLog
from tidewaiter.serve.app import build_app
from tidewaiter.serve.auth.proxy import TrustedProxy
from tidewaiter.serve.auth.sessions import Sessions
from tidewaiter.serve.auth.tokens import TokenFile
from tidewaiter.serve.desk import ScreeningDesk
from tidewaiter.serve.projection.consuming import Projector
from tidewaiter.serve.projection.figures import people_figures
from tidewaiter.serve.projection.store import Failed, Store
from tidewaiter.serve.recording import Recorder
from tidewaiter.serve.service import Service
from tidewaiter.settings import RuleBookFrom, Settings
from tidewaiter.stream.background import in_daemon_thread
from tidewaiter.stream.batches import ReadLimits
from tidewaiter.stream.disposition_follower import DispositionFollower
from tidewaiter.stream.failure import ExitCode, WorkerError
from tidewaiter.stream.follower import Follower, InUse
from tidewaiter.stream.quotas import QuotaLog
from tidewaiter.stream.records import read_anything
from tidewaiter.stream.topics import Topics, partitions_of

Announce = Callable[[str], None]

_AGAIN_SECONDS: Final = 5.0
_COUNT_SECONDS: Final = 10.0
_SWITCH_SECONDS: Final = 0.001
"""How long the screening thread may keep the interpreter from the event loop; Python's own value is 5 ms."""
_CONNECTIONS: Final = 512
_HEADER_BYTES: Final = 16_384
_IDLE_SECONDS: Final = 30
_log = logs.logger("tidewaiter.serve")


def run_serve(settings: Settings, own: Callable[[], Screener], announce: Announce | None = None) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit status.

    `own` builds the screener of the settings, used while no rule book is published. `announce` is called once with the
    address of API and console.
    """
    logs.configure(settings)
    sys.setswitchinterval(_SWITCH_SECONDS)
    read_anything(ReadLimits(settings.max_record_bytes, settings.max_batch_bytes))
    try:
        asyncio.run(_Serve(settings, own, announce).run())
    except SettingsError as error:
        _log.error("not started", reason=str(error))
        return int(ExitCode.SETTINGS)
    except TidewaiterError as error:
        _log.error("ended", reason=str(error))
        return int(ExitCode.UNFORESEEN)
    return int(ExitCode.STOPPED)


class _Serve:
    def __init__(self, settings: Settings, own: Callable[[], Screener], announce: Announce | None) -> None:
        self._settings, self._own, self._announce = settings, own, announce
        self._metrics = ServeMetrics()
        self._in_use = InUse(self._metrics)
        self._ledger: QuotaLedger | None = None
        self._projector: Projector | None = None
        self._dispositions = DispositionFollower(settings, self._metrics.dispositions, self._in_use.judge_with)

    async def run(self) -> None:
        settings = self._settings
        _log.info("starting", engine=__version__, pid=os.getpid(), **settings.printable())
        proxy = TrustedProxy(settings)
        if settings.serve_tokens_file is None and not proxy.enabled:
            raise SettingsError(
                "nobody could ask: set TIDEWAITER_SERVE_TOKENS_FILE (write it with: tidewaiter tokens new), or "
                "TIDEWAITER_SERVE_PROXY_ADDRESSES"
            )
        tokens = TokenFile(settings.serve_tokens_file) if settings.serve_tokens_file is not None else None
        store = Store(settings)
        try:
            await asyncio.to_thread(store.open)
        except Failed as error:
            _log.warning("the database cannot be used yet", error=type(error).__name__, database=store.describe())
        projector = self._projector = Projector(settings, store, self._metrics)
        desk = ScreeningDesk(self._screener, lambda: self._ledger, settings.max_event_bytes)
        service = Service(
            settings=settings,
            store=store,
            metrics=self._metrics,
            in_use=self._in_use,
            desk=desk,
            tokens=tokens,
            proxy=proxy,
            sessions=Sessions(settings, store, tokens),
            access=AccessLog(store),
            projector=projector,
            recorder=Recorder(settings),
        )
        self._metrics.screening_waiting.set_function(lambda: desk.waiting)
        try:
            await self._serve(service)
        finally:
            desk.close()
            await service.access.flush()
            await service.recorder.close()
            store.close()
            _log.info("stopped", exit=int(ExitCode.STOPPED))

    async def _serve(self, service: Service) -> None:
        settings = self._settings
        with _listening(settings) as listener:
            server = _Server(uvicorn_config(service))
            for each in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(NotImplementedError):  # Windows
                    asyncio.get_running_loop().add_signal_handler(each, server.stop)
            async with (
                serving(build_web(self._metrics.registry, self), settings.web_host, settings.web_port) as web,
                _running(self._beside(service)),
            ):
                host, port = listener.getsockname()[:2]
                address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
                _log.info("web", metrics=f"{web}/metrics", live=f"{web}/livez", ready=f"{web}/readyz")
                _log.info("serving", address=address)
                if self._announce is not None:
                    self._announce(address)
                await server.serve(sockets=[listener])

    async def _beside(self, service: Service) -> None:
        """Run what works beside the web server, until cancelled. Raises the error that ends one of its parts."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._rule_books())
            group.create_task(self._quotas())
            group.create_task(self._dispositions.follow())
            group.create_task(service.projector.follow())
            group.create_task(service.access.flushing())
            group.create_task(self._counting(service))

    async def _counting(self, service: Service) -> None:
        """Set the metrics of the people's work every few seconds."""

        def counted() -> PeopleFigures:
            now_ms = int(time.time() * 1_000)
            overdue = now_ms - int(self._settings.overdue_after.total_seconds() * 1_000)
            with service.store.read() as connection:
                return people_figures(connection, now_ms, overdue)

        while True:
            with contextlib.suppress(*Failed):  # the projection says what is wrong with the database
                self._metrics.people(await asyncio.to_thread(counted))
            await asyncio.sleep(_COUNT_SECONDS)

    # Health

    def stuck(self) -> str | None:
        """Return why the process is not alive; it answers, so it is."""
        return None

    def missing(self) -> list[str]:
        """Return the reasons why it is not ready."""
        reasons = []
        if self._in_use.manifest is None:
            reasons.append("no rule book yet")
        if not self._dispositions.looked.is_set():
            reasons.append("the dispositions are not read yet")
        if self._projector is not None and not self._projector.following:
            reasons.append("the topics are not followed")
        elif self._projector is not None and not self._projector.caught_up.is_set():
            reasons.append("the database is being built")
        return reasons

    # Rule books and quotas

    def _screener(self) -> Screener | None:
        return None if self._in_use.manifest is None else self._in_use.screener

    async def _rule_books(self) -> None:
        """Take up the published rule book as a worker does, and follow it."""
        if self._settings.rule_book is RuleBookFrom.OWN:
            await self._make_own()
            return
        follower = Follower(self._settings, self._metrics, self._in_use)
        async with asyncio.TaskGroup() as group:
            group.create_task(follower.follow())
            await follower.looked.wait()
            if self._in_use.manifest is None and self._settings.rule_book is not RuleBookFrom.PUBLISHED:
                await self._make_own()

    async def _make_own(self) -> None:
        own = await in_daemon_thread(self._own)
        if self._in_use.manifest is None:
            self._in_use.replace(own)
            _log.info("own rule book", version=own.book.manifest.version, sha256=own.book.manifest.sha256)

    async def _quotas(self) -> None:
        """Follow the claims of the workers, so that an answer says what is left of a quota."""
        while True:
            try:
                partitions = (await partitions_of(self._settings, [Topics.of(self._settings).quotas])).values()
                async with QuotaLog.opened(self._settings, next(iter(partitions), 0)) as log:
                    self._ledger = log.ledger
                    while True:
                        await asyncio.sleep(1.0)
                        log.check()
            except (WorkerError, BrokerError) as error:
                _log.warning("quotas cannot be read; transfers that draw on one are not answered", reason=str(error))
            finally:
                self._ledger = None
            await asyncio.sleep(_AGAIN_SECONDS)


class _Server(uvicorn.Server):
    """The web server. It leaves signals to this process: uvicorn would send itself those it got once more."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def stop(self) -> None:
        """Answer what was asked, and end; at the second call, end at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


@asynccontextmanager
async def _running(work: object) -> AsyncIterator[None]:
    """Run `work` beside the block, and end the block with its error."""
    assert asyncio.iscoroutine(work)  # noqa: S101 - for the type
    block = asyncio.current_task()
    failed: list[BaseException] = []

    def ended(task: asyncio.Task[object]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            failed.append(error)
            if block is not None:
                block.cancel()

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not failed:
            raise
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
    if failed:
        raise _first(failed[0])


def _first(error: BaseException) -> BaseException:
    """Return the error within a group, and log one that nobody expects."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, TidewaiterError):
        _log.error("the process ends", error=type(error).__name__, trace=trace_of(error))
        return TidewaiterError(f"{type(error).__name__}: see the log")
    return error


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Provide the listening socket of the settings. Raises SettingsError when the port is taken."""
    host, port = settings.serve_host, settings.serve_port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1_024)
    except OSError as error:
        raise SettingsError(
            f"`tidewaiter serve` cannot listen on {host}:{port}: {error.strerror or error}; "
            "set TIDEWAITER_SERVE_PORT (0 takes a free port)"
        ) from error
    with listener:
        yield listener


def uvicorn_config(service: Service) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        build_app(service),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        # The address of the peer decides whom the headers of a proxy are believed from: no header may change it.
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=int(service.settings.stop_seconds),
        h11_max_incomplete_event_size=_HEADER_BYTES,
    )
