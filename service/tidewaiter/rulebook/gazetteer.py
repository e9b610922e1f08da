"""Finds the countries that a text names: one lookup over the names, places and government bodies of all countries.

The longest phrase claims its words: nothing inside "South Korea" or 大韩民国 names another country. Look-alike names
are in the gazetteer only to claim their words. It knows nothing of transfers and does not interpret a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tidewaiter.rulebook.denials import MARKS, Denials, DenialWords, with_marks
from tidewaiter.rulebook.phrases import fold, fold_mended
from tidewaiter.text.disguise import mended
from tidewaiter.text.latin import LOOKALIKES, read_right

MOST_MENTIONS = 500
"""Names of countries in the texts of one transfer that are read with what stands around them."""
REMEMBERED = 32_768
"""How many texts have their mentions cached. Names and addresses repeat."""
REMEMBERED_LENGTH = 400
_REMEMBERED_LONG = 4
"""How many longer texts have theirs cached: one is asked for more than once while its transfer is judged."""
LONGEST_ENDING = 5
"""Letters that may follow a stem (`Северн*`): case endings, not other words."""
SHORTEST_TYPO = 7
CONTEXT_WORDS = 4
CONTEXT_LETTERS = 12
"""How many words, or letters of scripts without spaces, around a mention may give the role of the country."""
DENIAL_LETTERS = 24
"""How many letters of such scripts before a mention may deny it."""

_HEAD = 3
_END = 3
_OF = frozenset("de du des di da do del della la le d".split())
_STEM = "ꟿ"  # A letter that no text has and that survives folding. It stands for `*` while a phrase is read.
_APOSTROPHE = re.compile(r"['’‘ʼʻ`´]")
_ELISION = re.compile(r"\b(l|d|un|dell|all|nell|sull|dall)['’]", re.IGNORECASE)
_INITIALS = re.compile(r"(?:(?<= )[^\W\d_] ){3,}")
_INITIAL = re.compile(r" [^\W\d_] ")
# Marks that print as nothing, inside a word of a script that has no use for them.
_SPACED_LETTER = r"[A-Za-z\u00c0-\u024f\u0400-\u04ff\u3400-\u9fff\uac00-\ud7af]"
_INVISIBLE = re.compile(rf"(?<={_SPACED_LETTER})[\u00ad\u200b-\u200f\u2060\ufeff]+(?={_SPACED_LETTER})")
# A Latin letter beside a Greek or Cyrillic one, and the words in which such a pair may stand. Two patterns, because one
# that finds the whole word around a pair rescans the word from each of its letters.
_MIXED = re.compile(r"[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]")
_LETTERS = re.compile(r"(?:[^\W\d_\u0370-\u04ff]|[\u0370-\u04ff])+")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class MentionKind(StrEnum):
    """How a phrase is related to its country."""

    NAME = "name"
    PLACE = "place"
    GOVERNMENT = "government"
    HUB = "hub"
    """A border place in a neighbouring country through which its trade goes. By itself it is not a tie."""
    BODY = "body"
    """A well-known institution of its State or party, whose name need not name the country."""
    HEAD = "head"
    """Its head of State, by name."""
    AMBIGUOUS = "ambiguous"
    """A name that it shares with another country (Korea)."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of `country` in a text. `phrase` is the gazetteer's spelling."""

    country: str
    kind: MentionKind
    phrase: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A phrase and the country it names; None for a phrase that only looks like the name of a country.

    In `phrase`, `*` after a word allows any ending. `~` before the phrase allows one typo in each word of seven letters
    or more.
    """

    phrase: str
    country: str | None
    kind: MentionKind = MentionKind.NAME


class InContext(NamedTuple):
    """A mention with what stands before and after it, folded, a few words each; `denied` where the text says not so."""

    mention: Mention
    before: str
    after: str
    denied: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    stems: tuple[bool, ...]
    mentions: tuple[Mention, ...]

    def stands_at(self, place: int, words: list[str]) -> bool:
        if place + len(self.words) > len(words):
            return False
        for at, (word, stem) in enumerate(zip(self.words, self.stems, strict=True), place):
            stated = words[at]
            if stated != word and not (stem and stated.startswith(word) and len(stated) - len(word) <= LONGEST_ENDING):
                return False
        return True


class Gazetteer:
    """A lookup built once for a rule book. `mentions` depends on the text alone.

    A phrase before one of `streets` (Road, Avenue) or after one of `streets_of` (rue de, calle) is the name of a street
    and no mention. One of `perhaps_streets_of` (via) says so only before a number, and never in the words for goods.
    """

    __slots__ = (
        "_begins",
        "_by_first_letter",
        "_by_word",
        "_denials",
        "_ends",
        "_initials",
        "_known",
        "_known_contexts",
        "_long_contexts",
        "_longest",
        "_perhaps_streets_of",
        "_stems",
        "_streets",
        "_streets_of",
        "_typos",
        "_vocabulary",
    )

    def __init__(
        self,
        claims: Iterable[Claim],
        streets: Iterable[str] = (),
        streets_of: Iterable[str] = (),
        perhaps_streets_of: Iterable[str] = (),
        denials: Denials | None = None,
    ) -> None:
        self._denials = denials or Denials(DenialWords(), ())
        self._streets, self._streets_of = frozenset(streets), frozenset(streets_of)
        self._perhaps_streets_of = frozenset(perhaps_streets_of)
        claims = tuple(claims)
        self._vocabulary = frozenset(word for claim in claims for word in _long_words(claim))
        self._initials = frozenset(word[0] for word in self._vocabulary)
        """A typo is assumed to leave the first letter as it is."""
        self._longest = 1 + max(map(len, self._vocabulary), default=0)
        # One typo in a long word leaves its beginning or its end unchanged.
        self._begins = frozenset(word[:_END] for word in self._vocabulary)
        self._ends = frozenset(word[-_END:] for word in self._vocabulary)
        self._typos = {less: word for word in sorted(self._vocabulary) for less in (word, *_one_less(word))}
        spaced: dict[tuple[tuple[str, ...], tuple[bool, ...]], list[Mention]] = {}
        joined: dict[str, list[Mention]] = {}
        for claim in claims:
            text = claim.phrase.removeprefix("~")
            mention = [Mention(claim.country, claim.kind, text.replace("*", ""))] if claim.country else []
            if _UNSPACED.search(text):
                joined.setdefault(fold(text).strip(), []).extend(mention)
                continue
            words = self._mend(_read(text.replace("*", _STEM)).split())
            stems = tuple(word.endswith(_STEM) for word in words)
            words = [word.removesuffix(_STEM) for word in words]
            spaced.setdefault((tuple(words), stems), []).extend(mention)
            if 1 < len(words) <= 3 and not any(stems[:-1]) and all(len(word) > 1 for word in words):
                spaced.setdefault((("".join(words),), stems[-1:]), []).extend(mention)
        by_word: dict[str, list[_Phrase]] = {}
        by_head: dict[str, list[_Phrase]] = {}
        for (parts, stems), found in spaced.items():
            phrase = _Phrase(parts, stems, _one_of_a_kind(found))
            if stems[0]:
                by_head.setdefault(parts[0][:_HEAD], []).append(phrase)
            else:
                by_word.setdefault(parts[0], []).append(phrase)
        self._by_word = {word: tuple(sorted(group, key=_longest_first)) for word, group in by_word.items()}
        self._stems = {head: tuple(sorted(group, key=_longest_first)) for head, group in by_head.items()}
        by_letter: dict[str, list[tuple[str, tuple[Mention, ...]]]] = {}
        for needle, found in joined.items():
            by_letter.setdefault(needle[0], []).append((needle, _one_of_a_kind(found)))
        self._by_first_letter = {
            letter: tuple(sorted(group, key=lambda pair: (-len(pair[0]), pair[0])))
            for letter, group in by_letter.items()
        }
        # No lru_cache around a method: it makes a cycle, and a replaced rule book must be freed without the collector.
        self._known: dict[str, tuple[Mention, ...]] = {}
        self._known_contexts: dict[str, tuple[InContext, ...]] = {}
        self._long_contexts: dict[str, tuple[InContext, ...]] = {}

    def mentions(self, text: str | None) -> tuple[Mention, ...]:
        """Return the countries that `text` names, in the order of the text, each phrase once."""
        if not text:
            return ()
        if len(text) > REMEMBERED_LENGTH:
            return self._look(text)
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[text] = self._look(text)
        return found

    def in_context(self, text: str) -> tuple[InContext, ...]:
        """Return each mention of a country in `text`, words for goods or a remark, with what stands around it.

        Reads the first `MOST_MENTIONS` names and one more, so that it shows where there are more.
        """
        short = len(text) <= REMEMBERED_LENGTH
        known = self._known_contexts if short else self._long_contexts
        found = known.get(text)
        if found is None:
            if len(known) >= (REMEMBERED if short else _REMEMBERED_LONG):
                known.clear()
            found = known[text] = tuple(self._contexts(text))
        return found

    def _contexts(self, text: str) -> Iterator[InContext]:
        folded = _read(text)
        words = self._mend(folded.split())
        found = list(islice(self._in_words(words, in_address=False), MOST_MENTIONS + 1))
        denied = self._denied(text, words, found) if found else ()
        for (start, end, mentions), is_denied in zip(found, denied, strict=True):
            before, after = words[max(0, start - CONTEXT_WORDS) : start], words[end : end + CONTEXT_WORDS]
            for mention in mentions:
                yield InContext(mention, " ".join(before), " ".join(after), is_denied)
        if not folded.isascii() and _UNSPACED.search(folded):
            for start, end, mentions in islice(self._anywhere(folded), MOST_MENTIONS + 1):
                left, right = folded[max(0, start - CONTEXT_LETTERS) : start], folded[end : end + CONTEXT_LETTERS]
                is_denied = self._denials.deny_unspaced(folded[max(0, start - DENIAL_LETTERS) : start], right)
                for mention in mentions:
                    yield InContext(mention, left.strip(), right.strip(), is_denied)

    def _denied(self, text: str, words: list[str], found: Sequence[tuple[int, int, object]]) -> list[bool]:
        """For each name found in `words`, which are those of `text`, whether it is denied."""
        marked = self._mend(_read(with_marks(text)).split())
        places = [place for place, word in enumerate(marked) if word not in MARKS]
        if [marked[place] for place in places] != words:
            return [False for _ in found]
        spans = [(places[start], places[end - 1] + 1) for start, end, _ in found]
        names = {end: start for start, end in spans}
        return [self._denials.deny(marked, start, end, names) for start, end in spans]

    def _look(self, text: str) -> tuple[Mention, ...]:
        folded = _read(text)
        found = [mention for _, _, mentions in self._in_words(self._mend(folded.split())) for mention in mentions]
        if not folded.isascii() and _UNSPACED.search(folded):
            found += [mention for _, _, mentions in self._anywhere(folded) for mention in mentions]
        return tuple(dict.fromkeys(found)) if found else ()

    def _in_words(self, words: list[str], *, in_address: bool = True) -> Iterator[tuple[int, int, tuple[Mention, ...]]]:
        """Yield the mentions in corrected words: the number of the first word, the number after the last, mentions."""
        free_from, by_word, by_head = 0, self._by_word, self._stems
        for place, word in enumerate(words):
            if place < free_from or (word not in by_word and word[:_HEAD] not in by_head):
                continue
            for phrase in self._beginning_with(word):
                if phrase.stands_at(place, words):
                    free_from = place + len(phrase.words)
                    if phrase.mentions and not self._names_a_street(words, place, free_from, in_address=in_address):
                        yield place, free_from, phrase.mentions
                    break

    def _beginning_with(self, word: str) -> Iterable[_Phrase]:
        """Return the phrases that may begin with `word`, the longest first."""
        whole, stems = self._by_word.get(word, ()), self._stems.get(word[:_HEAD], ())
        return sorted((*whole, *stems), key=_longest_first) if whole and stems else whole or stems

    def _names_a_street(self, words: list[str], place: int, end: int, *, in_address: bool) -> bool:
        """Return whether the phrase names a street: Cuba Street is in Wellington, the rue de Téhéran in Paris."""
        if end < len(words) and words[end] in self._streets:
            return True
        before = words[max(0, place - 2) : place]
        if before and before[-1] in _OF:
            before.pop()
        if not before or before[-1] not in self._perhaps_streets_of:
            return bool(before) and before[-1] in self._streets_of
        return in_address and end < len(words) and words[end][0].isdigit()

    def _anywhere(self, folded: str) -> Iterator[tuple[int, int, tuple[Mention, ...]]]:
        free_from = 0
        for place, letter in enumerate(folded):
            if place < free_from:
                continue
            for needle, mentions in self._by_first_letter.get(letter, ()):
                if folded.startswith(needle, place) and not _inside_a_word(needle, folded, place):
                    free_from = place + len(needle)
                    yield place, free_from, mentions
                    break

    def _mend(self, words: list[str]) -> list[str]:
        initials, shortest = self._initials, SHORTEST_TYPO - 1
        # Most words are letters alone, and too short or of another initial than a word that is known with typos.
        return [
            word if word.isalpha() and (word[0] not in initials or len(word) < shortest) else self._mended(word)
            for word in words
        ]

    def _mended(self, word: str) -> str:
        word = word if word.isalpha() else read_right(word)
        if word[0] not in self._initials or not SHORTEST_TYPO - 1 <= len(word) <= self._longest:
            return word
        if word in self._vocabulary or (word[:_END] not in self._begins and word[-_END:] not in self._ends):
            return word
        for less in (word, *_one_less(word)):
            meant = self._typos.get(less)
            if meant is not None and meant[0] == word[0] and OSA.distance(word, meant) == 1:
                return meant
        return word


def _long_words(claim: Claim) -> Iterable[str]:
    if not claim.phrase.startswith("~"):
        return ()
    return (word for word in _read(claim.phrase[1:]).split() if len(word) >= SHORTEST_TYPO)


def _read(text: str) -> str:
    """Return `text` folded, without disguises, and with P'yongyang, people's and D.P.R.K. as one word each."""
    plain = mended(text).text
    if not plain.isascii():
        plain = _INVISIBLE.sub("", plain).lower()
        if _MIXED.search(plain):
            plain = _LETTERS.sub(_in_one_alphabet, plain)
        plain = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", plain))
    elif "'" in plain or "`" in plain:
        plain = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", plain))
    folded = fold_mended(plain) if plain == text else fold(plain)
    if _INITIAL.search(folded):
        return _INITIALS.sub(lambda run: run[0].replace(" ", "") + " ", folded)
    return folded


def _in_one_alphabet(word: re.Match[str]) -> str:
    return word[0].translate(LOOKALIKES) if _MIXED.search(word[0]) else word[0]


def _inside_a_word(needle: str, folded: str, place: int) -> bool:
    """Return whether a short name is only part of a word: Libya in 볼리비아 (Bolivia), Iran in ハイランド (Highland).

    Korean separates words by spaces and appends endings; a run of katakana is one foreign word.
    """
    if _HANGUL.match(needle):
        return len(needle) <= 3 and bool(_HANGUL.match(folded[place - 1]))
    if _KATAKANA.fullmatch(needle):
        end = place + len(needle)
        return bool(_KATAKANA.match(folded[place - 1]) or _KATAKANA.match(folded[end : end + 1]))
    return False


def _one_less(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _longest_first(phrase: _Phrase) -> tuple[int, int, tuple[str, ...]]:
    return (-len(phrase.words), -sum(map(len, phrase.words)), phrase.words)


def _one_of_a_kind(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the mentions, keeping the first of those whose spellings are equal when folded."""
    kinds: dict[tuple[str, MentionKind], Mention] = {}
    for mention in mentions:
        kinds.setdefault((mention.country, mention.kind), mention)
    return tuple(kinds.values())
