"""The ledger as it began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _make_the_list()
    _make_the_plan()
    _make_the_ledger()


def _make_the_list() -> None:
    """Readers, suppressions and the facts about the site."""
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("addr_spec", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("unsubscribed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("canonical", name="uq_subscriber_canonical"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_suppression"),
        sqlite_with_rowid=False,
    )


def _make_the_plan() -> None:
    """What was published, which slots were seen, what was approved, how fast it may go."""
    op.create_table(
        "published",
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("question_hash", sa.Text),
        sa.Column("issue", sa.Integer),
        sa.Column("is_reserved", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_published"),
        sa.UniqueConstraint("question_hash", name="uq_published_question_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("issue", sa.Integer),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("rule", "local_date", name="pk_slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("approved_at", sa.BigInteger, nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("rule", "local_date", name="pk_draft"),
    )
    op.create_table(
        "rate",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("bucket", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", "bucket", name="pk_rate"),
        sqlite_with_rowid=False,
    )


def _make_the_ledger() -> None:
    """Issues, their bytes, their shards, and a row for each reader."""
    op.create_table(
        "issue",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("slot_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("slugs", sa.JSON, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("frozen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ticked_at", sa.BigInteger, nullable=False),
        sa.Column("handed_at", sa.BigInteger),
        sa.Column("why", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("is_frozen", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("freeze_cursor", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("freeze_ceiling", sa.Integer, nullable=False),
        sa.Column("candidates", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("planned", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("excluded", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_issue"),
    )
    op.create_table(
        "edition",
        sa.Column("issue", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["issue.number"], name="fk_edition_issue"),
        sa.PrimaryKeyConstraint("issue", name="pk_edition"),
    )
    op.create_table(
        "shard",
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("owner", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("lease_until", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("is_done", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["issue"], ["issue.number"], name="fk_shard_issue"),
        sa.PrimaryKeyConstraint("issue", "number", name="pk_shard"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("subscriber_id", sa.Integer, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("code", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("reply", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("issue", "shard", "subscriber_id", name="pk_delivery"),
        sa.UniqueConstraint("issue", "subscriber_id", name="uq_delivery_issue_subscriber_id"),
        sa.UniqueConstraint("issue", "canonical", name="uq_delivery_issue_canonical"),
        sa.ForeignKeyConstraint(
            ["issue", "shard"], ["shard.issue", "shard.number"], name="fk_delivery_shard"
        ),
        sqlite_with_rowid=False,
    )
