"""What `rules explain|diff|audit|coverage` write, as text, HTML and JSON, and the page of the map of law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from typer.testing import CliRunner

from tests.law_map import DOCUMENT, document
from tidewaiter.cli import app
from tidewaiter.commands.report import Report, ReportFormat, Section, as_html, chosen
from tidewaiter.rulebook.loader import BUILTIN

TRANSFER = {
    "id": "t-1",
    "kind": "sale",
    "occurred_at": "2024-06-10T12:00:00Z",
    "parties": [{"role": "transferee", "name": "Example Trading", "countries": ["KP"]}],
    "items": [{"description": "passenger car", "hs_code": "8703.23"}],
    "route": {"destination": {"country": "KP"}},
}


def text_of(element: Any) -> str:
    return "".join(str(part) for part in element.itertext())


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["rules", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("command", ["audit --unverified", "coverage --on 2024-01-01", "diff packaged packaged"])
@pytest.mark.parametrize("format_", list(ReportFormat))
def test_each_report_is_written_in_each_format(tmp_path: Path, command: str, format_: ReportFormat) -> None:
    file = tmp_path / f"report.{format_}"
    run(*command.split(), "--format", format_, "--output", str(file))
    text = file.read_text(encoding="utf-8")
    if format_ is ReportFormat.JSON:
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    elif format_ is ReportFormat.HTML:
        assert html.fromstring(text).findtext(".//h1")
        assert "<script" not in text
    else:
        assert text.strip()


def test_an_explanation_names_rule_and_paragraph_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "transfer.json").write_text(json.dumps(TRANSFER), encoding="utf-8")
    page = tmp_path / "why.html"
    run("explain", str(tmp_path / "transfer.json"), "--output", str(page))
    cells = [text_of(cell) for cell in html.fromstring(page.read_text(encoding="utf-8")).iter("td")]
    assert "KP-TO-VEHICLE" in cells
    assert any("UNSCR 2397 (2017), OP 7" in cell for cell in cells)


def test_coverage_says_which_rules_encode_a_programme(tmp_path: Path) -> None:
    page = tmp_path / "coverage.html"
    run("coverage", "--on", "2024-06-10", "--output", str(page))
    rows = [[text_of(cell) for cell in row] for row in html.fromstring(page.read_text(encoding="utf-8")).iter("tr")]
    (luxury,) = (row for row in rows if "SOR/2014-58, s. 3.09" in " ".join(row))
    assert luxury[1] == "CA"
    assert luxury[-1] == "CA-RU-INDUSTRY"


def test_the_audit_names_the_texts_that_are_still_to_be_read(tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    run("audit", "--output", str(page))
    missing = html.fromstring(page.read_text(encoding="utf-8")).findall(".//section")[1]
    rows = [[text_of(cell) for cell in row] for row in missing.iter("tr")][1:]
    assert all(count.isdigit() and url.startswith("https://") for _, count, url in rows)
    assert "Regulation (EU) 833/2014" in {name for name, *_ in rows}


def test_adding_a_folder_to_the_packaged_law_forbids_more_and_takes_nothing_away(tmp_path: Path) -> None:
    source = (BUILTIN / "un-others.yaml").read_text(encoding="utf-8")
    mine = source.replace("rule_set: un-others", "rule_set: mine")
    for name in ("SO-FR-CHARCOAL", "SO-TO-IED", "IQ-FR-CULTURE", "SY-FR-CULTURE"):
        mine = mine.replace(name, f"MY-{name}")
    (tmp_path / "mine.yaml").write_text(mine, encoding="utf-8")
    told = [json.loads(line) for line in run("diff", "packaged", str(tmp_path), "--format", "json").splitlines()]
    assert {one["rule_set"] for one in told} == {"mine"}
    assert not {one["bearing"] for one in told} & {"newly allowed", "milder"}
    alone = run("diff", "packaged", str(tmp_path), "--instead", "--format", "json").splitlines()
    assert len(alone) > 100


def test_text_of_others_is_escaped_in_html() -> None:
    page = as_html(Report("a < b", [Section("t", ("c",), [["<b>x</b> https://example.org/a&b"]])]))
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert '<a href="https://example.org/a&amp;b">' in page


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("a.html", ReportFormat.HTML),
        ("a.json", ReportFormat.JSON),
        ("a.txt", ReportFormat.TEXT),
        (None, ReportFormat.JSON),
    ],
)
def test_the_suffix_chooses_the_format_unless_one_is_given(output: str | None, expected: ReportFormat) -> None:
    path = Path(output) if output else None
    assert chosen(None, path, as_json=None) is expected
    assert chosen(ReportFormat.TEXT, path, as_json=None) is ReportFormat.TEXT


def test_a_file_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["rules", "diff", "packaged", "packaged", "--output", str(tmp_path / "no" / "a.txt")]
    )
    assert "cannot be written" in str(done.exception or done.output)


def test_the_map_of_law_is_generated_from_the_programmes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tests.law_map`"
