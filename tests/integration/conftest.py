"""What the integration tests share: a list publisher that does as it is told, and a folder of lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.list_publisher import Publisher, publishing
from tidewaiter.lists.store import ListStore


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> ListStore:
    return ListStore(tmp_path / "lists")
