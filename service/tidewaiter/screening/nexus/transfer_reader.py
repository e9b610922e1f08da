"""Find the countries that one transfer names. Shared by the ties of routes, parties and texts."""

from __future__ import annotations

from collections.abc import Iterator

from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.gazetteer import Mention, MentionKind
from tidewaiter.screening.nexus.tie import RECIPIENTS
from tidewaiter_schemas.transfer import Location, TransferEvent
from tidewaiter_schemas.verdict import Evidence

NAMED = frozenset({MentionKind.NAME, MentionKind.PLACE, MentionKind.BODY})


class TransferReader:
    """Finds the countries that the texts of one transfer name, and the facts that several ties depend on."""

    __slots__ = ("_destination_known", "_hubs", "_mentions", "book", "destination", "territories", "transfer")

    def __init__(self, transfer: TransferEvent, book: RuleBook) -> None:
        self.transfer = transfer
        self.book = book
        self.territories = book.territories
        self._mentions = book.gazetteer.mentions
        end = transfer.route.destination if transfer.route else None
        self.destination = end.country if end else None
        """The country of the destination; None when the transfer states none."""
        self._hubs: dict[str, list[Evidence]] | None = None
        self._destination_known: bool | None = None

    def names_a_country(self, text: str | None) -> bool:
        """Return whether `text` names any country: without it, `mentions_in` yields nothing."""
        return bool(self._mentions(text))

    def mentions_in(self, text: str | None) -> Iterator[Mention]:
        """Yield the mentions of sanctioned countries in `text`."""
        if text:
            for mention in self._mentions(text):
                if mention.country in self.territories:
                    yield mention

    def name_of(self, country: str) -> str:
        """Return the name of the country for use in sentences."""
        return self.territories[country].demonym

    def hubs(self, country: str) -> tuple[Evidence, ...]:
        """Return evidence for the places of the transfer that are border hubs of trade with `country`."""
        if self._hubs is None:
            self._hubs = {}
            for pointer, text in self._places():
                for mention in self.mentions_in(text):
                    if mention.kind is MentionKind.HUB:
                        evidence = Evidence(kind="hub", subject=pointer, value=mention.phrase, matched=mention.country)
                        self._hubs.setdefault(mention.country, []).append(evidence)
        return tuple(self._hubs.get(country, ()))

    def destination_known(self) -> bool:
        """Return whether another fact states the destination. An ambiguous name then need not be guessed."""
        if self._destination_known is None:
            receiving = [party for party in self.transfer.parties if party.role in RECIPIENTS]
            self._destination_known = (
                self.destination is not None
                or any(party.countries or party.residence for party in receiving)
                or any(
                    mention.kind is not MentionKind.AMBIGUOUS and mention.kind is not MentionKind.HUB
                    for _, text in self._places()
                    for mention in self._mentions(text)
                )
            )
        return self._destination_known

    def _places(self) -> Iterator[tuple[str, str]]:
        if route := self.transfer.route:
            stops: list[tuple[str, Location | None]] = [("destination", route.destination), ("origin", route.origin)]
            stops += [(f"transit/{number}", stop) for number, stop in enumerate(route.transit)]
            stops += [(f"previous_ports/{number}", stop) for number, stop in enumerate(route.previous_ports)]
            for name, stop in stops:
                if stop and stop.place:
                    yield f"/route/{name}/place", stop.place
        for number, party in enumerate(self.transfer.parties):
            if party.address:
                yield f"/parties/{number}/address", party.address


def words_evidence(pointer: str, mention: Mention) -> Evidence:
    """Return the evidence that the text at `pointer` names a country."""
    return Evidence(kind="words", subject=pointer, value=mention.phrase, matched=mention.country)
