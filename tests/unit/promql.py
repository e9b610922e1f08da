"""Which metrics a PromQL query asks for, and which of them exist."""

from __future__ import annotations

import re

from tidewaiter.observability import reference

# What Prometheus itself adds, and what its client adds for each process.
_GIVEN = ("up", "process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes")
_ADDED = {"instance", "job", "namespace"}


def scraped() -> dict[str, set[str]]:
    """Every series a worker gives, with its labels."""
    series = {name: set(_ADDED) for name in _GIVEN}
    for name, kind, labels, _ in reference.described():
        if kind == "histogram":
            series[f"{name}_bucket"] = {*labels, *_ADDED, "le"}
            series[f"{name}_count"] = series[f"{name}_sum"] = {*labels, *_ADDED}
        else:
            series[name] = {*labels, *_ADDED}
    return series


def asked(query: str) -> list[tuple[str, set[str]]]:
    """The metrics of a query, each with the labels it is matched by."""
    found = re.findall(r"(?<![\w\"])((?:tidewaiter|process)[_:][\w:]+|up)\b(?:\{([^}]*)\})?", query)
    return [(name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", matchers))) for name, matchers in found]


def grouped(query: str) -> set[str]:
    """The labels that a query groups by."""
    return {
        label.strip()
        for labels in re.findall(r"\b(?:by|on|ignoring)\s*\(([^)]*)\)", query)
        for label in labels.split(",")
        if label.strip()
    }
