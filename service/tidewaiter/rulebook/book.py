"""The rule book: rule sets, lists, goods words and policy, compiled. It is immutable and identified by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tidewaiter.goods.classifier import Classifier
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.country_knowledge import OwnershipRule
from tidewaiter.rulebook.dual_use import DualUse
from tidewaiter.rulebook.gazetteer import Gazetteer
from tidewaiter.rulebook.law_by_day import ByDay, DealingsLaw, GoodsLaw
from tidewaiter.rulebook.office_names import OfficeNames
from tidewaiter.rulebook.phrases import Phrases
from tidewaiter.rulebook.policy import Policy, PublishedTotal
from tidewaiter.rulebook.programmes import Programme
from tidewaiter.rulebook.rates import RateTable
from tidewaiter.rulebook.regions import Regions
from tidewaiter.rulebook.rules import DesignatedVessel, Direction, Doubt
from tidewaiter.rulebook.text_roles import RoleReader
from tidewaiter_schemas.rulebook import RuleBookManifest


@dataclass(frozen=True, slots=True)
class CompiledTerritory:
    """A sanctioned country. The words that name it in a text are in the gazetteer."""

    country: str
    demonym: str
    since: date
    doubt: Doubt
    """When goods that are not known get review: the strictest answer of its rule sets."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What transfers are screened against. It never changes; a new rule book replaces it as a whole."""

    manifest: RuleBookManifest
    policy: Policy
    territories: Mapping[str, CompiledTerritory]
    """By country, in the order of the codes."""
    gazetteer: Gazetteer
    offices: Phrases
    """Words that mark a body with a country in its name as a government body: embassy, army."""
    office_names: OfficeNames
    """Tells names that offices of any State may have."""
    namesakes: Mapping[str, frozenset[str]]
    """By country, the other countries whose bodies are often named after its places."""
    programmes: Mapping[str, tuple[Programme, ...]]
    """By country or region, the programmes that bind the operator and are not packaged completely."""
    dual_use: DualUse
    """The export control law that binds the operator, and the goods that ask for a control number."""
    text_roles: RoleReader
    """Finds the role of a country in a text: origin of the goods, destination, or topic."""
    calling_codes: Mapping[str, str]
    """The country of a telephone number, by calling code."""
    domains: Mapping[str, str]
    """The country of a mail or web address, by top-level domain."""
    maritime_ids: Mapping[str, str]
    """The country of a ship, by the first three digits of its MMSI."""
    regions: Regions
    """Regions that law is about apart from their country, by region code and postcode."""
    locodes: frozenset[str]
    """Countries whose UN/LOCODEs look like no word."""
    ownership: Mapping[str, OwnershipRule]
    """By authority, the share at which an owner's listing extends to the party."""
    rules: Mapping[tuple[str, Direction], tuple[CompiledRule, ...]]
    """All rules by country and direction."""
    dealings: Mapping[str, tuple[CompiledRule, ...]]
    """The rules on services, money, people and vessels, by country."""
    vessels: Mapping[str, tuple[tuple[str, DesignatedVessel], ...]]
    """Vessels that an authority named, by IMO number: the countries whose measures name it, and the vessel."""
    authorising: Mapping[str, frozenset[str]]
    """By rule set, the folded names of the authorities that may permit what its rules forbid."""
    permitting: Mapping[str, frozenset[str]]
    """The same by jurisdiction, for listed parties."""
    parties: PartyIndex
    goods: Classifier
    rates: RateTable
    quotas: Mapping[str, CompiledRule]
    """The rules with a quota, by id."""
    published: Mapping[tuple[str, date], PublishedTotal]
    """Published totals, by quota and first day of the window."""

    _goods_by_day: Mapping[tuple[str, Direction], ByDay[GoodsLaw]] = field(init=False, repr=False, compare=False)
    _dealings_by_day: Mapping[str, ByDay[DealingsLaw]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_direction = {key: ByDay(rules, GoodsLaw) for key, rules in self.rules.items()}
        by_country = {country: ByDay(rules, DealingsLaw) for country, rules in self.dealings.items()}
        object.__setattr__(self, "_goods_by_day", by_direction)
        object.__setattr__(self, "_dealings_by_day", by_country)

    def law(self, country: str, direction: Direction, day: date) -> GoodsLaw:
        """Return the rules on `country` in `direction` that were in force on `day`."""
        by_day = self._goods_by_day.get((country, direction))
        return _NO_GOODS_LAW if by_day is None else by_day.on(day)

    def law_on_dealings(self, country: str, day: date) -> DealingsLaw:
        """Return the rules on dealings with `country` that were in force on `day`."""
        by_day = self._dealings_by_day.get(country)
        return _NO_DEALINGS_LAW if by_day is None else by_day.on(day)


_NO_GOODS_LAW = GoodsLaw()
_NO_DEALINGS_LAW = DealingsLaw()
