"""A schema registry that answers as a test says, with the REST API of Confluent's. tests/apicurio.py is a real one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

from aiohttp import web

from tidewaiter.settings import Settings, load
from tidewaiter_schemas.avro import avro_schema

GUID = UUID("89791762-2336-4186-9674-299b90a802e2")
OURS = json.dumps(avro_schema())
JSON = {"schemaType": "JSON", "schema": "{}"}


class Registry:
    """Answers GET by path, and remembers what was registered. `status` answers everything instead."""

    def __init__(self) -> None:
        self.by_path: dict[str, Any] = {"/schemas/ids/1": {"schema": OURS}, "/schemas/ids/2": JSON}
        self.status: int | None = None
        self.asked: list[str] = []
        self.login: str | None = None
        self.guids = True
        self.text: str | None = None
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append(f"{request.method} {path}")
        self.login = request.headers.get("Authorization")
        if self.text is not None:
            return web.Response(text=self.text, status=self.status or 200)
        if self.status is not None:
            return web.json_response({"error_code": self.status * 100 + 1, "message": "no"}, status=self.status)
        if request.method == "POST":
            return self._posted(path, json.loads(await request.text()))
        if isinstance(found := self.by_path.get(path), web.Response):
            return web.Response(text=found.text, status=found.status)
        if path in self.by_path:
            return web.json_response(self.by_path[path])
        return web.json_response({"error_code": 40403, "message": "Schema not found"}, status=404)

    def _posted(self, path: str, body: dict[str, Any]) -> web.Response:
        subject = path.split("/")[2]
        if not path.endswith("/versions"):
            if self.by_path.get(subject) == body:
                return web.json_response({"subject": subject, "id": 7, "version": 1, **body})
            return web.json_response({"error_code": 40401, "message": "Subject not found"}, status=404)
        if subject == "refusing":
            return web.json_response({"error_code": 409, "message": "incompatible"}, status=409)
        self.by_path |= {subject: body, "/schemas/ids/7": body, f"/schemas/guids/{GUID}": body}
        return web.json_response({"id": 7, "guid": str(GUID), **body} if self.guids else {"id": 7})

    def settings(self, **more: Any) -> Settings:
        return load({"broker": "unused:1", "schema_registry_url": self.url, **more})


@asynccontextmanager
async def served(registry: Registry) -> AsyncIterator[Registry]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", registry.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    registry.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield registry
    finally:
        await runner.cleanup()


@contextmanager
def answering(registry: Registry) -> Iterator[Registry]:
    """Serves it from a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    served_ = served(registry)
    asyncio.run_coroutine_threadsafe(served_.__aenter__(), loop).result(30)
    try:
        yield registry
    finally:
        asyncio.run_coroutine_threadsafe(served_.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
