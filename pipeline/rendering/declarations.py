"""The text of a style -> its declarations; a newsletter repeats few different ones."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

import tinycss2
from tinycss2.ast import Declaration as Parsed

from pipeline.rendering import css_depth

#: What a semicolon or a colon may stand in without ending anything.
_INVOLVED = re.compile(r"[\"'(){}\[\]\\@/!]")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration."""

    #: In lower case.
    name: str
    value: str
    important: bool = False
    #: Where it stands in its sheet or attribute, from 1; 0 where nobody has counted.
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a style sheet, and where it stands in the sheet, from 1."""

    selectors: str
    declarations: tuple[Declaration, ...]
    #: The conditions around it, such as ``@media (prefers-color-scheme:dark)``; outermost first.
    conditions: tuple[str, ...]
    line: int
    column: int


@lru_cache(maxsize=4096)
def read_style(css: str) -> tuple[Declaration, ...]:
    """Read the value of a ``style`` attribute; what is no declaration is passed over."""
    if _INVOLVED.search(css):
        css = css_depth.cut(css)
        return _declarations(tinycss2.parse_blocks_contents(css, skip_comments=True))
    pairs = (piece.partition(":") for piece in css.split(";"))
    return tuple(
        Declaration(name.strip().lower(), value.strip())
        for name, colon, value in pairs
        if colon and value.strip()
    )


def place_styles(css: str) -> tuple[tuple[Declaration, int], ...]:
    """Read the value of a ``style`` attribute with the place of each declaration in it."""
    starts = [0, *accumulate(len(line) + 1 for line in css.split("\n"))]
    found = _declarations(tinycss2.parse_blocks_contents(css_depth.cut(css), skip_comments=True))
    return tuple((one, starts[one.line - 1] + one.column - 1) for one in found)


@lru_cache(maxsize=64)
def read_sheet(css: str) -> tuple[Rule, ...]:
    """Read a style sheet, the rules within conditions too."""
    rules: list[Rule] = []
    nodes = tinycss2.parse_stylesheet(
        css_depth.cut(css[:_LONGEST]), skip_comments=True, skip_whitespace=True
    )
    waiting = [(node, ()) for node in reversed(nodes)]  # type: list[tuple[object, tuple[str, ...]]]
    while waiting:
        node, around = waiting.pop()
        match node:
            case tinycss2.ast.QualifiedRule():
                content = tinycss2.parse_blocks_contents(node.content, skip_comments=True)
                rules.append(
                    Rule(
                        selectors=tinycss2.serialize(node.prelude).strip(),
                        declarations=_declarations(content),
                        conditions=around,
                        line=node.source_line,
                        column=node.source_column,
                    )
                )
            case tinycss2.ast.AtRule(content=list(content)) if len(around) < _DEEPEST:
                words = f"@{node.lower_at_keyword}{tinycss2.serialize(node.prelude)}".strip()
                inner = tinycss2.parse_rule_list(content, skip_comments=True, skip_whitespace=True)
                waiting += [(each, (*around, words)) for each in reversed(inner)]
            case _:
                pass
    return tuple(rules)


#: Characters of a sheet that are read; Gmail reads a quarter of them.
_LONGEST = 64_000
#: Conditions within one another; deeper ones no mail client reads.
_DEEPEST = 8


def _declarations(nodes: list[object]) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            node.lower_name,
            tinycss2.serialize(node.value).strip(),
            node.important,
            node.source_line,
            node.source_column,
        )
        for node in nodes
        if isinstance(node, Parsed)
    )
