"""Hashes of words are the same in every thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import numpy as np

from tidewaiter.matching.index.hashing import _Powers


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
