"""What the signs between two words do to the segments in the making."""

from __future__ import annotations

from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.parse.numerals import QUOTES
from tidewaiter.goods.parse.segment_builder import SegmentBuilder
from tidewaiter.goods.parse.segments import Denied, Link


def apply_signs(builder: SegmentBuilder, word: str, signs: str, following: str) -> None:
    """Let the signs between `word` and `following` end the segment, begin a phrase, or do nothing."""
    if signs == ", ":
        builder.end(Link.COMMA)
    elif signs == "/" and (word[-1].isdigit() or following[0].isdigit()):
        return  # a model: "5711/1R"
    elif signs in ("/", "/ ") and len(word) == 1:
        builder.phrase += 1  # "c/w", "w/", "s/n"
    elif signs != ". " or not _is_abbreviation(builder.last_role, word, following):
        _separate(builder, signs)


def _is_abbreviation(last_role: WordRole, word: str, following: str) -> bool:
    """Whether the full stop is of an abbreviation: "incl. guns", "gebr. Lkw" (not "used car. wine")."""
    if last_role is WordRole.CONTENT or last_role is WordRole.ACTIVITY:
        return len(word) <= _LONGEST_ABBREVIATION and following[0].islower()
    return last_role in _NEVER_LAST


def _separate(builder: SegmentBuilder, signs: str) -> None:
    builder.titled = signs[-1] in QUOTES and builder.segment.begins_unknown and not builder.segment.matches
    for sign in signs:
        if sign in _COMMAS:
            builder.end(Link.COMMA)
        elif sign in _ANDS:
            builder.end(Link.AND)
        elif sign in _COLONS and builder.segment.claimed and builder.segment.matches:
            builder.end(Link.HARD)
        elif sign in _QUOTATION_MARKS and signs.strip() == sign and len(signs) > 1:
            # What quotation marks hold is one title: `magazine "Ships, Cars and Planes"`.
            builder.depth = builder.depth + 1 if signs[0] == " " else max(0, builder.depth - 1)
            builder.phrase += 1
        elif sign in _REMARKS or (sign == "'" and signs[0] in " ," and signs[-1] == "'"):
            builder.depth += sign in _OPENING
            builder.listing = builder.listing or sign in _COLONS
            builder.phrase += 1
        elif sign in _CLOSING:
            builder.depth = max(0, builder.depth - 1)
            builder.denied = Denied.NOTHING
        elif sign in _HARD and (sign != "." or signs.strip() != signs or len(signs) > 1):
            builder.depth = 0
            builder.end(Link.HARD)
    if signs == " - ":
        builder.phrase += 1
    if signs.strip():
        builder.last = None if signs.strip() != "-" else builder.last


_LONGEST_ABBREVIATION = 5
_NEVER_LAST = frozenset(
    {
        WordRole.OF,
        WordRole.PARTITIVE,
        WordRole.FOR,
        WordRole.AND,
        WordRole.SUCH_AS,
        WordRole.OR,
        WordRole.WITHOUT,
        WordRole.NOT,
    }
)
"""No sentence ends with a word of one of these roles."""
_COMMAS, _ANDS, _COLONS = ",、，،", "&+/＆", ":："
_QUOTATION_MARKS = '"“”„'
_REMARKS = '([（【「『"«“„‚‘《〈:：—–'
_OPENING, _CLOSING = "([（【«", ")]）】»"
_HARD = ".;\n\r。；|•\t!?"
