"""The tables of the ledger, a sentence each; the migrations build exactly these."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from pipeline.store.columns import Instant, StateCode

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)

#: What the ledger knows of its site: fingerprints of keys, the rule in force, the latest time seen.
fact = Table(
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: Who asked to get the newsletter. An id is never given twice: deliveries and links name it.
subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("addr_spec", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("consent", Text, nullable=False),
    Column("unsubscribed_at", Instant),
    UniqueConstraint("canonical"),
    sqlite_autoincrement=True,
)

#: Who must not be written to; outlives the subscriber.
suppression = Table(
    "suppression",
    metadata,
    Column("fingerprint", LargeBinary(32), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: Refusals that count against an address, one for each issue; gone when a message is taken.
strike = Table(
    "strike",
    metadata,
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("issue", Integer, nullable=False),
    #: The class of the last refusal of the issue, and when the first one came.
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("fingerprint", "issue"),
    sqlite_with_rowid=False,
)

#: What counts as published; reserved while its issue has handed nothing over.
published = Table(
    "published",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("question_hash", Text),
    Column("issue", Integer),
    Column("is_reserved", Boolean, nullable=False, server_default=false()),
    Column("since", Instant, nullable=False),
    UniqueConstraint("question_hash"),
    sqlite_with_rowid=False,
)

#: A due slot and what became of it; the day, not the instant, is its identity.
slot = Table(
    "slot",
    metadata,
    Column("rule", Text, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("issue", Integer),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("rule", "local_date"),
    sqlite_with_rowid=False,
)

#: The approved edition of a slot whose issue is not frozen yet.
draft = Table(
    "draft",
    metadata,
    Column("rule", Text, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("edition", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    Column("inputs", JSON, nullable=False),
    PrimaryKeyConstraint("rule", "local_date"),
)

#: An issue from the moment its number is fixed.
issue = Table(
    "issue",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("slugs", JSON, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("frozen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ticked_at", Instant, nullable=False),
    #: The first hand-over; from then on its Q&As are published.
    Column("handed_at", Instant),
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("is_frozen", Boolean, nullable=False, server_default=false()),
    #: The subscriber id up to which rows are written, and the highest one at the start.
    Column("freeze_cursor", Integer, nullable=False, server_default=text("0")),
    Column("freeze_ceiling", Integer, nullable=False),
    Column("candidates", Integer, nullable=False, server_default=text("0")),
    Column("planned", Integer, nullable=False, server_default=text("0")),
    Column("excluded", JSON, nullable=False),
    #: The edition in force; its hash and subject stand above.
    Column("revision", SmallInteger, nullable=False, server_default=text("0")),
)

#: The bytes of an issue, as it began (0) and as it was mended, apart from its row, which is
#: written often.
edition = Table(
    "edition",
    metadata,
    Column("issue", Integer, ForeignKey("issue.number"), nullable=False),
    Column("revision", SmallInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("pinned_at", Instant, nullable=False),
    PrimaryKeyConstraint("issue", "revision"),
)

#: Up to 1,000 recipients of one mailbox provider; what a sender leases.
shard = Table(
    "shard",
    metadata,
    Column("issue", Integer, ForeignKey("issue.number"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    #: Empty: nobody holds it.
    Column("owner", Text, nullable=False, server_default=text("''")),
    Column("lease_until", Instant, nullable=False, server_default=text("0")),
    #: When a row is next due; nobody looks at the shard before.
    Column("due_at", Instant, nullable=False, server_default=text("0")),
    Column("is_done", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("issue", "number"),
    sqlite_with_rowid=False,
)

#: One reader of one issue. No index on state: it would be rewritten at every step.
#: A reader may be gone while the row stays, so it has no foreign key to the subscriber.
delivery = Table(
    "delivery",
    metadata,
    Column("issue", Integer, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("subscriber_id", Integer, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("state", StateCode, nullable=False, server_default=text("0")),
    #: The epoch of the lease under which it was handed over; 0: it was not, or may be again.
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("code", Integer, nullable=False, server_default=text("0")),
    Column("reply", Text, nullable=False, server_default=text("''")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("next_at", Instant),
    Column("updated_at", Instant, nullable=False),
    #: The relay that said so, when it was not the first.
    Column("relay", Text, nullable=False, server_default=text("''")),
    #: The revision that was handed over last; NULL: nothing was.
    Column("edition", SmallInteger),
    #: It may have been taken: if it is sent again, then in the edition that it had.
    Column("keeps_edition", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("issue", "shard", "subscriber_id"),
    UniqueConstraint("issue", "subscriber_id"),
    UniqueConstraint("issue", "canonical"),
    ForeignKeyConstraint(["issue", "shard"], ["shard.issue", "shard.number"]),
    sqlite_with_rowid=False,
)

#: How many messages were handed over under a rate's key, by the second its bucket began.
rate = Table(
    "rate",
    metadata,
    Column("key", Text, nullable=False),
    Column("bucket", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("key", "bucket"),
    sqlite_with_rowid=False,
)

#: When the next message may leave under a limit that senders share, or after a word to slow down.
allowance = Table(
    "allowance",
    metadata,
    Column("key", Text, primary_key=True),
    Column("next_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

#: How far we hold back from a provider, or through a relay.
restraint = Table(
    "restraint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("share", Float, nullable=False),
    Column("speed", Float, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("crawls_until", Instant, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("said", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

#: At which provider the mailboxes of a domain are, by its MX, and until when that is believed.
mail_domain = Table(
    "mail_domain",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("good_until", Instant, nullable=False),
    sqlite_with_rowid=False,
)

#: A day of the plan by which a relay gets to know us.
warm_up = Table(
    "warm_up",
    metadata,
    Column("relay", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("step", Integer, nullable=False),
    Column("given", Integer, nullable=False, server_default=text("0")),
    Column("deferred", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("relay", "day"),
    sqlite_with_rowid=False,
)
