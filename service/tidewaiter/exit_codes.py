"""The exit status of every command: one closed set, from which `docs/cli.md` has its table."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """Exit status of a command. `meaning` says why it ended, `restart` whether starting it again helps.

    Statuses from 10 on are those of `run`, `rescreener` and `serve`, which an orchestrator restarts.
    """

    meaning: str
    restart: str

    def __new__(cls, value: int, meaning: str, restart: str = "") -> Self:
        """Return the member of `value`."""
        member = int.__new__(cls, value)
        member._value_, member.meaning, member.restart = value, meaning, restart
        return member

    STOPPED = (
        0,
        "Done. A process that runs until it is stopped has finished its batch, committed it and left its group.",
    )
    FAILED = (
        1,
        "An error that standard error names: a rule, a list or a file cannot be used, or no broker answers a command. "
        "Or what a check is for: `audit verify` and `audit export` found a broken chain, `rules check` an error, "
        "`rules coverage` a missing rule, `demo --once` an unexpected verdict.",
        "no, repair it",
    )
    SETTINGS = (
        2,
        "What was given cannot be used: an option or argument; for a process, a setting, a topic or the web port. "
        "`audit`: the records could not be read. `screen`, `convert`, `goods`, `publish`, `rescreen`: a line or a "
        "record could not be read; the others were.",
        "no, repair it",
    )
    UNREADABLE = SETTINGS
    PARTLY_FAILED = (
        3,
        "A part failed: the engine on a line or a transfer, which is a bug to report (`screen`, `goods`, `rescreen`, "
        "`dispositions what-if`); or some lists, whose last good ones stay (`lists sync`, `lists show`).",
    )
    DIFFERENT = (
        4,
        "`replay`: a verdict differs from the one computed now. `lists sync`: all lists failed.",
    )
    ALL_FAILED = DIFFERENT
    UNFORESEEN = (
        10,
        "An unexpected error, probably a bug: outside of an event, or in an event where `TIDEWAITER_ON_ENGINE_ERROR` "
        "is `stop`. The log names partition and offset, never the content.",
        "yes; if it persists, report it",
    )
    BROKER = (
        11,
        "No broker answers or it refuses the login, topics are missing or not visible, the group cannot be joined, or "
        "offsets cannot be committed. Or the schema registry does not answer at start, with "
        "`TIDEWAITER_VERDICT_SCHEMA`.",
        "yes",
    )
    PRODUCE = (12, "Verdicts could not be written, or were not acknowledged in time.", "yes")
    DEAD_LETTER = (
        13,
        "A dead letter could not be written.",
        "yes; check the size limit and rights of the dead-letter topic",
    )
    TOO_MANY_DEAD_LETTERS = (
        14,
        "Too many dead letters: `TIDEWAITER_DEAD_LETTERS_IN_A_ROW`, `TIDEWAITER_DEAD_LETTER_SHARE`. The batch that "
        "crosses the limit is not written; earlier ones are committed.",
        "after checking their reasons: the fault is the producer's or (`engine_error`) Tidewaiter's. A restart "
        "continues from there with the count at 0: it writes no letter again, and fewer new ones than the limit",
    )
    VERDICT_TOO_LARGE = (
        15,
        "A verdict is larger than the broker accepts: `TIDEWAITER_MAX_RECORD_BYTES` and the topic's "
        "`max.message.bytes`.",
        "no, raise the limit",
    )
    STOP_OVERRAN = (16, "The stop took longer than its limit and was cut off.", "yes")
    NOT_AUTHORISED = (17, "The broker refuses a right; the message names the topic or group.", "no, grant it")
    QUOTAS = (
        18,
        "A claim on a quota could not be written or read back in time, or the first claims are gone from the topic.",
        "yes; if claims are gone, see [quotas](quotas.md#if-claims-are-lost)",
    )
    FENCED = (
        19,
        "Another worker has joined with the same `TIDEWAITER_INSTANCE_ID` and continues in its place.",
        "no, give each worker its own id",
    )
    RESCREENINGS = (
        20,
        "A rescreener could not write or read the topic `rescreenings` in time, or its first records are gone.",
        "yes; if records are gone, see the message",
    )
    INTERRUPTED = (130, "Stopped by Ctrl-C before it was done.")
