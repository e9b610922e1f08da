"""Hashes of words are the same in every thread, and however the words are stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import numpy as np

from tidewaiter.matching.index.hashing import Parts, _Powers, hashes, hashes_of_joined, polynomials


class OvertakenPowers(_Powers):
    """Puts a short array in place after a longer one: the order that two threads meet in by bad luck alone."""

    longer, shorter = Event(), Event()

    @property
    def _known(self) -> Any:
        return self.kept

    @_known.setter
    def _known(self, powers: Any) -> None:
        if len(powers) > 1_000:
            self.kept = powers
            self.longer.set()
            assert self.shorter.wait(30)
        else:
            if len(powers) > 1:
                assert self.longer.wait(30)
            self.kept = powers
            if len(powers) > 1:
                self.shorter.set()


def test_a_thread_that_needs_few_powers_takes_none_from_one_that_needs_many() -> None:
    powers = OvertakenPowers()
    with ThreadPoolExecutor(2) as threads:
        few = threads.submit(powers.of, np.arange(10), 9)
        many = threads.submit(powers.of, np.arange(5_000), 4_999)
        assert many.result()[:10].tolist() == few.result().tolist()
        assert len(many.result()) == 5_000


def test_a_part_of_a_text_has_the_hash_of_a_text_of_its_own() -> None:
    text = "tables of names, all in one text: testavia 39"
    places = [(begin, end) for begin in range(len(text)) for end in range(begin, len(text) + 1)]
    begins, ends = np.array(places).T
    of_parts = Parts(np.frombuffer(text.encode(), np.uint8)).hashes(begins, ends)
    assert of_parts.tolist() == hashes([text[begin:end] for begin, end in places]).tolist()
    assert Parts(np.zeros(0, np.uint8)).hashes(np.array([0]), np.array([0])).tolist() == hashes([""]).tolist()


def test_a_row_of_words_has_the_hash_of_their_text() -> None:
    rows: list[list[str]] = [["kim", "jong", "un"], ["testavia"], [], ["a", "b"], []]
    words = [word for row in rows for word in row]
    sizes, at = np.array([len(word) for word in words]), np.cumsum([0, *map(len, rows)])
    assert hashes_of_joined(polynomials(words), sizes, at).tolist() == hashes([" ".join(row) for row in rows]).tolist()
