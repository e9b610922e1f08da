"""Dispositions as input of a command, and what each of them is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidewaiter.commands.options import source
from tidewaiter.errors import SettingsError
from tidewaiter.screening.dispositions import DispositionLog, Dispositions, Refusal
from tidewaiter.settings import Settings
from tidewaiter_schemas.disposition import Disposition

TOPIC: Final = "topic"
HELP: Final = "A file of JSON lines, - for standard input, or `topic`."


class Status(StrEnum):
    """The effect of a disposition on verdicts now."""

    IN_FORCE = "in force"
    """It suppresses findings."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OVERRULED = "overruled"
    """A later disposition on the same party and entry decides."""
    RECORDED = "recorded"
    """It is a judgement that suppresses nothing."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """A disposition and its status. `refusal` is set when it is refused."""

    disposition: Disposition
    status: Status
    refusal: Refusal | None = None


def dispositions_of(settings: Settings, name: str) -> Iterator[Disposition]:
    """Yield the dispositions of `name` in order, also those that workers refuse.

    Raises SettingsError when a line of a file is none, and BrokerError. A record of the topic that is none is left out.
    """
    if name == TOPIC:
        from tidewaiter.stream.dispositions import read_all

        yield from asyncio.run(read_all(settings))
        return
    with source(name) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield Disposition.model_validate_json(line)
                except ValueError as error:
                    raise SettingsError(f"{name}, line {number}: not a disposition: {error}") from error


def judged_of(settings: Settings, name: str, now: datetime) -> tuple[list[Judged], Dispositions, int]:
    """Return the dispositions of `name` with their status, the state that workers use, and the unreadable records.

    Only the topic has signatures: dispositions of a file count without them.
    """
    if name == TOPIC:
        from tidewaiter.stream.dispositions import read_topic

        found = asyncio.run(read_topic(settings))
    else:
        found = list(dispositions_of(settings, name))
    log = DispositionLog(settings.four_eyes)
    taken: dict[str, Disposition] = {}
    refused: list[Judged] = []
    unreadable = 0
    for each in found:
        if isinstance(each, Refusal):
            unreadable += 1
        elif (refusal := log.take(each)) is not None:
            refused.append(Judged(each, Status.REFUSED, refusal))
        else:
            taken[each.id] = each
    state = log.state()
    return [*(Judged(each, _status(each, state, now)) for each in taken.values()), *refused], state, unreadable


def _status(disposition: Disposition, state: Dispositions, now: datetime) -> Status:
    if disposition.withdrawn is not None:
        return Status.WITHDRAWN
    about = state.by_entry.get(disposition.rule)
    last = None if about is None or disposition.key is None else about.parties.get(disposition.key.party)
    if last is None or disposition.judgement != "false_positive":
        return Status.RECORDED
    if last.id != disposition.id:
        return Status.OVERRULED
    return Status.EXPIRED if last.expires_at is None or last.expires_at <= now else Status.IN_FORCE
