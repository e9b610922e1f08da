"""Goods are judged from words alone: without its HS code an item gets the decision it has with it, or review.

Run over every casebook case and every rule example that gives both a code and a description.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import packaged
from tests.casebook.index import read_cases
from tidewaiter.release.rule_examples import example_transfer
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision

SAYS_NOTHING = "goods as declared"
# A code that says what the words do not, on purpose: the words are innocent and stay so.
CODE_AGAINST_WORDS = {"invalid-code-to-pyongyang"}


def _transfers() -> Iterator[Any]:
    for case in read_cases():
        if case.register is None and case.jurisdictions == ("UN",) and case.name not in CODE_AGAINST_WORDS:
            yield pytest.param(TransferEvent.model_validate({"id": case.name} | case.transfer), id=case.name)
    for rule_set in builtin_rule_sets(["UN"]):
        for rule in rule_set.rules:
            for example in (*rule.examples.match, *rule.examples.no_match):
                yield pytest.param(example_transfer(rule, example), id=f"{rule.id}: {example.name}")


TRANSFERS = [
    param
    for param in _transfers()
    if any(item.hs_code and item.description not in {None, SAYS_NOTHING} for item in param.values[0].items)
]


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_an_item_without_its_code_gets_the_same_decision_or_review(transfer: TransferEvent) -> None:
    bare = transfer.model_copy(
        update={"items": tuple(item.model_copy(update={"hs_code": None}) for item in transfer.items)}
    )
    with_code, without = packaged.screener().screen([transfer, bare])
    explained = [finding.reason for finding in (*with_code.findings, *without.findings)]
    assert without.decision in {with_code.decision, Decision.REVIEW}, explained


def test_nearly_all_that_block_by_code_block_by_words_too() -> None:
    blocked = agreeing = 0
    for param in TRANSFERS:
        transfer = param.values[0]
        items = tuple(item.model_copy(update={"hs_code": None}) for item in transfer.items)
        with_code, without = packaged.screener().screen([transfer, transfer.model_copy(update={"items": items})])
        if with_code.decision is Decision.BLOCK:
            blocked += 1
            agreeing += without.decision is Decision.BLOCK
    assert agreeing >= 0.9 * blocked, f"{agreeing} of {blocked}"
