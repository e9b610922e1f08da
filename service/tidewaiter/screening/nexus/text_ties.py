"""Find ties to countries in texts: on goods, purposes and permits, and country codes in any text.

Names, addresses and places are read elsewhere, with their party or route.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tidewaiter.goods.recognition import Recognition
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.gazetteer import MOST_MENTIONS, InContext, Mention, MentionKind
from tidewaiter.rulebook.rules import Direction
from tidewaiter.rulebook.text_roles import TextRole
from tidewaiter.screening.facts.codes import country_codes_in
from tidewaiter.screening.facts.stated_texts import StatedText, TextKind
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.certainties import (
    MENTIONED,
    MENTIONED_AT_BORDER,
    SAID_BY_CODE,
    SAID_OF_MAKER,
    SAID_TO_BE_DESTINATION,
    SAID_TO_BE_ORIGIN,
)
from tidewaiter.screening.nexus.tie import Tie
from tidewaiter.screening.nexus.transfer_reader import NAMED, TransferReader, words_evidence
from tidewaiter_schemas.verdict import Evidence

_READ_WITH_THEIR_FACTS: Final = frozenset({TextKind.NAME, TextKind.ADDRESS, TextKind.PLACE, TextKind.IDENTIFIER})
_OF_THE_GOODS: Final = frozenset({TextKind.GOODS, TextKind.REMARK, TextKind.PURPOSE})
_TELLS_OF_A_SUBJECT: Final = ("49", "97", "3705", "8523", "9503", "9504")
"""Goods that can be about a country without coming from it: print, pictures, recordings, models and games."""
_ROLES: Final = {
    TextRole.ORIGIN: (Direction.FROM, SAID_TO_BE_ORIGIN, "is said to bring goods of"),
    TextRole.DESTINATION: (Direction.TO, SAID_TO_BE_DESTINATION, "is said to go to"),
}


def text_ties(reader: TransferReader, texts: Sequence[StatedText], items: Sequence[RecognisedItem]) -> Iterator[Tie]:
    """Yield the ties found in `texts`. `items` are the recognised items that some of the texts belong to."""
    left = MOST_MENTIONS
    for text in texts:
        for code in country_codes_in(text.text, reader.book):
            if code.country in reader.territories:
                yield _by_code(reader, text, code.country, code.what, code.value)
        if text.kind in _READ_WITH_THEIR_FACTS or not left:
            continue
        named = reader.book.gazetteer.in_context(text.text)[:left]
        left -= len(named)
        recognition = None if text.line is None else items[text.line].recognition
        yield from _by_words(reader, text, named, recognition)


def first_text_not_read(book: RuleBook, texts: Sequence[StatedText]) -> StatedText | None:
    """Return the first text with country names beyond the `MOST_MENTIONS` that are read; None when all are read."""
    left = MOST_MENTIONS
    for text in texts:
        if text.kind not in _READ_WITH_THEIR_FACTS:
            left -= len(book.gazetteer.in_context(text.text))
            if left < 0:
                return text
    return None


def _names(mention: Mention) -> bool:
    return mention.kind in NAMED or mention.kind is MentionKind.GOVERNMENT


def _by_words(
    reader: TransferReader, text: StatedText, named: Iterable[InContext], recognition: Recognition | None
) -> Iterator[Tie]:
    for mention, before, after, denied in named:
        if mention.country not in reader.territories or not _names(mention):
            continue
        if denied and text.kind is not TextKind.MAKER:
            continue
        role = reader.book.text_roles.role(before, after)
        evidence = words_evidence(text.pointer, mention)
        if text.kind is TextKind.GOODS and role not in _ROLES and _tells_of_a_subject(recognition):
            continue
        mentioned = MENTIONED_AT_BORDER if reader.hubs(mention.country) else MENTIONED
        direction, sure, sentence = None, mentioned, f"mentions {mention.phrase}"
        if role in _ROLES and text.kind in _OF_THE_GOODS:
            direction, stated, verb = _ROLES[role]
            sure = stated if text.kind is TextKind.GOODS else mentioned
            sentence = f"{verb} {reader.name_of(mention.country)} by its {text.kind}"
        elif text.kind is TextKind.MAKER:
            direction, sure = Direction.FROM, SAID_OF_MAKER
            sentence = f"brings goods whose maker names {mention.phrase}"
        yield Tie(mention.country, direction, sure, sure, sentence, evidence)


def _by_code(reader: TransferReader, text: StatedText, country: str, what: str, value: str) -> Tie:
    sentence = f"gives a {what} of {reader.name_of(country)} in its {text.kind}"
    evidence = Evidence(kind="code", subject=text.pointer, value=value, matched=country)
    return Tie(country, None, SAID_BY_CODE, SAID_BY_CODE, sentence, evidence)


def _tells_of_a_subject(recognition: Recognition | None) -> bool:
    headings = recognition.headings if recognition else ()
    return bool(headings) and all(heading.code.startswith(_TELLS_OF_A_SUBJECT) for heading in headings)
