"""Find the past transfers that a change of the rule book can affect, without judging all of them again.

An entry matches the same names and numbers, with the same score, whatever other entries there are. An index of the old
and new versions of the changed entries therefore finds each transfer with an old or new finding on them. Any other
change, except of rules limited to a period, can affect every transfer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.matching.query import Candidate, PartyQuery
from tidewaiter.rescreening.book_changes import BookChanges
from tidewaiter.rescreening.known_parts import KnownParts
from tidewaiter.screening.case import law_day
from tidewaiter.screening.facts.stated_texts import StatedText, stated_texts
from tidewaiter.screening.limits import within_limits
from tidewaiter.screening.subjects import subjects_of, texts_to_search
from tidewaiter_schemas.transfer import TransferEvent

Ask = Callable[[PartyIndex, Sequence[PartyQuery]], Sequence[tuple[Candidate, ...]]]

_KNOWN = 200_000
"""Number of queries whose results are cached, because customers recur."""


class DeltaScan:
    """Finds the transfers that `changes` can affect. `unread` are the extensions that the policy skips."""

    def __init__(self, changes: BookChanges, rarity: WordRarity | None, unread: frozenset[str]) -> None:
        self._changes, self._unread = changes, unread
        self._index = PartyIndex.build(changes.lists, rarity)
        self._parts = KnownParts()
        self._by_parts = not changes.everywhere and not changes.windows
        """Whether a transfer is affected through one of its parts alone."""
        self._whole: dict[int, TransferEvent] = {}
        """The transfers of the last call of `touched` that were read whole, by their identity."""
        self._by_name: dict[PartyQuery, frozenset[str]] = {}
        self._by_text: dict[PartyQuery, frozenset[str]] = {}

    def touched(self, transfers: Sequence[TransferEvent]) -> list[frozenset[str] | None]:
        """Return for each transfer the ids (`list:entry`) of changed entries that it may name; None if unaffected.

        The set is empty when only another kind of change affects the transfer.
        """
        entries = self._entries(transfers) if self._changes.lists else [frozenset[str]()] * len(transfers)
        return [
            found if found or self._changes.everywhere or self._in_a_window(transfer) else None
            for transfer, found in zip(transfers, entries, strict=True)
        ]

    def unaffected(self, value: bytes | None) -> bool:
        """Return whether a record certainly has no transfer that the changes can affect. Most are not certain."""
        return self._by_parts and self._parts.unaffected(value)

    def learn(self, value: bytes | None, transfer: TransferEvent) -> None:
        """Remember the parts of an unaffected transfer, so that others with these parts need not be read.

        `transfer` is one of the last call of `touched`.
        """
        # What was not read may be affected elsewhere.
        if self._by_parts and self._parts.pays and self._whole.get(id(transfer)) is transfer:
            self._parts.learn(value)

    def forget(self) -> None:
        """Forget what was learned, and the results of earlier queries."""
        self._parts = KnownParts()
        self._whole = {}
        self._by_name.clear()
        self._by_text.clear()

    def _in_a_window(self, transfer: TransferEvent) -> bool:
        day = law_day(transfer)
        return any(window.covers(day) for window in self._changes.windows)

    def _entries(self, transfers: Sequence[TransferEvent]) -> list[frozenset[str]]:
        read = [self._read(transfer) for transfer in transfers]
        self._whole = {id(part): part for transfer, (part, _) in zip(transfers, read, strict=True) if part is transfer}
        names = [[subject.query for subject in subjects_of(part)] for part, _ in read]
        texts = [[subject.query for subject in texts_to_search(stated)] for _, stated in read]
        self._look_up(self._by_name, names, PartyIndex.match)
        self._look_up(self._by_text, texts, PartyIndex.mentioned)
        return [
            frozenset().union(*map(self._by_name.__getitem__, by_name), *map(self._by_text.__getitem__, by_text))
            for by_name, by_text in zip(names, texts, strict=True)
        ]

    def _read(self, transfer: TransferEvent) -> tuple[TransferEvent, tuple[StatedText, ...]]:
        """Return the part of the transfer that a screening reads, and its texts."""
        stated = stated_texts(transfer, self._unread)
        part = within_limits(transfer, stated, self._unread).part
        return part, stated if part is transfer else stated_texts(part, self._unread)

    def _look_up(
        self, known: dict[PartyQuery, frozenset[str]], asked: Sequence[Sequence[PartyQuery]], how: Ask
    ) -> None:
        queries = dict.fromkeys(query for group in asked for query in group)
        if len(known) + len(queries) > _KNOWN:
            known.clear()
        fresh = [query for query in queries if query not in known]
        for query, candidates in zip(fresh, how(self._index, fresh), strict=True):
            known[query] = frozenset(f"{found.list.id}:{found.entry.id}" for found in candidates)
