"""`/metrics`, `/livez` and `/readyz`, in the worker's own loop, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from service.errors import SettingsError

_TEXT: Final = "text/plain; charset=utf-8"


class Health(Protocol):
    """What the probes ask of a worker."""

    def stuck(self) -> str | None:
        """Why it is not alive, or None."""
        ...

    def missing(self) -> list[str]:
        """What keeps it from being ready."""
        ...


def build_web(
    registry: CollectorRegistry, health: Health, before_scrape: Callable[[], None] | None = None
) -> web.Application:
    """The three pages. `/livez` and `/readyz` answer 503 with the reason in words when they fail."""

    async def metrics(request: web.Request) -> web.Response:
        if before_scrape is not None:
            before_scrape()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    async def livez(_: web.Request) -> web.Response:
        reason = health.stuck()
        return _answer(reason is None, reason or "ok")

    async def readyz(_: web.Request) -> web.Response:
        missing = health.missing()
        return _answer(not missing, f"not ready: {', '.join(missing)}" if missing else "ok")

    application = web.Application()
    application.add_routes([web.get("/metrics", metrics), web.get("/livez", livez), web.get("/readyz", readyz)])
    return application


@asynccontextmanager
async def serving(application: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve within the block and give the address, `http://127.0.0.1:8080`. Port 0 takes a free one.

    Raises SettingsError when the port is taken.
    """
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"the web server cannot listen on {host}:{port}: {error.strerror or error}; "
                "set TIDEWAITER_WEB_PORT (0 takes a free port)"
            ) from error
        bound_host, bound_port = runner.addresses[0][:2]
        yield f"http://{f'[{bound_host}]' if ':' in bound_host else bound_host}:{bound_port}"
    finally:
        await runner.cleanup()


def _answer(well: bool, text: str) -> web.Response:
    return web.Response(status=200 if well else 503, text=text + "\n", headers={"Content-Type": _TEXT})
