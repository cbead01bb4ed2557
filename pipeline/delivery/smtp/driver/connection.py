"""Edge: one connection to the relay while it is opened, and for a single message."""

import contextlib
from dataclasses import dataclass, field

from pipeline.delivery.smtp.driver.wire import GoneError, Wire
from pipeline.delivery.smtp.events import Closed, Decided, Event, Replied, Wanted
from pipeline.delivery.smtp.options import Timeouts
from pipeline.delivery.smtp.protocol import SmtpProtocol
from pipeline.delivery.smtp.steps import State
from pipeline.delivery.stage import Stage
from pipeline.model.message import Envelope, Message


@dataclass(eq=False)
class Connection:
    """An open dialogue. What waits here raises GoneError when the dialogue ends."""

    smtp: SmtpProtocol
    wire: Wire
    timeouts: Timeouts
    #: The terminator of the message in hand was written.
    is_handed: bool = field(default=False, init=False)

    async def ask(self, command: bytes, stage: Stage) -> Replied:
        """Send one command and wait for its reply."""
        self.wire.post(command)
        await self.wire.drain(self.timeouts.command)
        return await self.reply(stage)

    async def reply(self, stage: Stage) -> Replied:
        """Wait for the reply to what was sent last."""
        event = await self._event(stage)
        if not isinstance(event, Replied):
            raise GoneError(f"an answer to no question at {stage.said}")
        return event

    async def send(self, envelope: Envelope, message: Message) -> Decided:
        """See one message through that no ledger knows of."""
        self.wire.post(self.smtp.begin(message, envelope, message))
        while True:
            event = await self._event(self.smtp.expected or Stage.END_OF_DATA)
            match event:
                case Decided():
                    return event
                case Wanted():
                    self.wire.post(self.smtp.body(message))
                    await self.wire.drain(self.timeouts.block)
                    self.wire.post(self.smtp.finish())
                    self.is_handed = True
                case _:
                    raise GoneError("an answer to no question")

    async def quit(self) -> None:
        """Take leave, and close; nothing depends on the answer."""
        with contextlib.suppress(GoneError):
            if self.wire.peek() is None and self.smtp.can_quit:
                await self.ask(self.smtp.quit(), Stage.QUIT)
        self.wire.abort()

    async def _event(self, stage: Stage) -> Event:
        event = await self.wire.event(self.timeouts.after(stage), stage.said)
        match event:
            case Closed(reply=None):
                raise GoneError(f"the relay closed the connection at {self.smtp.stage.said}")
            case Closed():
                raise GoneError(f"the relay closes the connection: {event.reply}")
            case _:
                return event

    @property
    def is_open(self) -> bool:
        return self.smtp.state is not State.CLOSED
