"""A relay that refuses the session, before any message."""

from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError


class SessionRefusedError(RelayError):
    """The relay refuses the session, and says so in a reply that can be judged."""

    def __init__(
        self, message: str, stage: Stage, reply: Reply, *, place: str, remedy: str
    ) -> None:
        super().__init__(message, place=place, remedy=remedy)
        self.stage = stage
        self.reply = reply
