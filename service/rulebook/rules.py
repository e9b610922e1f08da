"""The format of a rule set: one authority's law as data that a lawyer can read.

These models are the only reader of rule YAML. They say what a rule may contain; docs/rules.md says how to write one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.base import Country, Currency
from schemas.verdict import Effect, Family
from service.goods.recognition import Category

Confidence = Literal["V", "H", "C"]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9-]{2,60}$")]
RulePattern = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9-]{1,60}\*?$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2})?)?$")]
Certainty = Annotated[float, Field(gt=0, le=1)]
Words = Annotated[str, StringConstraints(min_length=2)]


class RuleModel(BaseModel):
    """A frozen value that refuses fields it does not know: a misspelt field must not silence a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Direction(StrEnum):
    """What a rule is about, seen from the sanctioned country."""

    TO = "to"
    """Supply, sale or transfer to it."""
    FROM = "from"
    """Procurement from it."""
    SERVICES = "services"
    FUNDS = "funds"
    VESSELS = "vessels"


class Instrument(RuleModel):
    """A legal act, and where to read it."""

    name: str
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    adopted: date


class RuleCitation(RuleModel):
    """A provision of an instrument. `confidence` is of this very paragraph number: V read in a source, H known well,
    C to be checked."""

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
    """Goods by category of the classifier."""

    category: Category
    certainty: Certainty = 1.0


class KeywordMatch(RuleModel):
    """Goods by words of the description, maker or model, whole words in any order of the list."""

    words: Words
    certainty: Certainty = 0.6


class Goods(RuleModel):
    """Which goods a rule is about: any of the matches; or all goods, but for `unless_hs`."""

    all: bool = False
    hs: tuple[HsMatch, ...] = ()
    categories: tuple[CategoryMatch, ...] = ()
    keywords: tuple[KeywordMatch, ...] = ()
    unless_hs: tuple[Prefix, ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> Goods:
        if self.all and (self.hs or self.categories or self.keywords):
            raise ValueError("`all` goods leaves no room for hs, categories or keywords")
        if not self.all and not (self.hs or self.categories or self.keywords):
            raise ValueError("names no goods: give hs, categories or keywords, or `all: true`")
        return self


class Threshold(RuleModel):
    """The rule is met only by goods worth more than `amount`. Exactly the amount is review when `boundary` says so."""

    amount: Annotated[Decimal, Field(gt=0)]
    currency: Currency
    basis: Literal["item", "unit"] = "item"
    operator: Literal[">", ">="] = ">"
    boundary: Literal["exact", "review"] = "exact"


class ExceptionClause(RuleModel):
    """A written exception. Words or codes in the transfer that speak for it are a claim: block becomes review."""

    id: RuleId
    text: str
    citation: RuleCitation
    hs: tuple[Prefix, ...] = ()
    words: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _can_apply(self) -> ExceptionClause:
        if not self.hs and not self.words:
            raise ValueError("can never apply: give hs or words")
        return self


class Period(RuleModel):
    """In force from `since` to `until`, both days included, by the UTC day on which the transfer happened."""

    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Period:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}")
        return self

    def covers(self, day: date) -> bool:
        """Whether the period has `day` in it."""
        return self.since <= day and (self.until is None or day <= self.until)


class Example(RuleModel):
    """A transfer that must, or must not, meet the rule. `transfer` is a TransferEvent; id, kind and occurred_at may be
    left out.

    One example may stand for many: it runs once with each of `hs_codes` as the code of its first item (of an item that
    is nothing but its code, when it has none), and of these each on every day of `on`.
    """

    name: str
    transfer: dict[str, Any]
    effect: Effect | None = None
    hs_codes: tuple[str, ...] = ()
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
    countries: Annotated[tuple[Country, ...], Field(min_length=1)]
    family: Family = Family.EMBARGO
    group: str | None = Field(
        default=None,
        description="Rules of a group cover each other: a doubtful match is left out beside a sure one.",
    )
    effect: Literal[Effect.BLOCK, Effect.REVIEW] = Effect.BLOCK
    confidence: Confidence = Field(description="Of the measure itself. C never blocks.")
    citations: Annotated[tuple[RuleCitation, ...], Field(min_length=1)]
    in_force: Period
    goods: Goods
    threshold: Threshold | None = None
    exceptions: tuple[ExceptionClause, ...] = ()
    subsidiary_to: tuple[RulePattern, ...] = Field(
        default=(),
        description="Silent on an item that one of these rules is met by; `*` at the end for all that begin so.",
    )
    examples: Examples


class Territory(RuleModel):
    """How a sanctioned country is recognised in a transfer, apart from its code."""

    country: Country
    since: date = Field(description="The day its first measure took effect.")
    demonym: str = Field(description="The country as sentences name it.")
    names: Annotated[tuple[Words, ...], Field(min_length=1)]
    places: tuple[Words, ...] = ()
    government: tuple[Words, ...] = ()


class RuleSet(RuleModel):
    """One authority's law."""

    rule_set: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: str
    authority: str
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]
    authorising: tuple[Words, ...] = Field(
        default=(), description="Names under which the authority that may permit transfers is known."
    )
    instruments: dict[str, Instrument]
    territories: tuple[Territory, ...]
    rules: tuple[Rule, ...]
