"""The types of the fields of the rule format, as docs/rules.md prints them. `python -m tests.rule_fields` writes them."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from tidewaiter.goods.recognition import Category
from tidewaiter.rulebook import codes, quota, rules
from tidewaiter.rulebook.base import Prefix, RuleModel, Url, Words
from tidewaiter.rulebook.codes import CodeRow
from tidewaiter_schemas.base import Country, Currency, Sha256

GUIDE: Final = Path(__file__).parents[1] / "docs" / "rules.md"
SECTIONS: Final[Mapping[str, type[RuleModel]]] = {
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
    "A stop": quota.StopThreshold,
    "A conversion": quota.UnitConversion,
    "An exception": rules.ExceptionClause,
    "Examples": rules.Examples,
    "An example": rules.Example,
}
"""Where in the guide each part of the format has its table."""
WRITTEN_OUT: Final = {"A rule set": {"series": "list"}}
"""Fields of a file that become other fields when it is read, and their types."""
_NAMED: Final = (
    (Prefix, "HS prefix"),
    (Words, "text"),
    (Url, "https address"),
    (Country, "country"),
    (Currency, "currency"),
    (Sha256, "sha-256"),
    (rules.TerritoryKey, "country or region"),
    (rules.RuleId, "rule id"),
    (rules.RulePattern, "rule id, or its beginning with `*`"),
    (Category, "category"),
    (CodeRow, "rows"),
    (date, "day"),
    (Decimal, "number"),
    (float, "number"),
    (int, "whole number"),
    (bool, "`true` or `false`"),
    (str, "text"),
    (Any, "any"),
)
_TABLE: Final = re.compile(r"^\| field \|.*\n(?:\|.*\n)+", re.MULTILINE)
_ROW: Final = re.compile(r"^\| `(\w+)` \|(?: [^|]*(?:\\\|[^|]*)* \|)? (.*) \|$")


def types_of(title: str) -> dict[str, str]:
    """Return the type of each field of the section, in words. A field that may be left out says so by its meaning."""
    model = SECTIONS[title]
    hints = {name: field.rebuild_annotation() for name, field in model.model_fields.items()}
    return {name: _in_words(hint) for name, hint in hints.items()} | WRITTEN_OUT.get(title, {})


def _in_words(hint: Any) -> str:
    for known, words in _NAMED:
        if hint == known:
            return words
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _in_words(args[0])
    if origin in (Union, types.UnionType):
        return _in_words(next(arg for arg in args if arg is not type(None)))
    if origin is tuple:
        return f"list of {_in_words(args[0])}"
    if origin is dict:
        return "fields" if args[1] is Any else f"{_in_words(args[1])}, by key"
    if origin is Literal:
        return _one_of([str(value.value if isinstance(value, Enum) else value) for value in args])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _one_of([str(value.value) for value in hint])
    if isinstance(hint, type) and issubclass(hint, RuleModel):
        title = next(title for title, model in SECTIONS.items() if model is hint)
        return f"[{title[:1].lower()}{title[1:]}](#{title.lower().replace(' ', '-')})"
    raise TypeError(f"no words for {hint}")


def _one_of(values: list[str]) -> str:
    said = [f"`{value}`" for value in values]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def with_types(guide: str) -> str:
    """Return the guide with the column of types in the table of each part of the format."""
    for title in SECTIONS:
        start = guide.index(f"\n### {title}\n")
        table = _TABLE.search(guide, start)
        assert table is not None, title
        told = types_of(title)
        rows = ["| field | type | meaning |", "|---|---|---|"]
        for line in table[0].splitlines()[2:]:
            row = _ROW.match(line) if line.count(" | ") > 1 else re.match(r"^\| `(\w+)` \| (.*) \|$", line)
            assert row is not None, line
            rows.append(f"| `{row[1]}` | {told[row[1]]} | {row[2]} |")
        guide = guide[: table.start()] + "\n".join(rows) + "\n" + guide[table.end() :]
    return guide


if __name__ == "__main__":
    GUIDE.write_text(with_types(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
