"""Terms that turn what stands beside them into something else: a toy, a model, a book, a service."""

from __future__ import annotations

from collections.abc import Mapping

from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.interpret.things import Seen
from tidewaiter.goods.languages import ANY, codes_where
from tidewaiter.goods.lexicon.lexicon import Entry, Kind
from tidewaiter.goods.parse.segments import Link, Match, Segment


class Rulers:
    """Which terms of a lexicon rule which others."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._scopes: dict[tuple[str, str], bool] = {}

    def ruling(
        self,
        segment: Segment,
        head: Match | None,
        models: list[Match],
        makers: list[Match],
        rulers: list[Match],
        before: Seen | None,
    ) -> Match | None:
        """The term that turns the head into something else, if one does."""
        named = [m for m in (head, *models[:1], *makers[:1]) if m is not None]
        if not named:
            return None
        subject = named[0]
        for ruler in rulers:
            if ruler is subject or ruler.entry.id == subject.entry.id:
                continue
            if subject.entry.dominates and ruler.position < subject.position and not segment.head_first:
                continue  # "film poster"
            if self._reaches(ruler, subject, segment) and self._rules(ruler.entry, subject.entry):
                return ruler
        # "toy cars, trucks and planes"; "workshop manual, Land Rover"
        last = before.ruler if before else None
        if last is None and before is not None and before.head.entry.dominates and not before.head.quoted:
            listed = segment.listed and before.head.entry.kind is _GOODS
            service = before.head.entry.kind is _AGAINST and segment.link is _AND_LINK
            last = before.head if head is None or head.followed or service or listed else None
        if last is None or rulers or (segment.counted and not segment.listed) or segment.link is _HARD_LINK:
            return None
        return last if self._rules(last.entry, subject.entry) else None

    def beside_toys(self, head: Match, before: Seen) -> bool:
        """Whether the thing may be one of the toys or models before it ("puzzle, crane and lorry"), or be itself."""
        toys = before.head.entry
        return (
            toys.kind is _GOODS
            and bool(toys.dominates)
            and "all" not in toys.dominates
            and self._rules(toys, head.entry)
        )

    def _reaches(self, ruler: Match, subject: Match, segment: Segment) -> bool:
        """Whether `ruler` stands where it turns `subject` into something else: "coche de juguete" is a toy, and
        "аренда автомобиля" a service; but "автомобиль для выставки" is a car."""
        if ruler.entry.kind is _AGAINST:
            if ruler.phrase != subject.phrase:
                return ruler.phrase < subject.phrase
            if ruler.language in _SERVICE_LAST and subject.entry.kind in (_GOODS, _PART):
                return ruler.position > subject.position
            return not segment.head_first or ruler.position < subject.position
        return ruler.phrase <= subject.phrase or segment.head_first or ruler.language == ANY

    def _rules(self, ruler: Entry, subject: Entry) -> bool:
        key = (ruler.id, subject.id)
        answer = self._scopes.get(key)
        if answer is None:
            answer = self._scopes[key] = any(self._within(scope, subject) for scope in ruler.dominates)
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


_GOODS, _PART, _AGAINST = Kind.GOODS, Kind.PART, Kind.AGAINST
_MAKER, _MODEL = Kind.MAKER, Kind.MODEL
_HARD_LINK, _AND_LINK = Link.HARD, Link.AND
_SERVICE_LAST = codes_where(lambda language: language.service_last)
