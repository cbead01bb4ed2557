"""What every compiled edition promises, checked before it leaves the stage.

The tools on the way lose doctypes, escape attributes twice and rewrite style sheets under the
wrong options; a new version of one of them must not do so unnoticed.
"""

import re
from collections import Counter
from html.parser import HTMLParser

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder, Template
from pipeline.rendering.placeholders import PERSONAL, Placeholders

_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_STYLE = re.compile("<style[^>]*>(.*?)</style>", re.DOTALL)
_TAG = re.compile(r"<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_NOT_CLOSED = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})


def _require(held: bool, promise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not held:
        raise PostConditionError(
            f"the compiled edition breaks a promise: {promise}", remedy="look at the theme"
        )


def check_compiled(html: str) -> None:
    """Look at what the MJML compiler made: no attribute may be written as a debug string."""
    for tag in _TAG.findall(_STYLE.sub("", _COMMENT.sub("", html))):
        # Every backslash went in as a character reference.
        _require("\\" not in tag, f"no attribute is escaped by the compiler: {tag[:120]}")


def check_inlined(before: str, after: str, placeholders: Placeholders) -> None:
    """Compare the page before and after inlining."""
    _require(after.startswith("<!DOCTYPE html>"), "it begins with <!DOCTYPE html>")
    _require(
        _COMMENT.findall(before) == _COMMENT.findall(after),
        "the conditional comments for Outlook are unchanged by inlining",
    )
    _require(
        _media_blocks(before) == _media_blocks(after),
        "the @media blocks are unchanged by inlining",
    )
    counts = [
        Counter(part for part in placeholders.split(page).parts if isinstance(part, Placeholder))
        for page in (before, after)
    ]
    _require(counts[0] == counts[1], "every placeholder is there as often as before inlining")
    _require("<mj-" not in after, "no MJML element is left")


def _media_blocks(html: str) -> list[str]:
    """Cut out each ``@media`` rule with its braces, in order."""
    blocks = []
    for sheet in _STYLE.findall(_COMMENT.sub("", html)):
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
            case str():
                _require(placeholders.nonce not in piece, f"no mark is torn in the {part} part")
    _require(not inside, f"mail_only is ended by end_mail_only in the {part} part")
    _require(
        Placeholder.UNSUBSCRIBE_URL in template.parts,
        f"unsubscribe_url stands in the {part} part",
    )


def check_page(template: Template) -> None:
    """Look at the finished page and at its public form."""
    page = _Page()
    page.feed(template.join(dict.fromkeys(PERSONAL, "x")))
    page.close()
    _require(not page.faults, "; ".join(page.faults))
    _require(page.title.strip() != "", "it has a title")
    public = _Page()
    public.feed(template.public())
    public.close()
    _require(not public.faults, "; ".join(public.faults))
    _require(
        page.open_at_end == public.open_at_end == [],
        "what is only for the mail opens and closes the same elements",
    )


class _Page(HTMLParser):
    """Walks through a page and notes what is missing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_at_end: list[str] = []
        self.faults: list[str] = []
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if (tag == "html" or self.open_at_end[-1:] == ["body"]) and not (
            names.get("lang") and names.get("dir")
        ):
            self.faults.append(f"<{tag}> has a language and a direction")
        if tag == "img" and "alt" not in names:
            self.faults.append(f"every image has an alternative text: {names.get('src')}")
        if tag not in _NOT_CLOSED:
            self.open_at_end.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _NOT_CLOSED:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_CLOSED:
            return
        if self.open_at_end[-1:] == [tag]:
            self.open_at_end.pop()
        else:
            self.faults.append(f"</{tag}> closes what was opened last")

    def handle_data(self, data: str) -> None:
        if self.open_at_end[-1:] == ["title"]:
            self.title += data
