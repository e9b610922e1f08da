"""Which segments of an item belong together, before any of them is interpreted.

Customs style names the thing first and describes it after commas ("cars, toy, plastic"), Chinese and Japanese part
remarks by spaces, and what "and" joins shares its qualities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.languages import EVERY, codes_where
from tidewaiter.goods.lexicon.lexicon import Entry, EntryKind
from tidewaiter.goods.parse.segments import Link, Match, Segment


def doubt_attributes(segments: Sequence[Segment]) -> None:
    """Doubt a singular noun before "and" that may only describe the last noun: "rum & raisin ice cream", "car and
    lorry tyres"."""
    for before, segment in pairwise(segments):
        if segment.link is not Link.AND or segment.counted or len(segment.matches) < _ATTRIBUTE_AND_HEAD:
            continue
        attribute, head = segment.matches[0], segment.matches[-1]
        if attribute.phrase != head.phrase or head.language not in _SINGULAR_ATTRIBUTES:
            continue
        if len(before.matches) != 1 or before.counted:
            continue
        (only,) = before.matches
        singular = only.language in _SINGULAR_ATTRIBUTES and not only.words.endswith("s")
        only.doubtful = only.doubtful or (singular and only.phrase == 0 and not only.followed)


def share_qualities(segments: Sequence[Segment]) -> None:
    """Give what "and" joins one quality: "plastic knives and forks", "couteaux et fourchettes en plastique"."""
    for before, segment in pairwise(segments):
        if segment.link is Link.AND and not segment.counted and bool(before.qualities) is not bool(segment.qualities):
            if segment.qualities and segment.head_first:
                before.qualities = segment.qualities
            elif before.qualities and not before.head_first:
                segment.qualities = before.qualities


def joined_segments(segments: Sequence[Segment], entries: Mapping[str, Entry]) -> list[Segment]:
    """Return the segments, each remark joined to the thing that it describes."""
    joined: list[Segment] = []
    for segment in segments:
        before = joined[-1] if joined else None
        if before is not None and segment.link is Link.SPACE and _join_parted_by_space(segment, before):
            continue
        if before is not None and _hangs_on(segment) and _is_remark(segment, before, entries):
            _join_remark(segment, before)
        else:
            joined.append(segment)
    return joined


def _join_parted_by_space(segment: Segment, before: Segment) -> bool:
    """Join what a space parts in Chinese and Japanese, unless both name a thing; return whether it was joined."""
    if not (_names_a_thing(before) and _names_a_thing(segment)):
        before.matches += segment.matches
        before.qualities |= segment.qualities
        before.scale = before.scale or segment.scale
        before.has_looks = before.has_looks or segment.has_looks
        return True
    if _may_be_described(segment, before):
        for match in before.matches:
            match.doubtful = True  # トロンボーン ソフトケース: the last is the thing, or they are two
    segment.link = Link.COMMA
    for match in segment.matches:
        match.phrase -= segment.first_phrase
    return False


def _names_a_thing(segment: Segment) -> bool:
    """Whether what stands between two spaces of a Chinese or Japanese line is a thing by itself."""
    if any(match.entry.dominates or match.entry.kind is EntryKind.AGAINST for match in segment.matches):
        return False
    return any(
        match.entry.kind is EntryKind.GOODS
        and match.phrase == segment.first_phrase
        and not match.entry.material
        and not match.look
        for match in segment.matches
    )


def _may_be_described(segment: Segment, before: Segment) -> bool:
    """Whether the last thing of a segment may be one that the segment before only describes.

    It is of no category and neither packing nor material; nor is it another name for what stands before (水晶杯 花瓶),
    or what a machine before it works on (バケットエレベータ 穀物).
    """
    last = [match for match in segment.matches if match.entry.kind is EntryKind.GOODS][-1]
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


def _is_remark(segment: Segment, before: Segment, entries: Mapping[str, Entry]) -> bool:
    """Whether all terms of a segment describe the goods before: a material that they come in, or one toy."""
    if not any(match.entry.kind in (EntryKind.GOODS, EntryKind.MAKER, EntryKind.MODEL) for match in before.matches):
        return False
    goods = [entries[match.entry.makes[0]] if match.entry.makes else match.entry for match in before.matches]
    wanted = {quality for entry in goods for variant in entry.variants for quality in variant.qualities}
    for match in segment.matches:
        if match.entry.material and segment.qualities & wanted:
            continue
        if not match.entry.dominates or not _in_the_singular(match):
            return False
        if match.entry.kind is EntryKind.AGAINST and segment.begins_unknown:
            return False  # "yacht, broker's commission included"
    return True


def _in_the_singular(match: Match) -> bool:
    """Whether a word that turns others into something else is in the singular, and so a remark: "jeep, toy"."""
    if match.language in _MODIFIER_REMARKS:
        return not match.words.endswith("s")
    if match.entry.kind is EntryKind.AGAINST:
        return True
    plural = _PLURALS[match.language]
    return bool(plural) and match.entry.headings in _ALONE_IN_A_REMARK and not match.words.endswith(plural)


def _join_remark(segment: Segment, before: Segment) -> None:
    before.qualities |= segment.qualities
    for match in segment.matches:
        if match.entry.kind is EntryKind.AGAINST:
            for other in before.matches:
                other.doubtful = True  # "эвакуатор, выезд"
        elif match.entry.dominates:
            match.phrase = 0
            before.matches.append(match)
    before.scale = before.scale or segment.scale


_ATTRIBUTE_AND_HEAD = 2
_MACHINES, _LAST_OF_STUFFS = "84", "38"
"""Chapters of the HS: machines, and the last of the chapters of what is grown, dug or made of chemicals."""
_ALONE_IN_A_REMARK = (("9503",), ("4901",), ("4911",))
"""Headings of toys, books and pictures."""
_PLURALS = {language.code: language.plurals for language in EVERY}
_MODIFIER_REMARKS = codes_where(lambda language: language.modifier_remarks)
_SINGULAR_ATTRIBUTES = codes_where(lambda language: language.singular_attributes)
