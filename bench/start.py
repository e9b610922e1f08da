"""How soon a worker is ready, from its first instruction on, with a compiled rule book of all official lists.

Once where the index of parties is yet to be made, and where a worker of the host has made it before. By the clock, and
in the worker's own processor time; on the embedded broker, which lets the first member of a group wait for others.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.listed_parties import loaded_lists
from bench.stream import embedded_broker
from tests.station import Station
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.rulebook.loader import builtin_rule_sets, load_lexicon, packaged_wording
from tidewaiter.rulebook.package import pack
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.sources import Sources

RUNS = 3


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    sources = Sources.of(
        builtin_rule_sets(("UN",)),
        loaded_lists(),
        load_lexicon(),
        Policy(jurisdictions=("UN",)),
        rarity=packaged_rarity(),
        wording=packaged_wording(),
    )
    with tempfile.TemporaryDirectory() as name, embedded_broker() as address:
        folder = Path(name)
        book = folder / "book"
        book.write_bytes(pack(sources))
        first = _started(address, book, folder / "index")
        later = [_started(address, book, folder / "index") for _ in range(RUNS)]
    best = {key: min(run[key] for run in later) for key in first}
    parties = sum(len(party_list.entries) for party_list in sources.lists)
    table = Table("index of parties", "seconds to ready", "processor seconds", title=f"{parties:,} listed parties")
    for label, run in (("to be made", first), (f"there, best of {RUNS}", best)):
        table.add_row(label, f"{run['seconds']:.1f}", f"{run['processor']:.1f}")
    Console().print(table)
    return {"parties": parties, "first": first, "later": best}


def _started(address: str, book: Path, index: Path) -> dict[str, float]:
    station = Station(address).create()
    began = time.monotonic()
    with station.worker(
        rule_book_file=book, index_dir=index, session_timeout_seconds=2, heartbeat_seconds=0.5
    ) as worker:
        worker.ready(within=300)
        seconds = time.monotonic() - began
        return {"seconds": round(seconds, 2), "processor": round(worker.metrics()["process_cpu_seconds_total"], 2)}
