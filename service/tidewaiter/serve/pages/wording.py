"""How the console writes times, words of the contract and addresses."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

DECISIONS: Final = {"block": "■", "review": "◆", "clear": "○", "info": "·"}
"""A shape for each decision and effect, so that none is told by colour alone."""

CONFIDENCE: Final = {
    "V": "Verified: read in the source",
    "H": "Well known: the paragraph number is not yet read in the source",
    "C": "To be checked against the source: gives review, never block",
}

STATES: Final = {
    "clear": "nothing to decide",
    "open": "open",
    "awaiting_approval": "waits for a second person",
    "escalated": "escalated",
    "decided": "decided",
    "replaced": "replaced by a later verdict",
}

JUDGEMENTS: Final = {
    "true_match": "True match",
    "false_positive": "False positive",
    "false_positive_proposed": "False positive, proposed",
    "permit_verified": "Permit verified",
    "escalated": "Escalated",
}

NOT_SUPPRESSIBLE: Final = {
    "identifier_agrees": "An identifier agrees: a false positive decides this alert alone.",
    "name_alone": "The party has only a name, which anybody can have: a false positive decides this alert alone.",
}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def moment(ms: int | datetime | None) -> str:
    """Return a time as people read it, in UTC."""
    if ms is None:
        return ""
    at = datetime.fromtimestamp(ms / 1_000, UTC) if isinstance(ms, int) else ms.astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC"


def age(ms: int) -> str:
    """Return how long ago something was: `5 min`, `3 h`, `2 d`."""
    seconds = max(0, int(time.time() - ms / 1_000))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < 2 * _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"


def spaced(word: object) -> str:
    """Return a word of the contract with spaces: `ship_to_ship` is `ship to ship`."""
    return str(word).replace("_", " ")


def safe_link(url: str) -> str:
    """Return an address that may be a link; empty for any other, as lists and rules come from others."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() else ""


def number(value: float) -> str:
    """Return a part of a score with its sign."""
    return f"{value:+.2f}".replace("-", "−")


def today() -> str:
    """Return the day, in UTC."""
    return datetime.now(UTC).date().isoformat()
