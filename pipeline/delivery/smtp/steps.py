"""The tables of the SMTP dialogue: what may be sent where, and what each reply leads to.

Rule: whatever changes the state of a dialogue stands here. There are two views of it. The state
by the replies read moves by :data:`STEPS`; the state as it will be if every command sent so far is
taken moves by :data:`SENDS`, and tells what may be sent before the replies are there (RFC 2920).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipeline.delivery.stage import Stage


class StepError(ValueError):
    """The caller wants to send what cannot be sent now; a mistake of the program."""


class State(StrEnum):
    """Where the dialogue stands."""

    #: Nothing was read yet.
    START = "start"
    #: The relay named itself; or TLS began and everything is forgotten.
    GREETED = "greeted"
    #: EHLO is done and no transaction is open.
    READY = "ready"
    #: The relay agreed to TLS; nothing may be said before the handshake.
    HANDSHAKE = "handshake"
    #: In the middle of AUTH.
    LOGIN = "login"
    #: MAIL was taken.
    MAILED = "mailed"
    #: RCPT was taken.
    ADDRESSED = "addressed"
    #: A transaction in which something was refused; it must be left by RSET.
    OPEN = "open"
    #: MAIL was refused, and RCPT was taken all the same: nobody knows whose transaction it is.
    ASTRAY = "astray"
    #: The relay waits for the message.
    BODY = "body"
    #: The relay waits for a message to nobody, since the recipient was refused.
    VOID = "void"
    #: The message is out, its terminator is not.
    HELD = "held"
    #: Sent was what must be the last of its group; only its reply tells how to go on.
    WAITING = "waiting"
    #: No more is said or believed.
    CLOSED = "closed"


_S, _G = State, Stage

_REFUSED = {4: _S.OPEN, 5: _S.OPEN}
_STAYS = {2: _S.OPEN, **_REFUSED}
_RESET = {2: _S.READY, 4: _S.CLOSED, 5: _S.CLOSED}
_LEFT = {2: _S.CLOSED, 4: _S.CLOSED, 5: _S.CLOSED}

#: (state, what was sent) -> first digit of the reply -> state. A digit that is not here is a fault
#: of the relay. A 421 closes, whatever stands here. END_OF_DATA is sent as the terminator after
#: DATA, or as ``BDAT n LAST`` right after RCPT (RFC 3030).
STEPS: Mapping[tuple[State, Stage], Mapping[int, State]] = MappingProxyType(
    {
        (_S.START, _G.GREETING): {2: _S.GREETED, 4: _S.CLOSED, 5: _S.CLOSED},
        (_S.GREETED, _G.EHLO): {2: _S.READY, 4: _S.GREETED, 5: _S.GREETED},
        (_S.READY, _G.STARTTLS): {2: _S.HANDSHAKE, 4: _S.READY, 5: _S.READY},
        (_S.READY, _G.AUTH): {2: _S.READY, 3: _S.LOGIN, 4: _S.READY, 5: _S.READY},
        (_S.LOGIN, _G.AUTH): {2: _S.READY, 3: _S.LOGIN, 4: _S.READY, 5: _S.READY},
        (_S.READY, _G.RSET): _RESET,
        (_S.MAILED, _G.RSET): _RESET,
        (_S.ADDRESSED, _G.RSET): _RESET,
        (_S.OPEN, _G.RSET): _RESET,
        (_S.READY, _G.MAIL): {2: _S.MAILED, **_REFUSED},
        (_S.MAILED, _G.RCPT): {2: _S.ADDRESSED, **_REFUSED},
        (_S.ADDRESSED, _G.DATA): {3: _S.BODY, **_REFUSED},
        (_S.HELD, _G.END_OF_DATA): {2: _S.READY, 4: _S.READY, 5: _S.READY},
        (_S.ADDRESSED, _G.END_OF_DATA): {2: _S.READY, **_REFUSED},
        # The rest of a group whose MAIL or RCPT was refused, and that was on its way already.
        (_S.OPEN, _G.RCPT): {2: _S.ASTRAY, **_REFUSED},
        (_S.OPEN, _G.DATA): {3: _S.VOID, **_REFUSED},
        (_S.OPEN, _G.END_OF_DATA): _STAYS,
        # RFC 2920, section 3.1: the terminator alone leaves a message to nobody.
        (_S.VOID, _G.END_OF_DATA): _STAYS,
        # Here it would send an empty message to somebody; DATA has no other way out but to hang up.
        (_S.ASTRAY, _G.DATA): {3: _S.CLOSED, **_REFUSED},
        (_S.ASTRAY, _G.END_OF_DATA): {2: _S.READY, **_REFUSED},
        # Said while the message was on its way: a refusal before its time. Nothing was handed over.
        (_S.BODY, _G.END_OF_DATA): {4: _S.CLOSED, 5: _S.CLOSED},
        (_S.GREETED, _G.QUIT): _LEFT,
        (_S.READY, _G.QUIT): _LEFT,
        (_S.OPEN, _G.QUIT): _LEFT,
    }
)

#: (state if all that was sent is taken, what is sent now) -> the same with it taken too. A pair
#: that is not here cannot be sent. Without PIPELINING each waits for the reply to the one before.
SENDS: Mapping[tuple[State, Stage], State] = MappingProxyType(
    {
        (_S.GREETED, _G.EHLO): _S.WAITING,
        (_S.READY, _G.STARTTLS): _S.WAITING,
        (_S.READY, _G.AUTH): _S.WAITING,
        (_S.LOGIN, _G.AUTH): _S.WAITING,
        (_S.READY, _G.RSET): _S.READY,
        (_S.MAILED, _G.RSET): _S.READY,
        (_S.ADDRESSED, _G.RSET): _S.READY,
        (_S.OPEN, _G.RSET): _S.READY,
        (_S.READY, _G.MAIL): _S.MAILED,
        (_S.MAILED, _G.RCPT): _S.ADDRESSED,
        (_S.ADDRESSED, _G.DATA): _S.WAITING,
        (_S.ADDRESSED, _G.END_OF_DATA): _S.READY,
        (_S.HELD, _G.END_OF_DATA): _S.READY,
        (_S.VOID, _G.END_OF_DATA): _S.READY,
        (_S.GREETED, _G.QUIT): _S.WAITING,
        (_S.READY, _G.QUIT): _S.WAITING,
        (_S.OPEN, _G.QUIT): _S.WAITING,
    }
)


class Step(StrEnum):
    """What changes the state without a reply."""

    TLS_STARTED = "tls_started"
    BODY_SENT = "body_sent"
    #: The relay refused the message before its terminator was sent.
    REFUSED_EARLY = "refused_early"
    CLOSED = "closed"


#: (state, step) -> state. Closing is possible everywhere.
LOCAL_STEPS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (_S.START, Step.TLS_STARTED): _S.START,
        (_S.HANDSHAKE, Step.TLS_STARTED): _S.GREETED,
        (_S.BODY, Step.BODY_SENT): _S.HELD,
        (_S.BODY, Step.REFUSED_EARLY): _S.BODY,
        (_S.HELD, Step.REFUSED_EARLY): _S.BODY,
        **{(state, Step.CLOSED): _S.CLOSED for state in State},
    }
)

#: One message's group, in its two forms.
GROUP = (Stage.RSET, Stage.MAIL, Stage.RCPT, Stage.DATA)
CHUNK = (Stage.RSET, Stage.MAIL, Stage.RCPT, Stage.END_OF_DATA)
#: What begins a group, and where it leads when the relay says yes to all of it.
OPENING = GROUP[:3]
OPENED = STEPS[STEPS[STEPS[State.READY, Stage.RSET][2], Stage.MAIL][2], Stage.RCPT][2]
#: What is awaited from a terminator on, with the next group behind it, and where yes to all leads.
NEXT_GROUP = (Stage.END_OF_DATA, *GROUP)
WANTED = STEPS[OPENED, Stage.DATA][3]
