"""docs/quality.md says what was measured, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from bench.quality import FIGURES, document

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"


def test_the_page_is_what_the_figures_say() -> None:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == document(figures), "run python -m bench.quality > docs/quality.md"
    for name, row in figures["party_detection"]["recall"]["by_class"].items():
        assert f"| {name} | {row['tried']:,} | {row['recall']:.3f} |" in document(figures)


def test_each_row_of_aliases_says_what_is_out_of_reach() -> None:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    page = document(figures)
    for type_ in ("person", "organisation"):
        row = figures["party_aliases"]["strong"][type_]
        shares = row["recall"], row["out_of_reach"], row["recall_within_reach"]
        assert f"| {type_} | {row['tried']:,} | {' | '.join(f'{share:.3f}' for share in shares)} |" in page
