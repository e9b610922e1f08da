"""The samples of the demo get the verdicts that it expects of them."""

from __future__ import annotations

from tests import packaged
from tidewaiter.commands.demo import unexpected
from tidewaiter.commands.screen_lines import screen_lines
from tidewaiter.rulebook.loader import BUILTIN

SAMPLES = BUILTIN.parents[1] / "samples" / "transfers.jsonl"


def test_every_sample_gets_the_verdict_that_the_demo_expects() -> None:
    lines = SAMPLES.read_bytes().splitlines()
    verdicts = [line.verdict for line in screen_lines(lines, packaged.screener(), 1_000_000)]
    assert len(verdicts) == 12
    assert unexpected([verdict for verdict in verdicts if verdict is not None]) == []
