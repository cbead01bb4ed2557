"""A sender killed with SIGKILL, and the readers counted in Postfix's queue and mailboxes."""

from collections import Counter
from functools import partial

import pytest

from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueState
from tests.e2e.newsroom import Newsroom
from tests.mtas import arrivals
from tests.mtas.ways import new_domain
from tests.postfix import Postfix
from tests.sending import check

CONNECTIONS = 4
READERS = 300


@pytest.mark.timeout(300)
def test_kills_of_a_send_through_postfix_lose_nobody_and_mail_nobody_twice(servers, tmp_path):
    server, domain = servers("Postfix"), new_domain()
    assert isinstance(server, Postfix)
    newsroom = Newsroom.make(tmp_path / "site", port=server.port)
    newsroom.set("connections", str(CONNECTIONS))
    newsroom.set("window", "1", table="smtp")
    newsroom.write_qa("tea", answer="Say what you think. " * 400)
    readers = [f"reader-{number}@{domain}" for number in range(1, READERS + 1)]
    newsroom.enlist(readers)
    arrivals.wait_until(server.is_idle, "Postfix keeps messages of another test")
    already = server.taken()

    doubt = 0
    for after, window in ((30, 1), (100, 4), (190, 1)):
        newsroom.set("window", str(window))
        process = newsroom.start("send", *(("--issue", "1") if doubt else ("--now", "--yes")))
        arrivals.wait_until(partial(_has_taken, server, already + after), "nothing is sent")
        process.kill()
        process.communicate()
        doubt += CONNECTIONS * window
    last = newsroom.start("send", "--issue", "1")
    last.communicate()

    # 4: there is doubt, and it is told.
    assert last.returncode in {0, 4}
    with newsroom.site().open_store() as store:
        assert store.issues.get(1).state is IssueState.COMPLETE
        states = {it.address: it.state for it in store.outbox().deliveries(1)}
    assert sorted(states) == sorted(readers)
    check(states, arrivals.counts(arrivals.arrived(server, domain)), doubt=doubt)
    assert set(states.values()) <= {DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT}
    print(Counter(states.values()))  # noqa: T201 - for who looks


def _has_taken(server: Postfix, count: int) -> bool:
    return server.taken() >= count
