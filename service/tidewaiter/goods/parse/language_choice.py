"""Words of a text that two languages have, and stray words of a language that the text is not in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidewaiter.goods.languages import codes_where
from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.parse.segments import Segment

STRANGER_LENGTH = 5
STRANGER_AMONG = 2
_IN_ANY_TEXT = codes_where(lambda language: language.in_any_text)


def settle_languages(segments: Sequence[Segment], votes: Mapping[str, int]) -> None:
    """Words that mean one thing in French and another in English are read in the language of the rest."""
    for segment in segments:
        for match in segment.matches:
            most = -1
            for entry, language in match.alternatives:
                count = votes.get(language, 0)
                if count > most:
                    most = count
                    match.entry, match.language = entry, language


def leave_out_strangers(segments: Sequence[Segment], votes: Mapping[str, int]) -> None:
    """A short word of one language in a text of another is chance: English "pull" is no French jumper."""
    most = max(votes.values())
    if most < STRANGER_AMONG:
        return
    main = {language for language, count in votes.items() if count == most}
    for segment in segments:
        segment.matches = [
            match
            for match in segment.matches
            if len(match.words) > STRANGER_LENGTH
            or match.language in main
            or match.language in _IN_ANY_TEXT
            or votes.get(match.language, 0) > 1
            or script_of(match.words) is not Script.LATIN
        ]
