"""Edge: one open connection that carries parcels, driven by what comes in.

::

    begin a group -> body -> wish -> granted -> terminator, and the next group, in one write
    wish -> granted -> a whole message in one write, up to the window        (CHUNKING)

Nothing waits here: the wire calls when something came in or room was made, the ledger when a
hand-over is granted or not.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from pipeline.delivery.parcel import Answered, Foreseen, Loss, Lost, Outcome, Parcel
from pipeline.delivery.smtp.driver.connection import Connection
from pipeline.delivery.smtp.driver.hub import Hub
from pipeline.delivery.smtp.driver.wire import GoneError
from pipeline.delivery.smtp.events import ChunkingBroken, Closed, Decided, Event, Replied, Wanted
from pipeline.delivery.smtp.options import SmtpOptions, Timeouts
from pipeline.delivery.smtp.steps import State
from pipeline.delivery.stage import Stage

#: By names of their own: see :mod:`pipeline.delivery.smtp.session`.
_CLOSED, _RSET, _MAIL = State.CLOSED, Stage.RSET, Stage.MAIL


class Lane:
    """Carries parcels until the connection ends, for whatever reason."""

    def __init__(
        self, connection: Connection, options: SmtpOptions, hub: Hub, *, chunking: bool = True
    ) -> None:
        self.is_over = False
        #: What went wrong, when that says something about the relay.
        self.failure = ""
        #: A message was answered, and the connection went on.
        self.has_served = False
        #: A group was answered that was sent in one piece.
        self.has_pipelined = False
        #: BDAT was unknown though the relay had offered it.
        self.is_chunking_broken = False
        self._smtp = connection.smtp
        self._wire = connection.wire
        self._timeouts = options.timeouts
        self._limits = _limits(options.timeouts)
        self._hub = hub
        self._left = min(
            connection.smtp.capabilities.mail_max or math.inf, options.messages_per_connection
        )
        self._window = options.window if chunking and connection.smtp.can_chunk else 1
        self._chunks = self._window > 1
        #: A first message was answered after BDAT; until then there is no second one.
        self._is_chunking_known = False
        #: Messages that got a complete reply, whatever it was.
        self._answered = 0
        #: The parcel that was begun and is not handed over yet.
        self._held: Parcel | None = None
        self._is_poured = False
        #: Wishes without an answer, and what happened meanwhile.
        self._wished: dict[Parcel, Outcome | None] = {}
        #: Granted, not written: there is no room yet.
        self._granted: deque[Parcel] = deque()
        #: Handed over, not answered.
        self._handed: deque[Parcel] = deque()
        self._is_leaving = False
        #: What the deadline is for: replies so far, what the next one answers, room or not.
        self._awaited: tuple[int, Stage | None, bool] = (0, None, False)

    def start(self) -> None:
        """Begin to carry."""
        self._wire.on_change = self.turn
        self.turn()

    def turn(self) -> None:
        """Look at everything that may have changed, and go on."""
        self._guard(self._turn)

    def abandon(self) -> None:
        """Close at once, with nothing settled: the run failed."""
        self.is_over = True
        self._wire.abort()

    def granted(self, parcel: Parcel) -> None:
        """Hear that the hand-over is committed: from here on there must be an outcome."""
        fate = self._wished.pop(parcel)
        if self.is_over:
            why = "the connection ended before the message was handed over"
            self._hub.record(fate or Lost(parcel, Loss.UNTRIED, why))
            return
        if self._chunks:
            self._granted.append(parcel)
            self.turn()
        else:
            self._guard(partial(self._finish, parcel))

    def refused(self, parcel: Parcel) -> None:
        """Hear that it must not be handed over."""
        del self._wished[parcel]
        if self.is_over:
            return
        if not self._chunks:
            # DATA has no way to stop but to hang up.
            self._held = None
            self._end("")
            return
        self.turn()

    def _guard(self, step: Callable[[], None]) -> None:
        if self.is_over:
            return
        try:
            step()
        except GoneError as gone:
            self._end(str(gone))
        except Exception as error:  # noqa: BLE001 - asyncio would only log it
            self._end("the program failed")
            self._hub.crashed(error)

    # -- what came in

    def _turn(self) -> None:
        while not self.is_over and (event := self._wire.peek()) is not None:
            self._hear(event)
        if self.is_over:
            return
        if self._wire.gone:
            raise GoneError(self._wire.gone)
        if self._smtp.state is _CLOSED:
            raise GoneError("the relay closed the connection")
        self._go_on()

    def _hear(self, event: Event) -> None:
        match event:
            case Wanted():
                self.has_pipelined = self._smtp.is_pipelining
                if self._hub.is_ending:
                    raise GoneError("the run ends")
                self._wire.post(self._smtp.body(event.item.message))
                self._is_poured = True
            case Decided():
                self._decided(event)
            case ChunkingBroken():
                self.is_chunking_broken = True
                self._handed.remove(event.item)
                why = f"the relay offers CHUNKING and does not know BDAT: {event.reply}"
                self._hub.record(Lost(event.item, Loss.UNTRIED, why))
                raise GoneError(why)
            case Closed():
                raise GoneError(
                    f"the relay closes the connection: {event.reply}"
                    if event.reply
                    else f"the relay closed the connection at {self._smtp.stage.said}"
                )
            case Replied():  # to QUIT
                self._end("")

    def _decided(self, event: Decided) -> None:
        parcel, reply = event.item, event.reply
        is_closed = self._smtp.state is _CLOSED
        outcome: Outcome = Answered(parcel, event.stage, reply)
        if event.stage is _RSET or (event.stage is _MAIL and reply.code == 421 and self._answered):
            # Said to the connection, and not to the message.
            loss = Loss.UNTRIED if self._answered else Loss.BEFORE
            if self._chunks and reply.code != 421:
                # All of the message is out, and a relay that goes on may take it all the same.
                loss = Loss.AFTER
            outcome = Lost(parcel, loss, f"the relay closes the connection: {reply}")
        else:
            self._answered += 1
            self.has_pipelined = self._smtp.is_pipelining
        if reply.code == 421:
            self._left = 0
        if is_closed and self._answered <= 1:
            self.failure = f"the relay closes the connection: {reply}"
        else:
            self.has_served = self.has_served or bool(self._answered)
        if parcel in self._wished:
            self._wished[parcel] = outcome  # an answer before its time; the ledger's comes first
        else:
            self._hub.record(outcome)
        if parcel is self._held:
            self._held = None
        else:
            self._handed.remove(parcel)
            self._is_chunking_known = True

    # -- what goes out

    def _go_on(self) -> None:
        more = self._smtp.go_on()
        if more:
            self._wire.post(more)
        if self._smtp.state is _CLOSED:
            raise GoneError("")
        if self._is_poured and not self._wire.is_full and self._held is not None:
            self._is_poured = False
            self._wish(self._held)
        if self._granted:
            self._stream()
        begun = self._begin()
        if begun:
            self._wire.post(begun)
        if self.is_over:
            return
        if self._is_idle and (self._hub.is_ending or self._hub.is_drained or not self._left):
            self._leave()
        elif self._hub.is_ending and not (self._handed or self._wished):
            raise GoneError("the run ends")
        self._allow()

    def _begin(self) -> bytes:
        """Begin what can be begun; with CHUNKING that is a wish."""
        written = b""
        while self._has_room():
            parcel = self._hub.next_parcel(self)
            if parcel is None:
                break
            lack = self._smtp.foresee(parcel.envelope, parcel.message)
            if lack is not None:
                self._hub.record(Foreseen(parcel, lack))
                continue
            self._left -= 1
            if self._chunks:
                self._wish(parcel)
                continue
            self._held = parcel
            written = self._smtp.begin(parcel, parcel.envelope, parcel.message)
        return written

    def _has_room(self) -> bool:
        if self._hub.is_ending or not self._left or self._is_leaving:
            return False
        if not self._chunks:
            return self._held is None and self._smtp.can_begin
        window = self._window if self._is_chunking_known else 1
        return len(self._wished) + len(self._granted) + len(self._handed) < window

    def _wish(self, parcel: Parcel) -> None:
        self._wished[parcel] = None
        self._hub.wish(parcel, self)

    def _finish(self, parcel: Parcel) -> None:
        """Write the terminator, and with it the next group if there is one."""
        if not self._is_live(parcel):
            self._held = None
            raise GoneError("")
        terminator = self._smtp.finish()
        self._held = None
        self._handed.append(parcel)
        self._wire.post(terminator + self._begin())
        self._allow()

    def _stream(self) -> None:
        """Write whole messages, each only when the kernel has taken the one before."""
        while self._granted and not self._wire.is_full:
            parcel = self._granted.popleft()
            if not self._smtp.can_begin:
                self._hub.record(Lost(parcel, Loss.UNTRIED, "the relay takes leave"))
            elif self._is_live(parcel):
                data = self._smtp.chunk(parcel, parcel.envelope, parcel.message)
                self._handed.append(parcel)
                self._wire.post(data)

    def _is_live(self, parcel: Parcel) -> bool:
        if self._hub.may_hand_over(parcel):
            return True
        why = "the lease ended before the terminator"
        self._hub.record(Lost(parcel, Loss.UNTRIED, why))
        return False

    def _allow(self) -> None:
        """Say until when something must happen; asked again, it says no other time."""
        expected, is_full = self._smtp.expected, self._wire.is_full
        awaited = (self._smtp.replies, expected, is_full)
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._smtp.is_dismissed:
            self._wire.allow(self._timeouts.quit, "the relay said 421 and did not close")
        elif expected is not None:
            self._wire.allow(*self._limits[expected])
        elif is_full:
            seconds = self._timeouts.block
            self._wire.allow(seconds, f"the relay did not take the data within {seconds:g} s")
        else:
            self._wire.deadline = math.inf

    def _leave(self) -> None:
        if not self._is_leaving:
            if not self._smtp.can_quit:
                self._end("")
                return
            self._is_leaving = True
            self._wire.post(self._smtp.quit())

    # -- the end

    @property
    def _is_idle(self) -> bool:
        return not (self._held or self._wished or self._granted or self._handed)

    def _end(self, why: str) -> None:
        """Settle everything that got no reply; the connection is of no more use."""
        if self.is_over:
            return
        self.is_over = True
        is_half_written = self._wire.is_full and self._wire.tls is None
        is_dismissed = self._smtp.is_dismissed and not self._wire.gone
        is_untried = bool(self._answered) and not self._smtp.is_trying
        self._wire.abort()
        while (event := self._smtp.next_event()) is not None:
            if isinstance(event, Decided):
                self._decided(event)
        is_ours = self._is_leaving or self._hub.is_ending or self.is_chunking_broken
        if not (self._answered or is_ours):
            self.failure = self.failure or why
        if self._held is not None:
            self._lose_held(self._held, Loss.UNTRIED if is_untried else Loss.BEFORE, why)
        for number, parcel in enumerate(self._handed, start=1):
            # Its last octets are still here, so the relay does not have it.
            is_here = self._chunks and is_half_written and number == len(self._handed)
            loss = Loss.UNTRIED if is_dismissed else Loss.BEFORE if is_here else Loss.AFTER
            self._lose(Lost(parcel, loss, why))
        for parcel in self._granted:
            self._lose(Lost(parcel, Loss.UNTRIED, why))
        self._hub.ended(self)

    def _lose_held(self, parcel: Parcel, loss: Loss, why: str) -> None:
        if parcel in self._wished:
            self._wished[parcel] = Lost(parcel, loss, why)
            self.failure = self.failure or why
        elif self._hub.is_ending:
            self._hub.forgo(parcel)
        else:
            self._lose(Lost(parcel, loss, why))

    def _lose(self, lost: Lost) -> None:
        if lost.loss is not Loss.UNTRIED:
            self.failure = self.failure or lost.why
        self._hub.record(lost)


@lru_cache(maxsize=1)
def _limits(timeouts: Timeouts) -> Mapping[Stage, tuple[float, str]]:
    """Give, by what a reply answers, how long it may take and what is wrong after that."""
    limits = {stage: timeouts.after(stage) for stage in Stage}
    return {
        stage: (seconds, f"no answer to {stage.said} within {seconds:g} s")
        for stage, seconds in limits.items()
    }
