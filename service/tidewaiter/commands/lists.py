"""`tidewaiter lists`: fetch the official lists, show what is stored and what changed."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidewaiter.commands.lists_view import (
    bars_shown,
    outcome_told,
    print_changes,
    print_outcomes,
    print_report,
    print_stored,
    stored_lists,
)
from tidewaiter.commands.options import Json, JsonAlone, ListsFrom, progress_shown
from tidewaiter.commands.output import say, wants_json, write_json
from tidewaiter.errors import ListError, SettingsError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.lists.registry import PUBLISHERS, SOURCES, ListSource
from tidewaiter.settings import Settings, load

if TYPE_CHECKING:
    from tidewaiter.lists.store import ListStore

app = typer.Typer(name="lists", help="Fetch, show and compare party lists.", no_args_is_help=True)

_NAMED_ALONE = " and ".join(source.publisher for source in SOURCES.values() if not source.by_default)
Publishers = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PUBLISHER]…", help=f"{', '.join(SOURCES)}. Default: all but {_NAMED_ALONE}."),
]
Into = Annotated[Path | None, typer.Option("--into", metavar="DIR", help="The folder to fill: TIDEWAITER_LISTS_DIR.")]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="DIR", help="Read the lists from a copy of a synced folder instead of the network."),
]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", metavar="PUBLISHER", help="Accept this list although it shrank or is older. Repeatable."),
]


@app.command("sync")
def sync(
    publishers: Publishers = None,
    into: Into = None,
    from_: From = None,
    accept: Accept = None,
    as_json: Json = None,
) -> None:
    """Fetch the lists that changed at their publishers. A list that fails stays as it was.

    The report is a table at a terminal and one JSON object per list elsewhere. Exit status 0: every list is current;
    3: some failed; 4: all failed.
    """
    from tidewaiter.lists.store import ListStore
    from tidewaiter.lists.sync import USER_AGENT, Demands, SyncStatus, sync, sync_from

    settings = load()
    store = ListStore(_folder(into, settings))
    shown_as_json = wants_json(as_json)
    sources = _sources(settings)
    named = [*(publishers or ()), *(accept or ())]
    demands = Demands(settings.lists_shrink, frozenset(accept or ()))
    with bars_shown() as progress:
        if from_ is not None:
            chosen = dict.fromkeys(named or settings.lists_wanted or _in_folder(from_))
            outcomes = sync_from(store, from_, list(chosen), sources.values(), demands=demands, progress=progress)
        else:
            chosen = dict.fromkeys(named or settings.lists_wanted or _usual(sources))
            outcomes = sync(
                store,
                [sources[publisher] for publisher in chosen if _known(publisher, sources)],
                insisted=named or settings.lists_wanted,
                demands=demands,
                token=settings.lists_eu_token.get_secret_value() if settings.lists_eu_token else None,
                user_agent=settings.lists_user_agent or USER_AGENT,
                progress=progress,
            )
    if shown_as_json:
        for outcome in outcomes:
            write_json(outcome_told(outcome))
    else:
        print_outcomes(outcomes)
    counting = [outcome for outcome in outcomes if outcome.status is not SyncStatus.LEFT_OUT]
    failed = sum(outcome.status is SyncStatus.FAILED for outcome in counting)
    if failed or not counting:
        raise typer.Exit(ExitCode.ALL_FAILED if failed == len(counting) else ExitCode.PARTLY_FAILED)


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Your list: CSV with a header and one row per party.")],
    name: Annotated[str, typer.Option(help="The id of the list in verdicts, such as acme-blocked.")],
    jurisdiction: Annotated[str, typer.Option(help="Its jurisdiction in --jurisdictions, such as ACME.")],
    title: Annotated[str, typer.Option(help="What verdicts cite: “ACME policy 12, blocked parties”.")],
    url: Annotated[str, typer.Option(help="The https address of the policy or list.")],
    advisory: Annotated[bool, typer.Option("--advisory", help="Review at most, never block.")] = False,
    into: Into = None,
    as_json: JsonAlone = False,
) -> None:
    """Validate a list of your own and store it with the official ones. Adding it again replaces it.

    A match blocks if --jurisdictions names the list's jurisdiction, unless the list is advisory.
    """
    from pydantic import ValidationError

    from tidewaiter.lists.own import OwnList, keep

    try:
        whose = OwnList(name=name, jurisdiction=jurisdiction.upper(), title=title, url=url, advisory=advisory)
    except ValidationError as error:
        first = error.errors()[0]
        raise ListError(f"--{first['loc'][0]}: {first['msg']}") from None
    if name in PUBLISHERS:
        raise ListError(f"--name: {name} is the name of an official list; choose another")
    kept = keep(_folder(into, load()), file, whose)
    say(
        f"{kept}: kept; it speaks for {whose.jurisdiction}{', for review at most' if advisory else ''}",
        {"file": str(kept), "list": name, "jurisdiction": whose.jurisdiction, "advisory": advisory},
        as_json,
    )


Named = Annotated[
    list[str] | None, typer.Argument(metavar="[LIST]…", help="un, un@previous, un=FILE or FILE, to see it in full.")
]


@app.command("show")
def show(named: Named = None, lists_from: ListsFrom = None, as_json: Json = None) -> None:
    """Show the stored lists, their age and the result of their last sync. With LIST, show what could not be read.

    The exit status is 3 when the last sync of one of them failed.
    """
    from tidewaiter.lists.detection import list_named
    from tidewaiter.lists.import_report import counts_of

    settings = load({"lists_dir": lists_from} if lists_from else None)
    shown_as_json = wants_json(as_json)
    if not named:
        rows = list(stored_lists(_store_of(settings)))
        if shown_as_json:
            for row in rows:
                write_json(row)
        else:
            print_stored(rows)
        if any(row["failing_since"] for row in rows):
            raise typer.Exit(ExitCode.PARTLY_FAILED)
        return
    store = _store_of(settings) if settings.lists_dir else None
    for name in named:
        with progress_shown() as progress:
            progress(f"reading {name}")
            party_list = list_named(name, store)
        about: dict[str, Any] = {
            "list": party_list.id, "published": party_list.published, "retrieved": party_list.retrieved,
            "url": party_list.retrieved_from, "sha256": party_list.sha256,
            **counts_of(party_list).model_dump(),
            "unread": [{"line": row.line, "reason": row.reason} for row in party_list.unread],
        }  # fmt: skip
        if shown_as_json:
            write_json(about)
        else:
            print_report(about)


Old = Annotated[str, typer.Argument(metavar="OLD", help="A list: a file, PUBLISHER=PATH, un@previous, un@2026-08-01.")]
New = Annotated[str, typer.Argument(metavar="NEW", help="Like OLD. A party that only NEW has is added.")]
Whose = Annotated[
    str | None, typer.Option("--publisher", metavar="PUBLISHER", help="The publisher, if it cannot be detected.")
]


@app.command("diff")
def diff(old: Old, new: New, publisher: Whose = None, lists_from: ListsFrom = None, as_json: Json = None) -> None:
    """Show which parties were added, removed and changed between two lists, and what changed in each.

    The output is a table at a terminal and one JSON object per party elsewhere.
    """
    from tidewaiter.lists.changes import describe_changes
    from tidewaiter.lists.detection import list_named

    settings = load({"lists_dir": lists_from} if lists_from else None)
    store = _store_of(settings) if settings.lists_dir else None
    with progress_shown() as progress:
        progress(f"reading {old}")
        before = list_named(old, store, publisher)
        progress(f"reading {new}")
        after = list_named(new, store, publisher)
    if before.publisher != after.publisher:
        raise ListError(f"{old} is of {before.publisher} and {new} of {after.publisher}: compare two of one publisher")
    changes = describe_changes(before, after)
    if wants_json(as_json):
        for change in changes:
            write_json(dataclasses.asdict(change))
        return
    dates = f"{before.published or 'no date'} to {after.published or 'no date'}"
    print_changes(changes, f"{after.publisher}, {dates}, {len(before.entries):,} to {len(after.entries):,} entries")


# Arguments and settings of the commands


def _folder(into: Path | None, settings: Settings) -> Path:
    folder = into or settings.lists_dir
    if folder is None:
        raise SettingsError("lists: no folder to store them in. Give --into DIR, or set TIDEWAITER_LISTS_DIR.")
    return folder


def _store_of(settings: Settings) -> ListStore:
    from tidewaiter.lists.store import ListStore

    if settings.lists_dir is None:
        raise SettingsError("lists: which folder? Give --lists-from DIR, or set TIDEWAITER_LISTS_DIR.")
    return ListStore(settings.lists_dir)


def _sources(settings: Settings) -> dict[str, ListSource]:
    sources = dict(SOURCES)
    for publisher, url in settings.lists_urls:
        if _known(publisher, sources):
            sources[publisher] = sources[publisher].at(url)
    return sources


def _usual(sources: dict[str, ListSource]) -> list[str]:
    return [publisher for publisher, source in sources.items() if source.by_default]


def _known(publisher: str, sources: dict[str, ListSource]) -> bool:
    if publisher not in sources:
        raise ListError(f"{publisher}: has no address to fetch a list from. Name one of {', '.join(sources)}.")
    return True


def _in_folder(folder: Path) -> list[str]:
    there = [publisher for publisher in PUBLISHERS if (folder / publisher).is_dir()]
    if not there:
        raise ListError(
            f"{folder}: has no folder named after a publisher ({', '.join(PUBLISHERS)}). Give a copy of a synced "
            "folder, or create one folder per publisher with its file in it."
        )
    return there
