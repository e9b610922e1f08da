"""Why a published rule book is not adopted. Metrics and logs name the reason by its value."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a rule book is not adopted."""

    UNREADABLE = "unreadable"
    """Its record on the topic is missing, or cannot be read."""
    UNSIGNED = "unsigned"
    """No trusted key signed its record, and the settings require a signature."""
    STALE = "stale"
    """The record was signed before one that was read already: it is a replay."""
    NOT_ALLOWED = "not_allowed"
    """Its URI is outside the locations that the settings allow, or its file is larger than they allow."""
    UNREACHABLE = "unreachable"
    """Its file cannot be fetched. This is retried; all other refusals are final until the next publication."""
    DAMAGED = "damaged"
    """The size or hash of the file differs from the published one."""
    UNUSABLE = "unusable"
    """This version cannot read or compile it, or it is not the rule book that it states."""
    EXAMPLES = "examples"
    """A rule fails one of its own examples."""
    SHRUNK = "shrunk"
    """A list or a rule set disappeared or shrank too much, and nobody allowed it."""
