"""The probes tell the truth, and the metrics page speaks both formats."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tidewaiter.errors import SettingsError
from tidewaiter.observability.metrics import Metrics
from tidewaiter.observability.probes import Pace, build_web, serving
from tidewaiter.stream.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _served(progress: Progress, ask: Callable[[aiohttp.ClientSession, str], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with (
            serving(build_web(Metrics().registry, progress), "127.0.0.1", 0) as address,
            aiohttp.ClientSession() as session,
        ):
            return await ask(session, address)

    return asyncio.run(run())


async def _get(session: aiohttp.ClientSession, url: str, accept: str = "*/*") -> tuple[int, str, str]:
    async with session.get(url, headers={"Accept": accept}) as response:
        return response.status, response.headers["Content-Type"], await response.text()


def _page(progress: Progress, path: str, accept: str = "*/*") -> tuple[int, str, str]:
    answer: tuple[int, str, str] = _served(progress, lambda session, base: _get(session, base + path, accept))
    return answer


@pytest.mark.parametrize(
    ("accept", "content_type", "last_line"),
    [
        ("*/*", "text/plain", ""),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text", "# EOF"),
    ],
)
def test_metrics_are_in_the_format_that_is_asked_for(accept: str, content_type: str, last_line: str) -> None:
    status, got, text = _page(Progress(60), "/metrics", accept)
    assert (status, got.partition(";")[0]) == (200, content_type)
    assert "tidewaiter_transfers_total" in text
    assert last_line in text.splitlines()[-1]


def test_nothing_else_is_served() -> None:
    for path in ("/", "/stats", "/tables", "/router"):
        assert _page(Progress(60), path)[0] == 404


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz", "/nothing"])
def test_no_answer_may_be_kept_framed_or_taken_for_something_else(path: str) -> None:
    async def headers_of(session: aiohttp.ClientSession, base: str) -> Any:
        async with session.get(base + path) as response:
            return dict(response.headers)

    headers = _served(Progress(60), headers_of)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Server"] == "tidewaiter", "neither Python's version nor that of the web server"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_the_pages_can_only_be_read(method: str) -> None:
    async def status_of(session: aiohttp.ClientSession, base: str) -> Any:
        async with session.request(method, base + "/metrics") as response:
            return response.status

    assert _served(Progress(60), status_of) == 405


def _raw(request: bytes, endless: bytes = b"") -> tuple[bytes, int]:
    """What the server says to a request as bytes, and how much more than that it took before it closed."""

    async def talk(_: aiohttp.ClientSession, base: str) -> tuple[bytes, int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(request)
        taken = 0
        try:
            await writer.drain()
            while endless and taken < 256 * 1024 * 1024 and not reader.at_eof():
                writer.write(endless)
                await writer.drain()
                taken += len(endless)
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        try:
            answer = await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            answer = b""
        writer.close()
        return answer, taken

    said: tuple[bytes, int] = _served(Progress(60), talk)
    return said


def test_a_body_is_refused_unread_and_the_connection_closed() -> None:
    head = b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n"
    answer, _ = _raw(head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b"tidewaiter_" not in answer
    _, taken = _raw(head, endless=b"x" * 65_536)
    assert taken < 64 * 1024 * 1024, "only what the two ends had buffered"


@pytest.mark.parametrize(
    "request_head",
    [
        pytest.param(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="address"),
        pytest.param(b"GET /metrics HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 100_000 + b"\r\n\r\n", id="header"),
    ],
)
def test_a_request_that_is_longer_than_a_scraper_sends_is_refused_and_not_logged(
    request_head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer, _ = _raw(request_head)
    assert answer.split()[1] == b"400"
    assert len(answer) < 1_000
    assert caplog.text == ""


def test_who_asks_for_metrics_too_often_is_told_so_and_the_probes_still_answer() -> None:
    async def flood(session: aiohttp.ClientSession, base: str) -> list[int]:
        scrapes = [200]
        while scrapes[-1] == 200 and len(scrapes) < 1_000:
            scrapes.append((await _get(session, base + "/metrics"))[0])
        return [*scrapes[1:], *[(await _get(session, base + "/livez"))[0] for _ in range(200)]]

    answers = _served(Progress(60), flood)
    assert answers[:20] == [200] * 20
    assert answers[-201:] == [429] + [200] * 200


def test_an_address_that_asks_too_often_takes_nothing_from_another() -> None:
    clock = Clock()
    pace = Pace(a_second=2, at_once=3, clock=clock)
    assert [pace.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert pace.allows("b")
    clock.now += 0.5
    assert [pace.allows("a") for _ in range(2)] == [True, False]
    clock.now += 3_600
    assert [pace.allows("a") for _ in range(4)] == [True, True, True, False], (
        "a long silence gives no more than a short"
    )
    for number in range(1_000):
        assert pace.allows(f"other {number}")


def test_connections_held_without_a_word_do_not_keep_the_probes_out() -> None:
    async def hold(session: aiohttp.ClientSession, base: str) -> tuple[int, int]:
        port = int(base.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(150)]
        status = (await _get(session, base + "/livez"))[0]
        gone = [reader.at_eof() or reader.exception() is not None for reader, _ in held]
        for _, writer in held:
            writer.close()
        return status, gone.count(False)

    status, kept = _served(Progress(60), hold)
    assert status == 200
    assert kept <= 64


def test_readiness_says_what_is_missing() -> None:
    progress = Progress(60)
    status, _, text = _page(progress, "/readyz")
    assert status == 503
    assert text == "not ready: rule book, assignment, producer\n"
    progress.rule_book, progress.partitions, progress.producer = "sha", 0, lambda: True
    assert _page(progress, "/readyz")[0] == 200
    progress.partitions = None
    assert _page(progress, "/readyz")[2] == "not ready: assignment\n"


def test_an_idle_worker_is_alive() -> None:
    clock = Clock()
    progress = Progress(60, clock)
    progress.batch_begins()
    progress.batch_ends()
    progress.lag_is(0)
    clock.now += 86_400
    assert _page(progress, "/livez")[0] == 200


def test_events_behind_an_open_transaction_are_timed_and_are_no_reason_to_end_a_worker() -> None:
    clock = Clock()
    progress = Progress(60, clock)
    assert progress.undecided({0: 7}) == {0: 0}
    clock.now += 100
    assert progress.undecided({0: 7, 1: 3}) == {0: 100, 1: 0}
    progress.lag_is(0)
    assert progress.stuck() is None
    clock.now += 10
    assert progress.undecided({0: 12, 1: 3}) == {0: 0, 1: 10}, "another transaction"
    assert progress.undecided({1: 3}) == {1: 10}
    assert progress.undecided({0: 12, 1: 3}) == {0: 0, 1: 10}


def test_a_batch_that_does_not_end_is_not_alive() -> None:
    clock = Clock()
    progress = Progress(60, clock)
    progress.batch_begins()
    clock.now += 59
    assert progress.stuck() is None
    clock.now += 2
    status, _, text = _page(progress, "/livez")
    assert (status, text) == (503, "a batch has been processed for 61 s\n")
    progress.batch_ends()
    assert progress.stuck() is None


def test_events_that_wait_while_none_is_finished_are_not_alive() -> None:
    clock = Clock()
    progress = Progress(60, clock)
    for _ in range(4):
        progress.lag_is(7)
        clock.now += 20
    assert progress.stuck() == "events have waited for 80 s and none was finished"
    progress.batch_begins()
    progress.batch_ends()
    progress.lag_is(6)
    clock.now += 59
    assert progress.stuck() is None, "work goes on, however long the queue"
    progress.lag_is(0)
    clock.now += 600
    assert progress.stuck() is None


def test_a_port_that_is_taken_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        async def run() -> None:
            async with serving(build_web(Metrics().registry, Progress(60)), "127.0.0.1", port):
                pass

        with pytest.raises(SettingsError, match=f"127.0.0.1:{port}.*TIDEWAITER_WEB_PORT"):
            asyncio.run(run())
