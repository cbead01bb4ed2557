"""An SMTP and LMTP server that does wrong on demand, at any step, and counts what it took.

::

    with FaultSink() as sink:
        sink.on("RCPT", Say("550 5.1.1 no such user"), to="gone@mail.example")
        sink.on(".", Drop(), times=1)
        ...
        assert sink.counts["reader@mail.example"] == 1

Without a rule it is a correct server, and a strict one: what a client may not do is in
``violations``. Steps, in the order of a dialogue:

========= =================================================================
CONNECT   somebody is there
EHLO      or HELO, or LHLO
STARTTLS  the command is in; HANDSHAKE: its reply is out, or TLS is spoken from the first byte
AUTH      everything was said
MAIL      and RCPT, DATA, RSET, QUIT: the command is in
BDAT      the command is in, its octets are not; a reply waits for them
BODY      so many octets of the message are in (``at_byte``, the first by default)
CHUNK     all octets of a BDAT that is not the last are in
.         the terminator is in, or the last octet of ``BDAT LAST``
IDLE      a reply was sent to that
========= =================================================================
"""

from tests.fault_sink.actions import Action, Do, Drop, Say, Stall
from tests.fault_sink.record import Taken
from tests.fault_sink.server import FaultSink

__all__ = ["Action", "Do", "Drop", "FaultSink", "Say", "Stall", "Taken"]
