"""What a sink is told to do in place of the usual, and when."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Say:
    """Answer with these lines instead of the usual ones; perhaps close after them.

    At the terminator, a text that begins with 2 says that the message is kept.
    """

    text: str
    drop: bool = False
    #: Seconds between two bytes; ``None``: all at once.
    byte_by_byte: float | None = None
    #: Send these octets as they are, with no line end added.
    raw: bytes | None = None
    #: At BDAT: as a server that never heard of it, take its octets for commands.
    is_ignorant: bool = False

    @property
    def data(self) -> bytes:
        return self.raw if self.raw is not None else f"{self.text}\r\n".encode()


@dataclass(frozen=True)
class Drop:
    """Close without an answer. At the terminator: ``takes`` says whether the message is kept."""

    takes: bool = False
    #: Replies to what came before it in the same group are lost too.
    swallows: bool = False
    #: By a reset, which also destroys what the client has not read yet.
    resets: bool = False


@dataclass(frozen=True)
class Stall:
    """Do nothing for so long, then go on as usual."""

    seconds: float
    #: Set as soon as the stalling begins.
    begun: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Do:
    """Call this, then go on as usual: to kill whoever waits for the answer, for one."""

    call: Callable[[], object]


Action = Say | Drop | Stall | Do


@dataclass
class Rule:
    """Does something at a step, so many times, after so many usual ones."""

    step: str
    action: Action
    times: int
    after: int
    #: Only for this recipient; empty: for all.
    to: str
    #: ``times`` and ``after`` count for each recipient by itself.
    each: bool
    #: At BODY: how many octets must be in.
    at_byte: int
    _seen: Counter[str] = field(default_factory=Counter, init=False)

    def applies(self, step: str, recipient: str) -> bool:
        """Tell whether this is one of its times, and count it."""
        if self.step != step or (self.to and self.to != recipient):
            return False
        key = recipient if self.each else ""
        if self._seen[key] >= self.after + self.times:
            return False
        self._seen[key] += 1
        return self._seen[key] > self.after
