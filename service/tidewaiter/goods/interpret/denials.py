"""Which of its words are not what an item is: denied, only what it looks like, or only what it is declared as."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.goods.interpret.things import Interpretation, Outcome
from tidewaiter.goods.parse.segments import Segment


def without_claims(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments that are no mere claim ("declared as tools"), or all where nothing else is named."""
    for segment in segments:
        if segment.claimed:
            return [segment for segment in segments if not segment.claimed and segment.matches] or segments
    return segments


def doubt_denied(segments: Sequence[Segment]) -> None:
    """Doubt everywhere what is denied in one place: "pistol holster, pistol not included"."""
    for segment in segments:
        if segment.has_looks:
            break
    else:
        return  # as in most items
    denied = {match.entry.id for segment in segments for match in segment.matches if match.denied}
    for segment in segments:
        for match in segment.matches:
            match.doubtful = match.doubtful or (match.entry.id in denied and not match.denied)


def without_looks(segment: Segment, before: Outcome | None, result: Interpretation) -> bool:
    """Whether anything is left of a segment without what only tells how a thing looks ("rug, ships motif").

    Where nothing else is named at all, the look may be the thing after all: it stays, and is worth a review.
    """
    looks = [match for match in segment.matches if match.look]
    rest = [match for match in segment.matches if not match.look]
    if not rest and before is None:
        for match in looks:
            match.doubtful = True
        return True
    result.dismiss(looks, None)
    segment.matches = rest
    return bool(rest)
