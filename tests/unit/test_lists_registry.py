"""The table of publishers, and what repeats it."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.lists import load_list
from tidewaiter.lists.registry import DETECTABLE, PUBLISHERS, SOURCES

ROOT = Path(__file__).resolve().parents[2]


def test_detection_tries_each_reader_of_an_official_list_once_and_ofac_last() -> None:
    turns = [row.detected for row in PUBLISHERS.values() if row.detected is not None]
    assert sorted(turns) == list(range(1, len(turns) + 1))
    assert sorted(DETECTABLE) == sorted(PUBLISHERS.keys() - {"sample", "own"})
    assert DETECTABLE[-1] == "ofac"


@pytest.mark.parametrize("name", PUBLISHERS)
def test_each_publisher_has_a_reader(name: str, tmp_path: Path) -> None:
    assert callable(import_module(PUBLISHERS[name].module).read)
    with pytest.raises(Exception, match="there is no such file"):
        load_list(name, tmp_path / "nothing")


def _row_of(name: str) -> str:
    rows = re.findall(rf"^\| `{name}` \|.*$", (ROOT / "docs/lists.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 1
    return str(rows[0])


@pytest.mark.parametrize("name", DETECTABLE)
def test_docs_name_the_files_that_a_reader_accepts(name: str) -> None:
    assert f"| `{name}` | {PUBLISHERS[name].formats} |" in _row_of(name)
    assert ("| not fetched |" in _row_of(name)) == (name not in SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_docs_and_help_name_what_is_fetched(name: str) -> None:
    source, row = SOURCES[name], _row_of(name)
    assert f"| {source.fewest:,} |" in row
    assert all(file.url.split("/")[2].removeprefix("www.") in row for file in source.files)
    assert ("still to be checked" in row) == (source.confidence == "C")
    assert ("only when named" in row) == (not source.by_default)
    assert name in CliRunner().invoke(app, ["lists", "sync", "--help"]).output


def test_the_command_line_names_publishers_without_loading_the_matcher() -> None:
    script = "import sys, tidewaiter.commands.lists; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "tidewaiter.lists.registry" in loaded
    assert {"numpy", "tidewaiter.matching", "tidewaiter.lists.un"}.isdisjoint(loaded)
