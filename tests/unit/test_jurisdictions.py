"""Whose law is in the rule book: the packaged law of whoever binds the operator, and all that it names itself."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter.release.assembly import assemble
from tidewaiter.rulebook.loader import BUILTIN, builtin_rule_sets
from tidewaiter.rulebook.policy import JURISDICTIONS
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.verdict import Effect

LATHE = transfer(
    {"description": "CNC lathe", "hs_code": "8458.11"}, day="2025-06-10", origin="US", to="RU", parties=[seller("US")]
)


@pytest.mark.parametrize("bound", [("UN",), ("US",), ("EU", "UN"), ("UK",), ("JP", "CA"), tuple(sorted(JURISDICTIONS))])
def test_packaged_rule_sets_of_others_are_left_out(bound: tuple[str, ...]) -> None:
    packaged = {rule_set.rule_set: rule_set.jurisdiction for rule_set in builtin_rule_sets()}
    book = assemble(Settings(jurisdictions=bound, without_un="UN" not in bound))
    assert {version.id for version in book.manifest.rule_sets} == {i for i, j in packaged.items() if j in bound}


def test_un_law_binds_whoever_is_named_unless_it_is_left_out_by_name() -> None:
    assert assemble(Settings(jurisdictions=("US",))).policy.jurisdictions == ("UN", "US")
    assert assemble(Settings(jurisdictions=("US",), without_un=True)).policy.jurisdictions == ("US",)


def test_whose_law_it_is_is_read_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(BUILTIN / "codes", tmp_path / "codes")
    plain = (BUILTIN / "us-ru-by.yaml").read_text(encoding="utf-8")
    quoted = plain.replace("\njurisdiction: US\n", '\njurisdiction: "US"  # of America\n')
    assert quoted != plain
    (tmp_path / "us-ru-by.yaml").write_text(quoted, encoding="utf-8")
    monkeypatch.setattr("tidewaiter.rulebook.loader.BUILTIN", tmp_path)
    assert [rule_set.rule_set for rule_set in builtin_rule_sets(["US"])] == ["us-ru-by"]
    assert builtin_rule_sets(["UN"]) == ()


def test_law_that_does_not_bind_ties_nothing_to_its_countries() -> None:
    assert "RU" not in assemble(Settings()).territories


def test_a_rule_set_that_the_operator_names_itself_stays_and_asks_for_review_at_most(tmp_path: Path) -> None:
    shutil.copy(BUILTIN / "us-ru-by.yaml", tmp_path)
    shutil.copytree(BUILTIN / "codes", tmp_path / "codes")
    (finding,) = (
        finding
        for finding in Screener(assemble(Settings(rules=(tmp_path,)))).screen([LATHE])[0].findings
        if finding.rule == "US-RU-INDUSTRY"
    )
    assert finding.effect is Effect.REVIEW
    assert "not bound by US law" in finding.reason
    (finding,) = (
        finding
        for finding in Screener(assemble(Settings(jurisdictions=("US",)))).screen([LATHE])[0].findings
        if finding.rule == "US-RU-INDUSTRY"
    )
    assert finding.effect is Effect.BLOCK


def test_a_law_reaches_what_comes_from_where_it_does_and_asks_elsewhere() -> None:
    screener = Screener(assemble(Settings(jurisdictions=("US",))))
    seller = {"role": "transferor", "name": "Example Exporter"}
    for facts, effect in (
        ({"parties": [seller | {"countries": ["US"]}], "route": {"destination": {"country": "RU"}}}, Effect.BLOCK),
        ({"route": {"origin": {"country": "US"}, "destination": {"country": "RU"}}}, Effect.BLOCK),
        (
            {"items": [{"hs_code": "8458.11", "origin": "US"}], "route": {"destination": {"country": "RU"}}},
            Effect.BLOCK,
        ),
        ({"parties": [seller | {"countries": ["TR"]}], "route": {"destination": {"country": "RU"}}}, Effect.REVIEW),
        ({"route": {"destination": {"country": "RU"}}}, Effect.REVIEW),
    ):
        (verdict,) = screener.screen([transfer({"hs_code": "8458.11"}, day="2025-06-10", **facts)])
        (finding,) = (finding for finding in verdict.findings if finding.rule == "US-RU-INDUSTRY")
        assert finding.effect is effect, finding.reason
        assert ("nothing shows that the goods come from US" in finding.reason) is (effect is Effect.REVIEW)


def test_every_packaged_code_list_is_used() -> None:
    used = {
        rule.goods.codes.file
        for rule_set in builtin_rule_sets()
        for rule in rule_set.rules
        if rule.goods is not None and rule.goods.codes is not None
    }
    assert used == {f"codes/{path.name}" for path in (BUILTIN / "codes").glob("*.csv")}


def test_lists_of_a_past_day_block_up_to_that_day_alone() -> None:
    blocking = {
        rule.id: rule.in_force.until or date.max
        for rule_set in builtin_rule_sets(["EU"])
        for rule in rule_set.rules
        if rule.effect is Effect.BLOCK and rule.goods and rule.goods.codes and rule.direction is Direction.TO
    }
    assert blocking["EU-RU-LUXURY-2022"] == date(2022, 12, 4)
    assert blocking["EU-KP-LUXURY-TO"] == date.max


def test_a_contested_law_is_applied_and_says_who_contests_it() -> None:
    tank = transfer({"hs_code": "8710.00"}, day="2025-11-10", to="IR", parties=[seller("RU")])
    (verdict,) = packaged.screener().screen([tank])
    (finding,) = (finding for finding in verdict.findings if finding.rule == "IR-TO-HEAVY-ARMS")
    assert finding.effect is Effect.BLOCK
    assert "That this law is in force is contested by RU, CN." in finding.reason
