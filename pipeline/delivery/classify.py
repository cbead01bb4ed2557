"""What a refusal says about the reader, about us, or about the moment.

:data:`TABLE` is read from the top; the first row that fits decides. Its order is the order of
judgement:

1. The stage. Only a reply to RCPT, or to the end of data with X.1.x or X.2.1, can condemn an
   address; a refusal of the session or of MAIL is about us, whatever its text says.
2. The first digit of the basic code: it alone tells temporary from permanent, even when the
   enhanced code disagrees (Gmail answers ``421 5.7.32``). A row for ``5..`` never fits a 4yz.
3. What a provider says in words, where that is known to override the enhanced code.
4. The enhanced code (RFC 3463, RFC 5248), then the basic code.
5. :attr:`ReplyClass.UNKNOWN_4XX` or :attr:`ReplyClass.UNKNOWN_5XX`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipeline.delivery.stage import Stage


class ReplyClass(StrEnum):
    """What kind of refusal it is; :func:`pipeline.delivery.retry.decide` says what follows."""

    #: The address does not exist, and never will by waiting.
    ADDRESS_DEAD = "address_dead"
    #: The address exists, and its owner or provider has switched it off.
    ADDRESS_DISABLED = "address_disabled"
    #: The mailbox has no room.
    MAILBOX_FULL = "mailbox_full"
    #: Not now for this reader: greylisting, a server at work.
    RECIPIENT_TEMP = "recipient_temp"
    #: Not for this reader, by a rule of the reader's or the provider's.
    RECIPIENT_POLICY = "recipient_policy"
    #: We are too fast for this provider.
    THROTTLE = "throttle"
    #: Our account may send no more in its present window.
    SENDER_LIMIT = "sender_limit"
    #: The provider thinks badly of our address or domain.
    REPUTATION = "reputation"
    #: Our SPF, DKIM, DMARC, PTR or TLS is broken.
    AUTH_SELF = "auth_self"
    #: What the message says is not liked.
    CONTENT = "content"
    #: The bytes of the message are faulty; every reader's would be.
    MESSAGE_BROKEN = "message_broken"
    #: The message is too big for the mailbox.
    SIZE = "size"
    #: The relay refuses us: login, TLS, relaying, sender address.
    CONFIG_LOCAL = "config_local"
    #: No connection, or it was lost before the terminator. Never judged from a reply.
    NETWORK = "network"
    #: The connection was lost after the terminator. Never judged from a reply.
    IN_DOUBT = "in_doubt"
    #: A 4yz that nothing else fits.
    UNKNOWN_4XX = "unknown_4xx"
    #: A 5yz that nothing else fits.
    UNKNOWN_5XX = "unknown_5xx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; an empty pattern fits everything."""

    reply_class: ReplyClass
    stages: frozenset[Stage] = frozenset(Stage)
    #: Fits the whole basic code.
    code: str = ""
    #: Fits the whole enhanced code, which is empty when the reply has none.
    enhanced: str = ""
    #: Is found somewhere in the text, in either case.
    text: str = ""

    def fits(self, stage: Stage, code: int, enhanced: str, text: str) -> bool:
        return (
            stage in self.stages
            and (not self.code or re.fullmatch(self.code, str(code)) is not None)
            and (not self.enhanced or re.fullmatch(self.enhanced, enhanced) is not None)
            and (not self.text or re.search(self.text, text, re.IGNORECASE) is not None)
        )


_S, _C = Stage, ReplyClass

#: Replies about the session or the sender: whatever they say, no reader is meant.
ABOUT_US = frozenset(Stage) - {_S.RCPT, _S.DATA, _S.END_OF_DATA}
_RCPT = frozenset({_S.RCPT})
_RCPT_BODY = frozenset({_S.RCPT, _S.END_OF_DATA})
_DATA_BODY = frozenset({_S.DATA, _S.END_OF_DATA})
_MAIL_DATA_BODY = frozenset({_S.MAIL, _S.DATA, _S.END_OF_DATA})
_RCPT_DATA_BODY = frozenset({_S.RCPT, _S.DATA, _S.END_OF_DATA})

#: A relay that checks recipients quotes what the next host said; that is not the relay's word
#: about us.
_NOT_QUOTED = r"\A(?!(?s:.*)\bsaid:)(?s:.*)"
_RATE = r"\brate\b|too (fast|many|quickly|frequent)|throttl|rate.?limit"
_BLOCK_LIST = r"block.?list|black.?list|spamhaus|\b[a-z]*bl\b.*\blisted|blocked using|dnsbl|\brbl\b"
_NO_SUCH_USER = (
    r"(user|recipient|mailbox|account|address)( name)? (is )?(unknown|not (known|found)|invalid)"
    r"|unknown (user|recipient|mailbox|account|address|local part)"
    r"|no such (user|recipient|mailbox|account|address|person)"
    r"|(user|recipient|mailbox|account|address) (does not|doesn't) exist"
    r"|no mailbox (here )?by that name|invalid (recipient|mailbox)"
)

#: Read from the top; the first row that fits decides.
TABLE: tuple[Row, ...] = (
    # The relay refuses us. No reader is touched.
    Row(reply_class=_C.THROTTLE, stages=frozenset({_S.AUTH}), code="4.."),
    Row(reply_class=_C.SENDER_LIMIT, code="5..", enhanced=r"5\.4\.5"),
    Row(
        reply_class=_C.SENDER_LIMIT,
        stages=frozenset({_S.AUTH, _S.MAIL}),
        text=r"(daily|hourly|monthly|sending|message) (user )?(sending )?(quota|limit)",
    ),
    Row(reply_class=_C.CONFIG_LOCAL, stages=frozenset({_S.STARTTLS})),
    Row(reply_class=_C.CONFIG_LOCAL, code="530|534|535"),
    Row(
        reply_class=_C.CONFIG_LOCAL,
        stages=_RCPT,
        code="5..",
        text=_NOT_QUOTED
        + r"(relay(ing)? (access )?(is )?(denied|not (permitted|allowed))|unable to relay)",
    ),
    # Our DNS or signing, our speed, our name: said by enhanced codes that mean nothing else.
    Row(reply_class=_C.THROTTLE, enhanced=r"[45]\.7\.28"),
    Row(reply_class=_C.THROTTLE, code="451", enhanced=r"4\.7\.[56]\d\d"),
    Row(reply_class=_C.AUTH_SELF, enhanced=r"[45]\.7\.(2[0-79]|3[0-2]|40|509|515)"),
    # What providers say in words.
    Row(reply_class=_C.THROTTLE, code="4..|55[34]", text=r"\[TSS?\d+\]"),
    Row(reply_class=_C.THROTTLE, code="550", enhanced=r"5\.2\.1|5\.7\.1", text=_RATE),
    Row(reply_class=_C.THROTTLE, code="450", enhanced=r"4\.2\.1", text=_RATE),
    Row(reply_class=_C.REPUTATION, text=r"\bS31[45]0\b|(very low|poor|bad) reputation"),
    Row(reply_class=_C.REPUTATION, code="[45]5[04]", enhanced=r"([45]\.7\.1)?", text=_BLOCK_LIST),
    Row(
        reply_class=_C.MESSAGE_BROKEN,
        stages=_MAIL_DATA_BODY,
        code="5..",
        enhanced=r"5\.7\.1",
        text=r"encoded-word|message-id|\bheaders?\b|RFC.?[25]?[38]22",
    ),
    Row(
        reply_class=_C.CONTENT,
        stages=_DATA_BODY,
        code="5..",
        text=r"\bvirus|malware|phish|spam (content|message)|(message|content).{0,40}\bspam\b"
        r"|(listed|blocked|bad|malicious|suspicious) URL|unsolicited",
    ),
    Row(reply_class=_C.RECIPIENT_TEMP, stages=_RCPT_DATA_BODY, code="4..", text="gr[ae]y.?list"),
    Row(
        reply_class=_C.ADDRESS_DISABLED,
        stages=_RCPT,
        code="552",
        enhanced=r"5\.2\.2",
        text="inactive|OverQuotaPerm",
    ),
    Row(reply_class=_C.ADDRESS_DEAD, stages=_RCPT, code="554", text="delivery error: dd"),
    Row(
        reply_class=_C.ADDRESS_DEAD,
        stages=_RCPT_BODY,
        code="55[0134]",
        enhanced=r"5\.1\.0",
        text=_NO_SUCH_USER,
    ),
    # Many servers (Exim as it comes) send no enhanced codes at all.
    Row(
        reply_class=_C.ADDRESS_DEAD,
        stages=_RCPT,
        code="55[013]",
        enhanced=r"(5\.0\.0)?",
        text=_NO_SUCH_USER,
    ),
    # The enhanced code: the address and the mailbox.
    Row(
        reply_class=_C.ADDRESS_DEAD,
        stages=_RCPT_BODY,
        code="5..",
        enhanced=r"5\.1\.(1|3|6|10)",
    ),
    # 5.1.2 is about the domain; without a look into the DNS of our own it condemns nobody.
    Row(reply_class=_C.UNKNOWN_5XX, stages=_RCPT_BODY, code="5..", enhanced=r"5\.1\.2"),
    Row(reply_class=_C.ADDRESS_DEAD, stages=_RCPT, code="5..", enhanced=r"5\.7\.1[78]"),
    Row(reply_class=_C.ADDRESS_DISABLED, stages=_RCPT_BODY, code="5..", enhanced=r"5\.2\.1"),
    Row(reply_class=_C.ADDRESS_DISABLED, stages=_RCPT, code="5..", enhanced=r"5\.7\.13"),
    Row(reply_class=_C.MAILBOX_FULL, stages=_RCPT_DATA_BODY, enhanced=r"[45]\.2\.2"),
    Row(reply_class=_C.SIZE, stages=_RCPT_DATA_BODY, code="5..", enhanced=r"5\.2\.3"),
    Row(
        reply_class=_C.RECIPIENT_POLICY,
        stages=_RCPT_DATA_BODY,
        code="5..",
        enhanced=r"5\.2\.0|5\.7\.2",
    ),
    # Gmail answers "555 5.5.2" and others 501 to an address they cannot read: one reader's.
    Row(reply_class=_C.RECIPIENT_POLICY, stages=_RCPT, code="501|555"),
    # The enhanced code: the message.
    Row(
        reply_class=_C.MESSAGE_BROKEN,
        stages=_MAIL_DATA_BODY,
        code="552",
        enhanced=r"5\.3\.4",
    ),
    Row(reply_class=_C.SIZE, code="5..", enhanced=r"5\.3\.4"),
    Row(reply_class=_C.MESSAGE_BROKEN, stages=_MAIL_DATA_BODY, code="555"),
    Row(reply_class=_C.MESSAGE_BROKEN, stages=_MAIL_DATA_BODY, code="501", enhanced=r"5\.5\.4"),
    Row(
        reply_class=_C.MESSAGE_BROKEN,
        stages=_MAIL_DATA_BODY,
        code="5..",
        enhanced=r"5\.6\.0",
        text="malformed|invalid|missing|header",
    ),
    # No SMTPUTF8 on the way to this address (RFC 6531, section 3.5); the address may be fine.
    Row(reply_class=_C.RECIPIENT_POLICY, stages=_RCPT_DATA_BODY, code="5..", enhanced=r"5\.6\.7"),
    Row(reply_class=_C.CONTENT, stages=_RCPT_DATA_BODY, code="5..", enhanced=r"5\.6\.\d+"),
    Row(
        reply_class=_C.REPUTATION,
        code="5..",
        enhanced=r"5\.7\.0",
        text=r"\bspam\b|reputation|block",
    ),
    Row(reply_class=_C.CONTENT, stages=_RCPT_DATA_BODY, code="5..", enhanced=r"5\.7\.0"),
    # The enhanced code: speed, and not now.
    Row(reply_class=_C.THROTTLE, code="421", enhanced=r"4\.7\.0"),
    Row(reply_class=_C.THROTTLE, code="4..", enhanced=r"4\.3\.2|4\.4\.5"),
    Row(reply_class=_C.THROTTLE, code="452", enhanced=r"4\.5\.3"),
    Row(
        reply_class=_C.RECIPIENT_TEMP,
        stages=_RCPT_DATA_BODY,
        code="4..",
        enhanced=r"4\.(2\.[01]|3\.\d+)",
    ),
    Row(reply_class=_C.RECIPIENT_POLICY, stages=_RCPT, code="55[04]", enhanced=r"5\.7\.1"),
    # The basic code alone.
    Row(reply_class=_C.THROTTLE, code="454"),
    Row(reply_class=_C.MAILBOX_FULL, stages=_RCPT_BODY, code="[45]52", enhanced=""),
    Row(reply_class=_C.CONFIG_LOCAL, stages=ABOUT_US, code="5.."),
)

#: A reply may be 32 KB long; nothing worth reading stands so late.
_TEXT_READ = 2000


def judge(stage: Stage, code: int, enhanced_code: str, text: str) -> ReplyClass:
    """Say what kind of refusal a reply is.

    ``enhanced_code`` is empty when the reply has none; ``text`` is the reply without its codes,
    its lines joined by a line feed. Raises ValueError for a code that is no refusal.
    """
    if not 400 <= code <= 599:
        raise ValueError(f"{code} is no refusal")
    row = _row(stage, code, enhanced_code, text)
    if row is not None:
        return row.reply_class
    return ReplyClass.UNKNOWN_4XX if code < 500 else ReplyClass.UNKNOWN_5XX


def _row(stage: Stage, code: int, enhanced: str, text: str) -> Row | None:
    shown = text[:_TEXT_READ]
    return next((row for row in TABLE if row.fits(stage, code, enhanced, shown)), None)
