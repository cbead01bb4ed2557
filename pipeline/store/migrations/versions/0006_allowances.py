"""When the next message may leave under a limit that senders share."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "allowance",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_allowance"),
        sqlite_with_rowid=False,
    )
