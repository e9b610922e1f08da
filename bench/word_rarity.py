"""Counts how many parties of the official lists have each word in a name, and prints the table that ships.

    python -m bench.word_rarity > service/tidewaiter/matching/words/word_rarity.tsv

A word that a single party has is left out: it tells as much as one that nobody has.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bench.listed_parties import OFFICIAL, loaded_lists
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.index.party_tables import KINDS_OF_ENTRY
from tidewaiter.matching.names.name import NameKind
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.matching.names.readings import forms
from tidewaiter.matching.scripts.folding import fold

LEAST = 2


def counted(lists: Iterable[PartyList]) -> WordRarity:
    """Return the counts over all entries of `lists`."""
    parties: Counter[NameKind] = Counter()
    having: defaultdict[NameKind, Counter[str]] = defaultdict(Counter)
    for entry in (entry for party_list in lists for entry in party_list.entries):
        for kind in KINDS_OF_ENTRY[entry.type]:
            parties[kind] += 1
            having[kind].update(
                {fold(word) for name in entry.names for form in forms(name.text, kind) for word in form.words}
            )
    return WordRarity(dict(parties), {kind: dict(having[kind]) for kind in NameKind})


def lines(rarity: WordRarity, lists: Iterable[PartyList]) -> Iterator[str]:
    """Yield the table, its source first."""
    yield "# How many listed parties have a word in a name."
    yield "# Columns: kind of name; word as it sounds, * for any; parties."
    published = (f"{one.id} ({one.published or 'undated'})" for one in lists)
    yield f"# Source: the lists {', '.join(published)}, counted by python -m bench.word_rarity."
    for kind in NameKind:
        yield f"{kind}\t*\t{rarity.parties[kind]}"
        for word, count in sorted(rarity.having[kind].items()):
            if count >= LEAST:
                yield f"{kind}\t{word}\t{count}"


def main() -> int:
    """Print the table, or say that the official lists are not there."""
    if not OFFICIAL.is_dir():
        print(f"{OFFICIAL} is not there: the table is counted over official lists", file=sys.stderr)
        return 2
    lists = loaded_lists()
    print("\n".join(lines(counted(lists), lists)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
