"""What a selector is made of: its simple selectors, combinators and pseudo-classes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

#: Takes a fact and the token it was seen at.
Tell = Callable[[str, Any], None]

_COMBINATORS = {">": "child", "+": "adjacent", "~": "sibling"}
# CSS 2 wrote these pseudo-elements with one colon.
_ONE_COLON = frozenset({"after", "before", "first-letter", "first-line"})
# Pseudo-classes that take selectors.
_NESTING = frozenset({"any", "has", "host", "is", "matches", "not", "where"})
_PREFIXES = ("-webkit-", "-moz-", "-ms-", "-o-", "-epub-")
_PLACEHOLDERS = frozenset({"input-placeholder"})


def without_prefix(name: str) -> str:
    """Take a vendor's prefix from a name."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def read(prelude: Sequence[Any], tell: Tell) -> None:
    """Tell what the selectors of a rule are made of."""
    waiting = [(prelude, True)]
    while waiting:
        tokens, top = waiting.pop()
        waiting += [(inner, False) for inner in _read_list(tokens, tell, grouping=top)]


def _read_list(tokens: Sequence[Any], tell: Tell, *, grouping: bool) -> Iterator[Sequence[Any]]:
    """Read one list of selectors; give the lists in the brackets of its pseudo-classes."""
    reader = _Reader(tell)
    index = 0
    while index < len(tokens):
        token = tokens[index]
        reader.start = reader.start or (token if token.type != "whitespace" else None)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.type == "literal" and token.value == ",":
            if grouping:
                tell("selector grouping", reader.start)
            reader.begin()
            reader.start = None
        elif token.type == "literal" and token.value == ":":
            double = following is not None and following == ":"
            index += 2 if double else 1
            yield from reader.pseudo(tokens[index : index + 1], double=double)
        elif token.type == "literal" and token.value == ".":
            index += 1
            if following is not None and following.type == "ident":
                reader.simple("class")
        else:
            reader.take(token)
        index += 1


class _Reader:
    """Follows one complex selector from its left end, which is the place of all that it uses."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        #: The first token of the selector.
        self.start: Any = None
        self.begin()

    def begin(self) -> None:
        """Expect a compound selector: at the beginning, or after a sign between two."""
        self._chain = 0
        self._compound = self._space = False

    def simple(self, kind: str) -> None:
        """Take a simple selector of a kind."""
        self._enter()
        self._tell(f"selector {kind}", self.start)
        if kind in {"attribute", "class", "id"}:
            self._chain += 1
            if self._chain == 2:
                self._tell("selector chaining", self.start)

    def take(self, token: Any) -> None:
        """Take what is neither a class nor a pseudo-class."""
        match token.type:
            case "comment":
                self._tell("comment css", token)
            case "whitespace":
                self._space = self._compound
            case "ident":
                self.simple("type")
            case "hash":
                self.simple("id")
            case "[] block":
                self.simple("attribute")
            case "literal" if token.value == "*":
                self.simple("universal")
            case "literal" if token.value == "&":
                self._enter()
            case "literal" if token.value in _COMBINATORS:
                self._tell(f"selector {_COMBINATORS[token.value]}", self.start)
                self.begin()
            case _:
                pass

    def pseudo(self, found: Sequence[Any], *, double: bool) -> Iterator[Sequence[Any]]:
        """Take a pseudo-class or pseudo-element; give the selectors in its brackets."""
        self._enter()
        if not found or found[0].type not in {"ident", "function"}:
            return
        named = found[0]
        name = without_prefix((named.value if named.type == "ident" else named.name).lower())
        if name in _PLACEHOLDERS:
            name, double = "placeholder", True
        kind = "element" if double or name in _ONE_COLON else "class"
        self._tell(f"pseudo-{kind} {name}", self.start)
        if named.type == "function" and name in _NESTING:
            yield named.arguments

    def _enter(self) -> None:
        """Begin a compound selector, or go on with it."""
        if self._space:
            self._tell("selector descendant", self.start)
            self._chain = 0
        self._compound, self._space = True, False
