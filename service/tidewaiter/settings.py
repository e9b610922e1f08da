"""Every setting of the service, in one frozen object read from `TIDEWAITER_*` variables and secret files.

Each field describes itself: the documentation and `tidewaiter settings` print these texts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tidewaiter.errors import SettingsError

PREFIX = "TIDEWAITER_"
_SECRETS_DIR = Path("/run/secrets")
_INJECTED = re.compile(
    r"TIDEWAITER_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_[0-9]+_[A-Z_]+)?)$|TIDEWAITER_PORT$"
)
_TRANSFERS_ENVELOPE = 65_536
"""Room above an event's own bytes for its headers, and for the dead-letter headers added to it."""


GROUPS = {
    "broker": "Broker",
    "topic_prefix": "Topics",
    "group": "Worker",
    "jurisdictions": "Law and lists",
    "rule_book_file": "Rule books",
    "trusted_keys_file": "Signatures",
    "rates": "Money",
    "web_host": "Web, traces and log",
}
"""Titles of the groups of settings, by the first setting of each."""


class LogFormat(StrEnum):
    """How log lines are written."""

    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"

    @classmethod
    def _missing_(cls, value: object) -> LogLevel | None:
        known = {member.value for member in cls}
        return cls(value.upper()) if isinstance(value, str) and value.upper() in known else None


class RuleBookFrom(StrEnum):
    """Which rule book a worker decides by."""

    EITHER = "either"
    """The published one; until there is one, the one that its own settings make."""
    PUBLISHED = "published"
    """Only a published one: until there is one, the worker is not ready and takes no transfer."""
    OWN = "own"
    """Only the one that its own settings make: what is published does not concern it."""


class OnEngineError(StrEnum):
    """What becomes of a record on which the engine fails."""

    QUARANTINE = "quarantine"
    """It is a dead letter, an alert tells of it, and the stream goes on."""
    STOP = "stop"
    """The worker ends with exit status 10 and nothing of the batch acknowledged."""


class IsolationLevel(StrEnum):
    """Which transfers of a transactional producer are read."""

    READ_COMMITTED = "read_committed"
    """Those of committed transactions, once they are committed."""
    READ_UNCOMMITTED = "read_uncommitted"
    """All, at once: those of open and of aborted transactions too."""


class SecurityProtocol(StrEnum):
    """How the wire to the broker is protected."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How the service proves who it is."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _named(value: object) -> object:
    parts = _split(value)
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
            raise ValueError("name a folder behind file: (file:///srv/rulebooks/), not all files of the machine")
    return uris


def _upper(value: object) -> object:
    parts = _split(value)
    return tuple(str(part).upper() for part in parts) if isinstance(parts, tuple) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Codes = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_upper), Field(min_length=1)]
Folders = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]
Lists = Annotated[tuple[tuple[str, Path], ...], NoDecode, BeforeValidator(_named)]
Urls = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_named), AfterValidator(_bare)]
Locations = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_locations)]
TopicPart = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{0,200}$")]
Host = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:,/]+):\d{1,5}$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """What an operator can set. Read with `load()`, which explains what is wrong in words."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    # The broker
    broker: Annotated[tuple[Host, ...], NoDecode, BeforeValidator(_split), Field(min_length=1)] = Field(
        default=("127.0.0.1:9092",), description="Kafka brokers to connect to first, as host:port."
    )
    security_protocol: SecurityProtocol = Field(
        default=SecurityProtocol.PLAINTEXT, description="How the connection to the brokers is protected."
    )
    sasl_mechanism: SaslMechanism = Field(
        default=SaslMechanism.SCRAM_SHA_512,
        description="How the service logs in, with SASL_PLAINTEXT and SASL_SSL.",
    )
    sasl_username: str | None = Field(default=None, description="User for PLAIN and SCRAM.")
    sasl_password: SecretStr | None = Field(default=None, description="Password for PLAIN and SCRAM.")
    sasl_token_file: Path | None = Field(
        default=None, description="For OAUTHBEARER: a file with the token, read again for each login."
    )
    tls_ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities that sign the certificates of the brokers."
    )
    tls_certificate_file: Path | None = Field(default=None, description="PEM file of the client certificate.")
    tls_key_file: Path | None = Field(default=None, description="PEM file of the private key of the client.")
    tls_key_password: SecretStr | None = Field(default=None, description="Password of the private key.")
    connect_timeout_seconds: Positive = Field(
        default=5.0, description="How long to try to reach a broker at start before giving up."
    )

    # Topics
    topic_prefix: TopicPart = Field(default="", description="Text before the name of every topic.")
    partitions: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=6, description="Partitions of the topics that are created. No more workers than this share the load."
    )
    replication: Annotated[int, Field(ge=1, le=32)] = Field(
        default=1,
        description="Replicas of each partition of the topics that are created. In production 3, with "
        "min.insync.replicas 2.",
    )
    max_event_bytes: Annotated[int, Field(ge=1_024, le=64 * 1024 * 1024)] = Field(
        default=1_048_576, description="An event larger than this becomes a dead letter."
    )
    max_record_bytes: Annotated[int, Field(ge=65_536, le=256 * 1024 * 1024)] = Field(
        default=8_388_608,
        description="Largest record that the created topics accept, and the largest verdict or dead letter that is "
        "written.",
    )
    max_batch_bytes: Annotated[int, Field(ge=65_536, le=1024**4)] = Field(
        default=2 * 1024**3,
        description="Most that is decompressed of one batch of records; each record behind it is a dead letter without "
        "its original.",
    )
    retention_days: Annotated[int, Field(ge=1)] = Field(
        default=7, description="How long the created transfer topic keeps its records."
    )
    verdict_retention_days: Annotated[int, Field(ge=-1)] = Field(
        default=-1, description="How long the created verdict topic keeps its records; -1 keeps them for ever."
    )
    dead_letter_retention_days: Annotated[int, Field(ge=1)] = Field(
        default=30, description="How long the created dead-letter topic keeps its records."
    )

    # The worker
    group: Annotated[str, StringConstraints(min_length=1, max_length=249)] = Field(
        default="tidewaiter", description="Consumer group. The workers of a group share the partitions."
    )
    instance_id: str | None = Field(
        default=None,
        description="Static member id, different for each worker (the name of a pod). A restart within the session "
        "timeout then moves no partition.",
    )
    isolation_level: IsolationLevel = Field(
        default=IsolationLevel.READ_COMMITTED,
        description="read_committed: transfers of a transaction are screened once it is committed, and never when it "
        "is aborted. read_uncommitted: all are screened as they arrive. Records outside transactions "
        "always are.",
    )
    batch_max: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=500, description="Most transfers screened and acknowledged together."
    )
    batch_seconds: Positive = Field(
        default=0.5, description="Target time for screening one batch. Batches are kept small enough for it."
    )
    batch_wait_seconds: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.0,
        description="How long to wait for further transfers once one has arrived. With 0 a batch is what has arrived: "
        "lowest latency, and batches still grow with the load.",
    )
    buffer_events: Annotated[int, Field(ge=16, le=1_000_000)] = Field(
        default=4_096, description="Most events that are read ahead of the screening. Bounds memory."
    )
    session_timeout_seconds: Positive = Field(
        default=10.0, description="A worker that sends no heartbeat for this long loses its partitions."
    )
    heartbeat_seconds: Positive = Field(
        default=3.0, description="Time between heartbeats to the broker; at most half of the session timeout."
    )
    rebalance_timeout_seconds: Positive = Field(
        default=30.0,
        description="How long a worker may take to hand over its partitions; longer than the longest batch.",
    )
    commit_seconds: Positive = Field(
        default=1.0, description="Time between commits. After a kill, up to this much is screened again."
    )
    produce_timeout_seconds: Positive = Field(
        default=30.0, description="The worker stops when the broker has not acknowledged a batch within this time."
    )
    stop_seconds: Positive = Field(
        default=15.0, description="Time from SIGTERM to exit. A worker that needs longer exits with status 16."
    )
    progress_seconds: Positive = Field(
        default=60.0, description="/livez fails when there is work and none was finished for this long."
    )
    on_engine_error: OnEngineError = Field(
        default=OnEngineError.QUARANTINE,
        description="quarantine: an event on which the engine fails becomes a dead letter, and the stream goes on. "
        "stop: the worker exits with status 10, again at each start until the engine is repaired.",
    )
    broker_silence_seconds: Positive = Field(
        default=15.0,
        description="/readyz fails when the group's broker, or the leader of a partition, has not answered for this "
        "long (three heartbeats at least). /livez does not: starting again would not help.",
    )
    dead_letters_in_a_row: Annotated[int, Field(ge=0)] = Field(
        default=1_000, description="Stop after this many dead letters without a verdict between them; 0 never stops."
    )
    dead_letter_share: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.5, description="Stop when more than this share of the window became dead letters; 1 never stops."
    )
    dead_letter_window: Annotated[int, Field(ge=10)] = Field(
        default=5_000,
        description="Number of events over which the share is taken. It is not checked before the window is full.",
    )

    # What decides
    jurisdictions: Codes = Field(
        default=("UN",),
        description="Jurisdictions whose law binds this operator: UN, EU, US, UK, JP, CA, AU, CH. UN law always does.",
    )
    unread_extensions: Words = Field(
        default=(), description="Keys of the extensions of a transfer whose texts are not read."
    )
    occurred_days_back: Annotated[int, Field(ge=0)] = Field(
        default=90,
        description="A transfer said to have happened more days than this before its record was written is for review, "
        "because the date chooses the law; 0: any number. For the stream alone.",
    )
    occurred_days_ahead: Annotated[int, Field(ge=0)] = Field(
        default=2, description="The same for a transfer said to happen after its record was written; 0: any number."
    )
    without_un: bool = Field(default=False, description="Leave UN law out, unless TIDEWAITER_JURISDICTIONS names it.")
    lists: Lists = Field(default=(), description="Party lists, as PUBLISHER=PATH: un=/path,ofac=/path.")
    lists_dir: Path | None = Field(
        default=None,
        description="Folder that `lists sync` fills. `run` and `screen` take lists from it, beside TIDEWAITER_LISTS.",
    )
    lists_wanted: Words = Field(
        default=(),
        description="Publishers whose lists `lists sync` fetches, and without which nothing is screened from "
        "TIDEWAITER_LISTS_DIR. By default those that need no token, and whatever the folder has.",
    )
    lists_urls: Urls = Field(
        default=(),
        description="Other addresses of lists, such as a mirror, as PUBLISHER=URL. Logins belong in ~/.netrc.",
    )
    lists_eu_token: SecretStr | None = Field(
        default=None, description="Token for the list of the EU, from its publisher."
    )
    lists_user_agent: str | None = Field(default=None, description="User-Agent that `lists sync` sends to publishers.")
    lists_shrink: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.1,
        description="A list that lost more than this share of its entries since the last good one is refused.",
    )
    index_dir: Path | None = Field(
        default=None,
        description="Folder for compiled indexes of parties and goods words, which all workers of a host map and "
        "share. By default `tidewaiter` in the cache folder of the user. `none`: each worker builds its "
        "own in memory.",
    )
    rules: Folders = Field(default=(), description="Folders of further rule sets.")
    builtin_rules: bool = Field(default=True, description="Whether the packaged rule sets are used.")
    authorisations: Path | None = Field(default=None, description="Register of the operator's verified authorisations.")
    quota_totals: Path | None = Field(
        default=None, description="Published totals of quotas, from which counting continues."
    )
    match_thresholds: Path | None = Field(
        default=None,
        description="The operator's own review and block thresholds for listed parties, by list and type.",
    )
    rule_book_file: Path | None = Field(
        default=None,
        description="A rule book compiled by `rulebook build`, used instead of the rules, lists and policy set here.",
    )
    rule_book: RuleBookFrom = Field(
        default=RuleBookFrom.EITHER,
        description="either: the published rule book, and the one of these settings until one is published. "
        "published: without a published rule book the worker waits and is not ready. own: published rule "
        "books are ignored.",
    )
    rule_book_inline_bytes: Annotated[int, Field(ge=0)] = Field(
        default=1_048_576,
        description="A compiled rule book up to this size is published in its record, a larger one by its URI.",
    )
    rule_book_shrink: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.1,
        description="A published rule book in which a list or a rule set lost more than this share is refused.",
    )
    rule_book_fetch_seconds: Positive = Field(
        default=120.0, description="How long fetching a published rule book from its URI may take."
    )
    rule_book_uris: Locations = Field(
        default=("https:", "http:", "s3:", "gs:", "gcs:", "az:", "abfs:", "abfss:"),
        description="Where published rule books may be fetched from: a scheme (https:), or scheme://host/folder/. "
        "Local files only below a folder named here: file:///srv/rulebooks/.",
    )
    rule_book_max_bytes: Annotated[int, Field(ge=1_024)] = Field(
        default=268_435_456, description="A published rule book that states a larger file than this is not fetched."
    )

    trusted_keys_file: Path | None = Field(
        default=None,
        description="PEM file of public keys, one after the other. One of them must have signed a published rule "
        "book. Without it, any published rule book is accepted.",
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="PEM file of the Ed25519 key that signs what this process writes: rule books that it publishes, "
        "verdicts of a worker.",
    )

    rates: Path | None = Field(
        default=None,
        description="Reference rates for thresholds in money: eurofxref-hist.csv of the ECB, or YAML.",
    )
    rates_max_age_days: Annotated[int, Field(ge=0, le=31)] = Field(
        default=7, description="A published rate that is older than this on the day of the transfer is not used."
    )

    # The web and the log
    web_host: str = Field(default="127.0.0.1", description="Address on which /metrics, /livez and /readyz are served.")
    web_port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8080, description="Port of the web server; 0 takes a free one."
    )
    traces_endpoint: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/\S*)?$")] | None = Field(
        default=None,
        description="Where spans are sent, by OTLP over gRPC: http://collector:4317. Only of transfers that their "
        "producer traces.",
    )
    log_format: LogFormat = Field(
        default=LogFormat.CONSOLE, description="json writes one object a line, console is for people."
    )
    log_level: LogLevel = Field(
        default=LogLevel.INFO,
        description="Least level that is logged. DEBUG also shows each "
        "attempt of the Kafka libraries to connect, in commands too.",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.heartbeat_seconds * 2 > self.session_timeout_seconds:
            raise ValueError("heartbeat_seconds must be at most half of session_timeout_seconds")
        if self.max_event_bytes + _TRANSFERS_ENVELOPE > self.max_record_bytes:
            raise ValueError("max_record_bytes must be 64 KiB above max_event_bytes: a dead letter carries headers too")
        if self.max_record_bytes > self.max_batch_bytes:
            raise ValueError("max_batch_bytes must be at least max_record_bytes")
        if self.rule_book_inline_bytes > self.max_record_bytes * 0.7:
            raise ValueError("rule_book_inline_bytes must be at most 0.7 of max_record_bytes: it travels as base64")
        if self.batch_seconds > self.rebalance_timeout_seconds / 2:
            raise ValueError("batch_seconds must be at most half of rebalance_timeout_seconds")
        if self.sasl:
            if self.sasl_mechanism is SaslMechanism.OAUTHBEARER:
                if self.sasl_token_file is None:
                    raise ValueError("sasl_mechanism OAUTHBEARER needs sasl_token_file")
            elif not self.sasl_username or self.sasl_password is None:
                raise ValueError(f"sasl_mechanism {self.sasl_mechanism} needs sasl_username and sasl_password")
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_certificate_file and tls_key_file go together")
        return self

    @property
    def indexes(self) -> Path | None:
        """The folder of compiled indexes, None where none are to be kept."""
        if self.index_dir is not None:
            return None if self.index_dir == Path("none") else self.index_dir
        try:
            return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidewaiter"
        except RuntimeError:  # a user without a home
            return None

    @property
    def longest_silence(self) -> float:
        """Seconds without an answer of the broker after which a worker is not ready: three heartbeats at least."""
        return max(self.broker_silence_seconds, self.heartbeat_seconds * 3)

    @property
    def tls(self) -> bool:
        """Whether the wire is encrypted."""
        return self.security_protocol in {SecurityProtocol.SSL, SecurityProtocol.SASL_SSL}

    @property
    def sasl(self) -> bool:
        """Whether the service logs in."""
        return self.security_protocol in {SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_SSL}

    def printable(self) -> dict[str, str]:
        """Every setting as text, secrets hidden: what the worker logs at start."""
        return {
            name: as_text(value) for name, value in self.__dict__.items() if value is not None and value not in ("", ())
        }


def load(overrides: Mapping[str, Any] | None = None, secrets_dir: Path | None = None) -> Settings:
    """Read the settings: `overrides` (by field name) before the environment, that before the secret files.

    A secret file is named like its variable: `/run/secrets/tidewaiter_sasl_password`. Raises SettingsError, one line
    a wrong setting, with no value in it. A misspelt name is a wrong setting too: law would be left out in silence.
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
    """Return a complaint for each `TIDEWAITER_*` variable and secret file that sets nothing, with what may be meant.

    What Kubernetes injects for a Service is none of ours: `TIDEWAITER_SERVICE_HOST`, `TIDEWAITER_PORT_8080_TCP_ADDR`.
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


def as_text(value: object) -> str:
    """Return the value of a setting as its variable has it."""
    if isinstance(value, tuple):
        return ",".join("=".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    return str(value)
