"""A page of text or Markdown -> blocks.

Both are read alike: people write lists, quotes and emphasis in plain text as well.
Where they differ: text is escaped where Markdown would see HTML,
and a line of text that was not wrapped is a paragraph of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.content.importing import characters, dates, heads, markers, salutations, signatures
from pipeline.content.importing.blocks import Block, Hint, Kind, Run
from pipeline.content.importing.decoding import Format

_RULE = re.compile(r"[ ]*(?:(?:[-*_=~#•·+][ ]*){3,}|[*•·~][ ]*)")
_SETEXT = re.compile(r"(?:={2,}|-{2,})[ ]*")
_HEADING = re.compile(r"[ ]{0,3}(?P<marks>#{1,6})[ ]+(?P<text>.*?)(?:[ ]+#+)?[ ]*")
_BULLET = re.compile(r"[ ]*[-*+•‣◦▪●][ ]+(?=\S)")
_NUMBER = re.compile(r"[ ]*(?P<number>\d{1,3})[.)][ ]+(?=\S)")
_QUOTE = re.compile(r"[ ]{0,3}>")
_FENCE = re.compile(r"[ ]{0,3}(?P<fence>`{3,}|~{3,})[^`]*")
_COMMENT = re.compile(r"[ ]*<!--(?:(?!-->).)*-->[ ]*")
_FRONT_MATTER = re.compile(r"---[ ]*\n(?:[^\n]*\n){0,60}?(?:---|\.\.\.)[ ]*(?:\n|$)")
_FRONT_KEY = re.compile(r"(?P<key>[A-Za-z_-]{2,30})[ ]*:[ ]*(?P<value>.*)")

#: No page is wrapped narrower or wider.
_NARROWEST, _WIDEST = 40, 110


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    #: Cleaned, with its indentation, without blanks at the end.
    text: str


def read(text: str, written_as: Format) -> tuple[Block, ...]:
    r"""Cut a text with ``\n`` line ends into blocks."""
    raw = text.split("\n")
    lines = [_Line(number, characters.clean(line).rstrip()) for number, line in enumerate(raw, 1)]
    return tuple(_Reader(lines, written_as).blocks())


class _Reader:
    """Goes through the lines once and remembers the block that is open."""

    def __init__(self, lines: list[_Line], written_as: Format) -> None:
        self._lines = lines
        self._is_text = written_as is Format.TEXT
        self._width = _wrap_width([line.text for line in lines])
        #: In Markdown a line break is no paragraph break; before the first mark it may be.
        self._in_head = True

    def blocks(self) -> Iterator[Block]:
        front, at = self._front_matter()
        yield from front
        fences = self._fences()
        while at < len(self._lines):
            line = self._lines[at]
            if not line.text:
                at += 1
            elif at in fences:
                yield self._block(Kind.CODE, self._lines[at : fences[at] + 1], escaped=False)
                at = fences[at] + 1
            else:
                end, block = self._next(at, fences)
                yield block
                at = end

    def _next(self, at: int, fences: dict[int, int]) -> tuple[int, Block]:
        line = self._lines[at]
        if _COMMENT.fullmatch(line.text):
            return at + 1, self._block(Kind.FURNITURE, [line])
        if _RULE.fullmatch(line.text):
            return at + 1, self._block(Kind.RULE, [line])
        heading = _HEADING.fullmatch(line.text)
        if heading and heading["text"]:
            run = Run(line.number, heading["text"])
            self._see(heading["text"])
            return at + 1, Block(Kind.HEADING, (run,), level=len(heading["marks"]))
        end = at + 1
        kind = self._kind(line, paragraph_open=False)
        while end < len(self._lines) and end not in fences:
            following = self._lines[end]
            if not following.text or self._breaks(kind, self._lines[end - 1], following):
                break
            end += 1
        if kind is Kind.PARAGRAPH and end < len(self._lines) and end == at + 1:
            level = self._setext(line, self._lines[end])
            if level:
                run = Run(line.number, line.text.strip())
                # The underline is accounted for as a part of its heading.
                return end + 1, Block(
                    Kind.HEADING, (run, Run(self._lines[end].number, "\n")), level
                )
        return end, self._block(kind, self._lines[at:end])

    def _kind(self, line: _Line, *, paragraph_open: bool) -> Kind:
        if _QUOTE.match(line.text):
            return Kind.QUOTE
        content = _BULLET.match(line.text)
        number = _NUMBER.match(line.text)
        start = content or number
        if start is None or markers.at_start(line.text[start.end() :]) is not None:
            return Kind.PARAGRAPH
        if paragraph_open and number and number["number"] != "1":
            return Kind.PARAGRAPH
        return Kind.LIST

    def _breaks(self, kind: Kind, line: _Line, following: _Line) -> bool:
        """Tell whether the following line begins another block than the line before it."""
        text = following.text
        if _RULE.fullmatch(text) or _HEADING.fullmatch(text) or _COMMENT.fullmatch(text):
            return True
        if markers.at_start(_unindented(text)) is not None:
            self._in_head = False
            return True
        kind_of_next = self._kind(following, paragraph_open=kind is not Kind.LIST)
        if kind is Kind.LIST:
            return (
                kind_of_next is not Kind.LIST
                and not text.startswith(" ")
                and not self._is_soft(line, text)
            )
        if kind is Kind.QUOTE:
            # Each paragraph of a quotation is a block, as it is in HTML.
            return kind_of_next is not Kind.QUOTE or not text.strip("> ")
        if kind_of_next is not Kind.PARAGRAPH:
            return True
        return self._parts(line.text.strip(), text.strip()) or not self._is_soft(line, text)

    def _parts(self, text: str, following: str) -> bool:
        """Tell whether two lines are apart because of what one of them is."""
        self._see(text)
        if len(following) < 100 and (heads.byline(following) or signatures.find(following)):
            return True
        if len(following) < 100 and self._in_head and dates.find(following):
            return True
        greeting = salutations.find(text)
        if (greeting and greeting.is_alone) or salutations.find(following):
            return True
        return len(text) < 100 and bool(
            heads.byline(text) or signatures.find(text) or (self._in_head and dates.find(text))
        )

    def _is_soft(self, line: _Line, following: str) -> bool:
        """Tell whether the break between two lines is only the writer's margin."""
        if not self._is_text and not self._in_head:
            return True
        if self._width is None:
            return False
        word = following.split(maxsplit=1)[0]
        return len(line.text) <= _WIDEST and len(line.text) + 1 + len(word) > self._width

    def _see(self, text: str) -> None:
        if self._in_head and (markers.at_start(text) or salutations.find(text)):
            self._in_head = False

    def _setext(self, line: _Line, underline: _Line) -> int:
        """Give the level of a heading that is underlined, or 0."""
        if not _SETEXT.fullmatch(underline.text) or len(line.text) > 120:
            return 0
        if underline.text.startswith("="):
            return 1
        return 0 if self._is_text else 2

    def _block(self, kind: Kind, lines: list[_Line], *, escaped: bool = True) -> Block:
        runs = []
        if kind is Kind.PARAGRAPH:
            self._see(lines[0].text.strip())
        for line in lines:
            text = line.text.strip() if kind in {Kind.PARAGRAPH, Kind.QUOTE} else line.text
            if kind is Kind.LIST:
                text = re.sub(r"^([ ]*)[•‣◦▪●]", r"\1-", text)
            if self._is_text and escaped:
                text = characters.as_markdown(text)
            runs.append(Run(line.number, text + "\n"))
        return Block(kind, tuple(runs))

    def _fences(self) -> dict[int, int]:
        """Find the code that is fenced; a fence that is never closed is none."""
        found: dict[int, int] = {}
        opened: tuple[int, str] | None = None
        for at, line in enumerate(self._lines):
            match = _FENCE.fullmatch(line.text) if line.text[:4].strip()[:1] in {"`", "~"} else None
            if match is None:
                continue
            if opened is None:
                opened = (at, match["fence"])
            elif match["fence"].startswith(opened[1]):
                found[opened[0]] = at
                opened = None
        return found

    def _front_matter(self) -> tuple[list[Block], int]:
        """Read the keys that a Markdown file's front matter shares with a page's head."""
        text = "\n".join(line.text for line in self._lines[:64])
        match = _FRONT_MATTER.match(text) if not self._is_text else None
        if match is None:
            return [], 0
        count = match[0].rstrip("\n").count("\n") + 1
        return [_front_block(line) for line in self._lines[:count] if line.text], count


def _front_block(line: _Line) -> Block:
    match = _FRONT_KEY.fullmatch(line.text)
    value = match["value"].strip(" \"'[]") if match else ""
    key = match["key"].lower() if match else ""
    hints = {
        "title": (Hint.PAGE_TITLE, ""),
        "author": (Hint.BYLINE, "By "),
        "by": (Hint.BYLINE, "By "),
        "byline": (Hint.BYLINE, "" if value.lower().startswith("by ") else "By "),
        "date": (Hint.DATE, ""),
        "category": (Hint.TOPIC, "Category: "),
        "categories": (Hint.TOPIC, "Category: "),
        "tags": (Hint.TOPIC, "Category: "),
        "topics": (Hint.TOPIC, "Category: "),
        "description": (Hint.DEK, ""),
        "subtitle": (Hint.DEK, ""),
        "dek": (Hint.DEK, ""),
    }
    if not value or key not in hints:
        return Block(Kind.FURNITURE, (Run(line.number, line.text),))
    hint, label = hints[key]
    return Block(Kind.PARAGRAPH, (Run(line.number, label + value),), hint=hint)


def _unindented(text: str) -> str:
    bullet = _BULLET.match(text) or _NUMBER.match(text)
    return text[bullet.end() :] if bullet else text.lstrip()


def _wrap_width(lines: list[str]) -> int | None:
    """Estimate the margin at which the page's lines were wrapped; ``None`` when they were not."""
    continued = sorted(len(line) for line, following in pairwise(lines) if line and following)
    if len(continued) < 3:
        return None
    width = continued[int(len(continued) * 0.9)] if len(continued) > 10 else continued[-1]
    near = sum(1 for length in continued if width - 16 <= length <= width)
    if not _NARROWEST <= width <= _WIDEST or near < 3 or near * 5 < len(continued) * 2:
        return None
    # Where paragraphs run past the margin, it is only how long a few lines of the head are.
    beyond = sum(1 for line in lines if len(line) > width + 16)
    if beyond * 2 > near:
        return None
    return width
