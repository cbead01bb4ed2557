"""Somebody who asks now and then what is due, by a clock that goes where it is told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipeline.app import posting
from pipeline.app.site import Site
from pipeline.model.record import SlotState
from pipeline.store.opening import Store
from pipeline.workflow import sending
from pipeline.workflow.sending import Day
from tests.e2e.newsroom import Newsroom
from tests.fakes import FakeClock

NEW_YORK = ZoneInfo("America/New_York")
#: The rule is Tuesday, 09:00 in New York, and so late as six hours.
TUESDAY = date(2026, 3, 3)

#: How many readers the newsletter has.
READERS = 3


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


class Cron:
    """A newsletter whose mail becomes files in ``outbox/``, so that no test needs a server."""

    def __init__(self, newsroom: Newsroom, site: Site, store: Store, clock: FakeClock) -> None:
        self.newsroom, self.site, self.store, self.clock = newsroom, site, store, clock

    def tick(self, at: datetime) -> Day:
        """Ask what is due at an instant, as ``send --due`` does."""
        self.clock.advance((at - self.clock.now()).total_seconds())
        post = posting.make_post(self.site, self.store, {})
        return sending.send_due(self.site.workshop, post, now=self.clock.now())

    @property
    def mails(self) -> int:
        return len(list((self.newsroom.folder / "outbox").glob("*.eml")))

    def slots(self) -> dict[date, SlotState]:
        return {it.slot.local_date: it.state for it in self.store.slots.all()}

    def why(self, day: date) -> str:
        found = [it.why for it in self.store.slots.all() if it.slot.local_date == day]
        return found[0] if found else ""
