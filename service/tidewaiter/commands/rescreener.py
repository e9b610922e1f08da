"""`tidewaiter rescreener` and `rescreenings`: the process that rescreens past transfers, and what it has done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from tidewaiter.commands.options import Json, notes
from tidewaiter.commands.output import wants_json, write_json
from tidewaiter.settings import Settings, load

if TYPE_CHECKING:
    from tidewaiter_schemas.rescreening import RescreeningRun

_COUNTS = ("read", "judged", "changed", "failed", "unreadable", "older", "deleted")


def rescreener() -> None:
    """Rescreen past transfers whenever a rule book is put in force, until SIGTERM or Ctrl-C.

    Past transfers are those of the transfer topic that the workers of TIDEWAITER_GROUP have committed, of the last
    TIDEWAITER_RESCREEN_DAYS. Verdicts that change are issued anew on the verdict topic. Start as many rescreeners as
    there are partitions, at most: they share the partitions.
    """
    from tidewaiter.stream.rescreener import run_rescreener

    raise typer.Exit(run_rescreener(load()))


def rescreenings(as_json: Json = None) -> None:
    """List the rescreenings so far: old and new rule book, when, how far, and how many transfers changed."""
    runs = list(_summaries(asyncio.run(_runs(load()))))
    if wants_json(as_json):
        for run in runs:
            write_json(run)
        return
    table = Table("in force since", "old", "new", "ended", *_COUNTS, box=None, pad_edge=False)
    for run in runs:
        ended = f"{run['ended']} of {run['partitions']}"
        counts = (f"{run[name]:,}" for name in _COUNTS)
        table.add_row(run["since"], run["old"][:16], run["new"][:16], ended, *counts)
    if runs:
        Console().print(table)
    notes.print(f"{len(runs)} rescreenings")


async def _runs(settings: Settings) -> list[RescreeningRun]:
    from tidewaiter.stream.journal import Journal
    from tidewaiter.stream.topics import Topics, check_topics

    names = Topics.of(settings)
    present = await check_topics(settings, rescreener=True)
    async with Journal.opened(settings, present[names.rescreenings]) as journal:
        return list(journal.runs.values())


def _summaries(runs: Iterable[RescreeningRun]) -> Iterator[dict[str, Any]]:
    """Yield one object per rescreening with the counts of its partitions, in the order of time."""
    from tidewaiter_schemas.rescreening import RunState

    grouped: dict[Any, list[RescreeningRun]] = {}
    for run in sorted(runs, key=lambda run: (run.since, run.partition)):
        grouped.setdefault((run.since, run.old, run.new), []).append(run)
    for (since, old, new), parts in grouped.items():
        decisions: dict[str, int] = {}
        for part in parts:
            for name, count in part.decisions.items():
                decisions[name] = decisions.get(name, 0) + count
        yield {
            "since": since.isoformat(),
            "old": old,
            "new": new,
            "partitions": len(parts),
            "ended": sum(part.state is RunState.ENDED for part in parts),
            "unavailable": sum(part.state is RunState.UNAVAILABLE for part in parts),
            "looked_back_to": min(part.looked_back_to for part in parts).isoformat(),
            "last_record": max(part.at for part in parts).isoformat(),
            "by": sorted({part.by for part in parts}),
            **{name: sum(getattr(part, name) for part in parts) for name in _COUNTS},
            "decisions": dict(sorted(decisions.items())),
        }
