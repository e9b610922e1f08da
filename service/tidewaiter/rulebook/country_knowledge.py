"""Knowledge of countries apart from law: the words that name them, and look-alikes that do not.

Read from `builtin/ties/*.yaml`. It adds words to the territories of rule sets. It never makes a country
a sanctioned one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tidewaiter.lists.country_names import names_in_cldr, names_of_countries
from tidewaiter.rulebook.base import Confidence, RuleModel, Words
from tidewaiter.rulebook.denials import Denials, DenialWords
from tidewaiter.rulebook.dual_use import DualUse
from tidewaiter.rulebook.gazetteer import Claim, Gazetteer, MentionKind
from tidewaiter.rulebook.programmes import Programme, read_programmes
from tidewaiter.rulebook.rules import Territory, TerritoryKey
from tidewaiter.rulebook.yaml_source import YamlDocument, read_yaml
from tidewaiter_schemas.base import Country

FOLDER = Path(__file__).parent / "builtin" / "ties"
_SHORTEST_STEM = 3


def _stem_is_long_enough(phrase: str) -> str:
    first = phrase.removeprefix("~").split()[0]
    if first.endswith("*") and len(first) <= _SHORTEST_STEM:
        raise ValueError(f"{phrase!r}: a first word that ends in * needs at least {_SHORTEST_STEM} letters")
    return phrase


Phrase = Annotated[Words, StringConstraints(strip_whitespace=True), AfterValidator(_stem_is_long_enough)]
"""A phrase. `*` at the end of a word allows any ending; `~` before the phrase allows one typo in each long word."""


class CountryWords(RuleModel):
    """The words that name one country in a text."""

    country: Country
    names: tuple[Phrase, ...] = ()
    places: tuple[Phrase, ...] = ()
    government: tuple[Phrase, ...] = ()
    hubs: tuple[Phrase, ...] = ()
    """Border places in neighbouring countries through which its trade goes."""
    perhaps: tuple[Phrase, ...] = ()
    """Names that it shares with another country, such as Korea."""
    namesakes: tuple[Country, ...] = ()
    """Other countries whose bodies are often named after its places."""
    maritime_ids: tuple[Annotated[str, StringConstraints(pattern=r"^\d{3}$")], ...] = ()
    """The first three digits of the MMSIs of its ships."""
    locodes: bool = False
    """Whether a five-letter word that begins with its code is a UN/LOCODE, because no ordinary word begins so."""


class KnownBody(RuleModel):
    """A well-known institution of a State, or its head, with where it is known from; no entry of a list."""

    names: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    source: Annotated[str, StringConstraints(min_length=3)]
    confidence: Confidence


class BodiesOfCountry(RuleModel):
    """The well-known institutions of one country, and how its head of State is called."""

    country: Country
    head: KnownBody | None = None
    bodies: tuple[KnownBody, ...] = ()


class TextRoles(RuleModel):
    """Words before or after a country's name that give its role in a text: origin, destination or topic."""

    origin_before: tuple[Words, ...] = ()
    origin_after: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    destination_before: tuple[Words, ...] = ()
    about_before: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    about_after: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()


class OfficeWords(RuleModel):
    """Words that names of offices are made of: for what they are, and for what they are about."""

    offices: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    subjects: tuple[Words, ...] = ()


class Communications(RuleModel):
    """The calling code and top-level domain of a country."""

    country: Country
    calling_code: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,2}$")] | None = None
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class RegionCodes(RuleModel):
    """By which codes an address is in a region of a country.

    `whole` where law is about all of the region: otherwise a code of the country says only that it may be meant.
    """

    region: TerritoryKey
    of: Country
    claimed_by: Country | None = None
    """A country whose addresses name places of the region as its own, and whose postcodes it gave them."""
    whole: bool = False
    codes: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")], ...] = ()
    """ISO 3166-2."""
    postcodes: dict[Country, tuple[Annotated[str, StringConstraints(pattern=r"^\d{2,3}$")], ...]] = Field(
        default_factory=dict
    )
    """The first digits of its postcodes, by the country whose post they are of."""


class OwnershipRule(RuleModel):
    """The share from which an authority treats what listed persons own as listed itself.

    `together` means that the shares of several listed persons are added. `confidence` is that of the threshold; with C
    the finding asks for review.
    """

    authority: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    at_least: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    more_than: Annotated[Decimal, Field(ge=0, lt=100)] | None = None
    together: bool
    says: str
    instrument: str
    provision: str
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    confidence: Confidence

    @model_validator(mode="after")
    def _has_one_threshold(self) -> OwnershipRule:
        if (self.at_least is None) is (self.more_than is None):
            raise ValueError("give either `at_least` or `more_than`")
        return self

    def met_by(self, together: Decimal, largest: Decimal) -> bool:
        """Return whether listed persons meet the threshold who hold `together` per cent, the largest `largest`."""
        share = together if self.together else largest
        if self.at_least is not None:
            return share >= self.at_least
        return self.more_than is not None and share > self.more_than

    @property
    def threshold(self) -> str:
        """Return the threshold in words."""
        return f"{self.at_least:f} % or more" if self.at_least is not None else f"more than {self.more_than:f} %"


class KnownTies(RuleModel):
    """All country knowledge, and in `nobody` the phrases that look like the name of a country and are not one.

    `offices` are words that mark a body with a country in its name as a government body, such as embassy or army.
    `office_names` are the words of names that offices of any State may have.
    `streets` and `streets_of` are words after and before the name of a street, `perhaps_streets_of` such as mean
    something else too.
    `ownership` gives, by authority, the share at which an owner's listing extends to the party.
    `targets` are the words for countries and regions that `programmes` are about; `called` names the other countries.
    `dual_use` is whose law needs a licence for goods on control lists, and which goods ask for their control number.
    """

    countries: tuple[CountryWords, ...] = ()
    institutions: tuple[BodiesOfCountry, ...] = ()
    nobody: tuple[Phrase, ...] = ()
    offices: tuple[Words, ...] = ()
    office_names: OfficeWords = OfficeWords()
    streets: tuple[Words, ...] = ()
    streets_of: tuple[Words, ...] = ()
    perhaps_streets_of: tuple[Words, ...] = ()
    ownership: tuple[OwnershipRule, ...] = ()
    targets: tuple[Territory, ...] = ()
    communications: tuple[Communications, ...] = ()
    regions: tuple[RegionCodes, ...] = ()
    oblast_words: tuple[Words, ...] = ()
    text_roles: TextRoles = TextRoles()
    denials: DenialWords = DenialWords()
    called: dict[TerritoryKey, str] = Field(default_factory=dict)
    programmes: tuple[Programme, ...] = ()
    dual_use: DualUse = DualUse()

    @property
    def sha256(self) -> str:
        """Return the hash of the content. Files and layout do not change it."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def gazetteer(self, territories: Iterable[Territory]) -> Gazetteer:
        """Return a lookup over these words and those of `territories`."""
        claims = [Claim(phrase, None) for phrase in self.nobody]
        for words in self.countries:
            for what, phrases in (
                (MentionKind.GOVERNMENT, words.government),
                (MentionKind.NAME, words.names),
                (MentionKind.PLACE, words.places),
                (MentionKind.HUB, words.hubs),
                (MentionKind.AMBIGUOUS, words.perhaps),
            ):
                claims += [Claim(phrase, words.country, what) for phrase in phrases]
        for of_country in self.institutions:
            heads = of_country.head.names if of_country.head else ()
            bodies = [name for body in of_country.bodies for name in body.names]
            claims += [Claim(name, of_country.country, MentionKind.HEAD) for name in heads]
            claims += [Claim(name, of_country.country, MentionKind.BODY) for name in bodies]
        for territory in (*self.targets, *territories):
            claims += [Claim(phrase, territory.country, MentionKind.GOVERNMENT) for phrase in territory.government]
            claims += [Claim(phrase, territory.country, MentionKind.NAME) for phrase in territory.names]
            claims += [Claim(phrase, territory.country, MentionKind.PLACE) for phrase in territory.places]
        denials = Denials(self.denials, names_of_countries())
        return Gazetteer(claims, self.streets, self.streets_of, self.perhaps_streets_of, denials)


def together(documents: Iterable[YamlDocument], programmes: Iterable[Programme] = ()) -> KnownTies:
    """Return the content of `documents` as one. RuleError names file, line and field of what cannot be used."""
    read = [document.read_as(KnownTies) for document in documents]
    return KnownTies(
        countries=tuple(words for part in read for words in part.countries),
        institutions=tuple(one for part in read for one in part.institutions),
        nobody=tuple(phrase for part in read for phrase in part.nobody),
        offices=tuple(office for part in read for office in part.offices),
        office_names=next((part.office_names for part in read if part.office_names != OfficeWords()), OfficeWords()),
        streets=tuple(word for part in read for word in part.streets),
        streets_of=tuple(word for part in read for word in part.streets_of),
        perhaps_streets_of=tuple(word for part in read for word in part.perhaps_streets_of),
        ownership=tuple(rule for part in read for rule in part.ownership),
        targets=tuple(territory for part in read for territory in part.targets),
        communications=tuple(one for part in read for one in part.communications),
        regions=tuple(one for part in read for one in part.regions),
        oblast_words=tuple(word for part in read for word in part.oblast_words),
        text_roles=next((part.text_roles for part in read if part.text_roles != TextRoles()), TextRoles()),
        denials=next((part.denials for part in read if part.denials != DenialWords()), DenialWords()),
        called={target: name for part in read for target, name in part.called.items()},
        programmes=tuple(programmes),
        dual_use=next((part.dual_use for part in read if part.dual_use != DualUse()), DualUse()),
    )


@lru_cache(1)
def packaged_ties() -> KnownTies:
    """The packaged knowledge."""
    documents = (read_yaml(path, f"rulebook/builtin/ties/{path.name}") for path in sorted(FOLDER.glob("*.yaml")))
    packaged = together(documents, read_programmes())
    named = names_in_cldr({words.country for words in packaged.countries if words.locodes} | _named_in_texts(packaged))
    words = tuple(CountryWords(country=country, names=names) for country, names in named.items())
    return packaged.model_copy(update={"countries": (*packaged.countries, *words)})


def _named_in_texts(ties: KnownTies) -> set[str]:
    """Return the countries that known law is about as a whole. Regions and look-alikes have their own names."""
    return {target.country for target in ties.targets if "-" not in target.country}
