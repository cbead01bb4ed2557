"""Edge: the theme's files, rendered by Jinja2 in a sandbox.

A template may read what the context holds, and include files of its own folders, nothing else.
Nothing random or of the day is within its reach, so the same issue gives the same bytes.
"""

import difflib
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import jinja2

from pipeline.errors import TemplateError
from pipeline.rendering import normalising, tracing, wrapping
from pipeline.rendering.sandbox import LimitError, ThemeSandbox
from pipeline.rendering.theme_files import ThemeFiles
from pipeline.rendering.tracing import LineMarks, Trace

#: What the code of a template can raise besides Jinja's own errors.
_RAISED_BY_TEMPLATES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Templates:
    """The files of a theme, looked for in one folder after the other."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._files = ThemeFiles(folders)
        self._markup = self._environment(escape=True)
        self._plain = self._environment(escape=False)

    def _environment(self, *, escape: bool, marked: bool = False) -> ThemeSandbox:
        # Not select_autoescape: that one is off for .mjml.
        environment = ThemeSandbox(
            loader=self._files,
            autoescape=escape,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=[LineMarks] if marked else [],
        )
        del environment.globals["lipsum"], environment.filters["random"]
        if not escape:
            environment.filters |= {"wrap": wrapping.wrap}
        return environment

    def render_markup(self, name: str, context: Mapping[str, object]) -> str:
        """Render a template in which every value is escaped, and number its entities."""
        return normalising.number_entities(self._render(self._markup, name, context))

    def render_text(self, name: str, context: Mapping[str, object]) -> str:
        """Render a template of the text part, where nothing is markup."""
        return self._render(self._plain, name, context)

    def locate_markup(self, name: str, context: Mapping[str, object], offset: int) -> str:
        """Say where the character at ``offset`` of what ``render_markup`` gave was written."""
        return self.trace_markup(name, context)(offset)

    def trace_markup(self, name: str, context: Mapping[str, object]) -> Callable[[int], str]:
        """Give what says where a character of what ``render_markup`` gave was written."""
        environment = self._environment(escape=True, marked=True)
        marked = normalising.number_entities(self._render(environment, name, context))
        return partial(self._place, tracing.read(marked), name)

    def locate_text(self, name: str, context: Mapping[str, object], offset: int) -> str:
        """Say where the character at ``offset`` of what ``render_text`` gave was written."""
        environment = self._environment(escape=False, marked=True)
        marked = self._render(environment, name, context)
        return self._place(tracing.read(marked), name, offset)

    def _place(self, trace: Trace, name: str, offset: int) -> str:
        file, line = trace.writer(offset)
        return self._files.place(file, line) if file else self.place_of(name)

    def place_of(self, name: str) -> str:
        """Name the file of a template as a person sees it."""
        return self._files.place_of(name)

    def home_of(self, word: str, name: str) -> str:
        """Name the file that ought to hold a word which the rendered template ``name`` lacks.

        It is the one that goes before another of its name which holds it, or ``name`` itself.
        """
        lost = self._files.lost(word, Path(name).suffix)
        return lost or self.place_of(name)

    def _render(self, environment: ThemeSandbox, name: str, context: Mapping[str, object]) -> str:
        environment.begin()
        try:
            return environment.get_template(name).render(context)
        except _RAISED_BY_TEMPLATES as error:
            raise self._explain(error, name, context) from error

    def _explain(self, error: Exception, name: str, context: Mapping[str, object]) -> TemplateError:
        place = self._raised_at(error) or self.place_of(name)
        message = remedy = ""
        match error:
            case jinja2.TemplateSyntaxError():
                place = self._files.place(error.filename or error.name or name, error.lineno)
                message = error.message or ""
            case jinja2.TemplateNotFound():
                message = f"there is no template {error.name!r}"
                remedy = "name a file of the theme's folder"
            case jinja2.UndefinedError():
                message = error.message or ""
                remedy = _nearest(message, context)
            case LimitError():
                message, remedy = error.message or "", "repeat less"
            case RecursionError():
                message = "templates include or call one another without end"
            case _:
                pass
        message = message or f"{type(error).__name__}: {error}"
        return TemplateError(message, place=place, remedy=remedy)

    def _raised_at(self, error: Exception) -> str:
        """Find the innermost line of a template; Jinja writes them into the traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if self._files.holds(frame.filename):
                return self._files.place(frame.filename, frame.lineno or 0)
        return ""


def _nearest(message: str, context: Mapping[str, object]) -> str:
    """Suggest the name that was probably meant."""
    name = message.partition("'")[2].partition("'")[0]
    near = difflib.get_close_matches(name, list(context), n=1)
    return f"did you mean {near[0]!r}?" if near else ""
