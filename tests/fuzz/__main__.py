"""`python -m tests.fuzz [--inputs N] [--seed N] [--only WORD]`: the long form, with a table of what became of each.

Ends with 1 when an input crashed something, hung it, or was read as what it is not; the input is printed and kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path

from hypothesis.errors import HypothesisWarning

from tests.fuzz.driver import Tally, feed
from tests.fuzz.everything import TARGETS
from tests.fuzz.targets import Target

_ROUND = 500
"""Inputs that hypothesis draws at once: it remembers them all."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="in all, shared out among what is fed")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other inputs")
    parser.add_argument("--only", default="", help="feed only what has this word in its name or group")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", HypothesisWarning)  # of inputs that are long to show
    targets = [target for target in TARGETS if chosen.only.lower() in f"{target.group} {target.name}".lower()]
    if not targets:
        parser.error(f"nothing is called {chosen.only!r}")
    each = -(-chosen.inputs // len(targets))
    print(f"{each * len(targets):,} inputs, {each:,} for each of {len(targets)}; seed {chosen.seed}", flush=True)
    print(f"{'what':40} {'inputs':>8} {'refused':>8} {'reported':>8} {'read':>8} {'longest':>9}  faults")
    total, faults = Tally(), 0
    for target in targets:
        tally = Tally()
        found = _fuzzed(target, each, chosen.seed, tally)
        faults += len(found)
        print(f"{tally.row(target.name)}  {len(found)}", flush=True)
        for fault in found:
            print(f"    {fault}", flush=True)
        total.add(tally)
    print(f"{total.row('all')}  {faults}; {time.process_time():.0f} s of processor time")
    return 1 if faults else 0


def _fuzzed(target: Target, inputs: int, seed: int, tally: Tally) -> list[str]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, start in enumerate(range(0, inputs, _ROUND)):
            fault = feed(target, min(_ROUND, inputs - start), seed * 1_000_003 + number, Path(folder), tally)
            if fault:
                found.append(fault)
                if len(found) == 3:
                    break
    return found


if __name__ == "__main__":
    sys.exit(main())
