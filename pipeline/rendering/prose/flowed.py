"""The form of the text part: ``text/plain; format=flowed`` (RFC 3676), with DelSp as it comes, no.

A line that ends in a blank goes on in the next, so a mail program may set a paragraph to any
width, and one that does not know of it sees short lines. What is written here until the very end
carries marks instead of blanks and quote signs, which no text can hold: so neither a reader nor
a template makes a line flow, a quotation or a signature by what it happens to write.
"""

#: At the end of a line that goes on in the next.
SOFT = "\x1f"
#: At the start of a line, once for each level of quotation.
QUOTED = "\x1e"
#: Begins what mail programs leave out of an answer. Neither fixed nor flowed (section 4.3).
SIGNATURE = "-- "


def write(text: str) -> str:
    """Turn the marks into what RFC 3676 has for them, and nothing else into any of it."""
    return "\n".join(map(_line, text.split("\n")))


def fix(line: str) -> str:
    """Take the marks out of a line that is to stand within another block, such as a list."""
    content = line.lstrip(QUOTED)
    return "> " * (len(line) - len(content)) + content.replace(SOFT, "")


def _line(line: str) -> str:
    if line == SIGNATURE:
        return line
    content = line.lstrip(QUOTED)
    depth = len(line) - len(content)
    # No blank at the end but ours: every other one would join the line to the next.
    goes_on = content.endswith(SOFT)
    content = content.replace(SOFT, "").replace(QUOTED, "").rstrip(" ")
    if content and (depth or content.startswith((" ", ">", "From "))):
        # Space-stuffing (section 4.4): a receiver takes this blank away again.
        content = f" {content}"
    return f"{'>' * depth}{content}{' ' if goes_on and content else ''}"
