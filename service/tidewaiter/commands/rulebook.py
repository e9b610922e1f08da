"""`tidewaiter rulebook`: build, publish, show, compare, roll back and keep rule books."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from tidewaiter.commands.options import (
    Json,
    JsonAlone,
    complain,
    notes,
    progress_shown,
    screens_against,
    warn_of_lists,
)
from tidewaiter.commands.output import say, wants_json, write_json
from tidewaiter.errors import RuleError
from tidewaiter.runtime.atomic_write import write_whole
from tidewaiter.settings import Settings, load

if TYPE_CHECKING:
    from tidewaiter.rulebook.authoring.book_diff import BookComparison, Differences
    from tidewaiter_schemas.rulebook import RuleBookManifest

app = typer.Typer(name="rulebook", help="Build, publish and compare rule books.", no_args_is_help=True)

_SHOWN = 20
File = Annotated[Path, typer.Argument(metavar="FILE", help="A rule book from `rulebook build`.")]
Named = typer.Argument(help="A file, the sha-256 of a published rule book or a prefix of it, or `live`.")


@app.command("build")
@screens_against(compiled=False)
def build(
    settings: Settings,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write, VERSION.rulebook by default."),
    ] = None,
    as_json: Json = None,
) -> None:
    """Compile rule sets, lists, goods words and policy into one file. The build is reproducible byte for byte.

    Nothing is written unless the examples of every rule hold.
    """
    from tidewaiter.release.assembly import read_sources
    from tidewaiter.release.rule_examples import check_examples
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.rulebook.package import pack, read_head

    with progress_shown() as progress:
        indexes = IndexStore(settings.indexes, complain)
        sources = read_sources(settings, progress, indexes)
        progress("the index, and the examples of the rules")
        book = sources.compile(indexes)
        failures, _ = check_examples(book)
        for failure in failures:
            notes.print(failure, markup=False, style="red")
        if failures:
            raise RuleError(f"{len(failures)} examples failed; nothing is written")
        progress("the file")
        content = pack(sources)
        indexes.remember(read_head(BytesIO(content), "it").sha256, book.parties.lists, sources.rarity)
    warn_of_lists(book, settings.lists_dir)
    path = output or Path(f"{book.manifest.version}.rulebook")
    try:
        write_whole(path, content)
    except OSError as error:
        raise RuleError(f"{path}: cannot be written: {error.strerror}") from error
    _say(book.manifest, {"file": str(path), **_file(content)}, as_json)


@app.command("publish")
def publish(
    file: File,
    uri: Annotated[
        str | None,
        typer.Option(metavar="URI", help="Where workers fetch the file, if it is too large for a record."),
    ] = None,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Allow lists and rule sets to be smaller than before or missing.")
    ] = False,
    require_compare: Annotated[
        Path | None,
        typer.Option(
            "--require-compare",
            metavar="REPORT",
            help="Require this JSON report of `compare`, from the rule book in force to this one.",
        ),
    ] = None,
    moment: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            metavar="TIME",
            formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S%z"],
            help="In force from this time on, such as 2026-12-01T00:00Z. Workers load it at once.",
        ),
    ] = None,
    as_json: Json = None,
) -> None:
    """Put a compiled rule book in force. Running workers switch to it between two batches."""
    from tidewaiter.commands.publishing import publish as put

    with progress_shown() as progress:
        progress("what a worker will check, too")
        record = asyncio.run(put(load(), file, uri, allow_shrink, _with_zone(moment), require_compare))
    if record is None:
        notes.print("it is in force already; nothing was published")
        return
    sent = "in the record" if record.file.uri is None else f"by {record.file.uri}"
    since = _with_zone(moment) or record.published_at
    facts = {"in_force_since": since.isoformat(), "bytes": record.file.size, "sent": sent}
    _say(record.manifest, facts, as_json)


@app.command("show")
def show(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A compiled rule book. Default: the one in force.")
    ] = None,
    as_json: Json = None,
) -> None:
    """Show the content of a compiled rule book, or the one in force and those that `rollback` can restore."""
    from tidewaiter.commands.publishing import in_force
    from tidewaiter.rulebook.package import load_head

    if file is not None:
        head = load_head(file)
        _say(head.manifest, {"file": str(file), "bytes": head.size}, as_json)
        return
    found = asyncio.run(in_force(load()))
    if found.ignored is not None:
        notes.print(f"a later record was not accepted: {found.ignored}", markup=False, style="red")
    facts: dict[str, Any] = {
        "in_force_since": found.current.since.isoformat(),
        "scheduled": found.current.scheduled,
        "replaces": found.current.replaces,
        "rolled_back": found.current.rolled_back,
        "signed_by": found.signer,
        "bytes": found.book.file.size,
        "uri": found.book.file.uri,
        "published": list(found.published),
    }
    _say(found.book.manifest, facts, as_json)


@app.command("diff")
def diff(old: Annotated[str, Named], new: Annotated[str, Named], as_json: Json = None) -> None:
    """Show the differences between two rule books: law in words, list entries and goods words by name."""
    from tidewaiter.commands.publishing import sources_of
    from tidewaiter.rulebook.authoring.book_diff import compare

    async def both() -> tuple[Any, Any]:
        return await sources_of(settings, old), await sources_of(settings, new)

    settings = load()
    found = compare(*asyncio.run(both()))
    if wants_json(as_json):
        write_json(_as_json(found))
    else:
        console = Console(highlight=False)
        for text in _as_text(found):
            console.print(text)


@app.command("rollback")
def rollback(
    sha256: Annotated[
        str | None, typer.Argument(metavar="[SHA]", help="Its sha-256 or a prefix. Default: the previous one.")
    ] = None,
    as_json: Json = None,
) -> None:
    """Put an earlier published rule book in force again."""
    from tidewaiter.commands.publishing import roll_back

    now = asyncio.run(roll_back(load(), sha256))
    if wants_json(as_json):
        write_json(now)
    else:
        print(f"rule book {now.sha256} is in force again; it replaces {now.replaces}")


@app.command("pin")
def pin(
    name: Annotated[str, Named],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder for SHA256.rulebook.")],
    as_json: JsonAlone = False,
) -> None:
    """Save a published rule book as a file, so that `replay` finds it when the topic no longer has it."""
    from tidewaiter.commands.publishing import file_of

    sha256, content = asyncio.run(file_of(load(), name))
    path = into / f"{sha256}.rulebook"
    try:
        into.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise RuleError(f"{path}: cannot be written: {error.strerror}") from error
    say(str(path), {"file": str(path), "sha256": sha256, "bytes": len(content)}, as_json)


@app.command("list")
def list_books(
    folder: Annotated[Path | None, typer.Option("--in", metavar="DIR", help="A folder, instead of the topic.")] = None,
    as_json: Json = None,
) -> None:
    """List the rule books on the topic, oldest first, or those in a folder: `replay` can find these."""
    from tidewaiter.commands.publishing import in_force
    from tidewaiter.rulebook.package import load_head

    rows: list[dict[str, Any]]
    if folder is None:
        found = asyncio.run(in_force(load()))
        rows = [{"sha256": sha256, "in_force": sha256 == found.current.sha256} for sha256 in found.published]
    else:
        heads = ((path, load_head(path).manifest) for path in sorted(folder.glob("*.rulebook")))
        rows = [{"sha256": head.sha256, "version": head.version, "file": str(path)} for path, head in heads]
    for row in rows:
        if wants_json(as_json):
            write_json(row)
        else:
            mark = "  in force" if row.get("in_force") else ""
            print(f"{row['sha256']}  {row.get('version', '')}{row.get('file', '')}{mark}".rstrip())
    if not rows:
        notes.print("no rule books")


def _with_zone(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC. Typer drops the zone of a time that ends in Z."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _file(content: bytes) -> dict[str, Any]:
    import hashlib

    return {"bytes": len(content), "file_sha256": hashlib.sha256(content).hexdigest()}


def _say(manifest: RuleBookManifest, facts: dict[str, Any], as_json: bool | None) -> None:
    if wants_json(as_json):
        write_json({**facts, "manifest": manifest.model_dump(mode="json")})
        return
    from tidewaiter.commands.verdict_view import print_rule_book

    console = Console(highlight=False)
    print_rule_book(console, manifest)
    for name, value in facts.items():
        for each in value if isinstance(value, list) else (value,):
            if each is not None:
                console.print(Text(f"  {name.replace('_', ' ')}  {each}", style="dim"), soft_wrap=True)


def _as_json(found: BookComparison) -> dict[str, Any]:
    def names(of: Differences) -> dict[str, list[str]]:
        return {"added": list(of.added), "removed": list(of.removed), "changed": list(of.changed)}

    return {
        "law": [
            {
                "bearing": change.bearing.value,
                "rule_set": change.rule_set,
                "rule": change.rule,
                "field": change.field,
                "sentence": change.sentence,
            }
            for change in found.law
        ],
        "lists": [
            {
                "id": each.id,
                "there": {"before": each.there[0], "after": each.there[1]},
                "published": {"before": each.published[0], "after": each.published[1]},
                "entries": names(each.entries),
            }
            for each in found.lists
        ],
        "words": names(found.words),
        "policy": list(found.policy),
        "ties": found.ties,
        "rarity": found.rarity,
        "wording": found.wording,
    }


def _as_text(found: BookComparison) -> Iterator[Text]:
    if not found:
        yield Text("no difference", style="dim")
    for change in found.law:
        line = Text(f"{change.bearing.value}  ", style="bold")
        line.append(str(change), style="")
        yield line
    for each in found.lists:
        before, after = (f" of {day}" if day else "" for day in each.published)
        if not all(each.there):
            yield Text(f"list {each.id}{after or before} is {'added' if each.there[1] else 'removed'}", style="bold")
        else:
            yield Text(f"list {each.id}: was{before or ' undated'}, is{after or ' undated'}", style="bold")
        yield from _names(each.entries)
    if found.words:
        yield Text("goods words", style="bold")
        yield from _names(found.words)
    for name in found.policy:
        yield Text(f"policy: {name} differs", style="bold")
    if found.ties:
        yield Text("knowledge of countries differs", style="bold")
    if found.rarity:
        yield Text("the rarity of words in names differs", style="bold")
    if found.wording:
        yield Text("the model of wording of goods differs", style="bold")


def _names(of: Differences) -> Iterator[Text]:
    for what, names in (("added", of.added), ("removed", of.removed), ("changed", of.changed)):
        for name in names[:_SHOWN]:
            yield Text(f"  {what}  {name}")
        if len(names) > _SHOWN:
            yield Text(f"  {what}  and {len(names) - _SHOWN:,} more (--json names all)", style="dim")
