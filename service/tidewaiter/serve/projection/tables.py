"""The tables of the database. Times are milliseconds since 1970, so that both databases sort them alike."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA: Final = MetaData()


class State(StrEnum):
    """The state of a verdict in the queue."""

    CLEAR = "clear"
    """Nothing to decide."""
    OPEN = "open"
    """A review or block of which a finding has no disposition yet."""
    AWAITING_APPROVAL = "awaiting_approval"
    """Every finding has one, and one of them needs a second person."""
    ESCALATED = "escalated"
    """Somebody passed it on. It stays in the queue."""
    DECIDED = "decided"
    """Every finding that counts has a disposition, or one of them is a true match."""
    REPLACED = "replaced"
    """A later verdict on the same transfer is in force."""


WAITING: Final = (State.OPEN, State.AWAITING_APPROVAL, State.ESCALATED)
"""The states in which a verdict is in the queue."""

positions = Table(
    "positions",
    METADATA,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
    # Of the record before `next`: a topic that was made anew has another one there, or none.
    Column("last_sha256", String(64), nullable=False),
)

verdicts = Table(
    "verdicts",
    METADATA,
    Column("id", String(36), primary_key=True),
    # The id that it would have without dispositions.
    Column("base", String(36), nullable=False),
    Column("transfer_id", String(256), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("conditional", Boolean, nullable=False),
    Column("state", String(24), nullable=False),
    Column("screened_ms", BigInteger, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("chain", String(512)),
    Column("signature", Text),
    Column("rule_book", String(64), nullable=False),
    Column("engine", String(64), nullable=False),
    Column("value", LargeBinary, nullable=False),
    # Its place in the order of the verdicts on its transfer (`tidewaiter_schemas.in_force`), where a header states it.
    Column("position", String(320)),
    # The transfer as it lay on its topic; only of reviews and blocks, and only while the topic had it.
    Column("transfer", LargeBinary),
    Index("verdicts_by_time", "screened_ms", "id"),
    Index("verdicts_by_state", "state", "screened_ms", "id"),
    Index("verdicts_by_transfer", "transfer_id"),
)

findings = Table(
    "findings",
    METADATA,
    Column("verdict_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rule", String(512), nullable=False),
    Column("rule_set", String(256), nullable=False),
    Column("family", String(16), nullable=False),
    Column("effect", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("suppressed_by", String(512)),
    # How many earlier dispositions no longer suppress it.
    Column("voided", Integer, nullable=False),
    # What a disposition binds to; only of findings on parties.
    Column("party_key", String(64)),
    Column("entry_key", String(64)),
    Index("findings_by_rule", "rule"),
    Index("findings_by_party", "party_key"),
    Index("findings_by_rule_set", "rule_set"),
)

replaced = Table(
    "replaced",
    METADATA,
    # Verdicts that a rescreening replaced: a late copy of one must not come into force again.
    Column("verdict_id", String(36), primary_key=True),
)

dispositions = Table(
    "dispositions",
    METADATA,
    Column("id", String(256), primary_key=True),
    Column("verdict_id", String(36), nullable=False),
    Column("transfer_id", String(256), nullable=False),
    Column("rule", String(512), nullable=False),
    Column("subject", Text),
    Column("judgement", String(64), nullable=False),
    Column("decided_by", String(256), nullable=False),
    Column("approved_by", String(256)),
    Column("decided_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("withdrawn_ms", BigInteger),
    Column("party_key", String(64)),
    Column("entry_key", String(64)),
    Column("offset", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("dispositions_by_verdict", "verdict_id"),
    Index("dispositions_by_transfer", "transfer_id"),
    Index("dispositions_by_party", "party_key"),
)

dead_letters = Table(
    "dead_letters",
    METADATA,
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("stage", String(32)),
    Column("origin", String(300)),
    Column("written_ms", BigInteger, nullable=False),
    Index("dead_letters_by_time", "written_ms"),
)

# What follows comes from no topic, and is gone with the database.

assignments = Table(
    "assignments",
    METADATA,
    Column("verdict_id", String(36), primary_key=True),
    Column("assignee", String(200), nullable=False),
    Column("assigned_by", String(200), nullable=False),
    Column("assigned_ms", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    # Of the token that logged in: a session ends with its token. Null where a reverse proxy names the user.
    Column("token_sha256", String(64)),
    Column("expires_ms", BigInteger, nullable=False),
)

access = Table(
    "access",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("asked_ms", BigInteger, nullable=False),
    Column("caller", String(200), nullable=False),
    Column("via", String(16), nullable=False),
    Column("method", String(16), nullable=False),
    Column("route", String(200), nullable=False),
    Column("status", Integer, nullable=False),
    # A verdict, rule or disposition by its id; never a name.
    Column("subject", String(512)),
    Column("requests", Integer, nullable=False),
    Column("transfers", Integer, nullable=False),
    Index("access_by_time", "asked_ms"),
)

PROJECTED: Final = (verdicts, findings, replaced, dispositions, dead_letters, positions)
"""The tables that come from the topics."""
