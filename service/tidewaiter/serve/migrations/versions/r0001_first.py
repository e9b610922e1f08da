"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "access",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(length=200), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=512), nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("access_by_time", "access", ["asked_ms"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("verdict_id", sa.String(length=36), nullable=False),
        sa.Column("assignee", sa.String(length=200), nullable=False),
        sa.Column("assigned_by", sa.String(length=200), nullable=False),
        sa.Column("assigned_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("verdict_id"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=True),
        sa.Column("origin", sa.String(length=300), nullable=True),
        sa.Column("written_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "offset"),
    )
    op.create_index("dead_letters_by_time", "dead_letters", ["written_ms"], unique=False)
    op.create_table(
        "dispositions",
        sa.Column("id", sa.String(length=256), nullable=False),
        sa.Column("verdict_id", sa.String(length=36), nullable=False),
        sa.Column("transfer_id", sa.String(length=256), nullable=False),
        sa.Column("rule", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("judgement", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=256), nullable=False),
        sa.Column("approved_by", sa.String(length=256), nullable=True),
        sa.Column("decided_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.Column("party_key", sa.String(length=64), nullable=True),
        sa.Column("entry_key", sa.String(length=64), nullable=True),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("dispositions_by_party", "dispositions", ["party_key"], unique=False)
    op.create_index("dispositions_by_transfer", "dispositions", ["transfer_id"], unique=False)
    op.create_index("dispositions_by_verdict", "dispositions", ["verdict_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("verdict_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=512), nullable=False),
        sa.Column("rule_set", sa.String(length=256), nullable=False),
        sa.Column("family", sa.String(length=16), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("suppressed_by", sa.String(length=512), nullable=True),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("party_key", sa.String(length=64), nullable=True),
        sa.Column("entry_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("verdict_id", "number"),
    )
    op.create_index("findings_by_party", "findings", ["party_key"], unique=False)
    op.create_index("findings_by_rule", "findings", ["rule"], unique=False)
    op.create_index("findings_by_rule_set", "findings", ["rule_set"], unique=False)
    op.create_table(
        "positions",
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("last_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    op.create_table(
        "replaced", sa.Column("verdict_id", sa.String(length=36), nullable=False), sa.PrimaryKeyConstraint("verdict_id")
    )
    op.create_table(
        "sessions",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("base", sa.String(length=36), nullable=False),
        sa.Column("transfer_id", sa.String(length=256), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("conditional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("screened_ms", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=512), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("rule_book", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("transfer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("verdicts_by_state", "verdicts", ["state", "screened_ms", "id"], unique=False)
    op.create_index("verdicts_by_time", "verdicts", ["screened_ms", "id"], unique=False)
    op.create_index("verdicts_by_transfer", "verdicts", ["transfer_id"], unique=False)
