"""The command line. Each command loads what it needs when it runs: `screen` never waits for Kafka's libraries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from schemas.dead_letter import DeadLetterReason
from service import __version__
from service.errors import TidewaiterError
from service.settings import Settings, load

UNREADABLE = 2
"""Exit status of `screen` and `publish` when a line could not be read."""

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
rules_app = typer.Typer(name="rules", help="The rule sets.", no_args_is_help=True)
app.add_typer(topics_app)
app.add_typer(letters_app)
app.add_typer(rules_app)

notes = Console(stderr=True, highlight=False)

Input = Annotated[str, typer.Argument(metavar="FILE", help="Transfers as JSON lines; - for standard input.")]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="PUBLISHER=PATH",
        help="A party list: un, ofac, eu, uk, uk-conlist, au, opensanctions. Repeatable.",
    ),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="A folder of further rule sets. Repeatable.")
]
Builtin = Annotated[bool, typer.Option("--builtin-rules/--no-builtin-rules", help="Use the packaged rule sets.")]
Jurisdictions = Annotated[
    str | None, typer.Option(metavar="UN,EU,…", help="Whose law binds you: UN, EU, US, UK, JP, CA, AU, CH.")
]
Authorisations = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Your register of verified authorisations (YAML).")
]
Reason = Annotated[DeadLetterReason | None, typer.Option("--reason", help="Only those dead for this reason.")]
Most = Annotated[int | None, typer.Option("--max", metavar="N", min=1, help="At most so many.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, as without a terminal.")]


@app.command()
def screen(
    file: Input,
    lists: Lists = None,
    rules: Rules = None,
    builtin_rules: Builtin = True,
    jurisdictions: Jurisdictions = None,
    authorisations: Authorisations = None,
) -> None:
    """Screen transfers without a broker: one JSON verdict a line, in the order of the input.

    A line that cannot be read becomes an object with `error` and `line`, the rest goes on, and the exit status is 2.
    """
    from service.assembly import assemble, spare_the_rule_book
    from service.offline import screen_lines
    from service.screening.screener import Screener

    settings = _settings(lists, rules, builtin_rules, jurisdictions, authorisations)
    with _source(file) as lines, _progress() as progress:
        book = assemble(settings, progress=progress)
        _warn_of_samples(book.manifest.lists)
        screener = Screener(book)
        spare_the_rule_book()
        unreadable = 0
        out = sys.stdout.buffer
        for number, line in enumerate(screen_lines(lines, screener, settings.max_event_bytes), start=1):
            out.write(line.output + b"\n")
            unreadable += line.verdict is None
            if number % 1_000 == 0:
                progress(f"{number:,} transfers")
        out.flush()
    if unreadable:
        notes.print(f"{unreadable} of the lines could not be read; each is in the output as an object with `error`")
        raise typer.Exit(UNREADABLE)


@app.command()
def goods(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Items as JSON lines; - for standard input.")],
    rules: Rules = None,
) -> None:
    """Say what items are: one JSON line for each, with headings, categories, how sure, and which words said so.

    An item has `description`, `manufacturer`, `model`, `hs_code`, any of them. A line that cannot be read becomes an
    object with `error` and `line`, the rest goes on, and the exit status is 2.
    """
    from service.assembly import goods_folders
    from service.goods.classifier import Classifier
    from service.goods.report import report_lines
    from service.rulebook.loader import load_lexicon

    classifier = Classifier(load_lexicon(goods_folders(_settings(None, rules, True, None, None))))
    unreadable = 0
    with _source(file) as lines:
        for line in report_lines(lines, classifier):
            sys.stdout.buffer.write(line.output + b"\n")
            unreadable += not line.readable
        sys.stdout.buffer.flush()
    if unreadable:
        notes.print(f"{unreadable} of the lines could not be read; each is in the output as an object with `error`")
        raise typer.Exit(UNREADABLE)


@app.command()
def run(
    lists: Lists = None,
    rules: Rules = None,
    builtin_rules: Builtin = True,
    jurisdictions: Jurisdictions = None,
    authorisations: Authorisations = None,
) -> None:
    """Run a worker against the broker of TIDEWAITER_BROKER until SIGTERM or Ctrl-C."""
    from service.assembly import assemble, spare_the_rule_book
    from service.screening.screener import Screener
    from service.stream.worker import run_worker

    settings = _settings(lists, rules, builtin_rules, jurisdictions, authorisations)
    book = assemble(settings)
    _warn_of_samples(book.manifest.lists)
    screener = Screener(book)
    spare_the_rule_book()
    raise typer.Exit(run_worker(settings, screener, book.manifest))


@app.command()
def publish(file: Input) -> None:
    """Publish transfers to the transfer topic; each line is checked first, and one that is no transfer stays here."""
    from service.ends import publish_lines

    with _source(file) as lines, _progress() as progress:
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
    from service.ends import tail_verdicts

    tail_verdicts(load(), from_beginning=from_beginning, count=count, as_json=as_json)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Screen the samples, print the verdicts as JSON, and end.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the metrics page; 0 takes a free one.")] = 0,
) -> None:
    """Screen the sample transfers on the embedded broker, with a real worker, and show the verdicts."""
    from service.demo import run_demo

    raise typer.Exit(run_demo(once=once, web_port=port))


@topics_app.command("create")
def topics_create() -> None:
    """Create the topics that are missing. Safe to repeat; changes no topic that is there."""
    from service.ends import create_topics

    for line in create_topics(load()):
        typer.echo(line)


@letters_app.command("list")
def letters_list(reason: Reason = None, most: Most = None, as_json: Json = False) -> None:
    """List the dead letters: why each is one, how often it was tried, and where it came from; not what it says."""
    from service.ends import list_dead_letters

    count = list_dead_letters(load(), reason, most, as_json=as_json or not sys.stdout.isatty())
    notes.print(f"{count} dead letters")


@letters_app.command("show")
def letters_show(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="As listed: 2@17.")],
    as_json: Json = False,
    value: Annotated[bool, typer.Option("--value", help="The original bytes and nothing else.")] = False,
) -> None:
    """Show one dead letter whole, as it was sent. It holds personal data."""
    from service.ends import show_dead_letter

    show_dead_letter(load(), letter, as_json=as_json or not sys.stdout.isatty(), value_alone=value)


@letters_app.command("replay")
def letters_replay(reason: Reason = None, most: Most = None) -> None:
    """Send dead letters back to the transfer topic as they first came, to be read again.

    Each goes once for each --reason, and once without: interrupted, or called again, it goes on where it was.
    """
    from service.ends import replay_dead_letters

    try:
        with _progress() as progress:
            done = replay_dead_letters(load(), reason, most, progress)
    except KeyboardInterrupt:
        notes.print("interrupted: call it again, and it goes on where it was")
        raise typer.Exit(130) from None
    notes.print(f"sent {done.sent} dead letters back" + (f", passed over {done.passed_over}" if reason else ""))


@rules_app.command("check")
def rules_check(rules: Rules = None, builtin_rules: Builtin = True) -> None:
    """Read every rule set and run each rule's own examples."""
    from service.assembly import assemble
    from service.checks import check_examples

    book = assemble(_settings(None, rules, builtin_rules, None, None))
    failures, run_examples = check_examples(book)
    for failure in failures:
        typer.echo(failure, err=True)
    count = sum(rule_set.rules for rule_set in book.manifest.rule_sets)
    typer.echo(f"{count} rules, {run_examples} examples, {len(failures)} failed")
    if failures:
        raise typer.Exit(1)


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Screens transfers of goods, money and services against sanctions law."""
    if version:
        typer.echo(f"tidewaiter {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error we know is one clear message and exit status 1."""
    try:
        app()
    except TidewaiterError as error:
        notes.print(f"tidewaiter: {error}", markup=False, style="red")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _settings(
    lists: list[str] | None,
    rules: list[Path] | None,
    builtin_rules: bool,
    jurisdictions: str | None,
    authorisations: Path | None,
) -> Settings:
    given: dict[str, Any] = {
        "lists": ",".join(lists) if lists else None,
        "rules": tuple(rules) if rules else None,
        "builtin_rules": None if builtin_rules else False,
        "jurisdictions": jurisdictions,
        "authorisations": authorisations,
    }
    return load({name: value for name, value in given.items() if value is not None})


def _warn_of_samples(lists: Any) -> None:
    for listed in lists:
        if listed.sample:
            notes.print(
                f"no party list given: screening against the packaged sample of {listed.entries} parties, which is not "
                "an official list (use --list un=FILE --list ofac=FOLDER)",
                style="yellow",
            )


@contextmanager
def _source(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    path = Path(file)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise TidewaiterError(f"{file}: cannot be read: {error.strerror}") from error
    with stream:
        yield stream


@contextmanager
def _progress() -> Iterator[Any]:
    """A spinner with the last message when a person is watching, silence otherwise."""
    if not notes.is_terminal:
        yield lambda _message: None
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=notes, transient=True
    ) as bar:
        task = bar.add_task("starting")
        yield lambda message: bar.update(task, description=message)
