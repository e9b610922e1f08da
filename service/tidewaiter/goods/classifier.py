"""Classifies an item by its declared code and its words, each with a certainty and reasons.

There are four cases. A code alone has certainty 1.0. Words alone have at most 0.95. Where both agree the certainty is
1.0. Where they disagree both are reported, the words at most at `DOUBTED`, and `conflict` says so. Words never lower
the certainty of a declared code, so that they cannot clear a declared embargoed item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tidewaiter.goods.categories import PARTLY, categories_of
from tidewaiter.goods.doubts import LEAST_LETTERS, GoodsDoubts
from tidewaiter.goods.hs.codes import HsCode, read_codes
from tidewaiter.goods.hs.titles import title_of
from tidewaiter.goods.interpret.interpretation import Interpreter
from tidewaiter.goods.interpret.passed_over import passed_over
from tidewaiter.goods.interpret.things import Interpretation, ItemContext, Thing
from tidewaiter.goods.lexicon.lexicon import EntryKind, Lexicon
from tidewaiter.goods.lexicon.row_tables import Tables
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.model.fingerprints import unlearnt_entries
from tidewaiter.goods.model.second_voice import SecondVoice
from tidewaiter.goods.model.wording_model import REMEMBERED_LETTERS, WordingModel, WordingReader, letters
from tidewaiter.goods.parse.numerals import numbers_alike
from tidewaiter.goods.parse.parser import parse
from tidewaiter.goods.parse.segments import Match, Segment
from tidewaiter.goods.recognition import (
    CategoryHit,
    Dismissal,
    HeadingHit,
    ItemQuery,
    NamedThing,
    Reason,
    Recognition,
    Source,
)

DOUBTED = 0.65
"""The highest certainty of words when the declared code means other goods: enough for review, not to block."""
OPPOSED = 0.5
"""Words below this certainty do not contradict a declared code."""

PERHAPS = 0.45
"""The certainty of a category to which a thing only may belong: enough for review, not to block."""

_REMEMBERED = 50_000
_MANY = 8
"""From this number of new items on it takes less time to hear the wording model about all at once."""
_Meaning = tuple[tuple[str, ...], tuple[str, ...]]
MOST_REASONS = 100
"""How many terms are reported for one thing: a line may repeat one without end."""
_new = tuple.__new__
"""Creates a named tuple from all its fields, at half the cost of calling its class."""


class Classifier:
    """Recognises items by a lexicon. The same item always gives the same recognition.

    `tables` are those of `word_tables.tables_of` for the lexicon, if they exist already. `wording` is the model that is
    heard about items without a code; without one the words alone decide.
    """

    def __init__(self, lexicon: Lexicon, tables: Tables | None = None, wording: WordingModel | None = None) -> None:
        self.lexicon = lexicon
        self.wording = wording
        self._vocabulary = Vocabulary(lexicon, tables)
        reader, self._second_voice = None, None
        if wording is not None:
            reader = WordingReader(wording, unlearnt_entries(lexicon, wording.lexicon, wording.entries))
            self._second_voice = SecondVoice(reader, lexicon, self._vocabulary.states_only)
        self._interpreter = Interpreter(lexicon)
        self.doubts = GoodsDoubts(reader, self._vocabulary)
        self._own = tuple(sorted((code, name) for name, codes in lexicon.own_categories.items() for code in codes))
        self._implied: dict[str, tuple[tuple[str, float], ...]] = {}
        self._meant: dict[_Meaning, tuple[str, ...]] = {}
        self._ordered: dict[_Meaning, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {}
        self._remembered: dict[ItemQuery, Recognition] = {}
        self._but_for_numbers: dict[tuple[object, ...], Recognition] = {}
        self._letters = 0

    def recognise_many(self, queries: Sequence[ItemQuery]) -> list[Recognition]:
        """The recognition of each item, in order. Many new ones take less time together than one by one."""
        remembered = self._remembered
        found = [remembered.get(query) for query in queries]
        new = list(dict.fromkeys([query for query, known in zip(queries, found, strict=True) if known is None]))
        if len(new) < _MANY:
            return [known or self.recognise(query) for query, known in zip(queries, found, strict=True)]
        anew = dict(zip(new, self._recognise_together(new), strict=True))
        if len(remembered) + len(anew) > _REMEMBERED:
            remembered.clear()
        remembered |= anew
        return [known or anew[query] for query, known in zip(queries, found, strict=True)]

    def recognise(self, query: ItemQuery) -> Recognition:
        """What the item is. Never raises, whatever the texts contain."""
        known = self._remembered.get(query)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[query] = self.recognise_anew(query)
        return known

    def recognise_anew(self, query: ItemQuery) -> Recognition:
        """`recognise` without its memory of earlier items."""
        recognition = self._by_words_and_code(query)
        if self._second_voice is None or _is_declared(recognition):
            return recognition
        return self._second_voice.hear(query, recognition, self._implied_by)

    def _recognise_together(self, queries: Sequence[ItemQuery]) -> list[Recognition]:
        found = [self._by_words_and_code(query) for query in queries]
        if self._second_voice is not None:
            asked = [at for at, one in enumerate(found) if not _is_declared(one)]
            own = [queries[at] for at in asked], [found[at] for at in asked]
            for at, heard in zip(asked, self._second_voice.hear_all(*own, self._implied_by), strict=True):
                found[at] = heard
        return found

    def _by_words_and_code(self, query: ItemQuery) -> Recognition:
        """Return the recognition without the wording model.

        It is remembered for all descriptions that differ only in numbers: of lots, invoices, weights and sizes.
        """
        vocabulary, description = self._vocabulary, query.description
        alike = numbers_alike(vocabulary.pieces(description), vocabulary.is_mere_number) if description else None
        if alike is None:
            return self._by_words_and_code_anew(query)
        key = (alike, *query[1:])
        known = self._but_for_numbers.get(key)
        if known is None:
            size = LEAST_LETTERS + letters(query)
            if self._letters + size > REMEMBERED_LETTERS:
                self._but_for_numbers.clear()
                self._letters = 0
            known = self._but_for_numbers[key] = self._by_words_and_code_anew(query)
            self._letters += size
        return known

    def _by_words_and_code_anew(self, query: ItemQuery) -> Recognition:
        interpretation, unknown_part, named = self._interpreted(query)
        beside = tuple(self._named(thing) for thing in named)
        if not query.hs_code and len(interpretation.things) == 1 and not interpretation.things[0].perhaps:
            return self._by_words_alone(interpretation.things[0], interpretation, unknown_part, beside)
        found = _Hits(self._implied_by, self._meant_by, interpretation)
        codes: tuple[HsCode, ...] = ()
        invalid: str | None = None
        if query.hs_code and query.hs_code.strip():
            codes = read_codes(query.hs_code)
            invalid = None if codes else query.hs_code.strip()
        conflict = None
        if not codes:
            for thing in interpretation.things:
                found.words(thing, thing.certainty)
        else:
            conflict = self._with_codes(query, codes, interpretation, found)
        return Recognition(
            found.headings(),
            found.categories(),
            invalid,
            conflict,
            _dismissals(interpretation) if interpretation.dismissed else (),
            unknown_part,
            tuple(found.things),
            beside,
        )

    def _named(self, thing: Thing) -> NamedThing:
        because = tuple(map(_reason, thing.evidence))
        return NamedThing(thing.headings, self._meant_by(thing.headings, thing.categories), thing.certainty, because)

    def _by_words_alone(
        self, thing: Thing, interpretation: Interpretation, unknown_part: bool, beside: tuple[NamedThing, ...]
    ) -> Recognition:
        """The recognition of one thing without a code, as `_Found` would gather it, and most items are that."""
        certainty, because = (
            round(thing.certainty, 2),
            _reasons(thing, interpretation, _yielded(interpretation) if interpretation.dismissed else {}),
        )
        key = (thing.headings, thing.categories)
        meant = self._ordered.get(key)
        if meant is None:
            categories = self._meant_by(*key)
            meant = tuple(sorted(set(thing.headings))), tuple(sorted(categories)), categories
            if len(self._ordered) < _REMEMBERED:
                self._ordered[key] = meant
        codes, names, categories = meant
        return _new(
            Recognition,
            (
                tuple([_new(HeadingHit, (code, certainty, because, False)) for code in codes]),
                tuple([_new(CategoryHit, (name, certainty, because)) for name in names]),
                None,
                None,
                _dismissals(interpretation) if interpretation.dismissed else (),
                unknown_part,
                (_new(NamedThing, (thing.headings, categories, certainty, because)),),
                beside,
                (),
            ),
        )

    def _interpreted(self, query: ItemQuery) -> tuple[Interpretation, bool, tuple[Thing, ...]]:
        """What the words of the item mean, whether a part of them is unknown, and what they name in passing."""
        segments, unknown_part = parse(query.description, self._vocabulary) if query.description else ([], False)
        named = [(segment, tuple(segment.matches)) for segment in segments]  # interpreting moves them about
        interpretation = self._by_fields(query, segments)
        several = len(named) > 1 or (named and len(named[0][1]) > 1)
        return interpretation, unknown_part, tuple(passed_over(named, interpretation)) if several else ()

    def _by_fields(self, query: ItemQuery, segments: list[Segment]) -> Interpretation:
        vocabulary = self._vocabulary
        if not query.manufacturer and not query.model:
            return self._interpreter.interpret(segments, _NO_CONTEXT) if segments else Interpretation()
        makers: list[Match] = []
        models: list[Match] = []
        more = []
        for field, text in (("manufacturer", query.manufacturer), ("model", query.model)):
            for segment in parse(text, vocabulary)[0] if text else ():
                for match in segment.matches:
                    match.field = field
                    if match.entry.kind is EntryKind.MAKER:
                        makers.append(match)
                    elif match.entry.kind is EntryKind.MODEL and field == "model":
                        models.append(match)
                if field == "model":
                    more.append(segment)
        interpretation = self._interpreter.interpret(segments, ItemContext(tuple(makers), tuple(models)))
        if not interpretation.things:
            # The description says nothing of the kind; the field for the model may, and at last the maker's name.
            interpretation = self._interpreter.interpret(more, ItemContext(tuple(makers)))
            if not interpretation.things:
                interpretation = self._interpreter.interpret_fields(ItemContext(tuple(makers), tuple(models)))
            if any(m.entry.kind is EntryKind.AGAINST for s in segments for m in s.matches):
                interpretation = self._interpreter.interpret(segments, _NO_CONTEXT)
        return interpretation

    def _with_codes(
        self, query: ItemQuery, codes: Sequence[HsCode], interpretation: Interpretation, found: _Hits
    ) -> str | None:
        agreed = [thing for thing in interpretation.things if any(self._agrees(thing, code) for code in codes)]
        for code in codes:
            reason = Reason(Source.HS_CODE, "hs_code", (query.hs_code or "").strip(), code.digits)
            found.code(code.digits, 1.0, reason)
            for successor in code.successors:
                found.code(successor, 1.0 if len(code.successors) == 1 else PARTLY, reason)
        for thing in agreed:
            found.words(thing, 1.0 if thing.certainty >= OPPOSED else thing.certainty)
        others = [thing for thing in interpretation.things if thing not in agreed]
        for thing in others:
            found.words(thing, thing.certainty if agreed else min(thing.certainty, DOUBTED))
        opposed = [thing for thing in others if thing.certainty >= OPPOSED]
        return None if agreed or not opposed else _conflict(codes[0], opposed[0])

    def _agrees(self, thing: Thing, code: HsCode) -> bool:
        """Whether the words can mean goods of the code: the same heading, or the same chapter and no category that the
        code does not imply ("machine" 8479 for 8421 agrees; "Mercedes S600" for the parts of 8708 does not)."""
        codes = (code.digits, *code.successors)
        for heading in thing.headings:
            for declared in codes:
                if heading.startswith(declared) or declared.startswith(heading):
                    return True
        if not any(heading[:2] == code.chapter for heading in thing.headings):
            return not thing.headings
        implied = {name for declared in codes for name, _ in self._implied_by(declared)}
        meant = {name for heading in thing.headings for name, sure in self._implied_by(heading) if sure == 1.0}
        return meant.union(thing.categories) <= implied

    def _implied_by(self, code: str) -> tuple[tuple[str, float], ...]:
        known = self._implied.get(code)
        if known is None:
            found: dict[str, float] = {str(name): sure for name, sure in categories_of(code)}
            for prefix, name in self._own:
                if code.startswith(prefix):
                    found[name] = 1.0
                elif len(code) >= 4 and prefix.startswith(code):
                    found.setdefault(name, PARTLY)
            known = tuple(sorted(found.items()))
            if len(self._implied) < _REMEMBERED:
                self._implied[code] = known
        return known

    def _meant_by(self, headings: tuple[str, ...], categories: tuple[str, ...]) -> tuple[str, ...]:
        """The categories of goods that words put under `headings`, and under `categories` besides."""
        key = (headings, categories)
        known = self._meant.get(key)
        if known is None:
            names = [name for code in headings for name, sure in self._implied_by(code) if sure == 1.0]
            known = tuple(dict.fromkeys((*names, *categories)))
            if len(self._meant) < _REMEMBERED:
                self._meant[key] = known
        return known


def _is_declared(recognition: Recognition) -> bool:
    return any(hit.declared for hit in recognition.headings)


_NO_CONTEXT = ItemContext()
_Implied = Callable[[str], tuple[tuple[str, float], ...]]
_Meant = Callable[[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]


class _Hits:
    """Collects headings and categories; of two hits for the same one it keeps the surer."""

    __slots__ = ("_categories", "_headings", "_implied_by", "_interpretation", "_meant_by", "_yielded", "things")

    def __init__(self, implied_by: _Implied, meant_by: _Meant, interpretation: Interpretation) -> None:
        self._implied_by = implied_by
        self._meant_by = meant_by
        self._interpretation, self._yielded = interpretation, _yielded(interpretation)
        self._headings: dict[str, HeadingHit] = {}
        self._categories: dict[str, CategoryHit] = {}
        self.things: list[NamedThing] = []

    def code(self, code: str, certainty: float, reason: Reason) -> None:
        because = (reason,)
        self._headings[code] = HeadingHit(code, certainty, because, declared=True)
        for name, sure in self._implied_by(code):
            self._category(name, certainty * sure, because)

    def words(self, thing: Thing, certainty: float) -> None:
        certainty, because = round(certainty, 2), _reasons(thing, self._interpretation, self._yielded)
        headings = self._headings
        for code in thing.headings:
            known = headings.get(code)
            if known is None or known.certainty < certainty:
                headings[code] = _new(HeadingHit, (code, certainty, because, False))
            elif known.declared:
                headings[code] = HeadingHit(code, known.certainty, known.because + because, declared=True)
        categories = self._meant_by(thing.headings, thing.categories)
        for name in categories:
            self._category(name, certainty, because)
        for name in thing.perhaps:
            self._category(name, min(PERHAPS, certainty), because)
        self.things.append(_new(NamedThing, (thing.headings, categories, certainty, because)))

    def _category(self, name: str, certainty: float, because: tuple[Reason, ...]) -> None:
        known = self._categories.get(name)
        if known is None or known.certainty < certainty:
            self._categories[name] = _new(CategoryHit, (name, certainty, because))
        elif known.because[0].source is Source.HS_CODE:
            self._categories[name] = CategoryHit(name, known.certainty, known.because + because)

    def headings(self) -> tuple[HeadingHit, ...]:
        hits = self._headings.values()
        return tuple(sorted(hits, key=_heading_order)) if len(hits) > 1 else tuple(hits)

    def categories(self) -> tuple[CategoryHit, ...]:
        hits = self._categories.values()
        return tuple(sorted(hits, key=_category_order)) if len(hits) > 1 else tuple(hits)


def _heading_order(hit: HeadingHit) -> tuple[float, str]:
    return -hit.certainty, hit.code


def _category_order(hit: CategoryHit) -> tuple[float, str]:
    return -hit.certainty, hit.category


_SOURCES = dict.fromkeys(EntryKind, Source.TERM) | {EntryKind.MAKER: Source.MAKER, EntryKind.MODEL: Source.MODEL}


def _reason(match: Match) -> Reason:
    entry = match.entry
    return _new(Reason, (_SOURCES[entry.kind], match.field, match.words, entry.id))


def _yielded(interpretation: Interpretation) -> dict[Match, list[int]]:
    """Return the places among the dismissed of those that yielded to each term."""
    places: dict[Match, list[int]] = {}
    for place, (_, by) in enumerate(interpretation.dismissed):
        if by is not None:
            places.setdefault(by, []).append(place)
    return places


def _reasons(thing: Thing, interpretation: Interpretation, yielded: dict[Match, list[int]]) -> tuple[Reason, ...]:
    """Return what speaks for a thing, and what it speaks against: of each the first `MOST_REASONS`."""
    evidence = thing.evidence
    because = (_reason(evidence[0]),) if len(evidence) == 1 else tuple(map(_reason, evidence[:MOST_REASONS]))
    if not yielded:
        return because
    places = sorted({place for match in evidence for place in yielded.get(match, ())})[:MOST_REASONS]
    against = [interpretation.dismissed[place][0] for place in places]
    return because + tuple([Reason(Source.AGAINST, m.field, m.words, m.entry.id) for m in against])


def _dismissals(interpretation: Interpretation) -> tuple[Dismissal, ...]:
    return tuple(
        [
            _new(Dismissal, (_reason(match), by.entry.id if by is not None else ""))
            for match, by in interpretation.dismissed
        ]
    )


def _conflict(code: HsCode, thing: Thing) -> str:
    words = ", ".join(f'"{match.words}"' for match in thing.evidence)
    title, means = title_of(code.digits), title_of(thing.headings[0])
    declared = f"HS {code.digits} ({title})" if title else f"HS {code.digits}"
    return f"declared as {declared}, but {words} speaks of HS {thing.headings[0]}" + (f" ({means})" if means else "")
