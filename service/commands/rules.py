"""`tidewaiter rules`: what a rule author asks of the rule sets."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console

from service.commands.options import Builtin, Json, Rules, settings_of

app = typer.Typer(name="rules", help="The rule sets.", no_args_is_help=True)


@app.command("check")
def check(rules: Rules = None, builtin_rules: Builtin = True) -> None:
    """Read every rule set, of all jurisdictions, and run each rule's own examples."""
    from service.assembly import assemble
    from service.checks import check_examples
    from service.rulebook.policy import JURISDICTIONS

    book = assemble(settings_of(None, rules, builtin_rules, ",".join(JURISDICTIONS), None))
    failures, run_examples = check_examples(book)
    for failure in failures:
        typer.echo(failure, err=True)
    count = sum(rule_set.rules for rule_set in book.manifest.rule_sets)
    typer.echo(f"{count} rules, {run_examples} examples, {len(failures)} failed")
    if failures:
        raise typer.Exit(1)


Old = Annotated[str, typer.Argument(metavar="A", help="A folder of rule sets, one file, or `packaged`.")]
New = Annotated[str, typer.Argument(metavar="B", help="As A; what it has and A has not is new.")]


@app.command("diff")
def diff(old: Old, new: New, as_json: Json = False) -> None:
    """Say what is different in law between two folders or files: newly forbidden, newly allowed, dates, citations."""
    from service.rulebook.changes import Bearing, describe_changes
    from service.rulebook.loader import rule_sets_at

    changes = describe_changes(rule_sets_at(old), rule_sets_at(new))
    if as_json or not sys.stdout.isatty():
        _lines(dataclasses.asdict(change) for change in changes)
        return
    out = Console(highlight=False)
    for bearing in Bearing:
        told = [change for change in changes if change.bearing is bearing]
        if told:
            out.print(f"\n{bearing.capitalize()}", style="bold", markup=False)
        for change in told:
            out.print(f"  {change}", markup=False)
    out.print("" if changes else "The law is the same.")


def _lines(objects: Iterable[dict[str, object]]) -> None:
    for one in objects:
        typer.echo(json.dumps(one, ensure_ascii=False, default=str))
