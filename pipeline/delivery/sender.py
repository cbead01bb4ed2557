"""The delivery stage itself: one run over one issue, from the ledger through a transport."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.clock import Clock
from pipeline.delivery.feed import OutboxFeed
from pipeline.delivery.guards import Guards
from pipeline.delivery.holding import Holding
from pipeline.delivery.limits import Limits
from pipeline.delivery.paces import Paces
from pipeline.delivery.ports import Outbox, Transport
from pipeline.delivery.relays import Relay, Relays, Turn, untold
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.retry import RetryPolicy
from pipeline.delivery.shaping import Shaping
from pipeline.delivery.watching import Watch
from pipeline.errors import DatabaseError, RelayError
from pipeline.model.delivery import Recipient
from pipeline.model.message import Envelope, Message


def never() -> None:
    """Do not end a run before its time."""


def unseen(_: RunReport) -> None:
    """Show no progress."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Makes the deliveries of an issue. What follows a refusal is decided in ``judging``."""

    outbox: Outbox
    #: Writes the message to one reader; the same bytes each time.
    compose: Callable[[Recipient], tuple[Envelope, Message]]
    transport: Transport
    clock: Clock
    #: Who leases the shards: this process, by name.
    owner: str
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    shaping: Shaping = field(default_factory=Shaping)
    #: The relay by name, and its limits.
    relay: str = ""
    limits: Limits = field(default_factory=Limits)
    #: Those that step in for it, in order.
    backups: Sequence[Relay] = ()
    #: For how long a shard is ours without being renewed.
    lease_seconds: float = 60.0

    def run(
        self,
        issue: int,
        *,
        stop: Callable[[], StopReason | None] = never,
        progress: Callable[[RunReport], None] = unseen,
        turned: Callable[[Turn], None] = untold,
    ) -> RunReport:
        """Send until nothing more can be done now.

        ``stop`` is asked about twice a second, ``progress`` is told after each commit; both are
        called from the thread that talks to the ledger, so they may read it. ``turned`` is told
        of each turn to another relay.
        KeyboardInterrupt ends the run at once: what is not answered then is in doubt.
        What the relay or the ledger does wrong is in the report. What ``compose`` raises is
        raised, after the messages in hand are answered and recorded: such a fault is ours.
        """
        first = Relay(transport=self.transport, name=self.relay, limits=self.limits)
        relays = Relays(relays=(first, *self.backups), clock=self.clock, turned=turned)
        try:
            feed = self._feed(issue, relays, stop, progress)
        except DatabaseError as error:
            return RunReport(stopped=StopReason.DATABASE, database_error=error)
        try:
            is_on = True
            while is_on:
                try:
                    relays.now.transport.run(feed)
                except RelayError as error:
                    feed.ending.leave_relay(error)
                except KeyboardInterrupt:
                    feed.break_off()
                is_on = feed.go_on()
        finally:
            feed.close()
        return feed.report()

    def _feed(
        self,
        issue: int,
        relays: Relays,
        stop: Callable[[], StopReason | None],
        progress: Callable[[RunReport], None],
    ) -> OutboxFeed:
        """Put together what a run needs; reads what earlier runs left in the ledger."""
        return OutboxFeed(
            outbox=self.outbox,
            compose=self.compose,
            policy=self.retry_policy,
            paces=Paces(
                outbox=self.outbox,
                clock=self.clock,
                shaping=self.shaping,
                places=relays.doubt,
                relay=relays.now,
            ),
            relays=relays,
            holding=Holding(
                outbox=self.outbox,
                clock=self.clock,
                issue=issue,
                owner=self.owner,
                seconds=self.lease_seconds,
            ),
            watch=Watch(Guards(history=self.outbox.history(issue, dead=ReplyClass.ADDRESS_DEAD))),
            clock=self.clock,
            stop=stop,
            progress=progress,
        )
