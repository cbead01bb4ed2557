"""A name in a template that stands for nothing is an error that tells the nearest one."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import jinja2
from jinja2.utils import missing


class UnknownNameError(jinja2.UndefinedError):
    """A template names something that is not there."""

    def __init__(self, name: str, owner: Iterable[str] | None) -> None:
        what = "is not there" if owner is None else "is no part of what stands before it"
        super().__init__(f"{name!r} {what}")
        self._name = name
        self._owner = owner

    def suggest(self, context: Iterable[str]) -> str:
        """Give the name that was probably meant, else where to look."""
        known = context if self._owner is None else self._owner
        return nearest(self._name, known) or "look at the names that templates may use"


class UnknownName(jinja2.StrictUndefined):
    """Stands for such a name until it is used."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Callable[[str], jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        """Jinja makes it; with a hint or an exception of its own that one is the better one."""
        if hint is None and exc is jinja2.UndefinedError:
            exc = partial(_fault, name, obj)
        super().__init__(hint, obj, name, exc)  # type: ignore[arg-type] # a maker will do


def _fault(name: object, owner: object, _message: str) -> UnknownNameError:
    if owner is missing:
        return UnknownNameError(str(name), None)
    keys = owner if isinstance(owner, Mapping) else dir(owner)
    return UnknownNameError(str(name), [str(key) for key in keys])


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest a known name; empty when none is near."""
    near = difflib.get_close_matches(name, [each for each in known if each[:1] != "_"], n=1)
    return f"did you mean {near[0]!r}?" if near else ""
