"""Where compiled indexes, of parties and of the words of the goods, are kept, so that workers map one and share it
instead of each building its own.

A file's name says what is in it: the hash of what the lists or words say, and of the code that made the tables. One
that is damaged is made anew; where nothing can be kept, an index is made in memory. Never gives one of anything else.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import TypeAdapter

from tidewaiter.errors import RuleError
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.lexicon.row_tables import Tables
from tidewaiter.goods.lexicon.word_tables import tables_of as tables_of_words
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.index.party_tables import tables_of
from tidewaiter.matching.index.texts import TextsMade
from tidewaiter.rulebook.party_file import Entries, PartyFile, open_file, sha256_of, text_of, write
from tidewaiter.rulebook.table_file import FORMAT, open_tables, write_tables
from tidewaiter.runtime.atomic_write import write_whole

_KEPT: Final = 4
"""So many files stay, the newest; a file that a worker still has mapped goes on living for it."""
_LIST: Final = TypeAdapter(PartyList)
_WORDS: Final = "goods-words"
_GOODS_CODE: Final = ("tidewaiter.goods", "tidewaiter.text")
_NAMES_CODE: Final = ("tidewaiter.matching", "tidewaiter.text")
"""What decides how words of goods are read, and how names are."""
_File = TypeVar("_File")


class IndexStore:
    """Indexes in `folder`, which is made when first needed; in memory alone when it is None.

    `say` hears, once, when the folder cannot be used.
    """

    def __init__(self, folder: Path | None, say: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._say: Callable[[str], None] | None = say

    def index(self, lists: Sequence[PartyList]) -> PartyIndex:
        """The index of `lists`: mapped where it is kept already, else made, and kept for the next who asks."""
        if self.folder is None:
            return PartyIndex.build(lists)
        file = _file_of(lists) or self._of(lists, self.folder)
        if file is None:
            return PartyIndex.build(lists)
        return PartyIndex(
            [replace(one, entries=entries) for one, entries in zip(lists, file.lists(), strict=True)], file.tables
        )

    def words(self, lexicon: Lexicon) -> Tables:
        """The tables of the words of `lexicon`: mapped where they are kept already, else made, and kept likewise."""
        if self.folder is None or not lexicon.sha256:
            return tables_of_words(lexicon)
        key = _hashed(
            {"format": FORMAT, "lexicon": lexicon.sha256, "made_by": _code_of("tidewaiter.goods", "tidewaiter.text")}
        )
        path = self.folder / f"{key}.words"

        def make() -> None:
            tables = {name: np.asarray(table) for name, table in tables_of_words(lexicon).items()}
            write_tables(path, _WORDS, key, tables, {})

        found = self._kept(path, partial(open_tables, path, _WORDS, key), make)
        return tables_of_words(lexicon) if found is None else {name: table.data for name, table in found[0].items()}

    def remember(self, packed: str, lists: Sequence[PartyList]) -> None:
        """Note that the compiled rule book whose content has the sha-256 `packed` holds `lists`."""
        file = _file_of(lists)
        if self.folder is None or file is None:
            return
        said = [_LIST.dump_python(replace(one, entries=()), mode="json", exclude_defaults=True) for one in lists]
        text = json.dumps({"key": file.key, "lists": said}, sort_keys=True).encode("utf-8", "surrogatepass")
        note = self._note(packed, self.folder)
        content = hashlib.sha256(text).hexdigest().encode() + b"\n" + text
        try:
            if not note.exists() or note.read_bytes() != content:
                write_whole(note, content)
        except OSError as error:
            self._complain(error)

    def recall(self, packed: str) -> list[PartyList] | None:
        """The lists of that rule book, their entries in a mapped file; None when it is not known here."""
        if self.folder is None:
            return None
        try:
            sha256, _, text = self._note(packed, self.folder).read_bytes().partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != sha256:
                return None
            noted: dict[str, Any] = json.loads(text)
            file = open_file(_path(self.folder, noted["key"]), noted["key"])
            heads = [_LIST.validate_python(said) for said in noted["lists"]]
            return [replace(head, entries=entries) for head, entries in zip(heads, file.lists(), strict=True)]
        except (OSError, RuleError, ValueError, LookupError):
            return None

    def _of(self, lists: Sequence[PartyList], folder: Path) -> PartyFile | None:
        texts, counts = TextsMade(), []
        for one in lists:
            digest = hashlib.sha256()
            for entry in one.entries:
                text = text_of(entry)
                texts.add(text)
                digest.update(text + b"\n")
            counts.append((len(one.entries), digest.hexdigest()))
        key = key_of(sha256 for _, sha256 in counts)
        path = _path(folder, key)

        def make() -> None:
            write(path, key, tables_of(entry for one in lists for entry in one.entries), texts, counts)

        return self._kept(path, partial(open_file, path, key), make)

    def _kept(self, path: Path, read: Callable[[], _File], make: Callable[[], None]) -> _File | None:
        """What `read` finds at `path`, made before if need be; None where it cannot be kept."""
        try:
            found = _opened(path, read)
            if found is None:
                make()
                _clear(path)
                found = _opened(path, read)
        except OSError as error:
            self._complain(error)
            return None
        return found

    def _note(self, packed: str, folder: Path) -> Path:
        return folder / f"{_hashed([packed, _code_of('tidewaiter.matching', 'tidewaiter.text')])}.lists"

    def _complain(self, error: OSError) -> None:
        if self._say is not None:
            self._say(
                f"{self.folder}: compiled indexes cannot be kept there ({error.strerror}), so each process makes its "
                "own: name another folder in TIDEWAITER_INDEX_DIR, or `none`"
            )
        self._say = None


IN_MEMORY: Final = IndexStore(None)
"""Keeps nothing."""


def key_of(entries: Iterable[str]) -> str:
    """The name of an index of lists whose entries have these hashes, in their order, as this version makes it."""
    return _hashed(
        {"entries": list(entries), "format": FORMAT, "made_by": _code_of("tidewaiter.matching", "tidewaiter.text")}
    )


def _hashed(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@cache
def _code_of(*packages: str) -> str:
    """SHA-256 of all that decides how names or words are read: code and words of the packages, and the tables of
    letters that they use."""
    digest = hashlib.sha256(f"{metadata.version('anyascii')} {unicodedata.unidata_version}".encode())
    for package in packages:
        _add(digest, resources.files(package), package)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, folder: Traversable, place: str) -> None:
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        if part.is_dir():
            if part.name != "__pycache__":
                _add(digest, part, f"{place}/{part.name}")
        else:
            digest.update(f"{place}/{part.name}".encode() + b"\0" + part.read_bytes())


def _file_of(lists: Sequence[PartyList]) -> PartyFile | None:
    """The file that holds the index of exactly these lists, when their entries come from one."""
    files = {id(one.entries.file): one.entries.file for one in lists if isinstance(one.entries, Entries)}
    if len(files) != 1:
        return None
    (file,) = files.values()
    wanted = key_of(sha256_of(one.entries) for one in lists)
    return file if file.key == wanted else None


def _opened(path: Path, read: Callable[[], _File]) -> _File | None:
    try:
        file = read()
    except (FileNotFoundError, RuleError):
        return None
    with suppress(OSError):
        path.touch()  # it was of use now: see `_clear`
    return file


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.parties"


def _clear(newest: Path) -> None:
    """Remove all but the files used last. Another process may do the same; what cannot be removed stays."""
    for suffix in (".parties", ".lists", ".words"):
        with suppress(OSError):
            files = sorted(newest.parent.glob(f"*{suffix}"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[_KEPT:]:
                if path != newest:
                    path.unlink(missing_ok=True)
