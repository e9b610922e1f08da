"""The output of `tidewaiter lists`: tables and progress bars for people, JSON lines for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from tidewaiter.commands.options import notes
from tidewaiter.lists.registry import PUBLISHERS

if TYPE_CHECKING:
    from tidewaiter.lists.changes import EntryChange
    from tidewaiter.lists.store import ListStore
    from tidewaiter.lists.sync import SyncOutcome, SyncProgress


LONGEST_SHOWN: Final = 160
"""Longest value in a table, in characters. JSON is not shortened."""


@contextmanager
def bars_shown() -> Iterator[SyncProgress]:
    """Show a progress bar for each list at a terminal, nothing elsewhere."""
    if not notes.is_terminal:
        yield lambda *_: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.fields[list]:<14}"), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, DownloadColumn(), console=notes, transient=True, redirect_stdout=False) as bars:
        tasks: dict[str, Any] = {}

        def show(publisher: str, message: str, done: int, total: int | None) -> None:
            if publisher not in tasks:
                tasks[publisher] = bars.add_task(message, list=publisher, total=None)
            bars.update(tasks[publisher], description=message, completed=done, total=total)

        yield show


def outcome_told(outcome: SyncOutcome) -> dict[str, Any]:
    """Return the entry of one list in the sync report."""
    from tidewaiter.lists.store import instant

    return {
        "list": outcome.publisher,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "current": outcome.current.model_dump(mode="json") if outcome.current else None,
        "checked": instant(outcome.checked) if outcome.checked else None,
        "changes": dataclasses.asdict(outcome.changes) if outcome.changes else None,
        "unread": [{"line": row.line, "reason": row.reason} for row in outcome.unread],
    }


def stored_lists(store: ListStore) -> Iterator[dict[str, Any]]:
    """Yield each list that is in the store or that a sync tried to fetch."""
    from tidewaiter.lists.store import instant

    there = store.publishers()
    tried = [publisher for publisher in PUBLISHERS if store.attempt(publisher)]
    for publisher in dict.fromkeys([*there, *tried]):
        record, attempt = store.record(publisher), store.attempt(publisher)
        current = record.current if record else None
        yield {
            "list": publisher,
            "published": current.published if current else None,
            "retrieved": instant(current.retrieved) if current else None,
            "checked": instant(record.checked) if record else None,
            "age_seconds": int((datetime.now(UTC) - record.checked).total_seconds()) if record else None,
            "counts": current.counts.model_dump() if current else None,
            "sha256": current.sha256 if current else None,
            "url": record.url if record else None,
            "editions": [edition.folder for edition in record.editions] if record else [],
            "last_sync": attempt.status if attempt else None,
            "reason": attempt.reason if attempt else "",
            "failing_since": instant(attempt.failing_since) if attempt and attempt.failing_since else None,
        }


_STYLES = {"new": "green", "updated": "green", "unchanged": "", "failed": "bold red", "left_out": "yellow"}


def print_outcomes(outcomes: Iterable[SyncOutcome]) -> None:
    """Print the sync report."""
    out = Console(highlight=False)
    table = _table("list", "", "published", "entries", "names", "identifiers", "unread", "added", "removed", "changed")
    reasons, unread = [], []
    for outcome in outcomes:
        status = outcome.status.value.replace("_", " ")
        counts, changes = outcome.current and outcome.current.counts, outcome.changes
        table.add_row(
            outcome.publisher,
            Text(status, style=_STYLES[outcome.status.value]),
            (outcome.current.published if outcome.current else None) or "",
            *(_numbers(counts, "entries", "names", "identifiers", "unread")),
            *(_numbers(changes, "added", "removed", "changed")),
        )  # fmt: skip
        if outcome.reason:
            reasons.append((outcome.publisher, outcome.reason, outcome.current is not None))
        if outcome.unread:
            unread.append(f"{outcome.publisher}: {len(outcome.unread)} rows or facts could not be read, see "
                          f"`tidewaiter lists show {outcome.publisher}`")  # fmt: skip
    out.print(table)
    for publisher, reason, kept in reasons:
        stays = " The last good list stays." if kept else ""
        out.print(f"{publisher}: {reason}{'' if reason.endswith('.') else '.'}{stays}", markup=False)
    for line in unread:
        out.print(line, markup=False, style="dim")


def _numbers(counted: object, *names: str) -> tuple[str, ...]:
    return tuple(f"{getattr(counted, name):,}" if counted else "" for name in names)


def print_stored(rows: Iterable[dict[str, Any]]) -> None:
    """Print the lists in the store."""
    out = Console(highlight=False)
    table = _table("list", "published", "checked", "entries", "names", "identifiers", "unread", "editions", "last sync")
    reasons = []
    for row in rows:
        counts = row["counts"] or {}
        age = row["age_seconds"]
        table.add_row(
            row["list"],
            row["published"] or "",
            "never" if age is None else f"{_words(age)} ago",
            *(f"{counts[n]:,}" if n in counts else "" for n in ("entries", "names", "identifiers", "unread")),
            str(len(row["editions"])),
            Text(row["last_sync"] or "", style=_STYLES.get(row["last_sync"] or "", "")),
        )
        if row["reason"]:
            since = f" (since {row['failing_since']})" if row["failing_since"] else ""
            reasons.append(f"{row['list']}{since}: {row['reason']}")
    out.print(table)
    for reason in reasons:
        out.print(reason, markup=False)


def print_report(about: dict[str, Any]) -> None:
    """Print one list in full: its counts, and every row and fact that could not be read."""
    out = Console(highlight=False)
    for name, value in about.items():
        if name != "unread" and value is not None:
            out.print(f"{name:<14}{value:,}" if isinstance(value, int) else f"{name:<14}{value}", markup=False)
    out.print(f"{'unread':<14}{len(about['unread'])}")
    for row in about["unread"]:
        out.print(f"  line {row['line']}: {row['reason']}", markup=False)


_SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


def print_changes(changes: Sequence[EntryChange], about: str) -> None:
    """Print each party that differs, and a line with the counts."""
    from tidewaiter.lists.changes import tally

    out = Console(highlight=False)
    table = _table("", "entry", "party", "what changed")
    for change in changes:
        sign, style = _SIGNS[change.kind.value]
        what = Text()
        for field in change.fields:
            what.append(f"{field.field}: ", style="dim")
            values = [f"+ {value}" for value in field.gained] + [f"- {value}" for value in field.lost]
            what.append("; ".join(shorten(value, LONGEST_SHOWN, placeholder=" …") for value in values))
            what.append("\n")
        party = Text(change.name)
        party.append(f"\n{change.type} {', '.join(change.programmes)}", style="dim")
        table.add_row(Text(sign, style=style), Text(change.id), party, what)
    if changes:
        out.print(table)
    done = tally(changes)
    out.print(f"{about}: {done.added:,} added, {done.removed:,} removed, {done.changed:,} changed")


_COUNTED = frozenset({"entries", "names", "identifiers", "unread", "added", "removed", "changed", "editions"})


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in _COUNTED else "left", overflow="fold")
    return table


def _words(seconds: int) -> str:
    for size, word in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
