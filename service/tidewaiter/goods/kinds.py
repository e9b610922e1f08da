"""The kinds of goods that the wording model tells apart: one table, which puts every HS code under one kind.

A kind is as wide as law allows: goods of one kind are mostly barred together or not at all. Headings that law picks out
of a free chapter (tyres, pipes for oil) are a kind of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_PREFIXES: Final[dict[str, str]] = {
    "horses": "0101",
    "food and farm products": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
    "alcoholic drinks": "2203 2204 2205 2206 2207 2208",
    "tobacco": "24",
    "minerals and ores": "25 26",
    "coal and bitumen": "27",
    "petroleum and gas": "2709 2710 2711",
    "chemicals": "28 29 31 32 34 35 37 38",
    "fuel additives": "3811",
    "medicines": "30",
    "toiletries": "33",
    "perfumes and cosmetics": "3303 3304",
    "explosives": "36",
    "plastics and rubber": "39 40",
    "tyres": "4011 4012 4013",
    "leather goods": "41 42",
    "bags": "4202",
    "fur": "43",
    "wood": "44 45 46",
    "paper and print": "47 48 49",
    "textiles and clothes": "50 51 52 53 54 55 56 57 58 59 60 61 62 63",
    "footwear": "64",
    "headgear and umbrellas": "65 66 67",
    "stone and ceramics": "68 69",
    "ceramic tableware": "6911 6912",
    "glass": "70",
    "glassware": "7013",
    "jewellery and precious stones": "71",
    "imitation jewellery": "7117",
    "precious metals": "7106 7107 7108 7109 7110 7111 7112 7115 7118",
    "metals": "72 73 74 75 76 78 79 80 81 82 83",
    "pipes": "7304 7305 7306",
    "tools for machines": "8207",
    "machinery": "84",
    "electrical goods": "85",
    "railway goods": "86",
    "vehicles": "87",
    "aircraft": "88",
    "vessels": "89",
    "instruments": "90",
    "clocks": "91",
    "watches": "9101 9102",
    "musical instruments": "92",
    "arms": "93",
    "furniture and bedding": "94",
    "toys and games": "95",
    "sports goods": "9506",
    "sundries": "96",
    "art": "97",
}

KINDS: Final = tuple(_PREFIXES)
"""Every kind, in the order of the table."""
ALL_KINDS: Final = frozenset(KINDS)
_BY_PREFIX: Final = {prefix: kind for kind, prefixes in _PREFIXES.items() for prefix in prefixes.split()}


@lru_cache(maxsize=8192)
def kind_of(code: str) -> str:
    """Return the kind of the goods under an HS code of two digits or more; "" for a chapter that does not exist.

    A chapter with several kinds is taken for the one that has most of it.
    """
    return _BY_PREFIX.get(code[:4]) or _BY_PREFIX.get(code[:2], "")


@lru_cache(maxsize=8192)
def kinds_within(code: str) -> frozenset[str]:
    """Return every kind that goods under an HS code may be of: of 27, coal and petroleum."""
    narrower = {kind for prefix, kind in _BY_PREFIX.items() if prefix.startswith(code)}
    return frozenset({*narrower, kind_of(code)} - {""})


def kinds_of(codes: Iterable[str]) -> frozenset[str]:
    """Return the kinds of goods under these HS codes."""
    return frozenset(kind for code in codes if (kind := kind_of(code)))
