"""Counts the content of an imported list and decides whether the list may replace the last good one.

A list that shrank, is older than the last one, or is smaller than ever before is refused. The law may have changed, but
a truncated file looks the same, and only a person can tell the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from tidewaiter.matching.entry import PartyList

SHRINK_SHARE = 0.1
"""A list that lost a larger share of its entries, names or identifiers than this is refused unless a person accepts
it."""
DRIFT_SHARE = 0.05
"""An increase of unread rows or facts by this share of the entries means that the format changed."""
_FEW = 20
"""No share is computed for fewer names or identifiers than this, because small numbers vary."""


class Counts(BaseModel):
    """The size of a list. `unread` counts its rows and facts that could not be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: int
    persons: int
    organisations: int
    vessels: int
    aircraft: int
    names: int
    identifiers: int
    unread: int


def counts_of(party_list: PartyList) -> Counts:
    """Return the counts of a list."""
    types = Counter(entry.type.value for entry in party_list.entries)
    return Counts(
        entries=len(party_list.entries),
        persons=types["person"],
        organisations=types["organisation"],
        vessels=types["vessel"],
        aircraft=types["aircraft"],
        names=sum(len(entry.names) for entry in party_list.entries),
        identifiers=sum(len(entry.identifiers) for entry in party_list.entries),
        unread=len(party_list.unread),
    )


def objections(
    counts: Counts,
    published: str | None,
    last: Counts | None,
    last_published: str | None,
    fewest: int,
    shrink: float = SHRINK_SHARE,
) -> Iterator[str]:
    """Yield the reasons against accepting a list that can be read; nothing when it may be accepted.

    `last` has the counts of the last good list; `fewest` is the number of entries expected if there is none.
    """
    if last is None:
        if counts.entries < fewest:
            yield f"has {counts.entries:,} entries, and never had fewer than {fewest:,}"
        return
    for what in ("entries", "persons", "organisations", "vessels", "names", "identifiers"):
        before, now = getattr(last, what), getattr(counts, what)
        if before - now > shrink * before and (what == "entries" or before > _FEW):
            yield f"has {now:,} {what} where the last good list has {before:,}, more than {shrink:.0%} fewer"
    if counts.unread - last.unread > max(_FEW, DRIFT_SHARE * counts.entries):
        yield (
            f"has {counts.unread:,} rows or facts that cannot be read where the last good list has {last.unread:,}: "
            "its publisher may have changed the format"
        )
    if published and last_published and published < last_published:
        yield f"is of {published}, older than the last good list of {last_published}"
