"""The report of `compare` for people: a summary for the terminal and one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from rich.table import Table
from rich.text import Text

_WIDTH, _HEIGHT, _MARGIN = 720, 220, 40
_SHOWN: Final = 30
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --was: #6b7a90; --now: #c2571a; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
td.worse { font-weight: bold; }
svg text { font-size: 12px; fill: currentColor; }
.was { stroke: var(--was); fill: none; stroke-width: 2; stroke-dasharray: 6 4; }
.now { stroke: var(--now); fill: none; stroke-width: 2; }
code { overflow-wrap: anywhere; }
@media (max-width: 40rem) { body { font-size: 14px; } table { display: block; overflow-x: auto; } }
"""


def summary(report: Mapping[str, Any]) -> Iterator[Table | Text]:
    """Yield the summary that the terminal shows."""
    yield Text(f"{report['transfers']:,} transfers, rule book {_book(report['old'])} against {_book(report['new'])}")
    table = Table("before \\ now", *report["decisions"], box=None, pad_edge=False)
    for was, row in report["decisions"].items():
        table.add_row(
            was, *(Text(f"{count:,}", style="bold" if now != was and count else "") for now, count in row.items())
        )
    yield table
    for cause in report["causes"][:10]:
        yield Text(f"{cause['findings']:>7,} findings  {_cause(cause)}", overflow="fold")
    if len(report["causes"]) > 10:
        yield Text(f"        and {len(report['causes']) - 10:,} more causes: see the report", style="dim")
    if report["judged"]:
        for when, of in report["judged"].items():
            yield Text(
                f"{when}: precision {_share(of['precision'])}, recall {_share(of['recall'])} of the recorded judgements"
            )
    if report["unjudged"]:
        yield Text(f"the engine failed on {len(report['unjudged']):,} transfers", style="red")


def page(report: Mapping[str, Any]) -> str:
    """Return the report as one HTML page without scripts and without network resources."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Rule books {_book(report['old'])} and {_book(report['new'])}</title>",
            f"<style>{_STYLE}</style></head><body>",
            *_body(report),
            "</body></html>\n",
        )
    )


def _body(report: Mapping[str, Any]) -> Iterator[str]:
    yield "<h1>What the new rule book changes</h1>"
    yield _table(
        ("", "before", "now"),
        [
            ("rule book", report["old"]["version"], report["new"]["version"]),
            ("sha-256", report["old"]["sha256"], report["new"]["sha256"]),
            *(
                (f"list {name}", _listed(report["old"], name), _listed(report["new"], name))
                for name in sorted({one["id"] for book in ("old", "new") for one in report[book]["lists"]})
            ),
        ],
    )
    yield f"<h2>Decisions on {report['transfers']:,} past transfers</h2>"
    yield "<p>Rows: the decision before. Columns: the decision now. Opposite changes are counted separately.</p>"
    yield _decisions(report["decisions"])
    yield "<h2>Transfers a day that do not clear</h2>"
    yield _chart(report["days"])
    yield "<h2>Causes</h2>"
    yield _table(
        ("findings", "cause", "name"),
        [(f"{cause['findings']:,}", _cause(cause), cause["name"]) for cause in report["causes"][:_SHOWN]],
    )
    if len(report["causes"]) > _SHOWN:
        yield f"<p>And {len(report['causes']) - _SHOWN:,} more, all of them in the JSON report.</p>"
    yield "<h2>Findings by rule set and list</h2>"
    outcomes = ("new_finding", "changed_finding", "finding_gone")
    yield _table(
        ("rule set or list", "new", "changed", "gone"),
        [(name, *(f"{counts.get(each, 0):,}" for each in outcomes)) for name, counts in report["findings"].items()],
    )
    yield "<h2>Examples</h2>"
    yield from _examples(report["examples"])
    yield "<h2>Judgements of analysts</h2>"
    yield _judged(report["judged"])
    yield "<h2>Transfers on which the engine failed</h2>"
    yield _list(report["unjudged"]) if report["unjudged"] else "<p>Nothing.</p>"


def _decisions(decisions: Mapping[str, Mapping[str, int]]) -> str:
    head = "".join(f"<th scope=col>{escape(now)}</th>" for now in decisions)
    rows = "".join(
        f"<tr><th scope=row>{escape(was)}</th>"
        + "".join(
            f'<td class="n{" worse" if now != was and count else ""}">{count:,}</td>' for now, count in row.items()
        )
        + "</tr>"
        for was, row in decisions.items()
    )
    return f"<table><tr><th>before \\ now</th>{head}</tr>{rows}</table>"


def _chart(days: Sequence[Mapping[str, Any]]) -> str:
    if not days:
        return "<p>No transfer was judged.</p>"
    most = max(1, *(max(day["before"], day["now"]) for day in days))
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(days) - 1)

    def points(which: str) -> str:
        return " ".join(
            f"{_MARGIN + at * step:.1f},{_HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * day[which] / most:.1f}"
            for at, day in enumerate(days)
        )

    bottom = _HEIGHT - _MARGIN
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" width="100%" aria-label="Transfers a day that do not clear, '
        f'from {escape(days[0]["day"])} to {escape(days[-1]["day"])}, at most {most:,}; before dashed, now solid">'
        f'<line x1="{_MARGIN}" y1="{bottom}" x2="{_WIDTH - _MARGIN}" y2="{bottom}" stroke="currentColor"/>'
        f'<text x="{_MARGIN}" y="{_MARGIN - 8}">{most:,}</text>'
        f'<text x="{_MARGIN}" y="{bottom + 18}">{escape(days[0]["day"])}</text>'
        f'<text x="{_WIDTH - _MARGIN}" y="{bottom + 18}" text-anchor="end">{escape(days[-1]["day"])}</text>'
        f'<polyline class="was" points="{points("before")}"/><polyline class="now" points="{points("now")}"/>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_MARGIN - 8}" text-anchor="end">before: dashed; now: solid</text></svg>'
    )


def _examples(examples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not examples:
        yield "<p>No verdict changed.</p>"
    for group in examples:
        yield f"<h3>{escape(group['from'])} to {escape(group['to'])}</h3>"
        for transfer in group["transfers"]:
            yield f"<p><code>{escape(transfer['transfer_id'])}</code></p>"
            yield _table(
                ("finding", "before", "now", "cause"),
                [
                    (change["rule"], change["before"] or "", change["now"] or "", "; ".join(change["causes"]))
                    for change in transfer["changes"]
                ],
            )


def _judged(judged: Mapping[str, Any] | None) -> str:
    if judged is None:
        return "<p>No dispositions were given.</p>"
    return _table(
        ("", "true", "false", "missed", "precision", "recall"),
        [
            (when, of["true"], of["false"], of["missed"], _share(of["precision"]), _share(of["recall"]))
            for when, of in judged.items()
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return "<p>None.</p>"
    top = "".join(f"<th scope=col>{escape(each)}</th>" for each in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _list(lines: Sequence[str]) -> str:
    more = f"<li>and {len(lines) - _SHOWN:,} more</li>" if len(lines) > _SHOWN else ""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines[:_SHOWN]) + more + "</ul>"


def _listed(book: Mapping[str, Any], name: str) -> str:
    found = [one for one in book["lists"] if one["id"] == name]
    return ", ".join(f"{one['entries']:,} entries, {one['published'] or 'undated'}" for one in found) or "not there"


def _book(manifest: Mapping[str, Any]) -> str:
    return escape(str(manifest["version"]))


def _cause(cause: Mapping[str, Any]) -> str:
    return f"{cause['change']}: {cause['id'] or str(cause['kind']).replace('_', ' ')}"


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
