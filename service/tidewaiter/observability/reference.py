"""Writes docs/metrics.md from the metrics themselves: `python -m tidewaiter.observability.reference [--check]`.

A metric that is not documented here does not exist.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tidewaiter.observability.metrics import Metrics
from tidewaiter.runtime.generated import keep

DOCUMENT = Path(__file__).parents[3] / "docs" / "metrics.md"

_HEAD = """\
# Metrics

Generated from `service/tidewaiter/observability/metrics.py` by
`python -m tidewaiter.observability.reference`. Do not edit.

Each worker serves these at `/metrics`, as Prometheus text or, when asked, as OpenMetrics. They are counted once a
batch, after the broker has acknowledged its verdicts and dead letters. Labels take few values: none grows with the
traffic. A worker is one process with one page of its own, so nothing is shared between processes: add workers up by
`instance`. The usual `process_*` and `python_info` of the Prometheus client are there as well.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
"""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the document; return 0, or 1 when `--check` found a difference."""
    return keep(
        DOCUMENT, document(), module="tidewaiter.observability.reference", source="metrics", arguments=arguments
    )


def document() -> str:
    """The text of docs/metrics.md."""
    rows = (
        f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels) or '-'} | {meaning} |\n"
        for name, kind, labels, meaning in sorted(described())
    )
    return _HEAD + "".join(rows)


def described() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name as scraped, type, labels and meaning of each of our metrics."""
    metrics = Metrics()
    labels = {
        vars(metric)["_name"]: tuple(vars(metric).get("_labelnames", ()))
        for metric in vars(metrics).values()
        if "_name" in getattr(metric, "__dict__", {})
    }
    for family in metrics.registry.collect():
        if family.name.startswith("tidewaiter_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield name, family.type, labels[family.name], family.documentation


if __name__ == "__main__":
    sys.exit(main())
