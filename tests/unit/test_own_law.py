"""The operator's own law: rule sets and lists under a jurisdiction name of its own, which block where it binds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import builders
from tests.builders import party, seller
from tidewaiter.commands.lists import app
from tidewaiter.errors import ListError, RuleError
from tidewaiter.lists.own import COLUMNS, OwnList, keep, read, read_as
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Decision, Effect, Verdict

RULES = """\
rule_set: acme-drones
title: House policy on drones
authority: ACME Compliance
jurisdiction: ACME
version: 2026-01-01
instruments:
  "12": {name: ACME policy 12, url: "https://acme.example/policies/12", adopted: 2026-01-01}
territories:
  - {country: BR, since: 2026-01-01, demonym: Brazil, names: [Brazil]}
rules:
  - id: ACME-DRONES
    title: Drones to Brazil
    says: ACME supplies no drones to Brazil.
    direction: to
    countries: [BR]
    confidence: V
    citations: [{instrument: "12", provision: section 3, confidence: V}]
    in_force: {since: 2026-01-01}
    goods: {hs: [{prefix: "8806"}]}
    examples:
      match: [{name: a drone, transfer: {route: {destination: {country: BR}}, items: [{hs_code: "8806.21"}]}}]
      no_match: [{name: to Chile, transfer: {route: {destination: {country: CL}}, items: [{hs_code: "8806.21"}]}}]
"""
ACME = OwnList(name="acme-blocked", jurisdiction="ACME", title="ACME policy 12", url="https://acme.example/policies/12")
CSV = "name,id,type,countries,identifiers,measure\nZorbatron Industries,7,organisation,BR,tax_id:55-1,\n"


def screened(tmp_path: Path, *jurisdictions: str, **facts: Any) -> Verdict:
    rules, lists = tmp_path / "rules", tmp_path / "lists"
    rules.mkdir(exist_ok=True)
    (rules / "acme.yaml").write_text(RULES, encoding="utf-8")
    lists.mkdir(exist_ok=True)
    folder = lists if (lists / "own").exists() else None
    settings = Settings(jurisdictions=jurisdictions, rules=[rules], lists_dir=folder)
    (verdict,) = Screener(assemble(settings)).screen([builders.transfer(day="2026-02-01", **facts)])
    return verdict


DRONE = {
    "parties": [seller("DE"), party(country="BR")],
    "items": [{"description": "drone", "hs_code": "8806.21"}],
    "route": {"origin": {"country": "DE"}, "destination": {"country": "BR"}},
}
BUYER = {
    "parties": [seller("DE"), party(name="Zorbatron Industries", country="BR")],
    "items": [{"description": "office chairs", "hs_code": "9401.30"}],
    "route": {"origin": {"country": "DE"}, "destination": {"country": "BR"}},
}


def test_a_house_policy_blocks_where_it_binds_and_cites_itself(tmp_path: Path) -> None:
    verdict = screened(tmp_path, "UN", "ACME", **DRONE)
    (finding,) = (one for one in verdict.findings if one.rule == "ACME-DRONES")
    assert (finding.effect, finding.authority) == (Effect.BLOCK, "ACME Compliance")
    assert (finding.citation.instrument, finding.citation.provision) == ("ACME policy 12", "section 3")


def test_a_house_policy_that_does_not_bind_is_for_review(tmp_path: Path) -> None:
    assert screened(tmp_path, "UN", **DRONE).decision is Decision.REVIEW


def test_a_jurisdiction_of_nobody_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"'FR' is not known: choose from UN, EU, .*, ACME"):
        screened(tmp_path, "UN", "FR", **DRONE)


@pytest.mark.parametrize(
    ("advisory", "jurisdictions", "decision"),
    [
        (False, ("UN", "ACME"), Decision.BLOCK),
        (True, ("UN", "ACME"), Decision.REVIEW),
        (False, ("UN",), Decision.REVIEW),
    ],
)
def test_a_list_of_ones_own_blocks_where_it_binds_and_an_advisory_one_never(
    tmp_path: Path, advisory: bool, jurisdictions: tuple[str, ...], decision: Decision
) -> None:
    (tmp_path / "mine.csv").write_text(CSV, encoding="utf-8")
    keep(tmp_path / "lists", tmp_path / "mine.csv", ACME.model_copy(update={"advisory": advisory}))
    verdict = screened(tmp_path, *jurisdictions, **BUYER)
    (finding,) = (one for one in verdict.findings if one.rule == "acme-blocked:7")
    assert (verdict.decision, finding.citation.instrument) == (decision, "ACME policy 12")


def test_a_party_that_is_on_no_list_passes(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(CSV, encoding="utf-8")
    keep(tmp_path / "lists", tmp_path / "mine.csv", ACME)
    innocent = BUYER | {"parties": [seller("DE"), party(name="Quellbach Möbel", country="BR")]}
    assert screened(tmp_path, "UN", "ACME", **innocent).decision is Decision.CLEAR


def test_lists_add_checks_the_file_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(CSV, encoding="utf-8")
    arguments = "--name acme-blocked --jurisdiction acme --title Policy --url https://acme.example/12".split()
    done = CliRunner().invoke(app, ["add", str(tmp_path / "mine.csv"), *arguments, "--into", str(tmp_path / "lists")])
    assert done.exit_code == 0, done.output
    kept = read(tmp_path / "lists" / "own" / "acme-blocked.csv")
    assert (kept.id, kept.authority, len(kept.entries)) == ("acme-blocked", "ACME", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nam\nX\n", "mine.csv:1: has a column 'nam'; the columns are name, id, type"),
        ("id\n1\n", "mine.csv:1: has no column name"),
        ("name,type\nX,firm\n", "mine.csv:2: type: one of person, organisation"),
        ("name,countries\nX,Brazil\n", "mine.csv:2: countries: two letters of ISO 3166"),
        ("name,identifiers\nX,9187629\n", "mine.csv:2: identifiers: type:value"),
        ("name,measure\nX,block\n", "mine.csv:2: measure: one of asset_freeze"),
        ("name,listed_on\nX,2026-02-30\n", "mine.csv:2: listed_on: a day"),
        ("name,id\nX,1\nY,1\n", "mine.csv:3: id: '1' occurs twice"),
        ("name,id\nX\n", "mine.csv:2: has another number of columns"),
        ("name\n", "mine.csv: has no party"),
    ],
)
def test_a_row_that_is_wrong_is_named_with_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ListError) as error:
        read_as(tmp_path / "mine.csv", ACME)
    assert said in str(error.value)


def test_every_column_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lists.md").read_text(encoding="utf-8")
    assert [name for name, what in COLUMNS.items() if f"| `{name}` | {what} |" not in page] == []
