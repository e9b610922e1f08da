"""Runs of characters without spaces cut into words: Chinese and Japanese by the longest known one, Korean with its
particles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tidewaiter.goods.languages.endings import KOREAN_AND, KOREAN_PARTICLES
from tidewaiter.goods.lexicon.lexemes import AND, CLOSE, LOOK, LOOK_OF, NOT, OF, UNKNOWN, Lexeme
from tidewaiter.goods.lexicon.lexicon import Kind
from tidewaiter.goods.lexicon.row_tables import Rows
from tidewaiter.goods.parse.function_words import FUNCTION_WORDS, Role
from tidewaiter.goods.parse.words import HAN, HANGUL, fold

GUESS = 0.85
"""How much a word keeps that was known only by its ending (-wagen, -车)."""

HAN_LANGUAGES = frozenset({"zh", "ja"})
# Characters that bind words together or count them and name nothing by themselves.
_LIGHT_HAN = frozenset(
    "的之了等用式型制级号款产品件辆台只个套箱瓶吨公斤元年月日新旧大小中二一两三四五六七八九十百千万个份批お各数ー"
)
_HAN_AND = frozenset("和及与或とや")
_HAN_NOT = frozenset("无非")
_HAN_LOOKS = frozenset("付 型 形 式 状 样 搭载 装着 装备".split())
"""As Korean 장착 does, of the known word right before: 戦車型, ロータリー付."""
_HAN_LIKE = frozenset("仿 模造".split())
_FOR_WHAT = 2
_HAN_FOR = re.compile("[专兼通适商家]?用")
_KOREAN_FOR = frozenset({"용", "전용"})
_WITH_HAN = frozenset("带 带有 附 附带 含 含有 配 配有 配备 另附 赠 赠送 送".split())


class Runs:
    """Cuts runs by what is known: `words` and `endings` by their script, `roles` of words that name no goods; `lexeme`
    makes a word of the keys of its meanings."""

    def __init__(
        self,
        words: Mapping[int, Rows],
        endings: Mapping[int, Rows],
        roles: Mapping[str, tuple[Role, tuple[str, ...]]],
        lexeme: Callable[[list[int], float], Lexeme | None],
    ) -> None:
        self._words, self._endings, self._roles, self._lexeme = words, endings, roles, lexeme
        self._longest = {script: max(map(len, known.row), default=0) for script, known in words.items()}
        self._looks = [
            fold(word) for language, word, role in FUNCTION_WORDS if role is Role.LOOK and language in HAN_LANGUAGES
        ]

    def han(self, run: str) -> list[Lexeme]:
        """The words of a run of Chinese characters and kana."""
        found = list(self._han(run))
        for place in range(len(found) - 1, 0, -1):
            # "ソフトケース付き": of the known word, whatever unknown stands between.
            if found[place] is LOOK and found[place - 1].role is Role.CONTENT and found[place - 1].meaning is None:
                found[place - 1 : place + 1] = LOOK, found[place - 1]
        if found[-1:] == [UNKNOWN] and found[-3:-2] == [OF] and len(run) - run.rfind("用") > _FOR_WHAT:
            found[-3:] = found[-2], LOOK  # "ピアノ用ゾルブ": what something unknown is for
        if (
            (own := _HAN_FOR.match(run))
            and own.end() < len(run)
            and run not in self._words[HAN].row
            and not any(map(_is_part, found))
        ):
            found.insert(0, LOOK)  # "iPhone用ケース"
        return found

    def _han(self, run: str) -> Iterator[Lexeme]:
        words, longest = self._words[HAN], self._longest[HAN]
        rows = words.row
        position = gap = 0
        denied = named = False
        while position < len(run):
            for length in range(min(longest, len(run) - position), 0, -1):
                row = rows.get(run[position : position + length])
                if row is not None and _stands(run, position, length, gap):
                    between = run[gap:position]
                    if between in _HAN_NOT:
                        yield NOT
                    elif named and between in _HAN_LOOKS:
                        yield LOOK
                    elif between in _HAN_LIKE:
                        yield LOOK_OF
                    else:
                        yield from self._gap(between, HAN)
                    if denied and "的" in between:
                        yield CLOSE
                    if _HAN_FOR.match(run, position + length):
                        yield OF  # "たばこ用": what it is for
                    lexeme = self._lexeme(words.at(row), 1.0) or UNKNOWN
                    yield lexeme
                    named = lexeme.meaning is not None and bool(lexeme.meaning.senses)
                    denied = denied or (lexeme.meaning is not None and lexeme.meaning.role is Role.WITHOUT)
                    position += length
                    gap = position
                    break
            else:
                if position and run[position] in _HAN_AND and position + 1 < len(run) and _light(run[gap:position]):
                    yield AND
                    gap = position + 1
                position += 1
        if named and run[gap:] in _HAN_LOOKS:
            yield LOOK
        else:
            yield from self._gap(run[gap:], HAN, tail=named)

    def _gap(self, gap: str, script: int, *, tail: bool = False) -> Iterator[Lexeme]:
        """Characters between known words: nothing, an ending that tells what it is, or something unknown."""
        for word in self._looks:
            if gap.startswith(word) and (len(word) > 1 or gap == word or gap[1] == "の"):
                yield LOOK
                yield from self._gap(gap[len(word) :], script)
                return
            if gap.endswith(word):
                yield LOOK  # "ソフトケース付き": of the whole word
                yield from self._gap(gap[: -len(word)], script)
                return
        if gap in _WITH_HAN:
            yield OF  # "带充电器": with a charger
            return
        if _light(gap):
            return
        for length in (3, 2, 1):
            for key in self._endings[script].get(gap[-length:]):
                lexeme = self._lexeme([key], GUESS)
                if lexeme and (tail or len(gap) > max(length, 2) or (script == HANGUL and length > 1)):
                    yield lexeme
                    return
        yield UNKNOWN

    def hangul(self, run: str) -> Iterator[Lexeme]:
        """The words of a run of Korean syllables."""
        role, languages = self._roles.get(run, (Role.CONTENT, ()))
        if role is not Role.CONTENT:
            yield Lexeme(role, languages=languages)
            return
        words, longest = self._words[HANGUL], self._longest[HANGUL]
        rows = words.row
        position = gap = 0
        known = False
        while position < len(run):
            for length in range(min(longest, len(run) - position), 0, -1):
                row = rows.get(run[position : position + length])
                if row is not None and (length > 1 or _whole(run, position)):
                    if gap < position:
                        yield from self._gap(run[gap:position], HANGUL)
                    if run[position + length :] in _KOREAN_FOR:
                        yield OF
                    yield self._lexeme(words.at(row), 1.0) or UNKNOWN
                    position += length
                    gap, known = position, True
                    break
            else:
                position += 1
        rest = run[gap:]
        if rest in KOREAN_AND and known:
            yield AND
        elif known and self._roles.get(rest, (Role.CONTENT, ()))[0] is Role.LOOK:
            yield LOOK
        elif rest and rest not in KOREAN_PARTICLES and not (known and rest[:-1] in KOREAN_PARTICLES):
            yield from self._gap(rest, HANGUL, tail=known)


def _light(gap: str) -> bool:
    """Whether characters name nothing: counters and hiragana."""
    return all(c in _LIGHT_HAN or "\u3040" <= c <= "\u309f" for c in gap)


def _is_part(lexeme: Lexeme) -> bool:
    return lexeme.meaning is not None and any(s.entry.kind is Kind.PART for s in lexeme.meaning.senses)


def _whole(run: str, position: int) -> bool:
    """Whether one syllable may stand for a word: alone, or with a particle behind it."""
    return position == 0 and (len(run) == 1 or run[1:] in KOREAN_PARTICLES)


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
