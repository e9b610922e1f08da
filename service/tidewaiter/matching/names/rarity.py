"""The rarity of each word in the names of listed parties, which determines its weight when two names share it.

The counts are a table of the rule book, not of its lists, so that adding, changing or removing an entry does not change
the score of another. The packaged table was counted over the lists of several publishers (`python -m
bench.word_rarity`). A word that is not in the table counts as rare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import log
from typing import Final

from tidewaiter.matching import policy, words
from tidewaiter.matching.names.name import NameKind
from tidewaiter.text.word_files import rows_of

FILE: Final = "word_rarity.tsv"
_PARTIES: Final = "*"
"""Used in place of a word: this row has the total number of parties."""


@dataclass(frozen=True)
class WordRarity:
    """For each kind of name, the number of parties, and the number of parties with each folded word."""

    parties: Mapping[NameKind, int]
    having: Mapping[NameKind, Mapping[str, int]]

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of all counts."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @cached_property
    def weights(self) -> Mapping[NameKind, Mapping[str, float]]:
        """Return the weight of each word by kind, 0 to 1. A word that is missing has the weight 1."""
        return {
            kind: {word: word_weight(self.parties.get(kind, 0), count) for word, count in having.items()}
            for kind, having in self.having.items()
        }

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return the table in its JSON form."""
        return {
            "parties": {str(kind): count for kind, count in self.parties.items()},
            **{str(kind): dict(having) for kind, having in self.having.items()},
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Mapping[str, int]]) -> WordRarity:
        """Return the table that `as_json` wrote. Raise ValueError, TypeError or LookupError for any other value."""
        kinds = {NameKind(kind): counts for kind, counts in value.items() if kind != "parties"}
        parties = {NameKind(kind): count for kind, count in value["parties"].items()}
        counts = [*parties.values(), *(count for having in kinds.values() for count in having.values())]
        if not all(isinstance(count, int) and count > 0 for count in counts):
            raise ValueError("a word is counted from 1 on")
        return cls(parties, kinds)


def word_weight(parties: int, having: int) -> float:
    """Return the weight of a word that `having` of `parties` have: 1 when only one has it, lower the more have it."""
    parties = max(policy.RAREST_OF, parties)
    # Round immediately, so that platform differences in the last bit of a logarithm never reach a score.
    return max(policy.LEAST_WEIGHT, round(log(parties / having) / log(parties), 3))


@cache
def packaged_rarity() -> WordRarity:
    """Return the table that ships with the package."""
    parties: dict[NameKind, int] = {}
    having: dict[NameKind, dict[str, int]] = {kind: {} for kind in NameKind}
    for kind, word, count in rows_of(words.__name__, FILE, 3):
        if word == _PARTIES:
            parties[NameKind(kind)] = int(count)
        else:
            having[NameKind(kind)][word] = int(count)
    return WordRarity(parties, having)
