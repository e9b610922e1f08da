"""Writes the dashboards, and the addresses of the runbooks into the alerts: `python deploy/grafana/write.py`.

Needs the package grafana-foundation-sdk. The JSON is committed, so that nobody needs the package to run Grafana. A test
compares its queries with the metrics.
"""

from __future__ import annotations

import re
from pathlib import Path

import delivery
import overview
import past
import people
import rules_and_lists
from boards import RUNBOOKS, written

FOLDER = Path(__file__).parent / "dashboards"
ALERTS = FOLDER.parents[1] / "prometheus" / "rules" / "tidewaiter.yml"
BOARDS = (overview.BOARD, rules_and_lists.BOARD, delivery.BOARD, past.BOARD, people.BOARD)


def files() -> dict[Path, str]:
    """Return what each dashboard's file, and the file of the alerts, must hold."""
    alerts = ALERTS.read_text(encoding="utf-8")
    linked = re.sub(r"(?m)^( +runbook_url: )\S*?([a-z-]+)(?:\.md|/)$", rf"\g<1>{RUNBOOKS}\2/", alerts)
    return {FOLDER / f"{board.name}.json": written(board) for board in BOARDS} | {ALERTS: linked}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8", newline="\n")
