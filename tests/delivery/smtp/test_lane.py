"""One connection against a relay that does anything, with a ledger that grants or refuses."""

import asyncio
import re
from collections import deque
from datetime import UTC, datetime
from random import Random
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.hub import Carrier
from pipeline.delivery.smtp.driver.lane import Lane
from pipeline.delivery.smtp.driver.watch import Watch
from pipeline.delivery.smtp.driver.wire import Wire
from pipeline.delivery.smtp.options import SmtpOptions
from pipeline.delivery.smtp.protocol import SmtpProtocol
from pipeline.delivery.stage import Stage
from pipeline.model.delivery import Lease, Recipient
from pipeline.model.message import Envelope, Message

LEASE = Lease(issue=1, shard=1, epoch=1, owner="us", provider="mail.example")
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def parcel(number: int) -> Parcel:
    address = f"r{number}@mail.example"
    recipient = Recipient(issue=1, shard=1, subscriber_id=number, address=address, expires_at=LATER)
    data = f"Subject: {number}\r\n\r\nHello {number}.\r\n".encode()
    message = Message(f"{number}@news.example", data)
    return Parcel(LEASE, recipient, Envelope("news@news.example", address), message)


def number_of(it: Parcel) -> int:
    return it.recipient.subscriber_id


class Pipe(asyncio.Transport):
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.is_closed = False

    def write(self, data: Any) -> None:
        assert not self.is_closed
        self.written += data

    def is_closing(self) -> bool:
        return self.is_closed

    def abort(self) -> None:
        self.is_closed = True

    def set_write_buffer_limits(self, high: Any = None, low: Any = None) -> None:
        pass


class NoWatch:
    """Time stands still."""

    def now(self) -> float:
        return 0.0

    def add(self, it: object) -> None:
        pass

    remove = add


class Relay:
    """Reads commands one by one, and answers each as it is told."""

    def __init__(self, rng: Random, pipe: Pipe) -> None:
        self.rng = rng
        self.pipe = pipe
        self.read = 0
        self.replies = b""
        self.to = ""
        self.has_sender = self.is_in_data = self.is_closing = False
        #: Messages it took, and readers to whom it said so.
        self.taken: list[int] = []

    def reply(self, *codes: str) -> str:
        code = self.rng.choice(codes)
        self.replies += f"{code} 2.0.0 said of {self.to}\r\n".encode()
        self.is_closing = code == "421"
        return code

    def step(self) -> bool:
        """Answer one more thing; tell whether there was one."""
        rest = bytes(self.pipe.written[self.read :])
        end = b"\r\n.\r\n" if self.is_in_data and not rest.startswith(b".\r\n") else b"\r\n"
        line, found, _ = rest.partition(end)
        if not found or self.is_closing:
            return False
        self.read += len(line) + len(end)
        if self.is_in_data:
            self.is_in_data = False
            self.end(b"" if line == b"." else line + b"\r\n")
            return True
        verb, *words = line.split()
        getattr(self, f"do_{verb.decode().lower()}")(words)
        return True

    def do_rset(self, _: list[bytes]) -> None:
        self.has_sender, self.to = False, ""
        self.reply(*["250"] * 30, "421")

    def do_mail(self, _: list[bytes]) -> None:
        self.has_sender = self.reply(*["250"] * 20, "451", "421")[0] == "2"

    def do_rcpt(self, words: list[bytes]) -> None:
        self.to = words[0].split(b"<")[1].split(b">")[0].decode()
        usual = (*["250"] * 12, "450", "550", "421") if self.has_sender else ("503",)
        if self.reply(*usual)[0] != "2":
            self.to = ""

    def do_data(self, _: list[bytes]) -> None:
        usual = (*["354"] * 12, "451") if self.to else ("354", "503", "554")
        self.is_in_data = self.reply(*usual) == "354"

    def do_bdat(self, words: list[bytes]) -> None:
        size = int(words[0])
        data = bytes(self.pipe.written[self.read : self.read + size])
        assert len(data) == size
        self.read += size
        if self.to:
            self.end(data)
        else:
            self.reply("503")

    def do_quit(self, _: list[bytes]) -> None:
        self.reply("221")

    def end(self, data: bytes) -> None:
        found = re.match(rb"Subject: (\d+)\r\n\r\nHello \1\.\r\n", data)
        if not self.to:
            assert not data, "a message to nobody"
            self.reply("554", "250")
            return
        assert found is not None
        assert self.to == f"r{int(found[1])}@mail.example", "a message to somebody else"
        if self.reply(*["250"] * 12, "452", "554")[0] == "2":
            self.taken.append(int(found[1]))


class Ledger:
    """The pool's side of a lane."""

    def __init__(self, parcels: list[Parcel]) -> None:
        self.left = deque(parcels)
        self.wishes: deque[Parcel] = deque()
        self.granted: set[Parcel] = set()
        self.settled: dict[Parcel, Outcome | None] = {}
        self.is_ending = False
        self.is_over = False

    @property
    def is_drained(self) -> bool:
        return not self.left

    def next_parcel(self, lane: Carrier) -> Parcel | None:
        return self.left.popleft() if self.left else None

    def wish(self, it: Parcel, lane: Carrier) -> None:
        assert it not in self.granted
        self.wishes.append(it)

    def may_hand_over(self, it: Parcel) -> bool:
        assert it in self.granted
        return True

    def record(self, outcome: Outcome) -> None:
        assert outcome.parcel not in self.settled
        assert outcome.parcel not in self.wishes
        self.settled[outcome.parcel] = outcome

    def forgo(self, it: Parcel) -> None:
        assert it not in self.settled
        self.settled[it] = None

    def ended(self, lane: Carrier) -> None:
        self.is_over = True

    def crashed(self, error: BaseException) -> None:
        raise error

    def answer(self, lane: Lane, *, yes: bool) -> None:
        it = self.wishes.popleft()
        if yes:
            self.granted.add(it)
            lane.granted(it)
        else:
            self.settled[it] = None
            lane.refused(it)


def connect(offers: str, window: int, ledger: Ledger) -> tuple[Lane, Wire, Pipe]:
    smtp = SmtpProtocol(ehlo_name="me.example")
    for data in (b"220 relay\r\n", b"250-relay\r\n" + offers.encode() + b"250 HELP\r\n"):
        smtp.receive(data)
        assert smtp.next_event() is not None
        if smtp.state.value == "greeted":
            smtp.ehlo()
    wire, pipe = Wire(smtp, cast("Watch", NoWatch())), Pipe()
    wire.connection_made(pipe)
    options = SmtpOptions(window=window, messages_per_connection=8)
    return Lane(Connection(smtp, wire, options.timeouts), options, ledger), wire, pipe


def hear(wire: Wire, data: bytes) -> None:
    """Let a wire read, as asyncio does it: into the buffer that it gives."""
    while data:
        room = wire.get_buffer(-1)
        read, data = data[: len(room)], data[len(room) :]
        room[: len(read)] = read
        wire.buffer_updated(len(read))


OFFERS = {
    "one by one": ("", 1),
    "in groups": ("250-PIPELINING\r\n", 1),
    "in chunks": ("250-PIPELINING\r\n250-CHUNKING\r\n", 3),
}


class Play:
    """One lane between a relay and a ledger, one step at a time."""

    def __init__(self, rng: Random, manner: str) -> None:
        offers, self.window = OFFERS[manner]
        self.rng = rng
        self.ledger = Ledger([parcel(number) for number in range(6)])
        self.lane, self.wire, self.pipe = connect(offers, self.window, self.ledger)
        self.relay = Relay(rng, self.pipe)
        self.lane.start()

    def hear(self) -> None:
        if self.relay.replies and not self.pipe.is_closed:
            size = len(self.relay.replies)
            cut = self.rng.choice((size, self.rng.randint(1, size)))
            heard, self.relay.replies = self.relay.replies[:cut], self.relay.replies[cut:]
            hear(self.wire, heard)

    def grant(self) -> None:
        if self.ledger.wishes:
            self.ledger.answer(self.lane, yes=not self.ledger.is_ending)

    def refuse(self) -> None:
        if self.ledger.wishes:
            self.ledger.answer(self.lane, yes=False)

    def close(self) -> None:
        self.wire.connection_lost(None)

    def end(self) -> None:
        self.ledger.is_ending = True
        self.lane.turn()

    def expire(self) -> None:
        self.wire.drop("no answer within 600 s")

    def finish(self) -> None:
        """Let everybody do what is to be done."""
        self.ledger.is_ending = True
        while self.ledger.wishes:
            self.refuse()
        self.lane.turn()
        while self.relay.step():
            pass
        if not self.pipe.is_closed:
            hear(self.wire, self.relay.replies)
        self.close()

    def in_hand(self) -> int:
        return sum(it not in self.ledger.settled for it in self.ledger.granted)


@settings(max_examples=600, deadline=None)
@given(st.integers(min_value=0), st.sampled_from(sorted(OFFERS)))
def test_whatever_a_relay_says_each_message_has_one_fate_and_that_is_the_true_one(seed, manner):
    rng = Random(seed)  # noqa: S311 - what happens next, and no secret
    play = Play(rng, manner)
    usual = [play.relay.step, play.hear] * 4 + [play.grant] * 3
    rare = [play.close, play.refuse, play.end, play.expire]
    for _ in range(rng.randint(0, 200)):
        rng.choice(rare if rng.random() < 0.01 else usual)()
        assert play.in_hand() <= play.window
    play.finish()

    ledger, taken = play.ledger, play.relay.taken
    assert ledger.is_over
    assert len(taken) == len(set(taken)), "taken twice"
    assert set(taken) <= {number_of(it) for it in ledger.granted}, "taken without a grant"
    for it in ledger.granted:
        outcome = ledger.settled[it]
        is_taken = number_of(it) in taken
        if isinstance(outcome, Answered):
            is_end = outcome.stage is Stage.END_OF_DATA
            assert is_taken == (is_end and outcome.reply.digit == 2)
            assert not is_end or f"r{number_of(it)}@" in outcome.reply.text, "another's reply"
        else:
            assert isinstance(outcome, Lost)
            assert not is_taken or outcome.loss is Loss.AFTER
