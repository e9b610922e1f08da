"""Weigh what is not known of an item against what the law on a country bars, and say in words why it is held."""

from __future__ import annotations

from tidewaiter.goods.doubts import DoubtKind, GoodsDoubt
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.case import Case
from tidewaiter.screening.nexus.nexus import Nexus

LONGEST_PART = 60


def barred_kinds(case: Case, nexus: Nexus) -> frozenset[str]:
    """Return the kinds of goods that the law on the country names, in the directions of its ties."""
    country = nexus.territory.country
    ways = (way for way in (Direction.TO, Direction.FROM) if nexus.best(way) is not None)
    return frozenset().union(*(case.book.law(country, way, case.day).kinds for way in ways))


def why_in_doubt(doubt: GoodsDoubt) -> str:
    """Return the kind of doubt as a clause, for a finding."""
    if doubt.kind is DoubtKind.ALIKE:
        words = ", ".join(f"“{word}”" for word in doubt.words)
        return f"its wording may be that of {doubt.about}{f' (model: {words})' if words else ''}"
    if doubt.kind is DoubtKind.UNLIKE_ITS_CODE:
        return "its wording does not bear out its HS code"
    if doubt.kind is DoubtKind.IN_PART and doubt.about:
        part = doubt.about if len(doubt.about) <= LONGEST_PART else doubt.about[: LONGEST_PART - 1].rstrip() + "…"
        return f"nothing tells what “{part}” is"
    if doubt.kind is DoubtKind.IN_PART:
        return "only a part of it is known, or not surely"
    return "neither its words nor its wording tell what it is"
