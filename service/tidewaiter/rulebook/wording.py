"""Words for the parts of a rule, for people: in lists of changes, audits and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tidewaiter.goods.hs.titles import title_of
from tidewaiter.rulebook.quota import Quota
from tidewaiter.rulebook.rules import Direction, Period, Rule, RuleCitation, RuleSet, Threshold
from tidewaiter_schemas.verdict import Effect

SURE = {
    "V": "verified in a source (V)",
    "H": "from knowledge, not verified in a source (H)",
    "C": "still to be checked against the text (C)",
}
"""Each confidence in words."""


def way_of(rule: Rule) -> str:
    """Return the direction and countries of a rule: `to KP`, `in funds of KP`."""
    goods = rule.direction in (Direction.TO, Direction.FROM)
    return f"{rule.direction if goods else f'in {rule.direction} of'} {', '.join(rule.countries)}"


def asks(rule: Rule) -> str:
    """Return the strongest effect of a finding of `rule`, in words."""
    if rule.confidence == "C":
        return "review, because the text is still to be checked (C)"
    return "it blocks" if rule.effect is Effect.BLOCK else "it asks for review"


def in_force(period: Period) -> str:
    """Return the period in words."""
    return f"In force since {period.since}" + (f" until {period.until}" if period.until else "")


def cited(citation: RuleCitation, rule_set: RuleSet | None = None) -> str:
    """Return instrument, provision and confidence; the instrument by its name when the rule set is given."""
    instrument = rule_set.instruments.get(citation.instrument) if rule_set else None
    name = instrument.name if instrument else citation.instrument
    return f"{name}, {citation.provision}, paragraph {SURE[citation.confidence]}"


def worth(threshold: Threshold) -> str:
    """Return the values that meet the threshold, in words."""
    amount = f"{threshold.amount:,.2f}".removesuffix(".00") + f" {threshold.currency}"
    each = {"unit": " each", "set": " a set", "weight": f" for {threshold.weight_kg} kg"}.get(threshold.basis, "")
    return f"{amount} or more{each}" if threshold.operator == ">=" else f"more than {amount}{each}"


def capped(quota: Quota) -> str:
    """Return the caps of a quota and its window, in words."""
    caps = " or ".join(f"{cap.amount:,f} {cap.unit}" for cap in quota.caps)
    return f"{caps} in twelve months from {quota.starts}"


def hs_code(prefix: str) -> str:
    """`HS 8703 (Cars)`."""
    title = title_of(prefix)
    return f"HS {prefix} ({title})" if title else f"HS {prefix}"


def capital(text: str) -> str:
    """Return `text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def shown(value: Any) -> str:
    """Return any value of a rule in words, without empty parts."""
    if value is None or value in ((), [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, Mapping):
        given = {key: part for key, part in value.items() if part not in (None, (), [], {})}
        return ", ".join(f"{key} {shown(part)}" for key, part in given.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(shown(part) for part in value)
    return str(value)
