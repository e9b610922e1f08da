"""What changed in law is told in sentences, each with what it does to whoever must obey."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.rulebook.authoring.field_changes import Bearing
from tidewaiter.rulebook.authoring.law_diff import describe_changes
from tidewaiter.rulebook.loader import BUILTIN, builtin_rule_sets, read_rule_set
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.rulebook.yaml_source import parse_yaml

TEXT = """
rule_set: example
title: An example of law
authority: Example Council
jurisdiction: UN
version: 2026-01-01
authorising: [Example Committee]
instruments:
  "1": {name: Example Act 1, url: "https://example.org/1", adopted: 2020-01-01}
  "2": {name: Example Act 2, url: "https://example.org/2", adopted: 2021-01-01}
territories: [{country: KP, since: 2020-01-01, demonym: the DPRK, names: [DPRK, North Korea]}]
rules:
  - id: EX-CAR
    title: Cars
    says: Cars are barred.
    direction: to
    countries: [KP]
    confidence: V
    citations: [{instrument: "1", provision: Art. 1, confidence: H}]
    in_force: {since: 2020-02-01, until: 2024-12-31}
    goods:
      hs: [{prefix: "8703", certainty: 0.9, unless: ["870310"]}]
      categories: [{category: passenger_car, certainty: 0.9}]
      keywords: [{words: limousine, certainty: 0.8}]
    threshold: {amount: 1000, currency: USD}
    exceptions:
      - {id: EX-CAR-AID, text: Cars of relief agencies., citation: {instrument: "1", provision: Art. 2, confidence: H}, words: [relief]}
    subsidiary_to: [EX-OTHER]
    examples:
      match: [{name: a car, transfer: {}}]
      no_match: [{name: no car, transfer: {}}]
"""


def read(text: str) -> RuleSet:
    return read_rule_set(parse_yaml(text, "example.yaml"))


@pytest.mark.parametrize(
    ("find", "replace", "bearing", "sentence"),
    [
        ('hs: [{prefix: "8703"', 'hs: [{prefix: "8702"}, {prefix: "8703"', "newly forbidden", "HS 8702 (Buses) to KP is among its goods now, 100% sure."),
        ('prefix: "8703", certainty: 0.9', 'prefix: "8703", certainty: 0.6', "milder", "is held to be its goods 60% surely, before 90%"),
        ('unless: ["870310"]', "unless: []", "newly forbidden", "HS 870310 (Cars) to KP is no longer left out of hs 8703."),
        ('unless: ["870310"]', 'unless: ["870310", "870321"]', "newly allowed", "HS 870321 (Cars) to KP is left out of hs 8703 now."),
        ("categories: [{category: passenger_car, certainty: 0.9}]", "categories: []", "newly allowed", "What is recognised as passenger car to KP is no longer among its goods."),
        ("words: limousine, certainty", "words: limo, certainty", "newly forbidden", "What names “limo” to KP is among its goods now"),
        ("since: 2020-02-01", "since: 2020-01-31", "newly forbidden", "In force since 2020-01-31 already, one day earlier than before."),
        ("since: 2020-02-01", "since: 2020-03-01", "newly allowed", "Not in force from 2020-02-01 to 2020-02-29 any more; it begins on 2020-03-01."),
        ("until: 2024-12-31", "until: 2024-12-30", "newly allowed", "It ends on 2024-12-30, one day earlier than before."),
        (", until: 2024-12-31", "", "newly forbidden", "It no longer ends on 2024-12-31."),
        ("amount: 1000", "amount: 1500", "newly allowed", "Goods worth more than 1,500 USD are meant now; before, those worth more than 1,000 USD."),
        ("amount: 1000, currency: USD", 'amount: 1000, currency: USD, operator: ">="', "newly forbidden", "Goods worth 1,000 USD or more are meant now"),
        ("amount: 1000, currency: USD", "amount: 1000, currency: USD, basis: unit", "changed", "Goods worth more than 1,000 USD each are meant now"),
        ("amount: 1000, currency: USD", "amount: 1000, currency: USD, boundary: review", "changed", "threshold.boundary: “review”, before “exact”."),
        ("    threshold: {amount: 1000, currency: USD}\n", "", "newly forbidden", "Goods of any value are meant now; before, only those worth more than 1,000 USD."),
        ("words: [relief]}", "words: [relief, aid]}", "changed", "exception EX-CAR-AID, words: now also “aid”."),
        ("id: EX-CAR-AID", "id: EX-CAR-NGO", "milder", "A new exception EX-CAR-NGO, on which block becomes review: Cars of relief agencies."),
        ("id: EX-CAR-AID", "id: EX-CAR-NGO", "stricter", "No longer an exception, EX-CAR-AID: Cars of relief agencies."),
        ("    direction: to", "    direction: from", "newly allowed", "It is no longer about what goes to KP."),
        ("    direction: to", "    effect: review\n    direction: to", "milder", "It asks for review now; before, it blocked."),
        ("    confidence: V", "    confidence: C", "milder", "The measure is still to be checked against the text (C) now; before, verified in a source (V)."),
        ('provision: Art. 1, confidence: H', 'provision: Art. 1, confidence: V', "changed", "1, Art. 1, paragraph verified in a source (V), before from knowledge, not verified in a source (H)."),
        ('provision: Art. 1,', 'provision: Art. 3,', "changed", "It cites 1, Art. 3"),
        ("subsidiary_to: [EX-OTHER]", "subsidiary_to: []", "stricter", "It is no longer silent beside EX-OTHER."),
        ("    says: Cars are barred.", "    says: No cars.", "changed", "says: “No cars.”, before “Cars are barred.”."),
        ("id: EX-CAR\n", "id: EX-MOTOR\n", "changed", "Was EX-CAR; nothing else of it is different."),
        ("names: [DPRK, North Korea]", "names: [DPRK]", "milder", "KP is no longer recognised by “North Korea” (names)."),
        ("authorising: [Example Committee]", "authorising: [Example Committee, EC]", "changed", "authorising: now also “EC”."),
        ("adopted: 2021-01-01", "adopted: 2021-01-02", "changed", "instruments.2.adopted: 2021-01-02, before 2021-01-01."),
        ("version: 2026-01-01", "version: 2026-01-02", "changed", "The text is of 2026-01-02, before of 2026-01-01."),
        ("{name: a car, transfer: {}}", "{name: a red car, transfer: {}}", "changed", "Examples of one rule changed; they are no law."),
    ],
)  # fmt: skip
def test_a_change_is_told_with_what_it_does(find: str, replace: str, bearing: str, sentence: str) -> None:
    assert find in TEXT
    changes = describe_changes([read(TEXT)], [read(TEXT.replace(find, replace, 1))])
    assert [c for c in changes if sentence in c.sentence and c.bearing == bearing], [str(c) for c in changes]


def test_a_rule_that_comes_or_goes_is_told_whole() -> None:
    with_two = read(
        TEXT + TEXT[TEXT.index("  - id: EX-CAR") :].replace("EX-CAR", "EX-BUS").replace("Cars are", "Buses are")
    )
    (added,) = describe_changes([read(TEXT)], [with_two])
    assert added.bearing is Bearing.FORBIDS
    assert str(added) == (
        "EX-BUS: A new rule: Buses are barred. In force since 2020-02-01 until 2024-12-31; it blocks. "
        "Example Act 1, Art. 1, paragraph from knowledge, not verified in a source (H)."
    )
    (gone,) = describe_changes([with_two], [read(TEXT)])
    assert (gone.bearing, gone.rule) == (Bearing.ALLOWS, "EX-BUS")


def test_a_rule_set_that_goes_allows_what_its_rules_barred() -> None:
    changes = describe_changes([read(TEXT)], [])
    assert [change.bearing for change in changes] == [Bearing.CHANGED, Bearing.ALLOWS]


def test_the_packaged_law_does_not_differ_from_itself() -> None:
    assert describe_changes(builtin_rule_sets(), builtin_rule_sets()) == []


def test_a_file_laid_out_otherwise_is_the_same_law() -> None:
    text = (BUILTIN / "un-kp.yaml").read_text(encoding="utf-8")
    assert describe_changes([read(text)], [read("# a comment\n" + text)]) == []


def test_the_command_line_tells_the_changes_of_two_files(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(TEXT, encoding="utf-8")
    new.write_text(TEXT.replace("amount: 1000", "amount: 1500"), encoding="utf-8")
    result = CliRunner().invoke(app, ["rules", "diff", str(old), str(new)])
    assert result.exit_code == 0, result.output
    (change,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert change["bearing"] == "newly allowed"
    assert change["rule"] == "EX-CAR"
    assert CliRunner().invoke(app, ["rules", "diff", "packaged", "packaged"]).stdout == ""
