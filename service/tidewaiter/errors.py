"""The errors that Tidewaiter raises on purpose. Each message names the thing, what is wrong with it and what to do."""

from __future__ import annotations


class TidewaiterError(Exception):
    """Base of all of them."""


class SettingsError(TidewaiterError):
    """A setting that cannot be used."""


class RuleError(TidewaiterError):
    """A rule set, goods lexicon or authorisation register that cannot be used."""


class ListError(TidewaiterError):
    """A list file that cannot be used: truncated, empty, of another schema."""


class UnreadableEvent(TidewaiterError):  # noqa: N818 - it is the event that is unreadable
    """An event that is not a transfer. Goes to the dead letters, never to a verdict."""


class BrokerError(TidewaiterError):
    """A broker that cannot be started or reached."""


class ExportError(TidewaiterError):
    """An export of the audit trail that cannot be written or read."""
