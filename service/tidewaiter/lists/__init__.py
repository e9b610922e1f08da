"""Official list files, read into parties. One module a publisher; nothing in a file is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists.reading import comparable
from tidewaiter.matching.entry import PartyList


def _read_by(module: str) -> Callable[[Path], PartyList]:
    """`read` of the publisher's module, which is loaded when it is first called: a worker needs few of them or none."""

    def read(path: Path) -> PartyList:
        party_list: PartyList = import_module(f"tidewaiter.lists.{module}").read(path)
        return party_list

    return read


PUBLISHERS: dict[str, Callable[[Path], PartyList]] = {
    "un": _read_by("un"),
    "ofac": _read_by("ofac"),
    "eu": _read_by("eu"),
    "uk": _read_by("uk"),
    "uk-conlist": _read_by("uk_conlist"),
    "au": _read_by("au"),
    "opensanctions": _read_by("opensanctions"),
    "sample": _read_by("sample"),
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
