"""Where a document says that a test shows something, the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

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
