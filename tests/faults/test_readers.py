"""Lists with something odd in them: a slow provider, hostile names, one mailbox twice."""

from typing import Any

import pytest

from pipeline.audience.addresses import canonical, parse
from pipeline.delivery.composing import Composer
from pipeline.model.address import Address
from pipeline.model.delivery import DeliveryState
from pipeline.model.edition import Placeholder, Template
from pipeline.store.opening import open_store
from tests.delivery.test_composing import LETTERHEAD
from tests.factories import NOON, make_edition
from tests.fault_sink import Action, FaultSink, Say
from tests.faults.mailing import IN_GROUPS, Compose, Mailing
from tests.sending import ISSUE
from tests.store import ledgers

S = DeliveryState
#: What ends a message early for one server or another (VU#302671), and what would follow.
SMUGGLED = [
    f"{before}.{after}MAIL FROM:<evil@evil.example>{after}RCPT TO:<evil@evil.example>{after}DATA"
    for before in ("\r\n", "\n", "\r", "\r\r\n", "\n\r\n")
    for after in ("\r\n", "\n", "\r", "\x00\r\n")
]


@pytest.fixture
def open_mailing(tmp_path, sink, manner):
    opened = []

    def open_mailing():
        opened.append(Mailing(folder=tmp_path, sink=sink, manner=manner))
        return opened[-1]

    yield open_mailing
    for mailing in opened:
        mailing.close()


class BusyProvider(FaultSink):
    """Says of one provider's readers that they are to come later, until it forgets its rules."""

    is_busy = True

    def action(self, step: str, recipient: str) -> Action | None:
        if self.is_busy and step == "RCPT" and recipient.endswith("@slow.example"):
            return Say("421 4.7.28 slow.example is too busy")
        return super().action(step, recipient)

    def forget_rules(self) -> None:
        super().forget_rules()
        self.is_busy = False


@pytest.fixture
def busy(manner):
    with BusyProvider(capabilities=manner.capabilities) as sink:
        yield sink


@pytest.mark.fault(53)
@pytest.mark.parametrize("manner", [IN_GROUPS], indirect=True)
@pytest.mark.parametrize(
    ("few", "many"),
    [
        pytest.param(100, 1_000, id="a-thousand"),
        pytest.param(
            10_000,
            90_000,
            marks=[pytest.mark.soak, pytest.mark.timeout(900)],
            id="a-hundred-thousand",
        ),
    ],
)
def test_a_provider_that_says_later_holds_up_nobody_else(tmp_path, manner, busy, few, many):
    slow = [f"r{number}@slow.example" for number in range(few)]
    others = [f"r{number}@mail.example" for number in range(many)]
    with open_store("sqlite:///mailbag.db", folder=tmp_path) as store:
        ledgers.add_readers(store, slow, provider="slow.example")
        ledgers.add_readers(store, others)
        ledgers.begin(store)
        ledgers.freeze(store)
    mailing = Mailing(folder=tmp_path, sink=busy, manner=manner)

    for _ in range(2):
        # Each look at the run lasts two minutes: it asks the slow one ever more seldom.
        mailing.run(run={"stop": lambda: mailing.clock.advance(120)})
        mailing.clock.advance(60)

    states = mailing.states()
    assert {states[it] for it in others} == {S.ACCEPTED}
    assert {states[it] for it in slow} <= {S.QUEUED, S.DEFERRED}
    mailing.clock.advance(4 * 3600)
    assert mailing.settle() == {S.ACCEPTED: few + many}
    mailing.close()


@pytest.mark.fault(54)
def test_no_field_can_hold_what_ends_a_message(open_mailing, tmp_path, sink):
    ledgers.on_sqlite(tmp_path, ["reader-1@mail.example"]).store.close()
    for hostile in SMUGGLED:
        with pytest.raises(ValueError, match=r".+"):
            parse(f"a{hostile}@mail.example")
        with pytest.raises(ValueError, match=r".+"):
            Address("reader-1@mail.example", f"Jo {hostile}")
        with pytest.raises(ValueError, match=r".+"):
            _compose(subject=hostile)
    link = Placeholder.UNSUBSCRIBE_URL
    text = Template((f"Hello.{''.join(SMUGGLED)}\r\n.\r\n", link, "\r\n.\r\n"))
    html = Template((f"<p>Hello.{''.join(SMUGGLED)}\r\n.\r\n", link, "\r\n.\r\n</p>"))
    mailing = open_mailing()

    report = mailing.run(compose=_compose(text=text, html=html))

    assert report.accepted == 1
    assert len(sink.messages) == len(sink.said("MAIL")) == 1
    assert b"\r\n.\r\n" not in sink.messages[0].data
    assert not sink.violations


@pytest.mark.fault(55)
def test_one_mailbox_in_several_spellings_gets_one_mail(open_mailing, tmp_path, sink):
    spellings = [
        "jo@bücher.example",
        "JO@xn--bcher-kva.example",
        "Jo@BÜCHER.example",
        "j.o@bücher.example",
        "jo+tea@bücher.example",
    ]
    readers = [ledgers.make_reader(canonical(it), address=it) for it in spellings]
    with open_store("sqlite:///mailbag.db", folder=tmp_path) as store:
        store.subscribers.add_all(enumerate(readers, start=2), now=NOON)
        ledgers.begin(store)
        ledgers.freeze(store)
    mailing = open_mailing()

    report = mailing.run(compose=_compose())

    # Dots and tags may make another mailbox; case and the form of the domain never do.
    assert report.accepted == 3
    mails = [canonical(it.recipient) for it in sink.messages]
    assert len(mails) == len(set(mails)) == 3


def _compose(**changes: Any) -> Compose:
    return Composer(
        make_edition(ISSUE, **changes),
        LETTERHEAD,
        nonce="1f2e3d4c",
        date=NOON,
        unsubscribe_url=lambda recipient: f"https://news.example/u/{recipient.subscriber_id}",
    ).compose
