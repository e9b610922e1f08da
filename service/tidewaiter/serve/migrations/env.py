"""Run by Alembic: migrates over the connection that `Store` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from tidewaiter.serve.projection.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="revision",
    transactional_ddl=True,
)
context.run_migrations()
