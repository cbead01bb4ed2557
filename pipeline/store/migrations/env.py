"""Alembic's door to the migrations; :mod:`pipeline.store.migrating` brings the connection."""

from alembic import context

from pipeline.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a table, so it is rebuilt.
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
