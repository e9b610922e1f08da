"""The closed sets of values that settings choose from."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from tidewaiter_schemas.verdict import Effect


class LogFormat(StrEnum):
    """How log lines are written."""

    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The lowest level that is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"

    @classmethod
    def _missing_(cls, value: object) -> LogLevel | None:
        known = {member.value for member in cls}
        return cls(value.upper()) if isinstance(value, str) and value.upper() in known else None


class RuleBookFrom(StrEnum):
    """Which rule book a worker uses."""

    EITHER = "either"
    """The published one; until there is one, the one built from its own settings."""
    PUBLISHED = "published"
    """Only a published one: until there is one, the worker is not ready and takes no transfer."""
    OWN = "own"
    """Only the one built from its own settings; published ones are ignored."""


class MissingControlNumber(StrEnum):
    """What a verdict does about goods at risk of diversion without an export control number."""

    INFO = "info"
    """It says so."""
    REVIEW = "review"
    """It asks for review."""

    @property
    def effect(self) -> Literal[Effect.REVIEW, Effect.INFO]:
        """Return the effect of the finding."""
        return Effect.REVIEW if self is MissingControlNumber.REVIEW else Effect.INFO


class OnEngineError(StrEnum):
    """What happens to a record on which the engine fails."""

    QUARANTINE = "quarantine"
    """It becomes a dead letter with an alert, and the stream goes on."""
    STOP = "stop"
    """The worker exits with status 10 and acknowledges nothing of the batch."""


class IsolationLevel(StrEnum):
    """Which transfers of a transactional producer are read."""

    READ_COMMITTED = "read_committed"
    """Those of committed transactions, once they are committed."""
    READ_UNCOMMITTED = "read_uncommitted"
    """All at once, including those of open and aborted transactions."""


class VerdictSchema(StrEnum):
    """Whether verdicts name their schema in a schema registry, by a header."""

    NONE = "none"
    """They do not."""
    LOOKUP = "lookup"
    """They name the schema that is registered; a worker does not start where it is not."""
    REGISTER = "register"
    """The same, and a worker registers the schema at its start."""


class SecurityProtocol(StrEnum):
    """How the connection to the broker is protected."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How the service logs in."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"
