"""Runs the examples that every rule carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from schemas.transfer import TransferEvent
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.rules import Example
from service.screening.screener import Screener


def check_examples(book: RuleBook) -> tuple[list[str], int]:
    """What failed, a sentence each, and how many examples were run. A rule is judged by its own id alone."""
    screener = Screener(book)
    failures: list[str] = []
    count = 0
    for compiled in _rules(book):
        for example, must_match in _examples(compiled):
            count += 1
            failure = _run(screener, compiled, example, must_match)
            if failure:
                failures.append(f"rule {compiled.rule.id}, example “{example.name}”: {failure}")
    return failures, count


def example_transfer(compiled: CompiledRule, example: Example) -> TransferEvent:
    """The example as a transfer: by default a sale on the last day of the rule, or in 2024 while it is in force."""
    period = compiled.rule.in_force
    day = period.until.isoformat() if period.until else max("2024-01-15", period.since.isoformat())
    defaults: dict[str, Any] = {
        "id": f"example-{compiled.rule.id}",
        "kind": "sale",
        "occurred_at": f"{day}T12:00:00Z",
        "parties": [{"role": "transferor", "name": "Example Exporter", "type": "organisation", "countries": ["CN"]}],
    }
    return TransferEvent.model_validate(defaults | example.transfer)


def _run(screener: Screener, compiled: CompiledRule, example: Example, must_match: bool) -> str | None:
    try:
        transfer = example_transfer(compiled, example)
    except ValidationError as error:
        problem = error.errors()[0]
        return f"is not a transfer: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    found = [finding for finding in screener.screen([transfer])[0].findings if finding.rule == compiled.rule.id]
    if must_match and not found:
        return "should meet the rule and does not"
    if not must_match and found:
        return f"should not meet the rule and does: {found[0].reason}"
    if example.effect and found and found[0].effect is not example.effect:
        return f"should ask for {example.effect} and asks for {found[0].effect}: {found[0].reason}"
    return None


def _rules(book: RuleBook) -> Iterator[CompiledRule]:
    seen: set[str] = set()
    for rules in book.rules.values():
        for compiled in rules:
            if compiled.rule.id not in seen:
                seen.add(compiled.rule.id)
                yield compiled


def _examples(compiled: CompiledRule) -> Iterator[tuple[Example, bool]]:
    for example in compiled.rule.examples.match:
        yield example, True
    for example in compiled.rule.examples.no_match:
        yield example, False
