"""The law changes on its day: every rule, on either side of each end of its period, over all its own examples."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests import packaged
from tidewaiter.release.rule_examples import example_transfer
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter_schemas.transfer import TransferEvent

RULES = sorted({rule.id for rule_set in builtin_rule_sets(["UN"]) for rule in rule_set.rules})


def _compiled(rule: str) -> CompiledRule:
    return next(one for rules in packaged.rule_book().rules.values() for one in rules if one.rule.id == rule)


def _found_on(compiled: CompiledRule, day: date) -> bool:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for example in compiled.rule.examples.match:
        transfer: TransferEvent = example_transfer(compiled.rule, example).model_copy(update={"occurred_at": moment})
        if any(finding.rule == compiled.rule.id for finding in packaged.screener().screen([transfer])[0].findings):
            return True
    return False


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_met_from_its_first_day_to_its_last(rule: str) -> None:
    compiled = _compiled(rule)
    period, one = compiled.rule.in_force, timedelta(days=1)
    # A rule about who is listed is met by nobody before the first listing under it.
    listings = compiled.rule.dealing and all(
        sign.party and (sign.party.listed or sign.party.vessels) for sign in compiled.rule.dealing
    )
    if not listings:
        assert _found_on(compiled, period.since)
    assert not _found_on(compiled, period.since - one)
    if period.until is not None:
        assert _found_on(compiled, period.until)
        assert not _found_on(compiled, period.until + one)


def test_the_utc_day_of_the_transfer_is_what_counts() -> None:
    compiled = _compiled("KP-TO-VEHICLE")
    transfer = example_transfer(compiled.rule, compiled.rule.examples.match[0])
    for moment, met in (("2017-12-22T08:59:59+09:00", False), ("2017-12-22T09:00:00+09:00", True)):
        at = transfer.model_copy(update={"occurred_at": datetime.fromisoformat(moment)})
        found = {finding.rule for finding in packaged.screener().screen([at])[0].findings}
        assert ("KP-TO-VEHICLE" in found) is met
