"""Limit how much of a transfer is read. Limits are counts (normalised letters and words, names, lines), never clock
time, because a verdict must repeat.

Reading costs steps. Each transfer has a budget of steps in proportion to its size, with a generous minimum. Anything
beyond the budget, or beyond another limit, is not read: a finding reports it and asks for review. Ordinary transfers
stay far below the limits. `python -m bench adversarial` checks the steps against the costliest known transfers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pydantic import JsonValue

from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.case import Case
from tidewaiter.screening.facts.codes import MOST_CODES
from tidewaiter.screening.facts.stated_texts import StatedText, TextKind
from tidewaiter.screening.limited_reader import MOST_PLACES, LimitedReader, limit_finding, share_of
from tidewaiter.screening.nexus.text_ties import first_text_not_read
from tidewaiter.screening.reading_steps import Limit, Step
from tidewaiter.text.extent import letters_in
from tidewaiter_schemas.transfer import Item, TransferEvent
from tidewaiter_schemas.verdict import Finding

_PER_BYTE: Final = 0.9
_TO_JUDGE: Final = 5
_SHORTEST_NAMED: Final = 2
"""Length of the shortest country name, in letters."""
_LEAST_OF_MENTIONS: Final = _SHORTEST_NAMED * Limit.MENTIONS.most
"""Shorter texts do not name more countries than are read."""
_MANY: Final = 20
"""With more parties, lines, places or countries than this, steps are counted in full."""


class Readable(NamedTuple):
    """The `whole` transfer, the `part` of it that is read, and in `beyond` a finding for each limit exceeded.

    `to_judge` is the number of steps for judging its goods; None when they need not be counted.
    """

    whole: TransferEvent
    part: TransferEvent
    beyond: tuple[Finding, ...] = ()
    to_judge: int | None = None


def within_limits(
    transfer: TransferEvent, stated: Sequence[StatedText], unread_extensions: Collection[str] = ()
) -> Readable:
    """Return the readable part of `transfer`. Usually that is the whole, and `part` is the same object.

    `stated` are the texts of the transfer. Keys of extensions in `unread_extensions` are skipped.
    """
    if _is_small(transfer, stated):
        return Readable(transfer, transfer)
    steps = max(Limit.STEPS.most, int(_PER_BYTE * _bytes_of(transfer, stated)))
    reading = LimitedReader(steps)
    part = reading.transfer(transfer, unread_extensions)
    return Readable(transfer, part, reading.findings(), reading.left + steps // _TO_JUDGE)


def judged_within_limits(readable: Readable, case: Case) -> tuple[Case, tuple[Finding, ...]]:
    """Return the case with the items that the remaining steps suffice to judge, and a finding if items are dropped.

    All items have been read before: the countries and parties that they name still count.
    """
    left = readable.to_judge
    if left is None:
        return case, ()
    laws = [
        case.book.law(nexus.territory.country, way, case.day)
        for nexus in case.nexus
        for way in (Direction.TO, Direction.FROM)
        if nexus.best(way) is not None
    ]
    for number, item in enumerate(case.items):
        rules = sum(len(item.likely_rules(law)) for law in laws)
        left -= Step.JUDGED_LINE * len(laws)
        left -= (Step.JUDGED_RULE + Step.JUDGED_THING * len(item.recognition.things)) * rules
        if left < 0:
            unread = {item.pointer: share_of(len(case.items) - number, len(case.items), "items not judged")}
            return replace(case, items=case.items[:number]), (limit_finding(Limit.STEPS, unread),)
    return case, ()


def more_found_than_read(case: Case) -> Iterator[Finding]:
    """Yield a finding when texts contain more codes or country names than are read."""
    places = [one.pointer for one in case.subjects if one.is_text and len(one.query.identifiers) > MOST_CODES]
    if places:
        yield limit_finding(Limit.CODES, dict.fromkeys(places[:MOST_PLACES], "the codes from here on"))
    if sum([len(text.text) for text in case.stated]) >= _LEAST_OF_MENTIONS:
        text = first_text_not_read(case.book, case.stated)
        if text is not None:
            yield limit_finding(Limit.MENTIONS, {text.pointer: "the names of countries from here on"})


def _is_small(transfer: TransferEvent, stated: Sequence[StatedText]) -> bool:
    """Return whether the transfer is certainly within the limits. A fast path: nearly all transfers are."""
    route = transfer.route
    if (
        len(transfer.parties) > _MANY
        or len(transfer.items) > _MANY
        or len(transfer.authorisations) > _MANY
        or (route is not None and len(route.transit) + len(route.previous_ports) > _MANY)
        or len(stated) > 4 * _MANY
    ):
        return False
    for party in transfer.parties:
        if party.owned_by or party.controlled_by or party.acting_for:
            return False
        if len(party.countries) > _MANY or len(party.former_flags) > _MANY or len(party.identifiers) > _MANY:
            return False
    if transfer.extensions and not _is_shallow(transfer.extensions):
        return False
    letters = goods = 0
    of_goods = TextKind.GOODS
    for _, kind, text, _ in stated:
        length = len(text)
        if length > _SMALL:
            return False
        if not text.isascii():
            length = letters_in(text)
        letters += length
        if kind is of_goods:
            goods += length
        elif length > _LONGEST_NAME and kind in _NAMES:
            return False
    return letters <= _SMALL and goods <= _SMALL_GOODS


_NAMES: Final = frozenset({TextKind.NAME, TextKind.MAKER})
_LONGEST_NAME: Final = Limit.NAME_WORDS.most
"""A name of so many letters has no more words than are read."""
_SMALL: Final = 2_000
"""Number of letters that stays within the budget, whatever the letters are."""
_SMALL_GOODS: Final = 400
"""The same for texts on goods, whatever they name and however many countries the transfer touches."""


def _is_shallow(value: JsonValue) -> bool:
    """Return whether an extension has few parts, all on one level."""
    parts = list(value.values()) if isinstance(value, dict) else []
    return len(parts) <= _MANY and not any(isinstance(part, (dict, list)) for part in parts)


def _bytes_of(transfer: TransferEvent, stated: Sequence[StatedText]) -> int:
    """Return a lower bound of the size of the transfer as JSON: its texts, and the minimum size of its fields."""
    texts = sum(len(text.text) if text.text.isascii() else len(text.text.encode("utf-8", "replace")) for text in stated)
    names = sum(text.kind is TextKind.NAME for text in stated)
    return texts + _NAMED * names + sum(_OF_FIELD[field] for item in transfer.items for field in item.model_fields_set)


_NAMED: Final = len('{"name":""},')
_OF_FIELD: Final = {
    field: len(f'"{field}":,') + (len('{"amount":1,"currency":"EUR"}') if field == "value" else 1)
    for field in Item.model_fields
}
