"""A page of HTML -> blocks.

Block elements part paragraphs, emphasis, links and lists become Markdown, everything
else is only its text. What the markup calls navigation, aside, footer, form or script
becomes furniture; what merely looks so by its class becomes furniture unless questions
stand in it (pages have been seen whose whole text lies in a ``form``).
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from pipeline.content.importing import dates, heads, inline, markers, tags
from pipeline.content.importing.blocks import Block, Hint, Kind, Run
from pipeline.content.importing.inline import Piece, Style
from pipeline.content.importing.zones import Zone, hint_of, is_headline, zone_of

_VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "html", "li", "main", "menu", "nav",
        "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr", "ul", "head", "title", "button", "select", "legend", "noscript",
        "template",
    }
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: An end tag of one of these closes nothing outside of the nearest block.
_INLINE_STRONG = frozenset({"b", "strong"})
_INLINE_EMPHASIS = frozenset({"i", "em", "cite"})
_INLINE_CODE = frozenset({"code", "tt", "kbd", "samp"})
#: Word writes its lists as paragraphs.
_TYPED_BULLET = re.compile(r"[·•▪●◦][ ]+(?=\S)")
#: No honest page nests so many elements that its own end tag is further away.
_DEEPEST = 200
_LISTS = frozenset({"ul", "ol", "menu"})


@dataclass(slots=True)
class _Element:
    """An element whose end tag has not come."""

    name: str
    zone: Zone | None = None
    hint: Hint = Hint.NONE
    is_headline: bool = False
    #: Of an ordered list: the number of the next item; 0 in other lists.
    number: int = 0


@dataclass(slots=True)
class _Draft:
    """A block with the doubtful zones that it stands in."""

    block: Block
    zones: tuple[int, ...] = ()
    #: Which list it is an item of; 0 for none.
    list_id: int = 0


def read(page: str) -> tuple[Block, ...]:
    r"""Cut a page with ``\n`` line ends into blocks."""
    reader = _Reader()
    for token in tags.read(page):
        if isinstance(token, tags.Text):
            reader.text(token)
        elif token.is_end:
            reader.end(token.name)
        else:
            reader.start(token)
    return reader.finish()


@dataclass(slots=True)
class _Reader:
    """Follows the open elements and collects the text between block tags."""

    open: list[_Element] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    pieces: list[Piece] = field(default_factory=list)
    #: The text of furniture; a script within a paragraph does not part it.
    aside: list[Piece] = field(default_factory=list)
    drafts: list[_Draft] = field(default_factory=list)
    hard: int = 0
    soft: list[int] = field(default_factory=list)
    zones: int = 0
    #: Those of the zones that are headers.
    headers: set[int] = field(default_factory=set)
    lists: int = 0
    item: str = ""
    #: Where the open link leads.
    url: str = ""
    #: How many of the open elements are set as the page's title.
    headlines: int = 0
    #: What the element calls itself that the open block's text began in.
    hint: Hint = Hint.NONE

    def text(self, token: tags.Text) -> None:
        if self.hard:
            self.aside.append(Piece(token.line, token.text, Style()))
            return
        if self.count["pre"]:
            self.pieces.append(Piece(token.line, token.text, Style(is_code=True)))
            return
        if not self.pieces and not token.text.strip():
            return
        if not self.pieces:
            self.hint = next(
                (each.hint for each in reversed(self.open[-12:]) if each.hint), Hint.NONE
            )
        self.pieces.append(Piece(token.line, token.text, self._style()))

    def start(self, tag: tags.Tag) -> None:
        name = tag.name
        if name == "br":
            self._flush()
            return
        if name == "hr":
            self._flush()
            self._add(Block(Kind.RULE, (Run(tag.line, ""),)))
            return
        if name in _VOID:
            return
        if name in _BLOCKS:
            self._flush()
            self._close_implied(name)
        element = _Element(name, zone_of(tag), hint_of(tag), is_headline(tag))
        if element.is_headline or element.zone not in {None, Zone.FURNITURE}:
            self._flush()
        if name == "a":
            self._close("a")
            self.url = inline.safe_url(tag.attributes.get("href", ""))
        if name == "ol":
            start = tag.attributes.get("start", "1")
            element.number = int(start) if start.isdecimal() and len(start) < 5 else 1
        if name == "li":
            self._begin_item()
        self._push(element)

    def end(self, name: str) -> None:
        if name in _BLOCKS or name == "br":
            self._flush()
        if self.count[name]:
            self._close(name)
        if name in _LISTS and not any(self.count[each] for each in _LISTS):
            self.lists += 1

    def finish(self) -> tuple[Block, ...]:
        self._flush()
        columns = {
            zone
            for draft in self.drafts
            for zone in draft.zones
            if draft.block.kind is not Kind.FURNITURE
            and (
                _opens_question(draft.block) or (zone in self.headers and _is_of_head(draft.block))
            )
        }
        doubtful = {zone for draft in self.drafts for zone in draft.zones} - columns
        settled = [
            replace(draft, block=_as_furniture(draft.block))
            if doubtful & set(draft.zones)
            else draft
            for draft in self.drafts
        ]
        return tuple(_joined(settled))

    def _style(self) -> Style:
        count = self.count
        return Style(
            any(count[name] for name in _INLINE_STRONG),
            any(count[name] for name in _INLINE_EMPHASIS),
            any(count[name] for name in _INLINE_CODE),
            self.url if count["a"] else "",
        )

    def _push(self, element: _Element) -> None:
        self.open.append(element)
        self.count[element.name] += 1
        self.headlines += element.is_headline
        if element.zone is Zone.FURNITURE:
            self.hard += 1
        elif element.zone is not None:
            self.zones += 1
            self.soft.append(self.zones)
            if element.zone is Zone.HEADER:
                self.headers.add(self.zones)

    def _close(self, name: str) -> None:
        """Close the nearest open element of that name and what is open inside it."""
        if not self.count[name] or not self._may_close(name):
            return
        while self.open:
            element = self.open.pop()
            self.count[element.name] -= 1
            self._leave(element)
            if element.name == name:
                return

    def _leave(self, element: _Element) -> None:
        if element.is_headline:
            self._flush()
            self.headlines -= 1
        if element.zone is Zone.FURNITURE:
            self._flush_aside()
            self.hard -= 1
        elif element.zone is not None:
            self._flush()
            self.soft.pop()

    def _may_close(self, name: str) -> bool:
        """Tell whether an end tag reaches its element.

        That of an inline element ends at the nearest block: ``</b>`` of a ``<b>`` around
        that block closes the ``<b>`` alone. That of a paragraph ends at furniture.
        """
        if name in _BLOCKS and name != "p":
            return True
        for element in reversed(self.open[-_DEEPEST:]):
            if element.name == name:
                return True
            if element.name in _BLOCKS and (element.zone or name != "p"):
                self._forget(name)
                return False
        return False

    def _forget(self, name: str) -> None:
        """Close an inline element alone, leaving open what it was opened around."""
        for at in range(len(self.open) - 1, max(-1, len(self.open) - _DEEPEST), -1):
            if self.open[at].name == name and self.open[at].zone is None:
                del self.open[at]
                self.count[name] -= 1
                return

    def _close_implied(self, name: str) -> None:
        """Close what a block's start closes: a paragraph, the item or cell before."""
        top = self.open[-1].name if self.open else ""
        while top in {"p", *_HEADINGS} or (
            name == top and name in {"li", "option", "dt", "dd", "td", "th", "tr"}
        ):
            self._close(top)
            top = self.open[-1].name if self.open else ""
        if {name, top} <= {"dt", "dd"}:
            self._close(top)

    def _begin_item(self) -> None:
        depth = sum(1 for element in self.open[-50:] if element.name in _LISTS) - 1
        owner = next((element for element in reversed(self.open) if element.name in _LISTS), None)
        mark = "-"
        if owner is not None and owner.number:
            mark = f"{owner.number}."
            owner.number += 1
        self.item = "  " * max(0, min(depth, 6)) + mark + " "

    def _flush(self) -> None:
        """End the open block."""
        if self.hard:
            self._flush_aside()
            return
        pieces, self.pieces = self.pieces, []
        if not any(piece.text.strip() for piece in pieces):
            return
        if self.count["pre"]:
            self._add(_code(pieces))
            return
        runs = inline.compose(pieces)
        if runs:
            self._flush_text(runs)

    def _flush_text(self, runs: tuple[Run, ...]) -> None:
        block = Block(Kind.PARAGRAPH, runs, hint=self.hint)
        level = next((level for name, level in _HEADINGS.items() if self.count[name]), 0)
        if level or self.headlines:
            self._add(replace(block, kind=Kind.HEADING, level=level or 1))
        elif self.count["li"]:
            self._add_item(block.with_kind(Kind.LIST))
        elif self.count["blockquote"]:
            quoted = Run(runs[0].line, f"> {runs[0].text}")
            self._add(replace(block, kind=Kind.QUOTE, runs=(quoted, *runs[1:])))
        elif _TYPED_BULLET.match(block.text):
            typed = Run(runs[0].line, _TYPED_BULLET.sub("- ", runs[0].text, count=1))
            self._add(replace(block, kind=Kind.LIST, runs=(typed, *runs[1:])), list_id=-1)
        else:
            self._add(block)

    def _add_item(self, block: Block) -> None:
        if _opens(block):
            self._add(block.with_kind(Kind.PARAGRAPH))
            return
        mark = self.item or "  "
        # Only the first block of an item has its mark; the others are indented below it.
        self.item = "" if not self.item.strip() else " " * len(self.item)
        first = block.runs[0]
        self._add(
            replace(block, runs=(Run(first.line, mark + first.text), *block.runs[1:])),
            list_id=self.lists + 1,
        )

    def _flush_aside(self) -> None:
        pieces, self.aside = self.aside, []
        runs = inline.compose(pieces)
        if not runs:
            return
        if self.count["title"] and self.count["head"]:
            self._add(Block(Kind.PARAGRAPH, runs, hint=Hint.PAGE_TITLE))
            return
        hints = {element.hint for element in self.open[-12:]}
        hint = Hint.BIO if Hint.BIO in hints else Hint.ASIDE
        self._add(Block(Kind.FURNITURE, runs, hint=hint))

    def _add(self, block: Block, *, list_id: int = 0) -> None:
        self.drafts.append(_Draft(block, tuple(self.soft), list_id))


def _opens(block: Block) -> bool:
    return markers.at_start(block.text) is not None


def _opens_question(block: Block) -> bool:
    marker = markers.at_start(block.text)
    return marker is not None and marker.opens is markers.Opens.QUESTION and not marker.is_bare


def _is_of_head(block: Block) -> bool:
    """Tell whether a block is a title, byline or date, which a page's menu has not."""
    if block.kind is Kind.HEADING or block.hint in {Hint.BYLINE, Hint.DATE}:
        return True
    return bool(heads.byline(block.plain)) or dates.find(block.plain) is not None


def _as_furniture(block: Block) -> Block:
    hint = Hint.ASIDE if block.kind is Kind.PARAGRAPH and block.hint is not Hint.BIO else block.hint
    return replace(block, kind=Kind.FURNITURE, hint=hint)


def _code(pieces: list[Piece]) -> Block:
    """Keep preformatted text as it stands, fenced by more backticks than it holds."""
    text = "".join(piece.text for piece in pieces)
    fence = "```"
    while fence in text:
        fence += "`"
    runs = [Run(piece.line, piece.text) for piece in pieces]
    first, last = runs[0], runs[-1]
    return Block(Kind.CODE, (Run(first.line, f"{fence}\n"), *runs, Run(last.line, f"\n{fence}")))


def _joined(drafts: list[_Draft]) -> list[Block]:
    """Make the items of one list one block, and the paragraphs of one quotation."""
    blocks: list[Block] = []
    previous: _Draft | None = None
    for draft in drafts:
        block = draft.block
        if (
            previous is not None
            and blocks
            and block.kind is blocks[-1].kind is Kind.LIST
            and draft.list_id == previous.list_id
        ):
            before = blocks.pop()
            last = before.runs[-1]
            block = replace(
                before, runs=(*before.runs[:-1], Run(last.line, last.text + "\n"), *block.runs)
            )
        blocks.append(block)
        previous = draft
    return blocks
