"""The closed set of reasons why a worker stops, and how it ends: at once, without acknowledging anything else."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn

from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from tidewaiter.errors import BrokerError, TidewaiterError
from tidewaiter.exit_codes import ExitCode

__all__ = ["ExitCode", "WorkerError", "end_process", "exit_code_of", "in_words"]


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
