"""Writes the dashboards: `python deploy/grafana/write.py`. Needs the package grafana-foundation-sdk.

The JSON is committed, so that nobody needs the package to run Grafana. A test holds its queries against the metrics.
"""

from __future__ import annotations

from pathlib import Path

import delivery
import overview
import past
import people
import rules_and_lists
from boards import written

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (overview.BOARD, rules_and_lists.BOARD, delivery.BOARD, past.BOARD, people.BOARD)


def files() -> dict[Path, str]:
    """What each dashboard's file must hold."""
    return {FOLDER / f"{board.name}.json": written(board) for board in BOARDS}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8", newline="\n")
