"""The lexicon compiled for reading: from a word as it stands to the entries it may speak for.

Each word is looked up once and remembered; what one word means never depends on the words around it (`reading.py` does
that). Answers are the same whatever was asked before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tidewaiter.goods.languages import ANY, EVERY, HEAD_FIRST, LANGUAGES, codes_where
from tidewaiter.goods.languages.language import Language
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.lexicon.lexemes import AND, COLOUR, FOR, OF, SILENT, UNKNOWN, Lexeme, Node, Sense
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.lexicon.row_tables import RowTable, Tables, texts
from tidewaiter.goods.lexicon.word_tables import (
    AMPERSAND,
    BY_SCRIPT,
    COMPOUNDING,
    ENDING_SCRIPTS,
    RUN_SCRIPTS,
    STEMS,
    Nodes,
    roles,
    tables_of,
)
from tidewaiter.goods.parse.cjk_segmentation import GUESS, RunSegmenter
from tidewaiter.goods.parse.typos import SCRIPTS, TYPO_LENGTH, one_edit_apart, thirds
from tidewaiter.goods.parse.words import SPACED, Pieces, fold, pieces

TYPO = 0.75
"""The factor on the certainty of a word that is one letter away from a known one."""

_SHORTEST_STEM = {language.code: language.shortest_stem for language in EVERY}
_LEAST_LAST_PART = 5
_LONGEST_LAST_PART = 80
"""The last part of a German compound tells what it is even if the first is unknown, but not when it is shorter."""

_JOINING_ROLES = frozenset({WordRole.OF, WordRole.PARTITIVE})
_REMEMBERED = 200_000
_Stemming = tuple[Callable[[str], str], int, list[RowTable]]


class Vocabulary:
    """All words of a lexicon, by language. `tables` are those of `tables_of` unless given."""

    ampersand = AMPERSAND

    def __init__(self, lexicon: Lexicon, tables: Tables | None = None) -> None:
        tables = tables_of(lexicon) if tables is None else tables
        self._root = Nodes(tables, lexicon.entries.values())
        self._spelt = RowTable(tables, "spelt")
        self._compounded = {code: RowTable(tables, f"compounded.{code}") for code in COMPOUNDING}
        self._stems = {language: RowTable(tables, f"stems.{language}") for language in STEMS}
        self._by_stem = {script: self._stemming(languages) for script, languages in BY_SCRIPT.items()}
        self._near, self._forms, self._form_keys = (
            RowTable(tables, "near"),
            texts(tables, "forms"),
            tables["forms.keys"],
        )
        endings = {script: RowTable(tables, f"endings.{script}") for script in ENDING_SCRIPTS}
        self._endings = endings[Script.LATIN]
        self._roles = roles()
        self._remembered: dict[str, tuple[Lexeme, ...]] = {}
        # A method of the words, not of `self`: that would be a cycle, and a rule book must be freed at once.
        self._lexeme = partial(_lexeme_of, self._root)
        runs = {script: RowTable(tables, f"runs.{script}") for script in RUN_SCRIPTS}
        self._cut = RunSegmenter(runs, endings, self._roles, self._lexeme)

    def lexemes(self, word: str) -> tuple[Lexeme, ...]:
        """The words that `word`, as `text.pieces` gives it, consists of; usually one."""
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[word] = self._resolve(word)
        return found

    def states_only(self, qualities: frozenset[str], word: str) -> bool:
        """Return whether a word states some of these qualities of goods, or joins one to the goods (`of`)."""
        return all(
            not qualities.isdisjoint(lexeme.meaning.qualities) if lexeme.meaning else lexeme.role in _JOINING_ROLES
            for lexeme in self.lexemes(word)
        )

    def is_mere_number(self, word: str) -> bool:
        """Return whether a word is a number that is no part of a term."""
        return self.lexemes(word) is _MERE_NUMBER

    def pieces(self, text: str) -> Pieces:
        """`text.pieces`, with characters that stand apart together where they are words (汽 油, and not 鉄 銅)."""
        if text.isascii() or SPACED.search(text) is None:
            return pieces(text)
        return pieces(SPACED.sub(self._together, text))

    def _together(self, spaced: re.Match[str]) -> str:
        joined = "".join(spaced[0].split())
        return joined if all(lexeme is not UNKNOWN for lexeme in self.lexemes(joined)) else spaced[0]

    def stream(self, words: Sequence[tuple[str, str]]) -> list[tuple[Lexeme, int]]:
        """The lexemes of `text.pieces`, each with the number of its word."""
        known = self._remembered
        try:
            return [(lexeme, number) for number, (word, _) in enumerate(words) for lexeme in known[word]]
        except KeyError:
            return [(lexeme, number) for number, (word, _) in enumerate(words) for lexeme in self.lexemes(word)]

    def _stemming(self, languages: Iterable[str]) -> list[_Stemming]:
        """Return the stemmers of these languages with their known stems; languages with the same stemmer share one."""
        found: list[_Stemming] = []
        for language in languages:
            if language in STEMS:
                stem, least = STEMS[language], _SHORTEST_STEM[language]
                if found and found[-1][:2] == (stem, least):
                    found[-1][2].append(self._stems[language])
                else:
                    found.append((stem, least, [self._stems[language]]))
        return found

    # Looking up

    def _resolve(self, word: str) -> tuple[Lexeme, ...]:
        folded = fold(word)
        script = script_of(folded)
        if script is Script.DIGITS:
            known = self._lexeme(self._lookup(folded, script), role=WordRole.ARTICLE, number=True)
            return _MERE_NUMBER if known is None else (known,)
        if script is Script.HAN:
            return tuple(self._cut.han(folded))
        if script is Script.HANGUL:
            return tuple(self._cut.hangul(folded))
        known = self._word(folded, script, marked=script is Script.LATIN and not word.isascii())
        joined = None
        if script in _CLITICS and folded not in self._spelt.row:
            joined = self._clitic(folded, script, _CLITICS_OF_KNOWN if known is not None else _CLITICS)
        found = (
            joined
            or ((known,) if known is not None else None)
            or self._compound(folded, script)
            or self._typo(folded, script)
            or ((SILENT,) if len(folded) == 1 else (UNKNOWN,))
        )
        if found[0].meaning is None and found[0].role is WordRole.CONTENT and _names_an_activity(word):
            return (replace(found[0], role=WordRole.ACTIVITY),)
        return found

    def _lookup(self, folded: str, script: Script) -> list[int]:
        """Return the possible words: the word itself in each language, then the words with its stem."""
        keys = self._spelt.get(folded)
        if len(folded) > 2:
            for stem, least, stems in self._by_stem[script]:
                bare = stem(folded)
                if len(bare) >= least:
                    for known in stems:
                        if (row := known.row.get(bare)) is not None:
                            keys += known.at(row)
        return list(dict.fromkeys(keys)) if len(keys) > 1 else keys

    def _word(self, folded: str, script: Script, marked: bool = False) -> Lexeme | None:
        role, languages = self._roles.get(folded, (WordRole.CONTENT, ()))
        keys = self._lookup(folded, script)
        if marked and len(keys) > 1:
            keys.sort(key=lambda key: _is_unaccented(self._root[key]))  # "gün" is no gun
        if role is WordRole.AND:
            keys = [*keys, self.ampersand]  # "Smith and Wesson"
        lexeme = self._lexeme(keys, role=role, languages=languages)
        if lexeme is not None and lexeme.role is WordRole.CONTENT and len(folded) == 1:
            lexeme.role = WordRole.ARTICLE
        if lexeme is not None and role is not WordRole.CONTENT and not self._names_something(folded):
            lexeme.meaning = None
        return lexeme or (Lexeme(role, languages=languages) if role is not WordRole.CONTENT else None)

    def _names_something(self, folded: str) -> bool:
        """Return whether the word as spelt is a term of goods, and not only one of the words to ignore."""
        nodes = (self._root[key] for key in self._spelt.get(folded))
        return any(node is not None and (node.senses or node.qualities) for node in nodes)

    def _compound(self, folded: str, script: Script) -> tuple[Lexeme, ...] | None:
        """Return the parts of a compound word. The last part is the thing."""
        if script is not Script.LATIN or len(folded) < 7:
            return None
        for code, exact in self._compounded.items():
            if found := self._parts(folded, STEMS[code], exact, self._stems[code]):
                return found
        known = self._endings.row
        for start in range(max(2, len(folded) - _LONGEST_LAST_PART), len(folded) - 2):
            if folded[start:] in known:
                for key in self._endings.get(folded[start:]):
                    lexeme = self._lexeme([key], factor=GUESS)
                    return (lexeme,) if lexeme else None
        return None

    def _parts(
        self, folded: str, stem_of: Callable[[str], str], exact: RowTable, stems: RowTable
    ) -> tuple[Lexeme, ...] | None:
        stem = stem_of(folded)
        for start in range(max(3, len(folded) - _LONGEST_LAST_PART), len(folded) - 2):
            if folded[start:] not in exact.row and (len(stem) - start < 5 or stem[start:] not in stems.row):
                continue
            keys = self._part(folded[start:], stem_of, exact, stems)
            if not keys:
                continue
            before = folded[:start]
            first = self._part(before, stem_of, exact, stems)
            if not first and before.endswith(("s", "n")):
                first = self._part(before[:-1], stem_of, exact, stems)
            if first:
                one, other = self._lexeme(first), self._lexeme(keys)
                if one is not None and other is not None:
                    return one, other
            elif len(folded) - start >= _LEAST_LAST_PART:
                lexeme = self._lexeme(keys, factor=GUESS)
                return (lexeme,) if lexeme else None
        return None

    def _part(self, word: str, stem_of: Callable[[str], str], exact: RowTable, stems: RowTable) -> list[int]:
        if len(word) < 3:
            return []
        stem = stem_of(word)
        keys = exact.get(word) or (stems.get(stem) if len(stem) > 4 else [])
        return [key for key in keys if (node := self._root[key]) is not None and node.means]

    def _clitic(self, folded: str, script: Script, clitics: _Clitics) -> tuple[Lexeme, ...] | None:
        """Return a function word ("and", "for", "with") and the word that it is joined to."""
        for clitic, joint in clitics[script]:
            if folded.startswith(clitic) and len(folded) - len(clitic) >= _LEAST_BEHIND_CLITIC:
                rest = self._word(folded[len(clitic) :], script)
                if rest is not None:
                    return joint, rest
        return None

    def _typo(self, folded: str, script: Script) -> tuple[Lexeme, ...] | None:
        if len(folded) < TYPO_LENGTH or script not in SCRIPTS:
            return None
        best: tuple[str, int] | None = None
        near = self._near.row
        for neighbourhood in thirds(folded):
            if (row := near.get(neighbourhood)) is None:
                continue
            for place in self._near.at(row):
                known = (self._forms[place], self._form_keys[place])
                if known[0][0] == folded[0] and (best is None or known < best) and one_edit_apart(known[0], folded):
                    best = known
        if best is None:
            return None
        lexeme = self._lexeme([best[1]], factor=TYPO)
        return (lexeme,) if lexeme else None


def _is_unaccented(node: Node | None) -> bool:
    """Return whether the word is of a language without accents: a spelling with one is then another word."""
    return node is not None and bool(node.senses) and node.senses[0].language in _UNACCENTED


def _names_an_activity(word: str) -> bool:
    """Whether an unknown word, as it stands, ends like one for an activity or for who performs it: "restoration",
    "nettoyage", "aerator". Not a name, which begins with a capital."""
    return len(word) >= _LEAST_ACTIVITY and not word.istitle() and word.casefold().endswith(_ACTIVITIES)


_LEAST_ACTIVITY = 6
_ACTIVITIES = tuple(ending for language in LANGUAGES for ending in language.activities)
_UNACCENTED = codes_where(lambda language: language.unaccented)
_LEAST_BEHIND_CLITIC = 3
_JOINTS = {WordRole.AND: AND, WordRole.OF: OF, WordRole.FOR: FOR}
_Clitics = Mapping[Script, Sequence[tuple[str, Lexeme]]]


def _clitics(of: Callable[[Language], Mapping[str, WordRole]]) -> _Clitics:
    found: dict[Script, list[tuple[str, Lexeme]]] = {}
    for language in LANGUAGES:
        for clitic, role in of(language).items():
            found.setdefault(language.script, []).append((clitic, _JOINTS[role]))
    return found


_CLITICS = _clitics(lambda language: language.clitics)
_CLITICS_OF_KNOWN = _clitics(lambda language: language.clitics_of_known)
_MERE_NUMBER = (Lexeme(WordRole.ARTICLE, number=True),)


def _lexeme_of(
    root: Nodes,
    keys: list[int],
    factor: float = 1.0,
    role: WordRole = WordRole.CONTENT,
    languages: tuple[str, ...] = (),
    number: bool = False,
) -> Lexeme | None:
    """Return the word with these keys; None when there are none."""
    if not keys:
        return None
    nodes = [node for key in keys if (node := root[key]) is not None]
    meaning = _meaning([node for node in nodes if node.means])
    longer = tuple(node for node in nodes if node.next)
    return Lexeme(role, meaning, longer, tuple(keys), languages, factor, number)


def _shared(first: Node, nodes: Sequence[Node]) -> Node:
    """`first`, as a word of no language where it means the same in one that names the thing first and in one that does
    not: "drone"."""
    sense = first.senses[0]
    for node in nodes[1:]:
        for other in node.senses:
            if other.entry is sense.entry and (other.language in HEAD_FIRST) is not (sense.language in HEAD_FIRST):
                senses = (Sense(sense.entry, ANY), *first.senses[1:])
                return Node(first.next, senses, first.qualities, tuple((s.entry, s.language) for s in senses), True)
    return first


def _meaning(nodes: list[Node]) -> Node | None:
    """The first of the nodes; where it is of one language and another means something else by the same spelling,
    a node that has both, for the rest of the text to say which."""
    if not nodes:
        return None
    first = nodes[0]
    if first.qualities == (COLOUR,) and not first.senses:
        # A colour as it is spelt, and goods by their stem: "plum".
        goods = _meaning([node for node in nodes if node.senses])
        if goods is not None:
            qualities = (*first.qualities, *goods.qualities)
            return Node(first.next, goods.senses, qualities, goods.alternatives, True)
    if len(nodes) == 1 or not first.senses or first.senses[0].language == ANY:
        return first
    first = _shared(first, nodes)
    entries = {sense.entry.id for sense in first.senses}
    others = [s for node in nodes[1:] for s in node.senses if s.language != ANY and s.entry.id not in entries]
    if not others:
        return first
    senses = (*first.senses, *others)
    return Node(first.next, senses, first.qualities, tuple((s.entry, s.language) for s in senses), True)
