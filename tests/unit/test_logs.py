"""What reaches the log."""

from __future__ import annotations

import logging

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
