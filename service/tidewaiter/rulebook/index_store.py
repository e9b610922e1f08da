"""Stores compiled indexes of parties and goods words, so that workers map one file instead of each building its own.

The name of a file is a hash of the content of the lists or words and of the code that built the tables, so a stale file
is never used. An index of parties takes the entries that it has in common with an earlier one from there, without
reading their names again. A damaged file is rebuilt. Where no file can be stored, the index is built in memory.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.index.party_tables import Earlier, tables_of
from tidewaiter.matching.index.texts import Texts, TextsMade
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.rulebook.party_file import Entries, PartyFile, entries_read_by, open_file, sha256_of, text_of, write
from tidewaiter.rulebook.table_file import FORMAT, open_tables, write_tables
from tidewaiter.runtime.atomic_write import write_whole

_KEPT: Final = 4
"""How many files of a kind are kept, the newest. A file that a worker has mapped stays usable after its removal."""
_WORTH_OPENING: Final = 4
"""An earlier index with more than so many times the entries costs more to open than to do without."""
_LIST: Final = TypeAdapter(PartyList)
_WORDS: Final = "goods-words"
_GOODS_CODE: Final = ("tidewaiter.goods", "tidewaiter.text")
_NAMES_CODE: Final = ("tidewaiter.matching", "tidewaiter.text")
"""The packages whose code decides how goods words, and names, are read."""
_File = TypeVar("_File")


class IndexStore:
    """Stores indexes in `folder`, which is created on first use. None keeps them in memory alone.

    `say` is called once, with a message, when the folder cannot be used.
    """

    def __init__(self, folder: Path | None, say: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._say: Callable[[str], None] | None = say

    def index(
        self, lists: Sequence[PartyList], rarity: WordRarity | None = None, *, weak_full_names: bool = True
    ) -> PartyIndex:
        """Return the index of `lists`, with words weighed by `rarity`: the stored one, or a new one, then stored.

        `weak_full_names` is that of `PartyIndex`; it changes nothing that is stored.
        """
        if self.folder is None:
            return PartyIndex.build(lists, rarity, weak_full_names=weak_full_names)
        file = _file_of(lists, rarity) or self._of(lists, self.folder, rarity)
        if file is None:
            return PartyIndex.build(lists, rarity, weak_full_names=weak_full_names)
        return PartyIndex(
            [replace(one, entries=entries) for one, entries in zip(lists, file.lists(), strict=True)],
            file.tables,
            rarity,
            weak_full_names=weak_full_names,
        )

    def words(self, lexicon: Lexicon) -> Tables:
        """Return the tables of the words of `lexicon`: the stored ones, or new ones, which are then stored."""
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

    def remember(self, packed: str, lists: Sequence[PartyList], rarity: WordRarity | None = None) -> None:
        """Record that the compiled rule book whose content has the sha-256 `packed` contains `lists`."""
        file = _file_of(lists, rarity)
        if self.folder is None or file is None:
            return
        heads = [_LIST.dump_python(replace(one, entries=()), mode="json", exclude_defaults=True) for one in lists]
        text = json.dumps({"key": file.key, "lists": heads}, sort_keys=True).encode("utf-8", "surrogatepass")
        note = self._note(packed, self.folder)
        content = hashlib.sha256(text).hexdigest().encode() + b"\n" + text
        try:
            if not note.exists() or note.read_bytes() != content:
                write_whole(note, content)
        except OSError as error:
            self._complain(error)

    def recall(self, packed: str) -> list[PartyList] | None:
        """Return the lists of that rule book, with their entries in a mapped file. None when none are recorded."""
        if self.folder is None:
            return None
        try:
            sha256, _, text = self._note(packed, self.folder).read_bytes().partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != sha256:
                return None
            noted: dict[str, Any] = json.loads(text)
            file = open_file(_path(self.folder, noted["key"]), noted["key"])
            heads = [_LIST.validate_python(head) for head in noted["lists"]]
            return [replace(head, entries=entries) for head, entries in zip(heads, file.lists(), strict=True)]
        except (OSError, RuleError, ValueError, LookupError):
            return None

    def _of(self, lists: Sequence[PartyList], folder: Path, rarity: WordRarity | None) -> PartyFile | None:
        texts, counts = TextsMade(), []
        for one in lists:
            digest = hashlib.sha256()
            for entry in one.entries:
                text = text_of(entry)
                texts.add(text)
                digest.update(text + b"\n")
            counts.append((len(one.entries), digest.hexdigest()))
        key = key_of((sha256 for _, sha256 in counts), rarity)
        path = _path(folder, key)

        def make() -> None:
            earlier = None if rarity is None else self._earlier(folder, texts, rarity)
            tables = tables_of(_unread(lists, earlier), rarity, earlier)
            write(path, key, tables, texts, counts, _read_by(rarity))

        return self._kept(path, partial(open_file, path, key), make)

    def _earlier(self, folder: Path, texts: TextsMade, rarity: WordRarity) -> Earlier | None:
        """Return the stored index that is most like one of these entries in size, and where it has each of them.

        An index without `rarity` is none: there the weight of a word depends on every entry.
        """
        files = sorted(folder.glob("*.parties"), key=_time_of_use, reverse=True)
        sizes = [(path, size) for path in files if (size := entries_read_by(path, _read_by(rarity))) is not None]
        path, size = min(sizes, key=lambda each: abs(each[1] - len(texts)), default=(None, 0))
        if path is None or size > _WORTH_OPENING * len(texts):
            return None
        try:
            file = open_file(path, path.stem)
        except (OSError, RuleError):
            return None
        entries, known = Texts(texts.tables("entries"), "entries"), {}
        for place in range(size):
            known[hash(file.entries.raw(place))] = place
        places = []
        for number in range(len(texts)):
            text = entries.raw(number)
            place = known.get(hash(text), -1)
            places.append(place if place >= 0 and file.entries.raw(place) == text else -1)
        return Earlier(file.tables, places)

    def _kept(self, path: Path, read: Callable[[], _File], make: Callable[[], None]) -> _File | None:
        """Return what `read` finds at `path`, after `make` where it finds nothing. None when it cannot be stored."""
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
                f"{self.folder}: compiled indexes cannot be stored there ({error.strerror}), so each process builds "
                "its own: name another folder in TIDEWAITER_INDEX_DIR, or `none`"
            )
        self._say = None


IN_MEMORY: Final = IndexStore(None)
"""Stores nothing: every index is built in memory."""


def key_of(entries: Iterable[str], rarity: WordRarity | None = None) -> str:
    """Return the name of the index that this version builds of lists whose entries have these hashes, in order."""
    return _hashed(
        {
            "entries": list(entries),
            "rarity": None if rarity is None else rarity.sha256,
            "format": FORMAT,
            "made_by": _code_of(*_NAMES_CODE),
        }
    )


def _read_by(rarity: WordRarity | None) -> str:
    """Return the hash of all that decides how this version reads a single entry."""
    return key_of((), rarity)


def _hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def _code_of(*packages: str) -> str:
    """Return the sha-256 of what decides how names or words are read: packages, their data, and tables of letters."""
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


def _file_of(lists: Sequence[PartyList], rarity: WordRarity | None) -> PartyFile | None:
    """Return the file with the index of exactly these lists, when their entries come from one file."""
    files = {id(one.entries.file): one.entries.file for one in lists if isinstance(one.entries, Entries)}
    if len(files) != 1:
        return None
    (file,) = files.values()
    wanted = key_of((sha256_of(one.entries) for one in lists), rarity)
    return file if file.key == wanted else None


def _opened(path: Path, read: Callable[[], _File]) -> _File | None:
    try:
        file = read()
    except (FileNotFoundError, RuleError):
        return None
    with suppress(OSError):
        path.touch()  # `_clear` keeps the files used last
    return file


def _time_of_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _unread(lists: Sequence[PartyList], earlier: Earlier | None) -> Iterator[ListEntry]:
    """Yield the entries that `earlier` does not have. The others are not accessed: a list may read them from a file."""
    if earlier is None:
        yield from (entry for one in lists for entry in one.entries)
        return
    first = 0
    for one in lists:
        places = earlier.places[first : first + len(one.entries)]
        yield from (one.entries[at] for at, place in enumerate(places) if place < 0)
        first += len(places)


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.parties"


def _clear(newest: Path) -> None:
    """Remove all files but those used last. Files that cannot be removed are left: another process may be at it too."""
    for suffix in (".parties", ".lists", ".words"):
        with suppress(OSError):
            files = sorted(newest.parent.glob(f"*{suffix}"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[_KEPT:]:
                if path != newest:
                    path.unlink(missing_ok=True)
