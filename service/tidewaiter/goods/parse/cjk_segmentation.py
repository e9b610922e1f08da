"""Text without spaces cut into words: Chinese and Japanese by the longest known word, Korean with its particles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tidewaiter.goods.languages import of_script
from tidewaiter.goods.languages.language import SegmentationWords
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script
from tidewaiter.goods.lexicon.lexemes import AND, CLOSE, LOOK, LOOK_OF, NOT, OF, UNKNOWN, Lexeme
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.lexicon.row_tables import RowTable
from tidewaiter.goods.parse.words import fold

GUESS = 0.85
"""How much a word keeps that was known only by its ending (-wagen, -车)."""


def _of(script: Script) -> SegmentationWords:
    """Return the words of all languages of the script together: a run may be of any of them."""
    every = [language.segmentation for language in of_script(script)]
    return SegmentationWords(
        fillers=frozenset().union(*(one.fillers for one in every)),
        particles=frozenset().union(*(one.particles for one in every)),
        conjunctions=frozenset().union(*(one.conjunctions for one in every)),
        purposes=frozenset().union(*(one.purposes for one in every)),
        purpose_prefixes="".join(one.purpose_prefixes for one in every),
        negations=frozenset().union(*(one.negations for one in every)),
        looks=frozenset().union(*(one.looks for one in every)),
        likenesses=frozenset().union(*(one.likenesses for one in every)),
        companions=frozenset().union(*(one.companions for one in every)),
        ends_denial="".join(one.ends_denial for one in every),
        links_look="".join(one.links_look for one in every),
    )


_HAN, _HANGUL = _of(Script.HAN), _of(Script.HANGUL)
_HAN_FOR = re.compile(f"[{_HAN.purpose_prefixes}]?[{''.join(sorted(_HAN.purposes))}]")
_FOR_WHAT = 2


class RunSegmenter:
    """Cuts text into the words that are known.

    `words` and `endings` are those of each script, `roles` those of words that name no goods; `lexeme` makes a word of
    the keys of its meanings.
    """

    def __init__(
        self,
        words: Mapping[Script, RowTable],
        endings: Mapping[Script, RowTable],
        roles: Mapping[str, tuple[WordRole, tuple[str, ...]]],
        lexeme: Callable[[list[int], float], Lexeme | None],
    ) -> None:
        self._words, self._endings, self._roles, self._lexeme = words, endings, roles, lexeme
        self._longest = {script: max(map(len, known.row), default=0) for script, known in words.items()}
        self._looks = [fold(word) for language in of_script(Script.HAN) for word in language.roles[WordRole.LOOK]]

    def han(self, run: str) -> list[Lexeme]:
        """The words of a run of Chinese characters and kana."""
        found = list(self._han(run))
        for place in range(len(found) - 1, 0, -1):
            # "ソフトケース付き": of the known word, whatever unknown stands between.
            if found[place] is LOOK and found[place - 1].role is WordRole.CONTENT and found[place - 1].meaning is None:
                found[place - 1 : place + 1] = LOOK, found[place - 1]
        if (
            found[-1:] == [UNKNOWN]
            and found[-3:-2] == [OF]
            and len(run) - max(map(run.rfind, _HAN.purposes)) > _FOR_WHAT
        ):
            found[-3:] = found[-2], LOOK  # "ピアノ用ゾルブ": what something unknown is for
        if (
            (own := _HAN_FOR.match(run))
            and own.end() < len(run)
            and run not in self._words[Script.HAN].row
            and not any(map(_is_part, found))
        ):
            found.insert(0, LOOK)  # "iPhone用ケース"
        return found

    def _han(self, run: str) -> Iterator[Lexeme]:
        words, longest = self._words[Script.HAN], self._longest[Script.HAN]
        rows = words.row
        position = gap = 0
        denied = named = False
        while position < len(run):
            for length in range(min(longest, len(run) - position), 0, -1):
                row = rows.get(run[position : position + length])
                if row is not None and _stands(run, position, length, gap):
                    between = run[gap:position]
                    if between in _HAN.negations:
                        yield NOT
                    elif named and between in _HAN.looks:
                        yield LOOK
                    elif between in _HAN.likenesses:
                        yield LOOK_OF
                    else:
                        yield from self._gap(between, Script.HAN)
                    if denied and any(particle in between for particle in _HAN.ends_denial):
                        yield CLOSE
                    if _HAN_FOR.match(run, position + length):
                        yield OF  # "たばこ用": what it is for
                    lexeme = self._lexeme(words.at(row), 1.0) or UNKNOWN
                    yield lexeme
                    named = lexeme.meaning is not None and bool(lexeme.meaning.senses)
                    denied = denied or (lexeme.meaning is not None and lexeme.meaning.role is WordRole.WITHOUT)
                    position += length
                    gap = position
                    break
            else:
                if (
                    position
                    and run[position] in _HAN.conjunctions
                    and position + 1 < len(run)
                    and _light(run[gap:position])
                ):
                    yield AND
                    gap = position + 1
                position += 1
        if named and run[gap:] in _HAN.looks:
            yield LOOK
        else:
            yield from self._gap(run[gap:], Script.HAN, tail=named)

    def _gap(self, gap: str, script: Script, *, tail: bool = False) -> Iterator[Lexeme]:
        """Characters between known words: nothing, an ending that tells what it is, or something unknown."""
        for word in self._looks:
            if gap.startswith(word) and (len(word) > 1 or gap == word or gap[1] in _HAN.links_look):
                yield LOOK
                yield from self._gap(gap[len(word) :], script)
                return
            if gap.endswith(word):
                yield LOOK  # "ソフトケース付き": of the whole word
                yield from self._gap(gap[: -len(word)], script)
                return
        if gap in _HAN.companions:
            yield OF  # "带充电器": with a charger
            return
        if _light(gap):
            return
        for length in (3, 2, 1):
            for key in self._endings[script].get(gap[-length:]):
                lexeme = self._lexeme([key], GUESS)
                if lexeme and (tail or len(gap) > max(length, 2) or (script is Script.HANGUL and length > 1)):
                    yield lexeme
                    return
        yield UNKNOWN

    def hangul(self, run: str) -> Iterator[Lexeme]:
        """The words of a run of Korean syllables."""
        role, languages = self._roles.get(run, (WordRole.CONTENT, ()))
        if role is not WordRole.CONTENT:
            yield Lexeme(role, languages=languages)
            return
        words, longest = self._words[Script.HANGUL], self._longest[Script.HANGUL]
        rows = words.row
        position = gap = 0
        known = False
        while position < len(run):
            for length in range(min(longest, len(run) - position), 0, -1):
                row = rows.get(run[position : position + length])
                if row is not None and (length > 1 or _whole(run, position)):
                    if gap < position:
                        yield from self._gap(run[gap:position], Script.HANGUL)
                    if run[position + length :] in _HANGUL.purposes:
                        yield OF
                    yield self._lexeme(words.at(row), 1.0) or UNKNOWN
                    position += length
                    gap, known = position, True
                    break
            else:
                position += 1
        rest = run[gap:]
        if rest in _HANGUL.conjunctions and known:
            yield AND
        elif known and self._roles.get(rest, (WordRole.CONTENT, ()))[0] is WordRole.LOOK:
            yield LOOK
        elif rest and rest not in _HANGUL.particles and not (known and rest[:-1] in _HANGUL.particles):
            yield from self._gap(rest, Script.HANGUL, tail=known)


def _light(gap: str) -> bool:
    """Whether characters name nothing: counters and hiragana."""
    return all(c in _HAN.fillers or "\u3040" <= c <= "\u309f" for c in gap)


def _is_part(lexeme: Lexeme) -> bool:
    return lexeme.meaning is not None and any(s.entry.kind is EntryKind.PART for s in lexeme.meaning.senses)


def _whole(run: str, position: int) -> bool:
    """Whether one syllable may stand for a word: alone, or with a particle behind it."""
    return position == 0 and (len(run) == 1 or run[1:] in _HANGUL.particles)


def _stands(run: str, position: int, length: int, gap: int) -> bool:
    """Whether characters found in a run are a word there: a single one only as the whole run, and short katakana only
    where it does not begin or end inside a longer katakana word; none where one more character ends the word."""
    if length == 1:
        return len(run) == 1
    word = run[position : position + length]
    if not all(_katakana(c) for c in word):
        return True
    rest = run[position + length : position + length + 3].removeprefix("ー")
    if rest and _katakana(rest[0]) and rest[0] != "・" and not _katakana(rest[1:2]):
        return False  # ストロー in ストローク
    if length >= 4:
        return True
    before = run[position - 1] if position else ""
    after = run[position + length] if position + length < len(run) else ""
    begins = not (before and _katakana(before)) or position == gap
    return begins and (length >= 3 or not (after and _katakana(after)))


def _katakana(character: str) -> bool:
    return "\u30a1" <= character <= "\u30ff"
