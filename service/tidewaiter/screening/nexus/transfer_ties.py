"""Find the ties of a transfer to sanctioned countries: by its route, its parties, its items and its texts.

One pass finds the ties to all countries. Other modules decide what a tie means for a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tidewaiter.rulebook.gazetteer import MentionKind
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.nexus.certainties import (
    DESTINATION,
    PASSING,
    PERHAPS_PLACE,
    PLACE_AGAINST_COUNTRY,
    PLACE_NAMED,
    PREVIOUS_PORT,
    SURELY,
)
from tidewaiter.screening.nexus.party_ties import may_be_tied, ties_of_party
from tidewaiter.screening.nexus.tie import ListingTie, Tie
from tidewaiter.screening.nexus.transfer_reader import NAMED, TransferReader
from tidewaiter_schemas.transfer import Location
from tidewaiter_schemas.verdict import Evidence

_LOCODE = re.compile(r"^([A-Z]{2}) ?[A-Z2-9]{3}$")
_STOPS: dict[str, tuple[Direction | None, float, str]] = {
    "destination": (Direction.TO, DESTINATION, "goes to"),
    "origin": (Direction.FROM, DESTINATION, "comes from"),
    "transit": (None, PASSING, "passes through"),
    "previous_port": (Direction.FROM, PREVIOUS_PORT, "is carried by a vessel that called before in"),
}
"""For each kind of stop: the direction of its tie, its maximum certainty, and the verb of its sentence."""


def ties_of(reader: TransferReader, listings: Mapping[int, tuple[ListingTie, ...]]) -> Iterator[Tie]:
    """Yield every tie of the transfer to a sanctioned country. `listings` has the listing ties by party index."""
    transfer = reader.transfer
    if route := transfer.route:
        if _may_be_tied(reader, route.destination):
            yield from _stop(reader, route.destination, "/route/destination", "destination")
        if _may_be_tied(reader, route.origin):
            yield from _stop(reader, route.origin, "/route/origin", "origin")
        for number, stop in enumerate(route.transit):
            yield from _stop(reader, stop, f"/route/transit/{number}", "transit")
        for number, stop in enumerate(route.previous_ports):
            yield from _stop(reader, stop, f"/route/previous_ports/{number}", "previous_port")
    for number, party in enumerate(transfer.parties):
        listed = listings.get(number, ())
        if listed or may_be_tied(reader, party):
            yield from ties_of_party(reader, party, f"/parties/{number}", listed)
    for number, item in enumerate(transfer.items):
        if item.origin is not None and item.origin in reader.territories:
            yield Tie(
                item.origin,
                Direction.FROM,
                DESTINATION,
                SURELY,
                f"brings goods of {reader.name_of(item.origin)}",
                Evidence(kind="origin", subject=f"/items/{number}/origin", value=item.origin, matched=item.origin),
            )


def _may_be_tied(reader: TransferReader, stop: Location | None) -> bool:
    """Return whether `_stop` may yield a tie. Most stops have none."""
    return stop is not None and (stop.place is not None or stop.country in reader.territories)


def _stop(reader: TransferReader, stop: Location | None, pointer: str, kind: str) -> Iterator[Tie]:
    if stop is None:
        return
    direction, certainty, going = _STOPS[kind]
    if stop.country is not None and stop.country in reader.territories:
        evidence = Evidence(kind=kind, subject=f"{pointer}/country", value=stop.country, matched=stop.country)
        called = reader.name_of(stop.country)
        yield Tie(stop.country, direction, certainty, SURELY, f"{going} {called}", evidence)
    if stop.place is None:
        return
    for country, phrase, mention_kind in (*_place_mentions(reader, stop.place), *_locode(reader, stop.place)):
        if country == stop.country:
            continue
        called = reader.name_of(country)
        if mention_kind is MentionKind.AMBIGUOUS:
            if stop.country is not None or reader.destination_known():
                continue
            sure, where = PERHAPS_PLACE, f"{phrase}, which may be {called}"
        else:
            sure = PLACE_NAMED if _agrees(reader, country, stop) else PLACE_AGAINST_COUNTRY
            where = f"{phrase}, {called}"
        evidence = Evidence(kind=kind, subject=f"{pointer}/place", value=phrase, matched=country)
        yield Tie(country, direction, min(certainty, sure), sure, f"{going} {where}", evidence)
    for region, code, known in reader.book.regions.coded(stop.place, (stop.country,) if stop.country else ()):
        if region in reader.territories:
            sure = PLACE_NAMED if known else PLACE_AGAINST_COUNTRY
            evidence = Evidence(kind=kind, subject=f"{pointer}/place", value=code, matched=region)
            yield Tie(
                region, direction, min(certainty, sure), sure, f"{going} {code}, {reader.name_of(region)}", evidence
            )


def _agrees(reader: TransferReader, country: str, stop: Location) -> bool:
    """Return whether the stated country of a stop is compatible with `country`, a place of which it names."""
    return stop.country is None or reader.book.regions.agrees(country, stop.country, stop.place or "")


def _place_mentions(reader: TransferReader, place: str) -> Iterator[tuple[str, str, MentionKind]]:
    for mention in reader.mentions_in(place):
        if mention.kind in NAMED or mention.kind is MentionKind.AMBIGUOUS:
            yield mention.country, mention.phrase, mention.kind


def _locode(reader: TransferReader, place: str) -> Iterator[tuple[str, str, MentionKind]]:
    """Yield the country of a UN/LOCODE (KPNAM), for countries whose codes resemble no English word."""
    code = _LOCODE.match(place)
    if code and code[1] in reader.territories and code[1] in reader.book.locodes:
        yield code[1], place, MentionKind.PLACE
