"""Edge: a worker of a site: what it does when a bell rings, and what it says."""

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.app import posting
from pipeline.app.posting import Hooks
from pipeline.app.site import Site
from pipeline.clock import Clock
from pipeline.delivery.report import RunReport, StopReason
from pipeline.engine.jobs import Bells
from pipeline.engine.worker import Stop, Worker
from pipeline.errors import MailbagError
from pipeline.store.opening import Store
from pipeline.store.postgres_database import PostgresDatabase
from pipeline.workflow import ringing, sending
from pipeline.workflow.workshop import Post

#: Seconds after which a slot gives back what it holds and takes the next ring.
_SLICE: Final = 30.0
#: Seconds that a slot does nothing after something kept it from sending.
_REST: Final = 30.0
#: Seconds for which links that answered are believed to answer.
_LINKS: Final = 600.0
#: Seconds between two looks at whether to end.
_LOOK: Final = 0.2

_COUNTS = ("accepted", "deferred", "rejected", "suppressed", "expired", "in_doubt")


def make_worker(site: Site, work: "Work", *, slots: int) -> Worker:
    """Wire a worker; raises what keeps one of this site from working."""
    sending.ready(work.post(), site.clock.now())
    return Worker(
        database=work.database,
        bells=work.bells,
        answers=work,
        slots=slots,
        clock=site.clock,
        say=work.say,
    )


@dataclass(kw_only=True)
class Work:
    """Fits :class:`pipeline.engine.worker.Answers`. Several threads share it."""

    site: Site
    store: Store
    environment: Mapping[str, str]
    stop: Stop
    say: Callable[[str], None]
    bells: Bells = field(init=False)
    _links: "Lately" = field(init=False)
    _said: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.bells = Bells(self.database)
        self.bells.make()
        self._links = Lately(lambda: posting.verify_links(self.site), self.site.clock, _LINKS)

    @property
    def database(self) -> PostgresDatabase:
        assert isinstance(self.store.database, PostgresDatabase)  # noqa: S101 - the toml was checked
        return self.store.database

    def plan(self, issue: int) -> None:
        shop = self.site.workshop
        self._do(lambda: ringing.answer_plan(shop, self.post(), issue, now=self._clock.now()))

    def send_shard(self, issue: int, shard: int) -> None:
        until = self._clock.boot_time() + _SLICE

        def stop() -> StopReason | None:
            is_over = self._clock.boot_time() > until
            return self.stop.reason() or (StopReason.SLICE if is_over else None)

        def send() -> None:
            now = self._clock.now()
            post = self.post(stop)
            run = ringing.answer_shard(self.site.workshop, post, issue, shard, now=now)
            if run is not None:
                self._tell(issue, run)

        self._do(send)

    def tick(self) -> None:
        shop = self.site.workshop
        self._do(lambda: ringing.sweep(shop, self.post(), now=self._clock.now()))

    def post(self, stop: Callable[[], StopReason | None] | None = None) -> Post:
        hooks = Hooks(stop=stop or self.stop.reason)
        post = posting.make_post(
            self.site, self.store, self.environment, hooks, doorbells=self.bells
        )
        return replace(post, check_links=self._links)

    @property
    def _clock(self) -> Clock:
        return self.site.clock

    def _do(self, call: Callable[[], object]) -> None:
        """Do something; what goes wrong is said once, and the slot rests."""
        try:
            call()
        except MailbagError as error:
            self._complain(f"mailbag: {error}")
        except Exception as error:  # noqa: BLE001 - a ring that is lost comes again
            said = "".join(traceback.format_exception(error))
            self._complain(f"mailbag: a bug in mailbag; report this:\n{said}")

    def _tell(self, issue: int, run: RunReport) -> None:
        """Say what a run came to; rest after one that could not go on."""
        counts = ", ".join(
            f"{getattr(run, name):,} {name.replace('_', ' ')}"
            for name in _COUNTS
            if getattr(run, name)
        )
        if counts:
            self.say(f"mailbag: issue {issue}: {counts} in {run.seconds:.1f} s")
        if run.pause_because:
            self.say(f"mailbag: issue {issue} is paused: {run.pause_because}")
        error = run.relay_error or run.database_error
        if error is not None:
            self._complain(f"mailbag: {error}")

    def _complain(self, sentence: str) -> None:
        """Say it unless it was the last thing said; leave rings to those who can answer them."""
        if sentence != self._said:
            self._said = sentence
            self.say(sentence)
        end = self._clock.boot_time() + _REST
        while not self.stop.is_set() and self._clock.boot_time() < end:
            self._clock.sleep(_LOOK)


class Lately:
    """A question that is not asked again for a while once the answer was good."""

    def __init__(self, ask: Callable[[], None], clock: Clock, seconds: float) -> None:
        self._ask = ask
        self._clock = clock
        self._seconds = seconds
        self._good_until = float("-inf")
        self._asking = threading.Lock()

    def __call__(self) -> None:
        with self._asking:
            if self._clock.boot_time() >= self._good_until:
                self._ask()
                self._good_until = self._clock.boot_time() + self._seconds
