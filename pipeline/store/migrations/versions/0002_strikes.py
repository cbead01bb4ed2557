"""Refusals that count against an address."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "strike",
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "issue", name="pk_strike"),
        sqlite_with_rowid=False,
    )
