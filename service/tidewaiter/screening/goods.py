"""Recognise the items of a transfer, and match them with the goods of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from tidewaiter.goods.amounts.quantities import Quantity
from tidewaiter.goods.amounts.stated_amounts import StatedAmounts, stated_amounts_of
from tidewaiter.goods.categories import categories_of
from tidewaiter.goods.classifier import OPPOSED, Classifier
from tidewaiter.goods.control_numbers import ControlNumber, ControlStatus, control_numbers_in
from tidewaiter.goods.doubts import ItemDoubts
from tidewaiter.goods.hs.codes import read_codes
from tidewaiter.goods.hs.titles import title_of
from tidewaiter.goods.recognition import (
    CategoryHit,
    HeadingHit,
    ItemQuery,
    NamedThing,
    Reason,
    Recognition,
    Source,
    Voice,
    WordingVoice,
)
from tidewaiter.rulebook.codes import CodeIndex, CodeList, CodeRow
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.hs_index import HsIndex
from tidewaiter.rulebook.law_by_day import GoodsLaw
from tidewaiter.rulebook.phrases import Phrases, fold
from tidewaiter.rulebook.rules import CategoryMatch, EccnMatch, Threshold
from tidewaiter.text.figures import texts_with_letters
from tidewaiter_schemas.transfer import Item
from tidewaiter_schemas.verdict import Evidence

SHORT_CODE = 0.5
"""Certainty when the declared code is shorter than the rule's: the item may or may not be what the rule names."""
MOST_NAMED = 100
"""Maximum number of things on one line that are told apart. A line that names more is prose or built to cost time."""
MODEL_SPEAKS = 0.7
"""Minimum certainty of goods recognised by maker and model for them to contradict the description and the code."""
MODEL_AGAINST_REST = 0.6
"""Certainty of the goods that maker and model name, when the description or the code names something else."""


@dataclass(frozen=True)
class RecognisedItem:
    """One item of a transfer, with its recognition."""

    number: int
    item: Item
    recognition: Recognition
    doubts: ItemDoubts

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return the item's words, folded, with their pointers. Most transfers touch no sanctioned country."""
        item, pointer = self.item, self.pointer
        fields = (("description", item.description), ("manufacturer", item.manufacturer), ("model", item.model))
        return tuple((f"{pointer}/{field}", fold(text)) for field, text in fields if text)

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the item."""
        return f"/items/{self.number}"

    @property
    def known(self) -> bool:
        """Return whether everything that the item names was recognised, and one thing with certainty.

        Of others, `doubts` tell whether what is not known can be about barred goods.
        """
        return self.doubts.known

    def likely_rules(self, law: GoodsLaw) -> list[CompiledRule]:
        """Return every rule of `law` that the item may meet, in order. It may include rules that the item does not."""
        numbered = bool(self.item.eccn or self.item.dual_use_number)
        return law.likely(self.recognition, (text for _, text in self.texts), numbered)

    @property
    def control_numbers(self) -> tuple[ControlNumber, ...]:
        """Return the export control numbers that the item states."""
        return control_numbers_in(self.item.eccn, self.item.dual_use_number)

    def full_code(self, heading: HeadingHit) -> str:
        """Return the code of `heading`, with the national tariff digits if they were declared."""
        if heading.declared and self.item.hs_code:
            for declared in read_codes(self.item.hs_code):
                if declared.digits == heading.code:
                    return heading.code + declared.national
        return heading.code

    @property
    def several(self) -> bool:
        """Return whether the line may name more than one thing, so that its value and quantity are sums."""
        recognition = self.recognition
        return recognition.conflict is not None or sum(thing.certainty >= OPPOSED for thing in recognition.things) > 1

    def thing_of(self, because: tuple[Reason, ...]) -> int | None:
        """Return the index of the thing that the reasons in `because` refer to; None when it cannot be determined.

        Also None on a line of more than `MOST_NAMED` things: callers ask for each of them, which would be quadratic.
        """
        things = self.recognition.things
        if len(things) > MOST_NAMED:
            return None
        same = [number for number, thing in enumerate(things) if thing.because == because]
        same = same or [number for number, thing in enumerate(things) if thing.because[0] in because]
        return same[0] if len(same) == 1 else None

    def amounts_of(self, because: tuple[Reason, ...]) -> StatedAmounts:
        """Return the quantity and value that the description states for the goods that `because` refers to."""
        text, things = self.item.description, self.recognition.things
        if not text:
            return StatedAmounts()
        if len(things) <= 1:
            words = _words(things[0]) if things else ()
            return stated_amounts_of(
                text, words, alone=not words or not (self.recognition.unknown_part or self.several)
            )
        number = self.thing_of(because)
        if number is None:
            return StatedAmounts()
        others = [_words(thing) for other, thing in enumerate(things) if other != number]
        return stated_amounts_of(text, _words(things[number]), others, alone=False)

    def stated_total(self) -> Quantity | None:
        """Return the quantity that the description states for the whole item; None for a line of several things."""
        return (
            None
            if self.several
            else self.amounts_of(self.recognition.things[0].because if self.recognition.things else ()).quantity
        )

    def words_of(self, thing: int) -> str:
        """Return the original words for the thing with this index."""
        named = self.recognition.things[thing]
        return next(iter(_words(named)), named.because[0].words)

    @property
    def label(self) -> str:
        """Return a short label of the item in its own words, for use in sentences."""
        item = self.item
        words = [item.manufacturer, item.model, item.description]
        text = item.description if item.description else " ".join(word for word in words if word)
        text = text or (f"HS {item.hs_code}" if item.hs_code else "an item")
        return text if len(text) <= 80 else text[:79].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class GoodsMatch:
    """A match of an item with the goods of a rule; `doubtful` when the code was too short to decide.

    `threshold` is that of the matched code, and takes precedence over the rule's. `doubts` are clauses that say why a
    person must review the match. `because` are the words and codes that matched, `matched` is what they were compared
    with, `further` is additional evidence, and `thing` is the index of the thing when the item names several.
    """

    certainty: float
    sentence: str
    because: tuple[Reason, ...] = ()
    matched: str = ""
    doubtful: bool = False
    threshold: Threshold | None = None
    doubts: tuple[str, ...] = ()
    further: tuple[Evidence, ...] = ()
    thing: int | None = None

    def evidence(self, item: RecognisedItem) -> tuple[Evidence, ...]:
        """Return the evidence of the match with `item`. Computed on demand, because most matches are superseded."""
        spoke = (reason for reason in self.because if reason.source is not Source.AGAINST)
        return (
            *(
                Evidence(
                    kind="hs_code" if reason.source is Source.HS_CODE else "words",
                    subject=f"{item.pointer}/{reason.field}",
                    value=reason.words,
                    matched=self.matched,
                )
                for reason in spoke
            ),
            *self.further,
        )

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Return the sort key of the match: of two matches the one of higher rank is kept."""
        return not self.doubtful, not self.doubts, self.certainty


def recognise_items(items: tuple[Item, ...], classifier: Classifier) -> tuple[RecognisedItem, ...]:
    """Return each item with its recognition, in order."""
    return recognise_items_of_all([items], classifier)[0]


def recognise_items_of_all(
    several: Sequence[tuple[Item, ...]], classifier: Classifier
) -> list[tuple[RecognisedItem, ...]]:
    """Return what `recognise_items` returns for the items of each transfer. All together take less time."""
    queries = [
        [ItemQuery(item.description, item.manufacturer, item.model, item.hs_code) for item in items]
        for items in several
    ]
    found = iter(classifier.recognise_many(list(chain.from_iterable(queries))))
    return [
        tuple(
            [
                _recognised(number, item, query, next(found), classifier)
                for number, (item, query) in enumerate(zip(items, asked, strict=True))
            ]
        )
        for items, asked in zip(several, queries, strict=True)
    ]


def _recognised(
    number: int, item: Item, query: ItemQuery, by_itself: Recognition, classifier: Classifier
) -> RecognisedItem:
    recognition = _judged_whole(item, by_itself, classifier)
    return RecognisedItem(number, item, recognition, classifier.doubts.of(query, recognition, by_itself.unknown_part))


def _judged_whole(item: Item, recognition: Recognition, classifier: Classifier) -> Recognition:
    """Return the recognition, extended by everything else that the line may contain.

    That is what maker and model name, what the words mention in passing, and what they name when digits are read as
    letters.
    """
    if (recognition.unknown_part or not recognition.things) and item.description:
        recognition = _with_letters_for_figures(item, recognition, classifier)
    whole = _with_its_model(item, recognition, classifier)
    return _with_passed_over(whole) if whole.passed_over else whole


def _with_letters_for_figures(item: Item, recognition: Recognition, classifier: Classifier) -> Recognition:
    for text in texts_with_letters(item.description or ""):
        other = classifier.recognise(ItemQuery(text, item.manufacturer, item.model, item.hs_code))
        if other.recognised and not other.unknown_part:
            return other
    return recognition


def _with_passed_over(recognition: Recognition) -> Recognition:
    headings = {hit.code: hit for hit in recognition.headings}
    categories = {hit.category: hit for hit in recognition.categories}
    for thing in recognition.passed_over:
        for code in thing.headings:
            headings.setdefault(code, HeadingHit(code, thing.certainty, thing.because))
        for name in thing.categories:
            categories.setdefault(name, CategoryHit(name, thing.certainty, thing.because))
    return recognition._replace(headings=tuple(headings.values()), categories=tuple(categories.values()))


def _words(thing: NamedThing) -> tuple[str, ...]:
    """Return the original words of the description that name the thing itself."""
    return next(((r.words,) for r in thing.because if r.field == "description" and r.source is not Source.AGAINST), ())


def _with_its_model(item: Item, recognition: Recognition, classifier: Classifier) -> Recognition:
    """Return the recognition, extended by what maker and model alone name when that differs from it.

    "Rice" of the model LX 570 is either not rice or not an LX 570. Only a person can decide which.
    """
    if not item.model or not recognition.recognised:
        return recognition
    by_model = classifier.recognise(ItemQuery(None, item.manufacturer, item.model))
    known = {heading.code[:4] for heading in recognition.headings}
    other = [hit for hit in by_model.headings if hit.certainty >= MODEL_SPEAKS and hit.code[:4] not in known]
    if not other:
        return recognition
    title = title_of(other[0].code)
    sentence = f"maker and model speak of HS {other[0].code} ({title}), the rest of the item of something else"
    return recognition._replace(
        headings=(*recognition.headings, *(HeadingHit(hit.code, MODEL_AGAINST_REST, hit.because) for hit in other)),
        conflict=recognition.conflict or sentence,
    )


def match_goods(compiled: CompiledRule, item: RecognisedItem) -> GoodsMatch | None:
    """Return the best match of `item` with the goods of the rule, whatever their value; None when there is none."""
    return max(goods_matches(compiled, item), key=lambda match: match.rank, default=None)


def goods_matches(compiled: CompiledRule, item: RecognisedItem) -> Iterator[GoodsMatch]:
    """Yield every match of `item` with the goods of the rule: by code, list, category, words or control number."""
    goods = compiled.rule.goods
    if goods is None:
        return
    if goods.all:
        if match := _any_goods(item, goods.unless_hs):
            yield match
        return
    if compiled.hs is not None:
        yield from _by_code(item, compiled.hs)
    if goods.codes is not None and compiled.codes is not None:
        yield from _by_list(item, goods.codes, compiled.codes)
    for number in goods.eccn:
        yield from _by_control_number(item, number)
    for entry in goods.categories:
        yield from _by_category(item, entry)
    for phrases, certainty in compiled.keywords:
        if match := _by_keyword(item, phrases, certainty):
            yield match


def _by_code(item: RecognisedItem, index: HsIndex) -> Iterator[GoodsMatch]:
    for heading in item.recognition.headings:
        for hs in index.over(heading.code):
            if not heading.code.startswith(hs.unless):
                clause, doubts, most = _wording_of(item, heading)
                yield GoodsMatch(
                    min(hs.certainty, heading.certainty, most),
                    _as_heading(heading) + clause,
                    heading.because,
                    f"HS {hs.prefix}",
                    doubts=doubts,
                )
        for hs in index.under(heading.code) if heading.declared else ():
            yield GoodsMatch(
                min(hs.certainty, SHORT_CODE),
                f"is declared as HS {heading.code} and may be of HS {hs.prefix}",
                heading.because,
                f"HS {hs.prefix}",
                doubtful=True,
            )


def _by_list(item: RecognisedItem, codes: CodeList, index: CodeIndex) -> Iterator[GoodsMatch]:
    """Yield the matches with a list of codes.

    Words identify a heading at best, so a heading with only some codes listed is a doubt. A national code longer than
    the list's can confirm a listed code but never exclude it: it may belong to another country's tariff.
    """
    declared = [heading.code for heading in item.recognition.headings if heading.declared]
    for heading in item.recognition.headings:
        row = index.over(item.full_code(heading))
        doubtful = row is None
        if row is None:
            told_closer = not heading.declared and any(code.startswith(heading.code) for code in declared)
            row = None if told_closer else index.under(heading.code)
            if row is None:
                continue
        how = f"{_as_heading(heading)} and may be of HS {row.code}" if doubtful else _as_heading(heading)
        yield GoodsMatch(
            min(heading.certainty, SHORT_CODE) if doubtful else heading.certainty,
            how,
            heading.because,
            f"HS {row.code} of {codes.source}, as of {codes.as_of}",
            doubtful,
            _threshold(codes, row),
            (f"{codes.source} lists HS {row.code} only in part",) if row.partial else (),
        )


def _threshold(codes: CodeList, row: CodeRow) -> Threshold | None:
    if row.threshold is None or row.currency is None:
        return None
    return Threshold(
        amount=row.threshold,
        currency=row.currency,
        basis=codes.basis,
        weight_kg=codes.weight_kg,
        operator=codes.operator,
    )


def _by_category(item: RecognisedItem, entry: CategoryMatch) -> Iterator[GoodsMatch]:
    recognition = item.recognition
    if entry.unless and recognition.headings and all(h.code.startswith(entry.unless) for h in recognition.headings):
        return
    name = str(entry.category).replace("_", " ")
    voice = next((heard for heard in recognition.wording if heard.category == entry.category), None)
    no_doubts: tuple[str, ...] = ()
    sentence, most, doubts = f"is recognised as {name}", 1.0, no_doubts
    if voice is not None:
        if voice.voice is Voice.ADDS:
            sentence = f"is worded like {name}{_model_words(voice.words)}"
        elif voice.voice is Voice.CONFIRMS:
            sentence += _alike(voice)
        else:
            most, doubts = voice.certainty, (_unlike(voice),)
    for hit in recognition.categories:
        if hit.category == entry.category:
            yield GoodsMatch(min(entry.certainty, hit.certainty), sentence, hit.because, name, doubts=doubts)
    for thing in recognition.things if len(recognition.things) > 1 else ():
        among = entry.unless and thing.headings and all(code.startswith(entry.unless) for code in thing.headings)
        if entry.category in thing.categories and not among:
            certainty = min(entry.certainty, thing.certainty, most)
            yield GoodsMatch(certainty, sentence, thing.because, name, doubts=doubts)


def _wording_of(item: RecognisedItem, heading: HeadingHit) -> tuple[str, tuple[str, ...], float]:
    """Return what the wording model says of the goods under a heading that words named.

    That is a clause, its doubts, and the highest certainty that they leave.
    """
    voices = item.recognition.wording
    if not voices or heading.declared:
        return "", (), 1.0
    implied = {str(name) for name, _ in categories_of(heading.code)}
    about = [voice for voice in voices if voice.category in implied]
    clauses = [_alike(voice) for voice in about if voice.voice is Voice.CONFIRMS]
    doubting = [voice for voice in about if voice.voice is Voice.DOUBTS]
    if not doubting or {voice.category for voice in doubting} != implied:
        return (clauses[0] if clauses else ""), (), 1.0
    return "", (_unlike(doubting[0]),), max(voice.certainty for voice in doubting)


def _alike(voice: WordingVoice) -> str:
    words = ", ".join(f"“{word}”" for word in voice.words)
    return f" (worded like {voice.category.replace('_', ' ')}{'; model: ' + words if words else ''})"


def _unlike(voice: WordingVoice) -> str:
    return f"its wording is not like that of {voice.category.replace('_', ' ')}"


def _model_words(words: tuple[str, ...]) -> str:
    return f" (model: {', '.join(f'“{word}”' for word in words)})" if words else ""


def _by_keyword(item: RecognisedItem, phrases: Phrases, certainty: float) -> GoodsMatch | None:
    for pointer, text in item.texts:
        for phrase in phrases.all_in(text):
            if not _spoken_against(item, phrase):
                evidence = Evidence(kind="words", subject=pointer, value=phrase, matched=phrase)
                return GoodsMatch(certainty, f"names {phrase}", further=(evidence,))
    return None


def _spoken_against(item: RecognisedItem, phrase: str) -> bool:
    """Return whether other words of the item show that it is not what `phrase` means.

    "toy" contradicts "snowmobile". "maraging" contradicts "steel", but not "maraging steel", which contains it.
    """
    against = (r.words for hit in item.recognition.headings for r in hit.because if r.source is Source.AGAINST)
    return not all(fold(words) in fold(phrase) for words in against)


def _by_control_number(item: RecognisedItem, entry: EccnMatch) -> Iterator[GoodsMatch]:
    for field, number, status in item.control_numbers:
        if status is ControlStatus.NOT_LISTED:
            continue
        evidence = Evidence(kind=field, subject=f"{item.pointer}/{field}", value=number, matched=entry.prefix or "any")
        if status is ControlStatus.UNREADABLE:
            doubt = f"has the export control number {number}, which is none"
            yield GoodsMatch(min(entry.certainty, SHORT_CODE), doubt, doubtful=True, further=(evidence,))
        elif number.startswith(entry.prefix):
            yield GoodsMatch(entry.certainty, f"is export-controlled ({number})", further=(evidence,))


def _any_goods(item: RecognisedItem, unless: tuple[str, ...]) -> GoodsMatch | None:
    headings = item.recognition.headings
    if not headings:
        return None
    for heading in headings:
        if not heading.code.startswith(unless):
            return GoodsMatch(heading.certainty, _as_heading(heading), heading.because, "all goods")
    return None


def _as_heading(heading: HeadingHit) -> str:
    title = title_of(heading.code)
    how = "is declared as" if heading.declared else "is recognised as"
    return f"{how} HS {heading.code} ({title[:1].lower()}{title[1:]})" if title else f"{how} HS {heading.code}"
