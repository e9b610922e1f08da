"""What goes into the wheels: one version, and no message that sends somebody to a file that only a checkout has."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tidewaiter
import tidewaiter_schemas

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "service" / "tidewaiter", ROOT / "schemas" / "tidewaiter_schemas")
OF_A_CHECKOUT = re.compile(
    r"(?<![\w./-])(?:docs|deploy|bench|tests|requirements|service/tidewaiter|schemas/(?:json|tidewaiter_schemas))/[\w.]"
    r"|\bmake (?:schemas|check|lock|setup|test)\b|\b[A-Z]+\.md\b"
)


def project(folder: str) -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(content["project"])


def test_both_distributions_have_one_version_and_the_service_asks_for_that_of_the_contract() -> None:
    assert tidewaiter.__version__ == tidewaiter_schemas.__version__
    pins = [need for need in project(".")["dependencies"] if need.startswith("tidewaiter-schemas")]
    assert pins == [f"tidewaiter-schemas=={tidewaiter.__version__}"]


def test_the_contract_needs_pydantic_alone() -> None:
    assert [re.split(r"[^\w-]", need)[0] for need in project("schemas")["dependencies"]] == ["pydantic"]


@pytest.mark.parametrize("folder", [".", "schemas"])
def test_a_wheel_says_where_the_project_is_and_carries_its_licence(folder: str) -> None:
    about = project(folder)
    assert {"Homepage", "Documentation", "Changelog", "Issues"} <= set(about["urls"])
    assert about["license-files"] == ["LICENSE", "NOTICE"]
    for name in about["license-files"]:
        assert (ROOT / folder / name).is_file()


def test_the_licence_of_both_is_the_same() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "schemas" / "LICENSE").read_bytes()


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings of a module that are values, not documentation."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def test_the_search_finds_what_it_looks_for() -> None:
    sent = "wrong; see docs/rules.md", "run make schemas", "schemas/json/transfer.schema.json", "see README.md"
    assert all(OF_A_CHECKOUT.search(text) for text in sent)
    assert not OF_A_CHECKOUT.search("https://example.org/docs/list.csv, or make one: rulebook/builtin/un.yaml")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_no_text_of_the_program_names_a_file_that_only_a_checkout_has(package: Path) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{string.lineno}: {str(string.value).strip()[:80]}"
        for path in sorted(package.rglob("*.py"))
        for string in strings(ast.parse(path.read_text(encoding="utf-8")))
        if OF_A_CHECKOUT.search(str(string.value))
    ]
    assert not found, "\n".join(found)
