"""Markdown -> tokens, within limits, and what they link to and show."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pipeline.errors import ContentError
from pipeline.model import bidi, image
from pipeline.rendering.prose import stray_marks, text_places
from pipeline.rendering.prose.text_places import Passage

#: UTF-8 bytes of one Markdown text.
MAX_BYTES = 200_000
#: Lists, quotes, brackets and emphasis inside one another. The MJML compiler dies at some 20,000.
MAX_DEPTH = 50
#: Markdown fills the rows of a table up, so a short text can be a very large page.
MAX_BLOCKS = 50_000

#: A text is tried before it is chosen, and made into the edition and into each one after it.
REMEMBERED_TEXTS = 256
# A longer one is parsed each time: what it comes to may be a hundred times its size.
_REMEMBERED_CHARACTERS = 20_000

# Characters that XML 1.0 and a line of text cannot hold; C1 and lone surrogates among them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
# Not the no-break space, which is there for a reason.
_SPACE = re.compile(r"[ \t\n]+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a text, and where in the file it stands; 0 where that is not known."""

    url: str
    text: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a text, and where in the file it stands; 0 where that is not known."""

    url: str
    #: Its alternative text.
    text: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Stray:
    """A link, an image or a comment that is none, and where in the file it stands."""

    text: str
    #: What is wrong with it, and what to do.
    message: str
    remedy: str
    line: int = 0
    column: int = 0
    #: The name of the finding.
    id: str = "text/markdown"


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown text, parsed."""

    tokens: tuple[Token, ...]
    #: Its links, in order.
    links: tuple[Link, ...]
    #: Its images, in order.
    images: tuple[Image, ...]
    #: Its paragraphs, headings and cells without code.
    passages: tuple[Passage, ...]
    #: How many words it has; two signs of Chinese, Japanese or Korean count as one.
    words: int
    #: By the URL of an image what it is; none that was not looked up, and its text stands instead.
    found: Mapping[str, image.Image | image.ImageFault] = field(default_factory=dict)
    #: What somebody meant for a link or an image and readers see as it is written.
    strays: tuple[Stray, ...] = ()
    #: How often the theme sets the text in from its column.
    inset: int = 0
    #: The text itself, by which what was made of it is remembered; empty where it is too long.
    text: str = ""

    @property
    def prose(self) -> str:
        """Its words without code."""
        return " ".join(passage.text for passage in self.passages)


def writable(text: str) -> str:
    """Leave out the characters that no part of a message can show."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=1024)
def one_line(text: str) -> str:
    """Write a title or a name in one line."""
    return _SPACE.sub(" ", writable(text)).strip(" ")


def parse(text: str, place: str = "", first_line: int = 0) -> Document:
    """Parse one text; raise ContentError naming ``place`` when it is too long or too deep.

    It begins in ``first_line`` of its file, from 1; 0 when that is not known.
    """
    is_short = len(text) <= _REMEMBERED_CHARACTERS
    return (_recall if is_short else _parse)(text, place, first_line)


def _parse(text: str, place: str, first_line: int) -> Document:
    known = text if len(text) <= _REMEMBERED_CHARACTERS else ""
    text = writable(text)
    where = _Where(text, place, first_line)
    data = text.encode()
    if len(data) > MAX_BYTES:
        end = len(data[:MAX_BYTES].decode(errors="ignore"))
        raise ContentError(
            f"a text is longer than {MAX_BYTES:,} bytes", place=where.at(end), remedy="shorten it"
        )
    _refuse_depth(_bracket_depth(text), where)
    tokens = tuple(_parser().parse(text))
    if len(tokens) > MAX_BLOCKS:
        raise ContentError(
            f"a text has more than {MAX_BLOCKS:,} paragraphs, items and cells",
            place=where.of(tokens[MAX_BLOCKS:]),
            remedy="shorten it",
        )
    for token in tokens:
        deepest = max((one.level for one in _walk((token,))), default=0)
        if deepest > MAX_DEPTH:
            _refuse_depth((deepest, where.start_of(token)), where)
    _refuse_turned(tokens, where)
    finder = text_places.Finder(text, first_line)
    inlines = [token for token in tokens if token.type == "inline"]
    blocks = [tuple(finder.places(token)) for token in inlines]
    passages = tuple(
        text_places.passage((_plain([token]), line) for token, line, _ in block) for block in blocks
    )
    return Document(
        tokens=tokens,
        links=tuple(link for block in blocks for link in _links(block)),
        images=tuple(
            Image(str(token.attrGet("src") or ""), _plain(token.children or []), line, column)
            for block in blocks
            for token, line, column in block
            if token.type == "image"
        ),
        passages=passages,
        words=_count_words(passages),
        text=known,
        strays=tuple(
            Stray(one.text, one.message, one.remedy, *finder.place(block, one.offset), id=one.id)
            for block, passage in zip(inlines, passages, strict=True)
            for one in _strays(block, passage.text)
        ),
    )


_recall = lru_cache(maxsize=REMEMBERED_TEXTS)(_parse)


def _count_words(passages: tuple[Passage, ...]) -> int:
    prose = " ".join(passage.text for passage in passages)
    signs = len(_WIDE.findall(prose))
    return len(_WORD.findall(_WIDE.sub(" ", prose))) + (signs + 1) // 2


def _walk(tokens: tuple[Token, ...]) -> Iterator[Token]:
    for token in tokens:
        if token.children is None or token.type == "image":
            yield token
        else:
            yield from token.children
            yield token


def _links(block: tuple[tuple[Token, int, int], ...]) -> Iterator[Link]:
    """Give the links of a block; none stands within another."""
    opened: tuple[Token, int, int] | None = None
    text = ""
    for token, line, column in block:
        if token.type == "link_open":
            opened, text = (token, line, column), ""
        elif token.type == "link_close" and opened:
            yield Link(str(opened[0].attrGet("href") or ""), text, *opened[1:])
            opened = None
        else:
            text += token.content if token.type == "code_inline" else _plain([token])


def _strays(block: Token, shown: str) -> Iterator[stray_marks.Stray]:
    found = [*stray_marks.find(block.content, shown)]
    yield from found
    if "://" in shown or "www." in shown.lower():
        for bare in stray_marks.find_bare(block.content, _unlinked(block.children or [])):
            # One in a link that Markdown takes for none is told with it.
            if not any(one.offset <= bare.offset < one.offset + len(one.text) for one in found):
                yield bare


def _unlinked(tokens: list[Token]) -> str:
    """Write the text of one block without its links and its code."""
    depth, pieces = 0, []
    for token in tokens:
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        pieces.append(_plain([token]) if not depth and token.type != "image" else " ")
    return "".join(pieces)


def _plain(tokens: list[Token]) -> str:
    """Write the text of one block without its code; an image is its alternative text."""
    written = {"softbreak": " ", "hardbreak": " ", "code_inline": " "}
    return "".join(
        _plain(token.children or [])
        if token.type == "image"
        else written.get(token.type, token.content)
        for token in tokens
    )


def _bracket_depth(text: str) -> tuple[int, int]:
    """Measure how deep brackets stand in one another, and where they are deepest.

    The parser's time grows with the square of it.
    """
    depth = deepest = offset = 0
    for sign in re.finditer(r"[\[\]]|\n\s*\n", text):
        depth = max(depth + 1 if sign[0] == "[" else depth - 1, 0) if sign[0] in "[]" else 0
        if depth > deepest:
            deepest, offset = depth, sign.start()
    return deepest, offset


def _refuse_depth(measured: tuple[int, int], where: "_Where") -> None:
    depth, offset = measured
    if depth > MAX_DEPTH:
        raise ContentError(
            f"lists, quotes, brackets or emphasis stand more than {MAX_DEPTH} deep in one another",
            place=where.at(offset),
            remedy="write it flatter",
        )


def _refuse_turned(tokens: tuple[Token, ...], where: "_Where") -> None:
    """Refuse a sign that a character reference brings in, such as ``&#x202e;``.

    What stands in a file as itself was looked at when the file was read.
    """
    for block in tokens:
        if block.type != "inline" or "&#" not in block.content:
            continue
        shown = "".join(_shown(token) for token in _walk((block,)) if token is not block)
        texts = (shown, *_titles(block))
        if sum(map(bidi.count, texts)) <= bidi.count(block.content):
            continue
        for _, sign in (found for text in texts for found in bidi.unbalanced(text)):
            start = where.start_of(block)
            written = bidi.spelt(where.text[start:])
            offset = next((at for at, one in written if one == sign), 0)
            message, remedy = bidi.words(sign)
            raise ContentError(message, place=where.at(start + offset), remedy=remedy)


def _shown(token: Token) -> str:
    return _plain(token.children or []) if token.type == "image" else token.content


def _titles(block: Token) -> Iterator[str]:
    return (str(token.attrGet("title") or "") for token in block.children or ())


@dataclass(frozen=True, slots=True)
class _Where:
    """Names places of a text."""

    text: str
    place: str
    first_line: int

    def at(self, offset: int) -> str:
        """Name the line and the column of a character, if it is known where the text begins."""
        if not self.first_line:
            return self.place
        before = self.text[:offset]
        line, column = before.count("\n"), offset - before.rfind("\n")
        return f"{self.place}:{self.first_line + line}:{column}"

    def start_of(self, token: Token) -> int:
        """Give the first character of the lines of a token."""
        first = token.map[0] if token.map else 0
        return sum(len(line) + 1 for line in self.text.split("\n")[:first])

    def of(self, tokens: tuple[Token, ...]) -> str:
        """Name the line of the first token that has one."""
        return self.at(next((self.start_of(one) for one in tokens if one.map), 0))


@cache
def _parser() -> MarkdownIt:
    # What is nested deeper than maxNesting is dropped in silence, so it lies above our limit.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 2 * MAX_DEPTH})
    parser.enable(["table", "strikethrough"])
    parser.block.ruler.before("paragraph", "comment", _block_comment, {"alt": ["paragraph"]})
    parser.inline.ruler.before("autolink", "comment", _inline_comment)
    text_places.note_places(parser)
    return parser


def _block_comment(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """Leave out an author's ``<!-- note -->``, which may hold empty lines."""
    start = state.bMarks[first] + state.tShift[first]
    if (
        state.is_code_block(first)
        or not state.src.startswith("<!--", start)
        or _last_end(state.src) < start
    ):
        return False
    end = state.src.find("-->", start, state.eMarks[last - 1])
    line = next((n for n in range(first, last) if end < state.eMarks[n]), last)
    if end < 0 or state.src[end + 3 : state.eMarks[line]].strip():
        return False
    if not silent:
        state.line = line + 1
    return True


def _inline_comment(state: StateInline, silent: bool) -> bool:  # noqa: ARG001, FBT001 - markdown-it calls it so
    if not state.src.startswith("<!--", state.pos) or _last_end(state.src) < state.pos:
        return False
    state.pos = state.src.find("-->", state.pos) + 3
    return True


@lru_cache(maxsize=4)
def _last_end(text: str) -> int:
    """Find the last end of a comment; looked up at every beginning of one."""
    return text.rfind("-->")
