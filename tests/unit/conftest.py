"""Fixtures of the tests of the Helm chart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.charts import Render, renders, tool


@pytest.fixture(scope="session")
def helm() -> str:
    return tool("helm", "make chart-tools")


@pytest.fixture
def render(helm: str, tmp_path: Path) -> Render:
    return renders(helm, tmp_path)
