"""`tidewaiter rules`: check, compare and explain rule sets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tidewaiter.commands.options import (
    Builtin,
    Json,
    JsonAlone,
    Rules,
    complain,
    notes,
    screens_against,
    settings_of,
    source,
    warn_of_lists,
)
from tidewaiter.commands.output import say, write_json
from tidewaiter.commands.report import FormatOption, OutputOption, ReportFormat, chosen, write_report
from tidewaiter.errors import NOT_THE_RECORD, EngineFault, TidewaiterError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.rulebook.authoring.goods_lists import Format
from tidewaiter.settings import Settings

app = typer.Typer(name="rules", help="Check, compare and explain rule sets.", no_args_is_help=True)


@app.command("check")
def check(
    rules: Rules = None,
    builtin_rules: Builtin = True,
    with_notes: Annotated[
        bool, typer.Option("--notes", help="Also show notes: things that are often right but worth a look.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per remark.")] = False,
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
        raise typer.Exit(ExitCode.FAILED)


@app.command("import-goods")
def import_goods(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The official list.")],
    kind: Annotated[Format, typer.Option("--format", help="The format of the file.")],
    rule: Annotated[list[str], typer.Option(help="A rule that covers these goods, such as EU-RU-LUXURY. Repeatable.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Your folder of rules.")],
    url: Annotated[str, typer.Option(help="Where the list is published. It is written into the rule set.")],
    as_of: Annotated[datetime, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The date of the text.")],
    annex: Annotated[str, typer.Option(help="With eurlex: the annex, as in its heading.")] = "",
    measure: Annotated[
        list[str] | None, typer.Option(help="With taric: measure types. Default: 718 (exports), 728 (imports).")
    ] = None,
    as_json: JsonAlone = False,
) -> None:
    """Create blocking rules in your own folder from an official list of goods (see docs/rules.md)."""
    from tidewaiter.rulebook.authoring.import_goods import Official
    from tidewaiter.rulebook.authoring.import_goods import import_goods as write
    from tidewaiter.rulebook.loader import builtin_rule_sets

    with source(str(file)) as stream:
        official = Official(stream.read(), file.name, kind, url, as_of.date(), annex, tuple(measure or ()))
    done = write(official, rule, builtin_rule_sets(), out)
    text = (
        f"{done.codes}: {done.rows} codes, {done.partial} of them in part; sha-256 {done.sha256}\n"
        f"{done.rule_set}: {', '.join(done.rules)}; use it with --rules {out}"
    )
    say(text, dataclasses.asdict(done), as_json)


PACKAGED = "packaged"
Old = Annotated[str, typer.Argument(metavar="A", help="A folder of rule sets, one file, or `packaged`.")]
New = Annotated[
    str, typer.Argument(metavar="B", help="Like A. What only B has is new. After `packaged`, a folder adds to it.")
]
Instead = Annotated[bool, typer.Option("--instead", help="With `packaged` and a folder: compare the folder alone.")]


@app.command("diff")
def diff(
    old: Old,
    new: New,
    instead: Instead = False,
    as_json: Json = None,
    format_: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show the differences in law between two folders or files: new prohibitions and permissions, dates, citations.

    `rules diff packaged FOLDER` shows what changes when the folder is added to the packaged law.
    """
    from tidewaiter.commands.law_reports import diff_report
    from tidewaiter.rulebook.authoring.law_diff import describe_changes
    from tidewaiter.rulebook.loader import check_together, rule_sets_at

    before, after = rule_sets_at(old), rule_sets_at(new)
    if old == PACKAGED and new != PACKAGED and not instead:
        after = (*before, *after)
        check_together(after)
    report = diff_report(describe_changes(before, after), f"Law: {old} to {new}")
    write_report(report, chosen(format_, output, as_json=as_json), output)


@app.command("explain")
@screens_against()
def explain(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="TRANSFER", help="One transfer as JSON; - for standard input.")],
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="Explain only this rule.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also list obvious failures.")] = False,
    as_json: Json = None,
    format_: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Explain a verdict: why the transfer meets each rule or not, its ties to countries, and what its items are.

    The explanation comes from the code that decides. Quotas are counted from the published totals.
    """
    from tidewaiter.commands.explanation import explain as explained
    from tidewaiter.commands.explanation import recognised_items
    from tidewaiter.commands.law_reports import explanation_report
    from tidewaiter.release.assembly import assemble
    from tidewaiter.wire.cloudevents import NotATransfer, decode

    with source(file) as stream:
        text = stream.read()
    try:
        transfer = decode(text.strip(), None, settings.max_event_bytes)
    except NotATransfer as error:
        raise TidewaiterError(f"{file}: not a transfer: {error}; give one transfer as a JSON object") from None
    book = assemble(settings, complain=complain)
    warn_of_lists(book, settings.lists_dir)
    try:
        told = explained(transfer, book, rule)
    except (TidewaiterError, *NOT_THE_RECORD):
        raise
    except Exception as error:
        raise TidewaiterError(f"{file}: the engine failed on it, please report: {EngineFault.of(error)}") from None
    report = explanation_report(told, recognised_items(told), everything=everything or rule is not None)
    write_report(report, chosen(format_, output, as_json=as_json), output)


@app.command("audit")
def audit(
    rules: Rules = None,
    builtin_rules: Builtin = True,
    unverified: Annotated[bool, typer.Option("--unverified", help="Show only what needs a check.")] = False,
    as_json: Json = None,
    format_: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show the source text of every rule and its confidence: V read in a source, H from knowledge, C to be checked."""
    from tidewaiter.commands.law_reports import audit_report
    from tidewaiter.rulebook.authoring.citation_audit import audit as audited
    from tidewaiter.rulebook.loader import all_rule_sets

    settings = settings_of(rules=rules, builtin_rules=builtin_rules)
    report = audit_report(audited(all_rule_sets(settings.rules, builtin=settings.builtin_rules)), unverified=unverified)
    form = chosen(format_, output, as_json=as_json)
    write_report(report, form, output)
    if form is ReportFormat.JSON:
        for note in report.sections[0].notes:
            notes.print(note, highlight=False)


@app.command("coverage")
def coverage(
    as_json: Json = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="Default: today.")
    ] = None,
    format_: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show the known law by country and jurisdiction: law that has rules, and law that is only known to exist.

    Also show which measures of a regime have a rule, which have none, and why transfers cannot show those. The exit
    status is 1 when a measure names a rule that does not exist.
    """
    from tidewaiter.commands.law_reports import coverage_report
    from tidewaiter.rulebook.authoring.coverage import missing_rules, regimes
    from tidewaiter.rulebook.country_knowledge import packaged_ties
    from tidewaiter.rulebook.loader import builtin_rule_sets

    rule_sets, day = builtin_rule_sets(), on.date() if on else datetime.now(UTC).date()
    report = coverage_report(packaged_ties(), rule_sets, day)
    form = chosen(format_, output, as_json=as_json)
    write_report(report, form, output)
    if form is ReportFormat.JSON:
        for note in (note for section in report.sections for note in section.notes):
            notes.print(note, highlight=False, markup=False)
    if any(missing_rules(regime, rule_sets) for regime in regimes()):
        raise typer.Exit(ExitCode.FAILED)
