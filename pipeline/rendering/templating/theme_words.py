"""What a template writes by itself: its text without code, and what it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import jinja2
from jinja2 import meta, nodes

# Nobody reads them; the lines stay.
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Literal:
    """A piece of a template that goes out as it stands."""

    text: str
    #: The line it begins in.
    line: int

    def line_at(self, offset: int) -> int:
        """Give the line of a character."""
        return self.line + self.text.count("\n", 0, offset)


@dataclass(frozen=True, slots=True)
class Words:
    """A template, read."""

    literals: tuple[Literal, ...]
    includes: tuple[str, ...]
    #: What follows a point or stands in quotes in its code, such as ``read_more``.
    names: frozenset[str]


@lru_cache(maxsize=64)
def read(source: str) -> Words:
    """Read a template that was rendered already, so that it has no fault."""
    environment = _environment()
    tree = environment.parse(source)
    found = meta.find_referenced_templates(tree)
    return Words(
        literals=tuple(_literals(environment, source)),
        includes=tuple(name for name in found if name),
        names=frozenset(_names(tree)),
    )


def _names(tree: nodes.Template) -> Iterator[str]:
    yield from (node.attr for node in tree.find_all(nodes.Getattr))
    yield from (node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str))


def _literals(environment: jinja2.Environment, source: str) -> Iterator[Literal]:
    for line, kind, text in environment.lex(source):
        if kind == "data":
            yield Literal(_COMMENT.sub(_blank, text), line)


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True)
