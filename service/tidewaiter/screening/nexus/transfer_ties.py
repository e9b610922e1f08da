"""The facts of a transfer that tie it to a sanctioned country: where it goes, who takes part, what it says.

One reading of the transfer finds the ties to all countries. Never judges what a tie is worth to a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tidewaiter.rulebook.gazetteer import Said
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.nexus.party_ties import ties_of_party
from tidewaiter.screening.nexus.tie import (
    DESTINATION,
    MENTIONED,
    MENTIONED_AT_BORDER,
    NAMED,
    PASSING,
    PERHAPS_PLACE,
    PLACE_AGAINST_COUNTRY,
    PLACE_NAMED,
    PREVIOUS_PORT,
    SURELY,
    PartyTie,
    Reading,
    Tie,
    words,
)
from tidewaiter_schemas.transfer import Location
from tidewaiter_schemas.verdict import Evidence

_LOCODE = re.compile(r"^([A-Z]{2}) ?[A-Z2-9]{3}$")
_STOPS: dict[str, tuple[Direction | None, float, str]] = {
    "destination": (Direction.TO, DESTINATION, "goes to"),
    "origin": (Direction.FROM, DESTINATION, "comes from"),
    "transit": (None, PASSING, "passes through"),
    "previous_port": (Direction.FROM, PREVIOUS_PORT, "is carried by a vessel that called before in"),
}
"""Each kind of stop: the direction of its tie, how sure at most, and how a sentence says it."""


def ties_of(reading: Reading, listed: Mapping[int, tuple[PartyTie, ...]]) -> Iterator[Tie]:
    """Every tie of the transfer to a territory. `listed` has what lists know of a party, by its number."""
    transfer = reading.transfer
    if route := transfer.route:
        yield from _stop(reading, route.destination, "/route/destination", "destination")
        yield from _stop(reading, route.origin, "/route/origin", "origin")
        for number, stop in enumerate(route.transit):
            yield from _stop(reading, stop, f"/route/transit/{number}", "transit")
        for number, stop in enumerate(route.previous_ports):
            yield from _stop(reading, stop, f"/route/previous_ports/{number}", "previous_port")
    for number, party in enumerate(transfer.parties):
        yield from ties_of_party(reading, party, f"/parties/{number}", listed.get(number, ()))
    for number, item in enumerate(transfer.items):
        if item.origin is not None and item.origin in reading.territories:
            yield Tie(
                item.origin,
                Direction.FROM,
                DESTINATION,
                SURELY,
                f"brings goods of {reading.called(item.origin)}",
                Evidence(kind="origin", subject=f"/items/{number}/origin", value=item.origin, matched=item.origin),
            )
    for field, text in (("purpose", transfer.purpose), ("free_text", transfer.free_text)):
        for mention in reading.said(text):
            if mention.what in NAMED or mention.what is Said.GOVERNMENT:
                sure = MENTIONED_AT_BORDER if reading.hubs(mention.country) else MENTIONED
                sentence = f"mentions {mention.phrase}"
                yield Tie(mention.country, None, sure, sure, sentence, words(f"/{field}", mention))


def _stop(reading: Reading, stop: Location | None, pointer: str, kind: str) -> Iterator[Tie]:
    if stop is None:
        return
    direction, certainty, going = _STOPS[kind]
    if stop.country is not None and stop.country in reading.territories:
        evidence = Evidence(kind=kind, subject=f"{pointer}/country", value=stop.country, matched=stop.country)
        called = reading.called(stop.country)
        yield Tie(stop.country, direction, certainty, SURELY, f"{going} {called}", evidence)
    if stop.place is None:
        return
    for country, phrase, what in (*_said(reading, stop.place), *_locode(reading, stop.place)):
        if country == stop.country:
            continue
        called = reading.called(country)
        if what is Said.PERHAPS:
            if stop.country is not None or reading.settled():
                continue
            sure, where = PERHAPS_PLACE, f"{phrase}, which may be {called}"
        else:
            sure = PLACE_NAMED if stop.country is None else PLACE_AGAINST_COUNTRY
            where = f"{phrase}, {called}"
        evidence = Evidence(kind=kind, subject=f"{pointer}/place", value=phrase, matched=country)
        yield Tie(country, direction, min(certainty, sure), sure, f"{going} {where}", evidence)


def _said(reading: Reading, place: str) -> Iterator[tuple[str, str, Said]]:
    for mention in reading.said(place):
        if mention.what in NAMED or mention.what is Said.PERHAPS:
            yield mention.country, mention.phrase, mention.what


def _locode(reading: Reading, place: str) -> Iterator[tuple[str, str, Said]]:
    """A UN/LOCODE begins with the country: KPNAM. Read so only where no English word looks like one."""
    code = _LOCODE.match(place)
    if code and code[1] in reading.territories and code[1] in reading.book.locodes:
        yield code[1], place, Said.PLACE
