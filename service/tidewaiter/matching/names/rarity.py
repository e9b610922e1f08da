"""How rare each word is in the names of listed parties: what it tells when two names have it in common.

The counts are a table of the rule book and not of its lists, so that an entry that is added, changed or removed moves
the score of no other. The packaged table was counted over the lists of several publishers (`python -m
bench.word_rarity`); a word that it does not have is rare.
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
"""In the place of a word: the row tells how many parties there are in all."""


@dataclass(frozen=True)
class WordRarity:
    """By kind of name, how many parties there are, and how many of them have each word, written as it sounds."""

    parties: Mapping[NameKind, int]
    having: Mapping[NameKind, Mapping[str, int]]

    @cached_property
    def sha256(self) -> str:
        """The hash of all counts."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @cached_property
    def weights(self) -> Mapping[NameKind, Mapping[str, float]]:
        """By kind and word, how much the word tells, 0 to 1. One that is not there tells 1."""
        return {
            kind: {word: word_weight(self.parties.get(kind, 0), count) for word, count in having.items()}
            for kind, having in self.having.items()
        }

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return the table as JSON has it."""
        return {
            "parties": {str(kind): count for kind, count in self.parties.items()},
            **{str(kind): dict(having) for kind, having in self.having.items()},
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Mapping[str, int]]) -> WordRarity:
        """Read what `as_json` returned. Raises ValueError, TypeError or LookupError for anything else."""
        kinds = {NameKind(kind): counts for kind, counts in value.items() if kind != "parties"}
        parties = {NameKind(kind): count for kind, count in value["parties"].items()}
        counts = [*parties.values(), *(count for having in kinds.values() for count in having.values())]
        if not all(isinstance(count, int) and count > 0 for count in counts):
            raise ValueError("a word is counted from 1 on")
        return cls(parties, kinds)


def word_weight(parties: int, having: int) -> float:
    """Return how much a word tells that `having` of `parties` have: 1 when a single one has it, less the more do."""
    parties = max(policy.RAREST_OF, parties)
    # Rounded at once, so that no machine's last bit of a logarithm reaches a score.
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
