"""A list publisher's server on 127.0.0.1 that behaves as badly as it is told to, and lists for it to serve."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

DAY = "Sat, 01 Aug 2026 23:00:03 GMT"


def un_list(entities: int = 40, day: str = "2026-08-01", first: int = 0) -> bytes:
    """A UN list of so many entities, the numbers of which begin with `first`."""
    records = "".join(
        f"<ENTITY><DATAID>{n}</DATAID><FIRST_NAME>TEST TRADING {n} COMPANY</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>"
        f"<REFERENCE_NUMBER>KPe.{n:03}</REFERENCE_NUMBER><LISTED_ON>2016-03-02</LISTED_ON>"
        f"<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Sihom {n}</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"
        for n in range(first, first + entities)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="{day}T23:00:03Z"><INDIVIDUALS/>'
        f"<ENTITIES>{records}</ENTITIES></CONSOLIDATED_LIST>"
    ).encode()


class Publisher:
    """Answers each request for a path with the next answer told for it; the last one stands for all that follow."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._answers: dict[str, list[Answer]] = {}

    def answers(self, path: str, *answers: Answer) -> str:
        """Tell the answers of a path from now on, and return its address."""
        self._answers[path] = list(answers)
        return self.url + path

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path_qs, {name.lower(): value for name, value in request.headers.items()}))
        answers = self._answers.get(request.path, [status(404)])
        return await (answers.pop(0) if len(answers) > 1 else answers[0])(request)


@contextmanager
def publishing(encrypted: ssl.SSLContext | None = None) -> Iterator[Publisher]:
    """A server of its own thread and event loop, as long as the block."""
    publisher = Publisher()
    loop = asyncio.new_event_loop()
    ready, ending = threading.Event(), asyncio.Event()

    async def serve() -> None:
        application = web.Application()
        application.router.add_route("GET", "/{tail:.*}", publisher._answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=encrypted).start()
        host, port = runner.addresses[0][:2]
        publisher.url = f"http{'s' if encrypted else ''}://{host}:{port}"
        ready.set()
        await ending.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield publisher
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(10)
        loop.close()


def file(body: bytes, etag: str = '"1"', packed: bool = False, modified: str = DAY) -> Answer:
    """The file, as a well-behaved server gives it: 304 to whoever has it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"ETag": etag, "Last-Modified": modified}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        if packed:
            return web.Response(body=gzip.compress(body), headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=body, headers=headers)

    return answer


def status(code: int, **headers: str) -> Answer:
    """No file, but a status."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text="no list for you", headers=said)

    return answer


def page() -> Answer:
    """A web page with status 200, as a firewall or a maintenance window sends it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text="\n<!DOCTYPE html><html><body>Back soon</body></html>", content_type="text/html")

    return answer


def cut_off(body: bytes, after: int) -> Answer:
    """The head of the whole file, and the connection dropped in the middle of it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[:after])
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def understated(body: bytes, length: int) -> Answer:
    """A Content-Length that is less than the file."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(length)})
        await response.prepare(request)
        await response.write(body[:length])
        return response

    return answer


def slow(body: bytes, seconds: float, pieces: int = 10) -> Answer:
    """The file, a piece every so often."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        size = len(body) // pieces + 1
        with suppress(ConnectionError):  # whoever has no patience goes away
            for start in range(0, len(body), size):
                await asyncio.sleep(seconds)
                await response.write(body[start : start + size])
        return response

    return answer


def endless() -> Answer:
    """Zeros for ever, in gzip: small on the wire, and without a length."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(request)
        packer = zlib.compressobj(wbits=31)
        with suppress(ConnectionError):  # nobody takes it all
            for _ in range(400):
                await response.write(packer.compress(bytes(100_000)) + packer.flush(zlib.Z_SYNC_FLUSH))
        return response

    return answer


def redirect(to: str) -> Answer:
    """Somewhere else."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": to})

    return answer
