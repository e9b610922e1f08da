"""The README shows a transfer and its verdict as the product prints it today. `python -m tests.unit.test_readme` writes it."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from tests import packaged
from tidewaiter.commands.verdict_view import verdict_table
from tidewaiter_schemas.transfer import TransferEvent

README = Path(__file__).parents[2] / "README.md"
WIDTH = 112
LINES = 16
"""Shown of the verdict."""

_TRANSFER = re.compile(r"```json\n(.+?)\n```", re.DOTALL)
_VERDICT = re.compile(r"(?<=```text\n)(.+?)(?=\n```)", re.DOTALL)
_ID = re.compile(r"verdict\s+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def printed() -> str:
    """The beginning of the verdict on the README's transfer. Its id changes with every rule book, so it is left out."""
    (written,) = _TRANSFER.findall(README.read_text(encoding="utf-8"))
    (verdict,) = packaged.screener("UN").screen([TransferEvent.model_validate_json(written)])
    page = io.StringIO()
    Console(file=page, width=WIDTH, highlight=False).print(verdict_table(verdict))
    lines = [line.rstrip() for line in _ID.sub("", page.getvalue()).splitlines()]
    return "\n".join([*filter(None, lines[:LINES]), "            …"])


def test_the_readme_shows_the_verdict_as_it_is_printed_today() -> None:
    (shown,) = _VERDICT.findall(README.read_text(encoding="utf-8"))
    assert shown == printed()


if __name__ == "__main__":
    README.write_text(_VERDICT.sub(lambda _: printed(), README.read_text(encoding="utf-8")), encoding="utf-8")
