"""What judging works with: the things found in an item, and segments sorted and joined for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.languages import EVERY, codes_where
from tidewaiter.goods.lexicon.lexemes import COLOUR
from tidewaiter.goods.lexicon.lexicon import Entry, Kind
from tidewaiter.goods.parse.segments import Link, Match, Segment

_MAKER, _MODEL = Kind.MAKER, Kind.MODEL
_MACHINES, _LAST_OF_STUFFS = "84", "38"
"""Chapters of the HS: machines, and the last of the chapters of what is grown, dug or made of chemicals."""


@dataclass(slots=True, eq=False)
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
    segments: Sequence[Segment] = ()


@dataclass(slots=True)
class Context:
    """What the fields for maker and model say of every segment."""

    makers: tuple[Match, ...] = ()
    models: tuple[Match, ...] = ()


@dataclass(slots=True)
class Seen:
    """What the segment before was about, for those that lean on it."""

    segment: Segment
    head: Match
    subject: Match | None
    part_of_nothing: Match | None
    ruler: Match | None = None
    objects: tuple[Match, ...] = ()
    made: tuple[str, ...] = ()
    """The headings of what the head, a maker or a model, makes or is."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the head, or of what it makes."""
        return self.head.entry.headings or self.made


def by_kind(segment: Segment) -> tuple[list[Match], list[Match], list[Match], list[Match]]:
    """The nouns, makers and models of a segment, and those among them that may turn the others into something else."""
    nouns: list[Match] = []
    makers: list[Match] = []
    models: list[Match] = []
    rulers: list[Match] = []
    for match in segment.matches:
        kind = match.entry.kind
        match.purpose = match.purpose or match.quoted
        if kind is _MAKER:
            makers.append(match)
        elif kind is _MODEL:
            models.append(match)
        else:
            nouns.append(match)
        if match.entry.dominates and not match.quoted:
            rulers.append(match)
    if len(segment.matches) > 1:
        said = [noun for noun in nouns if not noun.quoted]
        nouns = said if said or makers or models else nouns
    return nouns, makers, models, rulers


def variant_of(
    entry: Entry, qualities: Iterable[str], segments: Iterable[Segment] = ()
) -> tuple[tuple[str, ...], tuple[str, ...], float]:
    """What `entry` is with these qualities, in an item of these segments: the variant that asks for most, or the plain
    thing."""
    if not entry.variants:
        return entry.headings, entry.categories, entry.certainty
    have = frozenset(qualities)
    fitting = [variant for variant in entry.variants if variant.qualities <= have]
    if any(variant.beside for variant in fitting):
        named = {match.entry.id for segment in segments for match in segment.matches}
        fitting = [variant for variant in fitting if not variant.beside or not named.isdisjoint(variant.beside)]
    if not fitting:
        return entry.headings, entry.categories, entry.certainty
    best = max(fitting, key=lambda variant: (len(variant.qualities), bool(variant.beside)))
    return best.headings, best.categories, best.certainty


def joined_segments(segments: Sequence[Segment], entries: Mapping[str, Entry]) -> list[Segment]:
    """Customs style names the thing first: "cars, toy, plastic", "watch, gold". Such remarks go back to the thing."""
    joined: list[Segment] = []
    for segment in segments:
        if segment.link is Link.SPACE and joined:
            if not (_names_a_thing(joined[-1]) and _names_a_thing(segment)):
                joined[-1].matches += segment.matches
                joined[-1].qualities |= segment.qualities
                joined[-1].scaled = joined[-1].scaled or segment.scaled
                joined[-1].looks = joined[-1].looks or segment.looks
                continue
            if _harmless(segment, joined[-1]):
                for match in joined[-1].matches:
                    match.purpose = True  # トロンボーン ソフトケース: the last is the thing, or they are two
            segment.link = Link.COMMA
            for match in segment.matches:
                match.phrase -= segment.start
        if joined and _hangs_on(segment) and _remark(segment, joined[-1], entries):
            joined[-1].qualities |= segment.qualities
            for match in segment.matches:
                if match.entry.kind is Kind.AGAINST:
                    for other in joined[-1].matches:
                        other.purpose = True  # "эвакуатор, выезд"
                elif match.entry.dominates:
                    match.phrase = 0
                    joined[-1].matches.append(match)
            joined[-1].scaled = joined[-1].scaled or segment.scaled
        else:
            joined.append(segment)
    return joined


def _names_a_thing(segment: Segment) -> bool:
    """Whether what stands between two spaces of a Chinese or Japanese line is a thing by itself."""
    if any(match.entry.dominates or match.entry.kind is Kind.AGAINST for match in segment.matches):
        return False
    return any(
        match.entry.kind is Kind.GOODS and match.phrase == segment.start and not match.entry.material and not match.look
        for match in segment.matches
    )


def _harmless(segment: Segment, before: Segment) -> bool:
    """Whether the last thing that a segment names is of no category, no packing or material, no other name for what is
    before it (水晶杯 花瓶), and nothing that a machine before it works on (バケットエレベータ 穀物)."""
    last = [match for match in segment.matches if match.entry.kind is Kind.GOODS][-1]
    entry = last.entry
    if last.followed or entry.container or entry.material or entry.categories:
        return False
    chapters = {code[:2] for match in before.matches for code in match.entry.headings}
    if any(code[:2] in chapters or (code[:2] <= _LAST_OF_STUFFS and _MACHINES in chapters) for code in entry.headings):
        return False
    return not any(sure == 1.0 for code in entry.headings for _, sure in categories_of(code))


def _hangs_on(segment: Segment) -> bool:
    if segment.link is Link.HARD:
        return False
    return not segment.matches or (segment.link is Link.COMMA and not segment.counted)


def _remark(segment: Segment, before: Segment, entries: Mapping[str, Entry]) -> bool:
    if not any(m.entry.kind in (Kind.GOODS, Kind.MAKER, Kind.MODEL) for m in before.matches):
        return False
    named = [entries[m.entry.makes[0]] if m.entry.makes else m.entry for m in before.matches]
    wanted = {quality for entry in named for variant in entry.variants for quality in variant.qualities}
    for match in segment.matches:
        if match.entry.material and segment.qualities & wanted:
            continue
        if match.entry.dominates and _one_toy(match):
            if match.entry.kind is Kind.AGAINST and segment.strange:
                return False  # "yacht, broker's commission included"
            continue
        return False
    return True


def _one_toy(match: Match) -> bool:
    """Whether a word that rules others is in the singular, and so a remark: "jeep, toy", not "cars, toys"."""
    if match.language in _MODIFIER_REMARKS:
        return not match.words.endswith("s")
    if match.entry.kind is Kind.AGAINST:
        return True
    plural = _PLURALS[match.language]
    return bool(plural) and match.entry.headings in _ALONE_IN_A_REMARK and not match.words.endswith(plural)


def tells_more(segment: Segment, head: Match, before: Seen) -> bool:
    """Whether a remark after a comma only tells more of the goods before it: what they are packed in, the engine
    of a car, the ship that brings the oil."""
    if head.phrase > segment.start and brings(segment, head, before):
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
    if head.phrase > segment.start:
        return True
    return bool(codes and main) and main[0][:2] in _BULK and codes[0] == "8901"


def brings(segment: Segment, head: Match, before: Seen) -> bool:
    """Whether the head, one lorry, ship, wagon or aircraft after a comma, may be what the goods before it come with:
    worth a review by itself, and nothing after "by" or "on"."""
    main = before.headings
    by = head.phrase > segment.start
    if not main or (segment.link is not Link.COMMA and not (by and segment.link is Link.HARD)):
        return False
    if not any(code.startswith(_BRINGING) for code in head.entry.headings):
        return False
    if main[0][:2] in _DRIVEN and (main[0][:2] in _BY_ITSELF or not head.entry.headings[0].startswith("8901")):
        return False
    plural = head.language in _PLURAL_IN_S and head.words.endswith("s")
    return by or main[0][:2] in _BULK or not plural


def coloured(match: Match) -> bool:
    """Whether a word that is a colour, a taste or a scent too tells that of these goods, rather than be goods beside
    them."""
    codes = match.entry.headings
    return bool(codes) and codes[0][:2] in _COLOURED_OR_FLAVOURED and codes[0][:2] not in _LENDING_COLOUR


def lends_colour(match: Match) -> bool:
    """Whether these may be goods whose name is a colour, a taste or a scent."""
    codes = match.entry.headings
    return bool(codes) and codes[0][:2] in _LENDING_COLOUR


def only_colours(segment: Segment, before: Seen) -> bool:
    """Whether all that stands after a comma may be the colour, taste, scent or stuff of what stands before: "scarf,
    salmon", "suitcase, canvas"."""
    main = before.headings
    if len(segment.matches) != 1 or segment.strange or segment.link is not Link.COMMA or not main:
        return False
    if COLOUR in segment.qualities:
        return main[0][:2] in _COLOURED_OR_FLAVOURED or main[0][:2] == "44"
    stuff = segment.matches[0].entry.headings
    return bool(stuff) and stuff[0][:2] in _STUFFS and main[0][:2] in _OF_STUFF


def is_remark(segment: Segment, head: Match, before: Seen) -> bool:
    """Whether what follows a comma is more likely said of what stands before, which is for a person to say: what a
    service is about ("insurance, lorry"), what scrap is of, the motor of a desk, the wheels of a suitcase, or one word
    and another that nobody knows ("gasoil, transponder off")."""
    if segment.link is not Link.COMMA:
        return segment.link is Link.AND and bool(before.objects)
    if before.head.entry.kind is Kind.AGAINST or "scrap" in before.segment.qualities:
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
    return (head.followed or segment.strange) and len(segment.matches) == 1 and codes[0][:2] not in _BY_NAME


def lengthens(segment: Segment, head: Match, before: Seen | None) -> bool:
    """Whether this only lengthens the list of what something before is for: "tyres for cars, trucks and buses"."""
    if before is None or not before.objects or segment.link is Link.HARD or segment.counted:
        return False
    chapters = {code[:2] for m in before.objects for code in m.entry.headings}
    own = {code[:2] for code in before.head.entry.headings} if before.head.entry.kind is Kind.GOODS else set()
    return any(code[:2] in chapters and code[:2] not in own for code in head.entry.headings)


def doubt_attributes(segments: Sequence[Segment]) -> None:
    """ "Rum & raisin ice cream", "car and lorry tyres": an English singular before "and" may only tell more of the last
    noun, as the one behind it does."""
    for before, segment in pairwise(segments):
        if segment.link is not Link.AND or segment.counted or len(segment.matches) < _ATTRIBUTE_AND_HEAD:
            continue
        attribute, head = segment.matches[0], segment.matches[-1]
        if (
            attribute.phrase != head.phrase
            or head.language not in _SINGULAR_ATTRIBUTES
            or len(before.matches) != 1
            or before.counted
        ):
            continue
        (only,) = before.matches
        if (
            only.language in _SINGULAR_ATTRIBUTES
            and only.phrase == 0
            and not only.followed
            and not only.words.endswith("s")
        ):
            only.purpose = True


def share_qualities(segments: Sequence[Segment]) -> None:
    """ "Plastic knives and forks", "couteaux et fourchettes en plastique": what "and" joins has one quality."""
    for before, segment in pairwise(segments):
        if segment.link is Link.AND and not segment.counted and bool(before.qualities) is not bool(segment.qualities):
            if segment.qualities and segment.head_first:
                before.qualities = segment.qualities
            elif before.qualities and not before.head_first:
                segment.qualities = before.qualities


def yields(head: Match, makers: Sequence[Match], models: Sequence[Match]) -> bool:
    """Whether a material only tells more of what a model or a maker names: "Rolex 116610 steel"."""
    named = (*models, *makers)
    return bool(named) and not any(head.entry.id in match.entry.makes for match in named)


_ATTRIBUTE_AND_HEAD = 2
_CARRIERS = frozenset({"86", "87", "88", "89"})
_BRINGING = ("86", "8704", "8802", "8901", "8906")
_BY_ITSELF = frozenset({"86", "88", "89"})
_PLURALS = {language.code: language.plurals for language in EVERY}
_PLURAL_IN_S = codes_where(lambda language: "s" in language.plurals)
_MODIFIER_REMARKS = codes_where(lambda language: language.modifier_remarks)
_SINGULAR_ATTRIBUTES = codes_where(lambda language: language.singular_attributes)
_COLOURED_OR_FLAVOURED = frozenset(
    "17 18 19 20 21 22 24 30 33 34 39 42 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 73 82 83 84 85 86 87 88 "
    "89 90 91 92 93 94 95 96 97".split()
)
_LENDING_COLOUR = frozenset("03 05 06 07 08 09 12 22 25 44 71 74".split())
_STUFFS = frozenset(str(chapter) for chapter in range(50, 56))
_OF_STUFF = frozenset({"42", "61", "62", "63", "64", "65", "66", "94", "95"})
_DRIVEN = _CARRIERS | {"84", "85"}
_MOTORISED = frozenset({"84", "94", "95"})
_ON_WHEELS = frozenset({"42", "94", "95"})
_ALONE_IN_A_REMARK = (("9503",), ("4901",), ("4911",))
_BY_NAME = frozenset({"10", "12", "24", "25", "26", "27", "31", "93", "97"})
"""Goods that are often named with a grade or an origin that nobody knows."""
_ENGINES = frozenset({"8407", "8408", "8411", "8412", "8501"})
_BULK = frozenset({"10", "12", "25", "26", "27", "31"})
