"""The place of each verdict in the order of the verdicts on its transfer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column. Verdicts that were read before are compared by id."""
    op.add_column("verdicts", sa.Column("position", sa.String(length=320), nullable=True))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("verdicts", "position")
