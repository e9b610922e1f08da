"""A code alone, words alone, both agreeing, both disagreeing: each case with the rule that docs/goods.md gives it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

RULE = "KP-TO-VEHICLE"


def screened(to: str = "KP", **item: Any) -> Verdict:
    return packaged.screener().screen([transfer(item, origin="CN", to=to, parties=[seller("CN")])])[0]


def found(verdict: Verdict) -> dict[str, tuple[float, Effect]]:
    return {finding.rule: (finding.certainty, finding.effect) for finding in verdict.findings}


@pytest.mark.parametrize(
    ("item", "certainty", "effect"),
    [
        ({"hs_code": "8703.23"}, 1.0, Effect.BLOCK),
        # The wording is very likely that of a car.
        ({"description": "sedan car"}, 0.95, Effect.BLOCK),
        ({"description": "sedan car", "manufacturer": "Toyota"}, 0.95, Effect.BLOCK),
        ({"description": "sedan car", "hs_code": "8703.23"}, 1.0, Effect.BLOCK),
        ({"description": "rice", "hs_code": "8703.23"}, 1.0, Effect.BLOCK),
        ({"description": "sedan car", "hs_code": "1006.30"}, 0.65, Effect.REVIEW),
        # One of several goods agrees with the code: the others are what words alone make them, and it is no conflict.
        ({"description": "rice and a sedan car", "hs_code": "1006.30"}, 0.9, Effect.BLOCK),
    ],
)
def test_each_case_has_its_certainty_and_its_effect(item: dict[str, Any], certainty: float, effect: Effect) -> None:
    assert found(screened(**item))[RULE] == (certainty, effect)


@pytest.mark.parametrize(
    ("item", "conflict"),
    [
        ({"hs_code": "8703.23"}, False),
        ({"description": "sedan car"}, False),
        ({"description": "sedan car", "hs_code": "8703.23"}, False),
        ({"description": "machine", "hs_code": "8421"}, False),
        ({"description": "rice and a sedan car", "hs_code": "1006.30"}, False),
        ({"description": "rice", "hs_code": "8703.23"}, True),
        ({"description": "sedan car", "hs_code": "1006.30"}, True),
        ({"description": "Mercedes-Maybach S600", "hs_code": "9503"}, True),
    ],
)
def test_a_disagreement_is_a_finding_of_its_own(item: dict[str, Any], conflict: bool) -> None:
    verdict = screened(**item)
    assert found(verdict).get("TW-CODE-CONFLICT") == ((1.0, Effect.REVIEW) if conflict else None)
    assert not conflict or verdict.decision is not Decision.CLEAR


def test_where_nothing_is_barred_a_disagreement_is_told_and_decides_nothing() -> None:
    verdict = screened(to="DE", description="sedan car", hs_code="1006.30")
    assert found(verdict)["TW-CODE-CONFLICT"] == (1.0, Effect.INFO)
    assert verdict.decision is Decision.CLEAR


def test_words_that_nobody_knows_beside_an_innocent_code_ask_for_a_person() -> None:
    assert screened(description="zorbatron", hs_code="1006.30").decision is Decision.REVIEW
    assert screened(description="rice", hs_code="1006.30").decision is Decision.CLEAR
