"""Whose law needs a licence for goods on control lists, and which goods ask for a control number.

Read from `builtin/ties/dual_use.yaml`. Nothing here derives a control number from an HS code.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints

from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Url, Words
from tidewaiter_schemas.base import Country
from tidewaiter_schemas.verdict import Citation

_HEADING = 4


class AtRiskCodes(RuleModel):
    """HS codes that a State publishes because such goods are often diverted; `since` is the first day of the list."""

    source: Words
    url: Url
    as_of: date
    since: date
    codes: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2})?$")], ...], Field(min_length=1)]
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

    @cached_property
    def citation(self) -> Citation:
        """Return the citation of the law that needs the licence."""
        return Citation(
            instrument=self.instrument,
            provision=self.provision,
            url=self.url,
            verified=self.confidence == "V",
            confidence=self.confidence,
        )


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
        if len(code) >= _HEADING:
            entries = self._by_heading.get(code[:_HEADING], ())
        else:
            entries = self._entries if declared else ()
        for listed, entry in entries:
            if day < listed.since or code.startswith(listed.unless):
                continue
            if code.startswith(entry) or (declared and entry.startswith(code)):
                return listed, entry
        return None

    @cached_property
    def _entries(self) -> tuple[tuple[AtRiskCodes, str], ...]:
        return tuple((listed, entry) for listed in self.at_risk for entry in listed.codes)

    @cached_property
    def _by_heading(self) -> dict[str, tuple[tuple[AtRiskCodes, str], ...]]:
        by_heading: dict[str, list[tuple[AtRiskCodes, str]]] = {}
        for listed, entry in self._entries:
            by_heading.setdefault(entry[:_HEADING], []).append((listed, entry))
        return {heading: tuple(entries) for heading, entries in by_heading.items()}

    def bound_by(self, jurisdictions: Iterable[str]) -> DualUse:
        """Return the same with the regimes of `jurisdictions` alone."""
        wanted = frozenset(jurisdictions)
        return self.model_copy(update={"regimes": tuple(one for one in self.regimes if one.jurisdiction in wanted)})
