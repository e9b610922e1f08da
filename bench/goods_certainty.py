"""Measures which share of the recognised goods is right at each stated certainty. `--svg FILE` writes a plot.

Only held-out rows count: the labelled descriptions, and the rows of `bench/goods_rows`, public ones and those of trade.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from bench.goods_detection import Labelled, read_labels, read_rows
from tidewaiter.goods.classifier import Classifier
from tidewaiter.rulebook.loader import load_lexicon, packaged_wording

BANDS = ((0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.85), (0.85, 0.93), (0.93, 0.96))
_SIDE, _EDGE = 320, 40


class Band(NamedTuple):
    """The hits of a band of certainty: how many, their mean certainty, and the share that is right."""

    hits: int
    stated: float
    right: float


def main() -> dict[str, Any]:
    """Print the table, write the plot where one is asked for, and return the numbers."""
    kept = [item for item in (*read_labels(), *read_rows()) if item.heldout]
    lexicon = load_lexicon()
    of_words, of_both = (
        reliability(Classifier(lexicon, wording=wording), kept) for wording in (None, packaged_wording())
    )
    table = Table("stated", title=f"{len(kept):,} held-out items: the share of hits that is right")
    for name in ("words: hits", "stated", "right", "with the model: hits", "stated", "right"):
        table.add_column(name, justify="right")
    for (low, high), words, both in zip(BANDS, of_words, of_both, strict=True):
        table.add_row(f"{low:.2f} to {high:.2f}", *_cells(words), *_cells(both))
    Console(width=120).print(table)
    if "--svg" in sys.argv:
        Path(sys.argv[sys.argv.index("--svg") + 1]).write_text(_plot(of_words, of_both), encoding="utf-8")
    return {
        name: [None if band is None else band._asdict() for band in bands]
        for name, bands in (("words", of_words), ("both", of_both))
    }


def reliability(classifier: Classifier, items: Iterable[Labelled]) -> list[Band | None]:
    """Return each of `BANDS` over the categories that were found in `items`; None where there is none."""
    found = [
        (hit.certainty, hit.category in item.categories)
        for item in items
        for hit in classifier.recognise(item.query).categories
    ]
    bands: list[Band | None] = []
    for low, high in BANDS:
        within = [(stated, right) for stated, right in found if low <= stated < high]
        count = len(within)
        mean, right = (sum(pair[place] for pair in within) / max(1, count) for place in (0, 1))
        bands.append(Band(count, round(mean, 3), round(right, 3)) if within else None)
    return bands


def _cells(band: Band | None) -> tuple[str, str, str]:
    return ("0", "-", "-") if band is None else (str(band.hits), f"{band.stated:.2f}", f"{band.right:.2f}")


def _plot(words: Sequence[Band | None], both: Sequence[Band | None]) -> str:
    """Return an SVG with the share that is right over the stated certainty; on the diagonal both are the same."""

    def at(stated: float, right: float) -> str:
        return f"{_EDGE + stated * _SIDE:.1f},{_EDGE + (1 - right) * _SIDE:.1f}"

    def line(bands: Sequence[Band | None], colour: str) -> str:
        points = [at(band.stated, band.right) for band in bands if band is not None]
        dots = "".join(
            f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in (point.split(",") for point in points)
        )
        return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    whole, end = 2 * _EDGE + _SIDE, _EDGE + _SIDE
    marks = "".join(
        f'<text x="{_EDGE + share * _SIDE:.0f}" y="{end + 16}" text-anchor="middle">{share:.1f}</text>'
        f'<text x="{_EDGE - 6}" y="{_EDGE + (1 - share) * _SIDE + 4:.0f}" text-anchor="end">{share:.1f}</text>'
        for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-family="sans-serif"'
        ' font-size="11">'
        f'<rect width="{whole}" height="{whole}" fill="white"/>'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>'
        f'<line x1="{_EDGE}" y1="{end}" x2="{end}" y2="{_EDGE}" stroke="#999" stroke-dasharray="4"/>'
        f"{marks}{line(words, '#c2703d')}{line(both, '#2f6f9f')}"
        f'<text x="{_EDGE + 8}" y="{_EDGE + 18}" fill="#c2703d">words alone</text>'
        f'<text x="{_EDGE + 8}" y="{_EDGE + 34}" fill="#2f6f9f">words and wording</text>'
        f'<text x="{whole / 2:.0f}" y="{whole - 6}" text-anchor="middle">stated certainty</text>'
        f'<text x="{_EDGE}" y="{_EDGE - 10}">share that is right</text></svg>\n'
    )


if __name__ == "__main__":
    main()
