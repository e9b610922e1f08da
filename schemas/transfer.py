"""A transfer: what happened, or is about to."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from schemas.base import Country, Currency, Identity, LongText, Model, OpenWord, PartialDate, Text

KINDS = frozenset("sale gift loan lease donation payment service charter ship_to_ship personal_carriage other".split())
ROLES = frozenset(
    "transferor transferee consignee end_user intermediary carrier vessel financial_institution "
    "beneficial_owner other".split()
)
PARTY_TYPES = frozenset("person organisation government vessel aircraft unknown".split())
IDENTIFIER_TYPES = frozenset("imo mmsi passport national_id tax_id registration lei bic wallet other".split())
REPORT_STATUSES = frozenset("alleged reported confirmed".split())

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=30)]


class Money(Model):
    """An amount in a currency (ISO 4217)."""

    amount: Amount
    currency: Currency


class Identifier(Model):
    """A number or code that identifies a party, as its issuer wrote it."""

    type: OpenWord = Field(description="Unknown values are accepted.", examples=sorted(IDENTIFIER_TYPES))
    value: Text
    country: Country | None = None


class Owner(Model):
    """Someone who owns a party, in whole or in part."""

    name: Text
    share: Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)] | None = Field(
        default=None, description="Per cent, 0 to 100; absent when unknown."
    )
    identifiers: tuple[Identifier, ...] = ()


class Party(Model):
    """Whoever takes part in a transfer, in a role. A name or an identifier is needed."""

    role: OpenWord = Field(description="Unknown values are accepted.", examples=sorted(ROLES))
    name: Text | None = None
    aliases: tuple[Text, ...] = ()
    type: OpenWord = Field(default="unknown", description="Unknown values are accepted.", examples=sorted(PARTY_TYPES))
    countries: tuple[Country, ...] = Field(
        default=(),
        description="Nationality, residence, establishment or flag: every country the party belongs to.",
    )
    birth_date: PartialDate | None = None
    identifiers: tuple[Identifier, ...] = ()
    address: Text | None = None
    owned_by: tuple[Owner, ...] = ()

    @model_validator(mode="after")
    def _is_somebody(self) -> Party:
        if not self.name and not self.identifiers and not self.aliases:
            raise ValueError(f"a party in the role {self.role!r} needs a name or an identifier")
        return self


class Item(Model):
    """One line of goods. At least one fact about it is needed."""

    description: LongText | None = None
    hs_code: Annotated[str, Field(min_length=1, max_length=32)] | None = Field(
        default=None,
        description="Harmonized System code or a national extension, with or without punctuation.",
    )
    eccn: Text | None = None
    manufacturer: Text | None = None
    model: Text | None = None
    quantity: Amount | None = None
    unit: Text | None = None
    value: Money | None = Field(default=None, description="Value of the whole line.")
    origin: Country | None = None
    condition: Text | None = None
    serial: Text | None = None

    @model_validator(mode="after")
    def _is_something(self) -> Item:
        if not self.model_fields_set:
            raise ValueError("an item needs at least a description, an hs_code, a manufacturer or a model")
        return self


class Location(Model):
    """A country, a place, or both."""

    country: Country | None = None
    place: Text | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Location:
        if self.country is None and self.place is None:
            raise ValueError("a location needs a country or a place")
        return self


class Route(Model):
    """The way the goods go."""

    origin: Location | None = None
    destination: Location | None = None
    transit: tuple[Location, ...] = ()


class Authorisation(Model):
    """A licence or committee exemption that the transfer claims."""

    authority: Text
    reference: Text
    issued_on: PartialDate | None = None
    expires_on: PartialDate | None = None
    covers: Text | None = None


class Report(Model):
    """How sure the facts of the transfer are, and who says so."""

    status: OpenWord = Field(
        default="confirmed",
        description="Unknown values are read as not confirmed.",
        examples=sorted(REPORT_STATUSES),
    )
    sources: tuple[Text, ...] = ()


class TransferEvent(Model):
    """One transfer to be screened.

    `occurred_at` chooses the law: a transfer is judged by the rules in force on that day.
    """

    id: Identity
    occurred_at: AwareDatetime
    kind: OpenWord = Field(description="Unknown values are accepted and never lead to a clear.", examples=sorted(KINDS))
    parties: tuple[Party, ...] = ()
    items: tuple[Item, ...] = ()
    funds: Money | None = None
    route: Route | None = None
    purpose: LongText | None = None
    free_text: LongText | None = None
    authorisations: tuple[Authorisation, ...] = ()
    report: Report = Report()
    extensions: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="The producer's own fields. Not screened, and said so in the verdict's docs.",
    )
