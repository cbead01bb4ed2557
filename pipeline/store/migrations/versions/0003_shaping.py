"""How fast mail may go, and to whom: restraints, mail domains, the plan of a new relay."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "restraint",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("speed", sa.Float, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("per_minute", sa.Integer, nullable=False),
        sa.Column("crawls_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_restraint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mail_domain",
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("good_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_mail_domain"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "warm_up",
        sa.Column("relay", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("given", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("deferred", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("relay", "day", name="pk_warm_up"),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "delivery", sa.Column("relay", sa.Text, nullable=False, server_default=sa.text("''"))
    )
    # Their keys had the figure in them; now they are named by relay or provider, and the period.
    op.execute("DELETE FROM rate")
