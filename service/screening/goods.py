"""What the items of a transfer are, and whether they are the goods of a rule."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.transfer import Item
from schemas.verdict import Evidence
from service.goods.classifier import Classifier
from service.goods.hs_titles import title_of
from service.goods.recognition import HeadingHit, ItemQuery, Reason, Recognition, Source
from service.rulebook.book import CompiledRule
from service.rulebook.phrases import Phrases
from service.rulebook.rules import EccnMatch, HsMatch

SHORT_CODE = 0.5
"""The declared code is shorter than the rule's: the item may be what the rule names."""
KNOWN = 0.7
"""How surely goods must be recognised before a sanctioned country may receive them as food or medicine."""
MODEL_SPEAKS = 0.7
"""How surely maker and model must name goods to speak against the description and the code."""
MODEL_AGAINST_REST = 0.6
"""What they speak of, where the description or the code speaks of something else."""


@dataclass(frozen=True, slots=True)
class RecognisedItem:
    """One item of a transfer and what it was recognised as."""

    number: int
    item: Item
    recognition: Recognition

    @property
    def pointer(self) -> str:
        """JSON pointer of the item."""
        return f"/items/{self.number}"

    @property
    def known(self) -> bool:
        """Whether all that the item names was recognised, one thing of it surely: only then may it be cleared."""
        recognition = self.recognition
        return not recognition.unknown_part and any(hit.certainty >= KNOWN for hit in recognition.headings)

    @property
    def label(self) -> str:
        """The item in a few words of its own, for sentences."""
        item = self.item
        words = [item.manufacturer, item.model, item.description]
        text = item.description if item.description else " ".join(word for word in words if word)
        text = text or (f"HS {item.hs_code}" if item.hs_code else "an item")
        return text if len(text) <= 80 else text[:79].rstrip() + "…"

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The item's words with their pointers."""
        item = self.item
        fields = (
            ("description", item.description),
            ("manufacturer", item.manufacturer),
            ("model", item.model),
        )
        return tuple((f"{self.pointer}/{field}", text) for field, text in fields if text)


@dataclass(frozen=True, slots=True)
class GoodsMatch:
    """An item is the goods of a rule with `certainty`; `doubtful` when the declared code was too short to tell."""

    certainty: float
    sentence: str
    evidence: tuple[Evidence, ...]
    doubtful: bool = False


def recognise_items(items: tuple[Item, ...], classifier: Classifier) -> tuple[RecognisedItem, ...]:
    """Each item with its recognition, in order."""
    queries = [ItemQuery(item.description, item.manufacturer, item.model, item.hs_code) for item in items]
    return tuple(
        RecognisedItem(number, item, _with_its_model(item, recognition, classifier))
        for number, (item, recognition) in enumerate(zip(items, classifier.recognise_many(queries), strict=True))
    )


def _with_its_model(item: Item, recognition: Recognition, classifier: Classifier) -> Recognition:
    """The recognition, and beside it what maker and model alone speak of when that is something else.

    "Rice" of the model LX 570 is either no rice or no LX 570, and nobody but a person can tell which.
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
    """How surely `item` is among the goods of the rule; None when it is not."""
    goods = compiled.rule.goods
    if goods is None:
        return None
    if goods.all:
        return _any_goods(item, goods.unless_hs)
    found = [
        match
        for match in (
            *(_by_code(item, hs) for hs in goods.hs),
            *(_by_category(item, entry.category, entry.certainty) for entry in goods.categories),
            *(_by_keyword(item, phrases, certainty) for phrases, certainty in compiled.keywords),
            *(_by_control_number(item, entry) for entry in goods.eccn),
        )
        if match is not None
    ]
    return max(found, key=lambda match: (not match.doubtful, match.certainty), default=None)


def _by_code(item: RecognisedItem, hs: HsMatch) -> GoodsMatch | None:
    best: GoodsMatch | None = None
    for heading in item.recognition.headings:
        if heading.code.startswith(hs.prefix):
            if any(heading.code.startswith(prefix) for prefix in hs.unless):
                continue
            match = GoodsMatch(
                min(hs.certainty, heading.certainty),
                _as_heading(heading),
                _because(item, heading.because, f"HS {hs.prefix}"),
            )
        elif heading.declared and hs.prefix.startswith(heading.code):
            match = GoodsMatch(
                min(hs.certainty, SHORT_CODE),
                f"is declared as HS {heading.code} and may be of HS {hs.prefix}",
                _because(item, heading.because, f"HS {hs.prefix}"),
                doubtful=True,
            )
        else:
            continue
        if best is None or (not match.doubtful, match.certainty) > (not best.doubtful, best.certainty):
            best = match
    return best


def _by_category(item: RecognisedItem, category: str, certainty: float) -> GoodsMatch | None:
    for hit in item.recognition.categories:
        if hit.category == category:
            name = str(hit.category).replace("_", " ")
            return GoodsMatch(
                min(certainty, hit.certainty), f"is recognised as {name}", _because(item, hit.because, name)
            )
    return None


def _by_keyword(item: RecognisedItem, phrases: Phrases, certainty: float) -> GoodsMatch | None:
    if any(reason.source is Source.AGAINST for hit in item.recognition.headings for reason in hit.because):
        return None
    for pointer, text in item.texts:
        if phrase := phrases.find(text):
            evidence = Evidence(kind="words", subject=pointer, value=phrase, matched=phrase)
            return GoodsMatch(certainty, f"names {phrase}", (evidence,))
    return None


def _by_control_number(item: RecognisedItem, entry: EccnMatch) -> GoodsMatch | None:
    given = (item.item.eccn or "").strip().upper()
    if not given or given == "EAR99" or not given.startswith(entry.prefix):
        return None
    evidence = Evidence(kind="eccn", subject=f"{item.pointer}/eccn", value=given, matched=entry.prefix or "any")
    return GoodsMatch(entry.certainty, f"is export-controlled ({given})", (evidence,))


def _any_goods(item: RecognisedItem, unless: tuple[str, ...]) -> GoodsMatch | None:
    headings = item.recognition.headings
    if not headings:
        return None
    for heading in headings:
        if not any(heading.code.startswith(prefix) for prefix in unless):
            return GoodsMatch(heading.certainty, _as_heading(heading), _because(item, heading.because, "all goods"))
    return None


def _as_heading(heading: HeadingHit) -> str:
    title = title_of(heading.code)
    how = "is declared as" if heading.declared else "is recognised as"
    return f"{how} HS {heading.code} ({title[:1].lower()}{title[1:]})" if title else f"{how} HS {heading.code}"


def _because(item: RecognisedItem, reasons: tuple[Reason, ...], matched: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            kind="hs_code" if reason.source is Source.HS_CODE else "words",
            subject=f"{item.pointer}/{reason.field}",
            value=reason.words,
            matched=matched,
        )
        for reason in reasons
        if reason.source is not Source.AGAINST
    )
