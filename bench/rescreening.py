"""What it costs to find the past transfers that a list update touches, against judging all of them again.

The update is OFAC's of 23 February 2024 (SDN files of the 20th and the 23rd). The past is made up; one transfer in a
thousand names a party of the update. Processor time, reading of the JSON included on both sides, in turns.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.listed_parties import OFFICIAL
from bench.screening import party_name, transfer_line
from tidewaiter.release.assembly import read_sources
from tidewaiter.rescreening.rescreener import Rejudged, Rescreener
from tidewaiter.rescreening.run import Totals, rescreen
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical, decode
from tidewaiter_schemas.transfer import TransferEvent

COUNT, BATCH, ROUNDS, ONE_IN = 20_000, 200, 3, 1_000
_MAX = 1_000_000


def main() -> dict[str, Any]:
    """Print the table and return its numbers; nothing where the official lists are not there."""
    if not OFFICIAL.is_dir():
        print(f"{OFFICIAL} is not there: the update is OFAC's own")
        return {}
    old, new = (
        read_sources(Settings(lists=(("ofac", OFFICIAL / "ofac" / f"SDN_{day}.csv"),), jurisdictions=("UN", "US")))
        for day in ("2024-02-20", "2024-02-23")
    )
    rescreener = Rescreener(old, new)
    collect_seldom()
    exempt_rule_book()
    added = [entry.names[0].text for each in rescreener.changes.lists for entry in each.entries if entry.names]
    results: dict[str, Any] = {"changed_entries": len(rescreener.changes.causes)}
    table = Table("traffic", "judged again", "others", "µs each, by the change", "µs each, all again", "share")
    for traffic, fresh in (("repeated", False), ("fresh", True)):
        past = made_up(fresh, added)
        by_change, again, totals = [], [], Totals()
        for _ in range(ROUNDS):
            rescreener.forget()
            seconds, totals, found = _by_change(rescreener, past)
            by_change.append(seconds)
            again.append(_all_again(rescreener, past))
        share = statistics.median(by_change) / statistics.median(again)
        results[traffic] = {"share": share, "judged": totals.judged, "changed": totals.changed, "read": totals.read}
        each = (f"{statistics.median(times) / COUNT * 1e6:.0f}" for times in (by_change, again))
        table.add_row(traffic, f"{totals.judged:,}", f"{found:,}", *each, f"{share:.2f}")
    Console().print(table)
    return results


def made_up(fresh: bool, added: Sequence[str]) -> list[bytes]:
    """Past transfers as JSON lines; one in `ONE_IN` names a party of the update."""
    random.seed("past")
    pool = [party_name() for _ in range(2_000)]
    weights = [1 / rank for rank in range(1, len(pool) + 1)]
    lines = []
    for number in range(COUNT):
        value = json.loads(transfer_line(number, pool, weights, fresh))
        if number % ONE_IN == 0:
            value["parties"][0]["name"] = random.choice(added)
        lines.append(json.dumps(value).encode())
    return lines


def _batches(past: Sequence[bytes]) -> Iterator[list[TransferEvent]]:
    for start in range(0, len(past), BATCH):
        yield [decode(line, None, _MAX) for line in past[start : start + BATCH]]


def _by_change(rescreener: Rescreener, past: Sequence[bytes]) -> tuple[float, Totals, int]:
    totals, found, began = Totals(), 0, time.process_time()
    for done in rescreen(rescreener, lambda: _affected(rescreener, past, totals), totals):
        if isinstance(done, Rejudged) and done.verdict is not None:
            canonical(done.verdict)
            found += 1
    return time.process_time() - began, totals, found


def _affected(rescreener: Rescreener, past: Sequence[bytes], totals: Totals) -> Iterator[list[TransferEvent]]:
    """Transfers as the rescreener reads them: without those that have only parts of unaffected ones."""
    for start in range(0, len(past), BATCH):
        lines = [line for line in past[start : start + BATCH] if not rescreener.unaffected(line)]
        transfers = [decode(line, None, _MAX) for line in lines]
        affected = []
        for line, transfer, entries in zip(lines, transfers, rescreener.touched(transfers), strict=True):
            if entries is None:
                rescreener.learn(line, transfer)
            else:
                affected.append(transfer)
        totals.read += min(BATCH, len(past) - start) - len(affected)
        yield affected


def _all_again(rescreener: Rescreener, past: Sequence[bytes]) -> float:
    began = time.process_time()
    for transfers in _batches(past):
        for verdict in rescreener.new.screen(transfers):
            canonical(verdict)
    return time.process_time() - began
