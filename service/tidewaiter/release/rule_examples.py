"""Runs the examples that every rule carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError

from tidewaiter.lists import load_list
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.release.assembly import SAMPLE_LIST
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.mistakes import mistake_in_words, place_in_words
from tidewaiter.rulebook.policy import JURISDICTIONS, Policy
from tidewaiter.rulebook.rules import Example, Rule
from tidewaiter.rulebook.trial_books import without_replacements
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Finding


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one example: the `number`th of `kind` (`match` or `no_match`), run as `count` transfers.

    If the example stands for several transfers, each failure begins with the code and day of its transfer.
    """

    rule: str
    kind: Literal["match", "no_match"]
    number: int
    example: Example
    failures: tuple[str, ...]
    count: int


def check_examples(book: RuleBook) -> tuple[list[str], int]:
    """Return one sentence per failure, and the number of examples run. Only findings of the rule itself count."""
    runs = list(run_examples(book))
    failures = [f"rule {run.rule}, example “{run.example.name}”{failure}" for run in runs for failure in run.failures]
    return failures, sum(run.count for run in runs)


def run_examples(book: RuleBook) -> Iterator[Run]:
    """Run every example of every rule.

    The examples test the law: they run with the packaged sample list and for an operator bound by all law, whatever
    lists and policy the rule book has.
    """
    screener = Screener(as_written(book))
    for compiled in _rules(book):
        yield from run_examples_of(screener, compiled)


def run_examples_of(screener: Screener, compiled: CompiledRule) -> Iterator[Run]:
    """Run the examples of one rule of the screener's rule book."""
    kinds: tuple[Literal["match", "no_match"], ...] = ("match", "no_match")
    for kind in kinds:
        for number, example in enumerate(getattr(compiled.rule.examples, kind)):
            failures, count = _run(screener, compiled, example, kind == "match")
            yield Run(compiled.rule.id, kind, number, example, tuple(failures), count)


def as_written(book: RuleBook) -> RuleBook:
    """Return `book` with all of its rules binding, without a register, and with the packaged sample list."""
    own = (one.rule_set.jurisdiction for rules in book.rules.values() for one in rules)
    binding = tuple(dict.fromkeys((*JURISDICTIONS, *own)))
    policy = Policy(jurisdictions=binding, block_at=book.policy.block_at, review_at=book.policy.review_at)
    return replace(
        without_replacements(book),
        policy=policy,
        parties=PartyIndex.build([load_list("sample", SAMPLE_LIST)], packaged_rarity()),
    )


def example_transfer(rule: Rule, example: Example) -> TransferEvent:
    """Return the first transfer that the example stands for."""
    return next(example_transfers(rule, example))[1]


def example_transfers(rule: Rule, example: Example) -> Iterator[tuple[str, TransferEvent]]:
    """Yield every transfer that the example stands for, each with the code, words and day that identify it.

    The default is a sale on the last day of the rule, or in 2024 if the rule is in force. Raises ValidationError when
    the example is not a valid transfer.
    """
    period = rule.in_force
    usual = period.until.isoformat() if period.until else max("2024-01-15", period.since.isoformat())
    transfer: dict[str, Any] = {
        "id": f"example-{rule.id}",
        "kind": "sale",
        "occurred_at": f"{usual}T12:00:00Z",
        "parties": [{"role": "transferor", "name": "Example Exporter", "type": "organisation", "countries": ["CN"]}],
    } | example.transfer
    for code in example.hs_codes or (None,):
        for words in example.descriptions or (None,):
            for day in example.on or (None,):
                yield _one_of(transfer, code, words, day)


def _one_of(
    transfer: dict[str, Any], code: str | None, words: str | None, day: date | None
) -> tuple[str, TransferEvent]:
    given, told = dict(transfer), []
    item = {}
    if code is not None:
        item["hs_code"] = code
        told.append(f"HS {code}")
    if words is not None:
        item["description"] = words
        told.append(f"“{words}”")
    if item:
        first, *others = given.get("items") or [{}]
        given["items"] = [first | item, *others]
    if day is not None:
        given["occurred_at"] = f"{day.isoformat()}T12:00:00Z"
        told.append(f"on {day}")
    return ", ".join(told), TransferEvent.model_validate(given)


def _run(screener: Screener, compiled: CompiledRule, example: Example, must_match: bool) -> tuple[list[str], int]:
    try:
        named, transfers = zip(*example_transfers(compiled.rule, example), strict=True)
    except ValidationError as error:
        problem = error.errors()[0]
        return [f": is not a transfer: {place_in_words(problem['loc'])}: {mistake_in_words(problem)}"], 1
    failures = []
    # Screen each separately: one batch would add up their quantities against a quota.
    verdicts = [screener.screen([transfer])[0] for transfer in transfers]
    for name, verdict in zip(named, verdicts, strict=True):
        found = [finding for finding in verdict.findings if finding.rule == compiled.rule.id]
        failure = _failure(found, example, must_match) or (_not_by_code(found, compiled) if example.hs_codes else None)
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
    if example.certainty is not None and found and found[0].certainty != example.certainty:
        return f"should be {example.certainty:.2f} sure and is {found[0].certainty:.2f}: {found[0].reason}"
    return None


def _not_by_code(found: list[Finding], compiled: CompiledRule) -> str | None:
    """Return a failure if no code of the rule matched: an example with codes tests codes, not a category with them."""
    goods = compiled.rule.goods
    if not found or goods is None or goods.all or any(e.matched.startswith("HS ") for e in found[0].evidence):
        return None
    return f"should be met by a code of the rule and is not: {found[0].reason}"


def _rules(book: RuleBook) -> Iterator[CompiledRule]:
    seen: set[str] = set()
    for rules in book.rules.values():
        for compiled in rules:
            if compiled.rule.id not in seen:
                seen.add(compiled.rule.id)
                yield compiled
