"""The closed set of reasons why a worker stops, and how it ends: at once, without acknowledging anything else."""

from __future__ import annotations

import logging
import os
import sys
from enum import IntEnum
from typing import NoReturn

from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from tidewaiter.errors import BrokerError, TidewaiterError


class ExitCode(IntEnum):
    """Exit status of `tidewaiter run`. An orchestrator restarts the worker; the status tells people why it ended."""

    STOPPED = 0
    """Asked to stop: the batch was finished, committed, and the group left."""
    SETTINGS = 2
    """A setting, rule, list or topic cannot be used. A restart does not help."""
    UNFORESEEN = 10
    """An unexpected error, probably a bug. Nothing of the batch is acknowledged."""
    BROKER = 11
    """No broker answers, the group cannot be joined, or offsets cannot be committed."""
    PRODUCE = 12
    """Verdicts could not be written, or were not acknowledged in time."""
    DEAD_LETTER = 13
    """A dead letter could not be written."""
    TOO_MANY_DEAD_LETTERS = 14
    """So many events are unreadable that a producer must be at fault."""
    VERDICT_TOO_LARGE = 15
    """A verdict is larger than the broker accepts: TIDEWAITER_MAX_RECORD_BYTES and the topic's max.message.bytes."""
    STOP_OVERRAN = 16
    """The stop took longer than its budget and was cut off."""
    NOT_AUTHORISED = 17
    """The broker refuses the worker a right; the message names the topic or group."""
    QUOTAS = 18
    """Claims on quotas could not be written or read back, or the first of them are gone."""
    RESCREENINGS = 20
    """The topic of rescreenings could not be written or read back, or its first records are gone."""
    FENCED = 19
    """Another worker has joined with the same TIDEWAITER_INSTANCE_ID and replaces this one."""


class WorkerError(TidewaiterError):
    """The worker must end with `code`. Its current batch stays unacknowledged and is read again."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def end_process(code: int) -> NoReturn:
    """Flush the log and end the process at once.

    `sys.exit` does not work: in a Faust agent it leaves the worker "stopping" for ever (faust #324), and a restart of
    the agent inside the process skips the event that it failed on.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the status with which a worker ends for `error`."""
    if isinstance(error, WorkerError):
        return error.code
    if isinstance(error, TopicAuthorizationFailedError | GroupAuthorizationFailedError):
        return ExitCode.NOT_AUTHORISED
    if isinstance(error, KafkaError | BrokerError):
        return ExitCode.BROKER
    return ExitCode.UNFORESEEN


def in_words(error: TidewaiterError | KafkaError) -> str:
    """Return the text of an error, naming the missing right where one is missing."""
    if isinstance(error, TopicAuthorizationFailedError):
        return f"this user may not read the topic (needs Read and Describe on it): {error}"
    if isinstance(error, GroupAuthorizationFailedError):
        return f"this user may not use the consumer group (needs Read on it): {error}"
    return str(error) or type(error).__name__
