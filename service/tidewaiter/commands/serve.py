"""`tidewaiter serve` and `tidewaiter tokens`: the HTTP API and console, and who may use them."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tidewaiter.commands.options import JsonAlone, notes, own_screener, screens_against
from tidewaiter.commands.output import say
from tidewaiter.errors import TidewaiterError
from tidewaiter.settings import Settings

tokens = typer.Typer(name="tokens", help="Manage the tokens of the HTTP API and console.", no_args_is_help=True)

_PACKAGES = ("alembic", "fastapi", "jinja2", "pg8000", "python_multipart", "sqlalchemy", "uvicorn")
_ROLES = ("producer", "analyst", "approver", "auditor")


def missing_packages() -> list[str]:
    """Return the packages of the extra `serve` that are not installed."""
    return [name for name in _PACKAGES if importlib.util.find_spec(name) is None]


def check_installed() -> None:
    """Raise TidewaiterError when the extra `serve` is not installed."""
    if missing := missing_packages():
        raise TidewaiterError(
            f"the packages of the HTTP API are not installed ({', '.join(missing)}): pip install 'tidewaiter[serve]'"
        )


@screens_against()
def serve(settings: Settings) -> None:
    """Serve the HTTP API and the console until SIGTERM or Ctrl-C, on TIDEWAITER_SERVE_HOST and _PORT.

    Screens by the rule book of the workers: the published one, or while none is published, that of these options and
    settings. Callers need a token; write the first with `tidewaiter tokens new`.
    """
    check_installed()
    from tidewaiter.serve.process import run_serve

    raise typer.Exit(run_serve(settings, own_screener(settings)))


@tokens.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The owner: a person or a system. The audit trail names it.")],
    role: Annotated[list[str], typer.Option("--role", help="producer, analyst, approver or auditor. Repeatable.")],
    file: Annotated[
        Path | None,
        typer.Option("--into", metavar="FILE", help="The file of TIDEWAITER_SERVE_TOKENS_FILE. It is extended."),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Days until the token expires.")] = None,
    as_json: JsonAlone = False,
) -> None:
    """Make a token and print it, once. The file gets its sha-256, owner and roles, and never the token.

    Without --into, the lines for the file are printed too.
    """
    check_installed()
    from tidewaiter.serve.auth.callers import Role
    from tidewaiter.serve.auth.tokens import as_yaml, new_token, read_tokens

    if unknown := sorted(set(role) - set(_ROLES)):
        raise TidewaiterError(f"--role {unknown[0]}: give one of {', '.join(_ROLES)}")
    expires = None if days is None else (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)
    token = new_token(name, tuple(Role(each) for each in dict.fromkeys(role)), expires)
    if file is None:
        notes.print("add these lines to the file of TIDEWAITER_SERVE_TOKENS_FILE:")
        notes.print(as_yaml(token.row), markup=False)
    else:
        if file.exists():
            read_tokens(file)
        with file.open("a", encoding="utf-8") as stream:
            stream.write(as_yaml(token.row))
        notes.print(f"added to {file}. This is the token; it is shown only now:")
    say(token.text, {"token": token.text, "name": name, "roles": role, "expires": expires}, as_json)
