"""The pages `/metrics`, `/livez` and `/readyz`, served in the worker's event loop."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from tidewaiter.errors import SettingsError

_TEXT: Final = "text/plain; charset=utf-8"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Otherwise aiohttp sends its own version and Python's.
    "Server": "tidewaiter",
}
_MOST_LINE_BYTES: Final = 4_096
"""Limit in bytes for a request's first line and for each header; a scraper sends a few hundred."""


_MOST_CONNECTIONS: Final = 64
_SCRAPES_A_SECOND: Final = 5.0
"""Sustained requests per second from one address. Prometheus sends one every few seconds."""
_SCRAPES_AT_ONCE: Final = 20.0
_ADDRESSES: Final = 256
"""How many addresses are remembered; the least recently seen one is dropped."""


class _NotTheirs(logging.Filter):
    """Drops log records of invalid HTTP requests: anybody who reaches the port could fill the log with them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is about our own code."""
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_log = logging.getLogger("tidewaiter.web")
_log.addFilter(_NotTheirs())


class Pace:
    """A rate limit per address: `a_second` requests sustained, and a burst of `at_once` after a pause."""

    def __init__(
        self,
        a_second: float = _SCRAPES_A_SECOND,
        at_once: float = _SCRAPES_AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._a_second, self._at_once, self._clock = a_second, at_once, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Return whether the address may make this request. A refused request does not count."""
        now = self._clock()
        left, at = self._left.pop(address, (self._at_once, now))
        left = min(self._at_once, left + (now - at) * self._a_second)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now)
        if len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)
        return allowed


class Health(Protocol):
    """The state of a worker that the probes report."""

    def stuck(self) -> str | None:
        """Return why it is not alive, or None."""
        ...

    def missing(self) -> list[str]:
        """Return the reasons why it is not ready."""
        ...


def build_web(registry: CollectorRegistry, health: Health) -> web.Application:
    """Return the application with the three read-only pages. `/livez` and `/readyz` answer 503 with the reason.

    `/metrics` answers 429 to too many requests. The probes, which cost almost nothing, always answer: a flood of
    requests must not make the worker look dead.
    """
    pace = Pace()

    async def metrics(request: web.Request) -> web.Response:
        if not pace.allows(request.remote or ""):
            return web.Response(
                status=429, text="asked too often\n", headers={"Content-Type": _TEXT, "Retry-After": "1"}
            )
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    async def livez(_: web.Request) -> web.Response:
        reason = health.stuck()
        return _answer(reason is None, reason or "ok")

    async def readyz(_: web.Request) -> web.Response:
        missing = health.missing()
        return _answer(not missing, f"not ready: {', '.join(missing)}" if missing else "ok")

    application = web.Application(middlewares=[_without_body])
    application.on_response_prepare.append(_strict)
    application.add_routes([web.get("/metrics", metrics), web.get("/livez", livez), web.get("/readyz", readyz)])
    return application


@asynccontextmanager
async def serving(application: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve within the block and yield the address, such as `http://127.0.0.1:8080`. Port 0 picks a free port.

    Above 64 connections, a new one closes the oldest, so that a client with many connections cannot block the probes.
    Raises SettingsError when the port is taken.
    """
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=_log,
        handle_signals=False,
        shutdown_timeout=1.0,
        # Do not read the rest of a request that was already answered.
        lingering_time=0,
        max_line_size=_MOST_LINE_BYTES,
        max_field_size=_MOST_LINE_BYTES,
    )
    await runner.setup()
    server = cast("web.Server", runner.server)

    def connection() -> asyncio.Protocol:
        held = [transport for each in server.connections if (transport := each.transport) is not None]
        for transport in held[: max(0, len(held) + 1 - _MOST_CONNECTIONS)]:
            transport.abort()
        return server()

    listener = None
    try:
        try:
            listener = await asyncio.get_running_loop().create_server(connection, host, port)
        except OSError as error:
            why = (
                "another process, such as another worker on this machine, has it"
                if error.errno == errno.EADDRINUSE
                else error.strerror or error
            )
            raise SettingsError(
                f"the web server cannot listen on {host}:{port}: {why}; set TIDEWAITER_WEB_PORT to another port for "
                "each process of a machine (0 takes a free one, which the log then names)"
            ) from error
        bound_host, bound_port = listener.sockets[0].getsockname()[:2]
        yield f"http://{f'[{bound_host}]' if ':' in bound_host else bound_host}:{bound_port}"
    finally:
        if listener is not None:
            listener.close()
        await runner.cleanup()


@web.middleware
async def _without_body(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a request with a body without reading it: no page takes one."""
    if request.body_exists:
        refused = web.Response(status=413, text="these pages take no body\n", headers={"Content-Type": _TEXT})
        refused.force_close()
        return refused
    return await handler(request)


async def _strict(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _answer(well: bool, text: str) -> web.Response:
    return web.Response(status=200 if well else 503, text=text + "\n", headers={"Content-Type": _TEXT})
