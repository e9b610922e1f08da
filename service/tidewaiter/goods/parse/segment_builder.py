"""The segments of a description in the making: the one that is being filled, and what the words so far say of the
next."""

from __future__ import annotations

from tidewaiter.goods.languages import HEAD_FIRST
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.segments import Denied, Link, Match, Segment

LOOKED_AT = frozenset({EntryKind.GOODS, EntryKind.AGAINST, EntryKind.MAKER, EntryKind.MODEL})
"""Kinds of terms that may be only a look."""
DENIABLE = frozenset({EntryKind.GOODS, EntryKind.AGAINST, EntryKind.PART})
"""Kinds of terms that are denied: not makers and models, for a "no" before them counts or names ("model no AK-47")."""


class SegmentBuilder:
    """Fills segments word by word, for one pass over a text."""

    __slots__ = (
        "activity",
        "ambiguous",
        "as_what",
        "before_sequence",
        "denied",
        "depth",
        "language_counts",
        "last",
        "last_role",
        "listing",
        "look",
        "look_taken",
        "of_unknown",
        "phrase",
        "quality",
        "resumed",
        "segment",
        "segments",
        "titled",
        "unknown_part",
    )

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.segment = Segment(Link.HARD)
        self.unknown_part = False
        """Whether a segment has words, none of which is known."""
        self.language_counts: dict[str, int] = {}
        """How many words were of each language."""
        self.ambiguous = False
        """Whether a term is of two languages."""
        self.last: Match | None = None
        """The term right before."""
        self.before_sequence: Match | None = None
        """The term before a sequence of words that names no goods."""
        self.last_role = WordRole.ARTICLE
        self.quality: tuple[str, ...] = ()
        """The qualities of the word right before, if it named no goods."""
        self.phrase = 0
        """How many prepositions and brackets there were in the segment."""
        self.resumed = 0
        """The phrase that "and" ended, for a preposition right behind it to take up again; 0 for none."""
        self.depth = 0
        """How many brackets are open."""
        self.denied = Denied.NOTHING
        self.look = False
        """The next term is only a look."""
        self.look_taken: Match | None = None
        """The term before which was taken for a look by the word right before."""
        self.of_unknown = False
        """What comes is what something unknown is for, or what an activity is about."""
        self.activity = False
        """The segment begins with an activity."""
        self.as_what = False
        """What comes may be what the goods are declared as."""
        self.listing = False
        """What comes is listed behind a colon or "such as"."""
        self.titled = False
        """What comes is the title of something unknown, in quotation marks."""

    def add(self, match: Match) -> None:
        """Add a term that was found, as the words before it say that it is meant."""
        segment, kind = self.segment, match.entry.kind
        if self.look:
            match.look, self.look = kind in LOOKED_AT, False
            segment.has_looks = segment.has_looks or match.look
        if self.denied:
            self._deny(match)
        segment.matches.append(match)
        self.last = match
        self.before_sequence = self.look_taken = None
        self.quality = ()
        self.last_role = WordRole.ARTICLE

    def add_quality(self, qualities: tuple[str, ...]) -> None:
        """Note qualities of the goods, by words that name no goods themselves."""
        self.before_sequence, self.last = self.last or self.before_sequence, None
        self.look, self.quality = False, qualities
        if self.segment.counted and not qualities:
            self.segment.measured = True

    def begin_behind_space(self) -> None:
        """Begin a segment in the same phrase, where a space or a counter parts two things."""
        self.segments.append(self.segment)
        self.segment = Segment(Link.SPACE, first_phrase=self.phrase)

    def end(self, link: Link) -> None:
        """End the segment, or inside brackets the phrase. `link` tells how the next one hangs on to it."""
        self.last = None
        self.denied = Denied.NOTHING
        if self.depth and link is not Link.HARD:
            self.phrase += 1
            return
        if link is Link.HARD:
            self.listing = False
        self.resumed = 0
        if self.end_segment():
            self.resumed = self.phrase if link is Link.AND else 0
            self.segment = Segment(link, listed=self.listing)
        else:
            self.segment.counted = self.segment.measured = False
            if self.segment.link > link or not self.segments:
                self.segment.link = link
        self.phrase = 0
        self.of_unknown = self.look = self.activity = self.as_what = self.titled = self.segment.begins_unknown = False

    def end_segment(self) -> bool:
        """Keep the segment if anything was found in it; return whether it was kept."""
        segment = self.segment
        if segment.begins_unknown and not segment.matches and not segment.measured and segment.link is not Link.SPACE:
            self.unknown_part = True
        if segment.matches or segment.qualities or segment.scale:
            self.segments.append(segment)
            return True
        return False

    def resume(self) -> None:
        """Take up the segment that "and" ended: "guide de la plongée et de la voile"."""
        self.segment, self.phrase, self.resumed = self.segments.pop(), self.resumed, 0

    def next_phrase(self) -> None:
        """Begin another phrase; what stood before it was no look: "a bookcase shaped like a box" is a bookcase."""
        self.phrase += 1
        if self.look_taken is not None:
            self.look_taken.look, self.look_taken = False, None

    def thing_first(self) -> bool:
        """Whether the words so far are of languages that name the thing before its look."""
        counts = self.language_counts.items()
        return sum(count if language in HEAD_FIRST else -count for language, count in counts) > 0

    def _deny(self, match: Match) -> None:
        if match.entry.kind not in DENIABLE or self.denied is Denied.DONE:
            return
        if self.denied is Denied.PERHAPS:
            match.doubtful = True
        else:
            match.look = match.denied = self.segment.has_looks = True
        if self.denied is not Denied.ALL:
            self.denied = Denied.DONE
