"""What all commands have in common: an example, JSON for programs, exit statuses, completion, and what goes where."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from tests.environment import clean_environment
from tidewaiter.cli import app
from tidewaiter.cli_reference import document
from tidewaiter.commands.demo import SAMPLES
from tidewaiter.commands.examples import EXAMPLES
from tidewaiter.exit_codes import ExitCode

ROOT = Path(__file__).parents[2]
WITHOUT_JSON = {
    **dict.fromkeys(("run", "serve", "rescreener", "broker"), "logs until it is stopped"),
    **dict.fromkeys(("convert", "goods", "replay", "rescreen"), "writes JSON always"),
    "demo": "--once is its output for programs",
}
CALLED = [sys.executable, "-m", "tidewaiter"]
TRANSFER = {"id": "t-1", "occurred_at": "2024-01-01T00:00:00Z", "kind": "gift"}


def leaves(command: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Each command that does something, by its name after `tidewaiter`."""
    if isinstance(command, TyperGroup):
        for name, sub in command.commands.items():
            yield from leaves(sub, *path, name)
    else:
        yield " ".join(path), command


COMMANDS = dict(leaves(typer.main.get_command(app)))


def test_every_example_is_of_a_command() -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_is_one_that_it_takes_and_that_its_help_shows(name: str) -> None:
    example = EXAMPLES[name]
    alone = re.split(r" [|<>] ", example.rpartition("tidewaiter goods")[1] + example.rpartition("tidewaiter goods")[2])[
        0
    ]
    words = shlex.split(alone)
    called = ["tidewaiter", *name.split()]
    assert words[: len(called)] == called
    COMMANDS[name].make_context(name, words[len(called) :]).close()
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "250"}).stdout
    assert f"Example: `{example}`" in re.sub(r"\s+", " ", shown)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_prints_for_people_has_json_for_programs(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert ("--json" in options) is (name not in WITHOUT_JSON)


def test_the_reference_is_what_the_commands_say() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == document(), "run make schemas"
    rows = re.findall(r"^\| (\d+) \| .+ \|$", document(), flags=re.MULTILINE)
    assert [int(row) for row in rows] == sorted(ExitCode)


def test_the_shell_completes_commands_and_options() -> None:
    def completed(line: str) -> list[str]:
        asked = {
            "_TIDEWAITER_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        }
        program = [str(Path(sys.executable).with_name("tidewaiter"))]
        return subprocess.run(
            program, env=clean_environment(**asked), capture_output=True, text=True, check=True
        ).stdout.split()

    assert completed("tidewaiter scr") == ["screen"]
    assert "--jurisdictions" in completed("tidewaiter screen --")


def test_the_versions_are_of_engine_contract_and_rule_book() -> None:
    lines = CliRunner().invoke(app, ["--version"]).stdout.splitlines()
    assert [line.rpartition(" ")[0] for line in lines] == ["tidewaiter", "contract", "rule-book format"]


def test_the_first_line_that_is_no_json_says_what_is_wanted(tmp_path: Path) -> None:
    over_lines = tmp_path / "transfer.json"
    over_lines.write_text(json.dumps(TRANSFER, indent=2))
    done = CliRunner().invoke(app, ["screen", str(over_lines)])
    assert done.exit_code == ExitCode.UNREADABLE
    errors = [json.loads(line)["error"] for line in done.stdout.splitlines()]
    assert len(errors) == 5
    assert ["rules explain" in error for error in errors] == [True, False, False, False, False]
    # What it says to do works.
    explained = CliRunner().invoke(app, ["rules", "explain", str(over_lines)])
    assert explained.exit_code == 0, explained.output


def test_a_table_can_be_asked_for_and_has_the_errors_too() -> None:
    lines = f"{json.dumps(TRANSFER)}\n{{\n"
    done = CliRunner().invoke(app, ["screen", "-", "--table"], input=lines)
    assert done.exit_code == ExitCode.UNREADABLE
    assert re.search(r"^ REVIEW +t-1 ", done.stdout, flags=re.MULTILINE)
    assert "\nline 2: not_json" in done.stdout
    assert "1 transfer: 0 block, 1 review, 0 clear" in done.stderr


def on_a_terminal(command: list[str], *, output_too: bool) -> tuple[str, str]:
    """What a command writes to a terminal, and to a pipe when its output is not to go to the terminal."""
    terminal, end = pty.openpty()
    environment = clean_environment(TERM="xterm-256color", COLUMNS="100")
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=end if output_too else subprocess.PIPE, stderr=end
    )
    os.close(end)
    output = b"" if process.stdout is None else process.stdout.read()
    shown = b""
    try:
        while more := os.read(terminal, 65_536):
            shown += more
    except OSError:  # the other end of a terminal was closed
        pass
    os.close(terminal)
    assert process.wait() == 0, shown
    return shown.decode(), output.decode()


SPINNER = re.compile("[⠀-⣿]")


def test_at_a_terminal_tables_are_shown_and_no_spinner_stands_between_them() -> None:
    shown, _ = on_a_terminal([*CALLED, "screen", str(SAMPLES / "transfers.jsonl")], output_too=True)
    before, _, tables = shown.partition("BLOCK")
    assert SPINNER.search(before)
    assert "BLOCK" in tables
    assert '{"id"' not in shown
    assert not SPINNER.search(tables)


def test_progress_is_on_the_terminal_and_the_output_elsewhere_has_json_alone() -> None:
    shown, output = on_a_terminal([*CALLED, "screen", str(SAMPLES / "transfers.jsonl")], output_too=False)
    assert SPINNER.search(shown)
    assert "decision" not in shown
    assert {json.loads(line)["decision"] for line in output.splitlines()} == {"block", "review", "clear"}
