"""Data files that are generated are what their command writes, where the source is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import cldr, confusables, sino_korean, targets

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "cldr": cldr.FILE,
    "confusables": confusables.FILE,
    "sino_korean": sino_korean.FILE,
    "targets": targets.FILE,
}


@pytest.mark.parametrize("module", [cldr, targets, confusables, sino_korean], ids=lambda module: module.__name__)
def test_a_generated_file_is_what_its_command_writes(module: object, capsys: pytest.CaptureFixture[str]) -> None:
    status = module.main(["--check"])  # type: ignore[attr-defined]
    if status == 2:
        pytest.skip(capsys.readouterr().err.strip())
    assert status == 0


@pytest.mark.parametrize(("name", "path"), COMMANDS.items(), ids=list(COMMANDS))
def test_a_generated_file_names_its_command_and_its_source(name: str, path: Path) -> None:
    head = " ".join(line.strip("# ") for line in path.read_text(encoding="utf-8").splitlines()[:8])
    assert f"tests.{name}`" in head.replace("python -m tests", "tests")
    assert "Unicode" in head


def test_the_map_of_programmes_says_that_it_is_kept_by_hand() -> None:
    path = ROOT / "service/tidewaiter/rulebook/builtin/programmes.csv"
    assert "nothing generates it" in path.read_text(encoding="utf-8")[:1000]


def test_names_that_we_added_stay_where_those_of_cldr_are_written_anew() -> None:
    text = "targets:\n  - country: IR\n    names: [Persia, Iran]\n    places: [Tehran]\n"
    written = targets.generated(text)
    assert written.startswith("targets:\n  - country: IR\n    names: [Iran, Irán,")
    assert written.endswith(", Persia]\n    places: [Tehran]\n")
