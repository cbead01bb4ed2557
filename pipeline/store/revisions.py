"""Edge: the editions of an issue: the one it began with, and those that mended it."""

from sqlalchemy import Connection, insert, select

from pipeline.model.record import Revision
from pipeline.store.tables import edition


def add(connection: Connection, issue: int, new: Revision, *, content: str) -> None:
    """Keep an edition, within a transaction."""
    connection.execute(
        insert(edition).values(
            issue=issue,
            revision=new.number,
            content=content,
            sha256=new.sha256,
            subject=new.subject,
            pinned_at=new.pinned_at,
        )
    )


def content(connection: Connection, issue: int, revision: int | None) -> str | None:
    """Read the bytes of an edition, the newest when none is named; ``None``: there is none."""
    query = select(edition.c.content).where(edition.c.issue == issue)
    if revision is not None:
        query = query.where(edition.c.revision == revision)
    found: str | None = connection.execute(
        query.order_by(edition.c.revision.desc()).limit(1)
    ).scalar()
    return found


def of(connection: Connection, issue: int) -> tuple[Revision, ...]:
    """Read what is known of the editions of an issue, the first one first."""
    rows = connection.execute(
        select(edition.c.revision, edition.c.sha256, edition.c.subject, edition.c.pinned_at)
        .where(edition.c.issue == issue)
        .order_by(edition.c.revision)
    )
    return tuple(
        Revision(
            number=row.revision, sha256=row.sha256, subject=row.subject, pinned_at=row.pinned_at
        )
        for row in rows
    )
