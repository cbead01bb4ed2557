"""What every compiled edition promises, checked before it leaves the stage.

The tools on the way lose doctypes, escape attributes twice and rewrite style sheets under the
wrong options; a new version of one of them must not do so unnoticed.
"""

import re
from collections import Counter
from html.parser import HTMLParser

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder, Template
from pipeline.rendering.placeholders import Placeholders

# A comment, a style sheet, or a tag with its quoted values, which may look like a comment.
_PIECE = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|<style[^>]*>(?P<sheet>.*?)</style>"
    r"|(?P<tag><[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)",
    re.DOTALL,
)
_NOT_CLOSED = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})


def _require(held: bool, promise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not held:
        raise PostConditionError(
            f"the compiled edition breaks a promise: {promise}", remedy="look at the theme"
        )


def check_compiled(html: str) -> None:
    """Look at what the MJML compiler made: no attribute may be written as a debug string."""
    for tag in _take_apart(html)["tag"]:
        # Every backslash went in as a character reference.
        _require("\\" not in tag, f"no attribute is escaped by the compiler: {tag[:120]}")


def _take_apart(html: str) -> dict[str, list[str]]:
    """Give the comments, style sheets and tags of a page, each in order."""
    pieces: dict[str, list[str]] = {"comment": [], "sheet": [], "tag": []}
    for piece in _PIECE.finditer(html):
        pieces[piece.lastgroup or "sheet"].append(piece[piece.lastgroup or "sheet"])
    return pieces


def check_inlined(before: str, after: str, placeholders: Placeholders) -> None:
    """Compare the page before and after inlining."""
    _require(after.startswith("<!DOCTYPE html>"), "it begins with <!DOCTYPE html>")
    pieces, inlined = _take_apart(before), _take_apart(after)
    _require(
        pieces["comment"] == inlined["comment"],
        "the conditional comments for Outlook are unchanged by inlining",
    )
    _require(
        _media_blocks(pieces["sheet"]) == _media_blocks(inlined["sheet"]),
        "the @media blocks are unchanged by inlining",
    )
    counts = [
        Counter(part for part in placeholders.split(page).parts if isinstance(part, Placeholder))
        for page in (before, after)
    ]
    _require(counts[0] == counts[1], "every placeholder is there as often as before inlining")
    _require("<mj-" not in after, "no MJML element is left")


def _media_blocks(sheets: list[str]) -> list[str]:
    """Cut out each ``@media`` rule with its braces, in order."""
    blocks = []
    for sheet in sheets:
        for start in (found.start() for found in re.finditer("@media", sheet)):
            depth = 0
            for end, sign in enumerate(sheet[start:], start):
                depth += (sign == "{") - (sign == "}")
                if sign == "}" and depth == 0:
                    blocks.append(sheet[start : end + 1])
                    break
            else:
                blocks.append(sheet[start:])
    return blocks


def check_marks(template: Template, part: str, placeholders: Placeholders) -> None:
    """Look at the placeholders of one part: what is personal is only for the mail."""
    inside = False
    for piece in template.parts:
        match piece:
            case Placeholder.MAIL_ONLY_START:
                _require(not inside, f"mail_only is not nested in the {part} part")
                inside = True
            case Placeholder.MAIL_ONLY_END:
                _require(inside, f"end_mail_only follows mail_only in the {part} part")
                inside = False
            case Placeholder():
                _require(inside, f"{piece.value} stands after mail_only in the {part} part")
            case _:
                _require(placeholders.nonce not in piece, f"no mark is torn in the {part} part")
    _require(not inside, f"mail_only is ended by end_mail_only in the {part} part")
    _require(
        Placeholder.UNSUBSCRIBE_URL in template.parts,
        f"unsubscribe_url stands in the {part} part",
    )


def check_page(template: Template) -> None:
    """Look at the finished page, and that it stays whole without what is only for the mail."""
    page = _Page()
    for piece in template.parts:
        match piece:
            case Placeholder.MAIL_ONLY_START:
                page.start_block()
            case Placeholder.MAIL_ONLY_END:
                page.end_block()
            case Placeholder():
                page.feed("x")
            case _:
                page.feed(piece)
    page.close()
    _require(page.opened == [], "every element is closed")
    _require(page.title.strip() != "", "it has a title")


class _Page(HTMLParser):
    """Walks through a page and refuses what is missing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.title = ""
        # How many elements were open at the start of a block, and at fewest since.
        self._outer = self._lowest = 0

    def start_block(self) -> None:
        """Begin a part that may be left out."""
        _require("<" not in self.rawdata, "mail_only stands between elements, not in one")
        self._outer = self._lowest = len(self.opened)

    def end_block(self) -> None:
        """End it: it must have closed what it opened, and nothing else."""
        _require(
            "<" not in self.rawdata and self._lowest == self._outer == len(self.opened),
            "what is only for the mail opens and closes the same elements",
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "html" or self.opened[-1:] == ["body"]:
            _require(
                bool(names.get("lang") and names.get("dir")),
                f"<{tag}> has a language and a direction",
            )
        if tag == "img":
            _require("alt" in names, f"the image {names.get('src')} has an alternative text")
        if tag not in _NOT_CLOSED:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _NOT_CLOSED:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_CLOSED:
            return
        _require(self.opened[-1:] == [tag], f"</{tag}> closes what was opened last")
        self.opened.pop()
        self._lowest = min(self._lowest, len(self.opened))

    def handle_data(self, data: str) -> None:
        if self.opened[-1:] == ["title"]:
            self.title += data
