"""What the wording model says of a recognition by words: it may doubt a category, add one for review, or confirm it.

It never removes a heading or a category, never makes one surer than a review needs, and never makes an item known. So
whatever it says, no item is cleared that would be held without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log
from typing import Final

from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.fingerprints import fingerprints_of
from tidewaiter.goods.model.wording_model import Wording, WordingModel, WordingReader
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
UNLIKELY: Final = log(0.015 / 0.985)
"""A category whose odds by wording are lower is doubted."""
LIKELY: Final = log(0.55 / 0.45)
"""A category whose odds by wording are at least this is added, and confirmed where the words found it too."""
DOUBTED: Final = 0.45
"""The highest certainty of a doubted category: for review, whatever the words say."""
ADDED: Final = 0.6
"""The certainty of a category that only the wording speaks for: for review, never enough to block."""
MODEL: Final = "wording-model"
"""Stands for an entry of the lexicon in the reasons of what the model added."""

_Implied = Callable[[str], tuple[tuple[str, float], ...]]


class SecondVoice:
    """Hears a wording model about what the words of `lexicon` recognised."""

    def __init__(self, model: WordingModel, lexicon: Lexicon) -> None:
        self._reader = WordingReader(model)
        self._labels = model.labels
        self._places = {label: place for place, label in enumerate(model.labels)}
        # The model has not learnt what an operator added to the words, so it has no say where those were found.
        self._unlearnt: frozenset[str] = (
            frozenset()
            if model.lexicon == lexicon.sha256
            else frozenset(name for name, mark in fingerprints_of(lexicon) if mark not in model.entries)
        )

    def hear(self, query: ItemQuery, recognition: Recognition, implied_by: _Implied) -> Recognition:
        """Return the recognition of an item without a valid code, with what its wording says.

        `implied_by` returns the categories of goods under a code, each with its certainty.
        """
        wording = self._reader.read((query.description, query.manufacturer, query.model))
        if wording is None:
            return recognition
        scores = wording.scores
        doubted = self._doubted(recognition, wording) if recognition.categories else frozenset()
        likely = [self._labels[place] for place in (scores >= LIKELY).nonzero()[0]] if scores.max() >= LIKELY else []
        if not doubted and not likely:
            return recognition
        hits = {hit.category: hit for hit in recognition.categories}
        # What the words name in passing, or deny, is told from the goods by their order, which the wording cannot see.
        in_passing = {name for thing in recognition.passed_over for name in thing.categories}
        voices = [WordingVoice(name, Voice.DOUBTS, ()) for name in sorted(doubted)]
        for name in doubted:
            hits[name] = hits[name]._replace(certainty=min(hits[name].certainty, DOUBTED))
        for name in sorted(likely):
            words = wording.words_for(self._places[name])
            if name in hits:
                voices.append(WordingVoice(name, Voice.CONFIRMS, words))
            elif words and name not in in_passing:
                because = tuple(Reason(Source.WORDING, _field(query, word), word, MODEL) for word in words)
                hits[name] = CategoryHit(name, ADDED, because)
                voices.append(WordingVoice(name, Voice.ADDS, words))
        return recognition._replace(
            headings=_doubted_headings(recognition.headings, doubted, implied_by),
            categories=tuple(sorted(hits.values(), key=lambda hit: (-hit.certainty, hit.category))),
            wording=tuple(voices),
        )

    def _doubted(self, recognition: Recognition, wording: Wording) -> frozenset[str]:
        """Return the categories that the words found and that the wording makes unlikely."""
        if not wording.whole:
            return frozenset()
        places, scores, unlearnt = self._places, wording.scores, self._unlearnt
        return frozenset(
            hit.category
            for hit in recognition.categories
            if hit.certainty < SURE
            and (place := places.get(hit.category)) is not None
            and scores[place] < UNLIKELY
            and not (unlearnt and any(reason.entry in unlearnt for reason in hit.because))
        )


def _field(query: ItemQuery, word: str) -> str:
    """Return the field that a word comes from."""
    fields = (("description", query.description), ("manufacturer", query.manufacturer), ("model", query.model))
    given = [(name, text) for name, text in fields if text]
    return next((name for name, text in given if word in text), given[0][0])


def _doubted_headings(
    headings: tuple[HeadingHit, ...], doubted: Iterable[str], implied_by: _Implied
) -> tuple[HeadingHit, ...]:
    """Return the headings, less certain where all their categories are doubted."""
    doubted = frozenset(doubted)
    if not doubted:
        return headings
    judged = []
    for hit in headings:
        meant = {name for name, _ in implied_by(hit.code)}
        doubtful = meant and meant <= doubted and hit.certainty < SURE
        judged.append(hit._replace(certainty=min(hit.certainty, DOUBTED)) if doubtful else hit)
    return tuple(sorted(judged, key=lambda hit: (-hit.certainty, hit.code)))
