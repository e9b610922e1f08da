"""The rule authors' guide knows every field of the format, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.mutants import mutants_of
from tests import packaged
from tests.rule_fields import SECTIONS, WRITTEN_OUT, with_types
from tidewaiter.commands.explanation import explain
from tidewaiter.release.assembly import assemble
from tidewaiter.release.rule_check import check_folders
from tidewaiter.release.rule_examples import run_examples_of
from tidewaiter.rulebook import quota, rules
from tidewaiter.rulebook.authoring.law_diff import describe_changes
from tidewaiter.rulebook.base import RuleModel
from tidewaiter.rulebook.loader import load_rule_sets
from tidewaiter.rulebook.trial_books import with_rule
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.transfer import TransferEvent

GUIDE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def _models() -> set[type[RuleModel]]:
    return {
        value
        for module in (rules, quota)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, RuleModel) and value is not RuleModel
    }


def test_every_part_of_the_format_has_its_section() -> None:
    assert _models() == set(SECTIONS.values()), (
        "give the new part a `###` section in docs/rules.md, and a line in tests/rule_fields.py"
    )


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_names_the_fields_of_its_part_and_no_other(title: str) -> None:
    section = re.split(r"^##", GUIDE.split(f"\n### {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, flags=re.M)
    assert sorted(documented) == sorted({*SECTIONS[title].model_fields, *WRITTEN_OUT.get(title, ())})


def test_each_field_has_the_type_that_its_model_has() -> None:
    assert with_types(GUIDE) == GUIDE, "run python -m tests.rule_fields"


def _block(marker: str) -> str:
    found = re.search(rf"<!-- worked example: {marker} -->\n```\w+\n(.*?)\n```", GUIDE, flags=re.S)
    assert found, marker
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "example.yaml").write_text(_block("rule set"), encoding="utf-8")
    return folder


def test_the_worked_example_has_no_error_and_no_warning(folder: Path) -> None:
    checked = check_folders([folder], builtin=False, indexes=packaged.indexes())
    assert [str(remark) for remark in checked.remarks] == []
    assert checked.examples == 11


def test_every_mistake_in_the_worked_example_is_caught_by_its_examples(folder: Path) -> None:
    (rule_set,) = load_rule_sets(folder)
    book = packaged.compiled([rule_set])
    survivors = []
    for mutant in mutants_of(rule_set.rules[0]):
        changed = with_rule(book, rule_set, mutant.rule)
        compiled = next(c for rules in changed.rules.values() for c in rules)
        if not any(run.failures for run in run_examples_of(Screener(changed), compiled)):
            survivors.append(mutant.mistake)
    assert survivors == []


@pytest.mark.parametrize(
    ("find", "replace", "status"),
    [
        ("", "", "met"),
        ("2027-06-01", "2027-02-28", "not in force on that day"),
        ('"250000"', '"9000"', "not worth enough"),
        ('"KP"', '"AT"', "country not touched"),
    ],
)
def test_the_worked_example_is_explained_as_the_guide_says(find: str, replace: str, status: str, folder: Path) -> None:
    assert f"*{status}*" in " ".join(GUIDE.split()) or status == "met"
    transfer = TransferEvent.model_validate_json(
        _block("transfer").replace(find, replace) if find else _block("transfer")
    )
    told = explain(transfer, assemble(Settings(rules=(folder,))), "EX-TO-LIFT")
    assert told["rules"][0]["status"] == status
    assert (told["rules"][0]["effect"] == "block") is (status == "met")


def test_the_worked_example_is_the_change_the_guide_quotes(folder: Path) -> None:
    changes = describe_changes([], load_rule_sets(folder))
    quoted = "A new rule: Ski lifts, chair-lifts and cable cars worth more than USD 10,000 are barred from supply to the DPRK."
    assert quoted in " ".join(GUIDE.split())
    assert any(change.sentence.startswith(quoted) for change in changes)
