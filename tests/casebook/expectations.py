"""What a case of the casebook expects of its verdict, and where a verdict falls short of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tidewaiter_schemas.verdict import Verdict


def shortfalls(expect: Mapping[str, Any], verdict: Verdict) -> Iterator[str]:
    """Everything in which `verdict` is not what the case's `expect` says, a few words each."""
    found = {finding.rule: finding for finding in verdict.findings}
    if verdict.decision != expect["decision"]:
        yield f"{verdict.decision}, not {expect['decision']}"
    for rule in expect.get("found", ()):
        if rule not in found:
            yield f"{rule} is not found"
    for rule in expect.get("not_found", ()):
        if rule in found:
            yield f"{rule} is found"
    if "conditional" in expect and verdict.conditional is not expect["conditional"]:
        yield f"conditional is {verdict.conditional}"
    for rule in expect.get("suppressed", ()):
        if rule not in found or not found[rule].suppressed_by:
            yield f"{rule} is not suppressed"
    for rule, certainty in expect.get("certainty", {}).items():
        if rule not in found or found[rule].certainty != float(certainty):
            yield f"{rule} is not {certainty} certain"
    if expect["decision"] == "clear":
        for finding in verdict.findings:
            if not finding.suppressed_by and finding.effect != "info":
                yield f"{finding.rule} counts"
