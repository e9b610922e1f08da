"""The types of settings: how the text of a variable becomes a value, and a value text again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_settings import NoDecode


def split(value: object) -> object:
    """Return the parts of a text at its commas, without those that are empty; any other value unchanged."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _named(value: object) -> object:
    parts = split(value)
    if not isinstance(parts, tuple):
        return value
    named = []
    for part in parts:
        if isinstance(part, str):
            publisher, sign, path = part.partition("=")
            if not sign or not publisher.strip() or not path.strip():
                raise ValueError("give PUBLISHER=PATH, and a comma between two lists")
            named.append((publisher.strip().lower(), path.strip()))
        else:
            named.append(part)
    return tuple(named)


def _inputs(value: object) -> object:
    parts = split(value)
    if not isinstance(parts, tuple):
        return value
    inputs = []
    for part in parts:
        if isinstance(part, str):
            topic, _, form = part.replace("=", ":", 1).partition(":")
            if re.fullmatch(r"[A-Za-z0-9._-]{1,249}", topic) is None:
                raise ValueError("give TOPIC:FORMAT, and a comma between two topics: payments:iso20022,bookings:dcsa")
            inputs.append((topic, form.strip().lower()))
        else:
            inputs.append(part)
    return tuple(inputs)


def _bare(named: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    for _, url in named:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("give an address that begins with https:// or http://")
        if "@" in parts.netloc or parts.query:
            raise ValueError("give an address without a login and without a query: addresses are kept and shown")
    return named


def _locations(uris: tuple[str, ...]) -> tuple[str, ...]:
    for uri in uris:
        parts = urlsplit(uri)
        if not parts.scheme or parts.scheme == "local" or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "give a scheme (https:), or one with a host or bucket and perhaps a folder (s3://bucket/a/)"
            )
        if parts.scheme == "file" and (parts.netloc or parts.path.strip("/.") == "" or ".." in parts.path.split("/")):
            raise ValueError("name a folder after file: (file:///srv/rulebooks/), not all files of the machine")
    return uris


def _upper(value: object) -> object:
    parts = split(value)
    return tuple(str(part).upper() for part in parts) if isinstance(parts, tuple) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Codes = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_upper), Field(min_length=1)]
Folders = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(split)]
Lists = Annotated[tuple[tuple[str, Path], ...], NoDecode, BeforeValidator(_named)]
Inputs = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_inputs)]
Urls = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_named), AfterValidator(_bare)]
Locations = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(_locations)]
TopicPart = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{0,200}$")]
Host = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:,/]+):\d{1,5}$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def as_text(value: object) -> str:
    """Return the value of a setting as its variable has it."""
    if isinstance(value, tuple):
        return ",".join("=".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    return str(value)
