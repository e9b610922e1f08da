"""The commands that talk to a broker, for people at a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from rich.console import Console

from schemas.verdict import Verdict
from service.settings import Settings
from service.show import verdict_table
from service.stream import clients, topics
from service.stream.clients import Published, Start
from service.stream.envelope import NotATransfer


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing; a line about each topic. Raises BrokerError."""
    return asyncio.run(topics.create_topics(settings))


def publish_lines(
    settings: Settings, lines: Iterable[bytes], progress: Callable[[str], None], notes: Console
) -> Published:
    """Publish JSON lines; what is no transfer is said on `notes` and left out. Raises BrokerError."""

    def unreadable(number: int, error: NotATransfer) -> None:
        notes.print(f"line {number}: not published: {error}", markup=False, style="red")

    return asyncio.run(
        clients.publish(settings, lines, unreadable, lambda count: progress(f"{count:,} transfers published"))
    )


def tail_verdicts(settings: Settings, from_beginning: bool, count: int | None, as_json: bool) -> None:
    """Print verdicts as they arrive, `count` of them or until Ctrl-C. Raises BrokerError."""
    console = Console()

    async def follow() -> None:
        shown = 0
        async for record in clients.tail(settings, Start.BEGINNING if from_beginning else Start.END):
            if as_json:
                print(record.value.decode(), flush=True)
            else:
                console.print(verdict_table(Verdict.model_validate_json(record.value)))
            shown += 1
            if shown == count:
                return

    try:
        asyncio.run(follow())
    except KeyboardInterrupt:
        return
