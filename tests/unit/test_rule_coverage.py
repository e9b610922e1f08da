"""Every measure of the regime has a rule or says why not; every paragraph says how sure it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.authoring.citation_audit import audit, sums
from tidewaiter.rulebook.authoring.coverage import missing_rules, regimes, unnamed_rules
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.yaml_source import parse_yaml

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "dprk-un-regime.md"
(REGIME,) = regimes()


def test_every_rule_that_a_measure_names_is_there_and_every_rule_has_its_measure() -> None:
    assert missing_rules(REGIME, builtin_rule_sets()) == {}
    assert unnamed_rules(REGIME, builtin_rule_sets()) == ()


def test_no_measure_is_listed_twice() -> None:
    ids = [measure.id for measure in REGIME.measures]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(not REFERENCE.exists(), reason="the sources of the law are not here")
def test_the_measures_are_those_of_the_sources() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    sections = text[text.index("\n## 2. ") : text.index("\n## 7. ")]
    rows = re.findall(r"^\| ((?:KP|LUX)-[A-Za-z0-9-]+)", sections, flags=re.M)
    assert len(rows) > 70
    assert sorted(measure.id for measure in REGIME.measures) == sorted(rows)


@pytest.mark.parametrize("fields", ["rules: [KP-A], not_shown: why", "in_part: why"])
def test_a_measure_has_rules_or_says_why_it_has_none(fields: str) -> None:
    document = parse_yaml(
        f"regime: x\ntitle: x\nmeasures: [{{id: KP-A, part: p, measure: m, paragraphs: [OP 1], {fields}}}]", "x.yaml"
    )
    with pytest.raises(RuleError, match="either the rules that encode it, or in `not_shown` why none does"):
        document.read_as(type(REGIME))


def test_the_command_line_shows_each_measure() -> None:
    result = CliRunner().invoke(app, ["rules", "coverage"])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    shown = [line for line in lines if "programme" not in line]
    assert len(lines) - len(shown) > 300  # the map of law known to us
    assert len(shown) == len(REGIME.measures)
    assert all(measure["rules"] or measure["not_shown"] for measure in shown)


def test_an_audit_counts_every_paragraph_and_calls_none_verified_that_is_not() -> None:
    audited = audit(builtin_rule_sets())
    counted = sums(audited)
    assert counted["rules"]["all"] == sum(len(rule_set.rules) for rule_set in builtin_rule_sets())
    assert sum(counted["measures"].values()) == len(audited)
    assert sum(counted["paragraphs"].values()) == sum(len(one.paragraphs) for one in audited)
    for one in audited:
        unsure = one.confidence != "V" or any(cited.confidence != "V" for cited in one.paragraphs)
        unsure |= any(confidence != "V" for _, confidence in one.figures)
        assert one.verified is not unsure
        assert bool(list(one.to_check())) is unsure


def test_the_unverified_are_listed_with_what_is_to_be_checked() -> None:
    result = CliRunner().invoke(app, ["rules", "audit", "--unverified"])
    assert result.exit_code == 0, result.output
    shown = {entry["rule"]: entry for entry in map(json.loads, result.stdout.splitlines())}
    vehicle = shown["KP-TO-VEHICLE"]
    assert (vehicle["verified"], vehicle["confidence"], vehicle["citations"][0]["verified"]) == (False, "V", False)
    assert vehicle["to_check"][0] == (
        "UNSCR 2397 (2017), OP 7: from knowledge, not verified in a source (H), https://undocs.org/en/S/RES/2397(2017)"
    )
    assert "KP-TO-AVFUEL" not in shown
