"""`tidewaiter rules`: what a rule author asks of the rule sets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidewaiter.commands.options import (
    Builtin,
    Json,
    Rules,
    complain,
    notes,
    screens_against,
    settings_of,
    source,
    warn_of_lists,
)
from tidewaiter.commands.output import wants_json, write_json
from tidewaiter.errors import NOT_THE_RECORD, EngineFault, TidewaiterError
from tidewaiter.rulebook.authoring.goods_lists import Format
from tidewaiter.settings import Settings

app = typer.Typer(name="rules", help="The rule sets.", no_args_is_help=True)


@app.command("check")
def check(
    rules: Rules = None,
    builtin_rules: Builtin = True,
    with_notes: Annotated[
        bool, typer.Option("--notes", help="Show notes too: what is often right and worth a look.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a remark.")] = False,
) -> None:
    """Check every rule set: format, references, dates, succession, silent rules, and each rule's own examples.

    The exit status is 1 when there is an error.
    """
    from tidewaiter.release.rule_check import check_folders
    from tidewaiter.rulebook.authoring.diagnostics import Severity
    from tidewaiter.rulebook.index_store import IndexStore

    settings = settings_of(rules=rules, builtin_rules=builtin_rules)
    indexes = IndexStore(settings.indexes, complain)
    checked = check_folders(settings.rules, builtin=settings.builtin_rules, indexes=indexes)
    shown = [remark for remark in checked.remarks if with_notes or remark.severity is not Severity.NOTE]
    if as_json:
        for remark in shown:
            write_json(dataclasses.asdict(remark))
    else:
        for remark in shown:
            typer.echo(str(remark))
    counts = ", ".join(f"{checked.count(severity)} {severity}s" for severity in Severity)
    typer.echo(f"{checked.rules} rules, {checked.examples} examples: {counts}", err=as_json)
    if checked.count(Severity.ERROR):
        raise typer.Exit(1)


@app.command("import-goods")
def import_goods(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The official list.")],
    kind: Annotated[Format, typer.Option("--format", help="What the file is.")],
    rule: Annotated[list[str], typer.Option(help="A rule whose goods these are: EU-RU-LUXURY. Repeatable.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Your folder of rules.")],
    url: Annotated[str, typer.Option(help="Where the list is published; stands in the rule set.")],
    as_of: Annotated[datetime, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The day of its text.")],
    annex: Annotated[str, typer.Option(help="With eurlex: the annex, as the text heads it.")] = "",
    measure: Annotated[
        list[str] | None, typer.Option(help="With taric: measure types; 718 or 728 if not given.")
    ] = None,
) -> None:
    """Make rules that block out of an official list of goods, in your own folder (docs/rules.md)."""
    from tidewaiter.rulebook.authoring.import_goods import Official
    from tidewaiter.rulebook.authoring.import_goods import import_goods as write
    from tidewaiter.rulebook.loader import builtin_rule_sets

    with source(str(file)) as stream:
        official = Official(stream.read(), file.name, kind, url, as_of.date(), annex, tuple(measure or ()))
    done = write(official, rule, builtin_rule_sets(), out)
    typer.echo(f"{done.codes}: {done.rows} codes, {done.partial} of them in part; sha-256 {done.sha256}")
    typer.echo(f"{done.rule_set}: {', '.join(done.rules)}; use it with --rules {out}")


Old = Annotated[str, typer.Argument(metavar="A", help="A folder of rule sets, one file, or `packaged`.")]
New = Annotated[str, typer.Argument(metavar="B", help="As A; what it has and A has not is new.")]


@app.command("diff")
def diff(old: Old, new: New, as_json: Json = False) -> None:
    """Say what is different in law between two folders or files: newly forbidden, newly allowed, dates, citations."""
    from tidewaiter.rulebook.authoring.field_changes import Bearing
    from tidewaiter.rulebook.authoring.law_diff import describe_changes
    from tidewaiter.rulebook.loader import rule_sets_at

    changes = describe_changes(rule_sets_at(old), rule_sets_at(new))
    if wants_json(as_json):
        for change in changes:
            write_json(dataclasses.asdict(change))
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
@screens_against()
def explain(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="TRANSFER", help="One transfer as JSON; - for standard input.")],
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="This rule alone.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every rule, whatever it failed for.")] = False,
    as_json: Json = False,
) -> None:
    """Say rule by rule why a transfer meets it or not, what ties it to which country, and what its items are.

    It is told by the very code that judges. Quotas count from the published totals on.
    """
    from tidewaiter.commands.explanation import explain as explained
    from tidewaiter.commands.explanation import print_explanation
    from tidewaiter.release.assembly import assemble
    from tidewaiter.wire.cloudevents import NotATransfer, decode

    with source(file) as stream:
        text = stream.read()
    try:
        transfer = decode(text.strip(), None, settings.max_event_bytes)
    except NotATransfer as error:
        raise TidewaiterError(f"{file}: is no transfer: {error}; give one transfer as a JSON object") from None
    book = assemble(settings, complain=complain)
    warn_of_lists(book, settings.lists_dir)
    try:
        told = explained(transfer, book, rule)
    except (TidewaiterError, *NOT_THE_RECORD):
        raise
    except Exception as error:
        raise TidewaiterError(f"{file}: the engine failed on it, please report: {EngineFault.of(error)}") from None
    if wants_json(as_json):
        write_json(told)
    else:
        print_explanation(told, Console(highlight=False, markup=False), everything=everything or rule is not None)


@app.command("audit")
def audit(
    rules: Rules = None,
    builtin_rules: Builtin = True,
    unverified: Annotated[bool, typer.Option("--unverified", help="What is to be checked, and nothing else.")] = False,
    as_json: Json = False,
) -> None:
    """Show where every rule is written and how sure that is: V read in a source, H from knowledge, C to be checked."""
    from tidewaiter.rulebook.authoring.citation_audit import as_json as plain
    from tidewaiter.rulebook.authoring.citation_audit import audit as audited
    from tidewaiter.rulebook.authoring.citation_audit import sums
    from tidewaiter.rulebook.loader import all_rule_sets

    settings = settings_of(rules=rules, builtin_rules=builtin_rules)
    every = audited(all_rule_sets(settings.rules, builtin=settings.builtin_rules))
    shown = [one for one in every if not one.verified] if unverified else every
    if wants_json(as_json):
        for one in shown:
            write_json(plain(one))
    elif unverified:
        for one in shown:
            for told in one.to_check():
                typer.echo(f"{one.rule}: {told}")
    else:
        table = Table("rule", "effect", "measure", "paragraphs", "in force", "examples")
        for one in shown:
            cited = "\n".join(f"{c.confidence}  {c.instrument}, {c.provision}" for c in one.citations)
            table.add_row(one.rule, one.effect, one.confidence, cited, one.in_force, str(one.examples))
        Console(highlight=False, markup=False).print(table)
    for what, counts in sums(every).items():
        notes.print(f"{what}: {', '.join(f'{count} {name}' for name, count in counts.items())}", highlight=False)


@app.command("coverage")
def coverage(
    as_json: Json = False,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day of the law; today.")
    ] = None,
) -> None:
    """Show the map of law known to us, by country and jurisdiction: what has rules, and what is only known.

    Then which measures of a regime have a rule, which have none, and why a transfer cannot show these. The exit status
    is 1 when a measure names a rule that is not there.
    """
    _print_map(on.date() if on else datetime.now(UTC).date(), as_json)
    _print_measures(as_json)


def _print_map(day: date, as_json: bool) -> None:
    from tidewaiter.rulebook.authoring.coverage_map import coverage_map, in_a_cell
    from tidewaiter.rulebook.country_knowledge import packaged_ties

    ties = packaged_ties()
    found = coverage_map(ties.programmes, day)
    if wants_json(as_json):
        for groups in found.values():
            for programme in (programme for group in groups.values() for programme in group):
                write_json({"programme": programme.model_dump(mode="json")})
        return
    names = ties.called | {target.country: target.demonym for target in ties.targets}
    table = Table("country", "jurisdiction", "what is known of its law", title=f"Law in force on {day}")
    for target, groups in found.items():
        for number, (jurisdiction, group) in enumerate(groups.items()):
            table.add_row(
                f"{names.get(target, target)} ({target})" if not number else "", jurisdiction, in_a_cell(group)
            )
        table.add_section()
    Console(highlight=False, markup=False).print(table)
    notes.print(
        "A transfer that touches law without rules, and that binds you, is for review (TW-LAW-NOT-PACKAGED). What is "
        "not here is not known to us, which is no proof that there is none."
    )


def _print_measures(as_json: bool) -> None:
    from tidewaiter.rulebook.authoring.coverage import missing_rules, regimes
    from tidewaiter.rulebook.loader import builtin_rule_sets

    rule_sets = builtin_rule_sets()
    wrong = 0
    for regime in regimes():
        missing = missing_rules(regime, rule_sets)
        wrong += len(missing)
        if wants_json(as_json):
            for measure in regime.measures:
                write_json({"regime": regime.regime} | measure.model_dump() | {"missing": missing.get(measure.id, ())})
        else:
            table = Table("measure", "what", "paragraphs", "rules, or why there is none", title=regime.title)
            for measure in regime.measures:
                how = "\n".join(filter(None, (", ".join(measure.rules), measure.not_shown, measure.in_part)))
                table.add_row(measure.id, measure.measure, "; ".join(measure.paragraphs), how)
            Console(highlight=False, markup=False).print(table)
        encoded = sum(bool(measure.rules) for measure in regime.measures)
        unshown = len(regime.measures) - encoded
        notes.print(
            f"{regime.regime}: {len(regime.measures)} measures, {encoded} encoded, {unshown} no transfer can show"
        )
        for name, rules in missing.items():
            notes.print(f"{name}: names {', '.join(rules)}, which is no packaged rule", style="red")
    if wrong:
        raise typer.Exit(1)
