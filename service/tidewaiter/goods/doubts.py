"""Grades what is not known of an item: which kind of doubt it is, and whether it can be about goods that are barred.

A doubt is settled by evidence that the goods are of a free kind: by words, by wording, or by a declared code that the
wording bears out. What says nothing, in whole or in a part of its own, stays a doubt, and so does what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from math import inf
from operator import itemgetter
from typing import Final, NamedTuple

from tidewaiter.goods.hs.codes import HsCode, read_codes
from tidewaiter.goods.kinds import ALL_KINDS, kind_of, kinds_within
from tidewaiter.goods.lexicon.lexemes import SILENT, UNKNOWN
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.model.wording_model import REMEMBERED_LETTERS, Wording, WordingReader, letters, log_odds
from tidewaiter.goods.parse.unknown_parts import parts_of, unknown_parts
from tidewaiter.goods.parse.words import pieces
from tidewaiter.goods.recognition import HeadingHit, ItemQuery, Recognition

KNOWN: Final = 0.7
"""From this certainty on a heading is known."""
NAMED: Final = 0.45
"""From this certainty on a heading that words name is evidence of its kind."""
PERHAPS: Final = 0.3
"""From this certainty on a heading is a reason to think of its kind."""
SUBHEADING: Final = 6
WORDS_KNOWN: Final = 0.5
"""The share of known words from which on wording alone is evidence: random letters are like something, too."""
MOST_PARTS: Final = 40
"""Of a line with more parts that nobody knows, none is settled."""


BARRED_AT: Final = log_odds(0.05)
"""From these odds on a text may be of a barred kind."""
BARRED_AT_WITH_CODE: Final = log_odds(0.4)
"""The same where a declared code says otherwise, and the wording bears it out."""
PART_BARRED_AT: Final = log_odds(0.4)
"""From these odds on a part that nobody knows may be of a barred kind."""
PART_BARRED_AT_WITH_CODE: Final = log_odds(0.6)
"""The same beside a declared code."""
FREE_AT: Final = log_odds(0.5)
"""From these odds on the wording is evidence of a free kind."""
NAMED_LIKELY_AT: Final = log_odds(0.2)
"""From these odds on the wording makes it likely enough that words name goods of a free kind."""
BORNE_OUT_AT: Final = log_odds(0.15)
"""From these odds on the wording bears a declared code out."""
BORNE_OUT_BY_SOUND_AT: Final = log_odds(0.8)
"""The same for words that nobody knows, as those of chemistry."""
PART_SAYS_SOMETHING_AT: Final = log_odds(0.1)
"""Below these odds for every free kind a part says nothing of what it is."""
BARRED_AT_WITH_WIDER: Final = log_odds(0.3)
"""From these odds on a text may be of a barred kind whose heading, by words, is wider than another barred kind."""
CONTRADICTED_AT: Final = log_odds(0.35)
"""From these odds on the wording speaks of a barred kind, whatever words or a code name."""


class DoubtKind(StrEnum):
    """Why it is not known what an item is."""

    UNRECOGNISED = "unrecognised"
    """Neither words nor wording tell what it is."""
    IN_PART = "in_part"
    """A part of the description says nothing of what it is."""
    ALIKE = "alike"
    """The wording may be that of goods that are barred."""
    UNLIKE_ITS_CODE = "unlike_its_code"
    """The wording does not bear out the declared code."""


class GoodsDoubt(NamedTuple):
    """One doubt about an item.

    `about` is the barred kind that it may be of, or the part that says nothing; "" for none. `words` are
    those of the wording that speak for the barred kind most.
    """

    kind: DoubtKind
    about: str = ""
    words: tuple[str, ...] = ()


def is_known(recognition: Recognition) -> bool:
    """Return whether everything that the item names was recognised, and one thing with certainty."""
    return not recognition.unknown_part and any(hit.certainty >= KNOWN for hit in recognition.headings)


class GoodsDoubts:
    """Grades doubts by the kinds that a wording model has learnt; without them every doubt stands as it is."""

    def __init__(self, reader: WordingReader | None, vocabulary: Vocabulary) -> None:
        self._reader = reader if reader is not None and reader.kinds else None
        self._vocabulary = vocabulary
        self._barred = _BarredSets({} if self._reader is None else self._reader.kinds)
        self._remembered: dict[ItemQuery, ItemDoubts] = {}
        self._letters = 0

    @property
    def weigh(self) -> bool:
        """Return whether there is a model by which doubts are weighed."""
        return self._reader is not None

    def of(self, query: ItemQuery, recognition: Recognition, unknown_part: bool) -> ItemDoubts:
        """Return the doubts about an item.

        `recognition` is that of `query`, perhaps with more that the line may mean; `unknown_part` is that of the
        description as it is written.
        """
        if self._reader is None:
            return ItemDoubts(recognition, None, self._barred)
        known = self._remembered.get(query)
        if known is None or known.recognition != recognition:
            size = LEAST_LETTERS + letters(query[:3])
            if self._letters + size > REMEMBERED_LETTERS:
                self._remembered.clear()
                self._letters = 0
            evidence = _Evidence(query, recognition, unknown_part, self._reader, self._vocabulary)
            known = self._remembered[query] = ItemDoubts(recognition, evidence, self._barred)
            self._letters += size
        return known


class ItemDoubts:
    """The doubts about one item, whatever is barred. Without evidence, which a model gives, each stands as it is."""

    __slots__ = ("_barred", "_evidence", "_found", "recognition")

    def __init__(self, recognition: Recognition, evidence: _Evidence | None, barred: _BarredSets) -> None:
        self.recognition, self._evidence, self._barred = recognition, evidence, barred
        self._found: dict[frozenset[str], GoodsDoubt | None] = {}

    @property
    def known(self) -> bool:
        """Return whether everything that the item names was recognised. Few transfers need to know."""
        return is_known(self.recognition)

    def about(self, barred: frozenset[str]) -> GoodsDoubt | None:
        """Return why the item may be of one of the `barred` kinds; None when nothing says so.

        Where all kinds are barred, whatever is not known may be barred, and a code alone makes nothing known.
        """
        if barred not in self._found:
            self._found[barred] = self._about(barred)
        return self._found[barred]

    def _about(self, barred: frozenset[str]) -> GoodsDoubt | None:
        if self._evidence is None or (barred >= ALL_KINDS and not self.known):
            return None if self.known else _unweighed(self.recognition)
        weighed = _Weighed(self._evidence, self._barred.of(barred))
        if barred >= ALL_KINDS:
            return weighed.doubt_of_bare_code()
        return weighed.doubt_of_known() if self.known else weighed.doubt_of_unknown()

    def about_code(self, barred: frozenset[str]) -> GoodsDoubt | None:
        """Return why an item may be of a barred kind whose words disagree with its code; None when nothing says so."""
        if self._evidence is None or barred >= ALL_KINDS:
            return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)
        return _Weighed(self._evidence, self._barred.of(barred)).doubt_of_code()


_REMEMBERED_SETS: Final = 1_000
"""The most sets of barred kinds to remember. A rule book has one for each country and programme."""
LEAST_LETTERS: Final = 40
"""Letters that are counted for each item beside those of its texts, because an item without texts takes memory too."""


class _Kinds(NamedTuple):
    """Kinds of goods, and their scores for a wording."""

    names: frozenset[str]
    scores: Callable[[list[float]], tuple[float, ...]]
    """Picks their scores, in order, the last one twice: of a single place, `itemgetter` would give no tuple."""

    @classmethod
    def of(cls, names: frozenset[str], places: Mapping[str, int]) -> _Kinds:
        found = [place for kind, place in places.items() if kind in names]
        return cls(names, itemgetter(*found, found[-1]) if found else _none_of)

    def best(self, wording: Wording) -> float:
        """Return the logarithm of the odds of the kind that the wording speaks for most."""
        return max(self.scores(wording.scores))


def _none_of(scores: list[float]) -> tuple[float, ...]:
    return (-inf,)


class _Barred(NamedTuple):
    """The barred kinds of goods, and all others."""

    kinds: _Kinds
    others: _Kinds


class _BarredSets:
    """Remembers the places of kinds for each set of barred ones."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places
        self._remembered: dict[frozenset[str], _Barred] = {}

    def of(self, barred: frozenset[str]) -> _Barred:
        """Return these kinds and all others."""
        known = self._remembered.get(barred)
        if known is None:
            if len(self._remembered) >= _REMEMBERED_SETS:
                self._remembered.clear()
            kinds, others = (_Kinds.of(one, self._places) for one in (barred, ALL_KINDS - barred))
            known = self._remembered[barred] = _Barred(kinds, others)
        return known


class _Evidence:
    """The facts about one item, from its texts and its code. They do not depend on which kinds are barred.

    Each fact is computed when it is first used.
    """

    def __init__(
        self,
        query: ItemQuery,
        recognition: Recognition,
        unknown_part: bool,
        reader: WordingReader,
        vocabulary: Vocabulary,
    ) -> None:
        self.recognition = recognition
        self.places = reader.kinds
        self._unknown_part = unknown_part
        self._query, self._reader, self._vocabulary = query, reader, vocabulary

    @cached_property
    def codes(self) -> tuple[HsCode, ...]:
        """Return the declared codes."""
        return read_codes(self._query.hs_code) if self._query.hs_code else ()

    @cached_property
    def named(self) -> list[HeadingHit]:
        """Return the headings that words name."""
        return [hit for hit in self.recognition.headings if not hit.declared]

    @cached_property
    def whole(self) -> Wording | None:
        """Return the wording of all texts together, and of what they mean; None when they have no words."""
        return self._reader.hear(self._query, self.recognition)

    @cached_property
    def complete(self) -> bool:
        """Return whether the wording of all of it is read."""
        whole = self.whole
        few = len(self._parts) <= MOST_PARTS or len(self._unknown_parts) <= MOST_PARTS
        return whole is not None and whole.whole and few

    @cached_property
    def unknown_parts(self) -> list[tuple[str, Wording]]:
        """Return each part of the description of which no word is known, with its wording."""
        return [(text, part) for text in self._unknown_parts if (part := self._reader.read(text)) is not None]

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        return parts_of(self._query.description) if self._query.description else ()

    @cached_property
    def _unknown_parts(self) -> tuple[str, ...]:
        if self._parts == (self._query.description,):
            return self._parts if self._unknown_part else ()  # it was parsed to recognise it
        return unknown_parts(self._parts, self._vocabulary)

    @cached_property
    def wording_counts(self) -> bool:
        """Return whether the wording is evidence: its words are known, or some of them name goods."""
        return any(hit.certainty >= PERHAPS for hit in self.named) or self._is_legible()

    def _is_legible(self) -> bool:
        words = [word for text in self._query[:3] if text for word in pieces(text)]
        lexemes = [one for one, _ in self._vocabulary.stream(words) if not one.number]
        known = sum(one is not UNKNOWN and one is not SILENT for one in lexemes)
        return known > 0 and known >= WORDS_KNOWN * len(lexemes)

    @property
    def says_nothing(self) -> bool:
        """Return whether a code stands beside words that name no goods."""
        return bool(self.codes) and not self.named and self.whole is not None

    @cached_property
    def kinds_of_headings(self) -> list[str]:
        """Return the kind of each heading."""
        return [kind_of(hit.code) for hit in self.recognition.headings]

    @cached_property
    def kinds_within(self) -> frozenset[str]:
        """Return all kinds that goods under the headings may be of: a heading may be as wide as a chapter."""
        return frozenset(kind for hit in self.recognition.headings for kind in kinds_within(hit.code))

    @cached_property
    def kinds_perhaps_named(self) -> list[str]:
        """Return the kind of each heading that words name, or may."""
        return [kind_of(hit.code) for hit in self.named if hit.certainty >= PERHAPS]

    @cached_property
    def kinds_named(self) -> frozenset[str]:
        """Return the kinds of goods that words name."""
        return frozenset(kind for hit in self.named if hit.certainty >= NAMED for kind in kinds_within(hit.code))

    @cached_property
    def bears_code_out(self) -> bool:
        """Return whether the wording is like that of the goods of the code."""
        kinds = frozenset(kind_of(code.digits) for code in self.codes)
        likeness = -inf if self.whole is None else _Kinds.of(kinds, self.places).best(self.whole)
        return likeness >= (BORNE_OUT_AT if self.wording_counts else BORNE_OUT_BY_SOUND_AT)


class _Weighed:
    """Weighs the evidence about one item: for barred kinds and for free kinds."""

    __slots__ = ("_barred", "_evidence")

    def __init__(self, evidence: _Evidence, barred: _Barred) -> None:
        self._evidence, self._barred = evidence, barred

    def doubt_of_known(self) -> GoodsDoubt | None:
        """Return the doubt about an item that words or a code name: that its wording speaks of barred goods."""
        evidence, barred = self._evidence, self._barred.kinds
        if evidence.says_nothing:
            return self.doubt_of_code()
        if not barred.names.isdisjoint(evidence.kinds_of_headings) or (whole := evidence.whole) is None:
            return None
        # A heading may be wider than a barred kind: of tools, those for machines are one.
        within = evidence.kinds_within & barred.names
        if within and (wider := _Kinds.of(within, evidence.places)).best(whole) >= BARRED_AT:
            return self._alike(wider, whole)
        score = barred.best(whole)
        contradicted = score >= CONTRADICTED_AT and score > self._barred.others.best(whole)
        return self._alike(barred, whole) if contradicted or (within and score >= BARRED_AT_WITH_WIDER) else None

    def doubt_of_unknown(self) -> GoodsDoubt | None:
        """Return the doubt about an item that is not known, or not in every part."""
        if self._names_barred():
            return _unweighed(self._evidence.recognition)
        if any(len(code.digits) >= SUBHEADING for code in self._evidence.codes):
            return self.doubt_of_code()
        return self._doubt_of_wording()

    def doubt_of_code(self) -> GoodsDoubt | None:
        """Return the doubt whether the goods are those of the declared code."""
        evidence = self._evidence
        whole = evidence.whole
        if whole is None or self._names_barred():
            return _unweighed(evidence.recognition)
        agreed = evidence.recognition.conflict is None and self._names_free_goods()
        if not (agreed or evidence.bears_code_out):
            return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)
        return self._doubt_of_texts(whole, BARRED_AT_WITH_CODE, PART_BARRED_AT_WITH_CODE)

    def doubt_of_bare_code(self) -> GoodsDoubt | None:
        """Return the doubt about an item of which only the code says what it is, beside other words."""
        if not self._evidence.says_nothing or self._evidence.bears_code_out:
            return None
        return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)

    def _doubt_of_wording(self) -> GoodsDoubt | None:
        """Return the doubt that the wording leaves, where no code tells what the goods are."""
        evidence = self._evidence
        whole = evidence.whole
        if whole is None:
            return _unweighed(evidence.recognition)
        if (doubt := self._doubt_of_texts(whole, BARRED_AT, PART_BARRED_AT)) is not None:
            return doubt
        if self._barred.others.best(whole) >= FREE_AT and evidence.wording_counts:
            return None
        if self._names_free_goods() and _Kinds.of(evidence.kinds_named, evidence.places).best(whole) >= NAMED_LIKELY_AT:
            return None
        return _unweighed(evidence.recognition)

    def _doubt_of_texts(self, whole: Wording, whole_at: float, part_at: float) -> GoodsDoubt | None:
        evidence, (barred, others) = self._evidence, self._barred
        if not evidence.complete:
            return _unweighed(evidence.recognition)
        if barred.best(whole) >= whole_at:
            return self._alike(barred, whole)
        for text, part in evidence.unknown_parts:
            if barred.best(part) >= part_at:
                return self._alike(barred, part)
            if others.best(part) < PART_SAYS_SOMETHING_AT:
                return GoodsDoubt(DoubtKind.IN_PART, text)
        return None

    def _alike(self, kinds: _Kinds, wording: Wording) -> GoodsDoubt:
        places = {kind: place for kind, place in self._evidence.places.items() if kind in kinds.names}
        kind = max(places, key=lambda kind: wording.scores[places[kind]])
        return GoodsDoubt(DoubtKind.ALIKE, kind, wording.words_for(places[kind]))

    def _names_barred(self) -> bool:
        return not self._barred.kinds.names.isdisjoint(self._evidence.kinds_perhaps_named)

    def _names_free_goods(self) -> bool:
        """Return whether words name goods, none of which is of a barred kind."""
        kinds = self._evidence.kinds_named
        return bool(kinds) and kinds.isdisjoint(self._barred.kinds.names)


def _unweighed(recognition: Recognition) -> GoodsDoubt:
    return GoodsDoubt(DoubtKind.IN_PART if recognition.recognised else DoubtKind.UNRECOGNISED)
