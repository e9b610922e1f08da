"""`tidewaiter keys`: the keys that sign rule books and verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tidewaiter.commands.options import JsonAlone, notes
from tidewaiter.commands.output import say

app = typer.Typer(name="keys", help="The keys that sign rule books and verdicts.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The private key, in PEM.")]


@app.command("create")
def create(file: File, as_json: JsonAlone = False) -> None:
    """Create an Ed25519 key pair: the private key in FILE, readable only by you, the public key on standard output.

    To trust the key, add the public key to the file that TIDEWAITER_TRUSTED_KEYS_FILE names.
    """
    from tidewaiter.wire.signing import SigningKey

    key = SigningKey.create()
    key.write(file)
    notes.print(f"{file}: key {key.public.id}; keep it secret", markup=False)
    say(key.public.pem.rstrip("\n"), {"key": key.public.id, "public_key": key.public.pem}, as_json)


@app.command("show")
def show(file: File, as_json: JsonAlone = False) -> None:
    """Print the public key of a private key."""
    from tidewaiter.wire.signing import SigningKey

    public = SigningKey.read(file).public
    notes.print(f"key {public.id}", markup=False)
    say(public.pem.rstrip("\n"), {"key": public.id, "public_key": public.pem}, as_json)
