"""What the wording model says of a recognition by words: it may doubt a category, add one for review, or confirm it.

It never removes a heading or a category, never makes one surer than a review needs, and never makes an item known. So
whatever it says, no item is cleared that would be held without it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.wording_model import Wording, WordingReader, log_odds
from tidewaiter.goods.parse.words import pieces
from tidewaiter.goods.recognition import (
    CategoryHit,
    HeadingHit,
    ItemQuery,
    Reason,
    Recognition,
    Source,
    Voice,
    WordingVoice,
)

SURE: Final = 0.94
"""From this certainty on, words are not doubted: a thing with its maker, or a declared code."""
SURE_ENOUGH: Final = 0.7
"""From this certainty on words alone block, unless the wording doubts them. Nothing below is raised to it."""
DOUBTED: Final = 0.35
"""The certainty of a category that the wording makes unlikely: for review, whatever the words say."""
DOUBTED_LESS: Final = 0.4
"""The same where the wording makes it less unlikely."""

_UNLIKELY_AT: Final = log_odds(0.06)
_LESS_UNLIKELY_AT: Final = log_odds(0.2)
_BANDS: Final = (_UNLIKELY_AT, _LESS_UNLIKELY_AT, log_odds(0.55), log_odds(0.8), log_odds(0.95))
_CERTAINTIES: Final = (DOUBTED, DOUBTED_LESS, 0.5, 0.65, 0.8, 0.95)
"""Below which odds by wording a category that words found for certain has which certainty, and the last above.

Measured on rows that were not trained on: docs/goods.md.
"""
ADDED: Final = ((log_odds(0.9), 0.65), (log_odds(0.55), 0.6), (log_odds(0.4), 0.5), (log_odds(0.2), 0.4))
"""From which odds by wording a category that only the wording speaks for has which certainty, for review always."""
_LEAST: Final = ADDED[-1][0]
LIKELY: Final = log_odds(0.55)
"""From these odds on the wording confirms a category that the words found, and raises one below a half."""
MODEL: Final = "wording-model"
"""Stands for an entry of the lexicon in the reasons of what the model added."""

_Implied = Callable[[str], tuple[tuple[str, float], ...]]


class SecondVoice:
    """Hears a wording model, by the reader of its tables, about what the words of `lexicon` recognised.

    It has no say where entries that it has not learnt were found. `states_only` returns whether a word states only some
    of these qualities of goods, as `leather` does.
    """

    def __init__(
        self, reader: WordingReader, lexicon: Lexicon, states_only: Callable[[frozenset[str], str], bool]
    ) -> None:
        self._reader, self._places, self._unlearnt = reader, reader.categories, reader.unlearnt
        self._entries, self._states_only = lexicon.entries, states_only

    def hear(self, query: ItemQuery, recognition: Recognition, implied_by: _Implied) -> Recognition:
        """Return the recognition of an item without a valid code, with what its wording says.

        `implied_by` returns the categories of goods under a code, each with its certainty.
        """
        return self._judge(query, recognition, self._reader.hear(query, recognition), implied_by)

    def hear_all(
        self, queries: Sequence[ItemQuery], recognitions: Sequence[Recognition], implied_by: _Implied
    ) -> list[Recognition]:
        """Return what `hear` returns for each item. Many take less time together than one by one."""
        wordings = self._reader.hear_all(queries, recognitions)
        return [self._judge(*each, implied_by) for each in zip(queries, recognitions, wordings, strict=True)]

    def _judge(
        self, query: ItemQuery, recognition: Recognition, wording: Wording | None, implied_by: _Implied
    ) -> Recognition:
        if wording is None:
            return recognition
        scores = wording.scores
        likely = [name for name, score in zip(self._places, scores, strict=False) if score >= _LEAST]
        if not likely and not recognition.categories:
            return recognition
        hits = {hit.category: hit for hit in recognition.categories}
        voices, doubted = [], {}
        for name, certainty in self._judged(recognition, wording):
            if certainty < min(hits[name].certainty, SURE_ENOUGH) and scores[self._places[name]] < LIKELY:
                voices.append(WordingVoice(name, Voice.DOUBTS, (), certainty))
                doubted[name] = certainty
            hits[name] = CategoryHit(name, certainty, hits[name].because)
        # What the words name in passing, or deny, is told from the goods by their order, which the wording cannot see.
        in_passing = {name for thing in recognition.passed_over for name in thing.categories}
        for name in likely:
            score, words = scores[self._places[name]], wording.words_for(self._places[name])
            if name in hits:
                if score >= LIKELY:
                    voices.append(WordingVoice(name, Voice.CONFIRMS, words, hits[name].certainty))
            elif words and name not in in_passing:
                because = tuple(Reason(Source.WORDING, _field(query, word), word, MODEL) for word in words)
                certainty = _added_at(score)
                hits[name] = CategoryHit(name, certainty, because)
                voices.append(WordingVoice(name, Voice.ADDS, words, certainty))
        unlikely = frozenset(name for name, certainty in doubted.items() if certainty == DOUBTED)
        headings = _doubted_headings(recognition.headings, unlikely, implied_by) if unlikely else recognition.headings
        categories = sorted(hits.values(), key=lambda hit: (-hit.certainty, hit.category))
        return recognition._replace(headings=headings, categories=tuple(categories), wording=tuple(sorted(voices)))

    def _judged(self, recognition: Recognition, wording: Wording) -> Iterator[tuple[str, float]]:
        """Yield each category that the words found below `SURE`, with its certainty by words and wording."""
        places, scores, unlearnt = self._places, wording.scores, self._unlearnt
        for hit in recognition.categories:
            place = places.get(hit.category)
            if hit.certainty >= SURE or place is None:
                continue
            score = scores[place]
            certainty = _CERTAINTIES[bisect_right(_BANDS, score)]
            if hit.certainty < SURE_ENOUGH:
                # A review, for reasons that the wording does not know. It stays one.
                if score >= LIKELY:
                    yield hit.category, max(hit.certainty, _added_at(score))
                elif score < _LESS_UNLIKELY_AT and wording.whole and not self._is_unlearnt(hit, unlearnt):
                    yield hit.category, min(hit.certainty, certainty)
                continue
            if certainty < hit.certainty and self._is_bare(hit, wording.words):
                continue
            if certainty < SURE_ENOUGH and not (wording.whole and not self._is_unlearnt(hit, unlearnt)):
                continue
            yield hit.category, certainty

    def _is_bare(self, hit: CategoryHit, words: list[str]) -> bool:
        """Return whether nothing in the text speaks against the terms that were found.

        It is no more than these terms, and qualities by which the words told the goods: of a handbag, that it is of
        leather.
        """
        named = {word for reason in hit.because for word, _ in pieces(reason.words)}
        others = [word for word in words if word not in named]
        if not others:
            return True
        entries = [entry for reason in hit.because if (entry := self._entries.get(reason.entry)) is not None]
        weighed = frozenset(quality for entry in entries for one in entry.variants for quality in one.qualities)
        return bool(weighed) and all(self._states_only(weighed, word) for word in others)

    @staticmethod
    def _is_unlearnt(hit: CategoryHit, unlearnt: frozenset[str]) -> bool:
        return bool(unlearnt) and any(reason.entry in unlearnt for reason in hit.because)


def _added_at(score: float) -> float:
    return next((certainty for least, certainty in ADDED if score >= least), ADDED[-1][1])


def _field(query: ItemQuery, word: str) -> str:
    """Return the field that a word comes from."""
    fields = (("description", query.description), ("manufacturer", query.manufacturer), ("model", query.model))
    given = [(name, text) for name, text in fields if text]
    return next((name for name, text in given if word in text), given[0][0])


def _doubted_headings(
    headings: tuple[HeadingHit, ...], unlikely: frozenset[str], implied_by: _Implied
) -> tuple[HeadingHit, ...]:
    """Return the headings, less certain where all their categories are unlikely."""
    judged = []
    for hit in headings:
        meant = {name for name, _ in implied_by(hit.code)}
        doubtful = meant and meant <= unlikely and hit.certainty < SURE
        judged.append(hit._replace(certainty=min(hit.certainty, DOUBTED)) if doubtful else hit)
    return tuple(sorted(judged, key=lambda hit: (-hit.certainty, hit.code)))
