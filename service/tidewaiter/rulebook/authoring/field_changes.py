"""The sentences that describe a change in one field of a rule or a rule set, and what the change means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from tidewaiter.rulebook.codes import CodeList
from tidewaiter.rulebook.rules import ExceptionClause, Goods, Rule, RuleSet, Threshold
from tidewaiter.rulebook.wording import SURE, capital, capped, cited, hs_code, shown, way_of, worth
from tidewaiter_schemas.verdict import Effect


class Bearing(StrEnum):
    """What a change means for those who must obey the law."""

    FORBIDS = "newly forbidden"
    ALLOWS = "newly allowed"
    STRICTER = "stricter"
    """The same transfers, with a stricter decision."""
    MILDER = "milder"
    """The same transfers, with a milder decision."""
    CHANGED = "changed"
    """Neither, or the field alone does not show which."""


Sentence = tuple[Bearing, str]


def _goods(was: Rule, now: Rule) -> Iterator[Sentence]:
    both: list[Goods | None] = [was.goods, now.goods]
    old, new = both
    if old is None or new is None:
        yield from of_any("goods", old, new)
        return
    way = way_of(now)
    if old.all != new.all:
        yield (
            (Bearing.FORBIDS, f"All goods {way} are meant now, no longer some.")
            if new.all
            else (Bearing.ALLOWS, f"Only some goods {way} are meant now, no longer all.")
        )
    yield from _among(_codes(old), _codes(new), way)
    yield from _among(_kinds(old), _kinds(new), way)
    yield from _among(_words(old), _words(new), way)
    for prefix in _gone(old.unless_hs, new.unless_hs):
        yield Bearing.FORBIDS, f"{hs_code(prefix)} {way} is no longer left out."
    for prefix in _gone(new.unless_hs, old.unless_hs):
        yield Bearing.ALLOWS, f"{hs_code(prefix)} {way} is left out now."
    for field, name in (("hs", "prefix"), ("categories", "category"), ("keywords", "words")):
        before = {getattr(match, name): match for match in getattr(old, field)}
        for match in getattr(new, field):
            was_match = before.get(getattr(match, name))
            if was_match is not None:
                yield from _parts_of_match(was_match, match, f"{field} {getattr(match, name)}", way)
    if old.codes != new.codes:
        yield from _listed(old.codes, new.codes, way)
    known = {"all", "hs", "codes", "categories", "keywords", "unless_hs"}
    for field in Goods.model_fields.keys() - known:
        if getattr(old, field) != getattr(new, field):
            yield from of_any(f"goods.{field}", getattr(old, field), getattr(new, field))


def _listed(old: CodeList | None, new: CodeList | None, way: str) -> Iterator[Sentence]:
    was, now = ({row.code: row for row in (codes.listed if codes else ())} for codes in (old, new))
    for code in _gone(now, was):
        yield Bearing.FORBIDS, f"{hs_code(code)} {way} is listed now."
    for code in _gone(was, now):
        yield Bearing.ALLOWS, f"{hs_code(code)} {way} is no longer listed."
    for code in sorted(was.keys() & now.keys()):
        if was[code] != now[code]:
            yield from of_any(f"listed {code}", was[code], now[code])
    if old is not None and new is not None:
        for field in sorted(CodeList.model_fields.keys() - {"listed"}):
            if getattr(old, field) != getattr(new, field):
                yield from of_any(f"goods.codes.{field}", getattr(old, field), getattr(new, field))


def _parts_of_match(old: BaseModel, new: BaseModel, name: str, way: str) -> Iterator[Sentence]:
    for field in type(new).model_fields:
        was, now = getattr(old, field), getattr(new, field)
        if was == now or field == "certainty":
            continue
        if field == "unless":
            for prefix in _gone(was, now):
                yield Bearing.FORBIDS, f"{hs_code(prefix)} {way} is no longer left out of {name}."
            for prefix in _gone(now, was):
                yield Bearing.ALLOWS, f"{hs_code(prefix)} {way} is left out of {name} now."
        else:
            yield from of_any(f"{name}, {field}", was, now)


def _codes(goods: Goods) -> dict[str, float]:
    return {hs_code(match.prefix): match.certainty for match in goods.hs}


def _kinds(goods: Goods) -> dict[str, float]:
    return {f"what is recognised as {str(m.category).replace('_', ' ')}": m.certainty for m in goods.categories}


def _words(goods: Goods) -> dict[str, float]:
    return {f"what names “{match.words}”": match.certainty for match in goods.keywords}


def _among(old: Mapping[str, float], new: Mapping[str, float], way: str) -> Iterator[Sentence]:
    for name, certainty in new.items():
        if name not in old:
            yield Bearing.FORBIDS, f"{capital(name)} {way} is among its goods now, {certainty:.0%} sure."
        elif old[name] != certainty:
            bearing = Bearing.STRICTER if certainty > old[name] else Bearing.MILDER
            yield bearing, f"{capital(name)} is held to be its goods {certainty:.0%} surely, before {old[name]:.0%}."
    for name in _gone(old, new):
        yield Bearing.ALLOWS, f"{capital(name)} {way} is no longer among its goods."


def _period(was: Rule, now: Rule) -> Iterator[Sentence]:
    old, new, one = was.in_force, now.in_force, timedelta(days=1)
    if new.since < old.since:
        yield Bearing.FORBIDS, f"In force since {new.since} already, {_days(new.since, old.since)} earlier than before."
    elif new.since > old.since:
        yield Bearing.ALLOWS, f"Not in force from {old.since} to {new.since - one} any more; it begins on {new.since}."
    if old.until == new.until:
        return
    if new.until is None:
        yield Bearing.FORBIDS, f"It no longer ends on {old.until}."
    elif old.until is None:
        yield Bearing.ALLOWS, f"It ends on {new.until}; before, it had no end."
    elif new.until > old.until:
        yield Bearing.FORBIDS, f"It ends on {new.until}, {_days(old.until, new.until)} later than before."
    else:
        yield Bearing.ALLOWS, f"It ends on {new.until}, {_days(new.until, old.until)} earlier than before."


def _threshold(was: Rule, now: Rule) -> Iterator[Sentence]:
    old, new = was.threshold, now.threshold
    if old is None or new is None:
        if new is not None:
            yield Bearing.ALLOWS, f"Only goods worth {worth(new)} are meant now; before, of any value."
        if old is not None:
            yield Bearing.FORBIDS, f"Goods of any value are meant now; before, only those worth {worth(old)}."
        return
    if (old.amount, old.currency, old.operator, old.basis) != (new.amount, new.currency, new.operator, new.basis):
        bearing = Bearing.CHANGED
        if (old.currency, old.basis) == (new.currency, new.basis):
            higher = (new.amount, new.operator == ">") > (old.amount, old.operator == ">")
            bearing = Bearing.ALLOWS if higher else Bearing.FORBIDS
        yield bearing, f"Goods worth {worth(new)} are meant now; before, those worth {worth(old)}."
    for field in Threshold.model_fields.keys() - {"amount", "currency", "operator", "basis"}:
        if getattr(old, field) != getattr(new, field):
            yield from of_any(f"threshold.{field}", getattr(old, field), getattr(new, field))


def _quota(was: Rule, now: Rule) -> Iterator[Sentence]:
    old, new = was.quota, now.quota
    if old is None or new is None:
        if new is not None:
            yield Bearing.MILDER, f"It blocks only from a cap of {capped(new)} on now; before, whatever the quantity."
        else:
            yield Bearing.STRICTER, "It no longer has a cap below which it asks for review."
        return
    if old.caps != new.caps:
        bearing = Bearing.CHANGED
        pairs = [(cap, new.cap(cap.unit)) for cap in old.caps]
        if len(old.caps) == len(new.caps) and all(after and after.amount >= cap.amount for cap, after in pairs):
            bearing = Bearing.ALLOWS
        elif len(old.caps) == len(new.caps) and all(after and after.amount <= cap.amount for cap, after in pairs):
            bearing = Bearing.FORBIDS
        yield bearing, f"The cap is {capped(new)} now, before {capped(old)}."
    yield from of_any("quota", old.model_copy(update={"caps": new.caps}), new)


def _exceptions(was: Rule, now: Rule) -> Iterator[Sentence]:
    before, after = ({clause.id: clause for clause in rule.exceptions} for rule in (was, now))
    for clause in after.values():
        old = before.get(clause.id)
        if old is None:
            yield Bearing.MILDER, f"A new exception {clause.id}, on which block becomes review: {clause.text}"
            continue
        for field in ExceptionClause.model_fields:
            if getattr(old, field) != getattr(clause, field):
                yield from of_any(f"exception {clause.id}, {field}", getattr(old, field), getattr(clause, field))
    for name in _gone(before, after):
        yield Bearing.STRICTER, f"No longer an exception, {name}: {before[name].text}"


def _effect(was: Rule, now: Rule) -> Iterator[Sentence]:
    if now.effect is Effect.BLOCK:
        yield Bearing.STRICTER, "It blocks now; before, it asked for review."
    else:
        yield Bearing.MILDER, "It asks for review now; before, it blocked."


def _confidence(was: Rule, now: Rule) -> Iterator[Sentence]:
    bearing = Bearing.CHANGED
    if was.confidence == "C":
        bearing = Bearing.STRICTER
    elif now.confidence == "C":
        bearing = Bearing.MILDER
    yield bearing, f"The measure is {SURE[now.confidence]} now; before, {SURE[was.confidence]}."


def _citations(was: Rule, now: Rule) -> Iterator[Sentence]:
    before, after = ({(c.instrument, c.provision): c for c in rule.citations} for rule in (was, now))
    for key, citation in after.items():
        old = before.get(key)
        if old is None:
            yield Bearing.CHANGED, f"It cites {cited(citation)} now."
        elif old.confidence != citation.confidence:
            yield Bearing.CHANGED, f"{cited(citation)}, before {SURE[old.confidence]}."
    for key in _gone(before, after):
        yield Bearing.CHANGED, f"It no longer cites {cited(before[key])}."
    if list(before) != list(after) and before.keys() == after.keys():
        yield Bearing.CHANGED, f"It cites {cited(now.citations[0])} first now."


def _countries(was: Rule, now: Rule) -> Iterator[Sentence]:
    for country in _gone(now.countries, was.countries):
        yield Bearing.FORBIDS, f"It is about {country} now too."
    for country in _gone(was.countries, now.countries):
        yield Bearing.ALLOWS, f"It is no longer about {country}."
    if set(was.countries) == set(now.countries):
        yield Bearing.CHANGED, "Its countries stand in another order."


def _direction(was: Rule, now: Rule) -> Iterator[Sentence]:
    yield Bearing.FORBIDS, f"It is about what goes {way_of(now)} now."
    yield Bearing.ALLOWS, f"It is no longer about what goes {way_of(was)}."


def _subsidiary(was: Rule, now: Rule) -> Iterator[Sentence]:
    for pattern in _gone(now.subsidiary_to, was.subsidiary_to):
        yield Bearing.MILDER, f"It is silent beside {pattern} now."
    for pattern in _gone(was.subsidiary_to, now.subsidiary_to):
        yield Bearing.STRICTER, f"It is no longer silent beside {pattern}."


def _dealing(was: Rule, now: Rule) -> Iterator[Sentence]:
    before, after = (rule.model_dump()["dealing"] for rule in (was, now))
    for sign in _gone(after, before):
        yield Bearing.FORBIDS, f"A new sign of it: {shown(sign)}."
    for sign in _gone(before, after):
        yield Bearing.ALLOWS, f"No longer a sign of it: {shown(sign)}."


def _territories(was: RuleSet, now: RuleSet) -> Iterator[Sentence]:
    before, after = ({t.country: t for t in rule_set.territories} for rule_set in (was, now))
    for country, territory in after.items():
        old = before.get(country)
        if old is None:
            yield Bearing.FORBIDS, f"{country} is a sanctioned country of this rule set now, since {territory.since}."
            continue
        for field in type(territory).model_fields:
            ours, theirs = getattr(territory, field), getattr(old, field)
            if isinstance(ours, tuple):
                for word in _gone(ours, theirs):
                    yield Bearing.STRICTER, f"{country} is recognised by “{word}” too ({field})."
                for word in _gone(theirs, ours):
                    yield Bearing.MILDER, f"{country} is no longer recognised by “{word}” ({field})."
            elif ours != theirs:
                yield from of_any(f"territory {country}, {field}", theirs, ours)
    for country in _gone(before, after):
        yield Bearing.ALLOWS, f"{country} is no longer a sanctioned country of this rule set."


def _version(was: RuleSet, now: RuleSet) -> Iterator[Sentence]:
    yield Bearing.CHANGED, f"The text is of {now.version}, before of {was.version}."


def of_any(field: str, was: Any, now: Any) -> Iterator[Sentence]:
    """Yield sentences on any field, leaf by leaf: that it changed, not what that means."""
    was, now = (value.model_dump() if isinstance(value, BaseModel) else value for value in (was, now))
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in (*was, *(key for key in now if key not in was)):
            if was.get(key) != now.get(key):
                yield from of_any(f"{field}.{key}", was.get(key), now.get(key))
        return
    if isinstance(was, (list, tuple)) and isinstance(now, (list, tuple)):
        added, gone = ([v for v in these if v not in others] for these, others in ((now, was), (was, now)))
        for lead, values in (("now also", added), ("no longer", gone)):
            for value in values:
                yield Bearing.CHANGED, f"{field}: {lead} {shown(value)}."
        if not added and not gone:
            yield Bearing.CHANGED, f"{field}: in another order or number."
        return
    yield Bearing.CHANGED, f"{field}: {shown(now)}, before {shown(was)}."


OF_RULES: Mapping[str, Callable[[Rule, Rule], Iterator[Sentence]]] = {
    "direction": _direction,
    "countries": _countries,
    "effect": _effect,
    "confidence": _confidence,
    "citations": _citations,
    "in_force": _period,
    "goods": _goods,
    "threshold": _threshold,
    "quota": _quota,
    "exceptions": _exceptions,
    "subsidiary_to": _subsidiary,
    "dealing": _dealing,
}
"""The fields of a rule that have sentences of their own."""
OF_RULE_SETS: Mapping[str, Callable[[RuleSet, RuleSet], Iterator[Sentence]]] = {
    "territories": _territories,
    "version": _version,
}
"""The fields of a rule set that have sentences of their own."""


def _days(first: date, then: date) -> str:
    count = (then - first).days
    return "one day" if count == 1 else f"{count} days"


def _gone(old: Any, new: Any) -> list[Any]:
    return [value for value in old if value not in new]
