"""Quantities and values from the words of an item, the whole way to the verdict: thresholds, quotas, permissions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import packaged
from tests.builders import party, seller, transfer
from tests.unit.test_goods_stated_amounts import SCARVES
from tidewaiter.commands.explanation import explain
from tidewaiter.rulebook.policy import Register
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision, Verdict

RULE = "US-RU-LUXURY"


def sold(*items: dict[str, Any], to: str = "RU", day: str = "2025-06-10", **changes: Any) -> TransferEvent:
    return transfer(*items, day=day, origin="US", to=to, **({"parties": [seller("US"), party(country=to)]} | changes))


def screened(*items: dict[str, Any], **changes: Any) -> Verdict:
    return packaged.screener("UN", "US").screen([sold(*items, **changes)])[0]


def scarves(description: str, **fields: Any) -> dict[str, Any]:
    return {"description": description, "hs_code": "6214.10"} | fields


@pytest.mark.parametrize(("description", "_"), SCARVES)
def test_a_price_each_over_the_threshold_blocks_and_one_under_it_does_not(description: str, _: str) -> None:
    over = screened(scarves(description.replace("290", "310")))
    assert RULE in {finding.rule for finding in over.findings if finding.certainty >= 0.7}, over.findings
    under = screened(scarves(description))
    assert RULE not in {finding.rule for finding in under.findings}


def test_the_finding_says_in_which_words_the_value_was_read() -> None:
    findings = screened(scarves("Silk scarves, 10 pcs, USD 310 each")).findings
    (finding,) = [finding for finding in findings if finding.rule == RULE]
    assert "(read in the words “USD 310 each” and “10 pcs”)" in finding.reason
    (value,) = [fact for fact in finding.evidence if fact.kind == "value"]
    assert (value.subject, value.value) == ("/items/0/description", "310 USD each, in the words “USD 310 each”")
    assert ("quantity", "10 pcs") in {(fact.kind, fact.value) for fact in finding.evidence}


def test_a_field_that_is_given_wins() -> None:
    low = {"value": {"amount": "2900", "currency": "USD"}, "quantity": 10, "unit": "pcs"}
    high = low | {"value": {"amount": "3100", "currency": "USD"}}
    assert screened(scarves("Silk scarves, USD 900 each", **low)).decision is Decision.CLEAR
    assert screened(scarves("Silk scarves, USD 9 each", **high)).decision is Decision.BLOCK


@pytest.mark.parametrize(
    ("description", "decision"),
    [
        # The price of one, or of all: it is a doubt where one of the two is past the threshold.
        ("Silk scarves, 10 pcs, USD 2,900", Decision.REVIEW),
        ("Silk scarves, 10 pcs, USD 290", Decision.CLEAR),
        ("Silk scarves, 10 pcs, USD 3,100", Decision.BLOCK),
        ("Silk scarves, 10 pcs, total USD 2,900", Decision.CLEAR),
        # What is only a bound, or of something else, is not known.
        ("Silk scarves from USD 250", Decision.REVIEW),
        ("Silk scarves, freight USD 250", Decision.REVIEW),
        ("Silk scarves, USD 250 per kg", Decision.REVIEW),
        ("Silk scarves, USD 250, USD 290", Decision.REVIEW),
    ],
)
def test_what_the_words_leave_open_asks_for_a_person(description: str, decision: Decision) -> None:
    assert screened(scarves(description)).decision is decision


def test_an_explanation_says_that_the_words_told_the_value() -> None:
    explained = explain(sold(scarves("Silk scarves, 10 pcs, USD 290 each")), packaged.rule_book("UN", "US"), RULE)
    assert "by its words" in explained["rules"][0]["why"]


def test_words_give_the_quantity_by_which_a_value_is_divided() -> None:
    value = {"value": {"amount": "2900", "currency": "USD"}}
    assert screened(scarves("Silk scarves, 10 pcs", **value)).decision is Decision.CLEAR
    assert screened(scarves("Silk scarves", **value)).decision is Decision.REVIEW
    assert screened(scarves("Silk scarves, boxes of 10 pcs", **value)).decision is Decision.REVIEW
    assert screened(scarves("Silk scarves with 10 pcs pearls", **value)).decision is not Decision.CLEAR


def test_one_of_several_goods_may_be_worth_all_of_the_line() -> None:
    line = {"value": {"amount": "2900", "currency": "USD"}, "quantity": 10, "unit": "pcs"}
    alone = screened({"description": "silk scarves"} | line)
    beside = screened({"description": "silk scarves, woollen rugs"} | line)
    assert RULE not in {finding.rule for finding in alone.findings}
    assert RULE in {finding.rule for finding in beside.findings}


def test_each_of_several_goods_is_found_with_the_quantity_and_value_that_are_its_own() -> None:
    verdict = screened({"description": "2 units car, spare parts, wine 12 pcs USD 40 each"}, to="KP", day="2024-02-18")
    vehicles = [finding for finding in verdict.findings if finding.rule == "KP-TO-VEHICLE"]
    assert ["names “car”" in f.reason or "names “spare parts”" in f.reason for f in vehicles] == [True, True]
    assert any("names “wine”" in finding.reason for finding in verdict.findings)
    assert verdict.decision is Decision.BLOCK


def test_a_cheap_thing_beside_a_dear_one_clears_neither() -> None:
    verdict = screened({"description": "silk scarves, 2 pcs, USD 900 each; cotton socks, 5 pcs, USD 3 each"})
    found = [finding for finding in verdict.findings if finding.rule == RULE]
    assert found
    assert "“USD 900 each”" in found[0].reason


def permitted(quantity: dict[str, Any], *items: dict[str, Any]) -> Verdict:
    register = {
        "authority": "1718 Committee",
        "reference": "EXAMPLE-2024-01",
        "parties": ["Example Rehabilitation Centre"],
        "goods": ["8713"],
        "countries": ["KP"],
        "valid": {"since": "2024-03-01", "until": "2025-02-28"},
        "quantity": quantity,
    }
    held = Register.model_validate({"authorisations": [register]})
    book = packaged.rule_book()
    screener = Screener(replace(book, policy=book.policy.model_copy(update={"register_": held})))
    event = transfer(
        *items,
        to="KP",
        day="2024-06-10",
        kind="donation",
        parties=[
            {"role": "consignee", "name": "Example Rehabilitation Centre", "type": "organisation", "countries": ["KP"]}
        ],
        authorisations=[{"authority": "1718 Committee", "reference": "EXAMPLE-2024-01"}],
    )
    return screener.screen([event])[0]


@pytest.mark.parametrize(
    ("quantity", "item", "decision"),
    [
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, 40 units"}, Decision.CLEAR),
        ({"amount": 50, "unit": "pcs"}, {"description": "кресла-коляски инвалидные, 40 шт."}, Decision.CLEAR),
        (
            {"amount": 50, "unit": "units"},
            {"description": "wheelchairs", "quantity": 40, "unit": "pcs"},
            Decision.CLEAR,
        ),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, 51 units"}, Decision.REVIEW),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, 40 units", "quantity": 60}, Decision.REVIEW),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, cartons of 4 pcs"}, Decision.REVIEW),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, 40 units, 90 units"}, Decision.REVIEW),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs, 900 kg"}, Decision.REVIEW),
        ({"amount": 50, "unit": "pcs"}, {"description": "wheelchairs"}, Decision.REVIEW),
    ],
)
def test_a_permitted_quantity_is_held_against_the_words_where_the_field_is_empty(
    quantity: dict[str, Any], item: dict[str, Any], decision: Decision
) -> None:
    verdict = permitted(quantity, item | {"hs_code": "8713.10"})
    assert verdict.decision is decision, verdict.findings


def drawn(description: str) -> str:
    verdict = screened({"description": description, "hs_code": "2710.19"}, to="KP", day="2024-06-10")
    return next(finding.reason for finding in verdict.findings if finding.rule == "KP-TO-REFINED")


def test_a_quota_counts_only_what_is_said_of_its_own_goods() -> None:
    assert "500 bbl included" in drawn("diesel fuel, 500 bbl")
    assert "500 bbl included" in drawn("diesel fuel 500 bbl; paint 5 l")
    assert "not in the total" in drawn("diesel fuel; paint 500 l")
