"""The operator's policy: the law that binds it, the authorisations it has verified, its thresholds and its rates.

Policy decides verdicts, so it is part of the rule book and of its hash.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from tidewaiter.matching.entry import EntryType
from tidewaiter.matching.policy import BLOCK, REVIEW
from tidewaiter.rulebook.base import Prefix, RuleModel, Words
from tidewaiter.rulebook.rates import ReferenceRates
from tidewaiter.rulebook.rules import JurisdictionName, Period, RuleId
from tidewaiter_schemas.base import Country
from tidewaiter_schemas.quota import QuotaUnit
from tidewaiter_schemas.verdict import Effect

JURISDICTIONS = ("UN", "EU", "US", "UK", "JP", "CA", "AU", "CH")
"""Those that have packaged law."""

FindingPattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9:._-]{1,80}\*?$")]
"""The id of a rule or of a list entry (`un:KPe.020`), or the beginning of one followed by `*`."""


class PermittedQuantity(RuleModel):
    """The largest quantity of an item that one transfer may have, in the unit of the authorisation."""

    amount: Annotated[Decimal, Field(gt=0)]
    unit: Annotated[str, StringConstraints(min_length=1)]


class VerifiedAuthorisation(RuleModel):
    """A licence or committee exemption that the operator has seen and checked.

    It clears a finding when the transfer names its reference and everything given here agrees: all recipients are
    among `parties`, the item falls under one of `goods` (HS prefixes) and does not exceed `quantity`, the destination
    is among `countries`, and the day is in `valid`. `rules` limits it to some findings; without `rules` it covers the
    authority's rules on goods. A dealing or a listed party is covered only where `rules` names it.
    """

    authority: Words
    reference: Words
    parties: Annotated[tuple[Words, ...], Field(min_length=1)]
    goods: tuple[Prefix, ...] = ()
    quantity: PermittedQuantity | None = None
    countries: tuple[Country, ...] = ()
    rules: tuple[FindingPattern, ...] = ()
    valid: Period

    @model_validator(mode="after")
    def _permits_something(self) -> VerifiedAuthorisation:
        if not self.goods and not self.rules:
            raise ValueError("permits nothing: give `goods`, or the `rules` that it lifts")
        return self

    def names(self, finding: str) -> bool:
        """Return whether `rules` names the finding with this id."""
        return any(finding.startswith(p[:-1]) if p.endswith("*") else finding == p for p in self.rules)


class Register(RuleModel):
    """The operator's register of verified authorisations."""

    authorisations: tuple[VerifiedAuthorisation, ...] = ()


class PublishedTotal(RuleModel):
    """A total that the Committee has published: `total` of a quota from `window` to `as_of`."""

    quota: RuleId
    window: date
    total: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    unit: QuotaUnit
    as_of: date
    source: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]

    @model_validator(mode="after")
    def _is_of_its_window(self) -> PublishedTotal:
        if not self.window <= self.as_of < self.window.replace(year=self.window.year + 1):
            raise ValueError(f"as_of {self.as_of} is not within twelve months from {self.window}")
        return self


class QuotaTotals(RuleModel):
    """The totals that the operator has read from the Committee's page."""

    totals: tuple[PublishedTotal, ...] = ()


class MatchThreshold(RuleModel):
    """The scores from which a match with a listed party asks for review, and blocks.

    `list` and `type` limit it. Of several that apply, one with a list takes precedence, then one with a type. `review`
    cannot be lower than the packaged review threshold, because lower scores are not searched for.
    """

    list_id: Annotated[str | None, Field(alias="list")] = None
    type: EntryType | None = None
    review: Annotated[float, Field(ge=REVIEW, le=1)] = REVIEW
    block: Annotated[float, Field(ge=REVIEW, le=1)] = BLOCK

    model_config = RuleModel.model_config | {"populate_by_name": True}

    @model_validator(mode="after")
    def _is_in_order(self) -> MatchThreshold:
        if self.review > self.block:
            raise ValueError(f"review at {self.review} is above block at {self.block}: raise block or lower review")
        return self

    @property
    def scope(self) -> tuple[str | None, EntryType | None]:
        """Return the list and type that it applies to; None stands for any."""
        return self.list_id, self.type

    def __str__(self) -> str:
        given = [part for part in (self.list_id, self.type) if part]
        where = f" as set for {', '.join(given)}" if given else ""
        return f"review at {self.review:.2f}, block at {self.block:.2f}{where}"


DEFAULT_THRESHOLD = MatchThreshold()


class MatchThresholds(RuleModel):
    """The operator's own thresholds for matches with listed parties."""

    thresholds: tuple[MatchThreshold, ...] = ()


class Policy(RuleModel):
    """The operator's policy.

    `jurisdictions` are those whose law binds the operator. A finding under other law asks for review at most.
    `block_at` and `review_at` are certainties: a finding may block from `block_at` on, and is not reported below
    `review_at`. `rates` are the reference rates that convert a value into the currency of a threshold. `matching` are
    the operator's thresholds for matches with listed parties. With `weak_full_names`, an alias that its publisher calls
    weak asks for review when it has the words of a full name. `unread_extensions` are keys of `extensions` whose texts
    are not read. `missing_control_number` is the effect where goods at risk have no control number and go to a country
    without an embargo on goods.
    """

    jurisdictions: Annotated[tuple[JurisdictionName, ...], Field(min_length=1)] = ("UN",)
    block_at: Annotated[float, Field(gt=0, le=1)] = 0.7
    review_at: Annotated[float, Field(gt=0, le=1)] = 0.3
    register_: Register = Field(default=Register(), alias="register")
    rates: ReferenceRates = ReferenceRates()
    quota_totals: tuple[PublishedTotal, ...] = ()
    matching: tuple[MatchThreshold, ...] = ()
    weak_full_names: bool = True
    unread_extensions: tuple[str, ...] = ()
    missing_control_number: Literal[Effect.REVIEW, Effect.INFO] = Effect.INFO

    model_config = RuleModel.model_config | {"populate_by_name": True}

    def binds(self, jurisdiction: str) -> bool:
        """Return whether the law of `jurisdiction` binds the operator."""
        return jurisdiction in self.jurisdictions

    def match_threshold(self, list_id: str, type_: EntryType) -> MatchThreshold:
        """Return the thresholds for the entries of a type on a list."""
        if not self.matching:
            return DEFAULT_THRESHOLD
        by_scope = {threshold.scope: threshold for threshold in self.matching}
        scopes = ((list_id, type_), (list_id, None), (None, type_), (None, None))
        return next((by_scope[scope] for scope in scopes if scope in by_scope), DEFAULT_THRESHOLD)


def parse_jurisdictions(text: str, own: Collection[str] = ()) -> tuple[str, ...]:
    """Return `"UN,ACME"` as a sorted tuple. ValueError names a jurisdiction that is neither packaged nor one of `own`.

    `own` are the jurisdictions of the operator's rule sets and lists: another State's law, or a house policy.
    """
    known = dict.fromkeys((*JURISDICTIONS, *sorted(own)))
    names = sorted({part.strip().upper() for part in text.split(",") if part.strip()})
    for name in names:
        if name not in known:
            raise ValueError(
                f"jurisdiction {name!r} is not known: choose from {', '.join(known)}, or use a rule set or list of it"
            )
    if not names:
        raise ValueError(f"no jurisdiction given: choose from {', '.join(known)}")
    return tuple(names)
