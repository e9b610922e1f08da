"""Runs the examples that every rule carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from schemas.transfer import TransferEvent
from schemas.verdict import Finding
from service.assembly import SAMPLE_LIST
from service.lists import load_list
from service.matching.index import PartyIndex
from service.rulebook.book import CompiledRule, RuleBook
from service.rulebook.policy import JURISDICTIONS, Policy
from service.rulebook.rules import Example
from service.screening.screener import Screener


def check_examples(book: RuleBook) -> tuple[list[str], int]:
    """What failed, a sentence each, and how many examples were run. A rule is judged by its own id alone.

    The examples try the law: they run with the packaged sample list and for an operator whom all law binds, whatever
    lists and policy the rule book has.
    """
    screener = Screener(as_written(book))
    failures: list[str] = []
    count = 0
    for compiled in _rules(book):
        for example, must_match in _examples(compiled):
            failed, runs = run_example(screener, compiled, example, must_match)
            failures += (f"rule {compiled.rule.id}, example “{example.name}”{failure}" for failure in failed)
            count += runs
    return failures, count


def as_written(book: RuleBook) -> RuleBook:
    """`book` with its rules as their authors wrote them: all of them bind, no register, the packaged sample list."""
    policy = Policy(jurisdictions=JURISDICTIONS, block_at=book.policy.block_at, review_at=book.policy.review_at)
    return replace(book, policy=policy, parties=PartyIndex.build([load_list("sample", SAMPLE_LIST)]))


def example_transfer(compiled: CompiledRule, example: Example) -> TransferEvent:
    """The first transfer that the example stands for."""
    return next(example_transfers(compiled, example))[1]


def example_transfers(compiled: CompiledRule, example: Example) -> Iterator[tuple[str, TransferEvent]]:
    """Every transfer that the example stands for, each with the code and day that tell it from the others.

    By default a sale on the last day of the rule, or in 2024 while it is in force. ValidationError when it is none.
    """
    period = compiled.rule.in_force
    usual = period.until.isoformat() if period.until else max("2024-01-15", period.since.isoformat())
    transfer: dict[str, Any] = {
        "id": f"example-{compiled.rule.id}",
        "kind": "sale",
        "occurred_at": f"{usual}T12:00:00Z",
        "parties": [{"role": "transferor", "name": "Example Exporter", "type": "organisation", "countries": ["CN"]}],
    } | example.transfer
    for code in example.hs_codes or (None,):
        for day in example.on or (None,):
            given = dict(transfer)
            if code is not None:
                first, *others = given.get("items") or [{}]
                given["items"] = [first | {"hs_code": code}, *others]
            if day is not None:
                given["occurred_at"] = f"{day.isoformat()}T12:00:00Z"
            told = [f"HS {code}"] * (code is not None) + [f"on {day}"] * (day is not None)
            yield ", ".join(told), TransferEvent.model_validate(given)


def run_example(
    screener: Screener, compiled: CompiledRule, example: Example, must_match: bool
) -> tuple[list[str], int]:
    """What is wrong with the example, each beginning with the code and day it is about, and how many were run."""
    try:
        named, transfers = zip(*example_transfers(compiled, example), strict=True)
    except ValidationError as error:
        problem = error.errors()[0]
        return [f": is not a transfer: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"], 1
    failures = []
    for name, verdict in zip(named, screener.screen(transfers), strict=True):
        found = [finding for finding in verdict.findings if finding.rule == compiled.rule.id]
        failure = _failure(found, example, must_match)
        if failure:
            failures.append(f" ({name}): {failure}" if name else f": {failure}")
    return failures, len(transfers)


def _failure(found: list[Finding], example: Example, must_match: bool) -> str | None:
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
