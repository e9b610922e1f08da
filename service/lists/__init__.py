"""Official list files, read into parties. One module a publisher; nothing in a file is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from service.errors import ListError
from service.lists import au, eu, ofac, opensanctions, sample, uk, uk_conlist, un
from service.lists.reading import comparable
from service.matching.entry import PartyList

PUBLISHERS: dict[str, Callable[[Path], PartyList]] = {
    "un": un.read,
    "ofac": ofac.read,
    "eu": eu.read,
    "uk": uk.read,
    "uk-conlist": uk_conlist.read,
    "au": au.read,
    "opensanctions": opensanctions.read,
    "sample": sample.read,
}
"""The publishers we can read, by the word that names them on the command line."""

__all__ = ["PUBLISHERS", "ListError", "load_list"]


def load_list(publisher: str, path: Path) -> PartyList:
    """Read one publisher's list from a file, or from a folder where its publisher issues several files.

    Raises ListError when the publisher is not known, or when the file is empty, cut off, of another schema, or loses
    more rows than `reading.UNREAD_SHARE`. Rows lost below that limit, and names too long to be any, are in
    `PartyList.unread`.
    """
    try:
        read = PUBLISHERS[publisher]
    except KeyError:
        known = ", ".join(sorted(PUBLISHERS))
        raise ListError(f"list {publisher}={path}: no publisher {publisher!r} is known. Name one of {known}.") from None
    return comparable(read(path), path)
