"""What a relay answers (RFC 5321, section 4.2), read however its bytes are cut."""

import re
from dataclasses import dataclass

from pipeline.model.controls import CONTROL

#: A reply longer than this, in octets, is no reply but an attack or a fault.
REPLY_LIMIT = 32 * 1024

_LINE = re.compile(r"([2-5][0-9]{2})(?:(-)|(?![0-9]))(.*)", re.DOTALL)
#: What nearly every reply is: one line of visible ASCII.
_USUAL = re.compile(rb"([2-5][0-9]{2}) ([ -~]*)\r\n")
_REST = rb" [ -~]{0,506}\r\n"
#: Three of them that say yes: to RSET, MAIL and RCPT.
_THREE = re.compile(rb"(?:2[0-9]{2}" + _REST + rb"){3}")
#: Five: yes to the end of a message, those three, and "go on" to the DATA of the next message.
_FIVE = re.compile(
    rb"(2[0-9]{2}) ([ -~]{0,506})\r\n" + _THREE.pattern + rb"3[0-9]{2}" + _REST,
)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


class RelayFaultError(Exception):
    """The relay said something that is not SMTP; the connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One complete reply; its lines are hostile text without control characters."""

    #: Of the last line: relays that change the code on the way mean the last one.
    code: int
    #: What stands behind the codes, a line each; may be empty strings.
    lines: tuple[str, ...] = ("",)
    #: RFC 3463, such as ``5.1.1``; empty when there is none.
    enhanced_code: str = ""

    @property
    def digit(self) -> int:
        """The first digit, which alone decides: 2 done, 3 go on, 4 later, 5 never."""
        return self.code // 100

    @property
    def text(self) -> str:
        if len(self.lines) == 1:
            return self.lines[0]
        return " ".join(line for line in self.lines if line)

    @property
    def words(self) -> str:
        """The lines without the enhanced code in front of each."""
        return "\n".join(line.removeprefix(self.enhanced_code).strip() for line in self.lines)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


class ReplyParser:
    """Bytes in, replies out. Most replies need only their code, so the rest is read on demand."""

    def __init__(self) -> None:
        self._buffer = b""
        #: Where in the buffer the next reply begins.
        self._start = 0
        #: Where in the buffer no line end has been looked for yet.
        self._searched = 0
        self._lines: list[str] = []
        self._size = 0
        #: The last reply, as it was found, or as it was put together.
        self._usual: re.Match[bytes] | None = None
        self._last: tuple[int, tuple[str, ...]] = (0, ())

    def feed(self, data: bytes) -> None:
        self._buffer = self._buffer[self._start :] + data
        self._searched -= self._start
        self._start = 0

    def clear(self) -> None:
        """Forget what came in; nothing said before TLS may count after it (RFC 3207, 4.2)."""
        self._buffer = b""
        self._lines.clear()
        self._start = self._searched = self._size = 0

    def next(self) -> Reply | None:
        """Give the next complete reply, ``None`` when there is none yet.

        Raises RelayFaultError for a line that is no reply, or for more than 32 KB of one.
        """
        return self.last if self.next_code() else None

    def next_code(self) -> int:
        """Give the code of the next complete reply, 0 when there is none yet; like :meth:`next`."""
        if self._start == len(self._buffer):
            return 0
        if not self._lines:
            usual = _USUAL.match(self._buffer, self._start)
            if usual is not None and usual.end() - self._start <= REPLY_LIMIT:
                self._start = self._searched = usual.end()
                self._usual = usual
                return int(usual[1])
        self._usual = None
        return self._next_line()

    def skip_three(self) -> bool:
        """Pass over the next three replies if each is one usual line that says yes."""
        if self._lines:
            return False
        found = _THREE.match(self._buffer, self._start)
        if found is None:
            return False
        self._start = self._searched = found.end()
        return True

    def skip_five(self) -> Reply | None:
        """Pass over the replies to an end of data and to the group behind it, all usual ones.

        Gives the first, if it and the next three say yes and the last one "go on".
        """
        if self._lines:
            return None
        found = _FIVE.match(self._buffer, self._start)
        if found is None:
            return None
        self._start = self._searched = found.end()
        self._usual = found
        return self.last

    @property
    def last(self) -> Reply:
        """The reply whose code was given last."""
        if self._usual is not None:
            code, text = self._usual.groups()
            self._last, self._usual = (int(code), (text.decode("ascii").strip(),)), None
        code, lines = self._last
        for line in lines:
            found = _ENHANCED.match(line)
            if found is not None:
                return Reply(code, lines, found[1])
        return Reply(code, lines)

    def _next_line(self) -> int:
        while (end := self._buffer.find(b"\n", self._searched)) >= 0:
            raw = self._buffer[self._start : end + 1]
            self._start = self._searched = end + 1
            self._size += len(raw)
            self._refuse_flood(self._size)
            line = raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
            found = _LINE.fullmatch(line)
            if found is None:
                raise RelayFaultError(f"no SMTP reply: {_printable(line)[:80]!r}")
            code, more, text = found.groups()
            self._lines.append(_printable(text).strip())
            if not more:
                return self._complete(int(code))
        self._searched = len(self._buffer)
        self._refuse_flood(self._size + len(self._buffer) - self._start)
        return 0

    def _complete(self, code: int) -> int:
        self._last = code, tuple(self._lines)
        self._lines.clear()
        self._size = 0
        return code

    def _refuse_flood(self, size: int) -> None:
        if size > REPLY_LIMIT:
            raise RelayFaultError(f"a reply of more than {REPLY_LIMIT} octets")


def _printable(text: str) -> str:
    return CONTROL.sub(lambda control: f"\\x{ord(control.group()):02x}", text)
