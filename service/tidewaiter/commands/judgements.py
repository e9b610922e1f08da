"""Dispositions as input of a command: from a file of JSON lines, or the topic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from tidewaiter.commands.options import source
from tidewaiter.errors import SettingsError
from tidewaiter.settings import Settings
from tidewaiter_schemas.disposition import Disposition

TOPIC: Final = "topic"


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
