"""Find goods that a converted document names where it has no line of goods: in remittances, remarks, even in names.

Documents of payments say in words what is paid for. The texts of other transfers are not read for goods, because their
producers state goods as items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tidewaiter.goods.doubts import KNOWN
from tidewaiter.goods.recognition import Voice
from tidewaiter.screening.case import Case
from tidewaiter.screening.embargoes import find_goods
from tidewaiter.screening.facts.stated_texts import StatedText, TextKind
from tidewaiter.screening.goods import RecognisedItem, recognise_items
from tidewaiter.screening.reading_steps import NOT_READ
from tidewaiter.screening.unknowns import own_finding
from tidewaiter_schemas.transfer import Item
from tidewaiter_schemas.verdict import Effect, Family, Finding

_ITEMS: Final = frozenset({TextKind.GOODS, TextKind.MAKER})
_NAMES: Final = frozenset({TextKind.NAME, TextKind.ADDRESS, TextKind.PLACE, TextKind.IDENTIFIER})
"""Texts that often have words of goods in them without being about goods: Golden Rice Ltd, Iron Street."""
MOST_LETTERS: Final = 20_000
"""How much of the texts is read for goods. A document of payments says less in all."""


def find_goods_in_texts(case: Case, findings: Sequence[Finding]) -> list[Finding]:
    """Return a finding for each rule on goods that a text of the document meets and no item does (`findings`).

    None blocks: words in a text are no statement of what is delivered. Those in names and addresses are information.
    """
    if case.transfer.document is None or not case.nexus:
        return []
    texts, left = _read(case.stated)
    items = recognise_items(tuple(Item(description=text.text) for text in texts), case.book.goods)
    known = tuple(item for item in items if _is_known(item))
    met = {finding.rule for finding in findings}
    found = [
        _of_text(finding, texts, known)
        for nexus in case.nexus
        for finding in (find_goods(replace(case, items=known), nexus) if known else ())
        if finding.rule not in met and finding.family is not Family.QUOTA
    ]
    return [*found, *left]


def _is_known(item: RecognisedItem) -> bool:
    """Return whether words name goods for certain. The wording model may make that less certain, and drops nothing."""
    recognition = item.recognition
    return any(hit.certainty >= KNOWN for hit in recognition.headings) or any(
        voice.voice is Voice.DOUBTS for voice in recognition.wording
    )


def _read(stated: Sequence[StatedText]) -> tuple[list[StatedText], list[Finding]]:
    """Return the texts to read, and a finding when there are more."""
    texts: list[StatedText] = []
    letters = 0
    for text in stated:
        if text.kind in _ITEMS:
            continue
        letters += len(text.text)
        if letters > MOST_LETTERS:
            fact = f"Its texts have more than {MOST_LETTERS:,} letters. Not read for goods: {text.pointer} and on."
            return texts, [own_finding(NOT_READ, text.pointer, fact, "not_read", "goods from here on")]
        texts.append(text)
    return texts, []


def _of_text(finding: Finding, texts: Sequence[StatedText], items: Sequence[RecognisedItem]) -> Finding:
    """Return the finding on an item made of a text as one on the text."""
    pointers = {item.pointer: texts[item.number] for item in items}
    text = pointers[finding.subject]

    def moved() -> Iterator[object]:
        for fact in finding.evidence:
            of_item = fact.subject == finding.subject or fact.subject.startswith(f"{finding.subject}/")
            yield fact.model_copy(update={"subject": text.pointer}) if of_item else fact

    return finding.model_copy(
        update={
            "subject": text.pointer,
            "effect": Effect.INFO if text.kind in _NAMES else Effect.REVIEW,
            "reason": f"{finding.reason} The goods are named in the {text.kind} only.",
            "evidence": tuple(moved()),
        }
    )
