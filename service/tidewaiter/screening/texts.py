"""Search the texts of a transfer for phrases. Each text is folded once for all rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.rulebook.phrases import Phrases, fold
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter_schemas.transfer import TransferEvent


class TransferTexts:
    """Purpose, free text and the texts of the items, with a cache of the phrases found in them."""

    __slots__ = ("_found", "_items", "_texts", "_transfer")

    def __init__(self, transfer: TransferEvent, items: Sequence[RecognisedItem]) -> None:
        self._transfer, self._items = transfer, items
        self._texts: tuple[tuple[str, str], ...] | None = None
        self._found: dict[Phrases, tuple[str, str] | None] = {}

    def folded(self) -> Iterator[str]:
        """Yield each text, folded."""
        return (text for _, text in self._all())

    def find(self, phrases: Phrases) -> tuple[str, str] | None:
        """Return (pointer, phrase) for the first text that contains one of `phrases`; None when none does."""
        if phrases not in self._found:
            self._found[phrases] = next(
                ((pointer, phrase) for pointer, text in self._all() if (phrase := phrases.find_in(text))), None
            )
        return self._found[phrases]

    def _all(self) -> tuple[tuple[str, str], ...]:
        if self._texts is None:  # computed on demand: most transfers touch no sanctioned country
            self._texts = tuple(_folded(self._transfer, self._items))
        return self._texts


def _folded(transfer: TransferEvent, items: Sequence[RecognisedItem]) -> Iterator[tuple[str, str]]:
    for pointer, text in (("/purpose", transfer.purpose), ("/free_text", transfer.free_text)):
        if text:
            yield pointer, fold(text)
    for item in items:
        yield from item.texts
