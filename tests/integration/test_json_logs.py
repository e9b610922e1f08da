"""With TIDEWAITER_LOG_FORMAT=json each line of a process is JSON, whatever happens to it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.brokers import Broker
from tests.environment import clean_environment
from tests.station import Station, ids, transfers
from tidewaiter.exit_codes import ExitCode


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


@pytest.mark.long
def test_a_worker_logs_json_alone_and_nothing_of_a_normal_life_is_an_error(any_broker: Broker) -> None:
    station = Station(any_broker.address).create()
    with station.worker() as first:
        first.ready()
        station.publish(transfers(0, 3))
        station.verdicts_on(ids(transfers(0, 3)))
        taken = first.logged("web")[0]["metrics"].rpartition("/")[0].rpartition(":")[2]
        with station.worker(web_port=taken) as second:
            assert second.ended() == ExitCode.SETTINGS
            (why,) = [line for line in lines(second.log()) if line["level"] == "error"]
        assert first.terminate() == ExitCode.STOPPED
        told = lines(first.log())
    assert "another worker on this machine, has it; set TIDEWAITER_WEB_PORT" in why["reason"]
    assert [line for line in told if line["level"] == "error"] == []
    assert [line["logger"] for line in told if "packaged sample" in line["message"]] == ["tidewaiter.rules"]


@pytest.mark.parametrize("command", ["run", "serve", "rescreener"])
def test_an_error_before_the_log_begins_is_a_line_of_it(command: str) -> None:
    environment = clean_environment(TIDEWAITER_LOG_FORMAT="json", TIDEWAITER_PARTITIONS="many")
    program = [sys.executable, "-m", "tidewaiter", command]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    (line,) = lines(ended.stderr)
    assert "TIDEWAITER_PARTITIONS" in line["reason"]
    assert (ended.returncode, ended.stdout, line["level"]) == (ExitCode.FAILED, "", "error")
