"""The examples of a rule: one may stand for many codes and days, and says which of them is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from tests import packaged
from tidewaiter.release.rule_examples import check_examples, example_transfers
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.loader import read_rule_set
from tidewaiter.rulebook.rules import Direction
from tidewaiter.rulebook.yaml_source import parse_yaml

RULES = """
rule_set: example
title: An example of law
authority: Example Council
jurisdiction: UN
version: 2026-01-01
instruments: {"1": {name: Example Act 1, url: "https://example.org/1", adopted: 2020-01-01}}
territories: [{country: KP, since: 2020-01-01, demonym: the DPRK, names: [DPRK]}]
rules:
  - id: EX-CAR
    title: Vehicles
    says: Vehicles are barred.
    direction: to
    countries: [KP]
    confidence: V
    citations: [{instrument: "1", provision: Art. 1, confidence: V}]
    in_force: {since: 2020-02-01, until: 2024-12-31}
    goods: {hs: [{prefix: "8703"}, {prefix: "8704"}]}
    examples:
      match: [{name: cars and lorries, MATCH}]
      no_match: [{name: other things, NO_MATCH}]
"""
DAY = date(2021, 1, 1)
TO = "transfer: {route: {destination: {country: KP}}}"


def book(match: str, no_match: str) -> RuleBook:
    document = parse_yaml(RULES.replace("NO_MATCH", no_match).replace("MATCH", match), "example.yaml")
    return packaged.compiled([read_rule_set(document)])


def test_an_example_runs_with_each_code_on_each_day() -> None:
    built = book(
        f"hs_codes: ['8703.24', '8704.21'], on: [2020-02-01, 2024-12-31], {TO}", f"hs_codes: ['8701.20'], {TO}"
    )
    assert check_examples(built) == ([], 5)
    (compiled,) = built.law("KP", Direction.TO, DAY).rules
    named = dict(example_transfers(compiled.rule, compiled.rule.examples.match[0]))
    assert list(named) == [
        "HS 8703.24, on 2020-02-01", "HS 8703.24, on 2024-12-31", "HS 8704.21, on 2020-02-01", "HS 8704.21, on 2024-12-31",
    ]  # fmt: skip
    assert named["HS 8704.21, on 2020-02-01"].items[0].hs_code == "8704.21"


@pytest.mark.parametrize(
    ("match", "no_match", "failure"),
    [
        (f"hs_codes: ['8703.24', '8705.10'], {TO}", f"hs_codes: ['8701.20'], {TO}", "example “cars and lorries” (HS 8705.10): should meet the rule and does not"),
        (f"hs_codes: ['8703.24'], on: [2020-01-31], {TO}", f"hs_codes: ['8701.20'], {TO}", "(HS 8703.24, on 2020-01-31): should meet the rule and does not"),
        (f"hs_codes: ['8703.24'], {TO}", f"hs_codes: ['8701.20', '8704.21'], {TO}", "example “other things” (HS 8704.21): should not meet the rule and does"),
        ("transfer: {route: 1}", f"hs_codes: ['8701.20'], {TO}", "is not a transfer: route: "),
        (f"effect: review, hs_codes: ['8703.24'], {TO}", f"hs_codes: ['8701.20'], {TO}", "should ask for review and asks for block"),
    ],
)  # fmt: skip
def test_a_failure_says_which_of_them(match: str, no_match: str, failure: str) -> None:
    failures, _ = check_examples(book(match, no_match))
    assert len(failures) == 1
    assert failure in failures[0]


def test_a_code_takes_the_place_of_the_first_items_code_alone() -> None:
    built = book(f"hs_codes: ['8703.24'], {TO}", f"hs_codes: ['8701.20'], {TO}")
    (compiled,) = built.law("KP", Direction.TO, DAY).rules
    example = compiled.rule.examples.match[0].model_copy(
        update={
            "transfer": {"items": [{"description": "a", "hs_code": "0101"}, {"description": "b", "hs_code": "0102"}]}
        }
    )
    ((_, transfer),) = example_transfers(compiled.rule, example)
    assert [(item.description, item.hs_code) for item in transfer.items] == [("a", "8703.24"), ("b", "0102")]
