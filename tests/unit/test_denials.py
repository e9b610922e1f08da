"""A text that says goods do not go to a country, and texts that only seem to."""

from __future__ import annotations

from functools import cache

import pytest

from tests import packaged
from tests.builders import party, seller, transfer
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas import Decision, Effect

DENIED = """\
not for Iran, DPRK
Not for re-export to Iran, North Korea or Syria
excluding North Korea
goods not of North Korean origin
No resale to DPRK, please
all countries other than DPRK and Iran
We confirm that the goods are not destined for North Korea
North Korea and Iran excluded
to Malaysia; with the exception of North Korea
neither Iran nor North Korea
не для КНДР
nicht für Nordkorea bestimmt
ni para Irán ni para Corea del Norte
ne pas réexporter en Corée du Nord
不得转口朝鲜
不得出口到伊朗、朝鲜
伊朗、朝鲜除外
북한 제외
北朝鮮を除く""".splitlines()
NOT_DENIED = """\
not only for DPRK
not from China but from North Korea
No, deliver to North Korea
Insurance: no. Deliver to North Korea
contract no DPRK-12
not excluding North Korea
to no country except North Korea
to nobody but North Korea
never to any country other than North Korea
no delivery to North Korea without payment
not for North Korea before May
is this not for North Korea?
insurance not included, to North Korea
price not included; North Korea
not urgent, for North Korea
not for China, for North Korea
不得不运往朝鲜
不是韩国，是朝鲜""".splitlines()


@cache
def screener() -> Screener:
    return Screener(packaged.rule_book())


def decision(text: str) -> Decision:
    pumps = {"description": "water pumps"}
    event = transfer(pumps, origin="CN", to="MY", parties=[seller("CN"), party(country="MY")], free_text=text)
    return screener().screen([event])[0].decision


@pytest.mark.parametrize("text", DENIED)
def test_a_country_that_is_denied_is_not_touched(text: str) -> None:
    assert decision(text) is Decision.CLEAR


@pytest.mark.parametrize("text", NOT_DENIED)
def test_what_only_looks_like_a_denial_is_for_review(text: str) -> None:
    assert decision(text) is Decision.REVIEW


def test_a_denial_takes_back_no_other_fact() -> None:
    event = transfer({"description": "water pumps"}, to="KP", free_text="not for North Korea")
    assert screener().screen([event])[0].decision is Decision.BLOCK


def test_a_maker_is_not_denied() -> None:
    item = {"description": "water pumps", "manufacturer": "Example Works, not North Korea"}
    findings = screener().screen([transfer(item, to="MY", parties=[party(country="MY")])])[0].findings
    assert any(finding.effect is not Effect.INFO for finding in findings)


@pytest.mark.parametrize("text", ["steel pipes via DPRK", "steel pipes via North Korea 20 t"])
def test_via_in_the_words_for_goods_is_no_street(text: str) -> None:
    event = transfer({"description": text}, origin="CN", to="MY", parties=[seller("CN"), party(country="MY")])
    # The wording model may ask for a review: it takes the names of places for words about the goods.
    assert screener().screen([event])[0].decision is not Decision.CLEAR


def test_via_is_a_street_before_a_number_in_an_address() -> None:
    mentions = packaged.rule_book().gazetteer.mentions
    assert not mentions("Via Cuba 12, Genova")
    assert mentions("c/o agent, via Nampo")


def test_a_denial_behind_more_words_than_are_read_denies_nothing() -> None:
    assert decision(f"{'word ' * 90}not for North Korea") is Decision.CLEAR
    assert decision(f"nobody knows of {'word ' * 110}not for North Korea") is Decision.REVIEW
