"""A rule book in one file: the manifest, then its sources as compressed canonical JSON lines.

The same sources give the same bytes on any machine. Reading verifies everything: every byte is hashed, and the manifest
computed from the content must equal the stated one. It reads no other file and compiles nothing.

    tidewaiter-rule-book 1 <bytes of the head> <sha-256 of the head>
    {"content": {"bytes": …, "lines": …, "sha256": …}, "manifest": {…}}
    <bzip2 of the lines>

Each line is `[what, value]`. A rule set is followed by its rules and a list by its entries, one a line: a long line
would block the event loop while it is parsed.
"""

from __future__ import annotations

import bz2
import dataclasses
import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from tidewaiter.errors import RuleError
from tidewaiter.goods.lexicon.lexicon import Entry, Lexicon
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.matching.entry import ListEntry, PartyList
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.rulebook.country_knowledge import KnownTies
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.sources import Sources
from tidewaiter_schemas.rulebook import RuleBookManifest

FORMAT: Final = 1
"""Increase it when engines of the old format cannot read files of the new one."""
_FIRST_LINE: Final = re.compile(rb"tidewaiter-rule-book (\d{1,6}) (\d{1,9}) ([0-9a-f]{64})\n")
_LONGEST_FIRST_LINE: Final = 128
_LARGEST_HEAD: Final = 4 * 1024 * 1024
_LARGEST_CONTENT: Final = 4 * 1024 * 1024 * 1024
_UNPACKED_ROOM: Final = 64 * 1024 * 1024
_MOST_UNPACKED: Final = 50
"""The most bytes of content for each compressed byte, above a fixed allowance. Rules reach 5, lists 8."""
_LONGEST_LINE: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_DAMAGED: Final = "fetch it or build it again"
# bzip2 has one implementation, whose output has not changed in a decade; zlib's differs between zlib and zlib-ng.
_LEVEL: Final = 9

_PARTS: Final[Mapping[str, type[BaseModel]]] = {"policy": Policy, "ties": KnownTies}
"""The parts of the sources that are one model and one line."""
_A_LIST: Final = b'["list",'
"""The beginning of a line that holds a list."""
_ENTRY: Final = TypeAdapter(Entry)
_LISTED: Final = TypeAdapter(ListEntry)
_LIST: Final = TypeAdapter(PartyList)


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """The head of a file. `size` is that of the whole file in bytes, `packed` that of its compressed content."""

    manifest: RuleBookManifest
    size: int
    packed: int
    sha256: str
    lines: int


def pack(sources: Sources) -> bytes:
    """Return the file of `sources`: the same bytes for the same sources, on any machine."""
    packer, packed, lines = bz2.BZ2Compressor(_LEVEL), [], 0
    for line in _lines(sources):
        packed.append(packer.compress(line + b"\n"))
        lines += 1
    content = b"".join((*packed, packer.flush()))
    head = _json(
        {
            "content": {"bytes": len(content), "lines": lines, "sha256": _sha256(content)},
            "manifest": sources.manifest().model_dump(mode="json"),
        }
    )
    return b"tidewaiter-rule-book %d %d %s\n%s\n%s" % (FORMAT, len(head), _sha256(head).encode(), head, content)


def unpack(file: bytes, name: str, indexes: IndexStore = IN_MEMORY) -> Sources:
    """Return the sources in `file`, which errors call `name`.

    The entries of its lists come from `indexes` where these were built from the same content. RuleError when the file
    is damaged, is of another format, or contains another rule book than its head states.
    """
    head = _head(file, name)
    content = memoryview(file)[head.size - head.packed :]
    if len(file) != head.size:
        what = "is cut off" if len(file) < head.size else "has bytes after its end"
        raise RuleError(f"{name}: {what}: {len(file)} bytes where {head.size} are stated; {_DAMAGED}")
    if hashlib.sha256(content).hexdigest() != head.sha256:
        raise RuleError(f"{name}: is damaged: the sha-256 of its content differs from the stated one; {_DAMAGED}")
    try:
        sources = _Reader(name).read(_unpacked(content, head, name), indexes.recall(head.sha256))
        made = sources.manifest()
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise RuleError(f"{name}: cannot be read: {error}; was it written by a later version?") from error
    if made != head.manifest:
        raise RuleError(
            f"{name}: states the rule book {head.manifest.sha256} but contains {made.sha256}: it was changed, or "
            "written by a version that reads rules or lists differently; build it again with this version"
        )
    return dataclasses.replace(sources, packed=head.sha256)


def read_head(stream: BinaryIO, name: str) -> Head:
    """Return the head alone, checked against its hash. The content is not read. RuleError when it is damaged."""
    first = stream.readline(_LONGEST_FIRST_LINE)
    length = _length(first, name)
    return _head(first + stream.read(length + 1), name)


def load_package(path: Path, indexes: IndexStore = IN_MEMORY) -> Sources:
    """Return the sources in the file at `path`, as `unpack` does. RuleError when the file cannot be read."""
    return unpack(read_bytes(path), str(path), indexes)


def load_head(path: Path) -> Head:
    """Return the head of the file at `path`, as `read_head` does. RuleError when the file cannot be read."""
    try:
        with path.open("rb") as stream:
            return read_head(stream, str(path))
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error


def read_bytes(path: Path) -> bytes:
    """Return the bytes at `path`. RuleError when the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error


# The head


def _length(first: bytes, name: str) -> int:
    found = _FIRST_LINE.fullmatch(first)
    if found is None:
        raise RuleError(f"{name}: is not a compiled rule book, or is damaged at its beginning; {_DAMAGED}")
    if int(found[1]) != FORMAT:
        raise RuleError(f"{name}: has format {int(found[1])}, but this version reads format {FORMAT}")
    length = int(found[2])
    if length > _LARGEST_HEAD:
        raise RuleError(f"{name}: states a head of {length} bytes, above the limit; {_DAMAGED}")
    return length


def _head(file: bytes, name: str) -> Head:
    first = file[: file.find(b"\n", 0, _LONGEST_FIRST_LINE) + 1]
    length, stated = _length(first, name), first.split()[3].decode()
    head, end = file[len(first) : len(first) + length], len(first) + length
    if _sha256(head) != stated or file[end : end + 1] != b"\n":
        raise RuleError(f"{name}: is damaged in its head, or cut off; {_DAMAGED}")
    try:
        value = json.loads(head)
        content = value.pop("content")
        packed, lines, sha256 = content.pop("bytes"), content.pop("lines"), content.pop("sha256")
        manifest = RuleBookManifest.model_validate_json(_json(value.pop("manifest")))
        if value or content:
            raise ValueError(f"unknown {', '.join((*value, *content))}")
        if not (isinstance(packed, int) and isinstance(lines, int) and isinstance(sha256, str)):
            raise TypeError("the content is not described by numbers and a hash")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise RuleError(f"{name}: has a head that this version does not know: {error}") from error
    return Head(manifest, end + 1 + packed, packed, sha256, lines)


# Writing


def _lines(sources: Sources) -> Iterator[bytes]:
    for name in _PARTS:
        yield _line(name, _model(getattr(sources, name)))
    if sources.rarity is not None:
        yield _line("rarity", sources.rarity.as_json())
    if sources.wording is not None:
        yield _line("wording", {"file": _text_of(sources.wording)})
    yield _line("goods", {"own_categories": dict(sources.lexicon.own_categories)})
    for word in sources.lexicon.entries.values():
        yield _line("words", _plain(_ENTRY, word))
    for rule_set in sources.rule_sets:
        yield _line("rule set", _model(rule_set.model_copy(update={"rules": ()})))
        for rule in rule_set.rules:
            yield _line("rule", _model(rule))
    for party_list in sources.lists:
        yield _line("list", _plain(_LIST, dataclasses.replace(party_list, entries=())))
        for entry in party_list.entries:
            yield _line("entry", _plain(_LISTED, entry))


def _text_of(wording: WordingModel) -> str:
    return b64encode(wording.file).decode("ascii")


def _line(what: str, value: object) -> bytes:
    return _json([what, value])


def _model(model: BaseModel) -> Any:
    """Return the fields that differ from their default, so that a new optional field changes no existing file."""
    return model.model_dump(mode="json", exclude_defaults=True, by_alias=True)


def _plain(adapter: TypeAdapter[Any], value: object) -> Any:
    return adapter.dump_python(value, exclude_defaults=True)


def _json(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=sorted)
    return text.encode("utf-8", "surrogatepass")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Reading


def _unpacked(content: memoryview, head: Head, name: str) -> Iterator[bytes]:
    """Yield the lines, decompressed piece by piece to limit memory and the time that the interpreter is held."""
    unpacker, rest, lines, unpacked = bz2.BZ2Decompressor(), b"", 0, 0
    largest = min(_LARGEST_CONTENT, _UNPACKED_ROOM + _MOST_UNPACKED * len(content))
    for start in range(0, len(content), _CHUNK):
        piece: bytes = bytes(content[start : start + _CHUNK])
        while not unpacker.eof:
            try:
                text = unpacker.decompress(piece, _CHUNK)
            except (OSError, EOFError) as error:
                raise RuleError(f"{name}: is incomplete: {error}; {_DAMAGED}") from error
            unpacked += len(text)
            if unpacked > largest:
                raise RuleError(f"{name}: contains more than {largest} bytes in {len(content)}: it is not a rule book")
            *whole, rest = (rest + text).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise RuleError(f"{name}: has a line of more than {_LONGEST_LINE} bytes: it is not a rule book")
            lines += len(whole)
            yield from whole
            piece = b""
            if unpacker.needs_input:
                break
    if not unpacker.eof or unpacker.unused_data or rest or lines != head.lines:
        raise RuleError(f"{name}: contains {lines} lines where {head.lines} are stated; {_DAMAGED}")


class _Reader:
    """Builds sources from lines. Each line must equal what writing its value gives."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts: dict[str, Any] = {}
        self._categories: dict[str, tuple[str, ...]] = {}
        self._rarity: WordRarity | None = None
        self._wording: WordingModel | None = None
        self._words: dict[str, Entry] = {}
        self._sets: list[tuple[dict[str, Any], list[Rule]]] = []
        self._lists: list[tuple[PartyList, list[ListEntry]]] = []

    def read(self, lines: Iterator[bytes], lists: Sequence[PartyList] | None) -> Sources:
        """Return the sources. `lists` are used where they are known; lists are the last part of a file."""
        for number, line in enumerate(lines, 1):
            if lists is not None and line.startswith(_A_LIST):
                break
            where = f"{self._name}: line {number}"
            try:
                what, value = json.loads(line)
                known = self._take(what, value)
            except ValidationError as error:
                problem = error.errors(include_url=False)[0]
                at = ".".join(map(str, problem["loc"]))
                raise RuleError(
                    f"{where}: {at}: {problem['msg']}: this version does not know it; was it written by a later one?"
                ) from error
            if _line(what, known) != line:
                raise RuleError(f"{where}: has content that this version does not know; was it written by a later one?")
        if missing := sorted(_PARTS.keys() - self._parts.keys()):
            raise RuleError(f"{self._name}: has no {', '.join(missing)}; {_DAMAGED}")
        return Sources.of(
            [RuleSet.model_validate({**value, "rules": tuple(rules)}) for value, rules in self._sets],
            lists
            if lists is not None
            else [dataclasses.replace(party_list, entries=tuple(entries)) for party_list, entries in self._lists],
            Lexicon.of(self._words, self._categories),
            **self._parts,
            rarity=self._rarity,
            wording=self._wording,
        )

    def _take(self, what: str, value: Mapping[str, Any]) -> Any:
        """Store the value, and return it in its written form."""
        match what:
            case _ if what in _PARTS:
                part = self._parts[what] = _PARTS[what].model_validate(value)
                return _model(part)
            case "rarity":
                self._rarity = WordRarity.of_json(value)
                return self._rarity.as_json()
            case "wording":
                self._wording = WordingModel.of_bytes(b64decode(value["file"], validate=True))
                return {"file": _text_of(self._wording)}
            case "goods":
                self._categories = {name: tuple(codes) for name, codes in value["own_categories"].items()}
                return {"own_categories": self._categories}
            case "words":
                word = _ENTRY.validate_python(value)
                self._words[word.id] = word
                return _plain(_ENTRY, word)
            case "rule set":
                self._sets.append((dict(value), []))
                return _model(RuleSet.model_validate({**value, "rules": ()}).model_copy(update={"rules": ()}))
            case "rule":
                rule = Rule.model_validate(value)
                self._sets[-1][1].append(rule)
                return _model(rule)
            case "list":
                party_list = _LIST.validate_python(value)
                self._lists.append((party_list, []))
                return _plain(_LIST, party_list)
            case "entry":
                entry = _LISTED.validate_python(value)
                self._lists[-1][1].append(entry)
                return _plain(_LISTED, entry)
            case _:
                raise ValueError(f"a line of {what!r}")
