"""Who stands behind a party: what is owned by the listed counts as listed, as each authority's law says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import builders, packaged
from tests.builders import seller, transfer
from tidewaiter.errors import RuleError
from tidewaiter.lists import load_list
from tidewaiter.rulebook.country_knowledge import together
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.yaml_source import parse_yaml
from tidewaiter.screening.ownership.chain import Chain, OwnershipLink, Relation, holding, more_than_half, per_cent
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.verdict import Decision, Family, Finding, Verdict

AUTHORITIES = ("US", "EU", "UK", "UN", "JP")
NAMES = {"one": "Zbigniew Quarrelstone", "two": "Thessaly Wurmbrandt", "three": "Ignatius Oakhampton"}


@pytest.fixture(scope="module")
def screener(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """Three persons, each listed by every authority; and `three` on a list that is still to be checked."""
    entries = [
        f"  - {{id: {authority}-{key}, type: person, authority: {authority}, instrument: List, url: 'https://example.org', "
        f"names: ['{name}'], measures: [asset_freeze], confidence: {'C' if key == 'three' else 'V'}}}"
        for authority in AUTHORITIES
        for key, name in NAMES.items()
    ]
    path: Path = tmp_path_factory.mktemp("lists") / "sample.yaml"
    path.write_text("entries:\n" + "\n".join(entries) + "\n", encoding="utf-8")
    policy = Policy(jurisdictions=AUTHORITIES)
    return Screener(packaged.compiled(builtin_rule_sets(["UN"]), policy, [load_list("sample", path)]))


def owner(name: str, share: float | None = None, *owners: dict[str, Any]) -> dict[str, Any]:
    return {"name": NAMES.get(name, name), "owned_by": list(owners)} | ({} if share is None else {"share": share})


def screened(screener: Screener, **party: Any) -> Verdict:
    parties = [seller("DE"), builders.party(country="FR", name="Blue Harbour Cement") | party]
    return screener.screen([transfer({"description": "rice", "hs_code": "1006.30"}, parties=parties)])[0]


def effects(verdict: Verdict, entry: str = "one") -> dict[str, str]:
    found = [f for f in verdict.findings if f.family is Family.PARTY and f.rule.endswith(f"-{entry}")]
    assert len(found) == len(AUTHORITIES), [finding.rule for finding in found]
    return {finding.authority: str(finding.effect) for finding in found}


def finding(verdict: Verdict, rule: str) -> Finding:
    (found,) = [finding for finding in verdict.findings if finding.rule.endswith(rule)]
    return found


ALL = dict.fromkeys(AUTHORITIES[:4], "block") | {"JP": "review"}
NONE = dict.fromkeys(AUTHORITIES, "review")
US_ALONE = NONE | {"US": "block"}


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([owner("one", 100)], ALL),
        ([owner("one", 51)], ALL),
        ([owner("one", 50.01)], ALL),
        ([owner("one", 50)], US_ALONE),
        ([owner("one", 49.99)], NONE),
        ([owner("one", 0)], NONE),
        ([owner("one")], NONE),
        ([owner("one", 25), owner("two", 25)], US_ALONE),
        ([owner("one", 40), owner("two", 40)], US_ALONE),
        ([owner("one", 25), owner("two", 24)], NONE),
        ([owner("one", 25), owner("two")], NONE),
        ([owner("one", 1), owner("two", 60)], ALL),
        ([owner("one", 30), owner("three", 30)], NONE),
        ([owner("one", 30), owner("Innocent Fund", 70)], NONE),
        ([owner("Mid", 100, owner("one", 100))], ALL),
        ([owner("Mid", 60, owner("one", 60))], ALL),
        ([owner("Mid", 50, owner("one", 50))], US_ALONE),
        ([owner("Mid", 60, owner("one", 49))], NONE),
        ([owner("Mid", 49, owner("one", 100))], NONE),
        ([owner("Mid", None, owner("one", 100))], NONE),
        ([owner("Mid", 60, owner("one"))], NONE),
        ([owner("Mid", 60, owner("one", 30), owner("two", 30))], US_ALONE),
        ([owner("Mid", 25, owner("one", 51)), owner("two", 25)], US_ALONE),
        ([owner("Left", 30, owner("one", 60)), owner("Right", 30, owner("one", 60))], US_ALONE),
        ([owner("A", 51, owner("B", 51, owner("C", 51, owner("one", 51))))], ALL),
        ([owner("A", 51, owner("B", 51, owner("C", 40, owner("one", 51))))], NONE),
    ],
    ids=[
        "whole", "51", "just over half", "half", "just under half", "nothing", "unknown", "25+25", "40+40", "25+24", "25+unknown",
        "beside a majority", "with one still to be checked", "beside an innocent majority", "through one, whole", "60 of 60",
        "50 of 50", "a minority of a majority", "a majority of a minority", "unknown below", "unknown above", "30+30 above",
        "through one and direct", "one person two ways", "four levels", "a weak link",
    ],
)  # fmt: skip
def test_what_the_listed_own_counts_as_each_law_says(
    screener: Screener, owners: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    verdict = screened(screener, owned_by=owners)
    entries = [f for f in verdict.findings if f.rule.endswith("-one")]
    assert {f.authority for f in entries} == set(AUTHORITIES)
    for found in entries:
        assert str(found.effect) == expected[found.authority], found.reason
    assert verdict.decision is (Decision.BLOCK if "block" in expected.values() else Decision.REVIEW)


def test_control_without_ownership_is_for_review(screener: Screener) -> None:
    assert effects(screened(screener, controlled_by=[owner("one")])) == NONE
    assert effects(screened(screener, controlled_by=[owner("Mid", None, owner("one", 100))])) == NONE


def test_whoever_acts_for_the_listed_is_treated_as_the_listed(screener: Screener) -> None:
    assert effects(screened(screener, acting_for=[owner("one")])) == dict.fromkeys(AUTHORITIES, "block")
    assert effects(screened(screener, acting_for=[owner("Mid", None, owner("one", 60))])) == ALL
    assert effects(screened(screener, acting_for=[owner("Mid", None, owner("one", 40))])) == NONE


def test_nobody_listed_behind_a_party_is_no_finding(screener: Screener) -> None:
    verdict = screened(
        screener,
        owned_by=[owner("Innocent Fund", 60, owner("Innocent Family", 100))],
        controlled_by=[owner("Innocent Director")],
        acting_for=[owner("Innocent Principal")],
    )
    assert verdict.decision is Decision.CLEAR


def test_a_finding_tells_the_chain_in_a_sentence_with_evidence_for_each_link(screener: Screener) -> None:
    verdict = screened(screener, owned_by=[owner("Mid Harbour", 60, owner("one", 30), owner("two", 25.5))])
    found = finding(verdict, "US-one")
    assert found.subject == "/parties/1/owned_by/0/owned_by/0"
    assert found.reason.startswith("The owner up the chain of the transferee: Zbigniew Quarrelstone ")
    chain = "Blue Harbour Cement is owned to 60 % by Mid Harbour, and Mid Harbour is owned to 30 % by Zbigniew Quarrelstone."
    assert chain in found.reason
    assert "those on US lists come to 60 % of Blue Harbour Cement" in found.reason
    assert "50 % or more together" in found.reason
    assert [(e.subject, e.value, e.matched) for e in found.evidence if e.kind == "ownership"] == [
        ("/parties/1/owned_by/0", "Mid Harbour", "60 %"),
        ("/parties/1/owned_by/0/owned_by/0", "Zbigniew Quarrelstone", "30 %"),
    ]
    (rule,) = found.further_citations
    assert (rule.provision, rule.confidence) == ("13 August 2014", "V")


def test_shares_that_are_in_doubt_are_said_to_be_at_most(screener: Screener) -> None:
    verdict = screened(screener, owned_by=[owner("one", 30), owner("Mid", 40, owner("two", 10))])
    assert "those on US lists come to at most 70 % of Blue Harbour Cement" in finding(verdict, "US-one").reason


def test_a_review_says_what_is_missing(screener: Screener) -> None:
    part = screened(screener, owned_by=[owner("one", 30)])
    assert "not more than 50 %, as UK law asks" in finding(part, "UK-one").reason
    assert "not 50 % or more, as US law asks" in finding(part, "US-one").reason
    unknown = screened(screener, owned_by=[owner("one")])
    assert "share in the chain is not stated, and EU law asks for more than 50 %" in finding(unknown, "EU-one").reason
    assert "how JP law treats what a listed person owns is not encoded" in finding(unknown, "JP-one").reason


def test_the_order_of_owners_does_not_matter(screener: Screener) -> None:
    owners = [owner("Left", 20, owner("one", 60)), owner("two", 20), owner("three", 20), owner("Other", 40)]
    one, other = screened(screener, owned_by=owners), screened(screener, owned_by=owners[::-1])
    assert sorted((f.rule, f.effect) for f in one.findings) == sorted((f.rule, f.effect) for f in other.findings)


def link(pointer: str, share: int | None) -> OwnershipLink:
    return OwnershipLink(pointer, pointer, Relation.OWNER, None if share is None else Decimal(share))


def test_shares_are_added_and_never_multiplied() -> None:
    chains: list[Chain] = [(link("/0", 30), link("/0/0", 60)), (link("/1", 25),)]
    held = holding(chains, more_than_half)
    assert (held.share, held.largest, held.unknown) == (Decimal(55), Decimal(30), False)
    assert held.carrying == {"/0/0", "/1"}


def test_more_than_the_whole_is_the_whole() -> None:
    held = holding([(link("/0", 70),), (link("/1", 70),)], more_than_half)
    assert held.share == Decimal(100)


def test_nobody_holds_nothing() -> None:
    held = holding([], more_than_half)
    assert (held.share, held.unknown) == (Decimal(0), False)
    assert not held.carrying


@pytest.mark.parametrize(("share", "text"), [("50", "50 %"), ("33.30", "33.3 %"), ("0", "0 %"), ("100.00", "100 %")])
def test_a_share_is_written_as_people_write_it(share: str, text: str) -> None:
    assert per_cent(Decimal(share)) == text


@pytest.mark.parametrize("fields", ["", ", at_least: 50, more_than: 50"])
def test_an_ownership_rule_has_one_threshold(fields: str) -> None:
    text = (
        f"ownership: [{{authority: US{fields}, together: true, says: x, instrument: x, provision: x, "
        "url: 'https://example.org', confidence: V}]"
    )
    with pytest.raises(RuleError, match="`at_least` or `more_than`"):
        together([parse_yaml(text, "ownership.yaml")])
