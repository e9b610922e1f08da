"""`tidewaiter replay`, `rescreen` and `compare`: screen past transfers again, by the same rule book or another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from tidewaiter.commands.options import Json, complain, notes, progress_shown, source
from tidewaiter.commands.output import json_line, wants_json, write_json, write_line
from tidewaiter.commands.past_transfers import HELP, PastTransfers, past_transfers
from tidewaiter.errors import RuleError, SettingsError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.settings import Settings, load

if TYPE_CHECKING:
    from tidewaiter.rescreening.run import Totals
    from tidewaiter.rulebook.sources import Sources
    from tidewaiter.screening.screener import Screener
    from tidewaiter_schemas.disposition import Disposition
    from tidewaiter_schemas.verdict import DispositionUse

Transfers = Annotated[str, typer.Option("--transfers", metavar="SOURCE", help=HELP)]
Books = Annotated[
    list[Path] | None,
    typer.Option(
        "--rule-books",
        metavar="PATH",
        help="A rule book, or a folder of them (*.rulebook). Default: those on the topic. Repeatable.",
    ),
]
_NAMED = "A file from `rulebook build`, the sha-256 of a published rule book or a prefix of it, or `live`."


def replay(
    verdicts: Annotated[str, typer.Argument(metavar="VERDICTS", help="Verdicts as JSON lines; - for standard input.")],
    transfers: Transfers,
    rule_books: Books = None,
    dispositions: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="The dispositions that verdicts name: a file of JSON lines, or `topic`."),
    ] = None,
) -> None:
    """Compute verdicts again with the rule books that they name, and list each one that is not byte-identical.

    Print one JSON object per difference with its cause: another engine, or a missing rule book or transfer. After an
    upgrade, this reports what the new engine decides differently. The exit status is 4 when there is a difference, and
    1 after an error.
    """
    from tidewaiter.rescreening.replaying import Outcome, Replay

    settings = load()
    with source(verdicts) as lines, progress_shown() as progress, past_transfers(settings, transfers) as past:
        found = Replay(_finder(settings, rule_books or ()), _dispositions_by_content(settings, dispositions))
        progress.before_output()
        for number, line in enumerate(lines, 1):
            if line.strip() and (difference := found.add(f"line {number}", line.strip())) is not None:
                write_json(_as_json(difference))
        progress("the transfers")
        for difference in found.run(past()):
            write_json(_as_json(difference))
    _say_unreadable(past)
    for outcome, count in sorted(found.outcomes.items()):
        notes.print(f"{count:>9,} {outcome.value}", markup=False)
    if found.outcomes.total() > found.outcomes[Outcome.SAME]:
        raise typer.Exit(ExitCode.DIFFERENT)


def rescreen(
    transfers: Transfers,
    old: Annotated[
        list[str],
        typer.Option(
            "--from",
            metavar="BOOK",
            help=f"The old rule book. {_NAMED} Repeatable: "
            "the last one is compared with the new one; those before it were in force earlier.",
        ),
    ],
    new: Annotated[str, typer.Option("--to", metavar="BOOK", help=f"The new rule book. {_NAMED}")] = "live",
    full: Annotated[bool, typer.Option("--full", help="Screen all, not only what the change can affect.")] = False,
    dispositions: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Dispositions that suppress findings under both rule books: a file of JSON lines, or `topic`.",
        ),
    ] = None,
) -> None:
    """Screen past transfers by a new rule book: one JSON verdict for each with another decision or other findings.

    The verdict has `supersedes` and, in `rescreening`, each finding that is new, changed or gone, with its cause. The
    summary is on standard error. The exit status is 3 when the engine failed on a transfer.
    """
    from tidewaiter.commands.judgements import judged_of
    from tidewaiter.rescreening.rescreener import Earlier, Rescreener, Unjudged
    from tidewaiter.rescreening.run import Totals
    from tidewaiter.rescreening.run import rescreen as run
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.screening.dispositions import NONE
    from tidewaiter.wire.cloudevents import canonical

    settings, totals = load(), Totals()
    with progress_shown() as progress, past_transfers(settings, transfers, progress=progress) as past:
        progress("the rule books")
        *earlier, before = [_sources(settings, name) for name in old]
        history = [Earlier(each.manifest().sha256) for each in earlier]
        state = NONE if dispositions is None else judged_of(settings, dispositions, datetime.now(UTC))[1]
        indexes = IndexStore(settings.indexes, complain)
        rescreener = Rescreener(before, _sources(settings, new), history, indexes, state)
        if not rescreener.changes:
            notes.print("the rule books have no differences that affect decisions")
        progress.before_output()
        for done in run(rescreener, past, totals, full=full):
            if isinstance(done, Unjudged):
                write_json({"error": f"engine_error: {done.fault}", "transfer_id": done.transfer.id})
            elif done.verdict is not None:
                write_line(canonical(done.verdict))
            progress(f"{totals.read:,} read, {totals.judged:,} judged again, {totals.changed:,} changed")
    _say_unreadable(past)
    _say_totals(totals)
    if totals.unjudged:
        raise typer.Exit(ExitCode.PARTLY_FAILED)
    if past.unreadable:
        raise typer.Exit(ExitCode.UNREADABLE)


def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"The rule book in force. {_NAMED}")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The rule book to evaluate, named like OLD.")],
    transfers: Transfers,
    dispositions: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Decisions of analysts, for precision and recall: a file of JSON lines, or `topic`.",
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.html or FILE.json. Repeatable."),
    ] = None,
    as_json: Json = None,
) -> None:
    """Screen past transfers by two rule books and report what the second changes: decisions, rules, lists, causes.

    The table of decisions counts changes in opposite directions separately. The HTML page needs no network.
    """
    from tidewaiter.commands.comparison_view import page, summary
    from tidewaiter.commands.judgements import dispositions_of
    from tidewaiter.rescreening.comparison import Comparison, judgements_of
    from tidewaiter.rescreening.rescreener import Rescreener
    from tidewaiter.rescreening.run import Totals
    from tidewaiter.rescreening.run import rescreen as run
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.runtime.atomic_write import write_whole

    writers = [(path, _writer_of(path)) for path in output or ()]
    settings, totals = load(), Totals()
    judged = judgements_of(dispositions_of(settings, dispositions)) if dispositions else {}
    with progress_shown() as progress, past_transfers(settings, transfers, progress=progress) as past:
        progress("the rule books")
        sources = _sources(settings, old), _sources(settings, new)
        rescreener = Rescreener(*sources, indexes=IndexStore(settings.indexes, complain))
        comparison = Comparison(rescreener.old.book.manifest, rescreener.new.book.manifest, judged)
        for done in run(rescreener, past, totals, full=True):
            comparison.add(done)
            progress(f"{totals.read:,} transfers, {totals.changed:,} changed")
    _say_unreadable(past)
    report = comparison.as_json() | {"unreadable": past.unreadable}
    for path, written in writers:
        try:
            write_whole(path, (page(report) if written == "html" else json_line(report).decode() + "\n").encode())
        except OSError as error:
            raise SettingsError(f"--output {path}: cannot be written: {error.strerror}") from error
    if wants_json(as_json):
        write_json(report)
    else:
        console = Console(highlight=False)
        for part in summary(report):
            console.print(part)


def _writer_of(path: Path) -> str:
    kind = path.suffix.removeprefix(".")
    if kind not in ("html", "json"):
        raise SettingsError(f"--output {path}: the suffix must be .html or .json")
    return kind


def _dispositions_by_content(settings: Settings, name: str | None) -> Callable[[DispositionUse], Disposition | None]:
    """Return a function that finds a disposition by its id and the hash of its content."""
    from tidewaiter.commands.judgements import dispositions_of

    if name is None:
        return lambda _: None
    known = {(each.id, each.content_sha256): each for each in dispositions_of(settings, name)}
    return lambda use: known.get((use.id, use.sha256))


def _say_totals(totals: Totals) -> None:
    notes.print(f"{totals.read:,} transfers read, {totals.judged:,} judged again, {totals.changed:,} verdicts changed")
    for (was, now), count in sorted(totals.decisions.items()):
        if was != now:
            notes.print(f"{count:>9,} {was} -> {now}", markup=False)
    if totals.unjudged:
        notes.print(f"the engine failed on {totals.unjudged:,}: their verdicts stay as they are", style="red")


def _say_unreadable(past: PastTransfers) -> None:
    for example in past.examples:
        notes.print(f"left out: {example}", markup=False, style="yellow")
    if past.unreadable:
        notes.print(f"{past.unreadable:,} records are not transfers and were left out", style="yellow")


def _sources(settings: Settings, name: str) -> Sources:
    from tidewaiter.commands.publishing import sources_of

    return asyncio.run(sources_of(settings, name))


def _as_json(difference: Any) -> dict[str, str]:
    return {
        "outcome": difference.outcome.value,
        "verdict": difference.where,
        "transfer_id": difference.transfer_id,
        "detail": difference.detail,
    }


def _finder(settings: Settings, places: list[Path] | tuple[Path, ...]) -> Callable[[str], Screener]:
    """Return a function that finds rule books by hash: in the files and folders given, or on the topic."""
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.rulebook.package import load_head, load_package
    from tidewaiter.screening.screener import Screener

    files = {load_head(path).manifest.sha256: path for path in _files(places)}
    indexes = IndexStore(settings.indexes, complain)

    def find(sha256: str) -> Screener:
        if (path := files.get(sha256)) is not None:
            return Screener(load_package(path, indexes).compile(indexes))
        if places:
            raise RuleError(f"rule book {sha256[:16]} is in none of the files given with --rule-books")
        return Screener(_sources(settings, sha256).compile(indexes))

    return find


def _files(places: list[Path] | tuple[Path, ...]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.glob("*.rulebook"))
        elif place.exists():
            yield place
        else:
            raise SettingsError(f"--rule-books {place}: does not exist")
