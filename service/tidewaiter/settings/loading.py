"""Reads the settings and explains in words what is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tidewaiter.errors import SettingsError
from tidewaiter.settings.model import PREFIX
from tidewaiter.settings.serve import Settings

_SECRETS_DIR = Path("/run/secrets")
_INJECTED = re.compile(
    r"^TIDEWAITER(?:[A-Z0-9_]*_(?:SERVICE_HOST|PORT(?:_[0-9]+_[A-Z_]+)?)"
    r"|(?>[A-Z0-9_]*?_SERVICE_PORT(?![A-Z0-9]))(?:_[A-Z0-9_]+)?)$"
)


def load(overrides: Mapping[str, Any] | None = None, secrets_dir: Path | None = None) -> Settings:
    """Return the settings from `overrides` (by field name), then the environment, then secret files.

    A secret file is named like its variable: `/run/secrets/tidewaiter_sasl_password`. SettingsError has one line for
    each wrong setting, without its value. A misspelt name is an error too: otherwise law could be left out unnoticed.
    """
    folder = secrets_dir or _SECRETS_DIR
    files = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    if misspelt := unknown_names(os.environ, files):
        raise SettingsError("\n".join(misspelt))
    try:
        return Settings(_secrets_dir=folder if folder.is_dir() else None, **dict(overrides or {}))
    except ValidationError as error:
        raise SettingsError("\n".join(_complaint(dict(problem)) for problem in error.errors())) from None


def unknown_names(environment: Iterable[str], secret_files: Iterable[str] = ()) -> list[str]:
    """Return a complaint for each `TIDEWAITER_*` variable and secret file that sets nothing, with a suggestion.

    Variables that Kubernetes injects for a Service are ignored, such as `TIDEWAITER_SERVICE_HOST`.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    complaints = []
    for name in sorted({*environment, *secret_files}):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in known or _INJECTED.match(upper):
            continue
        meant = get_close_matches(upper, sorted(known), n=1, cutoff=0.75)
        hint = f"did you mean {meant[0]}?" if meant else "remove it, or see `tidewaiter settings` for those there are"
        complaints.append(f"{name}: no setting has this name; {hint}")
    return complaints


def _complaint(problem: dict[str, Any]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return f"settings: {message}"
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    hint = f" ({field.description})" if field is not None and field.description else ""
    return f"{PREFIX}{name.upper()}: {message}{hint}"
