"""Markdown tokens -> text of 72 columns: the text/plain part, made from the source."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode

from pipeline.rendering.links import is_allowed
from pipeline.rendering.markdown import Document

#: Columns of a line; a sign of Chinese, Japanese or Korean takes two.
WIDTH = 72

# What stands around a text that is set apart, and for the end of a line.
_AROUND = {"em": "*", "strong": "*", "s": "~"}
_LINE_ENDS = {"softbreak": " ", "hardbreak": "\n"}

_BREAK = re.compile(r"[ \t\n]+")
_URL = re.compile(r"https?://|mailto:")
_WIDE_SIGN = re.compile(
    "([\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60\U00020000-\U0003fffd])"
)


def render(document: Document, width: int = WIDTH) -> str:
    """Write a text; its links follow it as notes, numbered from 1."""
    notes: list[str] = []
    lines = _blocks(SyntaxTreeNode(document.tokens).children, width, notes)
    if notes:
        lines.append("")
    for number, url in enumerate(notes, start=1):
        note = f"[{number}] {url}"
        # A line longer than any other holds an address and nothing else.
        lines += [note] if columns(note) <= width else [f"[{number}]", url]
    return "\n".join(lines)


def columns(text: str) -> int:
    """Measure a text as a terminal shows it."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def wrap(text: str, width: int = WIDTH, indent: str = "") -> str:
    """Break a text into lines; an address of the web is never broken."""
    lines = [line for part in text.split("\n") for line in _fill(part, width - len(indent))]
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def underline(text: str, sign: str) -> str:
    """Set a heading, its last line underlined."""
    return "\n".join(_underlined(text, sign, WIDTH))


def _underlined(text: str, sign: str, width: int) -> list[str]:
    lines = wrap(text, width).split("\n")
    # The last line may be an address, which is longer than any line.
    return [*lines, sign * min(max(columns(lines[-1]), 1), width)]


def _fill(text: str, width: int) -> Iterator[str]:
    line = ""
    for space, piece in _pieces(text, max(width, 8)):
        longer = f"{line}{space if line else ''}{piece}"
        if line and columns(longer) > width:
            yield line
            line = piece
        else:
            line = longer
    yield line


def _pieces(text: str, width: int) -> Iterator[tuple[str, str]]:
    """Cut a text where a line may end, each piece with the space before it."""
    for word in _BREAK.split(text):
        space = " "
        if (word.isascii() and len(word) <= width) or _URL.search(word):
            yield space, word
            continue
        for run in _WIDE_SIGN.split(word):
            for start in range(0, len(run), width):
                yield space, run[start : start + width]
                space = ""


def _blocks(nodes: Sequence[SyntaxTreeNode], width: int, notes: list[str]) -> list[str]:
    lines: list[str] = []
    previous: SyntaxTreeNode | None = None
    for node in nodes:
        if previous is not None and not (_is_tight(previous) or _is_tight(node)):
            lines.append("")
        lines += _block(node, width, notes)
        previous = node
    return lines


def _is_tight(node: SyntaxTreeNode) -> bool:
    """Tell whether a block is part of a list without empty lines between its items."""
    return node.type == "paragraph" and node.hidden


def _block(node: SyntaxTreeNode, width: int, notes: list[str]) -> list[str]:
    if node.type in _BLOCKS:
        return _BLOCKS[node.type](node, width, notes)
    return wrap(_inline(node, notes), width).split("\n")


def _heading(node: SyntaxTreeNode, width: int, notes: list[str]) -> list[str]:
    return _underlined(_inline(node, notes), "=" if node.tag == "h1" else "-", width)


def _quote(node: SyntaxTreeNode, width: int, notes: list[str]) -> list[str]:
    return [f"> {line}".rstrip() for line in _blocks(node.children, width - 2, notes)]


def _rule(_node: SyntaxTreeNode, _width: int, _notes: list[str]) -> list[str]:
    return ["* * *"]


def _list(node: SyntaxTreeNode, width: int, notes: list[str]) -> list[str]:
    lines: list[str] = []
    first = int(node.attrGet("start") or 1) if node.type == "ordered_list" else 0
    loose = any(not child.hidden for item in node.children for child in item.children[:1])
    for place, item in enumerate(node.children):
        if lines and loose:
            lines.append("")
        mark = f"{first + place}. " if node.type == "ordered_list" else "- "
        inner = _blocks(item.children, width - len(mark), notes) or [""]
        lines.append(f"{mark}{inner[0]}".rstrip())
        lines += [f"{' ' * len(mark)}{line}".rstrip() for line in inner[1:]]
    return lines


def _code(node: SyntaxTreeNode, width: int, _notes: list[str]) -> list[str]:
    """Set code in by four columns; a line that is too long goes on in the next."""
    room = max(width - 4, 8)
    return [
        f"    {line[start : start + room]}".rstrip()
        for line in node.content.rstrip("\n").split("\n")
        for start in (range(0, len(line), room) if not _URL.search(line) else [0]) or [0]
    ]


def _table(node: SyntaxTreeNode, width: int, notes: list[str]) -> list[str]:
    rows = [
        [_inline(cell, notes) for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        grid = [
            "  ".join(
                cell + " " * (size - columns(cell)) for cell, size in zip(row, widths, strict=True)
            ).rstrip()
            for row in rows
        ]
        return [grid[0], "  ".join("-" * max(size, 1) for size in widths), *grid[1:]]
    lines: list[str] = []
    for row in rows[1:] or rows:
        for title, cell in zip(rows[0], row, strict=True):
            lines += wrap(f"{title}: {cell}" if rows[1:] else cell, width).split("\n")
        lines.append("")
    return lines[:-1]


def _inline(node: SyntaxTreeNode, notes: list[str]) -> str:
    return "".join(_piece(child, notes) for child in node.children)


def _piece(node: SyntaxTreeNode, notes: list[str]) -> str:
    if node.type == "link":
        return _link(node, notes)
    if node.type in {"text", "code_inline"}:
        return node.content
    around = _AROUND.get(node.type, "")
    return _LINE_ENDS.get(node.type) or f"{around}{_inline(node, notes)}{around}"


def _link(node: SyntaxTreeNode, notes: list[str]) -> str:
    text = _inline(node, notes)
    url = str(node.attrGet("href") or "")
    if not is_allowed(url) or url.removeprefix("mailto:") == text.strip():
        return text
    if url not in notes:
        notes.append(url)
    return f"{text} [{notes.index(url) + 1}]"


_BLOCKS = {
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "hr": _rule,
    "table": _table,
}
