"""The words of a lexicon as tables of numbers and text: built once from its terms, read by `vocabulary.py`.

They contain only numbers and words, so they can be stored in a file. The same lexicon, with its entries and terms in
the same order, gives the same tables.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from tidewaiter.goods.languages import ANY, CODES, EVERY, LANGUAGES, codes_where, function_words, of_script
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.lexicon.lexemes import Node, Sense
from tidewaiter.goods.lexicon.lexicon import Entry, EntryKind, Lexicon
from tidewaiter.goods.lexicon.row_tables import Tables, joined, numbers_of, rows_of
from tidewaiter.goods.parse.typos import neighbourhoods
from tidewaiter.goods.parse.words import fold, pieces

AMPERSAND = 0
"""The key of "&"."""

RUN_SCRIPTS = (Script.HAN, Script.HANGUL)
"""Scripts without spaces, and one whose words are written with their particles."""
ENDING_SCRIPTS = (Script.LATIN, *RUN_SCRIPTS)
"""Scripts in which a known ending gives the meaning of a word."""
BY_SCRIPT: Mapping[Script, tuple[str, ...]] = {
    **{script: (ANY, *(language.code for language in of_script(script))) for script in Script},
    Script.DIGITS: (ANY,),
}
"""The languages of each script."""
STEMS = {language.code: language.stem for language in EVERY if language.stem is not None}
_INFLECTED = {language.code: language.inflected for language in EVERY}
_IN_OTHER_SCRIPTS = frozenset(CODES) - codes_where(lambda language: language.script is Script.LATIN)
COMPOUNDING = tuple(language.code for language in LANGUAGES if language.compounds)
_UNSPACED = codes_where(lambda language: language.unspaced)
_SPACES_OPTIONAL = codes_where(lambda language: language.spaces_optional)
_IN_GAPS = frozenset({WordRole.LOOK, WordRole.LOOK_OF, WordRole.AND, WordRole.OR})
"""Roles that Chinese and Japanese words have only beside known words: the same characters are part of many words."""
_SPOKEN = (*CODES, ANY)


def roles() -> dict[str, tuple[WordRole, tuple[str, ...]]]:
    """Return the role of each single function word, and the languages in which it has it."""
    known: dict[str, tuple[WordRole, tuple[str, ...]]] = {}
    for language, words, role in function_words():
        if not _is_sequence(words, role):
            word = fold(words)
            before, languages = known.get(word, (role, ()))
            either = {before, role} == {WordRole.LOOK, WordRole.LOOK_OF}
            known[word] = (WordRole.LOOK_EITHER if either else before, (*languages, language))
    return known


def _is_sequence(words: str, role: WordRole) -> bool:
    return " " in words or (script_of(fold(words)) in RUN_SCRIPTS and role not in _IN_GAPS)


class Nodes(dict[int, Node | None]):
    """The nodes of the first words of terms, by key; None for a word that begins no term.

    Each is read from the tables on first use. Nodes without a continuation are shared.
    """

    def __init__(self, tables: Tables, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._roots, self._nodes = tables["roots"], tables["nodes"]
        self._first, self._meanings = tables["meanings.first"], tables["meanings.numbers"]
        self._entries = tuple(entries)
        self._last: dict[int, Node] = {}

    def __missing__(self, key: int) -> Node | None:
        place = self._roots[key]
        self[key] = node = self._read(place) if place else None
        return node

    def _read(self, place: int) -> Node:
        at, ends = divmod(place, 2)
        if ends:
            return self._last.get(at) or self._meaning(at)
        number, count = self._nodes[at : at + 2]
        onward = self._nodes[at + 2 : at + 2 + 2 * count].tolist()
        last = self._last.get(number) or self._meaning(number)
        following = {key: self._read(further) for key, further in zip(onward[:count], onward[count:], strict=True)}
        return Node(following, last.senses, last.qualities, last.alternatives, last.means, last.role, last.languages)

    def _meaning(self, number: int) -> Node:
        """Return the node without a continuation that has the meaning of this number."""
        stated = self._meanings[self._first[number] : self._first[number + 1]].tolist()
        means, role, senses, qualities, *numbers = stated
        meant = tuple(
            Sense(self._entries[sense // len(_SPOKEN)], _SPOKEN[sense % len(_SPOKEN)]) for sense in numbers[:senses]
        )
        rest = numbers[senses:]
        node = self._last[number] = Node(
            senses=meant,
            qualities=tuple(self._entries[entry].id for entry in rest[:qualities]),
            alternatives=tuple((sense.entry, sense.language) for sense in meant),
            means=bool(means),
            role=WordRole(role - 1) if role else None,
            languages=tuple(_SPOKEN[language] for language in rest[qualities:]),
        )
        return node


def tables_of(lexicon: Lexicon) -> Tables:
    """Return the tables of all words of `lexicon`."""
    made = _Made()
    for language, words, role in function_words():
        if _is_sequence(words, role):
            made.add_role(language, words, role)
    for number, entry in enumerate(lexicon.entries.values()):
        for language, words in entry.terms:
            made.add(number, entry, language, words)
    return made.tables()


class _Place:
    """A `Node` under construction: its senses and qualities are numbers."""

    __slots__ = ("languages", "means", "next", "qualities", "role", "senses")

    def __init__(self) -> None:
        self.next: dict[int, _Place] = {}
        self.senses: list[int] = []
        self.qualities: list[int] = []
        self.languages: list[int] = []
        self.means = False
        self.role: WordRole | None = None

    def add(self, entry: Entry, number: int, language: str) -> None:
        """Add the entry to the meanings of the sequence."""
        self.means = True
        if entry.kind is EntryKind.QUALITY:
            self.qualities.append(number)
        elif entry.kind is not EntryKind.NEUTRAL:
            sense = number * len(_SPOKEN) + _SPOKEN.index(language)
            if sense not in self.senses:
                self.senses.append(sense)

    def meaning(self) -> tuple[int, ...]:
        """Return everything except its continuations."""
        role = 0 if self.role is None else self.role + 1
        counts = len(self.senses), len(self.qualities)
        return (self.means, role, *counts, *self.senses, *self.qualities, *self.languages)


class _Made:
    """Collects the words."""

    def __init__(self) -> None:
        self._root = _Place()
        self._exact: dict[str, dict[str, int]] = {language: {} for language in _SPOKEN}
        self._stems: dict[str, dict[str, list[int]]] = {language: {} for language in STEMS}
        self._runs: dict[int, dict[str, list[int]]] = {script: {} for script in RUN_SCRIPTS}
        self._endings: dict[int, dict[str, list[int]]] = {script: {} for script in ENDING_SCRIPTS}
        self._keys = 0
        self._key(ANY, "&")

    def add(self, number: int, entry: Entry, language: str, words: str) -> None:
        """Add a term of the entry with this number."""
        if words.startswith("-"):
            ending = fold(words[1:])
            key = self._key(language, "-" + ending)
            self._root.next.setdefault(key, _Place()).add(entry, number, language)
            self._endings[script_of(ending)].setdefault(ending, []).append(key)
            return
        if language in _UNSPACED:
            words = words.replace(" ", "")
        parts: list[str] = []
        for word, behind in pieces(words):
            parts += (fold(word), "&") if behind.strip() == "&" else (fold(word),)
        if not parts:
            return
        self._node(language, parts).add(entry, number, language)
        if len(parts) == 2:
            if entry.kind is EntryKind.MAKER and parts[0].isalpha() and parts[1].isalpha():
                self._node(language, [parts[0], "&", parts[1]]).add(entry, number, language)  # "Heckler Koch"
            joined = "".join(parts)
            if joined.isalpha() and len(joined) >= 6 and script_of(joined) is Script.LATIN:
                self._node(language, [joined]).add(entry, number, language)
        if language in _SPACES_OPTIONAL and len(parts) > 1 and all(map(str.isalpha, parts)):
            self._node(language, ["".join(parts)]).add(entry, number, language)  # written with spaces or without

    def add_role(self, language: str, words: str, role: WordRole) -> None:
        """Add function words that are read like a term."""
        node = self._node(language, [fold(word) for word in words.split()])
        if node.role is None:
            node.means, node.role = True, role
        node.languages.append(_SPOKEN.index(language))

    def tables(self) -> Tables:
        """All of it."""
        forms, keys, near = neighbourhoods(self._exact)
        spelt: dict[str, list[int]] = {}
        for language in (ANY, *CODES):
            for word, key in self._exact[language].items():
                if language in BY_SCRIPT[script_of(word)]:
                    spelt.setdefault(word, []).append(key)
        tables = {
            **self._flattened(),
            "forms.words": joined(forms),
            "forms.keys": array("I", keys),
            **rows_of("near", near),
            **rows_of("spelt", spelt),
        }
        for code in COMPOUNDING:
            tables |= rows_of(f"compounded.{code}", {word: [key] for word, key in self._exact[code].items()})
        for script, words in self._runs.items():
            tables |= rows_of(f"runs.{script}", words)
        for script, endings in self._endings.items():
            tables |= rows_of(f"endings.{script}", endings)
        for language, stems in self._stems.items():
            tables |= rows_of(f"stems.{language}", stems)
        return {name: memoryview(table) for name, table in tables.items()}

    def _node(self, language: str, parts: list[str]) -> _Place:
        """Return the node of these words; create it if it is missing."""
        node = self._root
        for part in parts:
            script = script_of(part)
            foreign = part == "&" or script is Script.DIGITS
            foreign = foreign or (language in _IN_OTHER_SCRIPTS and script is Script.LATIN)
            key = self._key(ANY if foreign else language, part)
            onward = node.next.get(key)
            if onward is None:
                onward = node.next[key] = _Place()
            node = onward
        return node

    def _key(self, language: str, word: str) -> int:
        exact = self._exact[language]
        key = exact.get(word)
        if key is not None:
            return key
        key = exact[word] = self._keys
        self._keys += 1
        script = script_of(word)
        if script in self._runs:
            self._runs[script].setdefault(word, []).append(key)
        elif language in STEMS:
            stem, stems = STEMS[language], self._stems[language]
            for known in dict.fromkeys(map(stem, _INFLECTED[language](word))):
                stems.setdefault(known, []).append(key)
        return key

    def _flattened(self) -> dict[str, bytes | array[int]]:
        """Return the position of each key's node (0 for none), all nodes after what continues them, and meanings."""
        nodes, meanings = array("I", (0,)), dict[tuple[int, ...], int]()

        def place_of(node: _Place) -> int:
            meaning = meanings.setdefault(node.meaning(), len(meanings))
            if not node.next:
                return 2 * meaning + 1
            places = [place_of(further) for further in node.next.values()]
            place = len(nodes)
            nodes.extend((meaning, len(places), *node.next, *places))
            return 2 * place

        roots = array("I", bytes(4 * self._keys))
        for key, node in self._root.next.items():
            roots[key] = place_of(node)
        return {"roots": roots, "nodes": nodes, **numbers_of("meanings", meanings)}
