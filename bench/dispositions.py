"""Measures what dispositions cost: a screening without them, with many that concern others, and the state in memory.

    python -m bench.dispositions

Screenings are compared in interleaved pairs by processor time, as the median of the ratios. `noise` compares one with
itself.
"""

from __future__ import annotations

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from bench.generated_transfers import Parts, generated_transfers
from tests import packaged
from tests.casebook.index import read_cases
from tests.judgements import judged
from tidewaiter.screening import parties, screener
from tidewaiter.screening.dispositions import DispositionLog
from tidewaiter.screening.finding_keys import key_of
from tidewaiter.screening.screener import Screener
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.transfer import TransferEvent

NUMBER = 20_000
PAIRS = 15


def main() -> dict[str, Any]:
    """Print the figures as a table and as JSON, and return them."""
    plain = packaged.screener("UN", "US")
    parts = Parts([case.transfer for case in read_cases()], ["rice", "coal", "laptops"])
    transfers = [TransferEvent.model_validate(each) for each in generated_transfers(parts, 400, seed=3)]
    made = of_others(plain, transfers, NUMBER)

    log = DispositionLog(four_eyes=True)
    tracemalloc.start()
    for each in made:
        log.take(each)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    log, began = DispositionLog(four_eyes=True), time.process_time()
    for each in made:
        log.take(each)
    taking = (time.process_time() - began) / NUMBER
    began = time.process_time()
    state = log.state()
    figures = {
        "dispositions": NUMBER,
        "bytes_each": round(held / NUMBER),
        "taking_us_each": round(taking * 1e6, 1),
        "state_ms": round((time.process_time() - began) * 1e3, 3),
        "findings_on_parties": sum(
            finding.key is not None for verdict in plain.screen(transfers) for finding in verdict.findings
        ),
        "transfers": len(transfers),
        "bytes_of_keys_share": round(_share_of_keys(plain, transfers), 4),
        "key_us_each": round(_key_seconds(plain, transfers) * 1e6, 1),
        "noise": _ratio(lambda: plain.screen(transfers), lambda: plain.screen(transfers), PAIRS),
        "none_to_before": _ratio(lambda: _as_before(plain, transfers), lambda: plain.screen(transfers), PAIRS),
        "many_to_none": _ratio(
            lambda: plain.screen(transfers), lambda: Screener(plain.book, state).screen(transfers), PAIRS
        ),
    }
    for name, value in figures.items():
        print(f"{name:24}{value:>12}")
    print(json.dumps(figures))
    return figures


def of_others(plain: Screener, transfers: list[TransferEvent], number: int) -> list[Disposition]:
    """Return false positives on parties of no transfer, on the entries that the transfers meet."""
    found = [
        (verdict, finding)
        for verdict in plain.screen(transfers)
        for finding in verdict.findings
        if finding.key is not None
    ]
    made = []
    for at in range(number):
        verdict, finding = found[at % len(found)]
        assert finding.key is not None
        facts = dict.fromkeys(finding.key.party_facts, f"{at:012x}")
        key = finding.key.model_copy(update={"party": f"{at:064x}", "party_facts": facts})
        made.append(judged(verdict, finding, f"d-{at}", key=key))
    return made


def _as_before(plain: Screener, transfers: list[TransferEvent]) -> object:
    """Screen without keys and without the step that applies dispositions."""
    with (
        patch.object(parties, "key_of", lambda *_: (None, None)),
        patch.object(screener, "apply_dispositions", lambda findings, *_: (findings, ())),
    ):
        return plain.screen(transfers)


def _key_seconds(plain: Screener, transfers: list[TransferEvent]) -> float:
    """Return the processor time of the key of one finding."""
    hits = [(hit, case.transfer) for _, case in plain._cases(transfers) for hit in case.hits]
    began = time.process_time()
    for _ in range(20):
        for hit, transfer in hits:
            key_of(hit, transfer)
    return (time.process_time() - began) / (20 * len(hits))


def _share_of_keys(plain: Screener, transfers: list[TransferEvent]) -> float:
    verdicts = plain.screen(transfers)
    whole = sum(len(canonical(verdict)) for verdict in verdicts)
    without = sum(
        len(
            canonical(
                verdict.model_copy(
                    update={
                        "findings": tuple(
                            finding.model_copy(update={"key": None, "not_suppressible": None})
                            for finding in verdict.findings
                        )
                    }
                )
            )
        )
        for verdict in verdicts
    )
    return (whole - without) / without


def _ratio(one: Callable[[], object], other: Callable[[], object], pairs: int) -> float:
    """Return the median of the processor time of `other` divided by that of `one`, over pairs in turn."""
    one(), other()
    ratios = []
    for number in range(pairs):
        first, second = (one, other) if number % 2 else (other, one)
        took = {}
        for each in (first, second):
            began = time.process_time()
            each()
            took[each] = time.process_time() - began
        ratios.append(took[other] / took[one])
    return round(statistics.median(ratios), 4)


if __name__ == "__main__":
    main()
