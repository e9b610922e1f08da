"""Whose law needs a licence for goods on control lists, and which goods ask for a control number.

Read from `builtin/ties/dual_use.yaml`. Nothing here derives a control number from an HS code.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Url, Words
from tidewaiter_schemas.base import Country


class AtRiskCodes(RuleModel):
    """HS codes that a State publishes because such goods are often diverted; `since` is the first day of the list."""

    source: Words
    url: Url
    as_of: date
    since: date
    codes: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    unless: tuple[Prefix, ...] = ()


class ControlRegime(RuleModel):
    """The law of one jurisdiction on goods that leave its territory and are on its control list."""

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    territory: Annotated[tuple[Country, ...], Field(min_length=1)]
    says: Words
    instrument: Words
    provision: Words
    url: Url
    since: date
    confidence: Confidence


class DualUse(RuleModel):
    """The regimes, the codes at risk, and the countries to which goods at risk raise no question."""

    at_risk: tuple[AtRiskCodes, ...] = ()
    allies: tuple[Country, ...] = ()
    regimes: tuple[ControlRegime, ...] = ()

    def list_of(self, code: str, day: date, *, declared: bool) -> tuple[AtRiskCodes, str] | None:
        """Return the first list of `day` that has the code, and its entry; None when no list has it.

        A declared code that is shorter than an entry may be under it. A code that words were recognised as may not: it
        names a heading, and most goods of the heading are not at risk.
        """
        for listed in self.at_risk:
            if day < listed.since or code.startswith(listed.unless):
                continue
            for entry in listed.codes:
                if code.startswith(entry) or (declared and entry.startswith(code)):
                    return listed, entry
        return None

    def bound_by(self, jurisdictions: Iterable[str]) -> DualUse:
        """Return the same with the regimes of `jurisdictions` alone."""
        wanted = frozenset(jurisdictions)
        return self.model_copy(update={"regimes": tuple(one for one in self.regimes if one.jurisdiction in wanted)})
