"""Detects the publisher of a list file by content, and resolves list names from the command line."""

from __future__ import annotations

from pathlib import Path

from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.lists.registry import DETECTABLE, PUBLISHERS
from tidewaiter.lists.store import ListStore
from tidewaiter.matching.entry import PartyList


def list_named(name: str, store: ListStore | None = None, publisher: str | None = None) -> PartyList:
    """Return the list named by PUBLISHER=PATH, a path, or PUBLISHER[@EDITION] of the store.

    The publisher of a path is `publisher`, or is detected by content. Raises ListError when there is no such list.
    """
    before, sign, after = name.partition("=")
    if sign and before in PUBLISHERS:
        return load_list(before, Path(after))
    path = Path(name)
    if path.exists():
        return load_list(publisher, path) if publisher else _detected(path)
    stored, _, which = name.partition("@")
    if store is not None and stored in PUBLISHERS:
        return store.load(stored, which)
    where = f"the store {store.folder}" if store else "a store (name one: --lists-from DIR)"
    raise ListError(f"{name}: is neither a file nor a list of {where}. Give a path, PUBLISHER=PATH or PUBLISHER@DATE.")


def _detected(path: Path) -> PartyList:
    if path.suffix.lower() in (".yaml", ".yml"):
        return load_list("sample", path)
    for publisher in DETECTABLE:
        try:
            return load_list(publisher, path)
        except ListError:
            continue
    raise ListError(
        f"{path}: is not the list of any known publisher, or is damaged. Name its publisher to see what is wrong: "
        f"--publisher {'|'.join(DETECTABLE)}"
    )
