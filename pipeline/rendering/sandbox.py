"""Jinja2's sandbox with limits: no template runs without end or fills the memory.

Jinja limits a single ``range``, but neither loops within loops nor what ``*`` and ``~`` make.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: Turns of loops and calls of one rendering.
MAX_STEPS = 300_000
#: Characters that one rendering may write, in parts and in the whole.
MAX_CHARACTERS = 10_000_000
#: Characters or items of a single value.
MAX_LENGTH = 1_000_000
MAX_EXPONENT = 64

_format = jinja2.filters.FILTERS["format"]
_GROWING = ("center", "format", "indent", "join", "replace", "batch", "slice")
# A width in a format, of "%" and of str.format.
_FORMAT = re.compile(r"%[^a-zA-Z%]{0,20}(?:[0-9]{5}|\*)|\{[^{}]{0,40}:[^{}]{0,20}(?:[0-9]{5}|\{)")


class LimitError(jinja2.TemplateRuntimeError):
    """A template asks for more than a mail can ever need."""


class ThemeSandbox(ImmutableSandboxedEnvironment):
    """Renders templates, and counts what each rendering costs."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, **options: Any) -> None:
        # Nothing is worked out while compiling: there nobody counts.
        super().__init__(optimized=False, finalize=self._write, **options)
        # One desk serves several threads.
        self._spent = threading.local()
        self.begin()
        self.filters |= {name: _limited(self.filters[name]) for name in _GROWING}
        self.filters |= {"counted": self._counted, "limited": _refuse_long}

    def begin(self) -> None:
        """Begin a rendering."""
        self._spent.steps = self._spent.characters = 0

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for loop in list(template.find_all(nodes.For)):
            loop.iter = self._filtered(loop.iter, "counted")
        for parent in list(template.find_all(nodes.Node)):
            for field, value in list(parent.iter_fields()):
                if isinstance(value, nodes.Concat):
                    setattr(parent, field, self._filtered(value, "limited"))
        return template

    def _filtered(self, node: nodes.Node, name: str) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=self)

    def _step(self) -> None:
        self._spent.steps += 1
        if self._spent.steps > MAX_STEPS:
            raise LimitError(f"it takes more than {MAX_STEPS:,} turns of loops and calls")

    def _counted(self, items: Iterable[object]) -> Iterator[object]:
        return self._count(iter(items))

    def _count(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self._step()
            yield item

    @staticmethod
    def _length(value: object) -> int:
        return len(value) if isinstance(value, str | list | tuple) else 0

    @jinja2.pass_context
    def _write(self, _context: Context, value: object) -> object:
        self._spent.characters += len(value) if isinstance(value, str) else 0
        if self._spent.characters > MAX_CHARACTERS:
            raise LimitError(f"it writes more than {MAX_CHARACTERS:,} characters")
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse an operation whose result would be huge."""
        lengths = self._length(left), self._length(right)
        match operator:
            case "*":
                size = max(
                    lengths[0] * right if isinstance(right, int) else 0,
                    lengths[1] * left if isinstance(left, int) else 0,
                )
            case "**":
                size = MAX_LENGTH + 1 if max(abs(left), abs(right)) > MAX_EXPONENT else 0
            case "%" if isinstance(left, str):
                _refuse_format(left)
                size = lengths[0]
            case _:
                size = sum(lengths)
        if size > MAX_LENGTH:
            raise LimitError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Look at a format when its method is named; what Jinja calls instead hides it."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            _refuse_format(value.__self__)
        return wrapped

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Count a call, and refuse one of a text's methods whose result would be huge."""
        self._step()
        own = getattr(obj, "__self__", None)
        if isinstance(own, str):
            _refuse_growth(own, args, kwargs)
        return super().call(context, obj, *args, **kwargs)


def _refuse_long(value: Any) -> Any:
    if len(value) > MAX_LENGTH:
        raise LimitError(f"a text is longer than {MAX_LENGTH:,} characters")
    return value


def _refuse_growth(text: object, args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    """Refuse arguments that make a huge text of a small one: widths, and what is put in often."""
    given = (*args, *kwargs.values())
    length = len(text) if isinstance(text, str) else 0
    put_in = max((len(value) for value in given if isinstance(value, str)), default=0)
    if (
        any(isinstance(value, int) and value > MAX_LENGTH for value in given)
        or length * put_in > 100 * MAX_LENGTH
    ):
        raise LimitError("it makes a text that is too large")


def _refuse_format(text: str) -> None:
    if _FORMAT.search(text):
        raise LimitError("a format asks for a text that is too large")


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check the arguments of a filter; what Jinja passes first is no text."""

    @wraps(function)
    def check(*args: Any, **kwargs: Any) -> Any:
        values = tuple(value for value in args if isinstance(value, str | int | list | tuple))
        if values:
            _refuse_growth(values[0], values[1:], kwargs)
            if isinstance(values[0], list | tuple):
                _refuse_sum(values)
            if function is _format and isinstance(values[0], str):
                _refuse_format(values[0])
        return function(*args, **kwargs)

    return check


def _refuse_sum(values: tuple[Any, ...]) -> None:
    """Refuse to join texts, with what goes between, to a huge one."""
    items, *between = values
    glue = len(between[0]) if between and isinstance(between[0], str) else 0
    if sum(len(item) for item in items if isinstance(item, str)) + glue * len(items) > MAX_LENGTH:
        raise LimitError("it makes a text that is too large")
