"""What a word that names no goods does to the segments in the making, by its role."""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter.goods.languages import HEAD_FIRST, codes_where
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.parse.segment_builder import DENIABLE, LOOKED_AT, SegmentBuilder
from tidewaiter.goods.parse.segments import Denied, Link, Match


def apply_role(builder: SegmentBuilder, role: WordRole, languages: tuple[str, ...], number: bool) -> None:
    """Let a word of `role`, which has it in `languages`, act on what was read and on what comes. `number` if it is
    one."""
    counts = builder.language_counts
    for language in languages:
        counts[language] = counts.get(language, 0) + 1
    last, builder.last = builder.last, None
    quality, builder.quality = builder.quality, ()
    builder.last_role = role
    segment = builder.segment
    if builder.resumed and role in _LEADING and not (segment.matches or segment.begins_unknown):
        builder.resume()
    if role is not _ARTICLE:
        _EFFECTS[role](builder, role, last, quality)
    elif number:
        if not segment.matches:
            segment.counted = True
        if builder.denied in _ADJACENT:
            builder.denied = Denied.NOTHING


def _content(builder: SegmentBuilder, role: WordRole, last: Match | None, _: tuple[str, ...]) -> None:
    builder.look = False
    builder.look_taken = builder.before_sequence = None
    if builder.denied in _ADJACENT:
        builder.denied = Denied.NOTHING
    if last is not None:
        last.followed = True
        if role is WordRole.ACTIVITY and last.language not in HEAD_FIRST:
            # "Statue cleaning", but "wheelchairs folding": English has a singular before the true thing.
            plural = last.language in _SINGULAR_ATTRIBUTES and last.words.endswith("s")
            last.doubtful = last.doubtful or not plural
    elif not builder.segment.matches:
        builder.segment.begins_unknown = True
        builder.activity = builder.activity or role is WordRole.ACTIVITY


def _and(builder: SegmentBuilder, _: WordRole, last: Match | None, __: tuple[str, ...]) -> None:
    denied = builder.denied
    builder.end(Link.AND)
    if denied is Denied.DONE:
        builder.denied = Denied.PERHAPS
    elif last is not None and last.look and not last.denied:
        builder.look = True  # "goût cola et whisky"


def _or(builder: SegmentBuilder, _: WordRole, __: Match | None, ___: tuple[str, ...]) -> None:
    denied = builder.denied
    builder.end(Link.AND)
    builder.denied = Denied.NEXT if denied is Denied.DONE else denied


def _such_as(builder: SegmentBuilder, _: WordRole, __: Match | None, ___: tuple[str, ...]) -> None:
    builder.listing = True
    builder.end(Link.AND)


def _of(builder: SegmentBuilder, role: WordRole, _: Match | None, __: tuple[str, ...]) -> None:
    if role is WordRole.PARTITIVE and not (builder.segment.matches or builder.segment.begins_unknown):
        return  # "du vin"
    builder.next_phrase()
    builder.of_unknown = builder.of_unknown or builder.activity


def _for(builder: SegmentBuilder, _: WordRole, __: Match | None, ___: tuple[str, ...]) -> None:
    builder.next_phrase()
    builder.of_unknown = builder.segment.begins_unknown
    builder.segment.purpose_phrase = builder.phrase


def _break(builder: SegmentBuilder, role: WordRole, _: Match | None, __: tuple[str, ...]) -> None:
    builder.denied = Denied.NOTHING
    if role is not WordRole.CLOSE and builder.segment.matches and builder.phrase == 0:
        builder.end(Link.HARD)
    builder.as_what = role is WordRole.AS


def _denial(builder: SegmentBuilder, role: WordRole, last: Match | None, quality: tuple[str, ...]) -> None:
    if role is WordRole.NONE:
        if last is not None or builder.before_sequence is not None:
            _look(builder, WordRole.MISSING, last, quality)
            return
        role = WordRole.NOT
    builder.next_phrase()
    builder.denied = _DENIED_BY[role]


def _claim(builder: SegmentBuilder, role: WordRole, _: Match | None, __: tuple[str, ...]) -> None:
    segment = builder.segment
    if role is WordRole.CLAIM and builder.as_what and segment.matches:
        role = WordRole.CLAIMED  # "als Seife deklariert"
    segment.claimed = segment.claimed or role is WordRole.CLAIMED
    builder.end(Link.HARD)
    builder.segment.claimed = role is WordRole.CLAIM
    if role is WordRole.IN_REALITY:
        for before in builder.segments:
            for match in before.matches:
                match.doubtful = True


def _look(builder: SegmentBuilder, role: WordRole, last: Match | None, quality: tuple[str, ...]) -> None:
    term = last or builder.before_sequence
    missing = role is WordRole.MISSING
    if role is WordRole.LOOK_OF or (role is WordRole.LOOK_EITHER and builder.thing_first()):
        builder.look = True
    elif quality:
        builder.segment.qualities = builder.segment.qualities.difference(quality)
    elif term is not None and term.entry.kind in (DENIABLE if missing else LOOKED_AT) and not term.look:
        _take_for_look(builder, term, missing)


def _take_for_look(builder: SegmentBuilder, term: Match, missing: bool) -> None:
    segment, segments = builder.segment, builder.segments
    term.look, builder.look_taken = True, term
    term.denied = missing
    segment.has_looks = True
    if segments and segment.link is Link.SPACE:
        segments[-1].has_looks = True  # 坦克 造型: of what stands before the space
    # A segment that begins with "and" may be empty still: "towels, serviettes and similar articles".
    if segments and segment.link is Link.AND and segment.matches[:1] == [term]:
        for match in segments[-1].matches[-1:]:
            # "cola and rum flavour"; "spirits and cigarettes excluded"
            match.doubtful = match.doubtful or missing or not match.words.endswith("s")


_Effect = Callable[[SegmentBuilder, WordRole, Match | None, tuple[str, ...]], None]
_EFFECTS: dict[WordRole, _Effect] = {
    WordRole.CONTENT: _content,
    WordRole.ACTIVITY: _content,
    WordRole.AND: _and,
    WordRole.OR: _or,
    WordRole.SUCH_AS: _such_as,
    WordRole.OF: _of,
    WordRole.PARTITIVE: _of,
    WordRole.FOR: _for,
    WordRole.BREAK: _break,
    WordRole.AS: _break,
    WordRole.CLOSE: _break,
    WordRole.CLAIM: _claim,
    WordRole.CLAIMED: _claim,
    WordRole.IN_REALITY: _claim,
    WordRole.LOOK: _look,
    WordRole.LOOK_OF: _look,
    WordRole.LOOK_EITHER: _look,
    WordRole.MISSING: _look,
    WordRole.WITHOUT: _denial,
    WordRole.NOT: _denial,
    WordRole.INSTEAD: _denial,
    WordRole.NONE: _denial,
}
_ARTICLE = WordRole.ARTICLE
_LEADING = frozenset({WordRole.OF, WordRole.PARTITIVE, WordRole.FOR})
_ADJACENT = frozenset({Denied.NEXT, Denied.DONE, Denied.PERHAPS})
_DENIED_BY = {WordRole.WITHOUT: Denied.ALL, WordRole.NOT: Denied.NEXT, WordRole.INSTEAD: Denied.ONE}
_SINGULAR_ATTRIBUTES = codes_where(lambda language: language.singular_attributes)
