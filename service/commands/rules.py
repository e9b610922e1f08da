"""`tidewaiter rules`: what a rule author asks of the rule sets."""

from __future__ import annotations

import typer

from service.commands.options import Builtin, Rules, settings_of

app = typer.Typer(name="rules", help="The rule sets.", no_args_is_help=True)


@app.command("check")
def check(rules: Rules = None, builtin_rules: Builtin = True) -> None:
    """Read every rule set and run each rule's own examples."""
    from service.assembly import assemble
    from service.checks import check_examples

    book = assemble(settings_of(None, rules, builtin_rules, None, None))
    failures, run_examples = check_examples(book)
    for failure in failures:
        typer.echo(failure, err=True)
    count = sum(rule_set.rules for rule_set in book.manifest.rule_sets)
    typer.echo(f"{count} rules, {run_examples} examples, {len(failures)} failed")
    if failures:
        raise typer.Exit(1)
