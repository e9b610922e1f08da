"""The commands that talk to a broker."""

from __future__ import annotations

import asyncio
import base64
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.commands.options import notes
from tidewaiter.commands.output import write_json, write_line
from tidewaiter.commands.verdict_view import verdict_table
from tidewaiter.errors import BrokerError, TidewaiterError
from tidewaiter.settings import Settings
from tidewaiter.stream import clients, dead_letters, topics
from tidewaiter.stream.clients import Published, Start
from tidewaiter.stream.dead_letters import Replayed, StoredLetter
from tidewaiter.wire.cloudevents import NotATransfer, header_number
from tidewaiter_schemas.dead_letter import HEADER_DETAIL, HEADER_TIMESTAMP, DeadLetterReason
from tidewaiter_schemas.verdict import Verdict


def create_topics(settings: Settings) -> list[str]:
    """Create the missing topics and return one line about each topic. Raises BrokerError."""
    return asyncio.run(topics.create_topics(settings))


def publish_lines(
    settings: Settings, lines: Iterable[bytes], progress: Callable[[str], None], notes: Console
) -> Published:
    """Publish JSON lines. A line that is not a transfer is reported on `notes` and skipped. Raises BrokerError."""

    advised = False

    def unreadable(number: int, error: NotATransfer) -> None:
        nonlocal advised
        notes.print(f"line {number}: not published: {error}", markup=False, style="red")
        if error.reason is DeadLetterReason.NOT_JSON and not advised:
            advised = True
            notes.print("each line must be one whole transfer: `jq -c . FILE | tidewaiter publish -`", markup=False)

    return asyncio.run(
        clients.publish(settings, lines, unreadable, lambda count: progress(f"{count:,} transfers published"))
    )


def tail_verdicts(settings: Settings, from_beginning: bool, count: int | None, as_json: bool) -> None:
    """Print verdicts as they arrive, `count` of them or until Ctrl-C. Raises BrokerError.

    A dead letter that arrives is one line on standard error.
    """
    console, start = Console(), Start.BEGINNING if from_beginning else Start.END

    async def follow() -> None:
        shown = 0
        async with letters_shown(settings, start, notes):
            async for record in clients.tail(settings, start):
                if as_json:
                    write_line(record.value)
                else:
                    console.print(verdict_table(Verdict.model_validate_json(record.value)))
                shown += 1
                if shown == count:
                    return

    try:
        asyncio.run(follow())
    except KeyboardInterrupt:
        return


@asynccontextmanager
async def letters_shown(settings: Settings, start: Start, console: Console) -> AsyncIterator[None]:
    """Within the block, print a line on `console` for each dead letter that arrives."""

    async def show() -> None:
        try:
            async for letter in clients.tail_letters(settings, start):
                console.print(letter_line(letter), markup=False, style="yellow")
        except BrokerError as error:  # whoever may read verdicts need not be allowed to read dead letters
            console.print(f"dead letters are not shown: {error}", markup=False, style="dim")

    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait({showing})


def letter_line(letter: StoredLetter) -> str:
    """Return a dead letter in one line, without its content."""
    name = f"dead letter {letter.partition}@{letter.offset}"
    return f"{name}, of {letter.original or 'an unknown record'}: {letter.reason}: {letter.header(HEADER_DETAIL)}"


def list_dead_letters(settings: Settings, reason: DeadLetterReason | None, most: int | None, as_json: bool) -> int:
    """Print at most `most` of the dead letters on the topic and return their number. Raises BrokerError."""
    table = Table("letter", "reason", "what is wrong", "attempts", "origin", "at", "bytes", box=None, pad_edge=False)

    async def listed() -> int:
        count = 0
        async with aclosing(dead_letters.stored_letters(settings, reason)) as letters:
            async for letter in letters:
                count += 1
                summary = _summary(letter)
                if as_json:
                    write_json(summary)
                else:
                    table.add_row(*(Text(str(each), overflow="fold") for each in summary.values()))
                if count == most:
                    break
        return count

    count = asyncio.run(listed())
    if count and not as_json:
        Console().print(table)
    return count


def show_dead_letter(settings: Settings, letter: str, as_json: bool, value_alone: bool) -> None:
    """Print one dead letter, named `PARTITION@OFFSET`, with its headers. Raises TidewaiterError."""
    place = re.fullmatch(r"^(\d+)@(\d+)", letter)
    if place is None:
        raise TidewaiterError(f"{letter}: no name of a dead letter; dead-letters list shows them, such as 2@17")
    found = asyncio.run(dead_letters.stored_letter(settings, int(place[1]), int(place[2])))
    if found is None:
        raise TidewaiterError(f"{letter}: no such dead letter, or it is past its retention time")
    if value_alone:
        sys.stdout.buffer.write(found.value or b"")
        sys.stdout.buffer.flush()
        return
    headers = [{"name": name, **_header_json("value", content)} for name, content in found.original_headers()]
    whole = {
        **_summary(found),
        **_header_json("key", found.key),
        "headers": headers,
        **_header_json("value", found.value),
    }
    if as_json:
        write_json(whole)
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, content in whole.items():
        shown = "\n".join(" ".join(map(str, each.values())) for each in headers) if name == "headers" else content
        table.add_row(Text(name, style="bold"), Text(str(shown), overflow="fold"))
    Console().print(table)


def replay_dead_letters(
    settings: Settings, reason: DeadLetterReason | None, most: int | None, progress: Callable[[str], None]
) -> Replayed:
    """Send dead letters back to the transfer topic, each once. Raises BrokerError or WorkerError."""
    return asyncio.run(
        dead_letters.replay(settings, reason, most, lambda count: progress(f"{count:,} dead letters sent back"))
    )


def _summary(letter: StoredLetter) -> dict[str, Any]:
    """Return the fields that can be shown without showing the event."""
    return {
        "letter": f"{letter.partition}@{letter.offset}",
        "reason": letter.reason,
        "detail": letter.header(HEADER_DETAIL),
        "attempts": dead_letters.attempts(letter.headers),
        "original": letter.original,
        "original_time": _moment(header_number(letter.header(HEADER_TIMESTAMP).encode())),
        "bytes": len(letter.value or b""),
    }


def _moment(milliseconds: int | None) -> str | None:
    """Return milliseconds since 1970 as text; None for None and for a year outside the range of `datetime`."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _header_json(name: str, content: bytes | None) -> dict[str, str | None]:
    """Return a header as JSON, like CloudEvents: as text, or under `…_base64` if it is not UTF-8."""
    if content is None:
        return {name: None}
    try:
        return {name: content.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(content).decode()}
