"""Find disguised texts: those that had to be repaired to be read. One that hides a match goes to review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidewaiter.screening.case import Case
from tidewaiter.screening.facts.stated_texts import StatedText
from tidewaiter.screening.unknowns import own_finding
from tidewaiter.text.disguise import mended
from tidewaiter_schemas.verdict import Effect, Finding

RULE: Final = "TW-TEXT-DISGUISED"


def find_disguises(case: Case, findings: Sequence[Finding]) -> list[Finding]:
    """Return a finding for each disguised text: `review` when one of `findings` relies on the text, else `info`.

    The `info` findings exist so that operators can count disguises.
    """
    disguised = [(text, found) for text in case.stated if (found := mended(text.text).disguises)]
    if not disguised:
        return []
    rests_on = {
        pointer
        for finding in findings
        if finding.effect is not Effect.INFO
        for pointer in (finding.subject, *(evidence.subject for evidence in finding.evidence))
    }
    return [
        own_finding(
            RULE,
            text.pointer,
            f"The {text.kind} was mended to be read: {' and '.join(found)}.",
            "disguise",
            mended(text.text).text[:_SHOWN],
            Effect.REVIEW if not rests_on.isdisjoint(_places(text)) else Effect.INFO,
        )
        for text, found in disguised
    ]


_SHOWN: Final = 200


def _places(text: StatedText) -> set[str]:
    """Return the pointer of the text, and the pointers of what contains it, such as its item or party."""
    parts = text.pointer.split("/")
    return {"/".join(parts[:length]) for length in range(3, len(parts) + 1)}
