"""Readers of official list files, one module per publisher. Whatever cannot be read is reported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tidewaiter.errors import ListError
from tidewaiter.lists.registry import PUBLISHERS

if TYPE_CHECKING:
    from pathlib import Path

    from tidewaiter.matching.entry import PartyList

__all__ = ["PUBLISHERS", "ListError", "load_list"]


def load_list(publisher: str, path: Path) -> PartyList:
    """Read one publisher's list from a file, or from a folder when its publisher issues several files.

    Raises ListError when the publisher is not known, or when the file is empty, cut off, of another schema, or loses
    more rows than `reading.UNREAD_SHARE`. Rows lost below that limit, and names too long to be names, are in
    `PartyList.unread`.
    """
    if publisher not in PUBLISHERS:
        known = ", ".join(sorted(PUBLISHERS))
        raise ListError(f"list {publisher}={path}: no publisher {publisher!r} is known. Name one of {known}.")
    # Import on first use: a worker needs few readers or none, and the command line needs none to name the publishers.
    from tidewaiter.lists.reading import comparable  # noqa: PLC0415

    party_list: PartyList = import_module(PUBLISHERS[publisher].module).read(path)
    return comparable(party_list, path)
