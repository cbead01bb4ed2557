"""An HTML page taken apart into comments, style sheets and tags, for those who compare two."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.validating.html_as_xml import VOID

# A comment, a style sheet, or a tag with its quoted values, which may look like a comment.
# It begins with a letter of its own, for which Python looks at once.
_PIECE = re.compile(
    r"<(?:(?P<comment>!--.*?-->)"
    r"|(?P<style>style(?P<how>[^>]*)>(?P<sheet>.*?)</style>)"
    r"|(?P<end>/[A-Za-z][^>]*>)"
    rf"|(?P<tag>(?P<name>[A-Za-z][^\s/>\"']*){IN_TAG}*>))",
    re.DOTALL,
)
_MEDIA = re.compile("@media")
# A rule that Outlook.com and Outlook's apps apply in the dark.
_OUTLOOK = re.compile(r"(?<![^{}])[^{}]*\[data-ogs[cb]\][^{}]*\{[^{}]*\}")
_AMONG = re.compile(r"[:+~]")
_SELECTORS = re.compile(r"(?<![^{}@])([^{}@]+)\{")


@dataclass(frozen=True)
class Pieces:
    """The pieces of a page, each kind in order."""

    text: str
    comments: tuple[str, ...]
    sheets: tuple[str, ...]
    #: The sheets whose rules are written into the elements.
    inlinable: tuple[str, ...]
    tags: tuple[str, ...]
    #: How many elements stand in one another.
    depth: int

    @property
    def media(self) -> list[str]:
        """Each ``@media`` rule with its braces."""
        return [rule for sheet in self.sheets for rule in _media_rules(sheet)]

    @property
    def outlook(self) -> list[str]:
        """Each rule for ``[data-ogsc]`` and ``[data-ogsb]``."""
        return [rule for sheet in self.sheets for rule in _OUTLOOK.findall(sheet)]

    @cached_property
    def selectors(self) -> tuple[str, ...]:
        """The selectors that are looked for in all elements."""
        return tuple(selector for sheet in self.inlinable for selector in _selectors_of(sheet))

    @property
    def looks(self) -> int:
        """How much work it is to find the selectors' elements.

        One that asks for an element's place among its siblings looks at all of them.
        """
        among = sum(1 for selector in self.selectors if _AMONG.search(selector))
        return len(self.tags) * (len(self.selectors) + among * len(self.tags) // 100)


@lru_cache(maxsize=64)
def _selectors_of(sheet: str) -> tuple[str, ...]:
    return tuple(one for found in _SELECTORS.findall(sheet) for one in found.split(","))


def take_apart(html: str) -> Pieces:
    """Take a page apart."""
    pieces: dict[str, list[str]] = {"comment": [], "style": [], "tag": []}
    inlinable: list[str] = []
    depth = deepest = 0
    for piece in _PIECE.finditer(html):
        kind = piece.lastgroup or ""
        if kind == "tag":
            tag = piece[0]
            pieces["tag"].append(tag)
            if tag[-2] != "/" and piece["name"] not in VOID:
                depth += 1
                deepest = max(deepest, depth)
        elif kind == "end":
            depth -= 1
        elif kind == "comment":
            pieces["comment"].append(piece[0])
        else:
            pieces["style"].append(piece["sheet"])
            if "data-premailer" not in piece["how"]:
                inlinable.append(piece["sheet"])
    return Pieces(
        html,
        tuple(pieces["comment"]),
        tuple(pieces["style"]),
        tuple(inlinable),
        tuple(pieces["tag"]),
        deepest,
    )


def _media_rules(sheet: str) -> list[str]:
    rules = []
    for start in (found.start() for found in _MEDIA.finditer(sheet)):
        depth = 0
        for brace in re.compile("[{}]").finditer(sheet, start):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                rules.append(sheet[start : brace.end()])
                break
        else:
            rules.append(sheet[start:])
    return rules
