"""What `rules check` says of rules: each kind of mistake, where it stands, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import packaged
from tidewaiter.cli import app
from tidewaiter.release.rule_check import check_folders
from tidewaiter.rulebook.authoring.diagnostics import Remark, Severity

GOOD = """\
rule_set: example
title: An example of law
authority: Example Council
jurisdiction: UN
version: 2026-01-01
instruments:
  "1": {name: Example Act 1, url: "https://example.org/1", adopted: 2020-01-01}
territories: [{country: KP, since: 2020-01-01, demonym: the DPRK, names: [DPRK]}]
rules:
  - id: EX-CAR
    title: Cars
    says: Cars are barred.
    direction: to
    countries: [KP]
    confidence: V
    citations: [{instrument: "1", provision: Art. 1, confidence: V}]
    in_force: {since: 2020-02-01, until: 2021-12-31}
    superseded_by: [EX-VEHICLE]
    goods: {hs: [{prefix: "8703"}]}
    exceptions:
      - {id: EX-CAR-GOLF, text: Golf carts., citation: {instrument: "1", provision: Art. 2, confidence: V}, hs: ["870310"]}
    examples:
      match:
        - {name: a car, hs_codes: ["8703.24"], transfer: {route: {destination: {country: KP}}}}
        - {name: the first day, hs_codes: ["8703.24"], on: [2020-02-01], transfer: {route: {destination: {country: KP}}}}
      no_match:
        - {name: elsewhere, hs_codes: ["8703.24"], transfer: {route: {destination: {country: KR}}}}
        - {name: a bus, hs_codes: ["8702.10"], transfer: {route: {destination: {country: KP}}}}
  - id: EX-VEHICLE
    title: Vehicles
    says: Vehicles are barred.
    direction: to
    countries: [KP]
    confidence: V
    citations: [{instrument: "1", provision: Art. 3, confidence: V}]
    in_force: {since: 2022-01-01}
    goods: {hs: [{prefix: "87"}]}
    examples:
      match:
        - {name: a car, hs_codes: ["8703.24"], transfer: {route: {destination: {country: KP}}}}
        - {name: a bus, hs_codes: ["8702.10"], transfer: {route: {destination: {country: KP}}}}
      no_match:
        - {name: elsewhere, hs_codes: ["8703.24"], transfer: {route: {destination: {country: KR}}}}
        - {name: a toy, hs_codes: ["9503.00"], transfer: {route: {destination: {country: KP}}}}
"""


def check(folder: Path, text: str, *, examples: bool = False) -> list[Remark]:
    (folder / "example.yaml").write_text(text, encoding="utf-8")
    return list(check_folders([folder], builtin=False, examples=examples, indexes=packaged.indexes()).remarks)


def test_a_good_rule_set_is_good(tmp_path: Path) -> None:
    assert check(tmp_path, GOOD, examples=True) == []


@pytest.mark.parametrize(
    ("find", "replace", "severity", "rule", "problem", "line"),
    [
        ("superseded_by: [EX-VEHICLE]", "superseded_by: [EX-LORRY]", "error", "EX-CAR", "`superseded_by` names EX-LORRY, and no other rule is called so", "superseded_by"),
        ("superseded_by: [EX-VEHICLE]", "subsidiary_to: [EX-V*, EX-W*]", "error", "EX-CAR", "`subsidiary_to` names EX-W*, and no other rule is called so", "subsidiary_to"),
        ("since: 2022-01-01", "since: 2022-01-03", "error", "EX-CAR", "nothing is law from 2022-01-01 to 2022-01-02", "until: 2021-12-31"),
        ("until: 2021-12-31", "until: 2022-01-05", "error", "EX-CAR", "both are law between", "until: 2022-01-05"),
        (", until: 2021-12-31", "", "error", "EX-CAR", "is superseded by EX-VEHICLE and never ends", "superseded_by"),
        ('goods: {hs: [{prefix: "87"}]}', 'goods: {hs: [{prefix: "8702"}, {prefix: "8704"}]}', "warning", "EX-CAR", "has HS 8703, which nothing that supersedes it has", '"8703"}]}'),
        ('goods: {hs: [{prefix: "8703"}]}', 'goods: {hs: [{prefix: "8703"}, {prefix: "8745"}]}', "error", "EX-CAR", "HS 8745 is neither a code of HS 2022", '"8745"'),
        ('goods: {hs: [{prefix: "8703"}]}', 'goods: {hs: [{prefix: "8703", unless: ["8704"]}]}', "error", "EX-CAR", "leaves HS 8704 out of HS 8703, but it is not part of it", '"8704"'),
        ('goods: {hs: [{prefix: "8703"}]}', 'goods: {hs: [{prefix: "8703"}, {prefix: "8702", certainty: 0.2}]}', "error", "EX-CAR", "a match 20% sure is never reported", "certainty: 0.2"),
        ('hs: ["870310"]}', 'hs: ["8901"]}', "warning", "EX-CAR", "its exception EX-CAR-GOLF can never apply: no goods of the rule are of HS 8901", "EX-CAR-GOLF"),
        ("id: EX-CAR-GOLF", "id: EX-VEHICLE", "error", "EX-CAR", "the id of its exception EX-VEHICLE is taken", "id: EX-VEHICLE, text"),
        ("since: 2020-01-01, demonym", "since: 2020-03-01, demonym", "error", "EX-CAR", "before the first measure on KP of 2020-03-01", "in_force: {since: 2020-02-01"),
        ("        - {name: a toy,", "        # - {name: a toy,", "warning", "EX-VEHICLE", "has 1 example under `no_match`", "no_match:"),
        ('match:\n        - {name: a car, hs_codes: ["8703.24"]', 'match:\n        - {name: a car, hs_codes: ["8705.10"]', "error", "EX-CAR", "example “a car” (HS 8705.10): should meet the rule and does not", "8705.10"),
        ('instruments:\n', 'instruments:\n  "2": {name: Example Act 2, url: "https://example.org/2", adopted: 2020-01-01}\n', "warning", None, "no rule uses '2' of `instruments`", '"2":'),
        ("territories: [", "territories: [{country: IR, since: 2020-01-01, demonym: Iran, names: [Iran]}, ", "warning", None, "no rule uses 'IR' of `territories`", "territories"),
        ("    direction: to", "    richtung: to", "error", None, "rules[0].richtung: unknown field", "richtung"),
        ("countries: [KP]", "countries: [IR]", "error", None, "EX-CAR: IR is not among the `territories`", "countries: [IR]"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    find: str, replace: str, severity: str, rule: str | None, problem: str, line: str, tmp_path: Path
) -> None:
    assert find in GOOD
    text = GOOD.replace(find, replace, 1)
    found = [remark for remark in check(tmp_path, text, examples="example “" in problem) if problem in remark.problem]
    assert len(found) == 1, found
    assert found[0].severity == severity
    assert found[0].rule == rule
    assert found[0].file.endswith("example.yaml")
    assert found[0].line is not None
    assert line in text.splitlines()[found[0].line - 1]
    assert found[0].advice


def test_a_rule_that_another_always_speaks_for_is_an_error(tmp_path: Path) -> None:
    text = GOOD.replace("in_force: {since: 2022-01-01}", "in_force: {since: 2020-02-01}").replace(
        "superseded_by: [EX-VEHICLE]", "subsidiary_to: [EX-VEHICLE]"
    )
    assert "EX-CAR: can never be found: on all its goods it is silent beside EX-VEHICLE" in "\n".join(
        map(str, check(tmp_path, text))
    )


def test_two_rules_that_silence_each_other_are_an_error(tmp_path: Path) -> None:
    text = GOOD.replace("superseded_by: [EX-VEHICLE]", "subsidiary_to: [EX-V*]").replace(
        "in_force: {since: 2022-01-01}", "in_force: {since: 2022-01-01}\n    subsidiary_to: [EX-C*]"
    )
    assert "EX-CAR: is silent beside EX-VEHICLE, and that one beside it" in "\n".join(map(str, check(tmp_path, text)))


def test_rules_that_speak_of_the_same_goods_on_the_same_days_are_noted(tmp_path: Path) -> None:
    text = GOOD.replace("superseded_by: [EX-VEHICLE]", "title: Cars").replace("    title: Cars\n", "", 1)
    (remark,) = check(tmp_path, text.replace(", until: 2021-12-31", ""))
    assert remark.severity is Severity.NOTE
    assert remark.problem == "shares goods and days, and both are found: HS 8703 with EX-CAR"


def test_an_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("rules: [", encoding="utf-8")
    remarks = check(tmp_path, GOOD.replace('"8703"}]}', '"8745"}]}', 1))
    assert [remark.check for remark in remarks if remark.severity is Severity.ERROR][:2] == ["unreadable", "goods"]


def test_an_operators_goods_words_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "goods").mkdir()
    (tmp_path / "goods" / "ours.yaml").write_text(
        "lexicon: ours\ngoods:\n  - {id: x, headings: ['99']}\n", encoding="utf-8"
    )
    (remark,) = check(tmp_path, GOOD, examples=True)
    assert remark.severity is Severity.ERROR
    assert remark.file.endswith("ours.yaml")


def test_the_packaged_rules_have_no_error_and_no_warning() -> None:
    checked = check_folders([], builtin=True, indexes=packaged.indexes())
    assert [str(remark) for remark in checked.remarks if remark.severity is not Severity.NOTE] == []
    assert checked.examples > checked.rules


def test_the_command_line_fails_on_an_error_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(GOOD.replace('"8703"}]}', '"8745"}]}', 1), encoding="utf-8")
    arguments = ["rules", "check", "--no-builtin-rules", "--rules", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert f"{tmp_path}/example.yaml:19: error: EX-CAR: HS 8745 is neither a code of HS 2022" in result.stdout
    assert "2 rules," in result.stdout
    first = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout.splitlines()[0])
    assert (first["line"], first["rule"], first["severity"]) == (19, "EX-CAR", "error")
