"""Match the subjects of a transfer with list entries, by the law of the day and the operator's thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from tidewaiter.matching.entry import ListEntry
from tidewaiter.matching.query import Candidate
from tidewaiter.rulebook.policy import DEFAULT_THRESHOLD, MatchThreshold, Policy
from tidewaiter.screening.subjects import Subject

QUESTION = 0.65
"""Maximum certainty of a conclusion that relies on a match below the blocking threshold."""


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A subject, and one list entry that may be the same party."""

    subject: Subject
    candidate: Candidate
    threshold: MatchThreshold = DEFAULT_THRESHOLD

    @property
    def certain(self) -> bool:
        """Return whether the score reaches the blocking threshold of the list and type."""
        return self.candidate.score >= self.threshold.block


def hits_of(
    subjects: Sequence[Subject],
    candidates: Sequence[tuple[Candidate, ...]],
    day: date,
    policy: Policy,
    listed: Callable[[ListEntry, date], bool] | None = None,
) -> tuple[PartyHit, ...]:
    """Return the candidates that were listed on `day` and reach the operator's review threshold.

    `listed` replaces the predicate `listed_on`: with `listed_after`, entries listed later are returned.
    """
    counts = listed or listed_on
    return tuple(
        PartyHit(subject, candidate, threshold)
        for subject, found in zip(subjects, candidates, strict=True)
        for candidate in found
        if counts(candidate.entry, day)
        and candidate.score >= (threshold := policy.match_threshold(candidate.list.id, candidate.entry.type)).review
    )


def listed_after(entry: ListEntry, day: date) -> bool:
    """Return whether `entry` was listed after `day` and is still listed. A partial date is compared as far as known."""
    listed = entry.listed_on
    return listed is not None and day.isoformat()[: len(listed)] < listed[:10] and entry.delisted_on is None


def listed_on(entry: ListEntry, day: date) -> bool:
    """Return whether `entry` was listed on `day`. An entry without a date of listing counts as always listed."""
    iso = day.isoformat()
    if entry.listed_on is not None and iso < entry.listed_on[:10]:
        return False
    return entry.delisted_on is None or iso < entry.delisted_on[:10]


def match_certainty(hit: PartyHit) -> float:
    """Return the certainty that the subject is the listed party, for conclusions drawn from the match.

    A match below the blocking threshold never makes a conclusion certain.
    """
    score = hit.candidate.score
    return score if hit.certain else min(score, QUESTION)


def hits_by_party(hits: Sequence[PartyHit]) -> dict[int, tuple[PartyHit, ...]]:
    """Return the hits of each party and its owners, keyed by the index of the party."""
    by_party: dict[int, tuple[PartyHit, ...]] = {}
    for hit in hits:
        if hit.subject.party is not None:
            by_party[hit.subject.party] = (*by_party.get(hit.subject.party, ()), hit)
    return by_party


def entry_id(hit: PartyHit) -> str:
    """Return the id of the list entry, prefixed with the id of its list."""
    return f"{hit.candidate.list.id}:{hit.candidate.entry.id}"


def authority_of(hit: PartyHit) -> str:
    """Return the authority that listed the entry."""
    return hit.candidate.entry.authority or hit.candidate.list.authority
