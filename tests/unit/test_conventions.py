"""What the tests themselves keep to, so that they are collected in seconds and fail for one reason alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
COMPILES = {"assemble", "gather", "compile_rule_book", "load_lexicon", "load_lists", "Classifier", "Screener"}
"""What takes part of a second or more: tests/packaged.py calls it once a process, when first asked."""


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(TESTS.rglob("*.py")):
        yield str(path.relative_to(TESTS)), ast.parse(path.read_text(encoding="utf-8"))


def _called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a module or class that run when it is imported: all but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from child.decorator_list
        elif not isinstance(child, ast.Lambda):
            yield child if isinstance(child, ast.Call) else ast.Pass()
            yield from _at_import(child)


def test_nothing_is_compiled_when_a_module_is_imported() -> None:
    found = {
        f"{file}: {name}"
        for file, tree in _trees()
        for part in _at_import(tree)
        for name in _called(part)
        if name in COMPILES or name.startswith("packaged.")
    }
    assert not found


def test_what_a_property_draws_is_constructed_and_not_filtered() -> None:
    """Hypothesis gives up on a strategy that throws most of what it draws away, on one seed in some."""
    found = {
        f"{file}: {name}"
        for file, tree in _trees()
        if "hypothesis" in {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        for name in _called(tree)
        if name == "assume" or name.endswith(".filter")
    }
    assert not found


def test_every_test_is_named_as_a_sentence() -> None:
    names = {
        node.name: file
        for file, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    assert not {f"{file}: {name}" for name, file in names.items() if name.count("_") < 3}
