"""Walks once through a finished page: is it whole, titled, with its languages and a way out.

The page was written by lxml, so every attribute is quoted and no bracket stands by itself.
"""

import re
from collections.abc import Callable

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder, Template
from pipeline.rendering import markup
from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.pages import way_out
from pipeline.rendering.pages.way_out import WayOut
from pipeline.rendering.validating.html_as_xml import VOID

# Stand for the beginning and the end of what is only for the mail; no page can hold them.
_START, _END = "\x01", "\x02"
_TOKEN = re.compile(
    rf"(?P<mark>[{_START}{_END}])"
    r"|<(?:(?P<closed>!--.*?-->|!DOCTYPE[^>]*>|(?P<raw>style|script)\b[^>]*>.*?</(?P=raw)\s*>)"
    r"|/(?P<end>[A-Za-z][^\s>]*)\s*>"
    rf"|(?P<start>[A-Za-z][^\s/>]*){IN_TAG}*>)",
    re.DOTALL,
)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_BETWEEN = "write it between two elements"


def check(
    template: Template,
    link_place: Callable[[], str] | None = None,
    place_of: Callable[..., str] = lambda *_texts: "",
) -> None:
    """Look at a page with the marks of what is only for the mail; raise PostConditionError.

    ``link_place`` says where the unsubscribe link was written, ``place_of`` where the first of
    some texts that there is.
    """
    page = "".join(_shown(part) for part in template.parts)
    walk = _Walk(place_of)
    end = 0
    for token in _TOKEN.finditer(page):
        if walk.way_out.is_open:
            walk.way_out.read(page[end : token.start()])
        walk.take(token)
        end = token.end()
    if walk.opened:
        raise _error(f"the page does not close <{walk.opened[-1]}>")
    title = _TITLE.search(page)
    if title is None or not title[1].strip():
        raise _error(
            "the page has no title",
            "write <mj-title>{{ subject }}</mj-title> into its <mj-head>",
            place_of("<mj-title", "<mj-head", "<mjml"),
        )
    if not walk.way_out.is_found:
        raise PostConditionError(
            walk.way_out.fault, place=link_place() if link_place else "", remedy=way_out.REMEDY
        )


def _shown(part: Placeholder | str) -> str:
    match part:
        case Placeholder.MAIL_ONLY_START:
            return _START
        case Placeholder.MAIL_ONLY_END:
            return _END
        case Placeholder.UNSUBSCRIBE_URL:
            return way_out.MARK
        case Placeholder():
            return "x"
        case _:
            return part


def _error(fault: str, remedy: str = "look at the theme", place: str = "") -> PostConditionError:
    return PostConditionError(fault, place=place, remedy=remedy)


class _Walk:
    """The way through a page, from tag to tag."""

    def __init__(self, place_of: Callable[..., str]) -> None:
        self._place_of = place_of
        self.opened: list[str] = []
        # How many elements were open at the start of a block, and at fewest since.
        self._outer = self._lowest = 0
        self.way_out = WayOut()

    def take(self, token: re.Match[str]) -> None:
        """Go on by one piece."""
        kind, text = token.lastgroup, token[0]
        if kind == "mark":
            if text == _START:
                self._outer = self._lowest = len(self.opened)
            else:
                self._end_block()
        elif _START in text or _END in text:
            name = "mail_only" if _START in text.partition(_END)[0] else "end_mail_only"
            raise _error(f"{name} stands within a tag", _BETWEEN)
        elif kind == "end":
            self._end(token["end"])
        elif kind == "start":
            self._start(token["start"], text)

    def _end_block(self) -> None:
        """End what is only for the mail: it must have closed what it opened, and nothing else."""
        if not self._lowest == self._outer == len(self.opened):
            raise _error(
                "between mail_only and end_mail_only an element is opened or closed, and not both",
                "write the two marks into the same element",
            )

    def _start(self, name: str, tag: str) -> None:
        self.way_out.start(name, tag, len(self.opened))
        if name == "html" or self.opened[-1:] == ["body"]:
            self._check_language(name, markup.values(tag))
        if name == "img":
            names = markup.values(tag)
            if "alt" not in names:
                raise _error(
                    f"the image {names.get('src')} has no alternative text",
                    'write alt="..." into it',
                )
        if name not in VOID and not tag.endswith("/>"):
            self.opened.append(name)

    def _end(self, name: str) -> None:
        if name in VOID:
            return
        if self.opened[-1:] != [name]:
            inner = "".join(self.opened[-1:])
            raise _error(f"</{name}> closes <{inner}> in the page, which does not fit")
        self.opened.pop()
        self.way_out.leave(len(self.opened))
        self._lowest = min(self._lowest, len(self.opened))

    def _check_language(self, name: str, names: dict[str, str]) -> None:
        # The compiler writes lang="und" where a theme says nothing.
        if names.get("lang", "und") in {"", "und"} or not names.get("dir"):
            begun = ("<mjml",) if name == "html" else ("<mj-preview", "<mj-raw", "<mjml")
            raise _error(
                f"<{name}> has no language or no direction",
                'begin issue.mjml with <mjml lang="{{ language }}" dir="{{ direction }}">, '
                "and write both into what stands in <mj-raw>",
                self._place_of(*begun),
            )
