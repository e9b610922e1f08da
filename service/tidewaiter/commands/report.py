"""Reports of titled tables and notes, written as text, as one HTML page or as JSON lines."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tidewaiter.commands.output import json_line, wants_json, write_line
from tidewaiter.errors import TidewaiterError

TEXT_WIDTH = 160
"""Width in characters of a report that is written to a file as text."""


class ReportFormat(StrEnum):
    """The format of a report."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


FormatOption = Annotated[
    ReportFormat | None,
    typer.Option("--format", help="Default: by the suffix of --output, or text at a terminal and JSON elsewhere."),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file: .txt, .html or .json.")
]
_BY_SUFFIX = {
    ".html": ReportFormat.HTML,
    ".htm": ReportFormat.HTML,
    ".json": ReportFormat.JSON,
    ".jsonl": ReportFormat.JSON,
}


@dataclass(frozen=True, slots=True)
class Section:
    """A table with a title and notes below it. Without columns it has only notes."""

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report: sections for people, and the same content in `records` for programs."""

    title: str
    sections: Sequence[Section]
    records: Sequence[Any] = field(default=())


def chosen(format_: ReportFormat | None, output: Path | None, *, as_json: bool | None) -> ReportFormat:
    """Return the format to use. `as_json` is the value of `--json/--table`, None if neither was given."""
    if format_ is not None:
        return format_
    if as_json is not None:
        return ReportFormat.JSON if as_json else ReportFormat.TEXT
    if output is not None:
        return _BY_SUFFIX.get(output.suffix.lower(), ReportFormat.TEXT)
    return ReportFormat.JSON if wants_json(None) else ReportFormat.TEXT


def write_report(report: Report, format_: ReportFormat, output: Path | None) -> None:
    """Write the report to `output` or to standard output. Raises TidewaiterError when the file cannot be written."""
    if output is None:
        if format_ is ReportFormat.TEXT:
            _print(report, Console(highlight=False, markup=False))
            return
        for line in _lines(report, format_):
            write_line(line)
        return
    try:
        output.write_bytes(b"".join(line + b"\n" for line in _lines(report, format_)))
    except OSError as error:
        raise TidewaiterError(f"{output}: cannot be written: {error.strerror}; choose another --output") from None


def _lines(report: Report, format_: ReportFormat) -> Iterator[bytes]:
    if format_ is ReportFormat.JSON:
        yield from (json_line(record) for record in report.records)
    elif format_ is ReportFormat.HTML:
        yield as_html(report).encode()
    else:
        console = Console(file=io.StringIO(), width=TEXT_WIDTH, highlight=False, markup=False, record=True)
        _print(report, console)
        yield console.export_text(styles=False).rstrip("\n").encode()


def _print(report: Report, console: Console) -> None:
    console.print(report.title)
    for section in report.sections:
        if section.columns:
            table = Table(*section.columns, title=section.title, title_justify="left", expand=False)
            for row in section.rows:
                table.add_row(*row)
            console.print(table)
        else:
            console.print(f"\n{section.title}")
        for note in section.notes:
            console.print(note)


def as_html(report: Report) -> str:
    """Return the report as one self-contained page: no script, no font, no address except those that it cites."""
    body = "".join(_section(section) for section in report.sections)
    title = html.escape(report.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n<style>{_STYLE}</style>'
        f"</head><body>\n<h1>{title}</h1>\n{body}</body></html>"
    )


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:90rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;white-space:pre-line}"
    "th{background:#eee}@media print{body{margin:0}tr{break-inside:avoid}}"
)


def _section(section: Section) -> str:
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in section.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{_linked(cell)}</td>' for cell in row)}</tr>\n" for row in section.rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n" if section.columns else ""
    notes = "".join(f"<p>{_linked(note)}</p>\n" for note in section.notes)
    return f"<section><h2>{html.escape(section.title)}</h2>\n{table}{notes}</section>\n"


def _linked(text: str) -> str:
    """Return `text` escaped for HTML, with addresses as links."""
    words = html.escape(text).split(" ")
    return " ".join(f'<a href="{word}">{word}</a>' if word.startswith("https://") else word for word in words)
