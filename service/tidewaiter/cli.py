"""The command line. Each command loads what it needs when it runs: `screen` never waits for Kafka's libraries."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from tidewaiter import __version__
from tidewaiter.commands import audit as audit_commands
from tidewaiter.commands import keys as keys_commands
from tidewaiter.commands import lists as lists_commands
from tidewaiter.commands import rescreening as rescreening_commands
from tidewaiter.commands import rulebook as rulebook_commands
from tidewaiter.commands import rules as rules_commands
from tidewaiter.commands import settings as settings_commands
from tidewaiter.commands.options import (
    UNREADABLE,
    Input,
    Json,
    Most,
    Reason,
    Rules,
    complain,
    end_of_lines,
    notes,
    progress_shown,
    screens_against,
    settings_of,
    source,
    warn_of_lists,
)
from tidewaiter.commands.output import wants_json
from tidewaiter.errors import TidewaiterError
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.settings import Settings, load

app = typer.Typer(
    name="tidewaiter",
    help="Screens transfers of goods, money and services against sanctions law.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
topics_app = typer.Typer(name="topics", help="The topics on the broker.", no_args_is_help=True)
letters_app = typer.Typer(name="dead-letters", help="Events that could not be read.", no_args_is_help=True)
app.add_typer(topics_app)
app.add_typer(letters_app)
app.add_typer(rules_commands.app)
app.add_typer(lists_commands.app)
app.add_typer(rulebook_commands.app)
app.add_typer(keys_commands.app)
app.add_typer(audit_commands.app)
app.command("replay")(rescreening_commands.replay)
app.command("rescreen")(rescreening_commands.rescreen)
app.command("compare")(rescreening_commands.compare)
app.command("settings")(settings_commands.settings)


@app.command()
@screens_against()
def screen(file: Input, settings: Settings) -> None:
    """Screen transfers without a broker: one JSON verdict a line, in the order of the input.

    A line that cannot be read becomes an object with `error` and `line`, the rest goes on, and the exit status is 2. It
    is 3 when the engine failed on a line: then `error` has the type and place of its error, to be reported.
    """
    from tidewaiter.commands.screen_lines import screen_lines
    from tidewaiter.release.assembly import assemble
    from tidewaiter.screening.screener import Screener

    with source(file) as lines, progress_shown() as progress:
        book = assemble(settings, progress, complain)
        warn_of_lists(book, settings.lists_dir)
        screener = Screener(book)
        exempt_rule_book()
        unreadable = failed = 0
        out = sys.stdout.buffer
        for number, line in enumerate(screen_lines(lines, screener, settings.max_event_bytes), start=1):
            out.write(line.output + b"\n")
            failed += line.fault is not None
            unreadable += line.verdict is None and line.fault is None
            if number % 1_000 == 0:
                progress(f"{number:,} transfers")
        out.flush()
    end_of_lines(unreadable, failed)


@app.command()
def goods(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Items as JSON lines; - for standard input.")],
    rules: Rules = None,
) -> None:
    """Say what items are: one JSON line for each, with headings, categories, how sure, and which words said so.

    An item has `description`, `manufacturer`, `model`, `hs_code`, any of them. A line that cannot be read becomes an
    object with `error` and `line`, the rest goes on, and the exit status is 2; it is 3 when recognition failed on one.
    """
    from tidewaiter.commands.goods_lines import report_lines
    from tidewaiter.goods.classifier import Classifier
    from tidewaiter.release.assembly import goods_folders
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.rulebook.loader import load_lexicon

    settings = settings_of(rules=rules)
    lexicon = load_lexicon(goods_folders(settings))
    classifier = Classifier(lexicon, IndexStore(settings.indexes, complain).words(lexicon))
    unreadable = failed = 0
    with source(file) as lines:
        for line in report_lines(lines, classifier):
            sys.stdout.buffer.write(line.output + b"\n")
            failed += line.fault is not None
            unreadable += not line.readable
        sys.stdout.buffer.flush()
    end_of_lines(unreadable, failed)


@app.command()
@screens_against()
def run(settings: Settings) -> None:
    """Run a worker against the broker of TIDEWAITER_BROKER until SIGTERM or Ctrl-C.

    It decides by the published rule book, and by the one of these options and settings while none is published
    (TIDEWAITER_RULE_BOOK says otherwise).
    """
    from tidewaiter.release.assembly import assemble
    from tidewaiter.screening.screener import Screener
    from tidewaiter.stream.worker import run_worker

    def own() -> Screener:
        book = assemble(settings, complain=complain)
        warn_of_lists(book, settings.lists_dir)
        return Screener(book)

    raise typer.Exit(run_worker(settings, own))


@app.command()
def publish(file: Input) -> None:
    """Publish transfers to the transfer topic; each line is checked first, and one that is no transfer stays here."""
    from tidewaiter.commands.kafka import publish_lines

    with source(file) as lines, progress_shown() as progress:
        done = publish_lines(load(), lines, progress, notes)
    notes.print(f"published {done.published} transfers")
    if done.unreadable:
        raise typer.Exit(UNREADABLE)


@app.command()
def tail(
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="Show what is there already too.")] = False,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="Stop after so many verdicts.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON verdict a line.")] = False,
) -> None:
    """Show verdicts as they arrive on the verdict topic."""
    from tidewaiter.commands.kafka import tail_verdicts

    tail_verdicts(load(), from_beginning=from_beginning, count=count, as_json=as_json)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Screen the samples, print the verdicts as JSON, and end.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the metrics page; 0 takes a free one.")] = 0,
    aurus_story: Annotated[
        bool, typer.Option("--aurus-story", help="Tell of one transfer: screened, rescreened, replayed; and end.")
    ] = False,
) -> None:
    """Screen the sample transfers on the embedded broker, with a real worker, and show the verdicts."""
    from tidewaiter.commands.aurus_story import run_story
    from tidewaiter.commands.demo import run_demo

    if aurus_story:
        raise typer.Exit(run_story(port))
    raise typer.Exit(run_demo(once=once, web_port=port))


@topics_app.command("create")
def topics_create() -> None:
    """Create the topics that are missing. Safe to repeat; changes no topic that is there."""
    from tidewaiter.commands.kafka import create_topics

    for line in create_topics(load()):
        typer.echo(line)


@letters_app.command("list")
def letters_list(reason: Reason = None, most: Most = None, as_json: Json = False) -> None:
    """List the dead letters: why each is one, how often it was tried, and where it came from; not what it says."""
    from tidewaiter.commands.kafka import list_dead_letters

    count = list_dead_letters(load(), reason, most, as_json=wants_json(as_json))
    notes.print(f"{count} dead letters")


@letters_app.command("show")
def letters_show(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="As listed: 2@17.")],
    as_json: Json = False,
    value: Annotated[bool, typer.Option("--value", help="The original bytes and nothing else.")] = False,
) -> None:
    """Show one dead letter whole, as it was sent. It holds personal data."""
    from tidewaiter.commands.kafka import show_dead_letter

    show_dead_letter(load(), letter, as_json=wants_json(as_json), value_alone=value)


@letters_app.command("replay")
def letters_replay(reason: Reason = None, most: Most = None) -> None:
    """Send dead letters back to the transfer topic as they first came, to be read again.

    Each goes once for each --reason, and once without: interrupted, or called again, it goes on where it was.
    """
    from tidewaiter.commands.kafka import replay_dead_letters

    try:
        with progress_shown() as progress:
            done = replay_dead_letters(load(), reason, most, progress)
    except KeyboardInterrupt:
        notes.print("interrupted: call it again, and it goes on where it was")
        raise typer.Exit(130) from None
    notes.print(f"sent {done.sent} dead letters back" + (f", passed over {done.passed_over}" if reason else ""))


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Screens transfers of goods, money and services against sanctions law."""
    if version:
        typer.echo(f"tidewaiter {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error we know is one clear message and exit status 1."""
    collect_seldom()
    _quiet_libraries()
    try:
        app()
    except TidewaiterError as error:
        notes.print(f"tidewaiter: {error}", markup=False, style="red")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:  # a full disk
        where = f"{error.filename}: " if error.filename else ""
        notes.print(f"tidewaiter: {where}{error.strerror or error}", markup=False, style="red")
        sys.exit(1)


def _quiet_libraries() -> None:
    """Keep what the Kafka libraries log out of a command's output: the error that follows says it in words.

    A worker has a log of its own, with their lines in it. TIDEWAITER_LOG_LEVEL=DEBUG shows them in commands too, from
    warnings on: below that they write what is in records.
    """
    if os.environ.get("TIDEWAITER_LOG_LEVEL", "").upper() == "DEBUG":
        logging.basicConfig(level=logging.WARNING)
        return
    for name in ("aiokafka", "faust", "mode"):
        logging.getLogger(name).addHandler(logging.NullHandler())
