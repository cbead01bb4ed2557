"""Jinja2's sandbox with limits: no template runs without end or fills the memory.

Jinja limits a single ``range``, but neither loops within loops nor what ``*`` and ``~`` make.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.rendering.deadline import Deadline
from pipeline.rendering.templating import growth, personal_values
from pipeline.rendering.templating.weighing import MAX_ITEMS, MAX_LENGTH, is_heavy, size

#: Turns of loops, calls and filters of one rendering.
MAX_STEPS = 300_000
#: Characters that one rendering may write, in parts and in the whole.
MAX_CHARACTERS = 10_000_000
#: Characters that its filters and calls may make, whether they are written or not.
MAX_MADE = 50_000_000
MAX_EXPONENT = 64
#: Binary digits of a number.
MAX_BITS = 4_096
#: The steps from one look at the clock to the next.
_STRIDE = 64

_MOST_KNOWN = 1_000

# A width in a format, of "%" and of str.format.
_FORMAT = re.compile(r"%[^a-zA-Z%]{0,20}(?:[0-9]{5}|\*)|\{[^{}]{0,40}:[^{}]{0,20}(?:[0-9]{5}|\{)")


class LimitError(jinja2.TemplateRuntimeError):
    """A template asks for more than a mail can ever need."""

    remedy = "repeat less"


class NoTextError(LimitError):
    """A template writes what is no text, such as all words at once."""

    remedy = "name a part of it that is a text"


class TooDeepError(jinja2.TemplateSyntaxError):
    """A template is nested deeper than it can be compiled."""


class _Spent(threading.local):
    """What the rendering of one thread has cost; one desk serves several threads."""

    steps = characters = made = 0
    deadline: Deadline | None = None
    #: What stands in every mark for a value of one reader.
    nonce = ""


class ThemeSandbox(ImmutableSandboxedEnvironment):
    """Renders templates, and counts what each rendering costs."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, **options: Any) -> None:
        # Nothing is worked out while compiling: there nobody counts.
        super().__init__(optimized=False, finalize=self._write, **options)
        self._spent = _Spent()
        self._safe: dict[tuple[type, str], bool] = {}
        self.globals["range"] = _range
        own = {
            "counted": self._counted,
            "weighed": _weighed,
            "compared": partial(self._refuse_personal, doing="a comparison looks at"),
            "parted": partial(self._refuse_personal, doing="a part is taken of"),
            "spread": partial(self._refuse_personal, doing="a call takes the letters of"),
        }
        self.filters = {n: self._limited(n, each) for n, each in self.filters.items()} | own
        self.tests = {name: self._asked(name, each) for name, each in self.tests.items()}

    def begin(self, deadline: Deadline | None = None, nonce: str = "") -> None:
        """Begin a rendering; every mark for a value of one reader holds the ``nonce``."""
        spent = self._spent
        spent.steps = spent.characters = spent.made = 0
        spent.deadline = deadline
        spent.nonce = nonce

    def compile(self, source: Any, *args: Any, **options: Any) -> Any:
        """Compile a template; raise TooDeepError where Python's own compiler gives up."""
        try:
            return super().compile(source, *args, **options)
        except (MemoryError, RecursionError, SyntaxError) as error:
            name, filename = (*args, None, None)[:2]
            raise TooDeepError(
                "blocks, brackets or operators stand too deep in one another", 1, name, filename
            ) from error

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for loop in list(template.find_all(nodes.For)):
            loop.iter = self._filtered(loop.iter, "counted")
        self._guard(template)
        made = (nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict)
        for parent in list(template.find_all(nodes.Node)):
            for field, value in list(parent.iter_fields()):
                # What is assigned to is a tuple, too.
                if isinstance(value, made) and getattr(value, "ctx", "load") == "load":
                    setattr(parent, field, self._filtered(value, "weighed"))
                elif isinstance(value, list):
                    value[:] = [
                        self._filtered(each, "weighed")
                        if isinstance(each, made) and getattr(each, "ctx", "load") == "load"
                        else each
                        for each in value
                    ]
        return template

    def _guard(self, template: nodes.Template) -> None:
        """Look at what Jinja lets pass without asking: comparisons, slices, spread arguments."""
        for comparison in list(template.find_all(nodes.Compare)):
            comparison.expr = self._filtered(comparison.expr, "compared")
            for operand in comparison.ops:
                operand.expr = self._filtered(operand.expr, "compared")
        for part in list(template.find_all(nodes.Getitem)):
            # Jinja asks nobody for a slice.
            if isinstance(part.arg, nodes.Slice):
                part.node = self._filtered(part.node, "parted")
        for call in list(template.find_all(nodes.Call)):
            if call.dyn_args is not None:
                call.dyn_args = self._filtered(call.dyn_args, "spread")

    def _filtered(self, node: nodes.Node, name: str) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=self)

    def _refuse_personal(self, value: Any, doing: str) -> Any:
        personal_values.refuse(value, self._spent.nonce, doing)
        return value

    def _step(self) -> None:
        spent = self._spent
        spent.steps += 1
        if spent.steps > MAX_STEPS:
            raise LimitError(f"it takes more than {MAX_STEPS:,} turns of loops and calls")
        if spent.steps % _STRIDE == 0 and spent.deadline and spent.deadline.has_passed:
            raise LimitError(str(spent.deadline))

    def _counted(self, items: Iterable[object]) -> Iterator[object]:
        if isinstance(items, str):
            self._refuse_personal(items, "a loop goes through")
        return self._count(iter(items))

    def _count(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self._step()
            yield item

    @jinja2.pass_context
    def _write(self, _context: Context, value: object) -> object:
        if isinstance(value, str):
            self._spent.characters += len(value)
        elif isinstance(value, list | tuple | dict):
            raise NoTextError("it writes a list and no text")
        elif value is not None and not isinstance(value, int | float | jinja2.Undefined):
            # What Python shows of it is another on each day.
            raise NoTextError(f"it writes {type(value).__name__}, which is no text")
        if self._spent.characters > MAX_CHARACTERS:
            raise LimitError(f"it writes more than {MAX_CHARACTERS:,} characters")
        return value

    def _made(self, value: Any) -> Any:
        """Count what a filter or a call has made."""
        if isinstance(value, str | bytes | list | tuple):
            self._spent.made += len(value)
            if is_heavy(value):
                raise LimitError("it makes a value that is too large")
            if self._spent.made > MAX_MADE:
                raise LimitError(f"it makes more than {MAX_MADE:,} characters")
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse an operation whose result would be huge."""
        self._step()
        if operator == "%":
            self._refuse_personal((left, right), "'%' takes")
        if _is_too_large(operator, left, right):
            raise LimitError(f"the result of {operator} is too large")
        return self._made(super().call_binop(context, operator, left, right))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Give an item of a value, and no letter of a mark."""
        if isinstance(obj, str):
            self._refuse_personal(obj, "a part is taken of")
        return super().getitem(obj, argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give a part of a value, and no method of a mark."""
        # What begins with a line is refused for everything.
        if isinstance(obj, str) and attribute[:1] != "_":
            self._refuse_personal(obj, f"{attribute!r} is asked of")
        elif self._safe.get((type(obj), attribute)):
            value = getattr(obj, attribute, None)
            # Jinja looks for the methods of texts besides, and a text is none.
            if isinstance(value, str):
                return value
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Ask Jinja once for each kind of value, since it looks at nothing else."""
        key = (type(obj), attr)
        known = self._safe.get(key)
        if known is None:
            # A template can make up any number of names.
            if len(self._safe) >= _MOST_KNOWN:
                self._safe.clear()
            known = self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return known

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Look at a format when its method is named; what Jinja calls instead hides it."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            _refuse_format(value.__self__)
        return wrapped

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Count a call, and refuse one of a text's methods whose result would be huge."""
        self._step()
        # A format's method is hidden behind what Jinja calls instead.
        own = getattr(getattr(obj, "__wrapped__", obj), "__self__", None)
        name = getattr(obj, "__name__", "")
        if name == "join":
            args = tuple(map(growth.listed, args))
        if isinstance(own, str):
            self._refuse_personal((*args, kwargs), f"{name!r} takes")
        _refuse_growth(name, own if isinstance(own, str | bytes) else "", args, kwargs)
        return self._made(super().call(context, obj, *args, **kwargs))

    def _asked(self, called: str, function: Any) -> Callable[..., Any]:
        """Check what a test gets, which a template calls so."""

        @wraps(function)
        def ask(*args: Any, **kwargs: Any) -> Any:
            if called not in personal_values.ASKING_NOTHING:
                for each in args:
                    self._refuse_personal(each, f"{called!r} is asked of")
            return function(*args, **kwargs)

        return ask

    def _limited(self, called: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Check what a filter gets and gives, which a template calls so.

        What Jinja passes first is no text.
        """
        name = function.__name__.removeprefix("do_")

        @wraps(function)
        def check(*args: Any, **kwargs: Any) -> Any:
            self._step()
            if name == "join":
                args = tuple(map(growth.listed, args))
            if called not in personal_values.KEEPING:
                for each in (*args, *kwargs.values()):
                    # A list may be joined or gone through; a format reaches into it.
                    if isinstance(each, str) or called == "format":
                        self._refuse_personal(each, f"{called!r} is asked of")
            text, *given = [each for each in args if isinstance(each, _PLAIN)] or [""]
            _refuse_growth(name, text, given, kwargs)
            if name == "format" and isinstance(text, str):
                _refuse_format(text)
            return self._made(function(*args, **kwargs))

        return check


# What makes much of little.
_GROWING = frozenset({"format", "format_map", "join", "tojson"})
#: A text of so many characters in each place of another, or so many before each of its lines, is
#: not much.
_SHORT = 1_000
_PLAIN = (str, bytes, int, list, tuple, dict)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if numbers[MAX_ITEMS:]:
        raise LimitError(f"'range' gives more than {MAX_ITEMS:,} numbers")
    return numbers


def _weighed(value: Any) -> Any:
    if is_heavy(value):
        raise LimitError(f"it holds more than {MAX_LENGTH:,} characters or {MAX_ITEMS:,} items")
    return value


def _is_too_large(operator: str, left: Any, right: Any) -> bool:
    numbers = isinstance(left, int) and isinstance(right, int)
    match operator:
        case "**":
            return bool(max(abs(left), abs(right)) > MAX_EXPONENT)
        case "*" if numbers:
            return bool(left.bit_length() + right.bit_length() > MAX_BITS)
        case "*":
            value, times = (left, right) if isinstance(right, int) else (right, left)
            if not isinstance(times, int) or isinstance(value, float):
                return False
            items = len(value) if isinstance(value, list | tuple) else 0
            return size(value) * times > MAX_LENGTH or items * times > MAX_ITEMS
        case "%" if isinstance(left, str):
            _refuse_format(left)
            given = right if isinstance(right, tuple) else (right,)
            too_much = growth.is_too_much(growth.formatted(left, "%", given))
            return too_much or is_heavy(left) or is_heavy(right)
        case _:
            return is_heavy(left) or is_heavy(right)


def _is_short(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _SHORT
    if isinstance(value, int):
        return value <= _SHORT
    return not isinstance(value, bytes | list | tuple | dict)


def _refuse_growth(
    name: str, text: object, args: Iterable[object], kwargs: dict[str, object]
) -> None:
    """Refuse arguments that make a huge text of a small one: widths, and what is put in often."""
    given = (*args, *kwargs.values())
    if name not in _GROWING and all(map(_is_short, (text, *given))):
        return
    if (
        is_heavy(text)
        or any(is_heavy(value) for value in given)
        or any(isinstance(value, int) and value > MAX_LENGTH for value in given)
    ):
        raise LimitError("it makes a text that is too large")
    if growth.is_too_much(_characters(name, text, given)):
        raise LimitError("it makes a text that is too large")


def _characters(name: str, text: object, given: tuple[object, ...]) -> int:
    """Give how long a text a filter or a method may make."""
    match name:
        case "join":
            # The filter gets the items first, the method the glue.
            return max(growth.joined(text, one) + growth.joined(one, text) for one in (*given, ""))
        case "format" | "format_map" if isinstance(text, str):
            return max(growth.formatted(text, sign, given) for sign in "%{")
        case "tojson" if growth.is_too_wide(given):
            raise LimitError("it sets its levels in by too much")
        case "expandtabs" if isinstance(text, str):
            width = max((value for value in given if isinstance(value, int)), default=8)
            return text.count("\t") * width
        case _:
            put_in = size(text) * max(map(size, given), default=0)
            return max(put_in, growth.indented(text, given) if name == "indent" else 0)


def _refuse_format(text: str) -> None:
    if _FORMAT.search(text):
        raise LimitError("a format asks for a text that is too large")
