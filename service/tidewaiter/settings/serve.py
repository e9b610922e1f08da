"""The settings of `tidewaiter serve`, and with them all settings of the service."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from tidewaiter.settings.registry import RegistrySettings
from tidewaiter.settings.types import Positive, Words

GROUPS = {
    "broker": "Broker",
    "topic_prefix": "Topics",
    "group": "Worker",
    "rescreen_days": "Rescreener",
    "jurisdictions": "Law and lists",
    "rule_book_file": "Rule books",
    "trusted_keys_file": "Signatures",
    "rates": "Money",
    "web_host": "Web, traces and log",
    "schema_registry_url": "Schema registry",
    "serve_host": "HTTP API and console",
}
"""Titles of the groups of settings, by the first setting of each."""


def _database(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("sqlite", "postgresql"):
        raise ValueError("give sqlite:///FILE or postgresql://USER@HOST:PORT/DATABASE")
    if parts.password:
        raise ValueError("give the address without a password: it is shown; the password has a setting of its own")
    if parts.scheme == "sqlite" and not parts.path.strip("/"):
        raise ValueError("name a file: sqlite:///tidewaiter.db, or sqlite:////srv/tidewaiter.db with the whole path")
    return url


def _networks(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        try:
            network = ipaddress.ip_network(address)
        except ValueError as error:
            raise ValueError(f"{error}; give addresses such as 10.0.3.7 or 10.0.3.0/24") from None
        if network.prefixlen == 0:
            raise ValueError("every address is trusted: name the address of the proxy")
    return addresses


Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$", to_lower=True)]


class Settings(RegistrySettings):
    """All settings of the service. Create it with `load()`, which explains errors in words."""

    serve_host: str = Field(default="127.0.0.1", description="Address on which `tidewaiter serve` answers.")
    serve_port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8090, description="Port of `tidewaiter serve`; 0 takes a free one."
    )
    serve_database: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///tidewaiter-serve.db",
        description="Database of `tidewaiter serve`: sqlite:///FILE, or postgresql://USER@HOST:PORT/DATABASE. A cache "
        "of the topics: deleted, it is built again.",
    )
    serve_database_password: SecretStr | None = Field(default=None, description="Password of the PostgreSQL user.")
    serve_database_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authorities that sign the certificate of PostgreSQL. With it, the connection is "
        "encrypted and the certificate checked.",
    )
    serve_tokens_file: Path | None = Field(
        default=None,
        description="File of tokens with their owners and roles, written by `tidewaiter tokens new` and read again "
        "when it changes.",
    )
    serve_proxy_addresses: Annotated[Words, AfterValidator(_networks)] = Field(
        default=(),
        description="Addresses or networks of a reverse proxy that has already checked who asks (OIDC). Only from "
        "these are the two headers below believed.",
    )
    serve_proxy_user_header: Header = Field(
        default="x-auth-request-user", description="Header in which that proxy names the user."
    )
    serve_proxy_roles_header: Header = Field(
        default="x-auth-request-groups",
        description="Header in which that proxy names the roles, comma separated: producer, analyst, approver, "
        "auditor, or one of these after tidewaiter-. Other words are ignored.",
    )
    serve_https: bool = Field(
        default=False,
        description="People reach the console by https, through a reverse proxy: cookies are then sent by https only.",
    )
    serve_session_minutes: Annotated[int, Field(ge=1, le=1_440)] = Field(
        default=480, description="How long a login of the console lasts."
    )
    serve_requests_a_second: Positive = Field(
        default=1_000.0,
        description="Most requests a second of one caller, with a burst of twice as many; above that, 429.",
    )
    serve_max_body_bytes: Annotated[int, Field(ge=1_024, le=256 * 1024 * 1024)] = Field(
        default=16_777_216, description="Largest body of a request; above that the answer is 413."
    )
    serve_overdue_hours: Positive = Field(
        default=24.0, description="A review or block that is open for longer is overdue in the queue."
    )

    @model_validator(mode="after")
    def _serve_agrees(self) -> Self:
        if self.serve_database_password is not None and self.serve_database.startswith("sqlite"):
            raise ValueError("serve_database_password is for PostgreSQL; serve_database is SQLite")
        return self

    @property
    def overdue_after(self) -> timedelta:
        """Return how long an item of the queue may be open."""
        return timedelta(hours=self.serve_overdue_hours)
