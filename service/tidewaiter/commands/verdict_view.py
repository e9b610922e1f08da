"""Verdicts as tables for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.commands.options import notes
from tidewaiter.screening.suppression import PREFIX as DISPOSITION
from tidewaiter_schemas.rulebook import RuleBookManifest
from tidewaiter_schemas.verdict import Citation, Decision, Effect, Finding, Verdict

if TYPE_CHECKING:
    from tidewaiter.commands.screen_lines import Line

COLOURS = {Decision.BLOCK: "bold red", Decision.REVIEW: "bold yellow", Decision.CLEAR: "bold green"}
_EFFECTS = {Effect.BLOCK: "red", Effect.REVIEW: "yellow", Effect.INFO: "dim"}


class VerdictPrinter:
    """Prints verdicts as tables while they come, and in the end how many there are of each decision."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._decisions: Counter[Decision] = Counter()

    def show(self, line: Line) -> None:
        """Print the verdict of a line, or why it has none."""
        if line.verdict is None:
            self._console.print(f"line {line.number}: {line.error}\n", style="red", markup=False)
            return
        self._decisions[line.verdict.decision] += 1
        self._console.print(verdict_table(line.verdict), "")

    def show_counts(self) -> None:
        """Print the number of each decision on standard error."""
        counts = ", ".join(f"{self._decisions[decision]:,} {decision}" for decision in Decision)
        total = self._decisions.total()
        notes.print(f"{total:,} transfer{'s' * (total != 1)}: {counts}")


def verdict_table(verdict: Verdict) -> Table:
    """Return one verdict as a table: decision, transfer, and each finding with its sentence and its citations."""
    table = Table(show_header=False, box=None, padding=(0, 1), expand=True)
    table.add_column(width=9, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    decision = Text(verdict.decision.value.upper(), style=COLOURS[verdict.decision])
    head = Text(verdict.transfer_id, style="bold")
    if verdict.conditional:
        head.append("  if true: the facts are reported, not confirmed", style="italic")
    head.append(f"  verdict {verdict.id}", style="dim")
    table.add_row(decision, head)
    if not verdict.findings:
        table.add_row("", Text("no rule and no listed party was met", style="dim"))
    for finding in verdict.findings:
        table.add_row(Text(finding.effect.value, style=_EFFECTS[finding.effect]), _finding(finding))
    return table


def verdict_row(verdict: Verdict) -> Table:
    """Return one verdict on two lines: the decision, the transfer, its rules, and the sentence of the first finding."""
    table = Table(show_header=False, box=None, padding=(0, 1), expand=True)
    table.add_column(width=9, no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    head = Text(verdict.transfer_id, style="bold")
    if verdict.conditional:
        head.append("  if true", style="italic")
    head.append(f"  {', '.join(dict.fromkeys(finding.rule for finding in verdict.findings))}", style="dim")
    table.add_row(Text(verdict.decision.value.upper(), style=COLOURS[verdict.decision]), head)
    table.add_row("", Text(verdict.findings[0].reason if verdict.findings else "no rule and no listed party was met"))
    return table


def _finding(finding: Finding) -> Text:
    text = Text(finding.rule, style="bold", overflow="fold")
    text.append(f"  certainty {finding.certainty:.2f}", style="dim")
    text.append(f"\n{finding.reason}")
    if finding.authorisation:
        use = finding.authorisation
        text.append(f"\nAuthorisation {use.authority} {use.reference}: {use.reason}")
    if finding.suppressed_by:
        text.append(f"\nDoes not count: {_why_suppressed(finding.suppressed_by)}.", style="green")
    for voided in finding.suppression_voided:
        text.append(f"\n{voided.reason}", style="yellow")
    for citation in (finding.citation, *finding.further_citations):
        text.append(f"\n{_citation(citation)}", style="cyan")
    return text


def _why_suppressed(by: str) -> str:
    if by.startswith(DISPOSITION):
        return f"a false positive by {by}"
    return f"permitted by {by}"


def _citation(citation: Citation) -> str:
    note = {"V": "", "H": " (paragraph number not yet read in the text)", "C": " (still to be checked)"}
    return f"{citation.instrument}, {citation.provision}{note[citation.confidence]}  {citation.url}"


def rule_book_lines(manifest: RuleBookManifest) -> Iterable[str]:
    """Yield one line per rule set and list of a rule book. A sample list is marked as one."""
    yield f"rule book {manifest.version}  sha256 {manifest.sha256[:16]}…"
    for rule_set in manifest.rule_sets:
        yield f"  law   {rule_set.id} of {rule_set.version}: {rule_set.rules} rules"
    for listed in manifest.lists:
        dated = f" of {listed.published}" if listed.published else ""
        note = "  SAMPLE DATA, not an official list: load real ones with --list" if listed.sample else ""
        since = f", retrieved {listed.retrieved:%Y-%m-%d %H:%M} UTC" if listed.retrieved else ""
        yield f"  list  {listed.id}{dated}: {listed.entries} entries{since}{note}"


def print_rule_book(console: Console, manifest: RuleBookManifest) -> None:
    """Print the rule sets and lists of a rule book."""
    for line in rule_book_lines(manifest):
        console.print(line, style="yellow" if "SAMPLE" in line else "dim", highlight=False)
