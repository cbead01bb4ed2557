"""Several editions of an issue, and which of them a reader got."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    small = sa.SmallInteger
    op.add_column(
        "issue", sa.Column("revision", small, nullable=False, server_default=sa.text("0"))
    )
    op.add_column("delivery", sa.Column("edition", small))
    op.add_column(
        "delivery",
        sa.Column("keeps_edition", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    _key_editions_by_revision()
    # Those that are handing, accepted, in doubt or closed: so far there was one edition.
    op.execute("UPDATE delivery SET edition = 0 WHERE state IN (1, 2, 8, 9)")
    # The queued ones among those that were tried are sent again after a doubt.
    op.execute(
        "UPDATE delivery SET edition = 0, keeps_edition = true WHERE state = 0 AND attempts > 0"
    )


def _key_editions_by_revision() -> None:
    op.rename_table("edition", "edition_before")
    if op.get_context().dialect.name == "postgresql":
        # There a key is an index, and its name is the schema's.
        op.execute("ALTER TABLE edition_before RENAME CONSTRAINT pk_edition TO pk_edition_before")
    op.create_table(
        "edition",
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("revision", sa.SmallInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("pinned_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.number"], name="fk_edition_issue"),
        sa.PrimaryKeyConstraint("issue", "revision", name="pk_edition"),
    )
    op.execute(
        "INSERT INTO edition (issue, revision, content, sha256, subject, pinned_at)"
        " SELECT i.number, 0, e.content, i.sha256, i.subject, i.frozen_at"
        " FROM edition_before e JOIN issue i ON i.number = e.issue"
    )
    op.drop_table("edition_before")
