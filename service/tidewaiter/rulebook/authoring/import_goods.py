"""Creates blocking rules from an official list of goods: a code list and a rule set in the operator's own folder.

Articles, days and countries come from existing rules; the goods come from the list.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tidewaiter.errors import RuleError
from tidewaiter.rulebook.authoring.goods_lists import Format, ListedCode, Wanted, read_goods
from tidewaiter.rulebook.codes import COLUMNS
from tidewaiter.rulebook.loader import load_rule_sets
from tidewaiter.rulebook.rules import Direction, Rule, RuleSet
from tidewaiter.runtime.atomic_write import write_whole
from tidewaiter_schemas.verdict import Effect

LUXURY_EXPORT, LUXURY_IMPORT = "718", "728"
"""TARIC measure types: export control and import control on luxury goods."""
SHRINK = 0.1
"""A list that lost more than this share of the last import is refused."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written."""

    rule_set: Path
    codes: Path
    rows: int
    partial: int
    sha256: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Official:
    """An official file: its content and name, its format, its page, and the day of its text."""

    content: bytes
    name: str
    kind: Format
    url: str
    as_of: date
    annex: str = ""
    measures: tuple[str, ...] = ()


def import_goods(official: Official, chosen: Sequence[str], rule_sets: Sequence[RuleSet], folder: Path) -> Imported:
    """Write a list and a rule set into `folder` that apply the `chosen` rules to the goods of `official`.

    An earlier import is replaced. RuleError when the file or a rule cannot be used; then nothing is written.
    """
    rule_set, rules = _law(chosen, rule_sets)
    wanted = Wanted(
        day=official.as_of,
        countries=tuple(sorted({country for rule in rules for country in rule.countries})),
        measures=official.measures or tuple({_measure(rule) for rule in rules}),
        annex=official.annex,
    )
    if official.kind is Format.EURLEX and not official.annex:
        raise RuleError(f"{official.name}: name the annex that the goods stand in, as the text does")
    listed = read_goods(official.content, official.name, official.kind, wanted)
    name = f"{chosen[0].lower()}-list"
    content = _code_list(listed)
    codes = folder / "codes" / f"{name}.csv"
    _not_shrunk(len(listed), codes, official.name)
    written = _rule_set(name, rule_set, rules, listed, official, hashlib.sha256(content).hexdigest())
    _replace(codes, content)
    path = folder / f"{name}.yaml"
    _replace(path, written.encode())
    load_rule_sets(folder)
    return Imported(
        rule_set=path,
        codes=codes,
        rows=len(listed),
        partial=sum(one.partial for one in listed),
        sha256=hashlib.sha256(content).hexdigest(),
        rules=tuple(_new_id(rule) for rule in rules),
    )


def _not_shrunk(rows: int, last: Path, name: str) -> None:
    """Refuse a file with far fewer rows than the last import: one cut off between two rows looks complete."""
    before = last.read_bytes().count(b"\n") - 1 if last.is_file() else 0
    if rows < before * (1 - SHRINK):
        raise RuleError(
            f"{name}: has {rows} codes where the last import had {before}: is it whole? Remove {last} to take it all "
            "the same"
        )


def _law(chosen: Sequence[str], rule_sets: Sequence[RuleSet]) -> tuple[RuleSet, list[Rule]]:
    known = {rule.id: (rule_set, rule) for rule_set in rule_sets for rule in rule_set.rules}
    for name in chosen:
        if name not in known:
            raise RuleError(f"there is no rule {name}; `tidewaiter rules audit` names them all")
    sets = {known[name][0].rule_set for name in chosen}
    if len(sets) != 1:
        raise RuleError(f"the rules are of different rule sets ({', '.join(sorted(sets))}); import for each by itself")
    rules = [known[name][1] for name in chosen]
    for rule in rules:
        if rule.dealing or rule.goods is None:
            raise RuleError(f"{rule.id} is about a dealing, not about goods")
    return known[chosen[0]][0], rules


def _measure(rule: Rule) -> str:
    return LUXURY_EXPORT if rule.direction is Direction.TO else LUXURY_IMPORT


def _new_id(rule: Rule) -> str:
    return f"{rule.id}-LIST"


def _code_list(listed: Sequence[ListedCode]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in listed:
        threshold = "" if one.threshold is None else f"{one.threshold:f}"
        writer.writerow((one.digits, threshold, one.currency, "yes" if one.partial else "", one.note))
    return out.getvalue().encode()


def _rule_set(
    name: str, law: RuleSet, rules: Sequence[Rule], listed: Sequence[ListedCode], official: Official, sha256: str
) -> str:
    plain = law.model_dump(mode="json", exclude_defaults=True)
    used = {citation.instrument for rule in rules for citation in rule.citations}
    countries = {country for rule in rules for country in rule.countries}
    source = f"{law.title}, official list ({official.annex or official.name})"
    content = {
        "rule_set": name,
        "title": source,
        "authority": law.authority,
        "jurisdiction": law.jurisdiction,
        "version": official.as_of.isoformat(),
        "authorising": list(law.authorising),
        "instruments": {key: value for key, value in plain["instruments"].items() if key in used},
        "territories": [one for one in plain["territories"] if one["country"] in countries],
        "rules": [_rule(rule, name, listed, official, source, sha256) for rule in rules],
    }
    head = (
        f"# Written by `tidewaiter rules import-goods` from {official.name} (sha-256 "
        f"{hashlib.sha256(official.content).hexdigest()}).\n# Import the list again rather than change it here.\n"
    )
    return head + yaml.safe_dump(_texts(content), sort_keys=False, allow_unicode=True, width=120)


def _rule(
    rule: Rule, name: str, listed: Sequence[ListedCode], official: Official, source: str, sha256: str
) -> dict[str, Any]:
    threshold = rule.threshold
    written: dict[str, Any] = {
        "id": _new_id(rule),
        "title": f"{rule.title}, by the official list",
        "says": f"{rule.says.split(';')[0].rstrip('.')}; the goods are on the official list of {official.as_of}.",
        "direction": rule.direction.value,
        "countries": list(rule.countries),
        "effect": Effect.BLOCK.value,
        "confidence": "V",
        "citations": [citation.model_dump(mode="json") for citation in rule.citations],
        "in_force": rule.in_force.model_dump(mode="json", exclude_none=True),
        "goods": {
            "codes": {
                "file": f"codes/{name}.csv",
                "rows": str(len(listed)),
                "sha256": sha256,
                "source": source,
                "url": official.url,
                "as_of": official.as_of.isoformat(),
                "basis": threshold.basis if threshold and threshold.basis != "weight" else "unit",
                "operator": threshold.operator if threshold else ">",
            }
        },
        "replaces": [rule.id],
        "examples": dict(_examples(rule, listed)),
    }
    if rule.reach:
        written["reach"] = list(rule.reach)
    if threshold is not None:
        written["threshold"] = threshold.model_dump(mode="json", exclude_none=True)
    if rule.exceptions:
        written["exceptions"] = [
            clause.model_dump(mode="json", exclude_defaults=True) | {"id": f"{clause.id}-LIST"}
            for clause in rule.exceptions
        ]
    return written


def _examples(rule: Rule, listed: Sequence[ListedCode]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    one = next((code for code in listed if not code.partial), listed[0])
    item: dict[str, Any] = {"hs_code": one.digits}
    amount = one.threshold or (rule.threshold.amount if rule.threshold else None)
    currency = one.currency or (rule.threshold.currency if rule.threshold else "")
    if amount is not None:
        item |= {"quantity": "1", "unit": "pcs", "value": {"amount": f"{amount * 2:f}", "currency": currency}}
    since = rule.in_force.since
    yield (
        "match",
        [
            {"name": "a listed code", "transfer": _transfer(rule, rule.countries[0], item)},
            {
                "name": "a listed code on the first day",
                "transfer": _transfer(rule, rule.countries[0], item),
                "on": [since.isoformat()],
            },
        ],
    )
    yield (
        "no_match",
        [
            {
                "name": "the day before",
                "transfer": _transfer(rule, rule.countries[0], item),
                "on": [(since - timedelta(days=1)).isoformat()],
            },
            {"name": "another country", "transfer": _transfer(rule, "CH", item)},
        ],
    )


def _transfer(rule: Rule, country: str, item: dict[str, Any]) -> dict[str, Any]:
    end = "destination" if rule.direction is Direction.TO else "origin"
    return {"route": {end: {"country": country}}, "items": [item]}


def _texts(value: Any) -> Any:
    """Return `value` with every number and day as text, as in a rule file."""
    if isinstance(value, dict):
        return {key: _texts(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts(part) for part in value]
    if isinstance(value, bool) or value is None:
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _replace(path: Path, content: bytes) -> None:
    """Write `path` atomically. RuleError when it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise RuleError(f"{path}: cannot be written: {error.strerror}") from error
