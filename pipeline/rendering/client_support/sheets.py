"""What style sheets and style attributes are made of, as tinycss2 reads them.

tinycss2 reads what is broken as a browser does, and never fails.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import tinycss2

from pipeline.rendering import css_depth
from pipeline.rendering.client_support import pictures, selectors
from pipeline.rendering.client_support.gathering import Facts, Gathering
from pipeline.rendering.client_support.selectors import without_prefix

# At-rules that hold rules; of the others the content is not about the page's elements.
_HOLDERS = frozenset({"container", "document", "layer", "media", "scope", "supports"})
_MEDIA = frozenset({"import", "media"})
# In these a percentage says how much of a colour, not how much of a length.
_COLOURS = frozenset(
    {"color", "color-mix", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "rgb", "rgba"}
)
_BLOCKS = frozenset({"() block", "[] block", "{} block"})


@lru_cache(maxsize=64)
def read_sheet(text: str) -> Facts:
    """Tell the facts of a style sheet."""
    text = css_depth.cut(text)
    reader = _Reader(text)
    reader.read_rules(tinycss2.parse_stylesheet(text), within="")
    return reader.found.facts()


@lru_cache(maxsize=2048)
def read_style(text: str) -> Facts:
    """Tell the facts of a style attribute."""
    text = css_depth.cut(text)
    reader = _Reader(text)
    for node in tinycss2.parse_blocks_contents(text):
        # A rule cannot stand in an attribute.
        if node.type in {"comment", "declaration"}:
            reader.read_rules([node], within="style")
    return reader.found.facts()


@lru_cache(maxsize=64)
def read_media(text: str) -> Facts:
    """Tell the facts of a media attribute."""
    text = css_depth.cut(text)
    reader = _Reader(text)
    reader.read_query(tinycss2.parse_component_value_list(text))
    return reader.found.facts()


class _Reader:
    """Gathers the facts of one text of CSS."""

    def __init__(self, text: str) -> None:
        self.found = Gathering()
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def _tell(self, fact: str, node: Any) -> None:
        self.found.add(fact, self._starts[node.source_line - 1] + node.source_column - 1)

    def read_rules(self, nodes: Sequence[Any], *, within: str) -> None:
        """Read rules and declarations, and those in them; the depth is not on Python's stack."""
        waiting = [(node, within) for node in nodes]
        while waiting:
            node, within = waiting.pop()
            match node.type:
                case "comment":
                    self._tell("comment css", node)
                case "declaration":
                    self._read_declaration(node)
                case "qualified-rule":
                    if within != "keyframes":
                        selectors.read(node.prelude, self._tell)
                    if within == "style":
                        self._tell("nesting", node)
                    inner = tinycss2.parse_blocks_contents(node.content)
                    waiting += [(each, "style") for each in inner]
                case "at-rule":
                    waiting += self._read_at_rule(node, within)
                case _:
                    pass

    def _read_at_rule(self, node: Any, within: str) -> list[tuple[Any, str]]:
        name = without_prefix(node.lower_at_keyword)
        self._tell(f"at {name}", node)
        if within == "style":
            self._tell("nesting", node)
        if name in _MEDIA:
            self.read_query(node.prelude)
        if node.content is None:
            return []
        if name == "keyframes":
            return [(each, "keyframes") for each in tinycss2.parse_rule_list(node.content)]
        if name not in _HOLDERS:
            return []
        if within == "style":
            return [(each, "style") for each in tinycss2.parse_blocks_contents(node.content)]
        return [(each, "") for each in tinycss2.parse_rule_list(node.content)]

    def read_query(self, tokens: Sequence[Any]) -> None:
        """Read a media query: each name in brackets; what follows a colon is a value."""
        waiting: list[tuple[Sequence[Any], Any]] = [(tokens, None)]
        while waiting:
            tokens, bracket = waiting.pop()
            for token in tokens:
                if token.type == "comment":
                    self._tell("comment css", token)
                elif token.type == "() block":
                    waiting.append((token.content, token))
                elif token.type == "literal" and token.value == ":":
                    break
                elif token.type == "ident" and bracket is not None:
                    self._tell(f"media {token.lower_value}", bracket)

    def _read_declaration(self, node: Any) -> None:
        name = without_prefix(node.lower_name)
        values = [token for token in node.value if token.type not in {"whitespace", "comment"}]
        if name.startswith("--"):
            self._tell("custom-property", node)
        elif values:
            self._tell(f"property {name}", node)
        if node.important:
            self._tell("important", node)
        if len(values) == 1 and values[0].type == "ident":
            self._tell(f"value {values[0].lower_value}", node)
        self._read_value(name, node)

    def _read_value(self, name: str, node: Any) -> None:
        waiting = [(token, "") for token in node.value]
        while waiting:
            token, function = waiting.pop()
            match token.type:
                case "dimension":
                    self._tell(f"unit {token.lower_unit}", node)
                case "percentage" if function not in _COLOURS:
                    self._tell("unit %", node)
                case "ident":
                    keyword = without_prefix(token.lower_value)
                    self._tell(f"keyword {keyword}", node)
                    self._tell(f"{name}: {keyword}", node)
                case "function":
                    called = without_prefix(token.lower_name)
                    self._tell(f"function {called}", node)
                    waiting += [(each, called) for each in token.arguments]
                case "url":
                    self._read_url(token.value, node)
                case "string" if function in {"url", "image-set"}:
                    self._read_url(token.value, node)
                case "comment":
                    self._tell("comment css", token)
                case kind if kind in _BLOCKS:
                    waiting += [(each, function) for each in token.content]
                case _:
                    pass

    def _read_url(self, url: str, node: Any) -> None:
        for fact in pictures.facts(url):
            self._tell(fact, node)
