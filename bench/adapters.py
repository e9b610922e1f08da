"""Measures the processor time to convert a document, in microseconds, and to parse it alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lxml import etree

from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter_schemas import TransferEvent

DOCUMENTS: Final = Path(__file__).parents[1] / "tests" / "documents"
ROUNDS: Final = 9
SAMPLES: Final = {
    Format.ISO20022: ("pacs.008.001.10.xml", "pacs.009.001.08-cov.xml", "pain.001.001.12-every-element.xml"),
    Format.MT: ("mt103.fin",),
    Format.DCSA: ("dcsa-ebl.json",),
    Format.EDIFACT: ("iftmin.edi",),
}
_XML: Final = frozenset({Format.ISO20022})


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    results: dict[str, Any] = {}
    print(f"{'document':<36}{'bytes':>8}{'parsed alone':>14}{'converted':>11}{'to JSON':>9}{'validated':>11}   us")
    for form, names in SAMPLES.items():
        for name in names:
            results[name] = _measured(form, name)
    return results


def _measured(form: Format, name: str) -> dict[str, float]:
    document = (DOCUMENTS / name).read_bytes()
    transfers = list(convert(form, document))
    lines = [json_of(transfer) for transfer in transfers]
    work: dict[str, Callable[[], object]] = {
        "parsed": (lambda: etree.fromstring(document)) if form in _XML else (lambda: None),
        "converted": lambda: list(convert(form, document)),
        "to_json": lambda: [json_of(transfer) for transfer in transfers],
        "validated": lambda: [TransferEvent.model_validate_json(line) for line in lines],
    }
    count = max(20, 2_000_000 // (len(document) * 4))
    times: dict[str, list[float]] = {step: [] for step in work}
    for _ in range(ROUNDS):  # interleaved, so that a busy moment of the machine falls on all of them
        for step, run in work.items():
            began = time.process_time()
            for _ in range(count):
                run()
            times[step].append((time.process_time() - began) / count * 1e6)
    found = {step: round(statistics.median(taken), 1) for step, taken in times.items()}
    shown = "".join(f"{found[step]:>{width},.0f}" for step, width in zip(work, (14, 11, 9, 11), strict=True))
    print(f"{name:<36}{len(document):>8,}{shown}")
    return {"bytes": len(document), **found}
