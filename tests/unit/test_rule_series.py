"""A series of rules: one template and a row for each, read as rules like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.loader import load_rule_sets
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter_schemas.verdict import Effect

HEAD = """\
rule_set: example
title: Arms embargoes of the Example Council
authority: Example Council
jurisdiction: UN
version: 2027-01-01
instruments:
  "7": {name: Act 7, url: "https://example.org/7", adopted: 2020-01-01}
territories:
  - {country: LY, since: 2022-01-01, demonym: Libya, names: [Libya]}
rules: []
series:
"""
SERIES = """\
  - template: arms-to
    common: {from: PY, there: {country: $country}, effect: block, confidence: V, provision_confidence: H, instrument: "7", title: Arms to $demonym, says: Arms may not go to $demonym.}
    rows:
      - {id: EX-LY, country: LY, demonym: Libya, provision: para. 1, since: 2020-03-01}
      - {id: EX-CF, country: CF, demonym: the Central African Republic, doubt: whole, provision: para. 2, since: 2020-03-01, until: 2021-02-28, effect: review}
"""


def load(tmp_path: Path, series: str) -> RuleSet:
    (tmp_path / "example.yaml").write_text(HEAD + series, encoding="utf-8")
    (rule_set,) = load_rule_sets(tmp_path)
    return rule_set


def test_each_row_is_a_rule_with_a_citation_a_period_and_examples_of_its_own(tmp_path: Path) -> None:
    one, other = load(tmp_path, SERIES).rules
    assert (one.id, one.title, one.says) == ("EX-LY", "Arms to Libya", "Arms may not go to Libya.")
    assert (str(one.in_force.since), one.in_force.until, one.effect) == ("2020-03-01", None, Effect.BLOCK)
    assert (other.citations[0].provision, other.citations[0].confidence) == ("para. 2", "H")
    assert str(other.in_force.until) == "2021-02-28"
    assert other.effect is Effect.REVIEW


def test_examples_are_held_on_both_sides_of_both_ends(tmp_path: Path) -> None:
    open_ended, ended = load(tmp_path, SERIES).rules
    days = {tuple(map(str, example.on)) for example in ended.examples.no_match if example.on}
    assert days == {("2020-02-29", "2021-03-01")}
    assert {tuple(map(str, example.on)) for example in open_ended.examples.no_match if example.on} == {("2020-02-29",)}


def test_territories_come_from_the_rows_and_begin_with_their_first_rule(tmp_path: Path) -> None:
    found = {one.country: one for one in load(tmp_path, SERIES).territories}
    assert (found["CF"].names, found["CF"].doubt) == (("Central African Republic",), "whole")
    assert str(found["LY"].since) == "2020-03-01"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("template: arms-to", "template: arms-too", "series[0].template: no such template; there are: arms-from, arms-to"),
        ("provision: para. 2", "provison: para. 2", "example.yaml:16: series[0].rows[1].provison: the template has no such"),
        ("demonym: Libya, prov", "prov", "example.yaml:15: series[0].rows[0]: gives no 'demonym'"),
        ("since: 2020-03-01}", "since: soon}", "example.yaml:15: series[0].rows[0].since: a day, such as 2024-02-29"),
        ("    rows:", "    row:", "series[0]: give `template`, the name of one, and `rows`, a list"),
        ("    common:", "    comon: {}\n    common:", "series[0]: unknown field comon"),
        ("effect: review}", "effect: perhaps}", "example.yaml:16: rules[1].effect"),
        ("since: 2020-03-01}", "since: 2019-03-01}", "EX-LY: in force since 2019-03-01, before its law was adopted on 2020-01-01"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_row(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SERIES
    with pytest.raises(RuleError) as error:
        load(tmp_path, SERIES.replace(old, new, 1))
    assert said in str(error.value)


def test_templates_of_a_folder_stand_beside_the_packaged_ones(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.yaml").write_text(
        "own: {id: $id, title: $id, says: $id., direction: to, countries: [$country], confidence: V, "
        'citations: [{instrument: "7", provision: $provision, confidence: V}], in_force: {since: $since}, '
        "goods: {all: true}, examples: {match: [{name: one, transfer: {}}], no_match: [{name: one, transfer: {}}]}}\n",
        encoding="utf-8",
    )
    row = "{id: EX-OWN, country: LY, provision: para. 3, since: 2020-03-01}"
    (rule,) = load(tmp_path, f"  - template: own\n    rows: [{row}]\n").rules
    assert rule.goods is not None
    assert rule.goods.all
