"""Replies that were lost in a row, and how few messages may be in doubt after them.

A relay that hangs up after each terminator gets fewer and fewer messages at a time, and none at
all in the end.
"""

from dataclasses import dataclass, field

from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome
from pipeline.delivery.stage import Stage

#: Replies lost in a row that are no chance any more, however few connections there are.
_FEW = 3


@dataclass(slots=True)
class LostReplies:
    """Counts them, with no complete reply to a terminator between."""

    #: How many messages may be in doubt at any time.
    doubt: int
    in_a_row: int = field(default=0, init=False)

    def note(self, outcome: Outcome) -> str:
        """Give why the issue must be paused; empty while it may go on."""
        if isinstance(outcome, Lost) and outcome.loss is Loss.AFTER:
            self.in_a_row += 1
            if self.in_a_row >= max(self.doubt, _FEW):
                return f"the relay took {self.in_a_row} messages in a row without an answer"
        elif isinstance(outcome, Answered) and outcome.stage is Stage.END_OF_DATA:
            self.hear()
        return ""

    def hear(self) -> None:
        """Note a complete reply to a terminator."""
        self.in_a_row = 0

    def may_take(self, out: int) -> bool:
        """Tell whether one more may be given out beside so many."""
        return not self.in_a_row or out < max(1, self.doubt - self.in_a_row)

    def room(self, handed: int) -> int | None:
        """Give how many more may be handed over beside so many; ``None``: any number."""
        if not self.in_a_row:
            return None
        return max(self.doubt - self.in_a_row - handed, 0 if handed else 1)
