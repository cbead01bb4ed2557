"""What goes together into a commit, by the thread that makes them."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel, Supply
from pipeline.delivery.smtp.driver.ledger import Ledger
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from tests.delivery.smtp.test_lane import parcel

YES, NO = Reply(250, ("Ok",)), Reply(550, ("5.1.1 nobody",), "5.1.1")


class Feed:
    """Grants everything, and keeps how many outcomes and wishes came together."""

    is_ending = False

    def __init__(self) -> None:
        self.commits: list[tuple[int, int]] = []

    def take(self, limit: int) -> Supply:
        del limit
        return Supply()

    def commit(self, outcomes: Sequence[Outcome], wishes: Sequence[Parcel]) -> Collection[Parcel]:
        self.commits.append((len(outcomes), len(wishes)))
        return frozenset(wishes)

    def look_after(self, waits_for: str = "") -> None:
        """Nothing to look after."""

    def may_hand_over(self, parcel: Parcel) -> bool:
        del parcel
        return True


def commits_of(
    connections: int, *turns: Callable[[Ledger], None], gather: float = 0.001
) -> list[tuple[int, int]]:
    """Give the commits that follow from what is asked in some turns of the loop."""
    feed = Feed()

    async def play() -> None:
        is_done = asyncio.Event()

        def written(*_: object) -> None:
            if sum(map(sum, feed.commits)) == len(turns):
                is_done.set()

        ledger = Ledger(feed, on_commit=written, on_supply=lambda _: None, gather=gather)
        ledger.connections = connections
        for turn in turns:
            turn(ledger)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await is_done.wait()
        ledger.close()

    asyncio.run(play())
    return feed.commits


def wish(ledger: Ledger) -> None:
    ledger.wish(parcel(1))


def accept(ledger: Ledger) -> None:
    ledger.record(Answered(parcel(1), Stage.END_OF_DATA, YES))


def refuse(ledger: Ledger) -> None:
    ledger.record(Answered(parcel(1), Stage.RCPT, NO))


def lose(ledger: Ledger) -> None:
    ledger.record(Lost(parcel(1), Loss.AFTER, "closed"))


def test_hand_overs_of_all_connections_share_a_commit():
    assert commits_of(3, wish, wish, wish, gather=60.0) == [(0, 3)]


def test_a_hand_over_does_not_wait_for_who_never_asks():
    assert commits_of(10, wish, wish) == [(0, 2)]


def test_a_reply_waits_for_the_hand_over_after_it():
    assert commits_of(1, accept, wish) == [(1, 1)]


def test_the_last_reply_is_written_though_nothing_follows():
    assert commits_of(2, accept, accept) == [(2, 0)]


def test_a_refusal_and_a_lost_reply_wait_for_nobody():
    assert commits_of(10, refuse, wish)[0] == (1, 0)
    assert commits_of(10, lose, wish)[0] == (1, 0)
