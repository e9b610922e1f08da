"""`python -m bench [NAME …] [--json FILE]`: each bench prints its table; FILE gets the numbers.

Absolute times are this machine's; the ratios to the baseline of the same run are what travels.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

BENCHES = {
    "screening": "transfers a second through the screener alone, JSON in to JSON out",
    "cost": "microseconds that a party, an item and a hundred letters add to a transfer, and the memory of a rule book",
    "adapters": "microseconds to convert a document of another format, against parsing it alone",
    "stream": "transfers a second end to end through a worker, against a bare aiokafka loop",
    "adversarial": "milliseconds that the costliest transfers take, by kind and size, against a floor",
    "rescreening": "past transfers that a list update touches, against judging all of them again",
    "dispositions": "what a screening costs without dispositions and with many, and the memory of each",
    "rescreener": "the same by one and two rescreeners over a topic, against judging all of them again",
    "latency": "milliseconds from a transfer to its verdict, at a trickle and at half of the most",
    "serve": "requests a second that the HTTP API answers beside a worker, and how long they wait",
    "scaling": "two workers against one, and a stock Faust agent against a worker",
    "swaps": "rule books swapped under two workers while transfers flow: what is lost, and the longest stall",
    "party_size": "a million made-up parties against the real lists: to compile, open, keep in memory and ask",
    "start": "seconds until a worker is ready with all official lists, from a compiled rule book",
    "party_detection": "recall, false alarms and speed of name matching",
    "party_crosscheck": "recall by the classes of a public benchmark that is not ours",
    "party_aliases": "real aliases asked for where primary names alone are listed, and weak ones that are full names",
    "place_detection": "addresses of official lists that are known to be of the DPRK, and those mistaken for it",
    "evasion": "what is cleared though it hides a listed name, barred goods or a country, and innocent twins held",
    "mutation": "mistakes in the packaged rules that their own examples and the casebook catch",
    "goods_leaks": "rows of goods that are nearly the same as a held-out one, and are not learnt",
    "goods_holds": "harmless goods held on their way to a sanctioned country, why, and barred ones cleared",
    "goods_certainty": "how often goods are what they are said to be, by stated certainty",
    "goods_detection": "precision, recall, false alarms and speed of the goods classifier",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; all without one")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHES)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    machine = {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "processor": platform.machine(),
        "command": "python -m bench " + " ".join(sys.argv[1:]),
    }
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    results: dict[str, Any] = {"machine": machine}
    for name in given.names or BENCHES:
        print(f"\n== {name}: {BENCHES[name]}")
        results[name] = importlib.import_module(f"bench.{name}").main()
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if broken := {name: found["broken"] for name in results if (found := results[name]) and found.get("broken")}:
        sys.exit(f"beyond its floor: {json.dumps(broken, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
