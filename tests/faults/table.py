"""The faults of a send, what is done about each, and whether the tests of it hold.

``python -m tests.faults.table`` runs those tests and writes ``docs/reference/faults.md`` anew.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "faults.md"

#: Number -> (the fault, what mailbag does). The numbers that are missing concern PostgreSQL, task
#: engines and what comes back.
FAULTS: dict[int, tuple[str, str]] = {
    1: ("killed after it took a shard", "the next run sends to all of it"),
    2: ("killed at MAIL, RCPT or DATA", "the next run sends the message"),
    3: ("killed in the body", "the relay drops it; the next run sends the message"),
    4: ("killed after the body, before the hand-over is written", "the next run sends it"),
    5: ("killed after the hand-over, before the terminator", "in doubt"),
    6: ("killed after the terminator, before the reply", "in doubt"),
    7: ("killed after the reply, before it is written", "in doubt"),
    8: ("killed while the list is frozen", "the next run goes on at the cursor"),
    9: ("several `send --due` at once", "one sends, the others end in silence"),
    10: ("stopped past its lease, then continued", "it writes no terminator"),
    11: ("connection lost before the body", "sent again at once, then deferred"),
    12: ("connection lost in the body", "sent again at once, then deferred"),
    13: ("no reply to the terminator, message kept", "in doubt, not sent again"),
    14: ("no reply to the terminator, message lost", "in doubt, not sent again"),
    15: ("replies in single bytes", "read as if whole"),
    16: ("a reply after 9 min 50 s", "it decides"),
    17: ("no reply for more than 10 min", "in doubt"),
    18: ("421 between messages, in a group, after the terminator", "a new connection; it decides"),
    19: ("a silent close after some messages", "a new connection"),
    20: ("RCPT refused in a group", "its reader alone; RSET before the next"),
    21: ("MAIL refused in a group", "one message deferred; always: the run ends"),
    22: ("4yz to the terminator", "its reader is tried again"),
    23: ("5yz to the terminator", "its reader is rejected"),
    24: ("PIPELINING withdrawn after STARTTLS", "one command at a time"),
    25: ("EHLO refused", "HELO, and nothing that EHLO would have to offer"),
    26: ("CHUNKING offered, BDAT refused", "DATA instead"),
    27: ("SIZE smaller than the message", "the run ends before the first"),
    28: ("no 8BITMIME, no SMTPUTF8", "seven bits; an address beyond ASCII is not condemned"),
    29: ("no text, junk, 1 MB, replies to nothing", "a new connection; junk decides nothing"),
    30: ("TLS expired, misnamed, stripped, stalled", "the run ends; nothing is said in clear"),
    31: ("AUTH answered 535 or 454", "the run ends, no reader is touched"),
    32: ("greylisting", "each reader is tried again"),
    33: ("421 4.7.28 for half an hour", "the relay is left alone, then sent to"),
    34: ("5.7.515 to everyone", "the issue is paused, no address condemned"),
    35: ("550 5.1.1 to everyone", "the issue is paused, no address condemned"),
    36: ("no room at the hand-over or at a result", "hand-over stops on every connection"),
    37: ("the database is locked", "waited for; then hand-over stops"),
    38: ("the database is read-only or damaged", "hand-over stops"),
    40: ("power cut", "every terminator that went out is found as handed over"),
    41: ("the clock jumps an hour; the clocks change", "nobody twice; a slot is sent once"),
    42: ("DNS fails, is slow, changes", "the run ends; the next address is tried"),
    43: ("no file descriptors left", "the run ends"),
    44: ("no memory left", "the run ends"),
    45: ("a message that cannot be made", "the run ends, with nothing in doubt"),
    46: ("a reader leaves between claim and terminator", "gets nothing"),
    47: ("an issue is changed or withdrawn in the midst", "pinned bytes; the rest is cancelled"),
    48: ("pause, resume, stop in loops", "everybody once; stopped stays stopped"),
    49: ("every ring comes again and again", "the ledger says that nothing is left to do"),
    52: ("DKIM key bad, missing in DNS, rotated", "refused; paused; each message has its own"),
    53: ("one provider is slow", "the others are not held up"),
    54: ("smuggling in every field", "refused, or encoded; one message each"),
    55: ("one mailbox in several spellings", "one mail"),
}

_HEAD = """\
# Faults

What can go wrong while an issue goes out, and what mailbag does then.
Each line is tested with the real sender, ledger and SMTP client.
Their relay is a mail server that does wrong on demand.
What it took is compared with the ledger, reader by reader.
Nobody gets an issue twice, and nobody is left out in silence.
No more messages are in doubt at a time than `connections` times `window`.

The numbers that are missing concern PostgreSQL, task engines, and the mail that comes back.
`python -m tests.faults.table` runs the tests and writes this page.

| # | fault | what mailbag does | result |
| --- | --- | --- | --- |
"""


def render(results: Counter[tuple[int, bool]]) -> str:
    """Write the page; results are counted by (number of the fault, whether it held)."""
    rows = []
    for number, (fault, answer) in FAULTS.items():
        held, failed = results[number, True], results[number, False]
        result = "holds" if held and not failed else f"**{failed} of {held + failed} tests fail**"
        rows.append(f"| {number} | {fault} | {answer} | {result} |\n")
    return _HEAD + "".join(rows)


class _Watcher:
    """Counts what pytest reports, in one process or in several."""

    def __init__(self) -> None:
        self.results: Counter[tuple[int, bool]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            for name, number in report.user_properties:
                if name == "fault" and not report.skipped:
                    self.results[int(str(number)), report.passed] += 1


def main() -> int:
    watcher = _Watcher()
    code = pytest.main(["-q", "-m", "fault and not soak", "-n", "2"], plugins=[watcher])
    PAGE.write_text(render(watcher.results), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
