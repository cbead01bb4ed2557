"""One connection's dialogue with the sink (RFC 5321, 1870, 2033, 2920, 3030, 3207, 4954, 6531)."""

import base64
import re
from collections.abc import Callable

from tests.fault_sink import login
from tests.fault_sink.actions import Action, Do, Drop, Rule, Say, Stall
from tests.fault_sink.record import Record, Taken
from tests.fault_sink.stream import Hangup, Stream

#: MAIL or RCPT: the address, which may be quoted, and the parameters.
_PATH = re.compile(r'[A-Z]+ (?:FROM|TO):\s?<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(.*)', re.IGNORECASE)
_BDAT = re.compile(r"BDAT (\d{1,10})( LAST)?", re.IGNORECASE)
#: Parameter of MAIL or RCPT -> the extension that brings it.
_EXTENSIONS = {
    "SIZE": "SIZE",
    "BODY": "8BITMIME",
    "SMTPUTF8": "SMTPUTF8",
    "RET": "DSN",
    "ENVID": "DSN",
    "NOTIFY": "DSN",
    "ORCPT": "DSN",
}
#: Nothing may follow these in a group (RFC 2920, section 3.1).
_LAST_IN_GROUP = {"EHLO", "HELO", "LHLO", "DATA", "AUTH", "STARTTLS", "VRFY", "NOOP", "QUIT"}
_IN_TRANSACTION = {"MAIL", "RCPT", "DATA", "BDAT", "RSET"}


class Session:
    """Each ``do_`` answers one command."""

    def __init__(self, sink: Record, stream: Stream, number: int) -> None:
        self.sink = sink
        self.stream = stream
        self.number = number
        self.is_encrypted = False
        self.is_lmtp = False
        self.taken = 0
        #: What was said was no SMTP: whoever hears it cannot know when to speak.
        self.is_confusing = False
        self.reset()

    def reset(self) -> None:
        self.sender: str | None = None
        #: MAIL asked for addresses beyond ASCII (RFC 6531).
        self.is_utf8 = False
        self.recipients: list[str] = []
        #: The last one named, whether or not it was taken.
        self.recipient = ""
        #: The octets of the BDATs so far; ``None``: there was none.
        self.chunks: bytearray | None = None
        #: A BDAT failed: only RSET helps (RFC 3030, section 2).
        self.is_spoilt = False
        self._body_rule: Rule | None = None

    def run(self) -> None:
        if self.sink.implicit_tls:
            self.encrypt()
        self.step("CONNECT", "220 sink.example ESMTP")
        while True:
            raw = self.stream.line()
            line = raw.rstrip(b"\r\n").decode(errors="replace")
            verb = line.split(" ", 1)[0].upper()
            self.sink.log(self.number, line)
            if not raw.endswith(b"\r\n"):
                self.object_to(f"a line without CR: {line}")
            self.look_at_group(verb)
            self.stream.is_in_transaction = verb in _IN_TRANSACTION
            getattr(self, f"do_{verb.lower()}", self.unknown)(line)
            if self.sink.is_scattered:
                self.stream.flush()

    @property
    def offered(self) -> list[str]:
        sink = self.sink
        offered = [*sink.capabilities]
        if self.is_encrypted and sink.capabilities_in_tls is not None:
            offered = [*sink.capabilities_in_tls]
        if sink.tls is not None and not self.is_encrypted:
            offered.append("STARTTLS")
        if sink.accounts and self.is_encrypted and not any("AUTH" in it for it in offered):
            offered.append(f"AUTH {' '.join(login.MECHANISMS)}")
        return offered

    def offers(self, name: str) -> bool:
        return any(it.split(" ", 1)[0] == name for it in self.offered)

    def object_to(self, what: str) -> None:
        if not self.is_confusing:
            self.sink.object_to(what)

    def look_at_group(self, verb: str) -> None:
        """Object to what was said before its time."""
        if verb == "BDAT" or not self.stream.has_more():
            return
        if verb in _LAST_IN_GROUP:
            self.object_to(f"something was said before the reply to {verb}")
        elif not self.offers("PIPELINING"):
            self.object_to(f"a group that begins with {verb}, without PIPELINING")

    # -- commands

    def unknown(self, line: str) -> None:
        self.say("500 5.5.1 what?")

    def do_ehlo(self, line: str) -> None:
        verb = line[:4].upper()
        self.reset()
        self.is_lmtp = verb == "LHLO"
        lines = ["sink.example", *self.offered]
        self.step(verb, *[f"250-{it}" for it in lines[:-1]], f"250 {lines[-1]}")

    do_lhlo = do_ehlo

    def do_helo(self, line: str) -> None:
        self.reset()
        self.step("HELO", "250 sink.example")

    def do_starttls(self, line: str) -> None:
        if self.step("STARTTLS", "220 2.0.0 go") and self.sink.tls is not None:
            self.encrypt()

    def do_auth(self, line: str) -> None:
        try:
            fits = login.fits(line.split(" "), self.sink.accounts, self.ask)
        except login.LoginCancelledError:
            self.say("501 5.5.2 as you like")
            return
        if fits is None:
            self.say("504 5.5.4 not that way")
        else:
            self.step("AUTH", "235 2.7.0 welcome" if fits else "535 5.7.8 no such login")

    def do_noop(self, line: str) -> None:
        self.say("250 2.0.0 ok")

    def do_vrfy(self, line: str) -> None:
        self.say("252 2.1.5 try")

    def do_mail(self, line: str) -> None:
        if self.sender is not None or self.is_spoilt:
            self.say("503 5.5.1 sender already given")
            return
        self.reset()
        path = self.path(line)
        if path is not None and self.step("MAIL", "250 2.1.0 ok"):
            self.sender = path

    def do_rcpt(self, line: str) -> None:
        if self.sender is None:
            self.say("503 5.5.1 MAIL first")
            return
        path = self.path(line)
        if path is None:
            return
        self.recipient = path
        if self.step("RCPT", "250 2.1.5 ok"):
            self.recipients.append(path)

    def do_rset(self, line: str) -> None:
        self.reset()
        self.step("RSET", "250 2.0.0 ok")

    def do_quit(self, line: str) -> None:
        self.step("QUIT", "221 2.0.0 bye")
        self.leave()

    def do_data(self, line: str) -> None:
        if self.chunks is not None or self.is_spoilt:
            self.object_to("DATA after BDAT")
            self.say("503 5.5.1 no DATA after BDAT")
            return
        if not (self.recipients or (self.sink.is_eager and self.sender is not None)):
            self.say("554 5.5.1 no valid recipients")
            return
        if not self.step("DATA", "354 go on"):
            return
        self._begin_body()
        self.end(self._gathered(self._until_dot))

    def do_bdat(self, line: str) -> None:
        found = _BDAT.fullmatch(line)
        if found is None:
            self.say("501 5.5.4 BDAT size [LAST]")
            return
        if not self.offers("CHUNKING"):
            self.object_to("BDAT without CHUNKING")
        action = self.sink.action("BDAT", self.recipient)
        if isinstance(action, Say) and action.is_ignorant:
            self.say(action)
            return
        if action is not None and not isinstance(action, Say):
            self.act(action)
        if self.chunks is None:
            self._begin_body()
        chunk = self._gathered(lambda: self._octets(int(found[1])))
        if not self.offers("PIPELINING") and self.stream.has_more():
            self.object_to("a group that begins with BDAT, without PIPELINING")
        if isinstance(action, Say) and not self.act(action):
            self.is_spoilt = True
        else:
            self._add(chunk, is_last=found[2] is not None)

    # -- a message

    def _begin_body(self) -> None:
        self._body_rule = self.sink.rule("BODY", self.recipient)

    def _add(self, chunk: bytes, *, is_last: bool) -> None:
        if self.is_spoilt or not self.recipients:
            # To a client that did not wait, also for the chunks after the one that failed.
            self.is_spoilt = True
            self.say("503 5.5.1 no transaction for this")
            return
        self.chunks = (self.chunks or bytearray()) + chunk
        if is_last:
            self.end(bytes(self.chunks))
        elif not self.step("CHUNK", "250 2.0.0 so far"):
            self.is_spoilt = True

    def _gathered(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except (Hangup, OSError):
            self.sink.abandon()
            raise

    def _until_dot(self) -> bytes:
        searched = 0
        self.stream.put_back(b"\r\n")
        while (end := self.stream.find(b"\r\n.\r\n", searched)) < 0:
            searched = max(0, self.stream.size - 4)
            self._arrived(self.stream.fill() - 2)
        self._arrived(end)
        data = self.stream.cut(end + 2)[2:]
        self.stream.cut(3)
        if not self.offers("PIPELINING") and self.stream.has_more():
            self.object_to("a group that begins with the terminator, without PIPELINING")
        return data.replace(b"\r\n.", b"\r\n").removeprefix(b".")

    def _octets(self, size: int) -> bytes:
        before = len(self.chunks or b"")
        while self.stream.size < size:
            self._arrived(before + self.stream.fill())
        self._arrived(before + size)
        return self.stream.cut(size)

    def _arrived(self, size: int) -> None:
        """Do what a rule says when so many octets of the body are in."""
        rule = self._body_rule
        if rule is None or size < rule.at_byte:
            return
        self._body_rule = None
        # An answer before its time sets the client one reply ahead.
        self.is_confusing = self.is_confusing or isinstance(rule.action, Say)
        goes_on = self.act(rule.action)
        self.stream.flush()
        if not goes_on:
            while True:  # an answer before its time; the client is to hang up
                self.stream.fill()

    def end(self, data: bytes) -> None:
        """Answer the end of a message: once, or for each recipient (LMTP)."""
        refused = "" if self.recipients else "554 5.5.1 no valid recipients"
        limit = next((it.split()[1] for it in self.offered if it.startswith("SIZE ")), "0")
        if 0 < int(limit) < len(data):
            refused = "552 5.3.4 too long"
        is_chunked, is_taken = self.chunks is not None, True
        recipients = self.recipients
        for group in [[it] for it in recipients] if self.is_lmtp else [recipients]:
            is_taken = self._answer(data, group, refused) and is_taken
        self.reset()
        self.is_spoilt = is_chunked and not is_taken
        self.step("IDLE")
        if self.sink.rotation is not None and self.taken >= self.sink.rotation:
            self.leave()

    def _answer(self, data: bytes, recipients: list[str], refused: str) -> bool:
        action = self.sink.action(".", recipients[0] if recipients else "")
        match action:
            case Drop(takes=True):
                self._take(data, recipients)
            case Say(text=text) if text.startswith("2"):
                self._take(data, recipients)
            case Stall() | Do():
                self.act(action)
                action = None
            case Drop() | Say() | None:
                pass
        if action is not None:
            return self.act(action)
        if refused:
            self.say(refused)
            return False
        self._take(data, recipients)
        self.say("250 2.0.0 taken")
        return True

    def _take(self, data: bytes, recipients: list[str]) -> None:
        self.taken += 1
        for recipient in recipients:
            self.sink.take(Taken(self.sender or "", recipient, data, self.number))

    # -- steps

    def step(self, step: str, *usual: str) -> bool:
        """Do what a rule says, else the usual; tell whether it was a yes."""
        action = self.sink.action(step, self.recipient)
        if action is not None and not isinstance(action, Stall | Do):
            return self.act(action)
        if action is not None:
            self.act(action)
        if usual:
            self.say("\r\n".join(usual))
        return True

    def act(self, action: Action) -> bool:
        match action:
            case Drop():
                if not action.swallows:
                    self.stream.flush()
                raise Hangup(resets=action.resets)
            case Say():
                self.say(action)
                return (action.text or "2")[0] in "23"
            case Stall():
                self.stream.flush()
                action.begun.set()
                self.sink.pass_time(action.seconds)
            case Do():
                self.stream.flush()
                action.call()
        return True

    def say(self, what: Say | str) -> None:
        say = Say(what) if isinstance(what, str) else what
        self.is_confusing = self.is_confusing or say.raw is not None
        self.stream.say(say.data, say.byte_by_byte)
        if say.drop:
            self.leave()

    def leave(self) -> None:
        """Close so that everything said arrives."""
        self.stream.flush()
        raise Hangup(is_soft=True)

    def ask(self, challenge: str) -> str:
        self.say(f"334 {base64.b64encode(challenge.encode()).decode()}")
        line = self.stream.line().rstrip(b"\r\n").decode(errors="replace")
        self.sink.log(self.number, line)
        return login.decode(line)

    def encrypt(self) -> None:
        assert self.sink.tls is not None
        self.stream.flush()
        self.step("HANDSHAKE")
        self.stream.encrypt(self.sink.tls)
        self.is_encrypted = True
        self.reset()

    def path(self, line: str) -> str | None:
        """Give the address of MAIL or RCPT; object to a parameter that was not offered."""
        found = _PATH.fullmatch(line)
        if found is None:
            self.say("501 5.5.4 no path")
            return None
        address, rest = found.groups()
        limit = next((it.split()[1] for it in self.offered if it.startswith("SIZE ")), "0")
        for parameter in rest.split():
            name, _, value = parameter.upper().partition("=")
            if not self.offers(_EXTENSIONS.get(name, name)):
                self.say(f"555 5.5.4 {name} was not offered")
                return None
            if name == "SIZE" and 0 < int(limit) < int(value):
                self.say("552 5.3.4 too long")
                return None
        self.is_utf8 = self.is_utf8 or "SMTPUTF8" in rest.upper()
        if not (address.isascii() or self.is_utf8):
            self.say("553 5.6.7 no such letters")
            return None
        return address
