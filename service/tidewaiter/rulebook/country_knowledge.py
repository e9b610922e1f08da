"""What is known of countries apart from law: the words that name them, and look-alikes that do not.

Read from `builtin/ties/*.yaml`. It adds to the territories of rule sets, and makes no country a sanctioned one.
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

from tidewaiter.lists.country_names import names_in_cldr
from tidewaiter.rulebook.base import Confidence, RuleModel, Words
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
"""`*` at the end of a word stands for any case ending, `~` before the phrase for one slip in each of its long words."""


class CountryWords(RuleModel):
    """The words by which texts speak of one country."""

    country: Country
    names: tuple[Phrase, ...] = ()
    places: tuple[Phrase, ...] = ()
    government: tuple[Phrase, ...] = ()
    hubs: tuple[Phrase, ...] = ()
    """Places of its neighbours through which its trade goes."""
    perhaps: tuple[Phrase, ...] = ()
    """Names that it shares with another country."""
    namesakes: tuple[Country, ...] = ()
    """Countries whose own bodies are often called after its places."""
    maritime_ids: tuple[Annotated[str, StringConstraints(pattern=r"^\d{3}$")], ...] = ()
    """The first three digits of the MMSI of its ships."""
    locodes: bool = False
    """Whether five letters that begin with its code may be taken for a UN/LOCODE: no word begins so."""


class TextRoles(RuleModel):
    """Words before or after a country's name that say what the country is to the goods of a text."""

    origin_before: tuple[Words, ...] = ()
    origin_after: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    destination_before: tuple[Words, ...] = ()
    about_before: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    about_after: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()


class Communications(RuleModel):
    """By what a telephone number, a mail address or a web address is of a country."""

    country: Country
    calling_code: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,2}$")] | None = None
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class OwnershipRule(RuleModel):
    """From which share on an authority treats what listed persons own as listed itself.

    `together`: the shares of several listed persons are added. `confidence` is of the threshold; C is for review.
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
            raise ValueError("give `at_least` or `more_than`, one of them")
        return self

    def met_by(self, together: Decimal, largest: Decimal) -> bool:
        """Whether listed persons who hold `together`, the largest of them `largest`, per cent make a party theirs."""
        share = together if self.together else largest
        if self.at_least is not None:
            return share >= self.at_least
        return self.more_than is not None and share > self.more_than

    @property
    def threshold(self) -> str:
        """The threshold in words."""
        return f"{self.at_least:f} % or more" if self.at_least is not None else f"more than {self.more_than:f} %"


class KnownTies(RuleModel):
    """All that is known of countries, and `nobody`: phrases that look like a country's name and are none.

    `offices` are words that make a body with a country's name in its own one of its government: an embassy, an army.
    `streets` and `streets_of` are words after and before the name of a street.
    `ownership` says by authority what makes an owner's listing the party's own.
    `targets` are the words for countries and regions that `programmes` are about; `called` names the others of them.
    """

    countries: tuple[CountryWords, ...] = ()
    nobody: tuple[Phrase, ...] = ()
    offices: tuple[Words, ...] = ()
    streets: tuple[Words, ...] = ()
    streets_of: tuple[Words, ...] = ()
    ownership: tuple[OwnershipRule, ...] = ()
    targets: tuple[Territory, ...] = ()
    communications: tuple[Communications, ...] = ()
    text_roles: TextRoles = TextRoles()
    called: dict[TerritoryKey, str] = Field(default_factory=dict)
    programmes: tuple[Programme, ...] = ()

    @property
    def sha256(self) -> str:
        """The same for the same meaning, whatever the files and their layout."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def gazetteer(self, territories: Iterable[Territory]) -> Gazetteer:
        """One lookup over these words and those of `territories`."""
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
        for territory in (*self.targets, *territories):
            claims += [Claim(phrase, territory.country, MentionKind.GOVERNMENT) for phrase in territory.government]
            claims += [Claim(phrase, territory.country, MentionKind.NAME) for phrase in territory.names]
            claims += [Claim(phrase, territory.country, MentionKind.PLACE) for phrase in territory.places]
        return Gazetteer(claims, self.streets, self.streets_of)


def together(documents: Iterable[YamlDocument], programmes: Iterable[Programme] = ()) -> KnownTies:
    """The content of `documents` as one. RuleError naming file, line and field for what cannot be used."""
    read = [document.read_as(KnownTies) for document in documents]
    return KnownTies(
        countries=tuple(words for part in read for words in part.countries),
        nobody=tuple(phrase for part in read for phrase in part.nobody),
        offices=tuple(office for part in read for office in part.offices),
        streets=tuple(word for part in read for word in part.streets),
        streets_of=tuple(word for part in read for word in part.streets_of),
        ownership=tuple(rule for part in read for rule in part.ownership),
        targets=tuple(territory for part in read for territory in part.targets),
        communications=tuple(one for part in read for one in part.communications),
        text_roles=next((part.text_roles for part in read if part.text_roles != TextRoles()), TextRoles()),
        called={target: name for part in read for target, name in part.called.items()},
        programmes=tuple(programmes),
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
    """The countries that law known to us is about as a whole: regions and look-alikes have names of their own."""
    return {target.country for target in ties.targets if "-" not in target.country}
