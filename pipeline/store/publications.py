"""Edge: what has been published, and what an unfinished issue has reserved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.errors import ConflictError
from pipeline.model.published import Published, PublishedQA
from pipeline.store.database import Database
from pipeline.store.tables import published


@dataclass(frozen=True)
class Publications:
    """Every Q&A that is not mailed again."""

    database: Database

    def all(self) -> Published:
        """Give what counts as published, reserved ones included."""
        with self.database.reading() as connection:
            rows = connection.execute(select(published).order_by(published.c.slug)).all()
        return Published(
            tuple(
                PublishedQA(slug=row.slug, question_hash=row.question_hash or "", issue=row.issue)
                for row in rows
            )
        )

    def add(self, entries: Iterable[PublishedQA], now: datetime) -> int:
        """Let Q&As count as published; give how many did not before. Others stay as they are."""
        with self.database.writing() as connection:
            return sum(_add(connection, entry, now) for entry in entries)

    def remove(self, slugs: Sequence[str]) -> int:
        """Let Q&As be chosen again; give how many there were.

        Raises :class:`ConflictError` for one that an issue has reserved and not yet sent.
        """
        count = 0
        with self.database.writing() as connection:
            for slug in slugs:
                row = connection.execute(
                    select(published).where(published.c.slug == slug)
                ).one_or_none()
                if row is not None and row.is_reserved:
                    raise ConflictError(
                        f"issue {row.issue} is about to publish it",
                        place=slug,
                        remedy=f"stop issue {row.issue} first",
                    )
                gone = connection.execute(delete(published).where(published.c.slug == slug))
                count += gone.rowcount
        return count


def _add(connection: Connection, entry: PublishedQA, now: datetime) -> bool:
    """Write an entry; the words of its question may be known under another slug already."""
    known = set(
        connection.execute(
            select(published.c.slug).where(published.c.question_hash == entry.question_hash)
        ).scalars()
    )
    words = None if known else entry.question_hash or None
    row = connection.execute(
        select(published.c.question_hash).where(published.c.slug == entry.slug)
    ).one_or_none()
    if row is None:
        connection.execute(
            insert(published).values(
                slug=entry.slug, question_hash=words, issue=entry.issue, since=now
            )
        )
        return True
    if row.question_hash is None and words is not None:
        connection.execute(
            update(published).where(published.c.slug == entry.slug).values(question_hash=words)
        )
    return False


def reserve(
    connection: Connection, entries: Iterable[PublishedQA], *, issue: int, now: datetime
) -> None:
    """Reserve Q&As for an issue; raises :class:`ConflictError` for one that is taken."""
    for entry in entries:
        same = published.c.slug == entry.slug
        if entry.question_hash:
            same |= published.c.question_hash == entry.question_hash
        taken = connection.execute(select(published).where(same)).first()
        if taken is not None:
            how = "reserved" if taken.is_reserved else "published"
            where = "" if taken.issue is None else f" by issue {taken.issue}"
            alias = "" if taken.slug == entry.slug else f" (as {taken.slug})"
            raise ConflictError(
                f"the Q&A is already {how}{where}{alias}",
                place=entry.slug,
                remedy="plan the issue anew without it",
            )
        connection.execute(
            insert(published).values(
                slug=entry.slug,
                question_hash=entry.question_hash or None,
                issue=issue,
                is_reserved=True,
                since=now,
            )
        )


def release(connection: Connection, issue: int) -> None:
    """Give back what an issue reserved and never handed to anybody."""
    connection.execute(
        delete(published).where(published.c.issue == issue, published.c.is_reserved.is_(True))
    )
