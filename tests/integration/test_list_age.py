"""A worker says how old its lists are: since the last check, which the store knows, not since it started."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.brokers import Broker, Kind
from tests.list_publisher import un_list
from tests.station import Station
from tidewaiter.lists.store import ListStore, instant
from tidewaiter.lists.sync import sync_from

DAY = 86_400

pytestmark = pytest.mark.embedded


@pytest.mark.long
def test_a_list_is_as_old_as_its_last_check(running_brokers: Callable[[Kind], Broker], tmp_path: Path) -> None:
    (tmp_path / "drop" / "un").mkdir(parents=True)
    (tmp_path / "drop" / "un" / "list.xml").write_bytes(un_list(20))
    sync_from(ListStore(tmp_path / "lists"), tmp_path / "drop", ["un"], [])
    path = tmp_path / "lists" / "un" / "record.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["current"]["retrieved"] = instant(datetime.fromtimestamp(time.time() - 10 * DAY, UTC))
    record["checked"] = instant(datetime.fromtimestamp(time.time() - 3 * DAY, UTC))
    path.write_text(json.dumps(record), encoding="utf-8")
    station = Station(running_brokers("embedded").address).create()
    with station.worker(lists_dir=tmp_path / "lists") as worker:
        name = 'tidewaiter_list_age_seconds{list="un"}'
        worker.ready().until(lambda: worker.metrics().get(name, 0) == pytest.approx(3 * DAY, abs=120))
        assert "last checked 3 days ago" in worker.log()
