"""What is known of a message between its first command and its last reply."""

from typing import Any

from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage


class Group:
    """One message on its way."""

    __slots__ = ("is_chunk", "is_decided", "item", "refusal")

    def __init__(self, item: Any, *, is_chunk: bool) -> None:
        self.item = item
        self.is_chunk = is_chunk
        #: The first refusal, while the rest of the group is still unanswered.
        self.refusal: tuple[Stage, Reply] | None = None
        self.is_decided = False
