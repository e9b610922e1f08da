"""The repository keeps its promises to whoever clones it: links lead somewhere, commands exist, nothing is tied to one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidewaiter import __version__

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).relative_to(ROOT).as_posix()

# Written in pieces where a piece is enough, so that the search does not find itself even if it is moved.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work/(?:main|shared))\b")
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("repo1", "maven", "org"),
            ("repo", "maven", "apache", "org"),
            ("maven", "google", "com"),
            ("proxy", "golang", "org"),
            ("static", "crates", "io"),
            ("index", "crates", "io"),
            ("deb", "debian", "org"),
        )
    )
)
# Schemas that others published, kept as they are; `$id` and examples in them are theirs.
FOREIGN = ("deploy/compose/compose-spec.json", "tests/unit/specifications/")


def git(*arguments: str) -> str:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git clone, so there are no tracked files to look at")
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def tracked_texts() -> Iterator[tuple[str, str]]:
    for name in git("ls-files", "-z").split("\0"):
        path = ROOT / name
        if name and name != HERE and not name.startswith(FOREIGN) and path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]


def code_in(markdown: str) -> list[str]:
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL))


def anchors(markdown: str) -> set[str]:
    headings = re.findall(r"^#+ (.+?)\s*$", markdown, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)) for heading in headings)
    return {text.strip().lower().replace(" ", "-") for text in plain}


@pytest.mark.parametrize(("what", "pattern"), [("machine path", MACHINE_PATHS), ("registry host", REGISTRIES)])
def test_no_tracked_file_names_a_path_of_somebodys_machine_or_the_host_of_a_registry(
    what: str, pattern: re.Pattern[str]
) -> None:
    found = [
        f"{name}:{number}: {what} {match[0]}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.exists(), f"{document.name} links to {target}, which is not there"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{document.name}: {target} has no such heading"


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "\n".join(code_in(document.read_text(encoding="utf-8")))
    named = set(re.findall(r"(?:^|[\s;&|])make (?:[A-Z]+=\S+ )*([a-z][a-z-]*)", code, re.MULTILINE))
    assert named <= targets


WRITTEN = [path for path in documents() if path != ROOT / "docs" / "cli.md"]
"""That page is generated, with each option on a line."""


@pytest.mark.parametrize("document", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_lines_of_prose_have_at_most_120_characters(document: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", blank, document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    lines = enumerate(prose.splitlines(), 1)
    assert [number for number, line in lines if len(line) > 120 and not line.startswith("|")] == []


def blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def test_the_makefile_explains_each_of_its_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^([a-z][a-z-]*):.*##", makefile, re.MULTILINE))
    assert set(phony.split()) == explained


def test_the_changelog_has_an_entry_for_this_version() -> None:
    assert re.search(rf"^## \[{re.escape(__version__)}\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_what_ci_runs_can_be_run() -> None:
    run = ROOT / ".ci" / "run"
    mode, *_ = git("ls-files", "--stage", ".ci/run").split()
    assert mode == "100755"
    checked = subprocess.run(["bash", "-n", run], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_decision_has_a_number_of_its_own_and_a_state() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    numbers = [path.name[:4] for path in decisions]
    assert len(set(numbers)) == len(numbers)
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# {int(path.name[:4])}\. \S", text), path.name
        assert re.search(r"^(Accepted|Proposed|Replaced by )", text, re.MULTILINE), path.name
