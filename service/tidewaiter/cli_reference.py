"""docs/cli.md: every command as `--help` shows it, the exit statuses, and completion.

`python -m tidewaiter.cli_reference` prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.cli import get_docs_for_click

from tidewaiter.cli import app
from tidewaiter.exit_codes import ExitCode

_COMMON = """
## For people and for programs

A command that shows something prints text at a terminal and JSON, one object a line, elsewhere; `--json` and `--table`
choose. `convert`, `goods`, `replay` and `rescreen` write JSON always. A command that does something prints one line, or
one object with `--json`. Progress, notes, warnings and errors are on standard error, so that the output is only what
was asked for. `run`, `serve` and `rescreener` write a log to standard error instead: with `TIDEWAITER_LOG_FORMAT=json`
each of its lines is JSON.

The logs of the Kafka libraries are left out of commands; `TIDEWAITER_LOG_LEVEL=DEBUG` shows them.

## Completion

`tidewaiter --install-completion` adds completion of commands and options to your shell (bash, zsh, fish, PowerShell),
from the next shell on. `tidewaiter --show-completion` prints it, to install it in another way.

## Exit status

| | | start it again? |
|---|---|---|
"""


def document() -> str:
    """Return the reference as Markdown."""
    command = typer.main.get_command(app)
    with command.make_context("tidewaiter", [], resilient_parsing=True) as context:
        commands = get_docs_for_click(obj=command, ctx=context, name="tidewaiter", title="Commands")  # type: ignore[arg-type]
        for shortened, whole in _summaries(command):
            commands = commands.replace(f": {shortened}\n", f": {whole}\n")
    head, found, rest = commands.partition("\n## ")
    return f"{head.rstrip()}\n{_COMMON}{''.join(_statuses())}\n{found.lstrip()}{rest}".rstrip() + "\n"


def _summaries(command: Any) -> Iterator[tuple[str, str]]:
    """Yield each summary that typer shortens in its lists of commands, with the first sentences in full."""
    for sub in getattr(command, "commands", {}).values():
        shortened, whole = sub.get_short_help_str(), " ".join((sub.help or "").partition("\n\n")[0].split())
        if shortened.endswith("..."):
            yield shortened, whole
        yield from _summaries(sub)


def _statuses() -> Iterator[str]:
    for code in ExitCode:
        yield f"| {int(code)} | {code.meaning} | {code.restart} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
