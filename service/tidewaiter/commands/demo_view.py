"""What the demonstration shows: a table that fills while the verdicts arrive, and then one page with what to try."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tidewaiter.commands.demo_serve import DemoServe
from tidewaiter.commands.verdict_view import COLOURS, verdict_row
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Verdict

STORY: Final = {
    "A car for Kim Jong Un is forbidden: he is on no UN list, but the law is about goods for his country.": (
        ("aurus-2024", Decision.BLOCK),
    ),
    "The same car is clear for Seoul, and so was one of the time before that law.": (
        ("aurus-seoul", Decision.CLEAR),
        ("aurus-2006", Decision.CLEAR),
    ),
}
"""What the samples show, each sentence with the verdicts that it rests on."""
_RECEIVERS: Final = ("transferee", "consignee", "end_user", "vessel")


class Board:
    """The transfers in the order in which they were published, each with its verdict once that arrives.

    At a terminal the table is drawn again and again; elsewhere each step and each verdict is printed once.
    """

    def __init__(self, console: Console, transfers: Sequence[TransferEvent]) -> None:
        self._console, self._transfers = console, transfers
        self._verdicts: dict[str, Verdict] = {}
        self._spinner: Spinner | None = None

    def step(self, text: str) -> None:
        """Say what is being done now; an empty text: nothing any more."""
        self._spinner = Spinner("dots", Text(text, style="dim"), style="dim") if text else None
        if text and not self._console.is_terminal:
            self._console.print(f"{text} …", style="dim")

    def show(self, verdict: Verdict) -> None:
        """Show a verdict that has arrived."""
        self._verdicts[verdict.transfer_id] = verdict
        if not self._console.is_terminal:
            self._console.print(verdict_row(verdict))

    def __rich__(self) -> RenderableType:
        """Return the table, and below it what is being done."""
        table = Table(box=None, expand=True, header_style="dim")
        table.add_column("", width=6, no_wrap=True)
        table.add_column("transfer", min_width=19, no_wrap=True, overflow="ellipsis")
        table.add_column("what, to whom", ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column("law or list", ratio=1, no_wrap=True, overflow="ellipsis")
        for transfer in self._transfers:
            verdict = self._verdicts.get(transfer.id)
            if verdict is None:
                table.add_row(Text("·", "dim"), Text(transfer.id, "dim"), Text(_what(transfer), "dim"))
            else:
                decision = Text(verdict.decision.value.upper(), COLOURS[verdict.decision])
                table.add_row(decision, transfer.id, _what(transfer), _law(verdict))
        return Group(table, self._spinner) if self._spinner else table


@contextmanager
def shown(console: Console, transfers: Sequence[TransferEvent]) -> Iterator[Board]:
    """Show a board until the block ends; at a terminal it stays there as it was last."""
    board = Board(console, transfers)
    if not console.is_terminal:
        yield board
        return
    with Live(board, console=console, refresh_per_second=5, vertical_overflow="visible", redirect_stdout=False):
        try:
            yield board
        finally:
            board.step("")


def print_what_next(console: Console, verdicts: Sequence[Verdict], broker: str, api: DemoServe, metrics: str) -> None:
    """Print what was found, where to look, and three commands to try."""
    counts = Counter(verdict.decision for verdict in verdicts)
    decided = {verdict.transfer_id: verdict.decision for verdict in verdicts}
    console.print(Rule(style="dim"))
    console.print(
        Text.assemble(
            (f"{len(verdicts)} transfers: ", "bold"),
            (f"{counts[Decision.BLOCK]} blocked", COLOURS[Decision.BLOCK]), ", ",
            (f"{counts[Decision.REVIEW]} for review", COLOURS[Decision.REVIEW]), ", ",
            (f"{counts[Decision.CLEAR]} clear", COLOURS[Decision.CLEAR]), ".",
        )
    )  # fmt: skip
    for sentence, rests_on in STORY.items():
        if all(decided.get(transfer) is decision for transfer, decision in rests_on):
            console.print(sentence)
    lists = ", ".join(f"{each.entries} parties" for each in verdicts[0].rulebook.lists if each.sample)
    console.print(
        f"The list of parties is a sample ({lists}), not an official one, and old dates are let through here.\n"
        "Worker, API and console keep running, and what they decide is shown below. Ctrl-C stops them all.",
        style="dim",
    )
    look = [("the console", api.why or f"{api.address}/"), ("", f"log in with the token {api.token}")]
    _print_rows(console, "Look at", [*look[: 1 if api.why else 2], ("the metrics", metrics)], "bold")
    _print_rows(console, "Try in another terminal", _commands(broker, api), "cyan")


def _commands(broker: str, api: DemoServe) -> Iterator[tuple[str, str]]:
    tidewaiter = relative(Path(sys.executable).with_name("tidewaiter"))
    samples = relative(Path(__file__).parents[1] / "samples" / "transfers.jsonl")
    yield "one verdict, whole", f"head -1 {samples} | {tidewaiter} screen -"
    yield "screen them again", f"TIDEWAITER_BROKER={broker} {tidewaiter} publish {samples}"
    if not api.why:
        to = f"-H 'Content-Type: application/json' --data-binary @- {api.address}/v1/screen"
        yield "ask before you ship", f"head -1 {samples} | curl -s -H 'Authorization: Bearer {api.token}' {to}"


def _print_rows(
    console: Console, title: str, rows: Sequence[tuple[str, str]] | Iterator[tuple[str, str]], style: str
) -> None:
    console.print(f"\n{title}:")
    for name, text in rows:
        # Do not wrap: people copy these.
        console.print(f"  {name:<20}{text}", style=style, soft_wrap=True)


def relative(path: Path) -> Path:
    """Return `path` as it is called from the current folder, where it lies in it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _what(transfer: TransferEvent) -> str:
    goods = ", ".join(item.description for item in transfer.items if item.description)
    receiver = next((party for role in _RECEIVERS for party in transfer.parties if party.role == role), None)
    return f"{goods} → {receiver.name}" if receiver is not None else goods


def _law(verdict: Verdict) -> Text:
    if not verdict.findings:
        return Text("nothing was found", "dim")
    citation = verdict.findings[0].citation
    return Text(f"{citation.instrument}, {citation.provision}")
