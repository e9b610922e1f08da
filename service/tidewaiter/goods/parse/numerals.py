"""Numbers beside words: scales of models, and words that only count or measure."""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter.goods.amounts.quantities import unit_of
from tidewaiter.goods.languages import of_script
from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.words import Pieces


def numbers_alike(words: Pieces, means_nothing: Callable[[str], bool]) -> Pieces | None:
    """Return the words with one mark for all numbers that mean nothing; None when they have none.

    Texts of which it is the same are parsed alike: nothing reads such a number, but scales and whether it is one digit.
    """
    alike = tuple(
        [
            (_ANY_NUMBER, piece[1])
            if piece[0][0].isdecimal() and len(piece[0]) > 1 and piece[0] not in _SCALES and means_nothing(piece[0])
            else piece
            for piece in words
        ]
    )
    return None if alike == words else alike


def scale_at(words: Pieces, index: int) -> str:
    """The scale of a model that begins with the 1 at `index` ("1:43"), or ""."""
    if words[index][1] not in (":", "/", "：") or index + 1 >= len(words) or words[index + 1][0] not in _SCALES:
        return ""
    return f"1{words[index][1]}{words[index + 1][0]}"


def two_runs(one: str, other: str) -> bool:
    """Whether a space parts two runs of Chinese or Japanese, which part words by nothing: then it parts remarks."""
    return script_of(one) is Script.HAN is script_of(other) and one[-1] not in _PURPOSES


def only_counts(kind: EntryKind, words: Pieces, first: int, last: int, text: str) -> bool:
    """Whether what looks like a term is a measure or a count here."""
    before, joint = words[first - 1] if first else ("", " ")
    digits = before[-1:].isdigit()
    if kind is _MODEL:
        letter, behind = words[first]
        # "box x 5" is no X5, nor is "6x6" an X6.
        return (len(letter) == 1 and behind.isspace() and letter.isalpha()) or (digits and not joint)
    if kind is _PART:
        return _counts(words, first, last)  # "10 pièces": how many, and no parts
    return (
        len(text) == 1 and digits and script_of(text) in (Script.HAN, Script.HANGUL)
    )  # "5 米" are metres, and no rice


def is_quoted(words: Pieces, first: int, last: int) -> bool:
    """Whether a plain word stands in quotation marks, and so is what someone calls the goods: `40 pistols, "tools"`."""
    if words[last][1][:1] not in QUOTES:
        return False
    while first and words[first - 1][1] == " ":
        first -= 1
    return words[first][0][0].islower() and (not first or words[first - 1][1][-1:] in QUOTES)


def counted(words: Pieces, first: int) -> bool:
    """Whether a number with its counter stands right before ("20정"), which then counts what stands before it."""
    return first > 1 and words[first - 2][0][-1].isdigit() and not words[first - 2][1] and words[first - 1][1] == " "


def _counts(words: Pieces, first: int, last: int) -> bool:
    """Whether the word that may be "parts" only counts pieces: after a number, with nothing behind it."""
    if first != last or not first or not words[first - 1][0][-1].isdigit():
        return False
    word, behind = words[last]
    return (last + 1 == len(words) or bool(behind.strip())) and unit_of(word) is not None


_SCALES = frozenset(
    "6 8 10 12 14 16 18 20 24 25 32 35 36 38 40 43 48 50 60 64 72 75 76 87 96 100 144 150 160 200 250 350 400 500 "
    "700".split()
)
_ANY_NUMBER = "\0"
"""No word: it is no letter and no digit."""
_PURPOSES = frozenset().union(*(language.segmentation.purposes for language in of_script(Script.HAN)))
QUOTES = frozenset('"“”„«»')
_MODEL, _PART = EntryKind.MODEL, EntryKind.PART
