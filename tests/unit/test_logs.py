"""What reaches the log."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest

from tidewaiter.observability.logs import Seldom


def _record(name: str, message: str) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, message, None, None)


def test_a_line_that_a_library_repeats_is_written_once_in_ten_seconds() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)
    assert seldom.filter(_record("aiokafka.cluster", "Topic a not found"))
    assert not seldom.filter(_record("aiokafka.cluster", "Topic a not found"))
    assert seldom.filter(_record("aiokafka.cluster", "Topic b not found"))
    now = 10.0
    assert seldom.filter(_record("aiokafka.cluster", "Topic a not found"))


def test_our_own_lines_are_all_written() -> None:
    seldom = Seldom()
    assert all(seldom.filter(_record("tidewaiter.agent", "batch")) for _ in range(3))


def test_attempts_to_connect_are_written_at_debug_alone() -> None:
    line = _record("aiokafka", 'Unable connect to "127.0.0.1:1"')
    assert not Seldom().filter(line)
    assert Seldom(connections=True).filter(line)
    assert Seldom().filter(_record("aiokafka.consumer.group_coordinator", "Heartbeat failed"))


class RetriedError(Exception):
    retriable = True


def _failed(message: str, error: Exception) -> logging.LogRecord:
    return logging.LogRecord("aiokafka.consumer.group_coordinator", logging.ERROR, "", 0, message, (error,), None)


def test_an_error_that_a_library_retries_is_a_warning() -> None:
    retried, fatal = _failed("Heartbeat failed: %s", RetriedError()), _failed("Heartbeat failed: %s", ValueError())
    assert Seldom().filter(retried)
    assert Seldom().filter(fatal)
    assert [retried.levelname, fatal.levelname] == ["WARNING", "ERROR"]


def test_a_coordinator_that_is_looked_for_is_told_of_once_that_lasts() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)

    def told(error: Exception) -> bool:
        return seldom.filter(_failed("Group Coordinator Request failed: %s", error))

    assert told(ValueError()), "one that is not tried again is told of at once"
    for moment, passes in ((0.1, False), (5.0, False), (9.9, False), (10.2, True), (60.0, False), (65.0, False)):
        now = moment
        assert told(RetriedError()) is passes, moment


@pytest.mark.parametrize("command", ["tail", "rulebook show", "run"])
def test_where_no_broker_answers_one_clear_line_says_so_and_why(command: str) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TIDEWAITER_")},
        "TIDEWAITER_BROKER": "127.0.0.1:1",
        "TIDEWAITER_CONNECT_TIMEOUT_SECONDS": "0.5",
        "TIDEWAITER_WEB_PORT": "0",
    }

    def said(**more: str) -> str:
        program = [sys.executable, "-m", "tidewaiter", *command.split()]
        ended = subprocess.run(program, env=environment | more, capture_output=True, text=True, check=False)
        assert ended.returncode in (1, 2, 11)
        return ended.stderr

    quiet = said()
    assert "no Kafka broker answers at 127.0.0.1:1 (Connection refused): start one" in quiet
    assert "Unable connect" not in quiet
    assert len(quiet.splitlines()) <= (2 if command == "run" else 1), quiet
    assert "Unable connect" in said(TIDEWAITER_LOG_LEVEL="DEBUG")
