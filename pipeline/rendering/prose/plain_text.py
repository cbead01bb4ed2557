"""Markdown tokens -> text of 72 columns: the text/plain part, made from the source.

It is written to be heard as well as seen: no rows of signs that a screen reader spells, headings
by themselves between empty lines, and a table as its rows in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it.tree import SyntaxTreeNode

from pipeline.rendering.prose.flowed import QUOTED, fix
from pipeline.rendering.prose.links import is_allowed
from pipeline.rendering.prose.markdown import REMEMBERED_TEXTS, Document
from pipeline.rendering.prose.wrapping import WIDTH, wrap

# For the end of a line of the source.
_LINE_ENDS = {"softbreak": " ", "hardbreak": "\n"}
#: Columns that code is set in by.
_INDENT = 4


class Links:
    """The numbers of the addresses in one mail: each has one, and keeps it to the end."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, url: str) -> int:
        return self._numbers.setdefault(url, len(self._numbers) + 1)


def render(document: Document, links: Links | None = None) -> str:
    """Write a text; below it stand the addresses that it links to, with their numbers.

    Its lines carry the marks of :mod:`pipeline.rendering.prose.flowed`.
    """
    if document.links or document.images or not document.text:
        return _write(document, links or Links())
    return _remembered(_Writing(document.text, document))


@dataclass(frozen=True, slots=True)
class _Writing:
    """All that a text without links and images depends on."""

    text: str
    document: Document = field(compare=False)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _remembered(asked: _Writing) -> str:
    return _write(asked.document, Links())


def _write(document: Document, links: Links) -> str:
    writer = _Writer(links)
    lines = writer.blocks(SyntaxTreeNode(document.tokens).children, WIDTH)
    if writer.listed:
        lines.append("")
    for url, number in sorted(writer.listed.items(), key=lambda item: item[1]):
        lines += wrap(f"[{number}] {url}").split("\n")
    return "\n".join(lines)


class _Writer:
    """Writes one text, and lists what it links to."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.listed: dict[str, int] = {}
        # Whether a block stands within another one.
        self._within = False
        self._kinds = {
            "bullet_list": self._list,
            "ordered_list": self._list,
            "blockquote": self._quote,
            "fence": self._code,
            "code_block": self._code,
            "hr": self._rule,
            "table": self._table,
        }

    def blocks(self, nodes: Sequence[SyntaxTreeNode], width: int) -> list[str]:
        lines: list[str] = []
        previous: SyntaxTreeNode | None = None
        for node in nodes:
            if previous is not None and not (_is_tight(previous) or _is_tight(node)):
                lines.append("")
            written = self._kinds.get(node.type, self._paragraph)(node, width)
            # A heading stands further from what it ends than from what it begins.
            if node.type == "heading" and lines:
                lines.append("")
            lines += written
            previous = node
        return lines

    def _inner(self, nodes: Sequence[SyntaxTreeNode], width: int) -> list[str]:
        outer, self._within = self._within, True
        lines = self.blocks(nodes, width)
        self._within = outer
        return lines

    def _paragraph(self, node: SyntaxTreeNode, width: int) -> list[str]:
        return wrap(self._inline(node), width).split("\n")

    def _quote(self, node: SyntaxTreeNode, width: int) -> list[str]:
        return [f"{QUOTED}{line}" for line in self._inner(node.children, width - 2)]

    def _rule(self, _node: SyntaxTreeNode, _width: int) -> list[str]:
        """Part two texts by a wider gap: a row of signs would be spelled."""
        return [""]

    def _list(self, node: SyntaxTreeNode, width: int) -> list[str]:
        """Set a list; its lines are fixed, since only so they stay below one another."""
        lines: list[str] = []
        first = int(node.attrGet("start") or 1) if node.type == "ordered_list" else 0
        loose = any(not child.hidden for item in node.children for child in item.children[:1])
        for place, item in enumerate(node.children):
            if lines and loose:
                lines.append("")
            mark = f"{first + place}. " if node.type == "ordered_list" else "- "
            inner = [fix(line) for line in self._inner(item.children, width - len(mark)) or [""]]
            # Space-stuffing adds the last column to what begins with a blank.
            indent = " " * (len(mark) if self._within else len(mark) - 1)
            lines.append(f"{mark}{inner[0]}".rstrip(" "))
            lines += [f"{indent}{line}".rstrip(" ") for line in inner[1:]]
        return lines

    def _code(self, node: SyntaxTreeNode, _width: int) -> list[str]:
        """Set code in; its lines stay as they are, since in two halves a command is another one.

        Of any length: the message breaks them softly.
        """
        lines = node.content.rstrip("\n").expandtabs(_INDENT).split("\n")
        return [f"{' ' * _INDENT}{line}".rstrip(" ") for line in lines]

    def _table(self, node: SyntaxTreeNode, width: int) -> list[str]:
        """Write each row as lines of "column: cell".

        Columns side by side need a font of equal widths, and are heard as cells without a name.
        """
        titles, *rows = [
            [self._inline(cell) for cell in row.children]
            for section in node.children
            for row in section.children
        ]
        if not rows:
            return wrap("\n".join(titles), width).split("\n")
        lines: list[str] = []
        for row in rows:
            for title, cell in zip(titles, row, strict=True):
                lines += wrap(f"{title}: {cell}" if title else cell, width).split("\n")
            lines.append("")
        return lines[:-1]

    def _inline(self, node: SyntaxTreeNode) -> str:
        return "".join(map(self._piece, node.children))

    def _piece(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "code_inline":
                return node.content
            case "link":
                return self._link(node)
            case "s":
                # Left out, it would say the contrary.
                return f"~{self._inline(node)}~"
            case _:
                return _LINE_ENDS.get(node.type) or self._inline(node)

    def _link(self, node: SyntaxTreeNode) -> str:
        text = self._inline(node)
        url = str(node.attrGet("href") or "")
        if not is_allowed(url) or url.removeprefix("mailto:") == text.strip():
            return text
        self.listed[url] = self._links.number(url)
        return f"{text} [{self.listed[url]}]"


def _is_tight(node: SyntaxTreeNode) -> bool:
    """Tell whether a block is part of a list without empty lines between its items."""
    return node.type == "paragraph" and node.hidden
