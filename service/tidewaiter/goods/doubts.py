"""Grades what is not known of an item: which kind of doubt it is, and whether it can be about goods that are barred.

A doubt is settled by evidence that the goods are of a free kind: by words, by wording, or by a declared code that the
wording bears out. What says nothing, in whole or in a part of its own, stays a doubt, and so does what cannot be read.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf, log
from typing import Final, NamedTuple

import numpy as np

from tidewaiter.goods.hs.codes import HsCode, read_codes
from tidewaiter.goods.kinds import ALL_KINDS, kind_of, kinds_within
from tidewaiter.goods.lexicon.lexemes import SILENT, UNKNOWN
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.model.wording_model import WeightTable, Wording, WordingReader
from tidewaiter.goods.parse.unknown_parts import unknown_parts
from tidewaiter.goods.parse.words import pieces
from tidewaiter.goods.recognition import ItemQuery, Recognition

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


def _odds(probability: float) -> float:
    return log(probability / (1 - probability))


BARRED_AT: Final = _odds(0.05)
"""From these odds on a text may be of a barred kind."""
BARRED_AT_WITH_CODE: Final = _odds(0.3)
"""The same where a declared code says otherwise, and the wording bears it out."""
PART_BARRED_AT: Final = _odds(0.3)
"""From these odds on a part that nobody knows may be of a barred kind."""
PART_BARRED_AT_WITH_CODE: Final = _odds(0.5)
"""The same beside a declared code."""
FREE_AT: Final = _odds(0.5)
"""From these odds on the wording is evidence of a free kind."""
NAMED_LIKELY_AT: Final = _odds(0.2)
"""From these odds on the wording makes it likely enough that words name goods of a free kind."""
BORNE_OUT_AT: Final = _odds(0.1)
"""From these odds on the wording bears a declared code out."""
BORNE_OUT_BY_SOUND_AT: Final = _odds(0.8)
"""The same for words that nobody knows, as those of chemistry."""
PART_SAYS_SOMETHING_AT: Final = _odds(0.05)
"""Below these odds for every free kind a part says nothing of what it is."""
BARRED_AT_WITH_WIDER: Final = _odds(0.3)
"""From these odds on a text may be of a barred kind whose heading, by words, is wider than another barred kind."""
CONTRADICTED_AT: Final = _odds(0.7)
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


class _Text(NamedTuple):
    """A text, and how much its wording speaks for each kind."""

    text: str
    wording: Wording


class _Reading(NamedTuple):
    """The wording of an item, and of each part of its description of which no word is known.

    `complete` when all of it was read; `legible` when enough of its words are words.
    """

    whole: Wording | None
    parts: tuple[_Text, ...]
    complete: bool
    legible: bool


def is_known(recognition: Recognition) -> bool:
    """Return whether everything that the item names was recognised, and one thing with certainty."""
    return not recognition.unknown_part and any(hit.certainty >= KNOWN for hit in recognition.headings)


class GoodsDoubts:
    """Grades doubts by the kinds that a wording model has learnt; without them every doubt stands as it is."""

    def __init__(self, kinds: WeightTable | None, vocabulary: Vocabulary) -> None:
        self._reader = WordingReader(kinds) if kinds is not None else None
        self._places = {} if kinds is None else {label: place for place, label in enumerate(kinds.labels)}
        self._vocabulary = vocabulary
        self._remembered: dict[ItemQuery, _Reading] = {}
        self._remembered_words = 0

    @property
    def weigh(self) -> bool:
        """Return whether there is a model by which doubts are weighed."""
        return self._reader is not None

    def about(self, query: ItemQuery, recognition: Recognition, barred: frozenset[str]) -> GoodsDoubt | None:
        """Return why the item may be of one of the `barred` kinds; None when nothing says so.

        `recognition` is that of `query`. Where all kinds are barred, whatever is not known may be barred, and a code
        alone makes nothing known.
        """
        known = is_known(recognition)
        if self._reader is None or (barred >= ALL_KINDS and not known):
            return None if known else _unweighed(recognition)
        weighed = self._weighing(query, recognition, barred, self._reader)
        if barred >= ALL_KINDS:
            return weighed.doubt_of_bare_code()
        return weighed.doubt_of_known() if known else weighed.doubt_of_unknown()

    def about_code(self, query: ItemQuery, recognition: Recognition, barred: frozenset[str]) -> GoodsDoubt | None:
        """Return why an item may be of a barred kind whose words disagree with its code; None when nothing says so."""
        if self._reader is None or barred >= ALL_KINDS:
            return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)
        return self._weighing(query, recognition, barred, self._reader).doubt_of_code()

    def _weighing(
        self, query: ItemQuery, recognition: Recognition, barred: frozenset[str], reader: WordingReader
    ) -> _Weighed:
        codes = read_codes(query.hs_code) if query.hs_code else ()
        barred_places = sorted(self._places[kind] for kind in barred if kind in self._places)
        return _Weighed(self._read(query, reader), recognition, codes, barred, barred_places, self._places)

    def _read(self, query: ItemQuery, reader: WordingReader) -> _Reading:
        known = self._remembered.get(query)
        if known is None:
            known = self._read_anew(query, reader)
            words = 1 + sum(len(one.words) for one in (known.whole, *(part.wording for part in known.parts)) if one)
            if self._remembered_words + words > _REMEMBERED_WORDS:
                self._remembered.clear()
                self._remembered_words = 0
            self._remembered[query] = known
            self._remembered_words += words
        return known

    def _read_anew(self, query: ItemQuery, reader: WordingReader) -> _Reading:
        whole = reader.read((query.description, query.manufacturer, query.model))
        texts = unknown_parts(query.description, self._vocabulary) if query.description else ()
        parts = [_Text(text, part) for text in texts[:MOST_PARTS] if (part := reader.read((text,))) is not None]
        complete = whole is not None and whole.whole and len(texts) <= MOST_PARTS
        return _Reading(whole, tuple(parts), complete, self._is_legible(query))

    def _is_legible(self, query: ItemQuery) -> bool:
        words = [word for text in query[:3] if text for word in pieces(text)]
        lexemes = [one for one, _ in self._vocabulary.stream(words) if not one.number]
        known = sum(one is not UNKNOWN and one is not SILENT for one in lexemes)
        return known > 0 and known >= WORDS_KNOWN * len(lexemes)


_REMEMBERED_WORDS: Final = 100_000
"""How many words the remembered readings may have together: each has a weight for every kind, a hundred bytes."""


class _Weighed:
    """Weighs the evidence about one item: for barred kinds and for free kinds."""

    def __init__(
        self,
        reading: _Reading,
        recognition: Recognition,
        codes: tuple[HsCode, ...],
        barred: frozenset[str],
        barred_places: list[int],
        places: dict[str, int],
    ) -> None:
        self._reading, self._recognition, self._codes = reading, recognition, codes
        self._barred, self._barred_places, self._places = barred, barred_places, places
        self._kinds = list(places)
        self._free_places = [place for kind, place in places.items() if kind not in barred]
        self._named = [hit for hit in recognition.headings if not hit.declared]

    def doubt_of_known(self) -> GoodsDoubt | None:
        """Return the doubt about an item that words or a code name: that its wording speaks of barred goods."""
        whole = self._reading.whole
        if self._says_nothing():
            return self.doubt_of_code()
        if whole is None or any(kind_of(hit.code) in self._barred for hit in self._recognition.headings):
            return None
        # A heading may be wider than a barred kind: of tools, those for machines are one.
        within = {kind for hit in self._recognition.headings for kind in kinds_within(hit.code)}
        wider = [place for place in self._barred_places if self._kinds[place] in within]
        alike, score = self._most_alike(whole, wider)
        if score < BARRED_AT:
            alike, score = self._most_alike(whole, self._barred_places)
            contradicted = score >= CONTRADICTED_AT and score > self._best(whole, self._free_places)
            if not contradicted and not (wider and score >= BARRED_AT_WITH_WIDER):
                return None
        return GoodsDoubt(DoubtKind.ALIKE, alike, whole.words_for(self._places[alike]))

    def doubt_of_unknown(self) -> GoodsDoubt | None:
        """Return the doubt about an item that is not known, or not in every part."""
        if self._names_barred():
            return _unweighed(self._recognition)
        if any(len(code.digits) >= SUBHEADING for code in self._codes):
            return self.doubt_of_code()
        return self._doubt_of_wording()

    def doubt_of_code(self) -> GoodsDoubt | None:
        """Return the doubt whether the goods are those of the declared code."""
        whole = self._reading.whole
        if whole is None or self._names_barred():
            return _unweighed(self._recognition)
        agreed = self._recognition.conflict is None and self._names_free_goods()
        if not (agreed or self._bears_code_out(whole)):
            return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)
        return self._doubt_of_texts(whole, BARRED_AT_WITH_CODE, PART_BARRED_AT_WITH_CODE)

    def doubt_of_bare_code(self) -> GoodsDoubt | None:
        """Return the doubt about an item of which only the code says what it is, beside other words."""
        whole = self._reading.whole
        if whole is None or not self._says_nothing() or self._bears_code_out(whole):
            return None
        return GoodsDoubt(DoubtKind.UNLIKE_ITS_CODE)

    def _bears_code_out(self, whole: Wording) -> bool:
        kinds = {kind_of(code.digits) for code in self._codes}
        likeness = self._best(whole, [self._places[kind] for kind in kinds if kind in self._places])
        return likeness >= (BORNE_OUT_AT if self._wording_counts() else BORNE_OUT_BY_SOUND_AT)

    def _doubt_of_wording(self) -> GoodsDoubt | None:
        """Return the doubt that the wording leaves, where no code tells what the goods are."""
        whole = self._reading.whole
        if whole is None:
            return _unweighed(self._recognition)
        if (doubt := self._doubt_of_texts(whole, BARRED_AT, PART_BARRED_AT)) is not None:
            return doubt
        like_free_goods = self._wording_counts() and self._best(whole, self._free_places) >= FREE_AT
        if like_free_goods or (self._names_free_goods() and self._best_named(whole) >= NAMED_LIKELY_AT):
            return None
        return _unweighed(self._recognition)

    def _doubt_of_texts(self, whole: Wording, whole_at: float, part_at: float) -> GoodsDoubt | None:
        if not self._reading.complete:
            return _unweighed(self._recognition)
        alike, score = self._most_alike(whole, self._barred_places)
        if score >= whole_at:
            return GoodsDoubt(DoubtKind.ALIKE, alike, whole.words_for(self._places[alike]))
        for part in self._reading.parts:
            alike, score = self._most_alike(part.wording, self._barred_places)
            if score >= part_at:
                return GoodsDoubt(DoubtKind.ALIKE, alike, part.wording.words_for(self._places[alike]))
            if self._best(part.wording, self._free_places) < PART_SAYS_SOMETHING_AT:
                return GoodsDoubt(DoubtKind.IN_PART, part.text)
        return None

    def _most_alike(self, wording: Wording, places: list[int]) -> tuple[str, float]:
        """Return which of the kinds at `places` the wording speaks for most, and the logarithm of its odds."""
        if not places:
            return "", -inf
        scores = wording.scores[places]
        best = int(np.argmax(scores))
        return self._kinds[places[best]], float(scores[best])

    @staticmethod
    def _best(wording: Wording, places: list[int]) -> float:
        return float(wording.scores[places].max()) if places else -inf

    def _names_barred(self) -> bool:
        return any(kind_of(hit.code) in self._barred for hit in self._named if hit.certainty >= PERHAPS)

    def _wording_counts(self) -> bool:
        """Return whether the wording is evidence: its words are known, or some of them name goods."""
        return self._reading.legible or any(hit.certainty >= PERHAPS for hit in self._named)

    def _says_nothing(self) -> bool:
        """Return whether a code stands beside words that name no goods."""
        return bool(self._codes) and self._reading.whole is not None and not self._named

    def _kinds_named(self) -> set[str]:
        return {kind for hit in self._named if hit.certainty >= NAMED for kind in kinds_within(hit.code)}

    def _names_free_goods(self) -> bool:
        """Return whether words name goods, none of which is of a barred kind."""
        kinds = self._kinds_named()
        return bool(kinds) and kinds.isdisjoint(self._barred)

    def _best_named(self, whole: Wording) -> float:
        return self._best(whole, [self._places[kind] for kind in self._kinds_named() if kind in self._places])


def _unweighed(recognition: Recognition) -> GoodsDoubt:
    return GoodsDoubt(DoubtKind.IN_PART if recognition.recognised else DoubtKind.UNRECOGNISED)
