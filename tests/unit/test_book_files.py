"""What a rule-book record can make a worker fetch: files of allowed locations, up to a size, within a time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.patience import stretched
from tidewaiter.errors import RuleError, SettingsError
from tidewaiter.release.book_files import NotAllowed, Permitted, fetch
from tidewaiter.settings import Settings, load

CONTENT = b"a rule book " * 1_000


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    sent = 0
    asked: list[str]


class _Answers(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/silent":
            time.sleep(5)
        elif self.path == "/missing":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            while True:
                try:
                    self.wfile.write(CONTENT)
                except OSError:
                    return
                self.server.sent += len(CONTENT)
                if self.path != "/endless":
                    return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def web() -> Iterator[tuple[str, _Server]]:
    server = _Server(("127.0.0.1", 0), _Answers)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", server
    server.shutdown()
    server.server_close()


def permitted(*locations: str, largest: int = 1_000_000, seconds: float = 20.0) -> Permitted:
    return Permitted(locations, largest, seconds)


@pytest.mark.parametrize(
    "uri",
    [
        "file:///dev/zero", "local:///proc/self/environ", "/proc/self/environ", "file:///proc/self/environ",
        "memory://a", "ftp://example.org/a", "simplecache::https://example.org/a", "data:,x",
        "https://user:password@example.org/a", "http://example.org/a b", "http://exam\nple.org/", "http://[::1",
    ],
)  # fmt: skip
def test_by_default_nothing_is_fetched_but_from_the_web_and_object_stores(uri: str) -> None:
    with pytest.raises(NotAllowed, match=r"TIDEWAITER_RULE_BOOK_URIS|plain URI|chained"):
        fetch(uri, 100, Permitted.by(Settings()))


@pytest.mark.parametrize(
    ("location", "inside", "outside"),
    [
        ("https:", "https://a.example/b", "http://a.example/b"),
        ("https://a.example", "https://A.example/x/y", "https://a.example.evil/x"),
        ("https://a.example/books/", "https://a.example/books/1", "https://a.example/bookshop/1"),
        ("https://a.example/books", "https://a.example/books/1?version=2", "https://a.example/books/../1"),
        ("https://a.example/books", "https://a.example/books/b", "https://a.example/books/%2e%2e/1"),
        ("https://a.example/books", "https://a.example/books/b", "https://a.example:444/books/b"),
        ("s3://bucket/books/", "s3://bucket/books/1", "s3://bucket2/books/1"),
    ],
)
def test_a_location_takes_what_lies_below_it_and_nothing_beside_it(location: str, inside: str, outside: str) -> None:
    for uri in (inside, outside):
        with pytest.raises(RuleError) as refused:
            fetch(uri, 100, permitted(location, seconds=0.01))
        assert isinstance(refused.value, NotAllowed) == (uri == outside), refused.value


def test_a_file_is_read_below_an_allowed_folder_alone(tmp_path: Path) -> None:
    folder, other = tmp_path / "books", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    (folder / "mine").write_bytes(CONTENT)
    (other / "secret").write_bytes(CONTENT)
    (folder / "link").symlink_to(other / "secret")
    (folder / "within").symlink_to(folder / "mine")
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    allowed = permitted(folder.as_uri())
    assert fetch((folder / "mine").as_uri(), len(CONTENT), allowed) == CONTENT
    assert fetch((folder / "within").as_uri(), len(CONTENT), allowed) == CONTENT
    assert fetch((folder / "mine").as_uri(), 10, allowed) == CONTENT[:11]
    for uri in (
        (other / "secret").as_uri(),
        (folder / "link").as_uri(),
        (folder / "zero").as_uri(),
        (folder / "pipe").as_uri(),
        f"{folder.as_uri()}/../other/secret",
        f"{folder.as_uri()}/%2E%2E/other/secret",
        folder.as_uri(),
    ):
        with pytest.raises(NotAllowed):
            fetch(uri, 100, allowed)
    with pytest.raises(RuleError, match="cannot be read: No such file"):
        fetch((folder / "gone").as_uri(), 100, allowed)


def test_devices_and_pseudo_files_are_bounded_even_where_the_operator_allows_their_folder() -> None:
    with pytest.raises(NotAllowed, match="regular"):
        fetch("file:///dev/zero", 100, permitted("file:///dev/"))
    assert len(fetch(f"file:///proc/{os.getpid()}/environ", 20, permitted(f"file:///proc/{os.getpid()}/"))) <= 21


def test_a_size_above_the_setting_is_not_fetched(web: tuple[str, _Server]) -> None:
    address, server = web
    with pytest.raises(NotAllowed, match="TIDEWAITER_RULE_BOOK_MAX_BYTES"):
        fetch(f"{address}/file", 1_000_001, permitted("http:"))
    assert not server.asked


def test_what_the_web_sends_is_read_up_to_one_byte_above_the_stated_size(web: tuple[str, _Server]) -> None:
    address, server = web
    assert fetch(f"{address}/file", len(CONTENT), permitted(address)) == CONTENT
    assert len(fetch(f"{address}/endless", 100_000, permitted(address))) == 100_001
    time.sleep(0.2)
    assert server.sent < 50_000_000, "it hung up"


def test_what_takes_longer_than_the_setting_is_given_up(web: tuple[str, _Server]) -> None:
    began = time.monotonic()
    with pytest.raises(RuleError, match=r"not fetched within 0\.5 s"):
        fetch(f"{web[0]}/silent", 100, permitted("http:", seconds=0.5))
    assert time.monotonic() - began < stretched(3)
    with pytest.raises(RuleError, match="answers 404"):
        fetch(f"{web[0]}/missing", 100, permitted("http:"))


def test_a_redirect_leads_to_allowed_locations_alone(web: tuple[str, _Server]) -> None:
    address, server = web
    assert fetch(f"{address}/to/{address}/file", len(CONTENT), permitted(address)) == CONTENT
    elsewhere = address.replace("127.0.0.1", "localhost")
    for to in (f"{elsewhere}/file", "file:///etc/hostname", "//localhost/x"):
        with pytest.raises(NotAllowed):
            fetch(f"{address}/to/{to}", len(CONTENT), permitted(address))
    assert "/file" not in server.asked[2:]
    with pytest.raises(RuleError, match="redirects more than"):
        fetch(f"{address}/to/" + f"{address}/to/" * 9 + f"{address}/file", 10, permitted(address))


def test_what_fsspec_knows_is_fetched_where_it_is_allowed() -> None:
    import fsspec

    with fsspec.open("memory://books/one", "wb") as file:
        file.write(CONTENT)
    assert fetch("memory://books/one", len(CONTENT), permitted("memory:")) == CONTENT
    assert len(fetch("memory://books/one", 10, permitted("memory:"))) == 11


@pytest.mark.parametrize(
    "locations",
    ["file:", "file:///", "file://host/a", "file:///a/../b", "local:///a", "books", "https://a:b@c.example"],
)
def test_a_location_that_is_none_or_takes_every_file_is_refused(locations: str) -> None:
    with pytest.raises(SettingsError, match="TIDEWAITER_RULE_BOOK_URIS"):
        load({"rule_book_uris": locations})
