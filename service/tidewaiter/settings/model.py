"""The settings: one field each, with its type, default and description.

The documentation and `tidewaiter settings` print the descriptions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tidewaiter.settings.choices import (
    IsolationLevel,
    LogFormat,
    LogLevel,
    MissingControlNumber,
    OnEngineError,
    RuleBookFrom,
    SaslMechanism,
    SecurityProtocol,
)
from tidewaiter.settings.types import (
    Codes,
    Folders,
    Host,
    Inputs,
    Lists,
    Locations,
    Positive,
    TopicPart,
    Urls,
    Words,
    as_text,
    split,
)

PREFIX = "TIDEWAITER_"
_TRANSFERS_ENVELOPE = 65_536
"""Bytes above those of an event that its headers and the headers of a dead letter may take."""


class WorkerSettings(BaseSettings):
    """The settings of a worker and of every command. `Settings` adds those of a schema registry and of
    `tidewaiter serve`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    # The broker
    broker: Annotated[tuple[Host, ...], NoDecode, BeforeValidator(split), Field(min_length=1)] = Field(
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
    dispositions_topic: TopicPart | None = Field(
        default=None,
        description="Name of the topic of dispositions, without the prefix. By default the prefix and `dispositions`.",
    )
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
    inputs: Inputs = Field(
        default=(),
        description="Topics of documents to be converted into transfers, as TOPIC:FORMAT, with the formats iso20022, "
        "mt, dcsa, edifact and csv: payments:iso20022,bookings:dcsa. registry: the records are transfers that name "
        "their schema in a schema registry. The topic of transfers is always read.",
    )
    csv_mapping_file: Path | None = Field(
        default=None, description="YAML file that says what each column of the CSV documents becomes."
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

    shadow: str | None = Field(
        default=None,
        description="A candidate rule book that judges live transfers too, without effect: a file, or the sha-256 of a "
        "published one or its beginning.",
    )
    shadow_topic: str | None = Field(
        default=None,
        description="Topic of the candidate's verdicts. By default `verdicts-shadow`, behind the prefix.",
    )

    # The rescreener
    rescreen_days: Annotated[int, Field(ge=1, le=36_500)] = Field(
        default=90,
        description="How many days of transfers a rescreener reads when a rule book is put in force, as far as their "
        "topic still has them (TIDEWAITER_RETENTION_DAYS).",
    )
    rescreen_pause_lag: Annotated[int, Field(ge=0)] = Field(
        default=1_000,
        description="A rescreener pauses while more transfers than this wait for the workers.",
    )
    rescreen_niceness: Annotated[int, Field(ge=0, le=19)] = Field(
        default=10,
        description="By how much a rescreener lowers its priority in the operating system, where it shares a machine "
        "with workers.",
    )
    rescreen_settle_seconds: Positive = Field(
        default=30.0,
        description="For workers whose commits do not name the rule book (earlier versions, the embedded broker): how "
        "long after a rule book is put in force all of them use it.",
    )

    # What decides
    jurisdictions: Codes = Field(
        default=("UN",),
        description="Jurisdictions whose law binds this operator: UN, EU, US, UK, JP, CA, AU, CH. UN law always does.",
    )
    unread_extensions: Words = Field(
        default=(), description="Keys of the extensions of a transfer whose texts are not read."
    )
    missing_control_number: MissingControlNumber = Field(
        default=MissingControlNumber.INFO,
        description="info, or review: what a verdict does when goods that are often diverted leave the territory of "
        "export control law that binds this operator and state no control number. To countries under an embargo "
        "on goods it is always review, to allies nothing.",
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
    weak_full_names: bool = Field(
        default=True,
        description="Whether an alias that its publisher calls weak asks for review when it has as many and as rare "
        "words as a full name. Otherwise only with a birth date, country or identifier that agrees.",
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
    rule_book_inline_bytes: Annotated[int | None, Field(ge=0)] = Field(
        default=None,
        description="A compiled rule book up to this size is published in its record, a larger one by its URI. By "
        "default, and at most, 0.7 of TIDEWAITER_MAX_RECORD_BYTES: 5,872,025.",
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
        description="PEM file of the Ed25519 key that signs what this process writes: rule books and dispositions "
        "that it publishes, verdicts of a worker.",
    )
    disposition_keys_file: Path | None = Field(
        default=None,
        description="PEM file of public keys, one after the other. One of them must have signed a disposition. Without "
        "it, every disposition on the topic is accepted.",
    )
    four_eyes: bool = Field(
        default=False,
        description="Whether a false positive needs a second person, `approved_by`, to suppress a finding.",
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

    @field_validator("*", mode="before")
    @classmethod
    def _is_a_path(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse an empty path: it would be the current folder, and leaving it out may leave out a check."""
        if value == "" and cls.model_fields[info.field_name or ""].annotation == Path | None:
            raise ValueError("is empty: give a path, or leave the setting out")
        return value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.heartbeat_seconds * 2 > self.session_timeout_seconds:
            raise ValueError("heartbeat_seconds must be at most half of session_timeout_seconds")
        if self.max_event_bytes + _TRANSFERS_ENVELOPE > self.max_record_bytes:
            raise ValueError("max_record_bytes must be 64 KiB above max_event_bytes: a dead letter carries headers too")
        if self.max_record_bytes > self.max_batch_bytes:
            raise ValueError("max_batch_bytes must be at least max_record_bytes")
        if self.inline_bytes > self.max_record_bytes * 0.7:
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
        """Return the folder of compiled indexes; None when none are to be stored."""
        if self.index_dir is not None:
            return None if self.index_dir == Path("none") else self.index_dir
        try:
            return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidewaiter"
        except RuntimeError:  # a user without a home
            return None

    @property
    def rescreener_group(self) -> str:
        """Return the consumer group of the rescreeners."""
        return f"{self.group}.rescreener"

    @property
    def inline_bytes(self) -> int:
        """Return the size up to which a rule book is published in its record: base64 makes it a third larger."""
        given = self.rule_book_inline_bytes
        return int(self.max_record_bytes * 0.7) if given is None else given

    @property
    def longest_silence(self) -> float:
        """Return the seconds of silence of the broker after which a worker is not ready: at least three heartbeats."""
        return max(self.broker_silence_seconds, self.heartbeat_seconds * 3)

    @property
    def tls(self) -> bool:
        """Return whether the connection is encrypted."""
        return self.security_protocol in {SecurityProtocol.SSL, SecurityProtocol.SASL_SSL}

    @property
    def sasl(self) -> bool:
        """Return whether the service logs in."""
        return self.security_protocol in {SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_SSL}

    def printable(self) -> dict[str, str]:
        """Return every setting as text, with secrets hidden. The worker logs this at start."""
        return {
            name: as_text(value) for name, value in self.__dict__.items() if value is not None and value not in ("", ())
        }
