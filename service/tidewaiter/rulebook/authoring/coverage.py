"""Coverage: which measures of a regime rules encode, which they do not, and why. The measures are data."""

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


class RegimeMeasure(RuleModel):
    """One operative measure of a regime. Either `rules` encode it, or `not_shown` says why a transfer cannot show it.

    `in_part` says which part of it a transfer cannot show, where the rules encode only the rest.
    """

    id: RuleId
    part: str
    measure: str
    paragraphs: Annotated[tuple[str, ...], Field(min_length=1)]
    rules: tuple[RuleId, ...] = ()
    not_shown: str | None = None
    in_part: str | None = None

    @model_validator(mode="after")
    def _is_accounted_for(self) -> RegimeMeasure:
        if bool(self.rules) is bool(self.not_shown):
            raise ValueError("give either the rules that encode it, or in `not_shown` why none does")
        return self


class Regime(RuleModel):
    """All measures of one regime."""

    regime: str
    title: str
    measures: Annotated[tuple[RegimeMeasure, ...], Field(min_length=1)]


def regimes(folder: Path = FOLDER) -> tuple[Regime, ...]:
    """Return the regimes whose measures are listed, by file name. RuleError for a file that cannot be used."""
    return tuple(read_yaml(path).read_as(Regime) for path in sorted(folder.glob("*.yaml")))


def missing_rules(regime: Regime, rule_sets: Iterable[RuleSet]) -> dict[str, tuple[str, ...]]:
    """Return, by measure, the rules that it names and that are in none of `rule_sets`."""
    known = {rule.id for rule_set in rule_sets for rule in rule_set.rules}
    found = {measure.id: tuple(rule for rule in measure.rules if rule not in known) for measure in regime.measures}
    return {measure: rules for measure, rules in found.items() if rules}


def unnamed_rules(regime: Regime, rule_sets: Sequence[RuleSet]) -> tuple[str, ...]:
    """Return the rules of the regime's rule sets (`un-kp`, `un-kp-…`) that no measure names."""
    named = {rule for measure in regime.measures for rule in measure.rules}
    own = [s for s in rule_sets if s.rule_set == regime.regime or s.rule_set.startswith(f"{regime.regime}-")]
    return tuple(rule.id for rule_set in own for rule in rule_set.rules if rule.id not in named)
