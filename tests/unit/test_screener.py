"""How a transfer is judged: by way of whom and what it touches a country, and what a listing means for it."""

from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import uuid5

import pytest

from tests import packaged
from tests.builders import party, seller, transfer
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening import screener as screening
from tidewaiter.screening.case import law_day
from tidewaiter.screening.identity import NAMESPACE, content_sha256, verdict_id
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.verdict import Decision, Effect, Family, Verdict

CAR = {"description": "limousine", "hs_code": "8703.24"}
SELLER = seller("CN")


@pytest.fixture(scope="module")
def us_screener() -> Screener:
    return packaged.screener("UN", "US")


def screened(screener: Screener, **facts: Any) -> Verdict:
    return screener.screen([transfer(**({"items": [CAR], "parties": [SELLER]} | facts))])[0]


def receiver(**facts: Any) -> list[dict[str, Any]]:
    return [SELLER, party(**facts)]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
        ("0001-01-01T23:59:59+23:59", "0001-01-01T23:59:59Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"),
        ("9999-12-31T00:01:00.999999-23:59", "9999-12-31T00:00:00Z"),
    ],
)
def test_a_moment_whose_utc_day_is_outside_of_the_calendar_is_judged_by_the_nearest_day(
    screener: Screener, moment: str, day: str
) -> None:
    route = {"destination": {"country": "KP"}}
    at_the_end, beside_it = (screened(screener, occurred_at=when, route=route) for when in (moment, day))
    assert at_the_end.decision is beside_it.decision
    assert at_the_end.findings == beside_it.findings
    if "9999" in moment:
        assert at_the_end.decision is Decision.BLOCK


TO_CHINA = {"destination": {"country": "CN", "place": "Dandong"}}


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({"route": {"destination": {"country": "KP"}}}, Decision.BLOCK),
        ({"route": {"destination": {"place": "Nampo"}}}, Decision.BLOCK),
        ({"route": {"destination": {"place": "평양"}}}, Decision.BLOCK),
        ({"parties": receiver(countries=["KP"])}, Decision.BLOCK),
        ({"parties": receiver(countries=["KP"]), "route": TO_CHINA}, Decision.BLOCK),
        ({"parties": receiver(countries=["KP"], type="person")}, Decision.BLOCK),
        ({"parties": receiver(countries=["KP"], type="person"), "route": {"destination": {"country": "CN", "place": "Shanghai"}}}, Decision.REVIEW),
        ({"parties": receiver(countries=["KP"], type="person"), "route": TO_CHINA}, Decision.BLOCK),
        ({"parties": receiver(name="Workers' Party of Korea"), "route": TO_CHINA}, Decision.BLOCK),
        ({"parties": receiver(countries=["CN"], address="Room 4, Sinuiju, North Phyongan"), "route": TO_CHINA}, Decision.REVIEW),
        ({"parties": receiver(address="Kim Il Sung Square, Pyongyang")}, Decision.BLOCK),
        ({"parties": receiver(countries=["CN"]), "route": TO_CHINA | {"transit": [{"country": "KP"}]}}, Decision.REVIEW),
        ({"parties": receiver(countries=["CN"]), "route": TO_CHINA, "purpose": "for resale in North Korea"}, Decision.REVIEW),
        ({"parties": [*receiver(countries=["CN"]), {"role": "carrier", "name": "Example Line", "countries": ["KP"]}], "route": TO_CHINA}, Decision.REVIEW),
        ({"parties": [*receiver(countries=["CN"]), {"role": "fixer", "name": "Example Agent", "countries": ["KP"]}], "route": TO_CHINA}, Decision.REVIEW),
        ({"parties": receiver(countries=["CN"]), "route": TO_CHINA}, Decision.CLEAR),
        ({"parties": receiver(countries=["KR"], address="Seoul, Republic of Korea"), "route": {"destination": {"country": "KR"}}}, Decision.CLEAR),
    ],
    ids=[
        "destination", "place", "place in Korean", "organisation", "organisation, delivery elsewhere", "person",
        "person, delivery elsewhere", "person, delivery at the border", "government body", "address against country", "address alone", "transit", "purpose",
        "carrier", "unknown role", "nothing", "the other Korea",
    ],
)  # fmt: skip
def test_a_tie_is_as_sure_as_the_fact_it_rests_on(
    screener: Screener, facts: dict[str, Any], decision: Decision
) -> None:
    verdict = screened(screener, **facts)
    assert verdict.decision is decision, [finding.reason for finding in verdict.findings]


def test_goods_from_a_sanctioned_country_are_never_cleared(screener: Screener) -> None:
    rice = [{"description": "rice", "hs_code": "1006.30"}]
    for facts in (
        {"route": {"origin": {"country": "KP"}, "destination": {"country": "CN"}}},
        {"items": [rice[0] | {"origin": "KP"}], "parties": receiver(countries=["CN"])},
        {"parties": [SELLER | {"countries": ["KP"]}, receiver(countries=["CN"])[1]]},
    ):
        assert screened(screener, **({"items": rice} | facts)).decision is Decision.REVIEW


LISTED = {"role": "transferee", "name": "Kim Jong Un", "type": "person", "countries": ["KP"]}


def party_effects(verdict: Verdict) -> set[tuple[str, str]]:
    return {(f.rule, str(f.effect)) for f in verdict.findings if f.family is Family.PARTY}


def test_a_listing_blocks_only_where_its_law_binds(screener: Screener, us_screener: Screener) -> None:
    assert party_effects(screened(screener, parties=[LISTED])) == {("sample:20157", "review")}
    assert party_effects(screened(us_screener, parties=[LISTED])) == {("sample:20157", "block")}


def test_a_party_is_not_listed_before_the_day_it_was(us_screener: Screener) -> None:
    before = screened(us_screener, parties=[LISTED], occurred_at="2016-07-05T12:00:00Z")
    after = screened(us_screener, parties=[LISTED], occurred_at="2016-07-06T12:00:00Z")
    assert not party_effects(before)
    assert party_effects(after)


@pytest.mark.parametrize(("share", "effect"), [(51, "block"), (50, "block"), (49, "review"), (None, "review")])
def test_an_owner_counts_by_the_share_it_holds(us_screener: Screener, share: int | None, effect: str) -> None:
    owned = {
        "role": "transferee",
        "name": "Example Holding",
        "countries": ["CN"],
        # Syllables that many Koreans are called by block only where another fact supports them.
        "owned_by": [{"name": "Kim Jong Un", "share": share, "countries": ["KP"]}],
    }
    verdict = screened(us_screener, parties=[SELLER, owned])
    (finding,) = [f for f in verdict.findings if f.rule == "sample:20157"]
    assert finding.subject == "/parties/1/owned_by/0"
    assert finding.effect == effect


def test_the_maker_of_goods_is_looked_up_and_means_review(us_screener: Screener) -> None:
    item = CAR | {"manufacturer": "Aurus"}
    verdict = screened(us_screener, items=[item], parties=receiver(countries=["CN"]))
    (finding,) = [f for f in verdict.findings if f.family is Family.PARTY]
    assert finding.subject == "/items/0/manufacturer"
    assert finding.effect == "review"
    assert verdict.decision is Decision.REVIEW


def test_what_is_only_reported_is_decided_on_condition(screener: Screener) -> None:
    route = {"destination": {"country": "KP"}}
    assert not screened(screener, route=route).conditional
    for status in ("alleged", "reported", "rumoured"):
        assert screened(screener, route=route, report={"status": status}).conditional
    cleared = screened(screener, parties=receiver(countries=["CN"]), report={"status": "alleged"})
    assert cleared.decision is Decision.CLEAR
    assert not cleared.conditional


def test_every_finding_cites_and_says_where_in_the_transfer_it_is(screener: Screener) -> None:
    verdict = screened(screener, route={"destination": {"country": "KP"}}, parties=[LISTED])
    assert verdict.findings
    for finding in verdict.findings:
        assert finding.citation.url
        assert finding.citation.verified is (finding.citation.confidence == "V")
        assert finding.subject.startswith("/")
        assert finding.evidence
        assert finding.reason.endswith(".")


def test_a_verdict_id_changes_with_the_transfer_and_with_the_rule_book(
    screener: Screener, us_screener: Screener
) -> None:
    first = screened(screener)
    assert screened(screener).id == first.id
    assert screened(screener, items=[CAR | {"quantity": 2}]).id != first.id
    assert screened(us_screener).id != first.id


def test_a_verdict_id_is_the_uuid_of_version_5_of_what_it_stands_for() -> None:
    for number in range(50):
        gift = transfer(id=f"t-{number}", kind="gift", parties=[LISTED])
        said = "|".join((gift.id, content_sha256(gift), "0" * 64, "an engine"))
        assert verdict_id(gift, "0" * 64, "an engine") == uuid5(NAMESPACE, said)


@pytest.mark.parametrize(
    ("party", "rule"),
    [
        ({"name": "???"}, "TW-NAME-UNKNOWN"),
        ({"name": "n/a"}, "TW-NAME-UNKNOWN"),
        ({"name": "0"}, "TW-NAME-UNKNOWN"),
        ({"name": "UNDISCLOSED"}, "TW-NAME-UNKNOWN"),
        ({"name": "Undisclosed Ltd"}, None),
        ({"name": "½ ② Ⅻ"}, "TW-NAME-UNKNOWN"),
        ({"name": "\u0301\u200b"}, "TW-NAME-UNKNOWN"),
        ({"name": "-", "aliases": ["Example Buyer"]}, None),
        ({"name": "3M"}, None),
        ({"name": "李"}, None),
        ({"name": "Example", "owned_by": [{"name": "???"}]}, "TW-NAME-UNKNOWN"),
        ({"name": "MV Example", "type": "vessel", "identifiers": [{"type": "imo", "value": "IMO 9074729"}]}, None),
        ({"name": "MV Example", "type": "vessel", "identifiers": [{"type": "imo", "value": "9074728"}]}, "TW-IDENTIFIER-INVALID"),
        ({"identifiers": [{"type": "imo", "value": "907472"}]}, "TW-IDENTIFIER-INVALID"),
        ({"identifiers": [{"type": "lei", "value": "5493001KJTIIGC8Y1R12"}]}, None),
        ({"identifiers": [{"type": "lei", "value": "5493001KJTIIGC8Y1R13"}]}, "TW-IDENTIFIER-INVALID"),
        ({"identifiers": [{"type": "bic", "value": "DEUTDEFF"}]}, None),
        ({"identifiers": [{"type": "bic", "value": "DEUT"}]}, "TW-IDENTIFIER-INVALID"),
        ({"identifiers": [{"type": "mmsi", "value": "366123456"}]}, None),
        ({"identifiers": [{"type": "mmsi", "value": "36612345"}]}, "TW-IDENTIFIER-INVALID"),
        ({"identifiers": [{"type": "passport", "value": "?"}]}, None),
    ],
)  # fmt: skip
def test_a_name_or_number_that_can_be_nobodys_is_for_review(
    screener: Screener, party: dict[str, Any], rule: str | None
) -> None:
    verdict = screened(
        screener,
        items=[{"description": "rice"}],
        parties=[SELLER, {"role": "transferee", "name": "Example Buyer", "countries": ["FR"]} | party],
    )
    assert {finding.rule for finding in verdict.findings} == ({rule} if rule else set())
    assert verdict.decision is (Decision.REVIEW if rule else Decision.CLEAR)


def test_two_rules_that_would_each_leave_an_item_to_the_other_both_speak() -> None:
    names = ("KP-TO-LUX-OPEN", "KP-TO-CATCHALL-MIL")
    changed = []
    for rule_set in builtin_rule_sets():
        rules = tuple(
            rule.model_copy(update={"subsidiary_to": names}) if rule.id in names else rule for rule in rule_set.rules
        )
        changed.append(rule_set.model_copy(update={"rules": rules}))
    watch = transfer({"description": "steel watch", "hs_code": "9102.11"}, to="KP")
    found = {finding.rule for finding in Screener(packaged.compiled(changed)).screen([watch])[0].findings}
    assert set(names) <= found


@pytest.fixture
def room_for_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict with room for 100 findings; the thousand takes law of many jurisdictions and some hundred lines."""
    monkeypatch.setattr(screening, "MOST_FINDINGS", 100)


@pytest.mark.usefixtures("room_for_a_hundred")
def test_a_verdict_tells_the_strongest_findings_and_all_decide(screener: Screener) -> None:
    def verdict_on(lines: list[dict[str, str]], nobodies: int) -> Verdict:
        parties = [party(country="KP"), *[{"role": "other", "name": "???"}] * nobodies]
        return screener.screen([transfer(*lines, to="KP", parties=parties)])[0]

    unknown, car = {"description": "zorbatrons"}, {"description": "motor car"}
    verdict = verdict_on([unknown] * 90 + [car], 30)
    assert len(verdict.findings) == 101
    last = verdict.findings[-1]
    assert (last.rule, last.effect) == ("TW-FINDINGS-LEFT-OUT", Effect.INFO)
    assert verdict.decision is Decision.BLOCK
    assert verdict.findings[0].subject == "/items/90", "the strongest, wherever its line stood"
    assert verdict_on([unknown] * 90, 30).decision is Decision.REVIEW
    assert len(verdict_on([unknown] * 90, 0).findings) == 90


@pytest.mark.usefixtures("room_for_a_hundred")
def test_what_was_not_read_is_told_beside_stronger_findings(screener: Screener) -> None:
    cars = [{"description": "motor car", "origin": "KP", "hs_code": "8703"}] * 1_100
    verdict = screened(screener, items=cars, route={"destination": {"country": "KP"}, "origin": {"country": "KP"}})
    assert verdict.findings[-1].rule == "TW-FINDINGS-LEFT-OUT"
    not_read = [finding for finding in verdict.findings if finding.rule == "TW-NOT-READ"]
    assert not_read
    assert verdict.findings[-2] is not_read[-1]
    assert {finding.effect for finding in verdict.findings[:100]} == {Effect.BLOCK}


def test_a_line_that_names_more_things_than_any_is_judged_by_each_rule_once(screener: Screener) -> None:
    goods = ", ".join(["rice", "motor car", "steel pipes", "wine"] * 200)
    verdict = screener.screen([transfer({"description": goods}, to="KP")])[0]
    counted = Counter(finding.rule for finding in verdict.findings)
    assert verdict.decision is Decision.BLOCK
    assert counted["KP-TO-VEHICLE"] == 1
    assert max(counted.values()) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Russian-made car, an Aurus limousine", 1),
        ("motor car, car, limousine", 1),
        ("motor car, railway carriages", 2),
    ],
)
def test_goods_of_one_heading_are_told_once_and_others_each(screener: Screener, line: str, told: int) -> None:
    verdict = screened(screener, items=[{"description": line}], route={"destination": {"country": "KP"}})
    assert [finding.rule for finding in verdict.findings].count("KP-TO-VEHICLE") == told


def test_goods_of_the_same_words_are_judged_by_their_own_value() -> None:
    for amount, barred in ((400, False), (600, True), (400, False), (600, True)):
        carpet = {"hs_code": "5701.10", "value": {"amount": amount, "currency": "USD"}}
        (verdict,) = packaged.screener().screen([transfer(carpet, to="KP")])
        assert ("KP-TO-LUX-2321-1" in {finding.rule for finding in verdict.findings}) is barred


def test_goods_that_are_judged_again_have_the_findings_of_their_own_place() -> None:
    rice, pumps = {"description": "rice"}, {"description": "industrial pumps"}
    for items in ([rice, pumps], [pumps, rice], [rice, pumps]):
        (verdict,) = packaged.screener().screen([transfer(*items, to="KP")])
        barred = [finding for finding in verdict.findings if finding.rule == "KP-TO-INDMACH"]
        place = f"/items/{items.index(pumps)}"
        assert [(one.subject, one.evidence[0].subject) for one in barred] == [(place, f"{place}/description")]


def test_judgements_of_goods_are_freed_with_their_rule_book() -> None:
    book = replace(packaged.rule_book())
    pumps = transfer({"description": "industrial pumps"}, to="KP")
    Screener(book).screen([pumps])
    law = weakref.ref(book.law("KP", Direction.TO, law_day(pumps)))
    assert law() is not None
    del book
    assert law() is None
