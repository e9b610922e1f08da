"""Shared parts of the commands: options, the settings they produce, input, warnings and progress display."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Self

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tidewaiter.adapters.formats import Format
from tidewaiter.errors import TidewaiterError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.lists.registry import PUBLISHERS
from tidewaiter.settings import Settings, load
from tidewaiter_schemas.dead_letter import DeadLetterReason
from tidewaiter_schemas.rulebook import ListVersion

if TYPE_CHECKING:
    from tidewaiter.rulebook.book import RuleBook
    from tidewaiter.screening.screener import Screener

OLD_DAYS = 2
"""A list that was not checked for longer than this is old. The alert TidewaiterListOld uses the same limit."""

notes = Console(stderr=True, highlight=False, soft_wrap=True)
Warn = Callable[[str], object]

Input = Annotated[str, typer.Argument(metavar="FILE", help="Transfers as JSON lines; - for standard input.")]
Form = Annotated[
    Format | None, typer.Option("--format", metavar="FORMAT", help=f"Read a document: {', '.join(Format)}.")
]
ColumnsFile = Annotated[
    Path | None, typer.Option("--mapping", metavar="FILE", help="For csv: what each column becomes (YAML).")
]
Received = Annotated[
    str | None, typer.Option(metavar="TIME", help="The day or moment of a document that has no date of its own.")
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="PUBLISHER=PATH",
        help=f"A party list: {', '.join(row.name for row in PUBLISHERS.values() if row.detected)}. Repeatable.",
    ),
]
ListsFrom = Annotated[
    Path | None,
    typer.Option(
        "--lists-from", metavar="DIR", help="The folder that `lists sync` fills. --list overrides a list in it."
    ),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="A folder of additional rule sets. Repeatable.")
]
Builtin = Annotated[bool, typer.Option("--builtin-rules/--no-builtin-rules", help="Use the packaged rule sets.")]
Jurisdictions = Annotated[
    str | None, typer.Option(metavar="UN,EU,…", help="The law that binds you: UN, EU, US, UK, JP, CA, AU, CH.")
]
WithoutUn = Annotated[bool, typer.Option("--without-un", help="Omit UN law, unless --jurisdictions names it.")]
Authorisations = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Your register of verified authorisations (YAML).")
]
QuotaTotals = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Published totals of the quotas, where counting starts (YAML).")
]
RuleBookFile = Annotated[
    Path | None,
    typer.Option("--rule-book", metavar="FILE", help="A rule book from `rulebook build`, instead of rules and lists."),
]
_SHARED: dict[str, Any] = {
    "lists": Lists,
    "lists_from": ListsFrom,
    "rules": Rules,
    "builtin_rules": Builtin,
    "jurisdictions": Jurisdictions,
    "without_un": WithoutUn,
    "authorisations": Authorisations,
    "quota_totals": QuotaTotals,
    "rule_book": RuleBookFile,
}
Reason = Annotated[DeadLetterReason | None, typer.Option("--reason", help="Only dead letters with this reason.")]
Most = Annotated[int | None, typer.Option("--max", metavar="N", min=1, help="At most this many.")]
Json = Annotated[
    bool | None,
    typer.Option(
        "--json/--table",
        help="JSON, one object per line, or text for people. Default: text at a terminal, JSON elsewhere.",
        show_default=False,
    ),
]
JsonAlone = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
"""For a command that does something: what it prints is the same at a terminal and elsewhere."""


def settings_of(
    lists: list[str] | None = None,
    lists_from: Path | None = None,
    rules: list[Path] | None = None,
    builtin_rules: bool = True,
    jurisdictions: str | None = None,
    without_un: bool = False,
    authorisations: Path | None = None,
    quota_totals: Path | None = None,
    rule_book: Path | None = None,
) -> Settings:
    """Return the settings of the environment, overridden by those of the command line."""
    given: dict[str, Any] = {
        "lists": ",".join(lists) if lists else None,
        "lists_dir": lists_from,
        "rules": tuple(rules) if rules else None,
        "builtin_rules": None if builtin_rules else False,
        "jurisdictions": jurisdictions,
        "without_un": True if without_un else None,
        "authorisations": authorisations,
        "quota_totals": quota_totals,
        "rule_book_file": rule_book,
    }
    return load({name: value for name, value in given.items() if value is not None})


def screens_against(*, compiled: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the options that select rules and lists to a command, which receives the resulting `settings`.

    With `compiled`, the command also has the option for a compiled rule book, which replaces all the others.
    """

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_settings(**given: Any) -> None:
            shared = {name: given.pop(name) for name in options}
            command(settings=settings_of(**shared), **given)

        options = {
            name: parameter.replace(annotation=_SHARED[name], kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in inspect.signature(settings_of).parameters.items()
            if compiled or name != "rule_book"
        }
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "settings"]
        with_settings.__signature__ = signature.replace(parameters=[*own, *options.values()])  # type: ignore[attr-defined]
        return with_settings

    return with_options


def complain(text: str) -> None:
    """Print a warning. The command continues."""
    notes.print(text, markup=False, style="yellow")


def warn_of_samples(lists: Sequence[ListVersion], warn: Warn = complain) -> None:
    """Warn about each list that is the packaged sample."""
    for listed in lists:
        if listed.sample:
            warn(
                f"no party list given: screening against the packaged sample of {listed.entries} parties, which is not "
                "an official list (fetch those: tidewaiter lists sync --into DIR, then --lists-from DIR)"
            )


def warn_of_lists(book: RuleBook, folder: Path | None, warn: Warn = complain) -> None:
    """Warn about each list that is the packaged sample, is old, or could not be read completely."""
    warn_of_samples(book.manifest.lists, warn)
    _warn_of_old_lists(book.manifest.lists, folder, warn)
    for party_list in book.parties.lists:
        if party_list.unread:
            warn(
                f"the list {party_list.id} is used without {len(party_list.unread)} rows or facts that could not be "
                f"read: `tidewaiter lists show {party_list.id}`, or `{party_list.id}=PATH`, names each"
            )


def own_screener(settings: Settings) -> Callable[[], Screener]:
    """Return what builds the screener of a process's own rules and lists, and writes its warnings to the log."""

    def build() -> Screener:
        from tidewaiter.observability.logs import logger
        from tidewaiter.release.assembly import assemble
        from tidewaiter.screening.screener import Screener

        warn = logger("tidewaiter.rules").warning
        book = assemble(settings, complain=warn)
        warn_of_lists(book, settings.lists_dir, warn)
        return Screener(book)

    return build


def _warn_of_old_lists(lists: Sequence[ListVersion], folder: Path | None, warn: Warn) -> None:
    import time

    from tidewaiter.lists.store import ListStore

    checks = ListStore(folder).checks() if folder is not None else {}
    for listed in lists:
        sha256, when = checks.get(listed.id, ("", 0.0))
        known = when if sha256 == listed.sha256 else listed.retrieved.timestamp() if listed.retrieved else None
        if known is not None and time.time() - known > OLD_DAYS * 86_400:
            warn(
                f"the list {listed.id} was last checked {int((time.time() - known) / 86_400)} days ago: whoever was "
                "listed since then is not found (tidewaiter lists sync)"
            )


@contextmanager
def source(file: str) -> Iterator[BinaryIO]:
    """Open `file` for reading bytes, `-` for standard input. Raises TidewaiterError when it cannot be read."""
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


def end_of_lines(unreadable: int, failed: int) -> None:
    """Report how many lines have only an error. If there are any, raise typer.Exit."""
    each = "each is in the output as an object with `error`"
    if unreadable:
        notes.print(f"{unreadable} of the lines could not be read; {each}")
    if failed:
        notes.print(f"the engine failed on {failed} of the lines, please report this; {each}")
    if unreadable or failed:
        raise typer.Exit(ExitCode.PARTLY_FAILED if failed else ExitCode.UNREADABLE)


class Spinner:
    """Shows the last message beside a spinner on standard error, if that is a terminal."""

    def __init__(self) -> None:
        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        # By default rich sends what is printed meanwhile to the console of the bar, which is standard error.
        self._bar = Progress(
            *columns, console=notes, transient=True, redirect_stdout=False, disable=not notes.is_terminal
        )
        self._task = self._bar.add_task("starting")

    def __call__(self, message: str) -> None:
        """Show `message`."""
        self._bar.update(self._task, description=message)

    def before_output(self) -> None:
        """Remove the spinner for good if the output is written to a terminal too: it would stand between the lines."""
        if sys.stdout.isatty():
            self._bar.stop()

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the spinner."""
        self._bar.stop()


def progress_shown() -> Spinner:
    """Return a context in which a spinner with the last message is shown at a terminal, nothing elsewhere."""
    return Spinner()
