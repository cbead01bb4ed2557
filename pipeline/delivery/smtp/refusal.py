"""A relay that refuses the session, or does not begin it, before any message."""

from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError


class NoGreetingError(RelayError):
    """The relay took the connection, and said nothing."""


class SessionRefusedError(RelayError):
    """The relay refuses the session, and says so in a reply that can be judged."""

    def __init__(
        self, message: str, stage: Stage, reply: Reply, *, place: str, remedy: str
    ) -> None:
        super().__init__(message, place=place, remedy=remedy)
        self.stage = stage
        self.reply = reply

    @property
    def is_of_the_login(self) -> bool:
        """Whether the user name and the password were refused for good."""
        return self.stage is Stage.AUTH and self.reply.digit == 5
