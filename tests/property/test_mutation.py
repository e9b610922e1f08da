"""A mistake in a packaged rule makes an example or a case fail: a sample here, all of them in `python -m bench mutation`."""

from __future__ import annotations

import pytest

from bench.mutants import mutants_of
from bench.mutation import Bench, sample, score
from tidewaiter.rulebook.authoring.law_diff import describe_changes

DRAWN = 150


@pytest.mark.long
def test_nearly_every_mistake_is_caught() -> None:
    outcomes = [outcome for outcome in sample(DRAWN, seed="a sample of mistakes") if not outcome.alike]
    survivors = [f"{o.mutant.rule.id}: {o.mutant.mistake}" for o in outcomes if o.killed_by is None]
    assert score(outcomes) >= 0.9, survivors


@pytest.mark.long
def test_dates_directions_and_codes_of_goods_rules_are_pinned_to_the_last() -> None:
    bench = Bench()
    strict = ("direction ", "in_force.", "goods.hs without")
    chosen = [
        (rule_set, mutant)
        for rule_set, mutant in bench.mutants()
        if mutant.rule.family != "quota" and not mutant.rule.dealing and mutant.mistake.startswith(strict)
    ]
    assert len(chosen) > 100
    survivors = [
        f"{mutant.rule.id}: {mutant.mistake}"
        for rule_set, mutant in chosen
        if bench.outcome(rule_set, mutant).killed_by is None
    ]
    assert survivors == []


@pytest.mark.long
def test_every_mistake_is_a_change_that_is_told() -> None:
    for rule_set in Bench().rule_sets:
        for rule in rule_set.rules:
            for mutant in mutants_of(rule):
                rules = tuple(mutant.rule if other.id == rule.id else other for other in rule_set.rules)
                changes = describe_changes([rule_set], [rule_set.model_copy(update={"rules": rules})])
                assert {change.rule for change in changes} == {rule.id}, mutant.mistake
