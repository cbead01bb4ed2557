"""What a refusal says about the reader, about us, or about the moment.

The table of :mod:`pipeline.delivery.reply_table` is read from the top; the first row that fits
decides. Its order is the order of judgement:

1. The stage. Only a reply to RCPT, or to the end of data with X.1.x or X.2.1, can condemn an
   address; a refusal of the session or of MAIL is about us, whatever its text says.
2. The first digit of the basic code: it alone tells temporary from permanent, even when the
   enhanced code disagrees (Gmail answers ``421 5.7.32``). A row for ``5..`` never fits a 4yz.
3. What a provider says in words, where that is known to override the enhanced code.
4. The enhanced code (RFC 3463, RFC 5248), then the basic code.
5. :attr:`ReplyClass.UNKNOWN_4XX` or :attr:`ReplyClass.UNKNOWN_5XX`.
"""

from dataclasses import dataclass

from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.reply_table import Row, table
from pipeline.delivery.slowing import Limit, Slowing
from pipeline.delivery.stage import Stage

#: Replies about the session or the sender: whatever they say, no reader is meant.
ABOUT_US = frozenset(Stage) - {Stage.RCPT, Stage.DATA, Stage.END_OF_DATA}

#: A reply may be 32 KB long; nothing worth reading stands so late.
_TEXT_READ = 2000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a refusal says."""

    reply_class: ReplyClass
    #: What it asks of our speed to this provider.
    slows: Slowing | None = None
    #: For a sender's limit: when it ends.
    limit: Limit | None = None


def judge(stage: Stage, code: int, enhanced_code: str, text: str) -> Judgement:
    """Say what a refusal says.

    ``enhanced_code`` is empty when the reply has none; ``text`` is the reply without its codes,
    however it is broken into lines. Raises ValueError for a code that is no refusal.
    """
    if not 400 <= code <= 599:
        raise ValueError(f"{code} is no refusal")
    row = find_row(stage, code, enhanced_code, text)
    if row is not None:
        return Judgement(row.reply_class, row.slows, row.limit)
    return Judgement(ReplyClass.UNKNOWN_4XX if code < 500 else ReplyClass.UNKNOWN_5XX)


def find_row(stage: Stage, code: int, enhanced_code: str, text: str) -> Row | None:
    """Give the row that decides; ``None`` for a refusal that nobody knows."""
    # Gmail breaks its sentences anywhere.
    words = " ".join(text[:_TEXT_READ].split())
    return next((row for row in table() if row.fits(stage, code, enhanced_code, words)), None)
