"""Restore text as a human reader sees it, by removing what hides words from a program but not from a reader.

One function for names, places and goods. It never raises, takes linear time, and gives the same result on any machine.
It also returns what it repaired, so that screening can report that a text was disguised.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple

from tidewaiter.text.characters import AllCharacters


class Disguise(StrEnum):
    """A technique that hides the words of a text from a program."""

    HIDDEN = "characters that cannot be seen stand inside words"
    REVERSED = "part of it is written backwards"
    LAYOUT = "tags, brackets or line breaks stand inside words"
    LOOKALIKES = "letters of other alphabets stand for Latin ones"
    SYMBOLS = "symbols stand inside words"
    ENCODED = "letters are written as codes"
    SET_APART = "letters of one word are set apart"


class Mended(NamedTuple):
    """A text as a reader sees it, and the disguises that were removed; none for an ordinary text."""

    text: str
    disguises: tuple[Disguise, ...] = ()


LEAST_SET_APART: Final = 5
"""Minimum number of consecutive single letters that form a word. Stock symbols and initials have up to four."""
LEAST_ALONE: Final = 3
"""The same when the text contains nothing else."""
_ODD_ASCII = re.compile(
    r"&#?[A-Za-z0-9]{2,8};|(?<!\d)%[0-9A-Fa-f]{2}|=[0-9A-F]{2}"
    r"|(?<![A-Za-z0-9])[A-Za-z][^A-Za-z0-9][A-Za-z](?![A-Za-z0-9])|[A-Za-z]-\r?\n|</?[A-Za-z]|[A-Za-z][(\[{]|[)\]}][A-Za-z]"
)
"""Cheap pre-check. ASCII text that may need repair has remnants of encodings or layout, two adjacent single letters,
or a bracket that touches a word on its inside."""
_PERHAPS_ODD = re.compile(r"[^A-Za-z0-9](?:(?<=[&%=<(\[{)\]}])|(?<=-)[\r\n]|[A-Za-z](?![A-Za-z0-9]))")
"""Cheaper still: found in every text in which `_ODD_ASCII` is. It need not be tried at every letter."""
_TAGS = re.compile(r"(?:</?[A-Za-z][^<>]{0,60}>)+")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-\r?\n[ \t]{0,20}(?=[^\W\d_])")
_BRACKETED = re.compile(
    r"(?<![^\W_])[(\[{]([^\W\d_])[)\]}](?=[^\W\d_]{2})|(?<=[^\W\d_]{2})[(\[{]([^\W\d_])[)\]}](?=[^\W\d_])"
)
_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z][A-Za-z0-9]{1,7});")
_PERCENT = re.compile(r"(?<!\d)(?:%[0-9A-Fa-f]{2})+")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2})+")
_QUOTED_LETTER = re.compile(r"(?<=[A-Za-z])=[4-7][0-9A-F](?=[A-Za-z])")
"""A letter of a word: wh=65at."""
_LEAST_QUOTED: Final = 2
"""Minimum number of codes such as =C3 in quoted-printable text: `width=20` has one."""
_LETTERS = re.compile(r"[^\W\d_]+")
_ALONE = re.compile(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])")
"""A single letter."""
_REVERSED = re.compile("\u202e([^\u202a-\u202e\u2066-\u2069\n]*)[\u202a-\u202e\u2066-\u2069]?")
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd")
"""Characters that are invisible, or replace unreadable ones, but that Unicode classifies as letters or symbols."""
_UNITS: Final = frozenset("m cm dm mm km ft in yd".split())
"""Units that a superscript digit belongs to."""
_RAISED: Final = frozenset("²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ªº")
_NATIVE: Final = ("LATIN", "CYRILLIC", "GREEK")
"""Scripts in the table that have real texts: only single letters of them inside a Latin word are replaced."""


@lru_cache(maxsize=100_000)
def mended(text: str) -> Mended:
    """Return `text` as a reader sees it, with the disguises that were removed.

    Remnants of HTML, percent and quoted-printable encoding are decoded. Text under a right-to-left override is
    reversed. Invisible and enclosing characters, and symbols that touch a letter, are removed. Letters of other
    alphabets that look like Latin ones (UTS #39) are replaced by them. Letters separated one by one are joined.
    """
    if text.isascii() and (_PERHAPS_ODD.search(text) is None or _ODD_ASCII.search(text) is None):
        return Mended(text)
    found: list[Disguise] = []
    plain = _without_layout(_decoded(text, found), found)
    if not plain.isascii():
        plain = _turned(plain, found)
        plain = _without_piled_accents(unicodedata.normalize("NFC", plain), found)
        plain = _seen(plain, found)
        plain = _in_latin(plain, found)
    plain = _joined(plain, found)
    return Mended(plain, tuple(dict.fromkeys(found)))


def _decoded(text: str, found: list[Disguise]) -> str:
    if "&" in text:
        for _ in range(2):  # text may be encoded twice: &amp;#111;
            plain = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
            if plain == text:
                break
            if any(entity.startswith("&#") for entity in _ENTITY.findall(text)):
                found.append(Disguise.ENCODED)
            text = plain
    if "%" in text:
        text = _PERCENT.sub(lambda run: _of_bytes(run[0], "%", found), text)
    if "=" in text and sum(map(len, _QUOTED_PRINTABLE.findall(text))) >= 3 * _LEAST_QUOTED:
        text = _QUOTED_PRINTABLE.sub(lambda run: _of_bytes(run[0], "=", found), text)
    if "=" in text:
        text = _QUOTED_LETTER.sub(lambda run: _of_bytes(run[0], "=", found), text)
    return text


def _without_layout(text: str, found: list[Disguise]) -> str:
    """Return `text` without HTML tags, hyphenation at line ends, and brackets around a letter of a word."""
    if "<" in text:
        text = _TAGS.sub(lambda tags: _tagged(tags, found), text)
    if "-\n" in text or "-\r" in text:
        text = _HYPHENATED.sub("", text)
    if "(" in text or "[" in text or "{" in text:
        plain = _BRACKETED.sub(lambda letter: letter[1] or letter[2], text)
        if plain != text:
            found.append(Disguise.LAYOUT)
            text = plain
    return text


def _tagged(tags: re.Match[str], found: list[Disguise]) -> str:
    """Return the replacement of tags: nothing inside a word, a space elsewhere."""
    text = tags.string
    if text[max(0, tags.start() - 1) : tags.start()].isalpha() and text[tags.end() : tags.end() + 1].isalpha():
        found.append(Disguise.LAYOUT)
        return ""
    return " "


def _of_bytes(run: str, mark: str, found: list[Disguise]) -> str:
    """Return the UTF-8 text of a run such as %D0%9A; the run itself if it is invalid or has control characters."""
    try:
        plain = bytes.fromhex(run.replace(mark, "")).decode()
    except ValueError:
        return run
    if not plain.isprintable():
        return run
    if any(letter.isalpha() for letter in plain):
        found.append(Disguise.ENCODED)
    return plain


def _turned(text: str, found: list[Disguise]) -> str:
    if "\u202e" not in text:
        return text
    found.append(Disguise.REVERSED)
    return _REVERSED.sub(lambda run: run[1][::-1], text)


def _without_piled_accents(text: str, found: list[Disguise]) -> str:
    """Return `text` composed, without the accents that remain after composing: no alphabet has letters with them."""
    if _PILED.search(text) is None:
        return text
    plain = _PILED.sub(r"\1", text)
    if _PILED_HIGH.search(text):
        found.append(Disguise.HIDDEN)
    return plain


_PILED = re.compile("([A-Za-z\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff])[\u0300-\u036f]+")
_PILED_HIGH = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff][\u0300-\u036f]{2}")


def _seen(text: str, found: list[Disguise]) -> str:
    """Return `text` without invisible characters and symbols that touch a letter; other symbols become spaces."""
    if _PLAIN.pass_in(text):
        return text
    out: list[str] = []
    last = len(text) - 1
    for place, char in enumerate(text):
        kind = _kind(char)
        if kind is _Kind.PLAIN:
            out.append(char)
            continue
        if kind is _Kind.LETTER:
            out.append(_letter(char))
            found.append(Disguise.LOOKALIKES)
            continue
        before = out[-1] if out else " "
        after = text[place + 1] if place < last else " "
        inside = before.isalpha() and after.isalpha()
        if kind is _Kind.HIDDEN:
            if inside and _is_alphabetic(before) and _is_alphabetic(after):
                found.append(Disguise.HIDDEN)
        elif kind is _Kind.RAISED:
            if not before.isalpha() or _ends_with_unit(out):
                out.append(char)
        elif inside:
            found.append(Disguise.SYMBOLS)
        elif not before.isalpha():
            # A currency sign belongs to its amount.
            out.append(char if unicodedata.category(char) == "Sc" else " ")
    return "".join(out)


class _Kind(StrEnum):
    PLAIN = "plain"
    HIDDEN = "hidden"
    RAISED = "raised"
    SYMBOL = "symbol"
    LETTER = "letter"


@cache
def _kind(char: str) -> _Kind:
    if char.isascii():
        return _Kind.PLAIN
    if char in _RAISED:
        return _Kind.RAISED
    if _letter(char):
        return _Kind.LETTER
    category = unicodedata.category(char)
    if category in ("Cf", "Me", "Co", "Cn", "Cs", "Cc") or char in _FILLERS or _is_overlay(ord(char)):
        return _Kind.HIDDEN
    return _Kind.SYMBOL if category in ("So", "Sc", "Sk") else _Kind.PLAIN


_PLAIN: Final = AllCharacters(lambda char: _kind(char) is _Kind.PLAIN)


@cache
def _letter(char: str) -> str:
    """Return the Latin letter for a letter in a circle, a box or small capitals; "" for any other character."""
    if unicodedata.category(char) == "So":
        plain = unicodedata.normalize("NFKC", char).strip("()")
        return plain if len(plain) == 1 and plain.isascii() and plain.isalpha() else ""
    name = unicodedata.name(char, "")
    return name[-1].lower() if _SMALL_CAPITAL.fullmatch(name) else ""


_SMALL_CAPITAL = re.compile("LATIN LETTER SMALL CAPITAL [A-Z]")


def _is_overlay(code: int) -> bool:
    """Return whether `code` is a variation selector, an overlay mark or an enclosing mark."""
    return (
        0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x0334 <= code <= 0x0338
        or 0x20D0 <= code <= 0x20F0
        or 0x180B <= code <= 0x180D
    )


def _is_alphabetic(char: str) -> bool:
    """Return whether the script of `char` has no use for invisible joiners, unlike Persian and Hindi."""
    return ord(char) < 0x0590 or 0x1C80 <= ord(char) < 0x2000 or 0xAC00 <= ord(char) < 0xD7B0


def _ends_with_unit(out: list[str]) -> bool:
    word = ""
    for char in reversed(out[-3:]):
        if not char.isalpha():
            break
        word = char + word
    return word.lower() in _UNITS


def _in_latin(text: str, found: list[Disguise]) -> str:
    table = _table()
    if text.isascii() or table.keys().isdisjoint(map(ord, text)):
        return text
    return _LETTERS.sub(lambda word: _word_in_latin(word[0], table, found), text)


def _word_in_latin(word: str, table: dict[int, str], found: list[Disguise]) -> str:
    """Return `word` in Latin if a reader takes it for Latin: it has Latin letters, or is in a rarely used script."""
    if word.isascii() or not any(ord(char) in table for char in word):
        return word
    foreign = [char for char in word if not _is_latin(char)]
    mixed = len(foreign) < len(word)
    alike = sum(ord(char) in table or char in _CYRILLIC for char in foreign)
    if any(map(_is_native, foreign)):
        if not mixed or alike < len(foreign):
            return word
    elif 2 * alike < len(foreign):
        return word
    found.append(Disguise.LOOKALIKES)
    seen = word.translate(table)
    # Omit a letter of a rarely used script that resembles no Latin letter: name matching tolerates a missing letter.
    return (
        seen if mixed and any(map(_is_native, foreign)) else "".join(c for c in seen if _is_latin(c) or _is_native(c))
    )


_CYRILLIC: Final = frozenset("аеорсухкмнтвіјѕԁһԛԝАЕОРСУХКМНТВІЈЅ")
"""Cyrillic letters that resemble Latin ones. `latin.py` decides when to replace them."""


@cache
def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")


@cache
def _is_native(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_NATIVE)


@cache
def _table() -> dict[int, str]:
    """Return the letters of other alphabets mapped to the Latin letters that they resemble."""
    lines = resources.files(__package__).joinpath("confusables.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {ord(letter): latin for letter, latin, _ in rows}


class _Run(NamedTuple):
    """Single letters separated by the same mark, by their position in the text."""

    start: int
    end: int
    mark: str


def _joined(text: str, found: list[Disguise]) -> str:
    """Return `text` with letters separated by one mark joined: g r e n a d e s, k-i-m j-o-n-g."""
    if _ALONE.search(text) is None:
        return text
    parts, at = [], 0
    for group in _groups(_runs(text), text):
        letters = sum(_letters(run) for run in group)
        if letters >= LEAST_SET_APART or (letters >= LEAST_ALONE and _is_all(group, text)):
            for run in group:
                parts += [text[at : run.start], text[run.start : run.end : 2]]
                at = run.end
    if not at:
        return text
    found.append(Disguise.SET_APART)
    return "".join((*parts, text[at:]))


def _runs(text: str) -> list[_Run]:
    runs: list[_Run] = []
    for word in _LETTERS.finditer(text):
        if word.end() - word.start() > 1 or _writes_one_by_one(word[0]):
            continue
        last = runs[-1] if runs else None
        mark = text[last.end : word.start()] if last else ""
        if last is not None and len(mark) == 1 and last.mark in ("", mark):
            runs[-1] = _Run(last.start, word.end(), mark)
        else:
            runs.append(_Run(word.start(), word.end(), ""))
    return [run for run in runs if run.mark and not _touches_a_word(run, text)]


def _groups(runs: list[_Run], text: str) -> Iterator[list[_Run]]:
    """Yield groups of runs that have the same mark and only space between them. Initials are never grouped."""
    group: list[_Run] = []
    for run in runs:
        if group and not (run.mark == group[-1].mark != "." and text[group[-1].end : run.start].isspace()):
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _is_all(group: list[_Run], text: str) -> bool:
    """Return whether the text has no other letters or digits: r i c e."""
    outside = text[: group[0].start] + text[group[-1].end :]
    return group[0].mark != "." and not any(map(str.isalnum, outside))


def _letters(run: _Run) -> int:
    return (run.end - run.start + 1) // 2


def _touches_a_word(run: _Run, text: str) -> bool:
    """Return whether a digit is adjacent to the run, also across the mark, as in a part number: A-B-C-12."""
    before, behind = text[max(0, run.start - 2) : run.start], text[run.end : run.end + 2]
    return any(map(str.isdigit, before)) or any(map(str.isdigit, behind))


def _writes_one_by_one(letter: str) -> bool:
    """Return whether single letters of its script are words or syllables: Han, kana, Hangul and the like."""
    return ord(letter) >= 0x0E00 and not 0x1C80 <= ord(letter) < 0x2000
