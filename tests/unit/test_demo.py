"""What the demonstration shows on one screen."""

from __future__ import annotations

import io
from functools import cache

import pytest
from rich.console import Console

from tests import packaged
from tidewaiter.commands.demo import SAMPLES
from tidewaiter.commands.demo_serve import DemoServe
from tidewaiter.commands.demo_view import STORY, Board, print_what_next
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

API = DemoServe("http://127.0.0.1:40743", "tw_j9RT4fYTbWR7rL09t-tuWDy_9MmUf0-ko-BjahjgFrI")
TRANSFERS = [
    TransferEvent.model_validate_json(line) for line in (SAMPLES / "transfers.jsonl").read_bytes().splitlines()
]


@cache
def verdicts() -> tuple[Verdict, ...]:
    return tuple(packaged.screener().screen(TRANSFERS))


def page(width: int, *, terminal: bool = True, api: DemoServe = API) -> str:
    printed = io.StringIO()
    console = Console(file=printed, width=width, force_terminal=terminal, color_system=None, highlight=False)
    board = Board(console, TRANSFERS)
    for verdict in verdicts():
        board.show(verdict)
    if terminal:
        console.print(board)
    print_what_next(console, verdicts(), "127.0.0.1:9092", api, "http://127.0.0.1:8080/metrics")
    return printed.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_everything_fits_on_one_screen(width: int) -> None:
    lines = page(width).splitlines()
    taken = sum(max(1, -(-len(line) // width)) for line in lines)
    assert taken <= 40
    assert sum(line.split()[0] in {"BLOCK", "REVIEW", "CLEAR"} for line in lines if line.strip()) == len(TRANSFERS)
    assert "12 transfers: 5 blocked, 2 for review, 5 clear." in lines


def test_the_story_is_what_the_samples_show() -> None:
    told = page(200)
    for sentence in STORY:
        assert sentence in told


def test_commands_are_on_one_line_each_so_that_they_can_be_copied() -> None:
    commands = page(80).partition("Try in another terminal:\n")[2].splitlines()
    assert len(commands) == 3
    assert all("transfers.jsonl" in command for command in commands)


def test_what_is_to_come_is_shown_and_a_step_goes_when_it_is_done() -> None:
    printed = io.StringIO()
    console = Console(file=printed, width=100, force_terminal=True, color_system=None)
    board = Board(console, TRANSFERS)
    board.step("starting")
    board.show(verdicts()[0])
    console.print(board)
    assert printed.getvalue().count("·") == len(TRANSFERS) - 1
    assert "starting" in printed.getvalue()
    board.step("")
    console.print(board)
    assert printed.getvalue().count("starting") == 1


def test_where_there_is_no_terminal_each_verdict_is_printed_once() -> None:
    told = page(100, terminal=False, api=DemoServe(why="needs pip install 'tidewaiter[serve]'"))
    assert [told.count(f" {transfer.id} ") for transfer in TRANSFERS] == [1] * len(TRANSFERS)
    assert "the console         needs pip install" in told
    assert "token" not in told
