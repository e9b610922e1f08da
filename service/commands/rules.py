"""`tidewaiter rules`: what a rule author asks of the rule sets."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console

from service.commands.options import (
    Authorisations,
    Builtin,
    Json,
    Jurisdictions,
    Lists,
    Rules,
    settings_of,
    source,
    warn_of_samples,
)
from service.errors import TidewaiterError

app = typer.Typer(name="rules", help="The rule sets.", no_args_is_help=True)


@app.command("check")
def check(
    rules: Rules = None,
    builtin_rules: Builtin = True,
    notes: Annotated[
        bool, typer.Option("--notes", help="Show notes too: what is often right and worth a look.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a remark.")] = False,
) -> None:
    """Check every rule set: format, references, dates, succession, silent rules, and each rule's own examples.

    The exit status is 1 when there is an error.
    """
    from service.rule_check import check_folders
    from service.rulebook.remarks import Severity

    settings = settings_of(None, rules, builtin_rules, None, None)
    checked = check_folders(settings.rules, builtin=settings.builtin_rules)
    shown = [remark for remark in checked.remarks if notes or remark.severity is not Severity.NOTE]
    if as_json:
        _lines(dataclasses.asdict(remark) for remark in shown)
    else:
        for remark in shown:
            typer.echo(str(remark))
    counts = ", ".join(f"{checked.count(severity)} {severity}s" for severity in Severity)
    typer.echo(f"{checked.rules} rules, {checked.examples} examples: {counts}", err=as_json)
    if checked.count(Severity.ERROR):
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


@app.command("explain")
def explain(
    file: Annotated[str, typer.Argument(metavar="TRANSFER", help="One transfer as JSON; - for standard input.")],
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="This rule alone.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every rule, whatever it failed for.")] = False,
    lists: Lists = None,
    rules: Rules = None,
    builtin_rules: Builtin = True,
    jurisdictions: Jurisdictions = None,
    authorisations: Authorisations = None,
    as_json: Json = False,
) -> None:
    """Say rule by rule why a transfer meets it or not, what ties it to which country, and what its items are.

    It is told by the very code that judges. Quotas count from the published totals on.
    """
    from service.assembly import assemble
    from service.explain import explain as explained
    from service.explain import print_explanation
    from service.stream.envelope import NotATransfer, decode

    settings = settings_of(lists, rules, builtin_rules, jurisdictions, authorisations)
    with source(file) as stream:
        text = stream.read()
    try:
        transfer = decode(text.strip(), None, settings.max_event_bytes)
    except NotATransfer as error:
        raise TidewaiterError(
            f"{file}: is no transfer: {error}; give one JSON object as docs/contract.md has it"
        ) from None
    book = assemble(settings)
    warn_of_samples(book.manifest.lists)
    told = explained(transfer, book, rule)
    if as_json or not sys.stdout.isatty():
        _lines([told])
    else:
        print_explanation(told, Console(highlight=False, markup=False), everything=everything or rule is not None)


def _lines(objects: Iterable[dict[str, object]]) -> None:
    for one in objects:
        typer.echo(json.dumps(one, ensure_ascii=False, default=str))
