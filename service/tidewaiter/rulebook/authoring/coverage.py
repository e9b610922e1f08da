"""Which measures of a regime have a rule, which have none, and why. The measures are data beside the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from tidewaiter.rulebook.base import RuleModel
from tidewaiter.rulebook.loader import BUILTIN
from tidewaiter.rulebook.rules import RuleId, RuleSet
from tidewaiter.rulebook.yaml_source import read_yaml

FOLDER = BUILTIN / "coverage"


class Measure(RuleModel):
    """One operative measure of a regime. `rules` encode it; or `not_shown` says why a transfer cannot show it.

    `in_part` says what of it a transfer cannot show, where the rules go only so far.
    """

    id: RuleId
    part: str
    measure: str
    paragraphs: Annotated[tuple[str, ...], Field(min_length=1)]
    rules: tuple[RuleId, ...] = ()
    not_shown: str | None = None
    in_part: str | None = None

    @model_validator(mode="after")
    def _is_accounted_for(self) -> Measure:
        if bool(self.rules) is bool(self.not_shown):
            raise ValueError("give either the rules that encode it, or why it is `not_shown`")
        return self


class Regime(RuleModel):
    """All measures of one regime."""

    regime: str
    title: str
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]


def regimes(folder: Path = FOLDER) -> tuple[Regime, ...]:
    """The regimes whose measures are listed, by file name. RuleError for a file that cannot be used."""
    return tuple(read_yaml(path).read_as(Regime) for path in sorted(folder.glob("*.yaml")))


def missing_rules(regime: Regime, rule_sets: Iterable[RuleSet]) -> dict[str, tuple[str, ...]]:
    """By measure, the rules it names that are in none of `rule_sets`; empty when all is as said."""
    known = {rule.id for rule_set in rule_sets for rule in rule_set.rules}
    found = {measure.id: tuple(rule for rule in measure.rules if rule not in known) for measure in regime.measures}
    return {measure: rules for measure, rules in found.items() if rules}


def unnamed_rules(regime: Regime, rule_sets: Sequence[RuleSet]) -> tuple[str, ...]:
    """The rules of the regime's rule sets (`un-kp`, `un-kp-…`) that no measure names."""
    named = {rule for measure in regime.measures for rule in measure.rules}
    own = [s for s in rule_sets if s.rule_set == regime.regime or s.rule_set.startswith(f"{regime.regime}-")]
    return tuple(rule.id for rule_set in own for rule in rule_set.rules if rule.id not in named)
