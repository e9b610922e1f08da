"""An index made from an earlier one has the same bytes as one made from nothing, whatever was added, changed or removed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_matching_index import GENERIC, NAMES
from tidewaiter.matching.entry import EntryType, ListedIdentifier, ListedName, ListEntry
from tidewaiter.matching.index.hashing import Array
from tidewaiter.matching.index.party_tables import Earlier, tables_of
from tidewaiter.matching.names.rarity import packaged_rarity

ODD_NAMES = st.sampled_from(
    ["", "...", "Mr", "Ltd", "Kim Kim", "A. B. C. Trading", "KOMID", "Ким Чен Ын", f"Testavia {GENERIC} {GENERIC} (TT)"]
)
ENTRIES = st.builds(
    lambda kind, names, identifiers: ListEntry("0", kind, tuple(names), identifiers=tuple(identifiers)),
    st.sampled_from(list(EntryType)),
    st.lists(st.builds(ListedName, NAMES | ODD_NAMES, st.booleans()), max_size=3),
    st.lists(st.builds(ListedIdentifier, st.just("passport"), st.sampled_from("AB1")), max_size=2),
)


def equal(made: dict[str, Array], other: dict[str, Array]) -> bool:
    """Whether the same tables have the same bytes."""
    return made.keys() == other.keys() and all(
        (table.dtype, table.tobytes()) == (other[name].dtype, other[name].tobytes()) for name, table in made.items()
    )


@settings(max_examples=150, deadline=None)
@given(before=st.lists(ENTRIES, max_size=12), new=st.lists(ENTRIES, max_size=4), seed=st.integers(0, 10**6))
@pytest.mark.long
def test_an_index_made_by_steps_has_the_bytes_of_one_made_from_nothing(
    before: list[ListEntry], new: list[ListEntry], seed: int
) -> None:
    rarity, draw = packaged_rarity(), random.Random(seed)
    numbered = [replace(entry, id=str(number)) for number, entry in enumerate([*before, *new])]
    known = {entry: place for place, entry in enumerate(numbered[: len(before)])}
    tables = tables_of(numbered[: len(before)], rarity)
    for _ in range(2):
        after = draw.sample(numbered, draw.randrange(len(numbered) + 1))
        if draw.random() < 0.7:
            after.sort(key=lambda entry: int(entry.id))
        unread = [entry for entry in after if entry not in known]
        made = tables_of(unread, rarity, Earlier(tables, [known.get(entry, -1) for entry in after]))
        assert equal(made, tables_of(after, rarity))
        tables, known = made, {entry: place for place, entry in enumerate(after)}
