"""Edge: one connection to the relay, from the first byte to QUIT."""

import contextlib
from dataclasses import dataclass, field
from functools import partial

from pipeline.delivery.parcel import Loss
from pipeline.delivery.smtp.driver.wire import GoneError, Wire
from pipeline.delivery.smtp.options import SmtpOptions, Timeouts
from pipeline.delivery.smtp.protocol import BodySent, Closed, Replied, SmtpProtocol, State
from pipeline.delivery.stage import Stage
from pipeline.model.message import Envelope, Message


@dataclass(eq=False)
class Connection:
    """An open dialogue. Every method but the last two raises GoneError when it ends."""

    smtp: SmtpProtocol
    wire: Wire
    timeouts: Timeouts
    #: Transactions begun.
    begun: int = field(default=0, init=False)
    #: Messages that got a complete reply, whatever it was.
    answered: int = field(default=0, init=False)
    #: The terminator of the message in hand was written.
    is_handed: bool = field(default=False, init=False)
    #: What the relay was asked last.
    stage: Stage = field(default=Stage.GREETING, init=False)

    async def ask(self, command: bytes, stage: Stage) -> Replied:
        """Send one command and wait for its reply."""
        self.stage = stage
        await self.wire.write(command, self.timeouts.command)
        return await self.reply()

    async def reply(self) -> Replied:
        """Wait for the reply to what was sent last."""
        event = await self.wire.event(self._patience(), self.stage.upper())
        match event:
            case Replied():
                return event
            case Closed(reply=None):
                raise GoneError(f"the relay closed the connection at {self.stage.upper()}")
            case Closed():
                raise GoneError(f"the relay closes the connection: {event.reply}")
            case BodySent():
                raise AssertionError("nobody waits for a reply while the body goes out")

    async def offer(self, envelope: Envelope, message: Message) -> Replied | None:
        """Do everything but the terminator; ``None`` when it is all that is missing."""
        foreseen = self.smtp.foresee(envelope.mail_from, envelope.rcpt_to, len(message.data))
        if foreseen is not None:
            return foreseen
        self.is_handed = False
        if self.smtp.state is not State.READY:
            reset = await self.ask(self.smtp.rset(), Stage.RSET)
            if reset.reply.digit != 2:
                raise GoneError(f"the relay refuses RSET: {reset.reply}")
        self.begun += 1
        mail = partial(self.smtp.mail, envelope.mail_from, envelope.rcpt_to, len(message.data))
        rcpt = partial(self.smtp.rcpt, envelope.rcpt_to)
        for stage, command in (
            (Stage.MAIL, mail),
            (Stage.RCPT, rcpt),
            (Stage.DATA, self.smtp.data),
        ):
            replied = await self.ask(command(), stage)
            if replied.reply.code == 421 and self.loss is Loss.UNTRIED:
                raise GoneError(f"the relay closes the connection: {replied.reply}")
            if replied.reply.digit in {4, 5}:
                return self._answered(replied)
        return await self._pour(message.data)

    async def _pour(self, data: bytes) -> Replied | None:
        body = self.smtp.body(data)
        try:
            await self.wire.write(body, self.timeouts.block)
        except GoneError:
            early = self.early_refusal()
            if early is None:
                raise
            return early
        return self.early_refusal()

    def early_refusal(self) -> Replied | None:
        """Look for a refusal that came before the terminator.

        Raises GoneError when the relay closed the connection meanwhile.
        """
        while (event := self.wire.peek()) is not None:
            match event:
                case Replied():
                    return self._answered(event)
                case Closed():
                    raise GoneError("the relay closed the connection during the message")
                case BodySent():
                    continue
        return None

    def finish(self) -> None:
        """Write the terminator: from here on the relay may have the message."""
        self.wire.post(self.smtp.finish())
        self.is_handed = True
        self.stage = Stage.END_OF_DATA

    async def verdict(self) -> Replied:
        """Wait for the reply to the terminator."""
        return self._answered(await self.reply())

    @property
    def loss(self) -> Loss:
        """What it means for the message in hand if the connection ends now."""
        if self.is_handed:
            return Loss.AFTER
        if self.answered and self.stage in {Stage.RSET, Stage.MAIL}:
            return Loss.UNTRIED  # relays close a connection after some messages without a word
        return Loss.BEFORE

    def allowance(self, options: SmtpOptions) -> int:
        """Give how many transactions the connection may carry (RFC 9422, LIMITS MAILMAX)."""
        most = options.messages_per_connection
        return min(self.smtp.capabilities.mail_max or most, most)

    @property
    def is_open(self) -> bool:
        return self.smtp.state is not State.CLOSED

    def is_usable(self) -> bool:
        """Tell whether another transaction can be begun; hear what the relay said meanwhile."""
        try:
            self.wire.peek()
        except GoneError:
            return False
        return self.smtp.state in {State.READY, State.OPEN} and not self.smtp.is_awaiting

    async def quit(self) -> None:
        """Take leave, and close; nothing depends on the answer."""
        if self.is_usable():
            with contextlib.suppress(GoneError):
                await self.ask(self.smtp.quit(), Stage.QUIT)
        self.wire.abort()

    def _answered(self, replied: Replied) -> Replied:
        self.answered += 1
        return replied

    def _patience(self) -> float:
        match self.stage:
            case Stage.GREETING:
                return self.timeouts.greeting
            case Stage.DATA:
                return self.timeouts.data
            case Stage.END_OF_DATA:
                return self.timeouts.final
            case Stage.QUIT:
                return self.timeouts.quit
            case _:
                return self.timeouts.command
