"""Edge: who sends on a PostgreSQL database: a session's advisory lock on a connection of its own.

The server lets go of it when the connection ends, however it ends. So it tells senders apart that
would only be in each other's way; that nobody gets a message twice does not rest on it but on the
leases, whose expiry decides here (:attr:`SenderLock.ENDS_LEASES`).
"""

import os
import re
from typing import Any, ClassVar, Final

from pipeline.clock import Clock
from pipeline.errors import StateError
from pipeline.store import postgres
from pipeline.store.postgres_database import SENDER_KEY, PostgresDatabase

#: How often a sender that waits for another one looks again.
_LOOK_AGAIN_SECONDS = 0.1

_TRY: Final = f"SELECT pg_try_advisory_lock({SENDER_KEY})"

#: A bigint's key is shown in two halves; the 1 says that it is one.
_HOLDER: Final = f"""
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = {SENDER_KEY >> 32} AND l.objid::bigint = {SENDER_KEY & 0xFFFFFFFF}
"""  # noqa: S608 - numbers


class ServerSenderLock:
    """Held by the one sender of a database for as long as its connection lives."""

    #: Holding it says nothing of other senders' leases: theirs end when they expire.
    ENDS_LEASES: ClassVar[bool] = False

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection: Any = None
        self._process = 0

    @property
    def is_held(self) -> bool:
        """Whether this process holds it; a child made by fork does not."""
        return self._connection is not None and self._process == os.getpid()

    def acquire(self, timeout: float, clock: Clock) -> bool:
        """Take the lock, waiting up to so many seconds; ``False`` when another sender has it."""
        if self.is_held:
            raise StateError("this process already is the sender", place=self._database.place)
        with postgres.errors_in_words(self._database.place):
            connection = postgres.connect(
                self._database.url,
                wait_seconds=self._database.wait_seconds,
                name=f"mailbag sender {os.getpid()}",
            )
            try:
                end = clock.boot_time() + timeout
                while not connection.execute(_TRY).fetchone()[0]:
                    left = end - clock.boot_time()
                    if left <= 0:
                        connection.close()
                        return False
                    clock.sleep(min(left, _LOOK_AGAIN_SECONDS))
            except BaseException:
                connection.close()
                raise
        self._connection, self._process = connection, os.getpid()
        return True

    def release(self) -> None:
        """Let the next sender go ahead; nothing happens when it is not held."""
        if self.is_held:
            self._connection.close()
            self._connection = None

    def holder(self) -> int | None:
        """Give the process id of the sender, on its machine; ``None`` when nobody is at work."""
        with self._database.reading() as connection:
            name = connection.exec_driver_sql(_HOLDER).scalar()
        found = re.fullmatch(r"mailbag sender (\d+)", name or "")
        return int(found[1]) if found else None
