"""What judging works with: the things found in an item, and segments sorted and joined for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.goods.lexicon import Entry, Kind
from service.goods.reading import Link, Match, Segment

_MAKER, _MODEL = Kind.MAKER, Kind.MODEL


@dataclass(slots=True)
class Thing:
    """One thing that an item names."""

    entry: Entry
    headings: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float
    spoke: tuple[Match, ...]


@dataclass(slots=True)
class Judgement:
    """The things of an item in order, and the terms that were not believed, each with the term it yielded to."""

    things: list[Thing] = field(default_factory=list)
    dismissed: list[tuple[Match, Match | None]] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """What the fields for maker and model say of every segment."""

    makers: tuple[Match, ...] = ()
    models: tuple[Match, ...] = ()


def by_kind(segment: Segment) -> tuple[list[Match], list[Match], list[Match], list[Match]]:
    """The nouns, makers and models of a segment, and those among them that may turn the others into something else."""
    nouns: list[Match] = []
    makers: list[Match] = []
    models: list[Match] = []
    rulers: list[Match] = []
    for match in segment.matches:
        kind = match.entry.kind
        if kind is _MAKER:
            makers.append(match)
        elif kind is _MODEL:
            models.append(match)
        else:
            nouns.append(match)
        if match.entry.dominates:
            rulers.append(match)
    return nouns, makers, models, rulers


def variant_of(entry: Entry, qualities: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], float]:
    """What `entry` is with these qualities: the variant that asks for most of them, or the plain thing."""
    if not entry.variants:
        return entry.headings, entry.categories, entry.certainty
    have = frozenset(qualities)
    fitting = [variant for variant in entry.variants if variant.qualities <= have]
    if not fitting:
        return entry.headings, entry.categories, entry.certainty
    best = max(fitting, key=lambda variant: len(variant.qualities))
    return best.headings, best.categories, best.certainty


def joined_segments(segments: Sequence[Segment]) -> list[Segment]:
    """Customs style names the thing first: "cars, toy, plastic", "watch, gold". Such remarks go back to the thing."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and _hangs_on(segment) and _remark(segment, joined[-1]):
            joined[-1].qualities |= segment.qualities
            for match in segment.matches:
                if match.entry.dominates:
                    match.phrase = 0
                    joined[-1].matches.append(match)
            joined[-1].scaled = joined[-1].scaled or segment.scaled
        else:
            joined.append(segment)
    return joined


def _hangs_on(segment: Segment) -> bool:
    if segment.link is Link.HARD:
        return False
    return not segment.matches or (segment.link is Link.COMMA and not segment.counted)


def _remark(segment: Segment, before: Segment) -> bool:
    if not any(m.entry.kind in (Kind.GOODS, Kind.MAKER, Kind.MODEL) for m in before.matches):
        return False
    wanted = {q for m in before.matches for v in m.entry.variants for q in v.qualities}
    for match in segment.matches:
        if match.entry.material and segment.qualities & wanted:
            continue
        if match.entry.dominates and match.language in ("en", "any") and not match.words.endswith("s"):
            continue
        return False
    return True
