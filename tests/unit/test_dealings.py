"""Dealings in services, money, people and vessels: what shows them, in which words, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders, packaged
from tests.builders import transfer
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.screening.findings import kind_in_words
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

SUBJECTS = next(rule_set for rule_set in builtin_rule_sets(["UN"]) if rule_set.rule_set == "un-kp-dealings").subjects


def screened(kind: str, *parties: dict[str, Any], day: str = "2024-03-01", **fields: Any) -> Verdict:
    return packaged.screener().screen([transfer(kind=kind, day=day, parties=parties, **fields)])[0]


def party(role: str = "transferee", country: str | None = "KP", what: str = "organisation", **fields: Any) -> Any:
    return builders.party(role, country, type=what, **fields)


def vessel(number: str, country: str | None = None) -> Any:
    identifiers = [{"type": "imo", "value": number}]
    return party("vessel", country, "vessel", identifiers=identifiers) | {"name": "Example Star"}


@pytest.mark.parametrize(
    ("purpose", "rule"),
    [
        ("crew for two trawlers", "KP-SHIP-CREW"),
        ("набор экипажа", "KP-SHIP-CREW"),
        ("선원 모집", "KP-SHIP-CREW"),
        ("船员外派", "KP-SHIP-CREW"),
        ("recrutement de marins", "KP-SHIP-CREW"),
        ("Anheuerung von Seeleute", "KP-SHIP-CREW"),
        ("contratación de marineros", "KP-SHIP-CREW"),
        ("توظيف بحارة", "KP-SHIP-CREW"),
        ("gemiadamı temini", "KP-SHIP-CREW"),
        ("разрешение на работу", "KP-PER-RETURN"),
        ("合资企业", "KP-FIN-JV"),
        ("coentreprise minière", "KP-FIN-JV"),
        ("Exportkreditgarantie", "KP-FIN-TRADE"),
        ("licencia de pesca", "KP-FR-FISHRIGHTS"),
        ("reaseguro de buques", "KP-SHIP-INSURE"),
        ("ремонт военной техники", "KP-SVC-ARMS"),
        ("страхование танкеров", "KP-SHIP-INSURE"),
        ("تأمين السفينة", "KP-SHIP-INSURE"),
        ("bakım ve onarım, askeri radar", "KP-SVC-ARMS"),
    ],
)
def test_a_dealing_is_known_by_its_words_in_any_language(purpose: str, rule: str) -> None:
    verdict = screened("service", party(), purpose=purpose)
    assert rule in {finding.rule for finding in verdict.findings}
    assert verdict.decision is Decision.BLOCK
    assert screened("service", party(country="KR"), purpose=purpose).decision is Decision.CLEAR


@pytest.mark.parametrize("purpose", ["перегрузка в море", "瀬取り", "ship-to-ship"])
def test_a_transfer_at_sea_is_barred_with_a_ship_under_the_flag_and_not_with_others(purpose: str) -> None:
    under_flag = screened("service", party(), party("vessel", "KP", "vessel"), purpose=purpose)
    assert "KP-SHIP-STS" in {finding.rule for finding in under_flag.findings}
    foreign = screened(
        "service", party(), party("vessel", "PA", "vessel"), party("vessel", "TG", "vessel"), purpose=purpose
    )
    assert "KP-SHIP-STS" not in {finding.rule for finding in foreign.findings}
    assert foreign.decision is Decision.REVIEW


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_every_subject_has_words_in_ten_languages(subject: str) -> None:
    words = " ".join(SUBJECTS[subject])
    for script, letters in {
        "Cyrillic": "а-я",
        "Hangul": "가-힣",
        "Han": "一-鿿",
        "Arabic": "ء-ي",
    }.items():
        low, high = letters.split("-")
        assert any(low <= letter <= high for letter in words), f"{subject} has no words in {script} letters"
    assert len(SUBJECTS[subject]) >= 10


def test_one_dealing_may_be_under_several_rules_and_all_are_reported() -> None:
    verdict = screened(
        "service", vessel("9319466", "KP"), party("financial_institution"), purpose="P&I cover and crew, bunkering"
    )
    found = {finding.rule for finding in verdict.findings}
    assert {"KP-SHIP-INSURE", "KP-SHIP-CREW", "KP-SHIP-BUNKER", "KP-SHIP-REG", "KP-FIN-BANK"} <= found


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        ("2009-06-11", set()),
        ("2009-06-12", {"KP-FIN-SVC"}),
        ("2017-08-04", {"KP-FIN-SVC"}),
        ("2017-08-05", {"KP-FIN-SVC", "KP-FIN-JV-2371"}),
        ("2017-09-11", {"KP-FIN-SVC", "KP-FIN-JV-WINDDOWN"}),
        ("2018-01-09", {"KP-FIN-SVC", "KP-FIN-JV-WINDDOWN"}),
        ("2018-01-10", {"KP-FIN-SVC", "KP-FIN-JV"}),
    ],
)
def test_money_for_a_joint_venture_is_judged_by_the_law_of_its_day(day: str, rules: set[str]) -> None:
    verdict = screened("payment", party(), purpose="joint venture", day=day)
    assert {finding.rule for finding in verdict.findings if finding.rule.startswith("KP-")} == rules


def test_a_named_vessel_is_known_by_its_number_under_any_name_and_flag() -> None:
    verdict = screened("charter", vessel("IMO 9191773", "PA"), party("transferee", "SG"))
    finding = next(finding for finding in verdict.findings if finding.rule == "KP-SHIP-DESIGNATE")
    assert finding.effect is Effect.BLOCK
    assert "BILLIONS NO.18" in finding.reason
    assert finding.citation.provision == "OP 12"


def test_a_vessel_whose_naming_is_still_to_be_checked_is_for_review_and_says_so() -> None:
    verdict = screened("charter", vessel("8660313", "PA"), party("transferee", "SG"))
    finding = next(finding for finding in verdict.findings if finding.rule == "KP-SHIP-DESIGNATE")
    assert finding.effect is Effect.REVIEW
    assert "still to be checked" in finding.reason


def test_goods_for_nobody_there_on_a_named_vessel_are_blocked_all_the_same() -> None:
    items = [{"description": "rice", "hs_code": "1006.30"}]
    route = {"origin": {"country": "VN"}, "destination": {"country": "PH"}}
    verdict = screened("sale", vessel("9114555", "PA"), party("consignee", "PH"), items=items, route=route)
    assert verdict.decision is Decision.BLOCK


@pytest.mark.parametrize("kind", ["payment", "service", "charter", "other"])
def test_a_dealing_that_no_rule_knows_is_for_a_person(kind: str) -> None:
    verdict = screened(kind, party("other"), day="2008-01-01")
    assert verdict.decision is Decision.REVIEW
    assert "TW-DEALING-UNKNOWN" in {finding.rule for finding in verdict.findings}


def test_before_the_regime_no_dealing_was_barred() -> None:
    assert screened("payment", party(), purpose="joint venture", day="2006-10-13").decision is Decision.CLEAR


@pytest.mark.parametrize(
    ("kind", "words"),
    [("ship_to_ship", "a ship-to-ship transfer"), ("other", "a transfer"), ("payment", "a payment")],
)
def test_the_kind_of_a_transfer_is_written_as_people_say_it(kind: str, words: str) -> None:
    assert kind_in_words(kind) == words
