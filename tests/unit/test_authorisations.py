"""What a claimed authorisation does to a finding, and what one on the operator's register does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import packaged
from tests.builders import party, transfer
from tidewaiter.rulebook.policy import Policy, Register
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.verdict import Decision, Verdict

REGISTERED = {
    "authority": "1718 Committee",
    "reference": "EXAMPLE-2024-01",
    "parties": ["Example Rehabilitation Centre"],
    "goods": ["8713"],
    "countries": ["KP"],
    "valid": {"since": "2024-03-01", "until": "2025-02-28"},
}
CLAIM = {"authority": "UN 1718 Committee", "reference": "example-2024-01"}


def screener_with(*registered: dict[str, Any]) -> Screener:
    register = Register.model_validate({"authorisations": registered})
    return Screener(replace(packaged.rule_book(), policy=Policy(register=register)))


@pytest.fixture(scope="module")
def screener() -> Screener:
    return screener_with(REGISTERED)


def screened(screener: Screener, claims: list[dict[str, str]], **changes: Any) -> Verdict:
    centre = party("consignee", "KP", name="Example Rehabilitation Centre")
    wheelchairs = {"description": "wheelchairs", "hs_code": "8713.10"}
    facts = {"kind": "donation", "parties": [centre], "authorisations": claims} | changes
    return screener.screen([transfer(wheelchairs, to="KP", **facts)])[0]


def test_one_on_the_register_clears_and_the_finding_says_by_what(screener: Screener) -> None:
    verdict = screened(screener, [CLAIM])
    (finding,) = verdict.findings
    assert verdict.decision is Decision.CLEAR
    assert finding.rule == "KP-TO-VEHICLE"
    assert finding.suppressed_by == "1718 Committee EXAMPLE-2024-01"


def test_the_right_one_clears_whatever_is_claimed_beside_it(screener: Screener) -> None:
    other = CLAIM | {"reference": "ANOTHER"}
    assert screened(screener, [other, CLAIM]).decision is Decision.CLEAR
    assert screened(screener, [CLAIM, other]).decision is Decision.CLEAR


@pytest.mark.parametrize("claimed", [2, 50])
def test_of_many_claims_the_first_that_could_be_valid_speaks_and_else_the_last(
    screener: Screener, claimed: int
) -> None:
    valid = [CLAIM | {"reference": f"VALID-{number}"} for number in range(claimed)]
    expired = [CLAIM | {"reference": f"OLD-{number}", "expires_on": "2020"} for number in range(claimed)]
    for claims, told in (
        ([*valid, *expired], "VALID-0"),
        ([*expired, *valid], "VALID-0"),
        (expired, f"OLD-{claimed - 1}"),
    ):
        (finding,) = screened(screener, claims).findings
        assert finding.authorisation is not None
        assert finding.authorisation.reference == told
    assert screened(screener, [*expired[:40], *valid[:40], CLAIM]).decision is Decision.CLEAR


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"items": [{"description": "motor cars", "hs_code": "8703.23"}]}, "covers other goods"),
        ({"items": [{"description": "wheelchairs and a limousine"}]}, "covers other goods"),
        ({"items": [{"description": "wheelchairs and a limousine", "hs_code": "8713.10"}]}, "covers other goods"),
        ({"route": {"destination": {"country": "CN"}}}, "is for another destination"),
        ({"occurred_at": "2024-02-29T12:00:00Z"}, "is not valid on 2024-02-29"),
        (
            {"parties": [{"role": "consignee", "name": "Another Centre", "countries": ["KP"], "type": "organisation"}]},
            "names other parties",
        ),
    ],
    ids=["goods", "more goods in one line", "more goods than the code", "destination", "day", "party"],
)
def test_one_that_does_not_agree_means_review_and_says_why(
    screener: Screener, changes: dict[str, Any], reason: str
) -> None:
    verdict = screened(screener, [CLAIM], **changes)
    assert verdict.decision is Decision.REVIEW
    assert all(finding.suppressed_by is None for finding in verdict.findings)
    assert any(finding.authorisation and reason in finding.authorisation.reason for finding in verdict.findings)


def test_a_second_receiver_whom_it_does_not_name_is_not_covered(screener: Screener) -> None:
    parties = [
        {"role": "consignee", "name": "Example Rehabilitation Centre", "type": "organisation", "countries": ["KP"]},
        {"role": "end_user", "name": "Another Body", "type": "organisation", "countries": ["KP"]},
    ]
    assert screened(screener, [CLAIM], parties=parties).decision is Decision.REVIEW


@pytest.mark.parametrize(
    ("claims", "decision"),
    [
        ([], Decision.BLOCK),
        ([{"authority": "1718 Committee", "reference": "UNHEARD-OF"}], Decision.REVIEW),
        ([{"authority": "1718 Committee", "reference": "UNHEARD-OF", "expires_on": "2024-05"}], Decision.BLOCK),
        ([{"authority": "Ministry of Elsewhere", "reference": "EXAMPLE-2024-01"}], Decision.BLOCK),
    ],
    ids=["none", "claimed", "expired", "of another authority"],
)
def test_a_claim_alone_means_review_while_it_could_be_valid(
    screener: Screener, claims: list[dict[str, str]], decision: Decision
) -> None:
    assert screened(screener, claims).decision is decision


@pytest.mark.parametrize(
    ("quantities", "decision"),
    [
        (["40"], Decision.CLEAR),
        (["20", "20"], Decision.CLEAR),
        (["40", "1"], Decision.REVIEW),
        (["39", None], Decision.REVIEW),
    ],
)
def test_the_permitted_quantity_is_of_all_lines_of_a_transfer_together(
    quantities: list[str | None], decision: Decision
) -> None:
    screener = screener_with(REGISTERED | {"quantity": {"amount": "40", "unit": "pcs"}})
    lines = [
        {"description": "wheelchairs", "hs_code": "8713.10", "unit": "pcs", "quantity": each} for each in quantities
    ]
    verdict = screened(screener, [CLAIM], items=lines)
    assert verdict.decision is decision
    assert {finding.suppressed_by is None for finding in verdict.findings} == {decision is Decision.REVIEW}


def test_goods_without_a_permit_beside_permitted_ones_are_not_cleared(screener: Screener) -> None:
    items = [
        {"description": "wheelchairs", "hs_code": "8713.10"},
        {"description": "motor cars", "hs_code": "8703.23"},
    ]
    verdict = screened(screener, [CLAIM], items=items)
    assert {finding.subject for finding in verdict.findings if finding.suppressed_by} == {"/items/0"}
    assert verdict.decision is Decision.REVIEW


def test_a_listed_party_is_not_covered_by_a_permit_for_goods(screener: Screener) -> None:
    parties = [{"role": "consignee", "name": "Kim Jong Un", "type": "person", "countries": ["KP"]}]
    verdict = screened(screener, [CLAIM], parties=parties)
    assert [finding for finding in verdict.findings if finding.family == "party" and not finding.authorisation]


FREEZE: dict[str, Any] = {
    "authority": "UN Security Council",
    "reference": "S/RES/2664",
    "parties": ["Korea Mining Development Trading Corporation"],
    "rules": ["KP-FIN-FREEZE", "sample:KPe.001"],
    "valid": {"since": "2022-12-09"},
}


def paid(register: list[dict[str, Any]], **changes: Any) -> Verdict:
    claim = {"authority": "UN Security Council", "reference": "S/RES/2664"}
    facts: dict[str, Any] = {
        "kind": "payment",
        "parties": [party(country="KP", name=FREEZE["parties"][0])],
        "authorisations": [claim],
    }
    return screener_with(*register).screen([transfer(**(facts | changes))])[0]


def effects(verdict: Verdict) -> dict[str, str]:
    return {finding.rule: "cleared" if finding.suppressed_by else str(finding.effect) for finding in verdict.findings}


def test_a_humanitarian_purpose_puts_a_freeze_and_its_listing_before_a_person() -> None:
    found = effects(paid([], purpose="humanitarian assistance", authorisations=[]))
    assert found["KP-FIN-FREEZE"] == found["sample:KPe.001"] == "review"


def test_a_humanitarian_purpose_meant_nothing_before_the_resolution_that_made_it_count() -> None:
    found = effects(paid([], purpose="humanitarian assistance", authorisations=[], occurred_at="2022-12-08T12:00:00Z"))
    assert found["KP-FIN-FREEZE"] == found["sample:KPe.001"] == "block"


def test_a_humanitarian_purpose_lifts_no_bar_on_goods() -> None:
    items = [{"description": "lathe", "hs_code": "8458.11"}]
    verdict = paid([], kind="donation", items=items, purpose="humanitarian assistance", authorisations=[])
    assert effects(verdict)["KP-TO-INDMACH"] == "block"


def test_a_listing_is_lifted_only_by_an_entry_that_names_it() -> None:
    assert effects(paid([FREEZE]))["sample:KPe.001"] == "cleared"
    assert effects(paid([FREEZE]))["KP-FIN-FREEZE"] == "cleared"
    unnamed = effects(paid([FREEZE | {"rules": ["KP-FIN-FREEZE"]}]))
    assert unnamed["sample:KPe.001"] == "block"
    assert unnamed["KP-FIN-FREEZE"] == "cleared"


@pytest.mark.parametrize(
    ("item", "decision"),
    [
        ({"quantity": "100", "unit": "pieces"}, Decision.CLEAR),
        ({"quantity": "101", "unit": "pieces"}, Decision.REVIEW),
        ({"quantity": "100", "unit": "tonnes"}, Decision.REVIEW),
        ({"quantity": "100"}, Decision.REVIEW),
        ({}, Decision.REVIEW),
    ],
    ids=["the most", "more", "another unit", "no unit", "nothing said"],
)
def test_a_permitted_quantity_is_the_most_that_one_transfer_may_have(item: dict[str, str], decision: Decision) -> None:
    limited = screener_with(REGISTERED | {"quantity": {"amount": "100", "unit": "pieces"}})
    items = [{"description": "wheelchairs", "hs_code": "8713.10"} | item]
    assert screened(limited, [CLAIM], items=items).decision is decision
