"""Every regular expression of the product takes time in proportion to the text, whoever wrote the text."""

from __future__ import annotations

import ast
import fnmatch
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import tidewaiter
import tidewaiter_schemas
from tests.compiled_patterns import main as print_patterns
from tests.patterns import Use, why_not_linear
from tidewaiter.lists.programmes import PROGRAMME_COUNTRIES, _bare
from tidewaiter.matching.scripts import semitic

SOURCES = [Path(package.__file__ or "").resolve().parent for package in (tidewaiter, tidewaiter_schemas)]
ROOT = Path(__file__).parents[2]
ASKS = frozenset({"compile", "match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split"})


class Asked(NamedTuple):
    """A place in the source that asks for a regular expression."""

    file: str
    line: int
    how: str
    pattern: str | None
    """None where it is made of other texts."""
    name: str | None
    """The name that it is compiled to."""


def files() -> Iterator[Path]:
    for source in SOURCES:
        yield from sorted(source.rglob("*.py"))


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def asked_for(file: Path) -> Iterator[Asked]:
    tree = parsed(file)
    names = {
        node.value: target.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re":
                first = node.args[0]
                text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                yield Asked(str(file), node.lineno, node.func.attr, text, names.get(node))


def read_whole(file: Path) -> set[str]:
    """The names of patterns that must match the whole of a text."""
    return {
        ast.unparse(node.func.value)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fullmatch"
    }


def by_table(file: Path) -> bool:
    """Whether the file looks patterns up in tables, so that each of them is held to both uses."""
    return file.parent.name == "adapters" or file.name == "control_numbers.py"


@pytest.fixture(scope="module")
def compiled() -> list[tuple[str, int, str, int]]:
    command = [sys.executable, "-m", print_patterns.__module__]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [tuple(json.loads(line)) for line in printed.splitlines()]


@pytest.fixture(scope="module")
def known(compiled: list[tuple[str, int, str, int]]) -> set[tuple[str, int]]:
    return {(file, line) for file, line, _, _ in compiled}


def test_each_pattern_is_linear(compiled: list[tuple[str, int, str, int]]) -> None:
    whole = {
        (asked.file, asked.line)
        for file in files()
        for asked in asked_for(file)
        if asked.how == "fullmatch" or asked.name in read_whole(file)
    }
    literal = [
        (asked.file, asked.line, asked.pattern, 0) for file in files() for asked in asked_for(file) if asked.pattern
    ]
    faults: dict[tuple[str, int, Use], str | None] = {}
    broken = []
    for file, line, pattern, flags in [*compiled, *literal]:
        for use in (Use.SEARCH, Use.FULLMATCH) if (file, line) in whole or by_table(Path(file)) else (Use.SEARCH,):
            key = (pattern, flags, use)
            if key not in faults:
                faults[key] = why_not_linear(pattern, flags, use)
            if faults[key]:
                broken.append(f"{file}:{line}: {use.value} {pattern[:80]!r}: {faults[key]}")
    assert broken == []
    assert len(faults) > 150


def test_no_pattern_is_overlooked(known: set[tuple[str, int]]) -> None:
    overlooked = [
        f"{asked.file}:{asked.line}"
        for file in files()
        for asked in asked_for(file)
        if asked.pattern is None and (asked.file, asked.line) not in known
    ]
    assert overlooked == []


def test_a_pattern_that_reads_a_whole_text_has_a_name_by_which_it_is_known() -> None:
    for file in files():
        if by_table(file):
            continue
        names = {asked.name for asked in asked_for(file)} | {"re"}
        assert read_whole(file) <= names, file


def test_nothing_else_compiles_patterns() -> None:
    for file in files():
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("re", "regex"), file
            elif isinstance(node, ast.Import):
                assert not any(one.name == "regex" or (one.name == "re" and one.asname) for one in node.names), file
        # Patterns of fields are matched by pydantic's own engine, which never backtracks.
        assert "python-re" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("pattern", sorted({_bare(row.pattern) for row in PROGRAMME_COUNTRIES}))
def test_each_pattern_of_a_programme_is_linear(pattern: str) -> None:
    assert why_not_linear(fnmatch.translate(pattern), 0, Use.MATCH) is None


def test_a_word_of_vowels_is_compared_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    carried_on = semitic._carried_on

    def counted(at: int, places: int) -> int:
        read.append(places)
        return carried_on(at, places)

    monkeypatch.setattr(semitic, "_carried_on", counted)
    word, latin = "K" + "YW" * 5, "k" + "ui" * 500
    semitic.may_be(word, latin, latin)
    assert 0 < len(read) <= 4 * len(word)


LINEAR = [
    r"[a-z]+", r"\ba+b", r"(?<!a)a+b", r"^a+b", r"(?:a|b)+", r"^(?:ab?)*$", r"(?:a{0,5}b)+", r"^.*?x.*",
    r"'(?:[^'\\]|\\.)*+'?",
]  # fmt: skip
NOT_LINEAR = [
    (r"a+b", "the search"), (r"\s*x", "the search"), (r"^(?:a+)+$", "two ways"), (r"^(?:a|a)*$", "two ways"),
    (r"^a*a*$", "divide"), (r"^.*x.*$", "divide"), (r"^(?:a|ab|b)*$", "two ways"), (r"a++b", "the search"),
    (r"^(?:.*a){3}", "divide"), (r"\d+(?:,\d+)*;", "the search"), (r"^(?=.*a.*b)", "divide"),
]  # fmt: skip


@pytest.mark.parametrize("pattern", LINEAR)
def test_a_linear_pattern_is_proved(pattern: str) -> None:
    assert why_not_linear(pattern) is None


@pytest.mark.parametrize(("pattern", "why"), NOT_LINEAR)
def test_a_pattern_that_backtracks_is_found(pattern: str, why: str) -> None:
    assert why in (why_not_linear(pattern) or "")
