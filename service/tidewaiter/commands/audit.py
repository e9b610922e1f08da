"""`tidewaiter audit`: check that no verdict or dead letter is missing or altered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidewaiter.commands.options import Json, notes, progress_shown
from tidewaiter.commands.output import wants_json, write_json
from tidewaiter.errors import SettingsError, TidewaiterError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.settings import load

if TYPE_CHECKING:
    from tidewaiter.audit.report import AuditReport, SeenChain
    from tidewaiter.stream.audit import AuditPeriod
    from tidewaiter.wire.signing import TrustedKeys

app = typer.Typer(
    name="audit", help="Check that no verdict or dead letter is missing or altered.", no_args_is_help=True
)

From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="Only records from this time on (UTC).")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only records before this time (UTC).")]
Keys = Annotated[
    Path | None, typer.Option("--keys", metavar="FILE", help="Public keys (PEM); one of them must sign each record.")
]


@app.command("verify")
def verify(
    exports: Annotated[
        list[Path] | None, typer.Argument(metavar="[EXPORT]...", help="Folders of exports. Default: the topics.")
    ] = None,
    since: From = None,
    until: To = None,
    keys: Keys = None,
    seen: Annotated[
        Path | None,
        typer.Option("--seen", metavar="REPORT", help="Output of an earlier verify: all it saw must still exist."),
    ] = None,
    as_json: Json = None,
) -> None:
    """Verify the hash chains of verdicts and dead letters: report what was removed, changed, moved or inserted.

    Exit status 0: the chains are intact; 1: something is broken; 2: the records could not be read.
    """
    from tidewaiter.audit.export import verify_exports
    from tidewaiter.commands.topic_audit import verify_topics

    with _status_2(), progress_shown() as progress:
        period, trusted, earlier = _period(since, until), _keys(keys), () if seen is None else _seen(seen)
        if exports and (since or until or seen):
            raise SettingsError("--from, --to and --seen are only for topics: an export already covers a fixed period")
        if exports:
            report = verify_exports(exports, trusted)
        else:
            report = asyncio.run(
                verify_topics(load(), period, trusted, earlier, lambda count: progress(f"{count:,} records"))
            )
    _say(report, as_json)
    raise typer.Exit(report.status)


@app.command("export")
def export(
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder to create.")],
    since: From = None,
    until: To = None,
    keys: Keys = None,
    with_transfers: Annotated[
        bool, typer.Option("--with-transfers", help="Include the transfers, for `replay` and `rescreen`.")
    ] = False,
    as_json: Json = None,
) -> None:
    """Export verdicts, dead letters and the rule books they name to files that `verify` can check.

    The files are Parquet, with a manifest that is signed if TIDEWAITER_SIGNING_KEY_FILE is set. They contain personal
    data. Exit status 1: a chain is broken (the export is still written); 2: nothing could be written.
    """
    from tidewaiter.commands.topic_audit import export_topics

    with _status_2(), progress_shown() as progress:
        report, sha256 = asyncio.run(
            export_topics(
                load(),
                _period(since, until),
                into,
                _keys(keys),
                lambda count: progress(f"{count:,} records"),
                with_transfers=with_transfers,
            )
        )
    _say(report, as_json)
    notes.print(f"{into / 'manifest.json'}: sha-256 {sha256}; store this hash separately from the export", markup=False)
    raise typer.Exit(ExitCode.FAILED if report.findings else ExitCode.STOPPED)


@contextmanager
def _status_2() -> Iterator[None]:
    """Exit with status 2 on an expected error: status 1 means that the audit found something."""
    try:
        yield
    except TidewaiterError as error:
        notes.print(f"tidewaiter: {error}", markup=False, style="red")
        raise typer.Exit(ExitCode.UNREADABLE) from None


def _keys(path: Path | None) -> TrustedKeys | None:
    from tidewaiter.wire.signing import TrustedKeys

    return None if path is None else TrustedKeys.read(path)


def _say(report: AuditReport, as_json: bool | None) -> None:
    lines = list(report.lines())
    if wants_json(as_json):
        write_json(report.as_json())
        notes.print(lines[-1], markup=False)
        return
    for line in lines:
        print(line)


def _period(since: str | None, until: str | None) -> AuditPeriod:
    from tidewaiter.stream.audit import AuditPeriod

    return AuditPeriod(_time("--from", since), _time("--to", until))


def _time(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text}: not a time; write 2026-11-01 or 2026-11-01T06:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _seen(path: Path) -> tuple[SeenChain, ...]:
    from tidewaiter.audit.report import seen_in

    try:
        report = json.loads(path.read_bytes())
        return seen_in(report.get("report", report))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path}: is neither the output of an earlier verify nor the manifest of an export"
        ) from error
