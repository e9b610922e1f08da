"""`lists sync` when the way is crooked, the disk full, or the process killed: the last good list or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import resource
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.list_publisher import Answer, Publisher, file, publishing, redirect, status, un_list
from tests.patience import WAIT
from tidewaiter.lists.fetching import Patience
from tidewaiter.lists.registry import SOURCES
from tidewaiter.lists.store import ListStore
from tidewaiter.lists.sync import Demands, SyncOutcome, SyncStatus, sync

QUICK = Patience(attempts=2, first_wait=0.01, longest_wait=0.5, attempt=30.0, silence=15.0)
GOOD, NEWER = un_list(40), un_list(42, "2026-08-02")
LONG = un_list(6_000, "2026-08-02")
ROOT = Path(__file__).parents[2]


def synced(store: ListStore, publisher: Publisher, *answers: Answer) -> SyncOutcome:
    if answers:
        publisher.answers("/un.xml", *answers)
    source = replace(SOURCES["un"].at(publisher.url + "/un.xml"), fewest=10, largest=50_000_000)
    (outcome,) = sync(store, [source], patience=QUICK, demands=Demands(accepted=frozenset({"un"})))
    return outcome


def holds(store: ListStore) -> int:
    """How many entries the list in the store has, which is read and held against its record."""
    return len(store.load("un").entries)


def command(
    store: ListStore, publisher: Publisher, limit: Callable[[], None] | None = None, **more: str
) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "TIDEWAITER_LISTS_URLS": f"un={publisher.url}/un.xml",
        "TIDEWAITER_LISTS_DIR": str(store.folder),
        **more,
    }
    words = [sys.executable, "-m", "tidewaiter", "lists", "sync", "un", "--accept", "un"]
    return subprocess.Popen(  # the limit is for the child alone
        words,
        env=environment,
        cwd=ROOT,
        preexec_fn=limit,  # noqa: PLW1509
        text=True,
        stdout=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    "to", ["file:///etc/hostname", "ftp://127.0.0.1/un.xml", "javascript:0", "//", "http://[::1", "data:,x"]
)
def test_a_redirect_that_leads_to_no_file_on_the_web_is_refused(
    store: ListStore, publisher: Publisher, to: str
) -> None:
    synced(store, publisher, file(GOOD))
    outcome = synced(store, publisher, redirect(to))
    assert outcome.status is SyncStatus.FAILED
    assert f"{publisher.url}/un.xml: " in outcome.reason
    assert holds(store) == 40


def test_what_begins_encrypted_is_not_taken_from_where_it_is_not(
    store: ListStore, publisher: Publisher, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    encrypted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    encrypted.load_cert_chain(certificate, key)
    publisher.answers("/plain.xml", file(GOOD))
    with publishing(encrypted) as secure:
        assert secure.url.startswith("https://127.0.0.1:")
        assert "its certificate is not trusted" in synced(store, secure, file(GOOD)).reason
        secure.answers("/un.xml", file(GOOD), redirect(publisher.url + "/plain.xml"))
        with command(store, secure, SSL_CERT_FILE=str(certificate)) as process:
            assert process.communicate(timeout=WAIT)[0]
        assert (process.returncode, holds(store)) == (0, 40)
        with command(store, secure, SSL_CERT_FILE=str(certificate)) as process:
            said, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 4
    assert "redirects to an address that is not encrypted" in said
    assert holds(store) == 40


def test_other_content_under_the_same_mark_is_taken_when_it_is_sent(store: ListStore, publisher: Publisher) -> None:
    async def unmindful(request: object) -> object:
        from aiohttp import web

        return web.Response(body=NEWER, headers={"ETag": '"1"'})

    synced(store, publisher, file(GOOD, '"1"'))
    assert synced(store, publisher, unmindful).status is SyncStatus.UPDATED  # type: ignore[arg-type]
    assert holds(store) == 42


def test_not_modified_is_no_answer_to_who_has_nothing(store: ListStore, publisher: Publisher) -> None:
    outcome = synced(store, publisher, status(304))
    assert (outcome.status, outcome.current) == (SyncStatus.FAILED, None)
    assert "answers 304" in outcome.reason
    assert store.record("un") is None
    synced(store, publisher, file(GOOD))
    edition = store.edition("un")[1]
    (store.path_of("un", edition)).unlink()
    assert "answers 304" in synced(store, publisher, status(304)).reason, "nothing was there to be not modified"
    assert synced(store, publisher, file(GOOD)).status in (SyncStatus.UPDATED, SyncStatus.UNCHANGED)
    assert holds(store) == 40


@pytest.mark.parametrize("room", [100, 2_000, len(NEWER) - 1])
def test_a_full_disk_leaves_the_last_good_list(store: ListStore, publisher: Publisher, room: int) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/un.xml", file(NEWER, '"2"'))
    with command(store, publisher, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))) as process:
        said, _ = process.communicate(timeout=WAIT)
    assert holds(store) in (40, 42)
    record = store.record("un")
    assert record is not None
    if process.returncode == 0:
        assert holds(store) == 42
    else:
        assert holds(store) == 40
        assert "cannot be written" in said
    assert synced(store, publisher, file(NEWER, '"2"')).status in (SyncStatus.UPDATED, SyncStatus.UNCHANGED)
    assert holds(store) == 42
    assert not list((store.folder / "un").glob(".*")), "nothing is left behind"


@pytest.mark.parametrize("later", [0.0, 0.1, 0.4])
@pytest.mark.long
def test_a_sync_that_is_killed_between_the_last_byte_and_the_end_leaves_a_whole_list(
    store: ListStore, publisher: Publisher, later: float
) -> None:
    synced(store, publisher, file(GOOD))
    publisher.answers("/un.xml", file(LONG, '"2"'))
    with command(store, publisher) as process:
        deadline = time.monotonic() + WAIT
        while process.poll() is None and not whole_there(store, len(LONG)):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(later)
        process.kill()
    assert holds(store) in (40, 6_000)
    assert synced(store, publisher).status in (SyncStatus.UPDATED, SyncStatus.UNCHANGED)
    assert holds(store) == 6_000


def whole_there(store: ListStore, size: int) -> bool:
    with contextlib.suppress(FileNotFoundError):  # moved into its place between two looks
        for path in (store.folder / "un").glob(".incoming-*/un*"):
            return path.stat().st_size == size
    return any(path.stat().st_size == size for path in (store.folder / "un").glob("2026-08-02-*/*.xml"))
