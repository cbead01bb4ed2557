"""A mail program that reads ``text/plain; format=flowed; delsp=no`` (RFC 3676, section 4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as the program would set it to the width of its window."""

    text: str
    #: How many bars stand before it.
    quoted: int = 0


def paragraphs(text: str) -> list[Paragraph]:
    """Take the lines of a part together; an empty line is an empty paragraph."""
    found: list[Paragraph] = []
    flows = False
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        if flows and found[-1].quoted == depth and not signature:
            found[-1] = Paragraph(found[-1].text + content, depth)
        else:
            found.append(Paragraph(content, depth))
        flows = content.endswith(" ") and not signature
    return found


def signature(text: str) -> list[str]:
    """Give what the program would leave out of an answer, by its paragraphs."""
    read = [paragraph.text for paragraph in paragraphs(text)]
    return read[read.index("-- ") + 1 :]
