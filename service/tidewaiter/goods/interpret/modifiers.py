"""Which terms turn what stands beside them into something else: a toy, a model, a book, a service."""

from __future__ import annotations

from collections.abc import Mapping

from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.interpret.head_noun import SegmentTerms
from tidewaiter.goods.interpret.things import Outcome
from tidewaiter.goods.languages import ANY, codes_where
from tidewaiter.goods.lexicon.lexicon import Entry, EntryKind
from tidewaiter.goods.parse.segments import Link, Match, Segment


class Modifiers:
    """Which terms of a lexicon turn which others into something else."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._covered: dict[tuple[str, str], bool] = {}

    def turning(self, terms: SegmentTerms, head: Match | None, before: Outcome | None) -> Match | None:
        """Return the term that turns what the segment names into something else, if one does.

        It stands in the segment itself, or in the one before it where this one goes on listing: "toy cars, trucks and
        planes"; "workshop manual, Land Rover".
        """
        if not terms.modifiers and (before is None or not (before.modifier or before.head.entry.dominates)):
            return None
        subject = head or next(iter((*terms.models[:1], *terms.makers[:1])), None)
        if subject is None:
            return None
        for modifier in terms.modifiers:
            if self._turns(modifier, subject, terms.segment):
                return modifier
        listed = None if before is None else self._listed_under(before, terms, head)
        return listed if listed is not None and self._covers(listed.entry, subject.entry) else None

    def beside_toys(self, head: Match, before: Outcome) -> bool:
        """Whether the thing may be one of the toys or models before it, or be itself: "puzzle, crane and lorry"."""
        toys = before.head.entry
        if toys.kind is not _GOODS or not toys.dominates or "all" in toys.dominates:
            return False
        return self._covers(toys, head.entry)

    def _turns(self, modifier: Match, subject: Match, segment: Segment) -> bool:
        if modifier is subject or modifier.entry.id == subject.entry.id:
            return False
        if subject.entry.dominates and modifier.position < subject.position and not segment.head_first:
            return False  # "film poster"
        return _reaches(modifier, subject, segment) and self._covers(modifier.entry, subject.entry)

    def _listed_under(self, before: Outcome, terms: SegmentTerms, head: Match | None) -> Match | None:
        """Return the modifier of the segment before, where this segment goes on with what it lists."""
        segment = terms.segment
        if terms.modifiers or segment.link is _HARD_LINK or (segment.counted and not segment.listed):
            return None
        if before.modifier is not None:
            return before.modifier
        last = before.head
        if not last.entry.dominates or last.quoted:
            return None
        listed = segment.listed and last.entry.kind is _GOODS
        service = last.entry.kind is _AGAINST and segment.link is _AND_LINK
        return last if head is None or head.followed or service or listed else None

    def _covers(self, modifier: Entry, subject: Entry) -> bool:
        key = (modifier.id, subject.id)
        answer = self._covered.get(key)
        if answer is None:
            answer = self._covered[key] = any(self._within(scope, subject) for scope in modifier.dominates)
        return answer

    def _within(self, scope: str, subject: Entry) -> bool:
        if subject.kind in (_MAKER, _MODEL):
            return any(self._within(scope, self._entries[name]) for name in subject.makes)
        if subject.kind is _PART:
            return scope == "all"
        if scope in ("all", subject.id) or scope in subject.categories:
            return True
        if scope.isdigit():
            return any(code.startswith(scope) for code in subject.headings)
        return any(scope == category for code in subject.headings for category, _ in categories_of(code))


def _reaches(modifier: Match, subject: Match, segment: Segment) -> bool:
    """Whether `modifier` stands where it turns `subject` into something else.

    "Coche de juguete" is a toy and "аренда автомобиля" a service, but "автомобиль для выставки" is a car.
    """
    if modifier.entry.kind is not _AGAINST:
        return modifier.phrase <= subject.phrase or segment.head_first or modifier.language == ANY
    if modifier.phrase != subject.phrase:
        return modifier.phrase < subject.phrase
    if modifier.language in _SERVICE_LAST and subject.entry.kind in (_GOODS, _PART):
        return modifier.position > subject.position
    return not segment.head_first or modifier.position < subject.position


_GOODS, _PART, _AGAINST = EntryKind.GOODS, EntryKind.PART, EntryKind.AGAINST
_MAKER, _MODEL = EntryKind.MAKER, EntryKind.MODEL
_HARD_LINK, _AND_LINK = Link.HARD, Link.AND
_SERVICE_LAST = codes_where(lambda language: language.service_last)
