"""Whether a segment only describes the goods that the segment before it names.

What follows a comma may be what the goods are packed in, the engine of a car, the ship that brings the oil, a colour or
a material. Some of it surely names no other thing; some may, and is then for a person to say.
"""

from __future__ import annotations

from tidewaiter.goods.interpret.head_noun import COLOURED_OR_FLAVOURED
from tidewaiter.goods.interpret.things import Outcome
from tidewaiter.goods.languages import codes_where
from tidewaiter.goods.lexicon.lexemes import COLOUR
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.segments import Link, Match, Segment


def lengthens(segment: Segment, head: Match, before: Outcome) -> bool:
    """Whether a segment only lengthens the list of what something before is for: "tyres for cars, trucks and buses"."""
    if not before.objects or segment.link is Link.HARD or segment.counted:
        return False
    chapters = {code[:2] for match in before.objects for code in match.entry.headings}
    own = {code[:2] for code in before.head.entry.headings} if before.head.entry.kind is EntryKind.GOODS else set()
    return any(code[:2] in chapters and code[:2] not in own for code in head.entry.headings)


def describes(segment: Segment, head: Match, before: Outcome) -> bool:
    """Whether a segment surely names no other thing: the drums that goods come in, the engine of a car, the ship that
    brings the oil."""
    if head.phrase > segment.first_phrase and may_bring(segment, head, before):
        return True
    if segment.link is not Link.COMMA:
        return False
    codes, main = head.entry.headings, before.headings
    if codes and main and main[0][:2] in _CARRIERS and codes[0] in _ENGINES:
        return True
    if head.entry.container:
        return True
    if codes and main and head.entry.material and codes[0][:2] == "27" and main[0][:2] in _DRIVEN:
        return True
    if segment.counted:
        return False
    if head.phrase > segment.first_phrase:
        return True
    return bool(codes and main) and main[0][:2] in _BULK and codes[0] == "8901"


def may_describe(segment: Segment, head: Match, before: Outcome) -> bool:
    """Whether a segment may name no other thing, which is for a person to say."""
    return may_bring(segment, head, before) or _may_be_colour(segment, before) or _may_be_about(segment, head, before)


def may_bring(segment: Segment, head: Match, before: Outcome) -> bool:
    """Whether the head may be what the goods before it come with: one lorry, ship, wagon or aircraft after a comma.

    Behind "by" or "on" it surely is.
    """
    main = before.headings
    by = head.phrase > segment.first_phrase
    if not main or (segment.link is not Link.COMMA and not (by and segment.link is Link.HARD)):
        return False
    if not any(code.startswith(_BRINGING) for code in head.entry.headings):
        return False
    if main[0][:2] in _DRIVEN and (main[0][:2] in _BY_ITSELF or not head.entry.headings[0].startswith("8901")):
        return False
    plural = head.language in _PLURAL_IN_S and head.words.endswith("s")
    return by or main[0][:2] in _BULK or not plural


def _may_be_colour(segment: Segment, before: Outcome) -> bool:
    """Whether all that stands after a comma may be the colour, taste, scent or fabric of what stands before: "scarf,
    salmon", "suitcase, canvas"."""
    main = before.headings
    if len(segment.matches) != 1 or segment.begins_unknown or segment.link is not Link.COMMA or not main:
        return False
    if COLOUR in segment.qualities:
        return main[0][:2] in COLOURED_OR_FLAVOURED or main[0][:2] == "44"
    fabric = segment.matches[0].entry.headings
    return bool(fabric) and fabric[0][:2] in _FABRICS and main[0][:2] in _OF_FABRIC


def _may_be_about(segment: Segment, head: Match, before: Outcome) -> bool:
    """Whether what follows a comma is more likely told of what stands before.

    It may be what a service is about ("insurance, lorry"), what scrap is of, the motor of a desk, the wheels of a
    suitcase, or one word beside another that nobody knows ("gasoil, transponder off").
    """
    if segment.link is not Link.COMMA:
        return segment.link is Link.AND and bool(before.objects)
    if before.head.entry.kind is EntryKind.AGAINST or "scrap" in before.segment.qualities:
        return True
    codes = head.entry.headings
    if not codes:
        return False
    main = before.headings[0][:2] if before.headings else ""
    if codes == ("8708",) and main in _ON_WHEELS:
        return True
    if head.language in _PLURAL_IN_S and head.words.endswith("s"):
        return False
    if (codes[0] in _ENGINES and main in _MOTORISED) or (codes == ("84",) and main in _CARRIERS):
        return True
    return (head.followed or segment.begins_unknown) and len(segment.matches) == 1 and codes[0][:2] not in _BY_NAME


_PLURAL_IN_S = codes_where(lambda language: "s" in language.plurals)
# Chapters and headings of the HS
_CARRIERS = frozenset({"86", "87", "88", "89"})
_DRIVEN = _CARRIERS | {"84", "85"}
_BRINGING = ("86", "8704", "8802", "8901", "8906")
_BY_ITSELF = frozenset({"86", "88", "89"})
_MOTORISED = frozenset({"84", "94", "95"})
_ON_WHEELS = frozenset({"42", "94", "95"})
_ENGINES = frozenset({"8407", "8408", "8411", "8412", "8501"})
_BULK = frozenset({"10", "12", "25", "26", "27", "31"})
_FABRICS = frozenset(str(chapter) for chapter in range(50, 56))
_OF_FABRIC = frozenset({"42", "61", "62", "63", "64", "65", "66", "94", "95"})
_BY_NAME = frozenset({"10", "12", "24", "25", "26", "27", "31", "93", "97"})
"""Chapters of goods that are often named with a grade or an origin that nobody knows."""
