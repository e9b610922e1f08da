"""The rule authors' guide knows every field of the format, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.rulebook import codes, quota, rules
from service.rulebook.base import RuleModel

GUIDE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[RuleModel]] = {
    "A rule set": rules.RuleSet,
    "An instrument": rules.Instrument,
    "A territory": rules.Territory,
    "A rule": rules.Rule,
    "A citation": rules.RuleCitation,
    "A period": rules.Period,
    "Goods": rules.Goods,
    "Goods by HS code": rules.HsMatch,
    "A list of codes": codes.CodeList,
    "Goods by category": rules.CategoryMatch,
    "Goods by words": rules.KeywordMatch,
    "Goods by control number": rules.EccnMatch,
    "A sign of a dealing": rules.Sign,
    "A party in a sign": rules.PartySign,
    "A named vessel": rules.DesignatedVessel,
    "A threshold": rules.Threshold,
    "A quota": quota.Quota,
    "A cap": quota.Cap,
    "A stop": quota.Stop,
    "A conversion": quota.Conversion,
    "An exception": rules.ExceptionClause,
    "Examples": rules.Examples,
    "An example": rules.Example,
}
"""Where in the guide each part of the format has its table."""


def _models() -> set[type[RuleModel]]:
    return {
        value
        for module in (rules, quota)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, RuleModel) and value is not RuleModel
    }


def test_every_part_of_the_format_has_its_section() -> None:
    assert _models() == set(SECTIONS.values()), "give the new part a `###` section in docs/rules.md, and a line above"


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_names_the_fields_of_its_part_and_no_other(title: str) -> None:
    section = re.split(r"^##", GUIDE.split(f"\n### {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, flags=re.M)
    assert sorted(documented) == sorted(SECTIONS[title].model_fields)
