"""Why a published rule book is not adopted. Metrics and logs name the reason by its value."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a rule book is not adopted."""

    UNREADABLE = "unreadable"
    """Its record on the topic is none, or is missing."""
    UNSIGNED = "unsigned"
    """No trusted key signed its record, and the settings ask for one."""
    STALE = "stale"
    """The record was signed before one that was read already: somebody repeats it."""
    NOT_ALLOWED = "not_allowed"
    """Its URI is at no location of the settings, or it states a larger file than they allow."""
    UNREACHABLE = "unreachable"
    """Its file cannot be fetched. Tried again; all others wait for the next publication."""
    DAMAGED = "damaged"
    """The file has another size or hash than published."""
    UNUSABLE = "unusable"
    """It cannot be read or compiled by this version, or is not the rule book it says it is."""
    EXAMPLES = "examples"
    """A rule fails an example of its own."""
    SHRUNK = "shrunk"
    """A list or a rule set is gone or lost too much, and nobody has allowed it."""
