"""Read the data files of words and facts that ship beside the code that uses them.

This is the only module of `text`, `goods` and `matching` that reads files, and it only reads files that ship with the
package. A data file is UTF-8 text with one row per line and tabs between columns. Lines that start with `#` are
comments and state the sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources


def text_of(package: str, name: str) -> str:
    """Return the content of the data file `name` of `package` (a dotted name, usually the caller's `__package__`)."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def rows_of(package: str, name: str, columns: int) -> Iterator[list[str]]:
    """Return the rows of the data file `name` of `package`, in order, without comments and empty lines.

    Raise ValueError with file and line when a row has a different number of columns, so that an error in a data file
    fails at import and not in a verdict.
    """
    for number, line in enumerate(text_of(package, name).splitlines(), 1):
        if line and not line.startswith("#"):
            row = line.split("\t")
            if len(row) != columns:
                raise ValueError(f"{package}/{name}:{number}: has {len(row)} columns, not {columns}; part them by tabs")
            yield row


def groups_of(package: str, name: str) -> dict[str, tuple[str, ...]]:
    """Return the words of each group in a data file of two columns: the group, and its words separated by spaces.

    A group may span several rows. Groups and words keep the order of the file.
    """
    groups: dict[str, list[str]] = {}
    for group, words in rows_of(package, name, 2):
        groups.setdefault(group, []).extend(words.split())
    return {group: tuple(words) for group, words in groups.items()}
