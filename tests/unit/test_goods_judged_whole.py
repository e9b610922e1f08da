"""Whatever a line of goods names may be in the box, towards a country where it is barred."""

from __future__ import annotations

from typing import Any

import pytest

from tests import packaged
from tests.builders import party, seller, transfer
from tidewaiter.goods.hs.codes import read_codes
from tidewaiter_schemas import Decision, Verdict


def to_the_dprk(description: str, **facts: Any) -> Verdict:
    parties = [seller("CN"), party(country="KP")]
    sold = transfer({"description": description, **facts}, origin="CN", to="KP", parties=parties)
    return packaged.screener().screen([sold])[0]


@pytest.mark.parametrize(
    "line",
    [
        "flour (grenades)",
        "flour with grenades",
        "flour: grenades",
        "flour - grenades",
        'flour "grenades"',
        "flour for grenades",
        "flour not grenades",
        "flour [machine guns]",
        "box of flour, inside rifles",
        "flour containing crude oil",
        "a machine for fish meal",
        "gr3n4d3s",
        "g r e n a d e s",
    ],
)
@pytest.mark.parametrize("code", [None, "1101.00"])
def test_barred_goods_that_a_line_names_in_passing_are_never_clear(line: str, code: str | None) -> None:
    assert to_the_dprk(line, **({"hs_code": code} if code else {})).decision is not Decision.CLEAR


@pytest.mark.parametrize(
    "line",
    [
        "flour (wheat)",
        "rice with beans",
        "tinned tomatoes - apples",
        "biscuits for children",
        "insulin, antibiotics",
        "r i c e",
        "fl0ur",
    ],
)
def test_harmless_goods_named_in_passing_stay_clear(line: str) -> None:
    verdict = to_the_dprk(line)
    assert verdict.decision is Decision.CLEAR, [finding.reason for finding in verdict.findings]


def test_a_thing_named_in_passing_is_for_review_and_never_a_block() -> None:
    assert to_the_dprk("flour (grenades)").decision is Decision.REVIEW


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1101.00/9306.90", ["110100", "930690"]),
        ("1101.00,9306.90", ["110100", "930690"]),
        ("1101.00; 8703", ["110100", "8703"]),
        ("110100 930690", ["110100", "930690"]),
        ("8703.23", ["870323"]),
        ("8703 23 00", ["870323"]),
        ("0101.21.00.10", ["010121"]),
        ("no code", []),
    ],
)
def test_every_code_in_the_field_is_read(text: str, codes: list[str]) -> None:
    assert [code.digits for code in read_codes(text)] == codes


def test_a_barred_code_beside_a_harmless_one_is_not_clear() -> None:
    assert to_the_dprk("flour", hs_code="1101.00/9306.90").decision is Decision.BLOCK
    assert to_the_dprk("flour", hs_code="1101.00/1006.30").decision is Decision.CLEAR
