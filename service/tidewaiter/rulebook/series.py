"""Expands the `series` of a rule set: one template and a row for each rule that says the same of another country.

Works on the document, before it is read as a rule set, so that every rule of a series is a rule like any other: with an
id, a citation, a period and examples of its own. Never decides anything by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from tidewaiter.rulebook.yaml_source import YamlDocument, read_yaml
from tidewaiter.runtime.plain_yaml import Path_

_PACKAGED: Final = Path(__file__).parent / "builtin" / "templates"
_SLOT: Final = re.compile(r"\$([a-z_]+)")
_LEFT_OUT: Final = object()
"""What a slot without a value becomes: the key or list item that holds it is left out."""
_OF_TERRITORY: Final = ("country", "demonym", "names", "places", "government", "doubt")


def with_series(document: YamlDocument, folder: Path) -> YamlDocument:
    """Return `document` with the rules that its `series` stand for after its own, and with their territories.

    Templates are the packaged ones and those in `folder`/templates/*.yaml. RuleError names the line of a row that does
    not fill its template.
    """
    content = document.content
    if not isinstance(content, dict) or "series" not in content:
        return document
    series = content["series"]
    if not isinstance(series, list):
        raise document.error(("series",), "a list of series, each with a template and rows")
    templates = _templates(folder)
    rules = list(content.get("rules") or [])
    territories = list(content.get("territories") or [])
    lines = {path: line for path, line in document.lines.items() if path[:1] != ("series",)}
    for number, one in enumerate(series):
        for where, row in _rows(document, number, one):
            template = templates.get(one["template"])
            if template is None:
                known = ", ".join(sorted(templates)) or "none"
                raise document.error(("series", number, "template"), f"no such template; there are: {known}")
            lines["rules", len(rules)] = document.lines[where]
            rules.append(_filled(document, where, template, row))
            _add_territory(territories, row)
    rest = {field: value for field, value in content.items() if field != "series"}
    return YamlDocument(document.name, {**rest, "territories": territories, "rules": rules}, lines)


def _templates(folder: Path) -> dict[str, Any]:
    templates: dict[str, Any] = {}
    for path in (*sorted(_PACKAGED.glob("*.yaml")), *sorted((folder / "templates").glob("*.yaml"))):
        templates |= _templates_of(path)
    return templates


@cache
def _templates_of(path: Path) -> dict[str, Any]:
    document = read_yaml(path)
    if not isinstance(document.content, dict):
        raise document.error((), "a file of templates is a mapping from a name to a rule")
    return document.content


def _rows(document: YamlDocument, number: int, one: Any) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Yield where each row of a series stands, and its values with what is common to all of them."""
    if not isinstance(one, dict) or not isinstance(one.get("rows"), list) or not isinstance(one.get("template"), str):
        raise document.error(("series", number), "give `template`, the name of one, and `rows`, a list")
    if unknown := sorted(set(one) - {"template", "common", "rows"}):
        raise document.error(("series", number), f"unknown field {unknown[0]}; a series has template, common and rows")
    common = one.get("common") or {}
    for place, row in enumerate(one["rows"]):
        where: Path_ = ("series", number, "rows", place)
        if not isinstance(row, dict):
            raise document.error(where, "a row is a mapping of values for the template")
        values = _with_days(document, where, row)
        yield where, {**_filled(document, where, common, values, everything=False), **values}


def _with_days(document: YamlDocument, where: Path_, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with the day before its first, the day after that, and the day after its last."""
    days = dict(row)
    for field, name, step in (("since", "before", -1), ("since", "second", 1), ("until", "after", 1)):
        if row.get(field) is None:
            continue
        try:
            days[name] = str(date.fromisoformat(row[field]) + timedelta(days=step))
        except (TypeError, ValueError):
            raise document.error((*where, field), f"a day, such as 2024-02-29, not {row[field]!r}") from None
    return days


def _filled(
    document: YamlDocument, where: Path_, template: Any, row: Mapping[str, Any], *, everything: bool = True
) -> Any:
    """Return the template with its slots filled. RuleError when `everything` in the row must have a slot."""
    used: set[str] = set()
    try:
        rule = _fill(template, row, used)
    except KeyError as error:
        raise document.error(where, f"gives no {error.args[0]!r}, which a sentence of the template asks for") from None
    unused = sorted(set(row) - used - {*_OF_TERRITORY, "before", "second", "after"})
    if everything and unused:
        raise document.error((*where, unused[0]), "the template has no such value; check its spelling")
    return rule


def _fill(value: Any, row: Mapping[str, Any], used: set[str]) -> Any:
    """Return a part of a template with its slots filled.

    A slot that stands alone takes any value, and is left out with its key or list item where the row has none; one
    within a sentence must have a value. A mapping with `needs: $slot` is left out where the row has none of that.
    """
    if isinstance(value, str):
        return _fill_text(value, row, used)
    if isinstance(value, dict):
        filled = {field: _fill(part, row, used) for field, part in value.items()}
        if filled.pop("needs", None) is _LEFT_OUT:
            return _LEFT_OUT
        return {field: part for field, part in filled.items() if part is not _LEFT_OUT}
    if isinstance(value, list):
        items: list[Any] = []
        for part in value:
            item = _fill(part, row, used)
            if isinstance(part, str) and isinstance(item, list):
                items += item
            elif item is not _LEFT_OUT:
                items.append(item)
        return items
    return value


def _fill_text(text: str, row: Mapping[str, Any], used: set[str]) -> Any:
    whole = _SLOT.fullmatch(text)
    if whole is not None:
        used.add(whole[1])
        found = row.get(whole[1])
        return _LEFT_OUT if found is None else found

    def value(slot: re.Match[str]) -> str:
        used.add(slot[1])
        if row.get(slot[1]) is None:
            raise KeyError(slot[1])
        return str(row[slot[1]])

    return _SLOT.sub(value, text)


def _add_territory(territories: list[Any], row: Mapping[str, Any]) -> None:
    """Add the country of a row, unless the rule set has it; its first day is that of its first rule."""
    if "country" not in row:
        return
    known = next((one for one in territories if one.get("country") == row["country"]), None)
    if known is None:
        territory = {field: row[field] for field in _OF_TERRITORY if field in row}
        demonym = str(row.get("demonym", row["country"]))
        territories.append({"names": [demonym.removeprefix("the ")], **territory, "since": row.get("since")})
    elif str(row.get("since", "9999")) < str(known["since"]):
        known["since"] = row["since"]
