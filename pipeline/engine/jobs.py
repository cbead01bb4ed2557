"""Edge: the one module that speaks to Procrastinate.

Its tables lie in a schema of their own beside the ledger, named by what they look like: another
release of Procrastinate makes its own, and workers of both releases go on beside each other, each
with its rings. A ring holds no state, so nothing is migrated, and the schema may be emptied or
dropped at any time.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager

from pipeline.store import postgres
from pipeline.store.postgres_database import PostgresDatabase
from pipeline.workflow.doorbells import BATCH

_log = logging.getLogger("mailbag.engine")

#: The queue of those who send, and of those who look after the rest: no send keeps a tick waiting.
SEND, CARE = "mailbag_send", "mailbag_care"
_QUEUES: Final = {"send_shard": SEND, "plan": CARE, "tick": CARE}

#: Procrastinate's time after which a worker that was not heard of counts as dead, in seconds.
_SILENCE: Final = 30.0

_SCHEMA_TEXT: Final = SchemaManager.get_schema()
#: Where its tables are: the name tells what they look like.
SCHEMA: Final = f"mailbag_bells_{hashlib.sha256(_SCHEMA_TEXT.encode()).hexdigest()[:8]}"

#: Read as rows: what the server remembers of names may be older than the lock that was waited for.
_THERE: Final = f"""
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_tables
WHERE schemaname = '{SCHEMA}' AND tablename = 'procrastinate_jobs')
"""  # noqa: S608 - a constant
#: One maker at a time; the key spells "mailbag" and counts on from the store's.
_MAKER: Final = f"SELECT pg_advisory_xact_lock({int.from_bytes(b'mailbag' + bytes([3]), 'big')})"
_HEARD_OF: Final = f"""
SELECT EXISTS (SELECT 1 FROM {SCHEMA}.procrastinate_workers
WHERE last_heartbeat > now() - make_interval(secs => {_SILENCE}))
"""  # noqa: S608 - constants
_RUNG: Final = f"""
SELECT queueing_lock FROM {SCHEMA}.procrastinate_jobs
WHERE status = 'todo' AND queueing_lock = ANY(%s)
"""  # noqa: S608 - a constant


class Bells:
    """Fits :class:`pipeline.workflow.doorbells.Doorbells`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        #: Never opened: each ring comes with its connection.
        self._app = App(connector=SyncPsycopgConnector())

    def make(self) -> None:
        """Make Procrastinate's tables unless they are there."""
        with self._connected() as connection:
            if connection.execute(_THERE).fetchone()[0]:
                return
            with connection.transaction():
                connection.execute(_MAKER)
                if connection.execute(_THERE).fetchone()[0]:
                    return
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                connection.execute(f"SET LOCAL search_path = {SCHEMA}")
                connection.execute(_SCHEMA_TEXT)

    def plan(self, issue: int) -> None:
        with self._connected() as connection:
            self._ring(connection, "plan", {f"plan:{issue}": {"issue": issue}})

    def send_shard(self, issue: int, shards: Sequence[int], *, within: Any = None) -> None:
        wanted = {f"shard:{issue}:{it}": {"issue": issue, "shard": it} for it in shards}
        if within is not None:
            self._ring(within, "send_shard", wanted)
            return
        locks = list(wanted)
        with self._connected() as connection:
            for start in range(0, len(locks), BATCH):
                batch = locks[start : start + BATCH]
                self._ring(connection, "send_shard", {it: wanted[it] for it in batch})

    def tick(self) -> None:
        with self._connected() as connection:
            self._ring(connection, "tick", {"tick": {}})

    def is_anybody_there(self) -> bool:
        with self._connected() as connection:
            try:
                return bool(connection.execute(_HEARD_OF).fetchone()[0])
            except Exception as error:
                if not _is_missing(error):
                    raise
                return False

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        database = self._database
        with (
            postgres.errors_in_words(database.place),
            postgres.connect(
                database.url, wait_seconds=database.wait_seconds, name="mailbag bells"
            ) as connection,
        ):
            yield connection

    def _ring(self, connection: Any, name: str, wanted: dict[str, dict[str, int]]) -> None:
        """Ring where nobody has rung yet, within the connection's transaction if it has one.

        What Procrastinate refuses is forgotten: the next sweep rings.
        """
        try:
            # A savepoint, or a transaction: a refused ring must not take anything else with it.
            with connection.transaction():
                rung = {row[0] for row in connection.execute(_RUNG, (list(wanted),)).fetchall()}
                jobs = [self._job(name, it, ids) for it, ids in wanted.items() if it not in rung]
                if not jobs:
                    return
                # Its functions find their tables by the path; the ledger's path is put back.
                path = connection.execute("SELECT current_setting('search_path')").fetchone()[0]
                connection.execute(_PATH, (f"{SCHEMA}, {path}",))
                self._app.job_manager.batch_defer_jobs(jobs, connection=connection)
                connection.execute(_PATH, (path,))
        except AlreadyEnqueued:
            _log.info("somebody else rang meanwhile")
        except ConnectorException as error:
            _log.warning("a ring was lost: %s", error)
        except Exception as error:
            if not _is_missing(error):
                raise
            _log.warning("a ring was lost: Procrastinate's tables are gone")

    def _job(self, name: str, lock: str, ids: dict[str, int]) -> Job:
        task = self._app.configure_task(
            name, allow_unknown=True, queue=_QUEUES[name], queueing_lock=lock
        )
        return task.make_new_job(**ids)


_PATH: Final = "SELECT set_config('search_path', %s, true)"


def _is_missing(error: Exception) -> bool:
    """Tell by SQLSTATE that a table or a schema is not there."""
    return getattr(error, "sqlstate", None) in {"42P01", "3F000"}


#: Answers a ring, given what it carries.
Answer = Callable[..., Coroutine[Any, Any, None]]


class Round:
    """One registration as a worker: it takes rings until it is cancelled, or cannot any more."""

    def __init__(self, database: PostgresDatabase, answers: Mapping[str, Answer]) -> None:
        said = postgres.wanted(
            database.url, wait_seconds=database.wait_seconds, name="mailbag worker"
        )
        said["options"] += f" -c search_path={SCHEMA}"
        pool = PsycopgConnector(kwargs=said, min_size=1, max_size=6, timeout=10.0)
        self._app = App(connector=pool)
        for name, answer in answers.items():
            self._app.task(name=name, queue=_QUEUES[name])(answer)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with self._app.open_async():
            yield

    async def take(self, queue: str, slots: int) -> None:
        """Answer the rings of one queue, so many at a time.

        Cancelled, it takes no more and returns when those in hand are answered.
        """
        await self._app.run_worker_async(
            queues=[queue],
            name=queue,
            concurrency=slots,
            install_signal_handlers=False,
            delete_jobs="always",
            stalled_worker_timeout=_SILENCE,
        )

    async def ask(self) -> None:
        """Make a round trip to the database."""
        await self._app.connector.execute_query_one_async("SELECT 1 AS one")

    async def ring_tick(self) -> None:
        with suppress(AlreadyEnqueued):
            task = self._app.configure_task("tick", queueing_lock="tick")
            await task.defer_async()

    async def bury(self) -> None:
        """Forget the rings that dead workers had in hand; whatever they were for is rung again."""
        jobs = self._app.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_SILENCE):
            # Another worker may be doing the same.
            with suppress(ConnectorException):
                assert job.id is not None  # noqa: S101 - it came from the database
                await jobs.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


def hush() -> None:
    """Keep Procrastinate and its pool from writing what the worker says in words."""
    for name in ("procrastinate", "psycopg.pool"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
