"""Words and facts that ship as data files beside the code."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tidewaiter.text.word_files import groups_of, rows_of


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / f"words_of_{tmp_path.name}"  # imported once, so a name for each test
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_comments_and_empty_lines_are_no_rows(package: Path) -> None:
    (package / "words.tsv").write_text("# Source: a test.\n\n8703\tcars\n\n8704\ttrucks, lorries\n", encoding="utf-8")
    assert list(rows_of(package.name, "words.tsv", columns=2)) == [["8703", "cars"], ["8704", "trucks, lorries"]]


@pytest.mark.parametrize("line", ["8704 trucks", "8704\ttrucks\tlorries"])
def test_a_row_of_another_number_of_columns_is_refused_with_its_file_and_line(package: Path, line: str) -> None:
    (package / "words.tsv").write_text(f"# Source: a test.\n8703\tcars\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"{package.name}/words\.tsv:3: has \d columns, not 2"):
        list(rows_of(package.name, "words.tsv", columns=2))


def test_a_group_may_take_several_rows_and_keeps_its_order(package: Path) -> None:
    (package / "words.tsv").write_text("title\tmr mrs\nparticle\tal\ntitle\tdr\n", encoding="utf-8")
    assert list(groups_of(package.name, "words.tsv").items()) == [("title", ("mr", "mrs", "dr")), ("particle", ("al",))]


def test_every_data_file_of_the_pure_packages_names_its_source() -> None:
    root = Path(str(resources.files("tidewaiter")))
    files = [path for part in ("goods", "matching", "text") for path in (root / part).rglob("*.tsv")]
    assert len(files) >= 20
    assert [str(path.relative_to(root)) for path in files if "# Source: " not in path.read_text(encoding="utf-8")] == []
