"""`tidewaiter serve` for tests: the whole application in this process without a broker, and HTTP requests to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from aiokafka import ConsumerRecord

from tests.station import WorkerProcess
from tidewaiter.observability.serve_metrics import ServeMetrics
from tidewaiter.screening.ledger import QuotaLedger
from tidewaiter.screening.screener import Screener
from tidewaiter.serve.access import AccessLog
from tidewaiter.serve.auth.callers import Role
from tidewaiter.serve.auth.proxy import TrustedProxy
from tidewaiter.serve.auth.sessions import Sessions
from tidewaiter.serve.auth.tokens import TokenFile, as_yaml, new_token
from tidewaiter.serve.desk import ScreeningDesk
from tidewaiter.serve.process import uvicorn_config
from tidewaiter.serve.projection.applying import Applied, Read, apply
from tidewaiter.serve.projection.consuming import Projector
from tidewaiter.serve.projection.store import Store
from tidewaiter.serve.recording import Recorder
from tidewaiter.serve.service import Service
from tidewaiter.settings import Settings
from tidewaiter.stream.follower import InUse
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.chain import Chain
from tidewaiter.wire.cloudevents import canonical, timestamp, verdict_headers
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.verdict import Verdict

TOPICS = Topics.of(Settings())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The kind of problem; fails for an answer that is none."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body[:300])
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix("urn:tidewaiter:problem:")


@dataclass(slots=True)
class Client:
    """Asks one server. `tokens` has a token for each role, whose owner is called like the role."""

    host: str
    port: int
    tokens: Mapping[str, str]

    def ask(
        self,
        method: str,
        path: str,
        role: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends one request; anything but bytes goes out as JSON."""
        sent = dict(headers or {})
        if role is not None:
            sent["Authorization"] = f"Bearer {self.tokens[role]}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, role: str | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, role, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, role: str | None, body: Any) -> Answer:
        return self.ask("POST", path, role, body)


def client_of(process: WorkerProcess, tokens: Mapping[str, str]) -> Client:
    """A client of a `tidewaiter serve` that runs in a process of its own."""
    process.until(lambda: bool(process.logged("serving")))
    host, _, port = process.logged("serving")[-1]["address"].removeprefix("http://").rpartition(":")
    return Client(host, int(port), tokens)


def tokens_file(path: Path, roles: Sequence[Role] = tuple(Role)) -> dict[str, str]:
    """Writes a token for each role, whose owner is called like the role, and returns them."""
    made = {role.value: new_token(role.value, (role,)) for role in roles}
    path.write_text("".join(as_yaml(token.row) for token in made.values()), encoding="utf-8")
    return {role: token.text for role, token in made.items()}


# Records as they lie on the topics


def headers_of(verdict: Verdict, chain: Chain, place: str, time_: bytes = b"2026-11-30T12:00:00.000000Z") -> Any:
    headers = verdict_headers(verdict, None, time_)
    return [*headers, ("chain", chain.verdict(place, canonical(verdict)))]


@dataclass(slots=True)
class Recorded:
    """Topics with one partition each, as a broker has them."""

    ends: dict[str, int] = field(default_factory=dict)
    chain: Chain = field(default_factory=Chain)

    def reads(self, records: Sequence[tuple[str, Any]]) -> list[Read]:
        """Append the records and return them as they are read. A verdict is linked into its chain."""
        by_topic: dict[str, list[Any]] = {}
        for topic, value in records:
            offset = self.ends.get(topic, 0)
            self.ends[topic] = offset + 1
            by_topic.setdefault(topic, []).append(self._record(topic, offset, value))
        return [Read(topic, 0, of, of[-1].offset + 1) for topic, of in by_topic.items()]

    def _record(self, topic: str, offset: int, value: Any) -> ConsumerRecord[bytes, bytes]:
        headers: Any = ()
        key = b"key"
        if isinstance(value, Verdict):
            place = f"{TOPICS.transfers}/0@{offset}"
            headers, key = headers_of(value, self.chain, place), value.transfer_id.encode()
            value = canonical(value)
        elif isinstance(value, Disposition):
            headers = [("ce_time", timestamp(value.decided_at))]
            key, value = value.id.encode(), value.model_dump_json(exclude_defaults=True).encode()
        elif isinstance(value, tuple):
            headers, value = value
        return ConsumerRecord(topic, 0, offset, 1_796_000_000_000 + offset, 0, key, value, None, 0, 0, tuple(headers))


def applied(
    store: Store,
    reads: Sequence[Read],
    transfers: Mapping[tuple[int, int], bytes] | None = None,
    *,
    four_eyes: bool = False,
) -> Applied:
    """Applies reads to a database in one transaction."""
    with store.write() as connection:
        return apply(connection, TOPICS, reads, transfers or {}, four_eyes=four_eyes)


@dataclass(slots=True)
class Served:
    """A running application, its database, and its client."""

    service: Service
    client: Client
    loop: asyncio.AbstractEventLoop
    topics: Recorded = field(default_factory=Recorded)

    def take(self, *records: tuple[str, Any]) -> Applied:
        """Applies records, each with its topic, as the projection does."""
        return applied(self.service.store, self.topics.reads(records), four_eyes=self.service.settings.four_eyes)


@contextmanager
def served(settings: Settings, screener: Screener | None, tokens: Mapping[str, str]) -> Iterator[Served]:
    """Runs the application in a thread, without a broker. Nothing of it is replaced; the projection does not run."""
    started: list[Served] = []
    ready = threading.Event()

    async def run() -> None:
        metrics, store = ServeMetrics(), Store(settings)
        in_use = InUse(metrics)
        if screener is not None:
            in_use.replace(screener)
        token_file = TokenFile(settings.serve_tokens_file) if settings.serve_tokens_file is not None else None
        store.open()
        ledger = QuotaLedger()
        service = Service(
            settings=settings,
            store=store,
            metrics=metrics,
            in_use=in_use,
            desk=ScreeningDesk(
                lambda: in_use.screener if in_use.manifest else None, lambda: ledger, settings.max_event_bytes
            ),
            tokens=token_file,
            proxy=TrustedProxy(settings),
            sessions=Sessions(settings, store, token_file),
            access=AccessLog(store),
            projector=Projector(settings, store, metrics),
            recorder=Recorder(settings),
        )
        configuration = uvicorn_config(service)
        configuration.port = 0
        server = uvicorn.Server(configuration)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        started.append(Served(service, Client(host, port, tokens), asyncio.get_running_loop()))
        stop.append(lambda: setattr(server, "should_exit", True))
        ready.set()
        await serving
        service.desk.close()
        await service.access.flush()
        store.close()

    stop: list[Any] = []
    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not ready.wait(0.05):
        assert thread.is_alive(), "the application did not start"
        assert time.monotonic() < deadline
    try:
        yield started[0]
    finally:
        stop[0]()
        thread.join(30)
