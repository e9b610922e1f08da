"""Where the official list files are that some tests read, when they are there. They are never part of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "lists"

needs_official_lists = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the official list files are not in ../shared/data/lists"
)
