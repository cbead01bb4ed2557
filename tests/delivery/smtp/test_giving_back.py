"""What a transport leaves to another one when its relay cannot be used."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pytest

from pipeline.delivery.parcel import Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.errors import RelayError
from pipeline.model.delivery import Lease, Recipient
from tests.fault_sink import FaultSink, Say
from tests.sending import compose, options

LEASE = Lease(issue=1, shard=1, epoch=1, owner="us", provider="mail.example")


class Queue:
    """Fits :class:`pipeline.delivery.ports.Feed`; what comes back is given out again."""

    is_ending = False

    def __init__(self, count: int) -> None:
        self.waiting = [_parcel(number) for number in range(1, count + 1)]
        self.outcomes: list[Outcome] = []

    def take(self, limit: int) -> Supply:
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return Supply(tuple(taken))

    def commit(self, outcomes: Sequence[Outcome], wishes: Sequence[Parcel]) -> Collection[Parcel]:
        for outcome in outcomes:
            self.outcomes.append(outcome)
            if isinstance(outcome, Lost) and outcome.loss is not Loss.AFTER:
                self.waiting.append(outcome.parcel)
        return wishes

    def look_after(self, waits_for: str = "") -> None:
        pass

    def may_hand_over(self, parcel: Parcel) -> bool:
        return True


def _parcel(number: int) -> Parcel:
    recipient = Recipient(
        issue=1,
        shard=1,
        subscriber_id=number,
        address=f"reader-{number}@mail.example",
        expires_at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    return Parcel(LEASE, recipient, *compose(recipient))


@pytest.mark.parametrize("connections", [1, 4])
def test_what_a_relay_cannot_take_goes_through_the_next_one(connections):
    queue = Queue(20)
    with FaultSink() as broken, FaultSink() as sound:
        broken.on("CONNECT", Say("554 5.7.1 not you"))
        with pytest.raises(RelayError, match=r"554 5\.7\.1 not you"):
            SmtpTransport(options(broken.port, connections=connections)).run(queue)
        assert len(queue.waiting) == 20

        SmtpTransport(options(sound.port)).run(queue)

        assert set(sound.counts.values()) == {1}
        assert len(sound.counts) == 20
