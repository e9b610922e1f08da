"""The date of a transfer chooses the law, so one far from its record is for review."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builders import transfer
from tidewaiter.screening.date_guard import DateGuard
from tidewaiter_schemas import TransferEvent

WRITTEN = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
GUARD = DateGuard(back=90, ahead=2)


def happened(on: str) -> TransferEvent:
    return transfer(occurred_at=on)


@pytest.mark.parametrize(
    ("on", "doubtful"),
    [
        ("2026-11-30T12:00:00Z", False),
        ("2026-09-01T12:00:00Z", False),
        ("2026-09-01T11:59:59Z", True),
        ("2026-12-02T12:00:00Z", False),
        ("2026-12-02T12:00:01Z", True),
        ("1990-01-01T00:00:00Z", True),
        ("2999-01-01T00:00:00Z", True),
        ("0001-01-01T00:00:00+14:00", True),
        ("9999-12-31T23:59:59-14:00", True),
    ],
)
def test_the_guard_counts_days_from_the_moment_of_the_record(on: str, doubtful: bool) -> None:
    assert (GUARD.doubt(happened(on), WRITTEN) is not None) is doubtful


def test_nought_takes_any_number_of_days() -> None:
    open_end = DateGuard(back=0, ahead=0)
    assert open_end.doubt(happened("1990-01-01T00:00:00Z"), WRITTEN) is None
    assert open_end.doubt(happened("2999-01-01T00:00:00Z"), WRITTEN) is None
