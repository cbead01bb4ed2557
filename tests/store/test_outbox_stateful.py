"""Whatever happens in whatever order: nobody gets it twice, nobody is lost, the sums add up."""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pipeline.model.delivery import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    DoubtPolicy,
    HandOver,
    Lease,
    Result,
    Sums,
)
from pipeline.model.issue import IssueEvent, IssueState
from pipeline.store.opening import open_server
from tests.factories import NOON
from tests.store import ledgers
from tests.store.ledgers import EXPIRES, Ledger
from tests.store.servers import Server

READERS = 6
S, E = DeliveryState, DeliveryEvent
readers = st.integers(1, READERS)
senders = st.sampled_from(["first", "second"])


class Sending(RuleBasedStateMachine):
    """Two senders that die, sleep and come back; a relay that counts what it took."""

    def make(self) -> Ledger:
        return ledgers.in_memory(f"r{number}@mail.example" for number in range(READERS))

    def __init__(self) -> None:
        super().__init__()
        self.ledger = self.make()
        self.box = self.ledger.outbox()
        self.now = NOON
        #: The leases that senders believe in; a sender that slept still holds an old one.
        self.leases: list[Lease] = []
        #: Terminators written and not yet answered in the ledger: (lease, reader) -> taken.
        self.on_the_wire: dict[tuple[Lease, int], bool] = {}
        #: How many the relay took, and how often an operator had it sent again.
        self.taken = dict.fromkeys(range(1, READERS + 1), 0)
        self.resent = dict.fromkeys(range(1, READERS + 1), 0)
        #: In which editions each reader may have got the issue.
        self.editions: dict[int, set[int]] = {number: set() for number in self.taken}
        self.revision = 0
        #: Replies that a sender knows it did not read; it leaves those readers alone.
        self.lost: set[tuple[Lease, int]] = set()

    def rows(self) -> dict[int, Delivery]:
        return {it.subscriber_id: it for it in self.box.deliveries(1)}

    def states(self) -> dict[int, DeliveryState]:
        return {reader: it.state for reader, it in self.rows().items()}

    @rule(seconds=st.sampled_from([1, 30, 61, 600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(owner=senders)
    def lease(self, owner: str) -> None:
        held = self.box.lease(1, owner=owner, now=self.now, until=self.now + timedelta(seconds=60))
        if held is not None:
            self.leases.append(held)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        self.box.renew([lease], now=self.now, until=self.now + timedelta(seconds=60))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), reader=readers, taken=st.booleans(), stale=st.booleans())
    def hand_over(self, data: st.DataObject, reader: int, taken: bool, stale: bool) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        edition = self.rows()[reader].edition or 0
        if stale and self.revision:  # composed before the issue was mended, or read wrongly
            edition = data.draw(st.integers(0, self.revision))
        wish = HandOver(lease=lease, subscriber_id=reader, edition=edition)
        if not self.box.commit([], [wish], now=self.now):
            if taken:
                self.editions[reader].add(edition)
            self.taken[reader] += taken
            self.on_the_wire[lease, reader] = taken
            self.lost.discard((lease, reader))

    @precondition(lambda self: self.on_the_wire)
    @rule(data=st.data(), heard=st.booleans())
    def reply(self, data: st.DataObject, heard: bool) -> None:
        lease, reader = data.draw(st.sampled_from(sorted(self.on_the_wire, key=str)))
        taken = self.on_the_wire.pop((lease, reader))
        if heard:
            self.write(lease, reader, E.ACCEPT if taken else E.DEFER)
        else:
            self.lost.add((lease, reader))
            self.write(lease, reader, E.LOSE_REPLY)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), reader=readers, event=st.sampled_from(sorted({E.DEFER, E.REJECT})))
    def refuse_before_the_hand_over(
        self, data: st.DataObject, reader: int, event: DeliveryEvent
    ) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if (lease, reader) not in self.on_the_wire.keys() | self.lost:
            before = self.states()[reader]
            self.write(lease, reader, event)
            if before not in {S.QUEUED, S.DEFERRED, S.HANDING, S.IN_DOUBT}:
                assert self.states()[reader] is before

    def write(self, lease: Lease, reader: int, event: DeliveryEvent) -> None:
        result = Result(
            lease=lease,
            subscriber_id=reader,
            event=event,
            next_at=self.now + timedelta(minutes=5),
        )
        self.box.commit([result], [], now=self.now)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if not any(held == lease for held, _ in self.on_the_wire):
            self.leases.remove(lease)
            self.box.release(lease, now=self.now)

    @rule(owner=senders)
    def die(self, owner: str) -> None:
        self.leases = [it for it in self.leases if it.owner != owner]
        self.on_the_wire = {
            key: taken for key, taken in self.on_the_wire.items() if key[0].owner != owner
        }

    @rule(reader=readers)
    def leave(self, reader: int) -> None:
        self.ledger.leave(reader)

    @rule(event=st.sampled_from([IssueEvent.PAUSE, IssueEvent.RESUME, IssueEvent.RESUME]))
    def steer(self, event: IssueEvent) -> None:
        wanted = IssueState.PAUSED if event is IssueEvent.RESUME else IssueState.SENDING
        if self.ledger.state() is wanted:
            self.ledger.step(event)

    @precondition(lambda self: self.ledger.state() is IssueState.PAUSED)
    @rule()
    def revise(self) -> None:
        self.ledger.revise()
        self.revision += 1

    @rule()
    def complete(self) -> None:
        if self.ledger.complete_if_done():
            assert not {S.QUEUED, S.DEFERRED, S.HANDING} & set(self.states().values())

    @rule(event=st.sampled_from(sorted({E.RESEND, E.ACCEPT, E.CLOSE})))
    def resolve(self, event: DeliveryEvent) -> None:
        if self.now >= EXPIRES:
            return
        before = self.states()
        self.box.resolve(1, None, event, now=self.now)
        for reader, state in self.states().items():
            if state is S.QUEUED and before[reader] is not S.QUEUED:
                self.resent[reader] += 1

    @invariant()
    def nobody_gets_it_twice_unless_somebody_said_so(self) -> None:
        for reader, taken in self.taken.items():
            assert taken <= 1 + self.resent[reader]

    @invariant()
    def nobody_gets_two_editions(self) -> None:
        assert all(len(editions) <= 1 for editions in self.editions.values())

    @invariant()
    def nobody_is_lost_and_the_sums_add_up(self) -> None:
        sums: Sums = self.box.sums(1)
        assert sums.planned == READERS == len(self.states())

    @invariant()
    def who_got_it_is_never_written_off_as_not_handed_over(self) -> None:
        for reader, state in self.states().items():
            if self.taken[reader] > self.resent[reader]:
                assert state in {S.HANDING, S.ACCEPTED, S.IN_DOUBT, S.CLOSED}, reader


class SendingOnSqlite(Sending):
    def make(self) -> Ledger:
        self.folder = tempfile.TemporaryDirectory()
        self.opened = ledgers.on_sqlite(
            Path(self.folder.name), (f"r{number}@mail.example" for number in range(READERS))
        )
        return self.opened

    def teardown(self) -> None:
        self.opened.store.close()
        self.folder.cleanup()


class SendingOnServer(Sending):
    server: ClassVar[Server]

    def make(self) -> Ledger:
        self.made = ExitStack()
        store = self.made.enter_context(
            open_server(self.made.enter_context(self.server.database()))
        )
        addresses = (f"r{number}@mail.example" for number in range(READERS))
        return ledgers.in_database(store, addresses, DoubtPolicy.HOLD)

    def teardown(self) -> None:
        self.made.close()


@pytest.fixture(scope="session")
def named_server(server: Server) -> None:
    """Hypothesis makes its machines itself, and knows no fixtures."""
    SendingOnServer.server = server


class SendingForLong(SendingOnSqlite):
    """The same, left to `make soak`."""


def runs(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


TestSending = Sending.TestCase
TestSending.settings = runs(100, 30)

TestSendingOnSqlite = SendingOnSqlite.TestCase
TestSendingOnSqlite.settings = runs(15, 30)

TestSendingOnServer = pytest.mark.usefixtures("named_server")(SendingOnServer.TestCase)
TestSendingOnServer.settings = runs(15, 30)

TestSendingForLong = pytest.mark.soak(pytest.mark.timeout(900)(SendingForLong.TestCase))
TestSendingForLong.settings = runs(1_000, 80)
