"""A worker that is asked to stop while it starts leaves with 0, whatever it was at."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import entry_points

import pytest

from tests.brokers import Broker
from tests.patience import WAIT, stretched
from tests.station import Station

WHILE_IT_LOADS = """
import os, signal, sys

class Asks:
    def find_spec(self, name, *_):
        if name == "MODULE":
            os.kill(os.getpid(), signal.SIGNAL)

sys.meta_path.insert(0, Asks())
sys.argv = ["tidewaiter", "run"]
from tidewaiter.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "module", ["tidewaiter.cli", "typer", "tidewaiter.settings", "tidewaiter.stream.worker", "faust"]
)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_while_it_loads_exits_0(module: str, number: signal.Signals) -> None:
    program = WHILE_IT_LOADS.replace("MODULE", module).replace("SIGNAL", number.name)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=WAIT)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == f"tidewaiter: stopped by {number.name} before it had started\n"


def test_the_command_is_the_one_that_listens_first() -> None:
    (command,) = (each for each in entry_points(group="console_scripts") if each.name == "tidewaiter")
    assert command.value == "tidewaiter.__main__:main"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_while_it_looks_for_a_broker_exits_0(number: signal.Signals) -> None:
    with socket.socket() as silent:  # takes the connection and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        station = Station(f"127.0.0.1:{silent.getsockname()[1]}")
        with station.worker(connect_timeout_seconds=60) as worker:
            worker.until(lambda: bool(worker.logged("starting")))
            asked = time.monotonic()
            worker.send(number)
            assert worker.ended() == 0, worker.log()
            assert time.monotonic() - asked < stretched(10)
            assert worker.logged("stopped before it had joined its group")


def test_a_worker_asked_to_stop_while_it_reads_the_quotas_exits_0(any_broker: Broker) -> None:
    reads_for_ever = """
import asyncio
from tidewaiter.stream.quotas import QuotaLog
QuotaLog._replayed = lambda self, end: asyncio.Event().wait()
"""
    station = Station(any_broker.address).create()
    with station.worker(reads_for_ever) as worker:
        worker.until(lambda: bool(worker.logged("own rule book")))
        time.sleep(1)
        assert worker.terminate() == 0, worker.log()
