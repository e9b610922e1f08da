"""Which of its nouns a segment is about.

Where adjectives come first (English, German, Turkish, Korean, Chinese, Japanese) the last noun of a phrase is its head,
elsewhere the first. What follows "for", "of", "with" or stands in brackets is another phrase, and never about the
thing itself as long as the phrase before it names one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter.goods.lexicon.lexemes import COLOUR
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.segments import Match, Segment


@dataclass(slots=True)
class SegmentTerms:
    """The terms of a segment by what they are, in the order of the words."""

    segment: Segment
    nouns: list[Match]
    makers: list[Match]
    models: list[Match]
    modifiers: list[Match]
    """Those of all three that may turn the others into something else."""


def terms_of(segment: Segment) -> SegmentTerms:
    """Return the terms of a segment; nouns in quotation marks only where nothing else is named."""
    terms = SegmentTerms(segment, [], [], [], [])
    for match in segment.matches:
        kind = match.entry.kind
        match.doubtful = match.doubtful or match.quoted
        if kind is _MAKER:
            terms.makers.append(match)
        elif kind is _MODEL:
            terms.models.append(match)
        else:
            terms.nouns.append(match)
        if match.entry.dominates and not match.quoted:
            terms.modifiers.append(match)
    if len(segment.matches) > 1:
        unquoted = [noun for noun in terms.nouns if not noun.quoted]
        if unquoted or terms.makers or terms.models:
            terms.nouns = unquoted
    return terms


def head_noun(segment: Segment, nouns: list[Match]) -> Match | None:
    """Return the noun that the segment is about; None where its nouns only name materials or packing."""
    if not nouns:
        return None
    if len(nouns) == 1 and not nouns[0].entry.material and not nouns[0].entry.container:
        return nouns[0]
    head_first = segment.head_first
    phrases = sorted({noun.phrase for noun in nouns})
    for phrase in phrases:
        last = phrase == phrases[-1]
        solid = _solid([noun for noun in nouns if noun.phrase == phrase], head_first, last)
        if solid:
            return _head_of(solid, head_first, segment)
    return None


def _solid(nouns: list[Match], head_first: bool, last_phrase: bool) -> list[Match]:
    """Return the nouns of a phrase that may be the thing: packing and materials often only describe another one."""
    lone = last_phrase and len(nouns) == 1
    solid = [noun for noun in nouns if lone or not noun.entry.container]
    unfollowed = [noun for noun in solid if head_first or not (noun.entry.material and noun.followed)]
    if unfollowed or not last_phrase:
        return unfollowed
    return [noun for noun in solid if noun.entry.kind is not _NEUTRAL]


def _head_of(solid: list[Match], head_first: bool, segment: Segment) -> Match:
    """Return the head of a phrase that has these nouns."""
    if head_first:
        head = solid[0]
    else:
        # "silver watch": a material gives way to the thing made of it, but where the thing comes first it is it.
        things = [noun for noun in solid if not noun.entry.material] or solid
        head = _surer_name(things[-2], things[-1]) if len(things) > 1 else things[-1]
        if len(things) > 1 and COLOUR in segment.qualities and _lends_colour(head) and _takes_colour(things[-2]):
            head = things[-2]  # "televizyon ünitesi ceviz"
    if head.entry.kind is _GOODS and (head.entry.parts or head.entry.material):
        return next((noun for noun in solid if noun.entry.kind is _PART), head)
    return head


def _surer_name(before: Match, head: Match) -> Match:
    """Return the plainer of two names of one thing: "JP-8 fuel" is JP-8."""
    same = before.entry.headings[:1] == head.entry.headings[:1] and before.phrase == head.phrase
    return before if same and before.entry.certainty > head.entry.certainty else head


def _takes_colour(match: Match) -> bool:
    """Whether these are goods that a colour, a taste or a scent is told of."""
    codes = match.entry.headings
    return bool(codes) and codes[0][:2] in COLOURED_OR_FLAVOURED and codes[0][:2] not in _LENDING_COLOUR


def _lends_colour(match: Match) -> bool:
    """Whether these may be goods whose name is a colour, a taste or a scent: salmon, plum, walnut."""
    codes = match.entry.headings
    return bool(codes) and codes[0][:2] in _LENDING_COLOUR


_GOODS, _PART, _NEUTRAL = EntryKind.GOODS, EntryKind.PART, EntryKind.NEUTRAL
_MAKER, _MODEL = EntryKind.MAKER, EntryKind.MODEL
COLOURED_OR_FLAVOURED = frozenset(
    "17 18 19 20 21 22 24 30 33 34 39 42 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 73 82 83 84 85 86 87 88 "
    "89 90 91 92 93 94 95 96 97".split()
)
"""Chapters of goods that come in colours, tastes or scents."""
_LENDING_COLOUR = frozenset("03 05 06 07 08 09 12 22 25 44 71 74".split())
