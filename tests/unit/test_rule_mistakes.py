"""What is wrong in a file of rules is told in the words of the format, with its place."""

from __future__ import annotations

import re

import pytest

from tests.unit.test_rule_check import GOOD
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.loader import read_rule_set
from tidewaiter.rulebook.yaml_source import parse_yaml

_PYDANTIC = re.compile(
    r"Input should|String should|should be a valid|should have at|Field required|valid dictionary|Tuple"
)


@pytest.mark.parametrize(
    ("find", "replace", "told"),
    [
        ("goods: {hs:", "goods: {keywords: [{words: [a]}], hs:", 'rules[0].goods.keywords[0].words: a text, such as "rifle", not a list'),
        ("goods: {hs:", "goods: {keywords: [rifle], hs:", "rules[0].goods.keywords[0]: fields with values, such as {field: value}, not 'rifle'"),
        ("goods: {hs:", 'goods: {keywords: [{words: ""}], hs:', 'rules[0].goods.keywords[0].words: a text of at least 2 letters, such as "rifle", not \'\''),
        ("goods: {hs:", "goods: {keywords: {words: rifle}, hs:", "rules[0].goods.keywords: a list, such as [a, b], not keys with values"),
        ('{prefix: "8703"}', '{prefix: "870"}', "rules[0].goods.hs[0].prefix: 2, 4 or 6 digits, such as \"8703\", not '870'"),
        ('{prefix: "8703"}', '{prefix: "8703", certainty: sure}', "rules[0].goods.hs[0].certainty: a number, not 'sure'"),
        ('{prefix: "8703"}', '{prefix: "8703", certainty: "1.5"}', "rules[0].goods.hs[0].certainty: a number of at most 1.0, not '1.5'"),
        ('{prefix: "8703"}', '{prefix: "8703", named: perhaps}', "rules[0].goods.hs[0].named: true or false, not 'perhaps'"),
        ("direction: to", "direction: towards", "rules[0].direction: one of to, from, services, funds, persons or vessels, not 'towards'"),
        ("    direction: to\n", "", "rules[0].direction: is missing"),
        ("direction: to", "direction: to\n    richtung: to", "rules[0].richtung: unknown field; check its spelling"),
        ("since: 2020-02-01", "since: spring", "rules[0].in_force.since: a day, such as 2026-01-31, not 'spring'"),
        ("countries: [KP]", "countries: []", "rules[0].countries: a list of at least 1, not a list of 0"),
        ("id: EX-CAR\n", "id: car\n", "rules[0].id: an id in capitals, such as ACME-TO-ARMS, not 'car'"),
        ("goods: {hs:", "goods: {all: true, hs:", "rules[0].goods: `all` goods leaves no room for"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_the_words_of_the_format(find: str, replace: str, told: str) -> None:
    assert find in GOOD
    with pytest.raises(RuleError) as caught:
        read_rule_set(parse_yaml(GOOD.replace(find, replace, 1), "acme.yaml"))
    assert re.match(rf"acme\.yaml:\d+: {re.escape(told)}", str(caught.value)), str(caught.value)
    assert not _PYDANTIC.search(str(caught.value))


def test_a_list_with_a_wrong_entry_is_not_called_too_short() -> None:
    with pytest.raises(RuleError) as caught:
        read_rule_set(parse_yaml(GOOD.replace("- {name: a toy,", "- {named: a toy,", 1), "acme.yaml"))
    assert "a list of at least" not in str(caught.value)
