"""Where a document says that a test shows something, the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tidewaiter.screening.unknowns import RULES as OWN_RULES

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\b(tests/[\w/]+\.py)(?:::(\w+))?")
# These two say of every row what shows it.
CLAIMING = ("security.md", "screening-practice.md")


@pytest.mark.parametrize("document", sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    named = NAMED.findall(document.read_text(encoding="utf-8"))
    assert named or document.name not in CLAIMING
    for file, name in named:
        path = ROOT / file
        assert path.is_file(), f"{document.name} names {file}"
        if name:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert name in tests, f"{document.name} names {file}::{name}"


def test_every_expectation_of_supervisors_has_an_answer_and_no_yes_is_without_a_test() -> None:
    text = (ROOT / "docs" / "screening-practice.md").read_text(encoding="utf-8")
    rows = {row[0]: row for row in re.findall(r"^\| ([A-F]\d+) \| (.+?) \| (.+?) \| (.+) \|$", text, re.MULTILINE)}
    sections = {"A": 9, "B": 10, "C": 9, "D": 4, "E": 7, "F": 4}
    assert set(rows) == {f"{section}{number}" for section, last in sections.items() for number in range(1, last + 1)}
    for number, _, answer, where in rows.values():
        assert answer in {"yes", "part", "operator", "not yet"}, number
        assert answer != "part" or re.search(r"\*\*Not yet\*\*|operator|not an outcome|not in the citation", where), (
            number
        )
    for number in (number for number, row in rows.items() if row[2] == "yes" and number not in {"B2", "E6"}):
        assert NAMED.search(rows[number][3]), number


def test_the_guide_to_rules_names_every_finding_of_the_products_own() -> None:
    guide = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert [rule for rule in OWN_RULES if f"`{rule}`" not in guide] == []
