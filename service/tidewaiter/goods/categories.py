"""The categories that an HS code implies: a fixed table."""

from __future__ import annotations

from functools import lru_cache

from tidewaiter.goods.recognition import Category

# A heading whose goods belong to a category only in part says so with this certainty: enough for review, not to block.
PARTLY = 0.5

_WHOLLY: dict[Category, str] = {
    Category.VEHICLE: "86 87 88",
    Category.PASSENGER_CAR: "8703",
    Category.LUXURY_VEHICLE_WATERCRAFT: "8903 870310",
    Category.VESSEL: "89",
    Category.AIRCRAFT_HELICOPTER: "8801 8802 8806",
    Category.INDUSTRIAL_MACHINERY: "84",
    Category.ELECTRICAL_EQUIPMENT: "85",
    Category.IRON_STEEL_METALS: "72 73 74 75 76 78 79 80 81 82 83",
    Category.ARMS: "93 8710 890610",
    Category.JEWELLERY_GEMS: "7101 7102 7103 7104 7113 7116",
    Category.LUXURY_WATCH: "9101",
    Category.LEAD_CRYSTAL: "701322 701333 701341 701391",
    Category.SPORTS_EQUIPMENT: "9506",
    Category.RUGS_TAPESTRIES: "57 5805",
    Category.PORCELAIN_TABLEWARE: "691110",
    Category.CRUDE_OIL: "2709",
    Category.REFINED_PETROLEUM: "2710",
    Category.CONDENSATE_NGL: "2711",
    Category.COAL: "2701 2702",
    Category.IRON_ORE: "2601",
    Category.LEAD: "78 2607",
    Category.PRECIOUS_MINERALS: "7108 2614 261690 280530 2846",
    Category.NONFERROUS_EXPORT: "74 75 79 7106 2603 2604 2608 261610",
    Category.STATUE: "9703",
    Category.SEAFOOD: "03 1603 1604 1605",
    Category.TEXTILE_APPAREL: "50 51 52 53 54 55 56 57 58 59 60 61 62 63",
    Category.FOOD_AGRI_07_08_12: "07 08 12",
    Category.STONE_EARTH_25: "25",
    Category.WOOD_44: "44",
    Category.ALCOHOL: "2203 2204 2205 2206 2207 2208",
    Category.TOBACCO: "24",
    Category.PERFUME_COSMETICS: "3303 3304",
    Category.LEATHER_HANDBAG: "420221",
    Category.FUR: "4301 4302 4303",
    Category.MUSICAL_INSTRUMENT: "92",
    Category.ART_ANTIQUE: "97",
    Category.INTEGRATED_CIRCUIT: "8542",
}

# Headings that hold goods of the category among others: 261590 vanadium beside niobium and tantalum, 253090 rare-earth
# minerals beside many earths, ornaments among which statues are hidden.
_PARTLY: dict[Category, str] = {
    Category.PRECIOUS_MINERALS: "261590 253090",
    Category.STATUE: "680291 680292 680293 680299 681099 830621 830629 442010 442011 442019",
}


def categories_of(code: str) -> tuple[tuple[Category, float], ...]:
    """Return the categories of goods under `code` (2, 4 or 6 digits), each with its certainty, 1.0 or `PARTLY`.

    A code shorter than that of a category (6911 for 6911.10) implies the category in part. A withdrawn code implies the
    categories of the codes that its goods moved to.
    """
    return _categories_of(code)


def prefixes_of(category: str) -> tuple[str, ...]:
    """Return the HS prefixes whose goods belong to `category`, wholly or in part. Aviation fuel has none of its own."""
    if category == Category.AVIATION_FUEL:
        return ("2710",)
    return tuple(prefix for table in (_WHOLLY, _PARTLY) for prefix in table.get(Category(category), "").split())


@lru_cache(maxsize=8192)
def _categories_of(code: str) -> tuple[tuple[Category, float], ...]:
    found: dict[Category, float] = {}
    for prefix, category in _WHOLLY_BY_PREFIX:
        if code.startswith(prefix):
            found[category] = 1.0
        elif len(code) >= 4 and prefix.startswith(code):
            found.setdefault(category, PARTLY)
    for prefix, category in _PARTLY_BY_PREFIX:
        if code.startswith(prefix):
            found.setdefault(category, PARTLY)
    return tuple(sorted(found.items()))


def _by_prefix(table: dict[Category, str]) -> tuple[tuple[str, Category], ...]:
    return tuple((prefix, category) for category, prefixes in table.items() for prefix in prefixes.split())


_WHOLLY_BY_PREFIX = _by_prefix(_WHOLLY)
_PARTLY_BY_PREFIX = _by_prefix(_PARTLY)
