"""What interpreting finds in an item, and what it knows while it goes from one segment to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tidewaiter.goods.lexicon.lexicon import Entry
from tidewaiter.goods.parse.segments import Match, Segment


@dataclass(slots=True, eq=False)
class Thing:
    """One thing that an item names, by the terms in `evidence`."""

    entry: Entry
    headings: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float
    evidence: tuple[Match, ...]
    perhaps: tuple[str, ...] = ()
    """Categories that it may belong to besides, for a review."""


@dataclass(slots=True)
class Interpretation:
    """The things of an item in order, and the terms that name none of them, each with the term it yielded to."""

    things: list[Thing] = field(default_factory=list)
    dismissed: list[tuple[Match, Match | None]] = field(default_factory=list)
    segments: Sequence[Segment] = ()
    turned: list[Match] = field(default_factory=list)
    """Those of the dismissed that another term turned into something else: the cars of "toy cars"."""

    def turn(self, matches: Iterable[Match], by: Match) -> None:
        """Note that the term `by` turned these terms into something else, which names no goods of theirs."""
        turned = list(matches)
        self.turned += turned
        self.dismiss(turned, by)

    def dismiss(self, matches: Iterable[Match], by: Match | None) -> None:
        """Note that the terms name nothing, because of the term `by`."""
        self.dismissed.extend((match, by) for match in matches)


@dataclass(slots=True)
class ItemContext:
    """What the fields for maker and model say of every segment."""

    makers: tuple[Match, ...] = ()
    models: tuple[Match, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a segment was about, for the segments behind it that may only say more of the same."""

    segment: Segment
    head: Match
    subject: Match | None
    """What a part in the next segment is a part of; None where the segment itself is about such a part."""
    unattached: Match | None = None
    """The part that the segment is about, where nothing is named yet that it is a part of."""
    modifier: Match | None = None
    """The term that turned the others into something else."""
    objects: tuple[Match, ...] = ()
    """What the head is for or made of, which the next segment may go on listing."""
    made: tuple[str, ...] = ()
    """The headings of what the head, a maker or a model, makes or is."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the head, or of what it makes."""
        return self.head.entry.headings or self.made


class Meaning(NamedTuple):
    """The meaning of an entry in an item: that of a variant, or of the plain thing."""

    headings: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float
    perhaps: tuple[str, ...] = ()


def meaning_of(entry: Entry, qualities: Iterable[str], segments: Iterable[Segment] = ()) -> Meaning:
    """Return what `entry` means with these qualities in an item of these segments.

    That is the variant that asks for most of what is there, or the plain thing.
    """
    plain = Meaning(entry.headings, entry.categories, entry.certainty)
    if not entry.variants:
        return plain
    have = frozenset(qualities)
    fitting = [variant for variant in entry.variants if variant.qualities <= have]
    if any(variant.beside for variant in fitting):
        named = {match.entry.id for segment in segments for match in segment.matches}
        fitting = [variant for variant in fitting if not variant.beside or not named.isdisjoint(variant.beside)]
    if not fitting:
        return plain
    best = max(fitting, key=lambda variant: (len(variant.qualities), bool(variant.beside)))
    return Meaning(best.headings, best.categories, best.certainty, best.perhaps)
