"""The page of what replies mean, made of the table, the effects and the reasons.

``python -m tests.delivery.replies_page`` writes it; a test holds it to them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.delivery.reasons import REASONS
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.reply_table import MADE, Row, table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "replies.md"

_HEAD = """\
# Replies

What a relay or a receiver answers, and what follows.
Made of the table in `pipeline/delivery/data/replies.toml` by `python -m tests.delivery.replies_page`; a test holds it to that.

A refusal is judged in this order, and the first that fits decides:

1. **Where it was said.**
   Only a reply to RCPT, or to the end of the data with X.1.x or X.2.1, can say something about an address.
   What is said before RCPT is about you: a 5yz there ends the run, whatever its words, and no reader is touched.
2. **The first digit.**
   4yz is for now and 5yz for good, even where the enhanced code disagrees.
3. **Words** that a provider is known to use in a meaning of its own.
4. **The enhanced code** (RFC 3463, RFC 5248), then the basic code.
5. Otherwise nobody knows, and it is `unknown_4xx` or `unknown_5xx`.

`mailbag deliveries N` shows each reader's last reply with what it means, and `mailbag subscribers show ADDR` what counts against an address so far.

## Strikes and guards

A refusal that may not be final is a **strike**: one for each issue, and a message that is taken takes all of them back.
So strikes count issues in a row.

When many refusals come together, they are not about the readers.
An issue is paused, what its run wrote against addresses is taken back, and whoever it rejected waits again, when

- the first 20 readers of a run are refused with the same code and enhanced code, or all of a list that is shorter: two readers at least, or five where the reply speaks of the address;
- a provider says of more than a tenth of its last 200 readers that they do not exist, and of fewer than 2 % in the issues before;
- most of the last 20 to 200 readers of a provider are refused for the same reason of theirs;
- too many are refused for our name or for what the message says: `reputation` and `content` have the figures.

In the first case it is so for all of the run, in the second and third for the readers of that provider, in the last for whoever was refused for that reason.
Mend what the reply names, then `mailbag resume N`: who waits gets the issue.
If nothing was mended, it is paused again, and nobody is lost.

A provider is one that the DNS or its name says, or a domain with a thousand readers or more; all other domains together are one.
A smaller domain that denies every reader it was asked for, five at least, pauses nothing: the report names it, its readers are rejected for this issue, and each gets a strike instead of being suppressed.
They are given up when three issues in a row, over 14 days or more, were refused so.

It is paused as well, but nothing is taken back, when more than 5 % of its first 500 addresses do not exist: providers take such a list for a bought one.
`mailbag resume N` goes on.

## Classes

"""


def page() -> str:
    """Write the page."""
    lines = [f"{_HEAD}| class | what happened | what mailbag does | what you do |"]
    lines.append("| --- | --- | --- | --- |")
    lines += [
        f"| [`{it.value}`](#{it.value}) | {_sentence(reason.happened)} | {reason.then} |"
        f" {reason.todo} |"
        for it, reason in REASONS.items()
    ]
    lines += ["", "## Known replies", ""]
    lines.append("The rows are tried from the top of the table, across the classes below.")
    lines.append("An empty cell fits anything; codes are regular expressions.")
    for reply_class in ReplyClass:
        rows = [row for row in table() if row.reply_class is reply_class]
        lines += ["", f"### {reply_class.value}", ""]
        lines += _rows(rows) if rows else ["No row of the table; see the order above."]
    return "\n".join(lines) + "\n"


def _rows(rows: list[Row]) -> Iterator[str]:
    yield "| said to | code | enhanced | for example | source |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        for number, example in enumerate(row.examples):
            code, enhanced = ("", "") if number else (_code(row.code), _code(row.enhanced))
            source = "no real one is known" if example.source == MADE else example.source
            yield (
                f"| {example.stage.value.replace('_', ' ')} | {code} | {enhanced} |"
                f" {_cell(example.reply)} | {_cell(source)} |"
            )


def _code(pattern: re.Pattern[str] | None) -> str:
    if pattern is None:
        return ""
    return f"`{pattern.pattern}`".replace("|", "\\|") if pattern.pattern else "none"


def _cell(text: str) -> str:
    return re.sub(r"([|<>\[\]*_])", r"\\\1", text)


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
