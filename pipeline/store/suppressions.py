"""Edge: who must not be written to, by the keyed hash of the address; outlives the subscriber."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.model.subscriber import Suppression, SuppressionReason
from pipeline.store import strikes
from pipeline.store.database import Database
from pipeline.store.tables import suppression

_R = SuppressionReason

#: From what the reader can take back to what nobody should; a weaker reason never hides a stronger.
STRENGTH: Final = (_R.UNSUBSCRIBE, _R.MANUAL, _R.HARD_BOUNCE, _R.COMPLAINT)

#: What a reader who asks to come back takes back; that somebody asks by an address shows that it
#: exists. Who reported the mail as spam would do so again.
LIFTED_BY_ASKING: Final = frozenset({_R.UNSUBSCRIBE, _R.MANUAL, _R.HARD_BOUNCE})


@dataclass(frozen=True)
class Suppressions:
    """The list of addresses that must not be written to."""

    database: Database

    def add(
        self, fingerprint: bytes, reason: SuppressionReason, *, now: datetime, note: str = ""
    ) -> None:
        """Put an address on the list; one that is there for a stronger reason stays as it is."""
        with self.database.writing() as connection:
            put(connection, fingerprint, reason, now=now, note=note)

    def find(self, fingerprint: bytes) -> Suppression | None:
        """Tell why an address must not be written to."""
        with self.database.reading() as connection:
            return of_address(connection, fingerprint)

    def lift(self, fingerprint: bytes) -> bool:
        """Take an address off the list, whatever the reason; tell whether it was there.

        Its strikes go too, else the next refusal would put it back.
        """
        with self.database.writing() as connection:
            strikes.forget(connection, fingerprint)
            gone = connection.execute(
                delete(suppression).where(suppression.c.fingerprint == fingerprint)
            )
        return gone.rowcount > 0


def of_address(connection: Connection, fingerprint: bytes) -> Suppression | None:
    """Tell why an address must not be written to, within a transaction."""
    row = connection.execute(
        select(suppression).where(suppression.c.fingerprint == fingerprint)
    ).one_or_none()
    if row is None:
        return None
    return Suppression(reason=_R(row.reason), since=row.since, note=row.note)


def put(
    connection: Connection,
    fingerprint: bytes,
    reason: SuppressionReason,
    *,
    now: datetime,
    note: str = "",
) -> None:
    """Put an address on the list within a transaction."""
    values = {"reason": reason.value, "since": now, "note": note}
    known = connection.execute(
        select(suppression.c.reason).where(suppression.c.fingerprint == fingerprint)
    ).scalar()
    if known is None:
        connection.execute(insert(suppression).values(fingerprint=fingerprint, **values))
    elif STRENGTH.index(reason) > STRENGTH.index(_R(known)):
        connection.execute(
            update(suppression).where(suppression.c.fingerprint == fingerprint).values(**values)
        )
