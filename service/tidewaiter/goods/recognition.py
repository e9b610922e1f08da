"""The result of recognising an item: headings and categories with their certainty and reasons."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Category(StrEnum):
    """The closed set of goods categories that rules may name."""

    VEHICLE = "vehicle"
    PASSENGER_CAR = "passenger_car"
    LUXURY_VEHICLE_WATERCRAFT = "luxury_vehicle_watercraft"
    VESSEL = "vessel"
    AIRCRAFT_HELICOPTER = "aircraft_helicopter"
    INDUSTRIAL_MACHINERY = "industrial_machinery"
    ELECTRICAL_EQUIPMENT = "electrical_equipment"
    IRON_STEEL_METALS = "iron_steel_metals"
    ARMS = "arms"
    JEWELLERY_GEMS = "jewellery_gems"
    LUXURY_WATCH = "luxury_watch"
    LEAD_CRYSTAL = "lead_crystal"
    SPORTS_EQUIPMENT = "sports_equipment"
    RUGS_TAPESTRIES = "rugs_tapestries"
    PORCELAIN_TABLEWARE = "porcelain_tableware"
    CRUDE_OIL = "crude_oil"
    REFINED_PETROLEUM = "refined_petroleum"
    AVIATION_FUEL = "aviation_fuel"
    CONDENSATE_NGL = "condensate_ngl"
    COAL = "coal"
    IRON_ORE = "iron_ore"
    LEAD = "lead"
    PRECIOUS_MINERALS = "precious_minerals"
    NONFERROUS_EXPORT = "nonferrous_export"
    STATUE = "statue"
    SEAFOOD = "seafood"
    TEXTILE_APPAREL = "textile_apparel"
    FOOD_AGRI_07_08_12 = "food_agri_07_08_12"
    STONE_EARTH_25 = "stone_earth_25"
    WOOD_44 = "wood_44"
    ALCOHOL = "alcohol"
    TOBACCO = "tobacco"
    PERFUME_COSMETICS = "perfume_cosmetics"
    LEATHER_HANDBAG = "leather_handbag"
    FUR = "fur"
    MUSICAL_INSTRUMENT = "musical_instrument"
    ART_ANTIQUE = "art_antique"
    INTEGRATED_CIRCUIT = "integrated_circuit"


class Source(StrEnum):
    """The kind of evidence for or against a recognition."""

    HS_CODE = "hs_code"
    TERM = "term"
    MAKER = "maker"
    MODEL = "model"
    AGAINST = "against"
    WORDING = "wording"
    """The wording model: the words that speak for the category most."""


class Voice(StrEnum):
    """What the wording model says of a category."""

    CONFIRMS = "confirms"
    DOUBTS = "doubts"
    ADDS = "adds"


class Reason(NamedTuple):
    """One piece of evidence: `words` as written in `field` of the item, `entry` the id of the lexicon entry."""

    source: Source
    field: str
    words: str
    entry: str


class CategoryHit(NamedTuple):
    """The item belongs to `category` (a `Category`, or one an operator added) with `certainty` 0 to 1."""

    category: str
    certainty: float
    because: tuple[Reason, ...]


class HeadingHit(NamedTuple):
    """The item is classified under `code` (2, 4 or 6 HS digits) with `certainty` 0 to 1. `declared` when the
    transfer itself gave the code."""

    code: str
    certainty: float
    because: tuple[Reason, ...]
    declared: bool = False


class Dismissal(NamedTuple):
    """Words that were found and do not name the item, because they are part of the entry `by`: "car" in "car park".

    `by` is "" when only the word order is against them.
    """

    reason: Reason
    by: str


class ItemQuery(NamedTuple):
    """What is known about an item. Any field may be None."""

    description: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    hs_code: str | None = None


class NamedThing(NamedTuple):
    """One of the things that the words name, with its headings and categories, in the order of the words."""

    headings: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float
    because: tuple[Reason, ...]


class WordingVoice(NamedTuple):
    """What the wording model says of `category`, with the `words` that speak for it most; none for a doubt.

    `certainty` is that of the category by words and wording.
    """

    category: str
    voice: Voice
    words: tuple[str, ...]
    certainty: float


class Recognition(NamedTuple):
    """What an item is.

    `headings` and `categories` are sorted by certainty, then by name. Harmless goods have headings too ("rice" is 1006,
    "toy cars" 9503): an item without any heading was not recognised. `invalid_code` names a declared code that is not
    an HS code, which is never read as a match nor as innocence. `conflict` is one sentence when the declared code and
    the words speak of different goods. `dismissed` are the words found that do not name the item. `unknown_part` when
    the description has a part of its own ("rice, zorbatrons") of which no word is known. `things` are those that the
    words name, one by one: "car, spare parts, wine" are three. `passed_over` are those that they name besides, and that
    the item was not taken for: in brackets, behind "for", quoted, denied. `wording` is what the wording model says: it
    may doubt a category, which is then for review at most, add one for review, or confirm one.
    """

    headings: tuple[HeadingHit, ...] = ()
    categories: tuple[CategoryHit, ...] = ()
    invalid_code: str | None = None
    conflict: str | None = None
    dismissed: tuple[Dismissal, ...] = ()
    unknown_part: bool = False
    things: tuple[NamedThing, ...] = ()
    passed_over: tuple[NamedThing, ...] = ()
    wording: tuple[WordingVoice, ...] = ()

    @property
    def recognised(self) -> bool:
        """Whether anything is known about what the item is."""
        return bool(self.headings)
