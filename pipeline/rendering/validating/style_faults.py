"""What is broken in a style sheet or a style attribute, and where.

Browsers and premailer pass over what they cannot read, so a slip costs a style in silence. Values
are judged mildly: only what no mail program can take is told.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tinycss2

from pipeline.model.finding import Level
from pipeline.rendering import css_depth
from pipeline.rendering.validating.mjml_values import COLORS

#: Characters of a sheet that are read; Gmail reads a quarter of them.
_LONGEST = 64_000
#: Faults that are told of one sheet.
_MOST = 20
_SHOWN = 40

# A code of another program's templates stands for whatever that writes.
_PIECE = re.compile(
    r"/\*(?P<comment>.*?)(?P<end>\*/|\Z)|\{\{.*?\}\}|\{%.*?%\}|<!--|-->"
    r"|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|url\([^)\"']*+\)?|\\.|[{};]",
    re.DOTALL | re.IGNORECASE,
)
_NAME = re.compile(r"-{0,2}[a-z_][a-z0-9_-]*")
_HEX = re.compile(r"(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
#: At-rules whose blocks hold rules.
_HOLDERS = re.compile(
    r"@(?:-[a-z]+-)?(?:media|supports|document|layer|container|scope|keyframes|starting-style)\b",
    re.IGNORECASE,
)
_BOX = ("top", "right", "bottom", "left")
#: Properties that take lengths and no number but 0.
_LENGTHS = frozenset(
    {
        *("font-size", "width", "height", "max-width", "max-height", "min-width", "min-height"),
        *("margin", "padding", "border-width", "border", "border-radius", "letter-spacing"),
        *("word-spacing", "text-indent", "border-spacing", *_BOX),
        *(f"{kind}-{side}" for kind in ("margin", "padding", "border") for side in _BOX),
        *(f"border-{side}-width" for side in _BOX),
    }
)
_OF_COLOURS = frozenset({"color", "background-color", "border-color", "outline-color"})
_UNITS_WRITTEN = (
    "px pt pc in cm mm q em rem ex ch cap ic lh rlh vw vh vi vb vmin vmax svw svh lvw lvh dvw "
    "dvh svmin svmax lvmin lvmax dvmin dvmax cqw cqh cqi cqb cqmin cqmax deg grad rad turn s "
    "ms hz khz dpi dpcm dppx x fr db st "
)
_UNITS = frozenset(_UNITS_WRITTEN.split())
#: What stands for a colour without being the name of one.
_SYSTEM_WRITTEN = (
    "currentcolor inherit initial unset revert auto none canvas canvastext linktext "
    "visitedtext buttonface buttontext buttonborder field fieldtext highlight highlighttext "
    "graytext mark marktext accentcolor windowtext window activetext "
)
_SYSTEM = frozenset(_SYSTEM_WRITTEN.split())
_USUAL_UNITS = ("px", "em", "rem", "pt")


@dataclass(frozen=True, slots=True)
class StyleFault:
    """What is wrong with a style."""

    id: str
    level: Level
    message: str
    #: Where, in characters from 0.
    offset: int
    remedy: str


@dataclass(slots=True)
class _Block:
    """A block that is open."""

    head: str
    offset: int
    #: What stands in it: ``rules``, ``declarations``, or what nobody judges, ``other``.
    holds: str
    #: Whether a rule stands in it.
    has_rules: bool = False


@lru_cache(maxsize=64)
def in_sheet(css: str) -> tuple[StyleFault, ...]:
    """Find the faults of a style sheet."""
    if deep := _too_deep(css):
        return (deep,)
    return tuple(
        _Reading(css[:_LONGEST], _Block("", 0, "rules"), whole=len(css) <= _LONGEST).read()
    )


@lru_cache(maxsize=1024)
def in_attribute(css: str) -> tuple[StyleFault, ...]:
    """Find the faults of a style attribute."""
    if deep := _too_deep(css):
        return (deep,)
    return tuple(_Reading(css[:_LONGEST], _Block("", 0, "declarations"), whole=True).read())


def _too_deep(css: str) -> StyleFault | None:
    """Find brackets too deep in one another; nothing else is read then."""
    at = css_depth.too_deep_at(css)
    if at is None:
        return None
    message = f"brackets stand more than {css_depth.MAX_DEPTH} deep in one another"
    return _syntax(message, at, "write it flatter")


@dataclass
class _Reading:
    """Reads a text of CSS from one brace or semicolon to the next."""

    css: str
    outermost: _Block
    whole: bool
    open: list[_Block] = field(default_factory=list)
    nested: list[_Block] = field(default_factory=list)

    def read(self) -> list[StyleFault]:
        found: list[StyleFault] = []
        for fault in self._faults():
            found.append(fault)
            if len(found) == _MOST:
                break
        return found

    def _faults(self) -> Iterator[StyleFault]:
        css, start = self.css, 0
        for piece in _PIECE.finditer(css):
            sign = piece[0]
            if piece["comment"] is not None and not piece["end"] and self.whole:
                yield _syntax("the comment is never ended", piece.start(), "write */ at its end")
            if sign not in {"{", "}", ";"}:
                continue
            yield from self._step(sign, start, piece.start())
            start = piece.end()
        if not self.whole:
            return
        block = self.open[-1] if self.open else self.outermost
        yield from self._segment(block, start, len(css), closed=False)
        if self.open:
            # Where a brace is missing the rules after it seem to stand in the one before it.
            lost = next(iter(self.nested), self.open[0])
            yield _syntax(f"{_shown(lost.head)} is never closed", lost.offset, "write } at its end")

    def _step(self, sign: str, start: int, end: int) -> Iterator[StyleFault]:
        block = self.open[-1] if self.open else self.outermost
        if sign == "{":
            head, offset = self._text(start, end)
            if block.holds == "declarations" and not head.startswith("@"):
                block.has_rules = True
                if self.open:
                    self.nested.append(block)
            self.open.append(_Block(head, offset, _kind(head, block)))
            return
        yield from self._segment(block, start, end, closed=True)
        if sign == "}" and self.open:
            self.open.pop()
        elif sign == "}":
            yield _syntax("a } closes nothing", end, "remove it")

    def _segment(
        self, block: _Block, start: int, end: int, *, closed: bool
    ) -> Iterator[StyleFault]:
        text, offset = self._text(start, end)
        if not text or block.holds == "other" or text.startswith("@"):
            return
        if block.holds == "rules":
            if closed or not self.open:
                yield _syntax(
                    f"{_shown(text)} stands in no rule", offset, "write it into one, or remove it"
                )
            return
        yield from _declaration(text, offset)

    def _text(self, start: int, end: int) -> tuple[str, int]:
        """Give what stands in a segment but for comments, and where it begins."""
        blank = re.sub(
            r"/\*.*?(?:\*/|\Z)|<!--|-->",
            lambda found: " " * len(found[0]),
            self.css[start:end],
            flags=re.DOTALL,
        )
        return blank.strip(), start + len(blank) - len(blank.lstrip())


def _kind(head: str, around: _Block) -> str:
    if around.holds == "other":
        return "other"
    if not head.startswith("@"):
        return "declarations"
    if not _HOLDERS.match(head):
        return "other"
    return "declarations" if around.holds == "declarations" else "rules"


def _declaration(text: str, offset: int) -> Iterator[StyleFault]:
    name, colon, value = text.partition(":")
    name = name.strip().lower()
    if "{{" in text or "{%" in text or name[:1] in {"*", "_", "#"} or "\\" in name:
        # Codes of other programs, and names by which old browsers are told apart.
        return
    if not colon:
        first, _, rest = text.partition(" ")
        known = first.lower() in properties()
        remedy = f"write {_shown(f'{first}: {rest.strip()}')}" if known and rest.strip() else ""
        yield _syntax(
            f"{_shown(text)} has no colon", offset, remedy or "write name: value, or remove it"
        )
        return
    if not _NAME.fullmatch(name):
        yield _syntax(f"{_shown(text)} does not begin with a name", offset, "mend it or remove it")
        return
    if name.startswith(("-", "mso-")):
        return
    if name not in properties():
        near = nearest(name)
        yield StyleFault(
            "style/property",
            Level.WARNING,
            f"CSS has no property {name}",
            offset,
            f"did you mean {near}?" if near else "remove it",
        )
        return
    yield from _value(name, value, offset)


def _value(name: str, value: str, offset: int) -> Iterator[StyleFault]:
    words = [
        token
        for token in tinycss2.parse_component_value_list(value, skip_comments=True)
        if token.type != "whitespace"
    ]
    bare = value.partition("!")[0].strip()
    if not bare:
        yield _wrong(f"{name} has no value", offset, "write one, or remove it")
        return
    for token, following in zip(words, [*words[1:], None], strict=True):
        if token.type == "literal" and token.value == ":" and name != "filter":
            yield from _missing_semicolon(words, token, offset, name)
            return
        if fault := _word_fault(name, token, following):
            yield _wrong(f"{fault[0]} in {name}", offset, fault[1])
            return
    if name in _OF_COLOURS and re.fullmatch("[A-Za-z]+", bare) and bare.lower() not in COLORS:
        near = difflib.get_close_matches(bare.lower(), COLORS, n=1, cutoff=0.75)
        if near and bare.lower() not in _SYSTEM:
            yield _wrong(f"{bare} is no colour in {name}", offset, f"did you mean {near[0]}?")


def _missing_semicolon(
    words: Sequence[Any], colon: Any, offset: int, name: str
) -> Iterator[StyleFault]:
    before = words[words.index(colon) - 1] if words.index(colon) else None
    if before is not None and before.type == "ident" and before.lower_value in properties():
        yield _syntax(
            f"no semicolon stands between {name} and {before.lower_value}",
            offset,
            f"write ; before {before.lower_value}",
        )


def _word_fault(name: str, token: Any, following: Any) -> tuple[str, str] | None:
    if token.type == "hash" and not _HEX.fullmatch(token.value):
        return f"#{token.value} is no colour", "write # and three or six of 0-9 and a-f"
    if token.type == "dimension" and token.lower_unit not in _UNITS:
        near = difflib.get_close_matches(token.lower_unit, _USUAL_UNITS, n=1, cutoff=0.5)
        meant = f"did you mean {token.representation}{near[0]}?" if near else "write px"
        return f"{token.representation}{token.unit} has no unit of CSS", meant
    if token.type == "number" and token.value and name in _LENGTHS:
        return f"{token.representation} has no unit", f"did you mean {token.representation}px?"
    if token.type == "literal" and token.value == "!" and following is not None:
        word = getattr(following, "lower_value", "important")
        if word != "important" and difflib.get_close_matches(word, ["important"], cutoff=0.7):
            return f"!{word} means nothing", "did you mean !important?"
    return None


@cache
def properties() -> frozenset[str]:
    """Name the properties that browsers or mail programs know; no prefixed ones."""
    text = (files(__package__) / "data" / "css-properties.txt").read_text("ascii")
    return frozenset(text.split())


@lru_cache(maxsize=256)
def nearest(name: str) -> str:
    """Give the property that was probably meant; empty when none is near."""
    near = difflib.get_close_matches(name, sorted(properties()), n=1, cutoff=0.75)
    return near[0] if near else ""


def _syntax(message: str, offset: int, remedy: str) -> StyleFault:
    return StyleFault("style/syntax", Level.ERROR, message, offset, remedy)


def _wrong(message: str, offset: int, remedy: str) -> StyleFault:
    return StyleFault("style/value", Level.WARNING, message, offset, remedy)


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1].rstrip()}…")
