"""Draws inputs with hypothesis, feeds them, and counts what became of them."""

from __future__ import annotations

import gc
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.damage import Damaged, damaged
from tests.fuzz.guard import Hung, Slowest, within
from tests.fuzz.targets import Answer, Target


@dataclass(slots=True)
class Tally:
    """How many inputs were refused, read and reported; and the longest that one took."""

    answers: Counter[Answer] = field(default_factory=Counter)
    slowest: Slowest = field(default_factory=Slowest)

    @property
    def inputs(self) -> int:
        return sum(self.answers.values())

    def add(self, other: Tally) -> None:
        """Count the other's too."""
        self.answers.update(other.answers)
        self.slowest.seconds = max(self.slowest.seconds, other.slowest.seconds)

    def row(self, name: str) -> str:
        counts = (self.inputs, *(self.answers[answer] for answer in Answer))
        return f"{name:40} {' '.join(f'{count:8,}' for count in counts)} {self.slowest.seconds:7.2f} s"


class Fault(Exception):  # noqa: N818 - it is the product's fault, not the harness's
    """An input that was not answered as it should be."""


def feed(target: Target, inputs: int, draw: int, folder: Path, tally: Tally) -> str:
    """Feed so many inputs, drawn by the seed `draw`; what went wrong first, shrunk, or "" when nothing did."""

    for whole in target.seeds:  # what is loaded once is no part of an input's time
        target.feed(Damaged(whole, "whole", False), _emptied(folder))

    @seed(draw)
    @settings(
        max_examples=inputs, database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(damaged(target.seeds, target.hostile) if target.inputs is None else target.inputs)
    def one(given_: Damaged) -> None:
        answer_to(target, given_, folder, tally)

    gc.collect()
    gc.freeze()  # a collection would walk all that the tests before have left, in an input's time
    try:
        one()
    except Fault as fault:
        return f"{target.name}, seed {draw}: {fault}"
    finally:
        gc.unfreeze()
    return ""


def answer_to(target: Target, given_: Damaged, folder: Path, tally: Tally) -> None:
    """Feed one input, within its processor time and in an empty folder. Fault when it is not answered rightly."""
    home = _emptied(folder)
    try:
        with tally.slowest.timed(), within():
            answer = target.feed(given_, home)
    except (Exception, Hung) as error:
        raise Fault(f"{type(error).__name__}: {str(error)[:300]} ({given_!r})") from error
    tally.answers[answer] += 1


def _emptied(folder: Path) -> Path:
    home = folder / "input"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    return home
