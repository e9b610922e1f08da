"""The format of a rule set: one authority's law as data that a lawyer can read.

These models are the only reader of rule YAML. They define what a rule may contain; docs/rules.md explains how to write
one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tidewaiter.goods.recognition import Category
from tidewaiter.matching.entry import ListingMeasure
from tidewaiter.rulebook.base import Confidence, Prefix, RuleModel, Url, Words
from tidewaiter.rulebook.codes import Basis, CodeList
from tidewaiter.rulebook.quota import Quota
from tidewaiter_schemas.base import Country, Currency
from tidewaiter_schemas.countries import checked_country
from tidewaiter_schemas.transfer import KINDS, PARTY_TYPES, ROLES
from tidewaiter_schemas.verdict import Effect, Family

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9-]{2,60}$")]
RulePattern = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9-]{1,60}\*?$")]
Certainty = Annotated[float, Field(gt=0, le=1)]


def _territory(value: str) -> str:
    country, _, _ = value.partition("-")
    checked_country(country)
    return value


TerritoryKey = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2,20})?$"), AfterValidator(_territory)]
"""A country, or a region of one (`UA-CRIMEA`). A region is recognised by its words, never by the country's code."""


Doubt = Literal["any", "whole", "none"]
"""When goods that are not known are for review, the strictest first."""


JurisdictionName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,19}$")]
"""Whose law it is: a packaged one (`UN`), another State's (`FR`), or a house policy (`ACME`)."""


class Direction(StrEnum):
    """The direction of a rule, seen from the sanctioned country."""

    TO = "to"
    """Supply, sale or transfer to it."""
    FROM = "from"
    """Procurement from it."""
    SERVICES = "services"
    FUNDS = "funds"
    PERSONS = "persons"
    VESSELS = "vessels"


class Instrument(RuleModel):
    """A legal act and its address."""

    name: str
    url: Url
    adopted: date


class RuleCitation(RuleModel):
    """A provision of an instrument. `confidence` is that of the paragraph number: V read in a source, H known well, C
    still to be checked."""

    instrument: str = Field(description="Key of the rule set's `instruments`.")
    provision: str
    confidence: Confidence


class HsMatch(RuleModel):
    """Goods by HS prefix of 2, 4 or 6 digits. `named` when the law itself names the code; otherwise it is derived."""

    prefix: Prefix
    certainty: Certainty = 1.0
    unless: tuple[Prefix, ...] = ()
    named: bool = False


class CategoryMatch(RuleModel):
    """Goods by category of the classifier, except those of excluded headings."""

    category: Category
    certainty: Certainty = 1.0
    unless: tuple[Prefix, ...] = ()


class KeywordMatch(RuleModel):
    """Goods by words of the description, maker or model, whole words in any order of the list."""

    words: Words
    certainty: Certainty = 0.6


class EccnMatch(RuleModel):
    """Goods by the beginning of the export control number that the transfer gives; `""` matches any but EAR99.

    Both `eccn` and `dual_use_number` of an item are read. An invalid number gets review.
    """

    prefix: Annotated[str, StringConstraints(pattern=r"^(\d([A-E](\d{1,3})?)?)?$")]
    certainty: Certainty = 1.0


class Goods(RuleModel):
    """The goods of a rule: those of any of the matches, or all goods except `unless_hs`."""

    all: bool = False
    hs: tuple[HsMatch, ...] = ()
    codes: CodeList | None = None
    categories: tuple[CategoryMatch, ...] = ()
    keywords: tuple[KeywordMatch, ...] = ()
    eccn: tuple[EccnMatch, ...] = ()
    unless_hs: tuple[Prefix, ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> Goods:
        named = self.hs or self.codes or self.categories or self.keywords or self.eccn
        if self.all and named:
            raise ValueError("`all` goods leaves no room for hs, codes, categories, keywords or eccn")
        if not self.all and not named:
            raise ValueError("names no goods: give hs, codes, categories, keywords or eccn, or `all: true`")
        return self


class PartySign(RuleModel):
    """A party that shows a dealing. All given conditions must hold for the same party.

    `of_country`: it belongs to the rule's country, by nationality, flag, government, name or listing. `flag`: it does
    so by its own `countries`, which are the flag of a vessel. `listed`: it is on a list of the rule's authority, under
    the country's programme, with one of these measures; with `owners` its owner is. `names` are words in its names.
    `vessels` are groups of the rule set's `vessels` that have its IMO number.
    """

    roles: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    of_country: bool = True
    flag: bool = False
    listed: tuple[ListingMeasure, ...] = ()
    owners: bool = False
    names: tuple[Words, ...] = ()
    vessels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_somebody(self) -> PartySign:
        for field, given, known in (("roles", self.roles, ROLES), ("types", self.types, PARTY_TYPES)):
            for word in given:
                if word not in known:
                    raise ValueError(f"{field}: {word!r} is not one of {', '.join(sorted(known))}")
        if self.owners and not self.listed and not self.names:
            raise ValueError("`owners` says where to look, not for what: give `listed` or `names` too")
        return self


class Sign(RuleModel):
    """Facts of a transfer that together show a dealing; all that are given must hold.

    `about` names groups of the rule set's `subjects`: of each, one word stands in the purpose, the free text or an
    item. `unless_only_hs`: the sign is not shown where goods of these HS prefixes, surely and wholly recognised, are
    all that moves. `certainty` is how surely these facts show the dealing that the rule is about.
    """

    kinds: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    party: PartySign | None = None
    unless_only_hs: tuple[Prefix, ...] = ()
    certainty: Certainty = 1.0

    @model_validator(mode="after")
    def _shows_something(self) -> Sign:
        if not self.kinds and not self.about and self.party is None:
            raise ValueError("shows nothing: give kinds, about or party")
        for kind in self.kinds:
            if kind not in KINDS:
                raise ValueError(f"kinds: {kind!r} is not one of {', '.join(sorted(KINDS))}")
        return self


class Threshold(RuleModel):
    """The rule is met only by goods worth more than `amount`. `boundary` may ask for review at exactly the amount.

    `basis` is what is valued: the whole `item`, one `unit` of it, one `set` of it, or `weight_kg` of it.
    """

    amount: Annotated[Decimal, Field(gt=0)]
    currency: Currency
    basis: Basis = "item"
    weight_kg: Annotated[Decimal, Field(gt=0)] | None = None
    operator: Literal[">", ">="] = ">"
    boundary: Literal["exact", "review"] = "exact"

    @model_validator(mode="after")
    def _is_measured(self) -> Threshold:
        if (self.basis == "weight") != (self.weight_kg is not None):
            raise ValueError("basis `weight` and `weight_kg` go together")
        return self


class Period(RuleModel):
    """In force from `since` to `until`, both days included. The UTC day of the transfer counts."""

    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Period:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}")
        return self

    def covers(self, day: date) -> bool:
        """Return whether `day` is in the period."""
        return self.since <= day and (self.until is None or day <= self.until)


class ExceptionClause(RuleModel):
    """A written exception. Words or codes of the transfer that suggest it are a claim: block becomes review.

    Without `in_force` it applies as long as its rule.
    """

    id: RuleId
    text: str
    citation: RuleCitation
    hs: tuple[Prefix, ...] = ()
    words: tuple[Words, ...] = ()
    in_force: Period | None = None

    @model_validator(mode="after")
    def _can_apply(self) -> ExceptionClause:
        if not self.hs and not self.words:
            raise ValueError("can never apply: give hs or words")
        return self

    def stands_on(self, day: date) -> bool:
        """Return whether the exception was in force on `day`, apart from its rule."""
        return self.in_force is None or self.in_force.covers(day)


class Example(RuleModel):
    """A transfer that must, or must not, meet the rule. `transfer` is a TransferEvent without id, kind and occurred_at
    where these do not matter.

    One example may stand for many. It runs once with each of `hs_codes` as the code of its first item (or of a new item
    when it has none), once with each of `descriptions` as that item's description, and each of these on every day of
    `on`. With `hs_codes` the rule must be met by a code that it names.
    """

    name: str
    transfer: dict[str, Any]
    effect: Effect | None = None
    certainty: Certainty | None = None
    hs_codes: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    on: tuple[date, ...] = ()


class Examples(RuleModel):
    """A rule's own tests."""

    match: Annotated[tuple[Example, ...], Field(min_length=1)]
    no_match: Annotated[tuple[Example, ...], Field(min_length=1)]


class Rule(RuleModel):
    """One operative measure."""

    id: RuleId
    title: str
    says: str = Field(description="What the law says, one sentence in our own words; it ends up in the verdict.")
    direction: Direction
    countries: Annotated[tuple[TerritoryKey, ...], Field(min_length=1)]
    reach: tuple[Country, ...] = Field(
        default=(),
        description="The law reaches goods that come from one of these countries; where nothing shows that these do, "
        "the finding is for review.",
    )
    family: Family = Family.EMBARGO
    group: str | None = Field(
        default=None,
        description="Rules of a group cover each other: a doubtful match is left out beside a sure one.",
    )
    effect: Literal[Effect.BLOCK, Effect.REVIEW] = Effect.BLOCK
    confidence: Confidence = Field(description="Of the measure itself. C never blocks.")
    citations: Annotated[tuple[RuleCitation, ...], Field(min_length=1)]
    in_force: Period
    goods: Goods | None = None
    dealing: tuple[Sign, ...] = Field(
        default=(),
        description="Signs of a dealing in services, money, people or vessels; one is enough. With `goods`, both.",
    )
    threshold: Threshold | None = None
    quota: Quota | None = Field(
        default=None, description="Blocks only what reaches the cap; of the family `quota`, and of effect `block`."
    )
    exceptions: tuple[ExceptionClause, ...] = ()
    subsidiary_to: tuple[RulePattern, ...] = Field(
        default=(),
        description="Silent on an item that one of these rules is met by; `*` at the end for all that begin so.",
    )
    superseded_by: tuple[RuleId, ...] = Field(
        default=(), description="The rules that take its place on the day after its last."
    )
    replaces: tuple[RuleId, ...] = Field(
        default=(),
        description="Rules in whose place this one stands: the official list instead of categories, from the day of "
        "the list on.",
    )
    examples: Examples

    @model_validator(mode="after")
    def _is_about_something(self) -> Rule:
        if self.goods is None and not self.dealing:
            raise ValueError("is about nothing: give goods, or the signs of a dealing")
        if not self.dealing and self.direction not in (Direction.TO, Direction.FROM):
            raise ValueError(f"direction {self.direction}: a rule on goods goes `to` or `from`; others need a dealing")
        if self.dealing and (self.threshold is not None or self.group is not None or self.subsidiary_to):
            raise ValueError("threshold, group and subsidiary_to are of rules on goods alone")
        return self

    @model_validator(mode="after")
    def _quota_can_block(self) -> Rule:
        if self.quota is None:
            return self
        if self.family is not Family.QUOTA or self.effect is not Effect.BLOCK or self.dealing:
            raise ValueError("has a quota: it is on goods alone, of `family: quota`, and leaves `effect` at block")
        return self


class DesignatedVessel(RuleModel):
    """A vessel that the authority has named. It is identified only by its IMO number, because names are reused."""

    imo: Annotated[str, StringConstraints(pattern=r"^\d{7}$")]
    name: Words
    in_force: Period
    confidence: Confidence


class Territory(RuleModel):
    """A sanctioned country, and the words that name it in a transfer."""

    country: TerritoryKey
    since: date = Field(description="The day its first measure took effect.")
    demonym: str = Field(description="The country as sentences name it.")
    names: Annotated[tuple[Words, ...], Field(min_length=1)]
    places: tuple[Words, ...] = ()
    government: tuple[Words, ...] = ()
    doubt: Doubt = Field(
        default="any",
        description="When unknown goods are for review: known in part only (`any`), not at all (`whole`), which is "
        "right where few goods are barred, or never (`none`), which is right where arms alone are barred and trade is "
        "wide.",
    )


class RuleSet(RuleModel):
    """One authority's law."""

    rule_set: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: str
    authority: str
    jurisdiction: JurisdictionName
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]
    authorising: tuple[Words, ...] = Field(
        default=(), description="Names under which the authority that may permit transfers is known."
    )
    contested_by: tuple[Country, ...] = Field(
        default=(), description="States that hold this law to be of no effect; every finding says so."
    )
    instruments: dict[str, Instrument]
    subjects: dict[str, tuple[Words, ...]] = Field(
        default_factory=dict, description="What a dealing is about, by a key: the words that say so, in any language."
    )
    vessels: dict[str, tuple[DesignatedVessel, ...]] = Field(
        default_factory=dict, description="Vessels that the authority has named, in groups, for the signs of dealings."
    )
    territories: tuple[Territory, ...]
    rules: tuple[Rule, ...]
