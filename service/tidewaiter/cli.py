"""The command line. Each command imports what it needs when it runs, so `screen` does not load the Kafka libraries."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated, Final, NoReturn

import typer

from tidewaiter import __version__
from tidewaiter.adapters.formats import Format
from tidewaiter.commands import audit as audit_commands
from tidewaiter.commands import dispositions as dispositions_commands
from tidewaiter.commands import keys as keys_commands
from tidewaiter.commands import lists as lists_commands
from tidewaiter.commands import rescreener as rescreener_commands
from tidewaiter.commands import rescreening as rescreening_commands
from tidewaiter.commands import rulebook as rulebook_commands
from tidewaiter.commands import rules as rules_commands
from tidewaiter.commands import serve as serve_commands
from tidewaiter.commands import settings as settings_commands
from tidewaiter.commands.conversion import Reading, converted_lines
from tidewaiter.commands.examples import show_examples
from tidewaiter.commands.options import (
    ColumnsFile,
    Form,
    Input,
    Json,
    JsonAlone,
    Most,
    Reason,
    Received,
    Rules,
    complain,
    end_of_lines,
    notes,
    own_screener,
    progress_shown,
    screens_against,
    settings_of,
    source,
    warn_of_lists,
)
from tidewaiter.commands.output import say, wants_json, write_json
from tidewaiter.errors import TidewaiterError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.runtime.gc_policy import collect_seldom, exempt_rule_book
from tidewaiter.settings import Settings, load

app = typer.Typer(
    name="tidewaiter",
    help="Screens transfers of goods, money and services against sanctions law.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_PROCESSES: Final = ("run", "serve", "rescreener")
"""The commands that log until they are stopped."""
topics_app = typer.Typer(name="topics", help="Manage the topics on the broker.", no_args_is_help=True)
letters_app = typer.Typer(name="dead-letters", help="Inspect and replay dead letters.", no_args_is_help=True)
app.add_typer(topics_app)
app.add_typer(letters_app)
app.add_typer(rules_commands.app)
app.add_typer(lists_commands.app)
app.add_typer(rulebook_commands.app)
app.add_typer(keys_commands.app)
app.add_typer(audit_commands.app)
app.add_typer(dispositions_commands.app)
app.command("replay")(rescreening_commands.replay)
app.command("rescreen")(rescreening_commands.rescreen)
app.command("compare")(rescreening_commands.compare)
app.command("rescreener")(rescreener_commands.rescreener)
app.command("rescreenings")(rescreener_commands.rescreenings)
app.command("serve")(serve_commands.serve)
app.add_typer(serve_commands.tokens)
app.command("settings")(settings_commands.settings)


@app.command()
@screens_against()
def screen(
    file: Input,
    settings: Settings,
    format_: Form = None,
    mapping: ColumnsFile = None,
    received: Received = None,
    as_json: Json = None,
) -> None:
    """Screen transfers without a broker, in the order of the input: one JSON verdict a line, or tables at a terminal.

    With --format the file is one document of that format, and each verdict leads back to the places in it.

    A line that cannot be read produces an object with `error` and `line`. The other lines are still screened, and the
    exit status is 2. The exit status is 3 when the engine failed on a line: `error` then has the type and the location
    of the failure. Please report it.
    """
    from tidewaiter.commands.screen_lines import screen_lines
    from tidewaiter.commands.verdict_view import VerdictPrinter
    from tidewaiter.release.assembly import assemble
    from tidewaiter.screening.screener import Screener

    with source(file) as stream, progress_shown() as progress:
        lines = stream if format_ is None else converted_lines(Reading.of(format_, mapping, received), stream)
        book = assemble(settings, progress, complain)
        warn_of_lists(book, settings.lists_dir)
        screener = Screener(book)
        exempt_rule_book()
        unreadable = failed = 0
        printer = None if wants_json(as_json) else VerdictPrinter()
        progress.before_output()
        for number, line in enumerate(screen_lines(lines, screener, settings.max_event_bytes), start=1):
            if printer is None:
                sys.stdout.buffer.write(line.output + b"\n")
            else:
                printer.show(line)
            failed += line.fault is not None
            unreadable += line.verdict is None and line.fault is None
            if number % 1_000 == 0:
                progress(f"{number:,} transfers")
        sys.stdout.buffer.flush()
    if printer is not None:
        printer.show_counts()
    end_of_lines(unreadable, failed)


@app.command()
def convert(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(Format)}.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="A document; - for standard input.")],
    mapping: ColumnsFile = None,
    received: Received = None,
) -> None:
    """Convert a document of another format into transfers: one JSON transfer a line, as `publish` and `screen` read.

    `document` in a transfer has the path of each of its fields in the document. A document that is not of the format,
    or a transfer of it that is not valid, produces an object with `error` and `line`, and the exit status is 2.
    """
    from tidewaiter.commands.conversion import checked_lines

    unreadable = 0
    with source(file) as stream:
        for line, valid in checked_lines(Reading.of(form, mapping, received), stream):
            sys.stdout.buffer.write(line + b"\n")
            unreadable += not valid
        sys.stdout.buffer.flush()
    end_of_lines(unreadable, 0)


@app.command()
def goods(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Items as JSON lines; - for standard input.")],
    rules: Rules = None,
) -> None:
    """Classify items: one JSON line for each, with headings, categories, certainty and the words that led to them.

    An item has at least one of `description`, `manufacturer`, `model` and `hs_code`. A line that cannot be read
    produces an object with `error` and `line`. The other lines are still classified, and the exit status is 2. The
    exit status is 3 when recognition failed on a line.
    """
    from tidewaiter.commands.goods_lines import report_lines
    from tidewaiter.goods.classifier import Classifier
    from tidewaiter.release.assembly import goods_folders
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.rulebook.loader import load_lexicon, packaged_wording

    settings = settings_of(rules=rules)
    lexicon = load_lexicon(goods_folders(settings))
    classifier = Classifier(lexicon, IndexStore(settings.indexes, complain).words(lexicon), packaged_wording())
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
def run(
    settings: Settings,
    shadow: Annotated[
        str | None,
        typer.Option(
            "--shadow",
            metavar="BOOK",
            help="A candidate rule book that judges live transfers too, without effect: a file, or the sha-256 of a "
            "published one or its beginning.",
        ),
    ] = None,
) -> None:
    """Run a worker against the broker of TIDEWAITER_BROKER until SIGTERM or Ctrl-C.

    The worker uses the published rule book. While none is published, it uses the rule book of these options and
    settings. TIDEWAITER_RULE_BOOK changes this.
    """
    from tidewaiter.commands.publishing import candidate
    from tidewaiter.stream.worker import run_worker

    name = shadow or settings.shadow
    book = None if name is None else lambda: candidate(settings, name)
    raise typer.Exit(run_worker(settings, own_screener(settings), shadow=book))


@app.command()
def publish(file: Input, as_json: JsonAlone = False) -> None:
    """Publish transfers to the transfer topic. Each line is validated first; an invalid line is not published."""
    from tidewaiter.commands.kafka import publish_lines

    with source(file) as lines, progress_shown() as progress:
        done = publish_lines(load(), lines, progress, notes)
    if as_json:
        write_json({"published": done.published, "unreadable": done.unreadable})
    notes.print(f"published {done.published} transfers")
    if done.unreadable:
        raise typer.Exit(ExitCode.UNREADABLE)


@app.command()
def tail(
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="Also show earlier verdicts.")] = False,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="Stop after this many verdicts.")] = None,
    as_json: Json = None,
) -> None:
    """Show verdicts as they arrive on the verdict topic, until Ctrl-C."""
    from tidewaiter.commands.kafka import tail_verdicts

    tail_verdicts(load(), from_beginning=from_beginning, count=count, as_json=wants_json(as_json))


@app.command()
def broker(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of 127.0.0.1.")] = 9092,
) -> None:
    """Start the embedded broker alone, with the topics, until Ctrl-C. For first tries: it keeps everything in memory.

    Not every Kafka client works with it: consumer groups of Java clients and the kcat of Debian do not. For anything
    but a first try use Apache Kafka.
    """
    from tidewaiter.commands.embedded import run_broker

    raise typer.Exit(run_broker(load(), port))


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Screen the samples, print the verdicts as JSON, and exit.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the metrics page; 0 picks a free port.")] = 0,
    aurus_story: Annotated[
        bool, typer.Option("--aurus-story", help="Follow one transfer: screen, rescreen, replay, and exit.")
    ] = False,
) -> None:
    """Screen the sample transfers on the embedded broker, with a real worker, and show the verdicts."""
    from tidewaiter.commands.aurus_story import run_story
    from tidewaiter.commands.demo import run_demo

    if aurus_story:
        raise typer.Exit(run_story(port))
    raise typer.Exit(run_demo(once=once, web_port=port))


@topics_app.command("create")
def topics_create(as_json: JsonAlone = False) -> None:
    """Create the missing topics. Safe to repeat: existing topics are not changed."""
    from tidewaiter.commands.kafka import create_topics

    for line in create_topics(load()):
        topic, _, report = line.partition(": ")
        say(line, {"topic": topic, "report": report}, as_json)


@letters_app.command("list")
def letters_list(reason: Reason = None, most: Most = None, as_json: Json = None) -> None:
    """List the dead letters with reason, number of attempts and origin, but without their content."""
    from tidewaiter.commands.kafka import list_dead_letters

    count = list_dead_letters(load(), reason, most, as_json=wants_json(as_json))
    notes.print(f"{count} dead letters")


@letters_app.command("show")
def letters_show(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="Its name in dead-letters list, such as 2@17.")],
    as_json: Json = None,
    value: Annotated[bool, typer.Option("--value", help="Print only the original bytes.")] = False,
) -> None:
    """Show one complete dead letter, as it was sent. It contains personal data."""
    from tidewaiter.commands.kafka import show_dead_letter

    show_dead_letter(load(), letter, as_json=wants_json(as_json), value_alone=value)


@letters_app.command("replay")
def letters_replay(reason: Reason = None, most: Most = None, as_json: JsonAlone = False) -> None:
    """Send dead letters back to the transfer topic with their original bytes, to be screened again.

    Each dead letter is sent once per --reason, and once without --reason. After an interruption, run the command again:
    it continues where it stopped.
    """
    from tidewaiter.commands.kafka import replay_dead_letters

    try:
        with progress_shown() as progress:
            done = replay_dead_letters(load(), reason, most, progress)
    except KeyboardInterrupt:
        notes.print("interrupted: run it again to continue where it stopped")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if as_json:
        write_json({"sent": done.sent, "skipped": done.passed_over})
    notes.print(f"sent {done.sent} dead letters back" + (f", skipped {done.passed_over}" if reason else ""))


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[
        bool, typer.Option("--version", help="Show the versions of engine, contract and rule-book format.")
    ] = False,
) -> None:
    """Screens transfers of goods, money and services against sanctions law."""
    if version:
        from tidewaiter.rulebook.package import FORMAT
        from tidewaiter_schemas.export import CONTRACT_VERSION

        typer.echo(f"tidewaiter {__version__}\ncontract {CONTRACT_VERSION}\nrule-book format {FORMAT}")
        raise typer.Exit


show_examples(app)


def main() -> None:
    """Run the command line. An expected error prints one message and sets exit status 1."""
    collect_seldom()
    _quiet_libraries()
    try:
        app()
    except TidewaiterError as error:
        _failed(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.FAILED)
    except OSError as error:  # a full disk
        where = f"{error.filename}: " if error.filename else ""
        _failed(f"{where}{error.strerror or error}")


def _failed(why: str) -> NoReturn:
    from tidewaiter.observability import logs

    if sys.argv[1:2] and sys.argv[1] in _PROCESSES and logs.configured_for_programs():
        logs.logger("tidewaiter").error("not started", reason=why)
    else:
        notes.print(f"tidewaiter: {why}", markup=False, style="red")
    sys.exit(ExitCode.FAILED)


def _quiet_libraries() -> None:
    """Keep the logs of the Kafka libraries out of a command's output: the error that follows says the same.

    A worker includes these lines in its own log. TIDEWAITER_LOG_LEVEL=DEBUG shows them in commands too, but only
    warnings and above: at lower levels the libraries log the content of records.
    """
    if os.environ.get("TIDEWAITER_LOG_LEVEL", "").upper() == "DEBUG":
        logging.basicConfig(level=logging.WARNING)
        return
    for name in ("aiokafka", "faust", "mode"):
        logging.getLogger(name).addHandler(logging.NullHandler())
