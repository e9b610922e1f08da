"""`tidewaiter demo --aurus-story`: a gift of a car, a listing days later, and the past transfers screened again."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.commands.demo import SAMPLES, as_interrupt, demo_settings, demo_worker, screened, the_end_of
from tidewaiter.commands.past_transfers import TOPIC, past_transfers
from tidewaiter.commands.verdict_view import print_rule_book, verdict_table
from tidewaiter.matching.entry import PartyList
from tidewaiter.release.assembly import read_sources
from tidewaiter.rescreening.replaying import Outcome, Replay
from tidewaiter.rescreening.rescreener import Rejudged, Rescreener
from tidewaiter.rescreening.run import Totals, rescreen
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.package import pack
from tidewaiter.rulebook.sources import Sources
from tidewaiter.settings import Settings
from tidewaiter.stream import topics
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.rescreening import Rescreening
from tidewaiter_schemas.verdict import Verdict

BEFORE, AFTER = "2024-02-20", "2024-02-23"
_GIFT = "aurus-2024"


def run_story(web_port: int) -> int:
    """Run the story on the embedded broker with a real worker and return the exit status. Leaves no process running."""
    signal.signal(signal.SIGTERM, as_interrupt)
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="tidewaiter-story-") as folder, EmbeddedBroker() as broker:
            settings = demo_settings(broker.address)
            asyncio.run(topics.create_topics(settings))
            old, new = (as_of(day) for day in (BEFORE, AFTER))
            book = Path(folder) / "before.rulebook"
            book.write_bytes(pack(old))
            console.print(Rule("20 February 2024: the gift of a car is reported"))
            with demo_worker(broker.address, web_port, TIDEWAITER_RULE_BOOK_FILE=str(book)) as (log, worker):
                lines = [line for line in (SAMPLES / "transfers.jsonl").read_bytes().splitlines() if _is_gift(line)]

                def show(verdict: Verdict) -> None:
                    print_rule_book(console, verdict.rulebook)
                    console.print(verdict_table(verdict))

                with the_end_of(log):
                    (first,) = asyncio.run(screened(settings, lines, worker, show))
            console.print(
                "He is on no UN list, and nothing was paid. What forbids it is law on goods for a country.",
                style="cyan",
            )
            return _later(console, settings, old, new, first)
    except KeyboardInterrupt:
        console.print("stopped; nothing is left running", style="dim")
        return 0


def as_of(day: str) -> Sources:
    """Return the packaged law with the packaged sample list reduced to the entries that were listed by `day`."""
    sources = read_sources(Settings(jurisdictions=("UN",)))
    return replace(sources, lists=tuple(_listed_by(day, party_list) for party_list in sources.lists))


def _listed_by(day: str, party_list: PartyList) -> PartyList:
    entries = [entry for entry in party_list.entries if entry.listed_on is None or entry.listed_on <= day]
    return replace(party_list, entries=tuple(entries), published=day)


def _is_gift(line: bytes) -> bool:
    return bool(json.loads(line)["id"] == _GIFT)


def _later(console: Console, settings: Settings, old: Sources, new: Sources, first: Verdict) -> int:
    """Run the second and third part and return the exit status: 1 when the outcome is not the expected one."""
    console.print(Rule("23 February 2024: OFAC lists the maker of the car"))
    totals, indexes = Totals(), IndexStore(settings.indexes)
    with past_transfers(settings, TOPIC) as past:
        rescreener = Rescreener(old, new, indexes=indexes)
        done = list(rescreen(rescreener, past, totals))
        console.print(
            f"{len(rescreener.changes.causes)} list entries changed; past transfers searched for them: {totals.read}, "
            f"judged again: {totals.judged}",
            style="dim",
        )
        anew = [each.verdict for each in done if isinstance(each, Rejudged) and each.verdict is not None]
        for verdict in anew:
            console.print(verdict_table(verdict))
            for line in told(verdict.rescreening):
                console.print(line)
        console.print(Rule("And the first verdict, computed again"))
        proof = Replay(lambda _: rescreener.old)
        proof.add("the first verdict", canonical(first))
        differences = list(proof.run(past()))
    same = proof.outcomes[Outcome.SAME] == 1 and not differences
    console.print(
        f"the same {len(canonical(first)):,} bytes, verdict {first.id}" if same else f"another: {differences}",
        style="green" if same else "bold red",
    )
    return 0 if same and len(anew) == 1 else 1


def told(rescreening: Rescreening | None) -> Iterator[Text]:
    """Yield one line per change of a finding and one per cause of it."""
    for change in () if rescreening is None else rescreening.changes:
        yield Text(
            f"{change.outcome.value.replace('_', ' ')}: {change.rule} on {change.subject or 'the transfer'}", "bold"
        )
        for cause in change.causes:
            when = f", list of {cause.published}" if cause.published else ""
            fields = f" ({', '.join(cause.fields)})" if cause.fields else ""
            yield Text(f"  {cause.change.value}: {cause.id} {cause.name}{fields}{when}", "cyan")
