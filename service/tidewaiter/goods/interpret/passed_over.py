"""What an item's words name besides the things that they were taken for: in brackets, behind "for", quoted, denied.

Interpreting says what the item most likely is. Towards a country where goods are barred that is not enough: whatever a
line names may be what is in the box. Only what another term turns into something else ("toy cars"), and a noun that
stands before another and only describes it ("car wax"), names nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidewaiter.goods.interpret.things import Interpretation, Thing, meaning_of
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.segments import Match, Segment

CERTAINTY = 0.45
"""How sure it is that what a line names in passing is in it: for a person to see, and never more."""


def passed_over(named: Sequence[tuple[Segment, Sequence[Match]]], interpretation: Interpretation) -> Iterator[Thing]:
    """Yield what segments name, each given with its terms as read, and no thing of `interpretation` stands for.

    Each heading once, in the order of the words.
    """
    spoken = {match for thing in interpretation.things for match in thing.evidence}
    turned = set(interpretation.turned)
    told = {thing.headings for thing in interpretation.things}
    for segment, matches in named:
        heads = [match for match in matches if match in spoken]
        for match in matches:
            if match.entry.kind is not EntryKind.GOODS or match in spoken or match in turned:
                continue
            if heads and _only_describes(match, heads):
                continue
            headings, categories, certainty, _ = meaning_of(match.entry, segment.qualities)
            if (headings or categories) and headings not in told:
                told.add(headings)
                yield Thing(match.entry, headings, categories, min(certainty, CERTAINTY), (match,))


def _only_describes(match: Match, heads: Sequence[Match]) -> bool:
    """Return whether it stands in the same phrase as what the segment is about, and nothing sets it apart."""
    apart = match.doubtful or match.quoted or match.denied or match.look
    return not apart and any(head.phrase == match.phrase for head in heads)
