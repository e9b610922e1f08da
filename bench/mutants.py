"""Mistakes that a rule author could make, each as a rule that has exactly one of them.

Walks the models, so that a field which the format learns later is mutated too. A mutant that no transfer could tell
from the rule is left out where that can be seen from the rule alone: those are named in `_same_law`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import Direction, Rule
from tidewaiter_schemas.verdict import Effect

_LAW = ("goods", "dealing", "quota", "threshold", "exceptions", "countries", "subsidiary_to")
"""The fields whose every part is mutated; dates, direction, effect and confidence have mistakes of their own."""
_LEFT_ALONE = frozenset({"id", "text", "citation", "named", "citations", "conversions", "source", "url", "as_of"})
"""Parts of these fields that decide nothing: words for people, and factors between units, which are in no law and ask
for review whatever they come to."""
_UNDER_A_HASH = frozenset({"file", "rows", "sha256", "listed"})
"""Parts of a list of codes: a mistake in them is refused when the rule set is loaded, before any test."""
_FLIP = {Direction.TO: Direction.FROM, Direction.FROM: Direction.TO}
_SWAPS: dict[str, dict[str, str]] = {
    "operator": {">": ">=", ">=": ">"},
    "boundary": {"exact": "review", "review": "exact"},
    "basis": {"item": "unit", "unit": "item"},
}
_BLOCK_AT = Policy().block_at
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`rule` with one mistake, and what the mistake is: `threshold.amount 500 -> 501`."""

    rule: Rule
    mistake: str


def mutants_of(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of `rule`, in the order of its fields."""
    plain = rule.model_dump()
    for mistake, changed in _mistakes(rule, plain):
        try:
            mutant = Rule.model_validate(changed)
        except ValidationError:
            continue  # the format itself refuses it: killed before any test
        if not _same_law(rule, mutant):
            yield Mutant(mutant, mistake)


def _mistakes(rule: Rule, plain: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if rule.direction in _FLIP:
        other = _FLIP[rule.direction]
        yield f"direction {rule.direction} -> {other}", plain | {"direction": other}
    for end in ("since", "until"):
        day: date | None = plain["in_force"][end]
        for step in (-1, 1) if day is not None else ():
            assert day is not None
            moved = day + timedelta(days=step)
            yield f"in_force.{end} {day} -> {moved}", plain | {"in_force": plain["in_force"] | {end: moved}}
    effect = Effect.REVIEW if rule.effect is Effect.BLOCK else Effect.BLOCK
    yield f"effect {rule.effect} -> {effect}", plain | {"effect": effect}
    confidence = "V" if rule.confidence == "C" else "C"
    yield f"confidence {rule.confidence} -> {confidence}", plain | {"confidence": confidence}
    if rule.threshold is not None:
        yield "threshold dropped", plain | {"threshold": None}
    for field in _LAW:
        if plain.get(field):
            for mistake, value in _parts(plain[field], (field,)):
                yield mistake, plain | {field: value}


def _parts(value: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """Every way to spoil one part of `value`, with `value` so spoilt."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in _LEFT_ALONE | _UNDER_A_HASH:
                for mistake, spoilt in _parts(part, (*path, key)):
                    yield mistake, value | {key: spoilt}
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield f"{_shown(path)} without {_name(part, number)}", [*value[:number], *value[number + 1 :]]
            if isinstance(part, (dict, list, tuple)):
                for mistake, spoilt in _parts(part, (*path, _name(part, number))):
                    yield mistake, [*value[:number], spoilt, *value[number + 1 :]]
    else:
        for other in _others(value, path[-1]):
            yield f"{_shown(path)} {value} -> {other}", other


def _others(value: Any, field: str | int) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif field == "certainty":
        yield 0.6 if value >= _BLOCK_AT else 0.9
    elif isinstance(value, (int, float, Decimal)):
        yield from (value - 1, value + 1)
    elif isinstance(value, str) and value in _SWAPS.get(str(field), {}):
        yield _SWAPS[str(field)][value]


def _same_law(rule: Rule, mutant: Rule) -> bool:
    """Whether both judge every transfer alike, because something else in the rule decides.

    A rule to be checked (C) asks for review whatever its effect says; one that asks for review does so however sure
    it is and whatever exception is claimed, unless that bears on a listing too; where the exact amount is for review,
    `>` and `>=` are one.
    """
    if _only_review(rule) and _only_review(mutant):
        alike = {"effect", "confidence"}
        if mutant.model_copy(update={field: getattr(rule, field) for field in alike}) == rule:
            return True
        if _sure(rule.model_dump()) == _sure(mutant.model_dump()):
            return True
        listed = any(sign.party and sign.party.listed for sign in rule.dealing)
        if not listed and mutant.model_copy(update={"exceptions": rule.exceptions}) == rule:
            return True
    if mutant.model_copy(update={"exceptions": rule.exceptions}) == rule and _said(rule) == _said(mutant):
        return True
    if mutant.model_copy(update={"dealing": rule.dealing}) == rule and _borne(rule) == _borne(mutant):
        return True
    before, after = rule.threshold, mutant.threshold
    if before is not None and after is not None and before.boundary == after.boundary == "review":
        return before.operator != after.operator
    return False


def _said(rule: Rule) -> list[Any]:
    """The exceptions without words that hold another of theirs: "humanitarian aid" says no more than "humanitarian"."""
    return [
        clause | {"words": {w for w in clause["words"] if not any(o != w and o in w for o in clause["words"])}}
        for clause in rule.model_dump()["exceptions"]
    ]


def _only_review(rule: Rule) -> bool:
    if rule.confidence == "C" or rule.effect is Effect.REVIEW:
        return True
    sure = list(_certainties(rule.model_dump(include={"goods", "dealing"})))
    return bool(sure) and max(sure) < _BLOCK_AT


def _certainties(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "certainty":
                yield part
            elif key == "codes" and part:
                yield 1.0
            else:
                yield from _certainties(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _certainties(part)


def _borne(rule: Rule) -> list[Any]:
    """The signs as they are read: a party that is listed, or a named vessel, is not asked for its country as well."""
    signs = []
    for sign in rule.model_dump()["dealing"]:
        party = sign["party"]
        if party and (party["listed"] or party["vessels"]):
            party = party | {"of_country": None, "flag": None}
        elif party and not party["of_country"]:
            party = party | {"flag": None}
        signs.append(sign | {"party": party})
    return signs


def _sure(value: Any) -> Any:
    """`value` without its certainties, which decide nothing between review and review."""
    if isinstance(value, dict):
        return {key: _sure(part) for key, part in value.items() if key != "certainty"}
    return [_sure(part) for part in value] if isinstance(value, (list, tuple)) else value


def _name(part: Any, number: int) -> str:
    if isinstance(part, dict):
        for key in ("id", "prefix", "category", "words", "list"):
            if part.get(key):
                return str(part[key] if isinstance(part[key], str) else part[key][0])
        return str(number)
    return str(part)


def _shown(path: Path) -> str:
    return ".".join(str(step) for step in path)
