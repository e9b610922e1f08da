"""`python -m tests.system.chaos --rounds 20 --transfers 50000 --seed N`, or `make chaos ARGS="..."`."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence

from tests.system.chaos.faults import FAULTS
from tests.system.chaos.rounds import FAULTS_A_ROUND, Outcome, rounds


def main(arguments: Sequence[str] | None = None) -> int:
    """Play half of the rounds on one node, half on three. Return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.system.chaos", description="rounds of chaos over real workers"
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--transfers", type=int, default=50_000, help="of all rounds together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--faults", type=int, default=FAULTS_A_ROUND, help="of a round")
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=list(FAULTS), help="faults to draw from")
    parser.add_argument("--on", choices=["one-node", "three-nodes"], help="only there")
    chosen = parser.parse_args(arguments)
    print(f"--rounds {chosen.rounds} --transfers {chosen.transfers} --seed {chosen.seed}", flush=True)
    seeds = range(chosen.seed, chosen.seed + chosen.rounds)
    each = -(-chosen.transfers // chosen.rounds)
    outcomes: list[Outcome] = []
    if chosen.on:
        outcomes = rounds(chosen.on, seeds, each, chosen.faults, chosen.only)
    else:
        outcomes = rounds("one-node", seeds[::2], each, chosen.faults, chosen.only)
        outcomes += rounds("three-nodes", seeds[1::2], each, chosen.faults, chosen.only)
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    found = [outcome.findings for outcome in outcomes]
    print(
        f"{len(outcomes)} rounds, {sum(f.transfers for f in found)} transfers, {sum(f.copies for f in found)} copies, "
        f"{sum(f.missing for f in found)} missing, {len(wrong)} rounds with findings"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
