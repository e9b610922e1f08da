"""Goods are judged from words alone: without its HS code an item gets the decision it has with it, or review.

Run over every casebook case and every rule example that gives both a code and a description.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.casebook.index import CASES
from tidewaiter.release.assembly import assemble
from tidewaiter.release.rule_examples import example_transfer
from tidewaiter.rulebook.yaml_source import read_yaml
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision

SCREENER = Screener(assemble(Settings()))
SAYS_NOTHING = "goods as declared"
# A code that says what the words do not, on purpose: the words are innocent and stay so.
CODE_AGAINST_WORDS = {"invalid-code-to-pyongyang"}


def _transfers() -> Iterator[Any]:
    for path in CASES:
        case = read_yaml(path, path.name).content
        if not {"register", "jurisdictions"} & case.keys() and path.stem not in CODE_AGAINST_WORDS:
            yield pytest.param(TransferEvent.model_validate({"id": path.stem} | case["transfer"]), id=path.stem)
    seen: set[str] = set()
    for rules in SCREENER.book.rules.values():
        for compiled in rules:
            if compiled.rule.id not in seen:
                seen.add(compiled.rule.id)
                for example in (*compiled.rule.examples.match, *compiled.rule.examples.no_match):
                    yield pytest.param(example_transfer(compiled, example), id=f"{compiled.rule.id}: {example.name}")


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
    with_code, without = SCREENER.screen([transfer, bare])
    explained = [finding.reason for finding in (*with_code.findings, *without.findings)]
    assert without.decision in {with_code.decision, Decision.REVIEW}, explained


def test_nearly_all_that_block_by_code_block_by_words_too() -> None:
    blocked = agreeing = 0
    for param in TRANSFERS:
        transfer = param.values[0]
        items = tuple(item.model_copy(update={"hs_code": None}) for item in transfer.items)
        with_code, without = SCREENER.screen([transfer, transfer.model_copy(update={"items": items})])
        if with_code.decision is Decision.BLOCK:
            blocked += 1
            agreeing += without.decision is Decision.BLOCK
    assert agreeing >= 0.9 * blocked, f"{agreeing} of {blocked}"
