"""The goods lexicon: the content of the YAML documents, checked, merged, and identified by its hash.

Built-in documents come first; an operator's documents extend their entries (`extend`) or add new ones. It reads no
files: it gets parsed documents, in which every plain scalar is text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from tidewaiter.errors import RuleError
from tidewaiter.goods.hs.codes import is_code
from tidewaiter.goods.languages import ANY, CODES
from tidewaiter.goods.recognition import Category

NOUN = 0.9
"""The certainty of goods that are called by their name, unless the entry gives another."""
SUREST = 0.95
"""The highest certainty that words alone can give."""

Terms = tuple[tuple[str, str], ...]
"""Pairs of language and words."""


class EntryKind(StrEnum):
    """The role of an entry's words in a description."""

    GOODS = "goods"
    MAKER = "makers"
    MODEL = "models"
    PART = "parts"
    QUALITY = "qualities"
    AGAINST = "against"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Variant:
    """Other goods that an entry means when the item has all `qualities` (a watch with a gold case) and names one of the
    goods, makers or models in `beside` (nuts beside bolts). They are perhaps of the categories in `perhaps` too."""

    qualities: frozenset[str]
    headings: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float
    beside: frozenset[str] = frozenset()
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of any kind. Fields that its kind does not use keep their defaults."""

    id: str
    kind: EntryKind
    document: str
    terms: Terms
    certainty: float = NOUN
    headings: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    dominates: tuple[str, ...] = ()
    container: bool = False
    material: bool = False
    makes: tuple[str, ...] = ()
    maker: str | None = None
    alone: float = 0.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries by id, the categories that operators added (id to HS prefixes), and the hash of both."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    own_categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sha256: str = ""

    @classmethod
    def from_documents(cls, documents: Iterable[tuple[str, Any]]) -> Lexicon:
        """Return the lexicon of `documents`, pairs of file name and content. RuleError when one cannot be used."""
        reader = _Reader()
        for name, content in documents:
            reader.read(name, content)
        return cls.of(reader.finish(), reader.own_categories)

    @classmethod
    def of(cls, entries: Mapping[str, Entry], own_categories: Mapping[str, tuple[str, ...]]) -> Lexicon:
        """Return the lexicon in the order of its hash, so that the order of files does not matter."""
        lexicon = cls(
            {name: replace(entry, terms=tuple(sorted(entry.terms))) for name, entry in sorted(entries.items())},
            dict(sorted(own_categories.items())),
        )
        digest = hashlib.sha256()
        for piece in lexicon.canonical():
            digest.update(piece)
        return replace(lexicon, sha256=digest.hexdigest())

    def canonical(self) -> Iterator[bytes]:
        """Yield the content as canonical JSON: the same bytes for the same meaning, whatever the files.

        It comes entry by entry, because encoding all of it at once would hold the interpreter for 60 ms.
        """
        categories = {name: list(codes) for name, codes in self.own_categories.items()}
        entries = {entry.id: entry for entry in self.entries.values()}
        yield b'{"categories":' + _json(categories) + b',"entries":{'
        for number, (name, entry) in enumerate(sorted(entries.items())):
            yield (b"," if number else b"") + _json(name) + b":" + _json(canonical_entry(entry))
        yield b"}}"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def canonical_entry(entry: Entry) -> dict[str, Any]:
    """Return all that decides what the entry means, in the form of the hash of the lexicon."""
    variants = [
        [
            sorted(v.qualities),
            list(v.headings),
            list(v.categories),
            v.certainty,
            *([sorted(v.beside)] if v.beside or v.perhaps else []),
            *([list(v.perhaps)] if v.perhaps else []),
        ]
        for v in entry.variants
    ]
    return {
        "kind": entry.kind.value,
        "terms": sorted(entry.terms),
        "certainty": entry.certainty,
        "headings": list(entry.headings),
        "categories": list(entry.categories),
        "parts": list(entry.parts),
        "variants": variants,
        "dominates": list(entry.dominates),
        "container": entry.container,
        "material": entry.material,
        "makes": list(entry.makes),
        "maker": entry.maker,
        "alone": entry.alone,
    }


_COMMON = frozenset({"id", "terms", "note"})
_FIELDS: dict[EntryKind, frozenset[str]] = {
    EntryKind.GOODS: _COMMON
    | {"headings", "categories", "certainty", "parts", "variants", "dominates", "container", "material"},
    EntryKind.MAKER: _COMMON | {"makes", "certainty", "dominates"},
    EntryKind.MODEL: _COMMON | {"is", "maker", "certainty", "alone"},
    EntryKind.PART: _COMMON | {"headings", "categories", "certainty"},
    EntryKind.QUALITY: _COMMON,
    EntryKind.AGAINST: _COMMON | {"silences"},
    EntryKind.NEUTRAL: _COMMON,
}
_SECTIONS = frozenset({kind.value for kind in EntryKind} | {"lexicon", "about", "categories", "variants", "extend"})


class _Reader:
    """Collects entries from documents. Every error names the file, the entry and the field."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.own_categories: dict[str, tuple[str, ...]] = {}
        self._extensions: list[tuple[str, Mapping[str, Any]]] = []
        self._variants: list[tuple[str, Mapping[str, Any]]] = []

    def read(self, name: str, content: object) -> None:
        if content is None:
            return
        if not isinstance(content, Mapping):
            raise RuleError(f"{name}: a goods lexicon is a mapping of {', '.join(sorted(_SECTIONS))}")
        if unknown := sorted(set(content) - _SECTIONS):
            raise RuleError(f"{name}: {unknown[0]}: no such section; use {', '.join(sorted(_SECTIONS))}")
        for spot, mapping in _rows(name, "categories", content.get("categories")):
            self._category(spot, mapping)
        for kind in EntryKind:
            for spot, mapping in _rows(name, kind.value, content.get(kind.value)):
                self._entry(name, spot, kind, mapping)
        self._extensions.extend(_rows(name, "extend", content.get("extend")))
        self._variants.extend(_rows(name, "variants", content.get("variants")))

    def finish(self) -> dict[str, Entry]:
        for spot, mapping in self._extensions:
            self._extend(spot, mapping)
        for spot, mapping in self._variants:
            self._add_variant(spot, mapping)
        for entry in self.entries.values():
            self._check_references(entry)
        self._check_terms()
        return self.entries

    def _category(self, spot: str, mapping: Mapping[str, Any]) -> None:
        identifier = _text(spot, "id", mapping.get("id"))
        if identifier in set(Category) or identifier in self.own_categories:
            raise RuleError(f"{spot} {identifier}: id: this category exists already; give yours another name")
        _no_more(f"{spot} {identifier}", mapping, frozenset({"id", "headings", "note"}))
        self.own_categories[identifier] = _codes(f"{spot} {identifier}", "headings", mapping.get("headings"))

    def _entry(self, name: str, spot: str, kind: EntryKind, mapping: Mapping[str, Any]) -> None:
        identifier = _text(spot, "id", mapping.get("id"))
        spot = f"{spot} {identifier}"
        if identifier in self.entries:
            other = self.entries[identifier].document
            raise RuleError(f"{spot}: id: is in {other} already; choose another id, or add words to it under `extend`")
        _no_more(spot, mapping, _FIELDS[kind])
        get = mapping.get
        entry = Entry(
            id=identifier,
            kind=kind,
            document=name,
            terms=_terms(spot, get("terms")),
            certainty=_certainty(spot, "certainty", get("certainty"), NOUN),
            headings=_codes(spot, "headings", get("headings")),
            categories=_names(spot, "categories", get("categories")),
            parts=_codes(spot, "parts", get("parts")),
            variants=tuple(_variant(spot, v) for v in _sequence(spot, "variants", get("variants"))),
            dominates=_names(spot, "dominates", get("dominates") or get("silences")),
            container=_flag(spot, "container", get("container")),
            material=_flag(spot, "material", get("material")),
            makes=_names(spot, "makes" if kind is EntryKind.MAKER else "is", get("makes") or get("is")),
            maker=_text(spot, "maker", get("maker")) if get("maker") else None,
            alone=_certainty(spot, "alone", get("alone"), 0.0),
        )
        if not entry.terms:
            raise RuleError(f"{spot}: terms: has none; an entry needs the words it is known by")
        if kind in (EntryKind.MAKER, EntryKind.MODEL) and not entry.makes:
            raise RuleError(
                f"{spot}: {'makes' if kind is EntryKind.MAKER else 'is'}: name the goods entry it stands for"
            )
        self.entries[identifier] = entry

    def _extend(self, spot: str, mapping: Mapping[str, Any]) -> None:
        identifier = _text(spot, "id", mapping.get("id"))
        spot = f"{spot} {identifier}"
        _no_more(spot, mapping, frozenset({"id", "terms", "without", "categories", "makes", "note"}))
        entry = self.entries.get(identifier)
        if entry is None:
            near = get_close_matches(identifier, self.entries, n=1)
            hint = f"did you mean {near[0]!r}? If not, " if near else ""
            raise RuleError(f"{spot}: id: no such entry to extend; {hint}put a new one under goods, makers or models")
        without = set(_terms(spot, mapping.get("without")))
        if missing := sorted(without - set(entry.terms)):
            raise RuleError(f"{spot}: without: {missing[0][1]!r} ({missing[0][0]}) is not among its terms")
        terms = [term for term in entry.terms if term not in without]
        terms += [term for term in _terms(spot, mapping.get("terms")) if term not in terms]
        self.entries[identifier] = replace(
            entry,
            terms=tuple(terms),
            categories=(*entry.categories, *_names(spot, "categories", mapping.get("categories"))),
            makes=(*entry.makes, *_names(spot, "makes", mapping.get("makes"))),
        )

    def _add_variant(self, spot: str, mapping: Mapping[str, Any]) -> None:
        identifier = _text(spot, "of", mapping.get("of"))
        self._refer(spot, "of", identifier, EntryKind.GOODS)
        entry = self.entries[identifier]
        variant = _variant(f"{spot} {identifier}", {key: value for key, value in mapping.items() if key != "of"})
        self.entries[identifier] = replace(entry, variants=(*entry.variants, variant))

    def _check_references(self, entry: Entry) -> None:
        spot = f"{entry.document}: {entry.kind} {entry.id}"
        known = set(Category) | set(self.own_categories)
        for name in (*entry.categories, *(c for v in entry.variants for c in (*v.categories, *v.perhaps))):
            if name not in known:
                raise RuleError(f"{spot}: categories: {name!r} is no category; add it under `categories` or correct it")
        for name in entry.makes:
            self._refer(spot, "makes" if entry.kind is EntryKind.MAKER else "is", name, EntryKind.GOODS)
        if entry.maker is not None:
            self._refer(spot, "maker", entry.maker, EntryKind.MAKER)
        for variant in entry.variants:
            for quality in variant.qualities:
                self._refer(spot, "variants", quality, EntryKind.QUALITY)
            for other in variant.beside:
                named = self.entries.get(other)
                named_by_maker = named is not None and named.kind in (EntryKind.MAKER, EntryKind.MODEL)
                self._refer(spot, "variants", other, named.kind if named and named_by_maker else EntryKind.GOODS)
        for scope in entry.dominates:
            if scope != "all" and scope not in known and not is_code(scope):
                self._refer(
                    spot, "silences" if entry.kind is EntryKind.AGAINST else "dominates", scope, EntryKind.GOODS, known
                )

    def _refer(self, spot: str, where: str, identifier: str, kind: EntryKind, also: Iterable[str] = ()) -> None:
        found = self.entries.get(identifier)
        if found is None or found.kind is not kind:
            known = [*also, *(entry.id for entry in self.entries.values() if entry.kind is kind)]
            near = get_close_matches(identifier, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            what = f"no category and no entry under {kind.value}" if also else f"no entry under {kind.value}"
            raise RuleError(f"{spot}: {where}: {identifier!r} is {what}{hint}")

    def _check_terms(self) -> None:
        owners: dict[tuple[str, str, bool], Entry] = {}
        for entry in self.entries.values():
            for language, words in entry.terms:
                key = (language, words.casefold(), entry.kind in (EntryKind.QUALITY, EntryKind.NEUTRAL))
                other = owners.setdefault(key, entry)
                if other is not entry:
                    raise RuleError(
                        f"{entry.document}: {entry.kind} {entry.id}: terms: {words!r} ({language}) belongs to "
                        f"{other.id} ({other.document}) already; a word can name one thing in a language"
                    )


def _rows(name: str, section: str, content: object) -> list[tuple[str, Mapping[str, Any]]]:
    rows = _sequence(name, section, content)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise RuleError(f"{name}: {section} {number}: is not a mapping with an id")
    return [(f"{name}: {section}", row) for row in rows]


def _no_more(spot: str, mapping: Mapping[str, Any], allowed: frozenset[str]) -> None:
    if unknown := sorted(set(map(str, mapping)) - allowed):
        raise RuleError(f"{spot}: {unknown[0]}: no such field; use {', '.join(sorted(allowed))}")


def _sequence(spot: str, where: str, value: object) -> list[Any]:
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple):
        raise RuleError(f"{spot}: {where}: is not a list")
    return list(value)


def _text(spot: str, where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RuleError(f"{spot}: {where}: is missing or not text")
    return value.strip()


def _names(spot: str, where: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(word.strip() for word in value.replace("、", ",").split(",") if word.strip())
    return tuple(_text(spot, where, item) for item in _sequence(spot, where, value))


def _codes(spot: str, where: str, value: object) -> tuple[str, ...]:
    found = tuple(name.replace(".", "") for name in _names(spot, where, value))
    for code in found:
        if not is_code(code):
            raise RuleError(f"{spot}: {where}: {code!r} is not an HS code of 2, 4 or 6 digits")
    return found


def _terms(spot: str, value: object) -> Terms:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise RuleError(f"{spot}: terms: is not a mapping of language to words")
    found: dict[tuple[str, str], None] = {}
    for language, words in value.items():
        if language not in CODES and language != ANY:
            raise RuleError(f"{spot}: terms: {language!r} is not one of {', '.join(CODES)}, {ANY}")
        for word in _names(spot, f"terms.{language}", words):
            found[(language, word)] = None
    return tuple(found)


def _certainty(spot: str, where: str, value: object, default: float) -> float:
    if value is None:
        return default
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 < number <= SUREST:
        raise RuleError(f"{spot}: {where}: {value!r} is not above 0 and at most {SUREST}: words alone are never surer")
    return number


def _flag(spot: str, where: str, value: object) -> bool:
    if value in (None, False, "false"):
        return False
    if value in (True, "true"):
        return True
    raise RuleError(f"{spot}: {where}: {value!r} is neither true nor false")


def _variant(spot: str, value: object) -> Variant:
    if not isinstance(value, Mapping):
        raise RuleError(f"{spot}: variants: is not a mapping with `with` and `headings`")
    _no_more(
        f"{spot}: variants", value, frozenset({"with", "beside", "headings", "categories", "certainty", "perhaps"})
    )
    return Variant(
        qualities=frozenset(_names(spot, "variants.with", value.get("with"))),
        headings=_codes(spot, "variants.headings", value.get("headings")),
        categories=_names(spot, "variants.categories", value.get("categories")),
        certainty=_certainty(spot, "variants.certainty", value.get("certainty"), NOUN),
        beside=frozenset(_names(spot, "variants.beside", value.get("beside"))),
        perhaps=_names(spot, "variants.perhaps", value.get("perhaps")),
    )
