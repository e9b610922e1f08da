"""A transfer of goods, money or services that has happened or is planned."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints, model_validator

from tidewaiter_schemas.base import (
    Country,
    Currency,
    Identity,
    LongText,
    Model,
    Moment,
    OpenWord,
    PartialDate,
    Places,
    Pointer,
    Text,
)

KINDS = frozenset("sale gift loan lease donation payment service charter ship_to_ship personal_carriage other".split())
ROLES = frozenset(
    "transferor transferee consignee end_user intermediary carrier vessel financial_institution "
    "beneficial_owner owner charterer operator other".split()
)
PARTY_TYPES = frozenset("person organisation government vessel aircraft unknown".split())
IDENTIFIER_TYPES = frozenset("imo mmsi passport national_id tax_id registration lei bic wallet other".split())
REPORT_STATUSES = frozenset("alleged reported confirmed".split())

MAX_LEVELS = 16
MAX_CONNECTED = 500
"""Limit for owners, controllers and principals of one party, so that no event is too costly to judge."""
MAX_NAMES = 20_000
"""Limit for the letters of all names in one transfer. Each word is looked up on every list, so unlimited names would
delay all following transfers."""

MAX_PATH = 512
MAX_PATHS = 20_000

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=30), Places]


class Money(Model):
    """An amount in a currency (ISO 4217)."""

    amount: Amount
    currency: Currency


class Identifier(Model):
    """A number or code that identifies a party, as its issuer wrote it."""

    type: OpenWord = Field(description="Unknown values are accepted.", examples=sorted(IDENTIFIER_TYPES))
    value: Text
    country: Country | None = None


class Connected(Model):
    """A person or organisation behind a party: one that controls it, or for which it acts."""

    name: Text
    type: OpenWord = Field(default="unknown", description="Unknown values are accepted.", examples=sorted(PARTY_TYPES))
    countries: tuple[Country, ...] = Field(
        default=(), description="Nationality, residence or establishment; for a government, the country it governs."
    )
    identifiers: tuple[Identifier, ...] = ()
    owned_by: tuple[Owner, ...] = Field(default=(), description="Its own owners, up the chain.")


class Owner(Connected):
    """An owner of a party, in whole or in part."""

    share: Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False), Places] | None = Field(
        default=None, description="Share in per cent, 0 to 100; absent when unknown."
    )


class Party(Model):
    """A participant in a transfer, with its role. A name or an identifier is required."""

    role: OpenWord = Field(description="Unknown values are accepted.", examples=sorted(ROLES))
    name: Text | None = None
    aliases: tuple[Text, ...] = ()
    type: OpenWord = Field(default="unknown", description="Unknown values are accepted.", examples=sorted(PARTY_TYPES))
    countries: tuple[Country, ...] = Field(
        default=(),
        description="Nationality, residence, establishment or flag: every country the party belongs to.",
    )
    residence: Country | None = Field(
        default=None, description="Country of residence or seat, if known separately from `countries`."
    )
    former_flags: tuple[Country, ...] = Field(default=(), description="Earlier flags of a vessel or aircraft.")
    birth_date: PartialDate | None = None
    identifiers: tuple[Identifier, ...] = ()
    address: Text | None = None
    owned_by: tuple[Owner, ...] = Field(
        default=(), description=f"At most {MAX_CONNECTED} owners in at most {MAX_LEVELS} levels, chains included."
    )
    controlled_by: tuple[Connected, ...] = Field(
        default=(), description="Those who direct it without owning it: by votes, contract, family or office."
    )
    acting_for: tuple[Connected, ...] = Field(
        default=(), description="Those on whose behalf it takes part: an agent's principal, a nominee's owner."
    )

    @model_validator(mode="after")
    def _is_somebody(self) -> Party:
        if not self.name and not self.identifiers and not self.aliases:
            raise ValueError(f"a party in the role {self.role!r} needs a name or an identifier")
        if self.owned_by or self.controlled_by or self.acting_for:
            _check_bounds((*self.owned_by, *self.controlled_by, *self.acting_for))
        return self


def _check_bounds(level: tuple[Connected, ...]) -> None:
    seen = levels = 0
    while level:
        levels, seen = levels + 1, seen + len(level)
        if levels > MAX_LEVELS or seen > MAX_CONNECTED:
            raise ValueError(
                f"more than {MAX_CONNECTED} owners and others stand behind this party, or more than {MAX_LEVELS} "
                "levels of them; leave out those whose part does not matter"
            )
        level = tuple(owner for one in level for owner in one.owned_by)


class Item(Model):
    """One line of goods. At least one fact about it is required."""

    description: LongText | None = None
    hs_code: Annotated[str, Field(min_length=1, max_length=32)] | None = Field(
        default=None,
        description="Harmonized System code or a national extension, with or without punctuation.",
    )
    eccn: Text | None = Field(
        default=None,
        description="Export Control Classification Number of the United States, as 3A001.a.7, or EAR99 for goods on no "
        "control list. Several are separated by `;`.",
    )
    dual_use_number: Text | None = Field(
        default=None,
        description="Number on the control list of the EU (Annex I of Regulation (EU) 2021/821), or of another country "
        "that follows it, as 3A001.a.7, or `not listed`. Several are separated by `;`.",
    )
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
    previous_ports: tuple[Location, ...] = Field(
        default=(), description="Where the vessel or aircraft called before this transfer, the latest first."
    )


class Authorisation(Model):
    """A licence or committee exemption that the transfer claims."""

    authority: Text
    reference: Text
    issued_on: PartialDate | None = Field(
        default=None, description="Not read by the engine: `expires_on` and the operator's register decide."
    )
    expires_on: PartialDate | None = None
    covers: Text | None = None


class Report(Model):
    """How certain the facts of the transfer are, and the source."""

    status: OpenWord = Field(
        default="confirmed",
        description="Unknown values are read as not confirmed.",
        examples=sorted(REPORT_STATUSES),
    )
    sources: tuple[Text, ...] = ()


DocumentPath = Annotated[str, StringConstraints(max_length=MAX_PATH, pattern=r"^[!-{}~]+( \| [!-{}~]+)*$")]
"""A path in a document: an XPath, a JSON pointer or the name of a field, without spaces. ` | ` is between several."""


class SourceDocument(Model):
    """The document that the transfer was converted from. It states no facts: only where they stood."""

    format: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        description="The format and its version. Not read by the engine.",
        examples=["pacs.008.001.10", "mt103", "dcsa.ebl.3", "csv"],
    )
    root: Annotated[str, StringConstraints(max_length=MAX_PATH, pattern=r"^[!-~]*$")] = Field(
        default="",
        description="The part of the document that the paths begin from. Not read by the engine but for evidence.",
    )
    paths: Annotated[dict[Pointer, DocumentPath], Field(max_length=MAX_PATHS)] = Field(
        default_factory=dict,
        description="For pointers into the transfer, the path at which the fact stood: below `root`, unless it begins "
        "with a slash. A pointer without one has the path of the nearest pointer above it. A key of `extensions` is "
        "a path. Not read by the engine but for evidence.",
    )

    def path_of(self, pointer: str) -> str | None:
        """Return the path in the document of what is at `pointer` in the transfer; None when it is not known."""
        if pointer.startswith("/extensions/"):
            key = pointer.split("/")[2].replace("~1", "/").replace("~0", "~")
            return self._whole(key)
        while pointer:
            if (found := self.paths.get(pointer)) is not None:
                return " | ".join(map(self._whole, found.split(" | ")))
            pointer = pointer.rpartition("/")[0]
        return None

    def _whole(self, path: str) -> str:
        return path if path.startswith("/") or not self.root else f"{self.root}/{path}"


class TransferEvent(Model):
    """One transfer to be screened.

    `occurred_at` selects the law: a transfer is judged by the rules in force on that day.
    """

    id: Identity
    occurred_at: Moment
    kind: OpenWord = Field(description="Unknown values are accepted and never lead to a clear.", examples=sorted(KINDS))
    parties: tuple[Party, ...] = ()
    items: tuple[Item, ...] = ()
    funds: Money | None = Field(
        default=None,
        description="What is paid. Not read by the engine: thresholds are compared with the value of items.",
    )
    route: Route | None = None
    purpose: LongText | None = None
    free_text: LongText | None = None
    authorisations: tuple[Authorisation, ...] = ()
    report: Report = Report()
    extensions: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="The producer's own fields. Their texts are searched for countries and listed names.",
    )
    document: SourceDocument | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Set by the adapters. Evidence in the verdict then has the path in the document.",
    )

    @model_validator(mode="after")
    def _names_end(self) -> TransferEvent:
        letters = sum(map(_letters, self.parties))
        if letters > MAX_NAMES:
            raise ValueError(
                f"names of {letters:,} letters in all, and {MAX_NAMES:,} are read; leave out what is no name, or make "
                "it several transfers"
            )
        return self


def _letters(party: Party) -> int:
    own = len(party.name or "") + sum(map(len, party.aliases))
    if not (party.owned_by or party.controlled_by or party.acting_for):
        return own
    behind: list[Connected] = [*party.owned_by, *party.controlled_by, *party.acting_for]
    while behind:
        one = behind.pop()
        own += len(one.name)
        behind += one.owned_by
    return own
