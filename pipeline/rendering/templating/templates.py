"""Edge: the theme's files, rendered by Jinja2 in a sandbox.

A template may read what the context holds, and include files of its own folders, nothing else.
Nothing random or of the day is within its reach, so the same issue gives the same bytes.
"""

import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import jinja2

from pipeline.errors import TemplateError
from pipeline.model.finding import Finding, Level
from pipeline.rendering.deadline import Deadline
from pipeline.rendering.templating import blame, computed_wrongly, theme_words, wrap_filter
from pipeline.rendering.templating.own_lines import SHIPPED, Line
from pipeline.rendering.templating.personal_values import PersonalValueError
from pipeline.rendering.templating.sandbox import LimitError, ThemeSandbox, TooDeepError
from pipeline.rendering.templating.theme_files import ThemeFiles
from pipeline.rendering.templating.theme_words import Words
from pipeline.rendering.templating.tracing import MarkingSandbox, Trace
from pipeline.rendering.templating.unknown_names import UnknownName, UnknownNameError, nearest
from pipeline.rendering.templating.wrap_filter import MisuseError

# Jinja's count of characters, which is our column.
_AT = re.compile(r" at \d+$")
_NO_SUCH = re.compile(r"No (?P<kind>filter|test) named '(?P<name>[^']*)'")
_Sandbox = TypeVar("_Sandbox", bound=ThemeSandbox)

#: What the code of a template can raise besides Jinja's own errors.
_RAISED_BY_TEMPLATES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


class Templates:
    """The files of a theme, looked for in one folder after the other."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._files = ThemeFiles(folders)
        self._markup = self._environment(ThemeSandbox, escape=True)
        self._plain = self._environment(ThemeSandbox, escape=False)

    def _environment(self, kind: type[_Sandbox], *, escape: bool) -> _Sandbox:
        # Not select_autoescape: that one is off for .mjml.
        environment = kind(
            loader=self._files,
            autoescape=escape,
            undefined=UnknownName,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        del environment.globals["lipsum"], environment.filters["random"]
        if not escape:
            environment.filters |= {wrap_filter.NAME: wrap_filter.wrap}
        return environment

    def render_markup(
        self,
        name: str,
        context: Mapping[str, object],
        deadline: Deadline | None = None,
        nonce: str = "",
    ) -> str:
        """Render a template in which every value is escaped.

        A value that holds the ``nonce`` is one of a reader, and may only be written.
        """
        return self._render(self._markup, name, context, deadline, nonce)

    def render_text(
        self,
        name: str,
        context: Mapping[str, object],
        deadline: Deadline | None = None,
        nonce: str = "",
    ) -> str:
        """Render a template of the text part, where nothing is markup; else the same."""
        return self._render(self._plain, name, context, deadline, nonce)

    def number(self, name: str, otherwise: int) -> int:
        """Read a template that holds nothing but a whole number; without one, ``otherwise``."""
        try:
            self._plain.get_template(name)
        except jinja2.TemplateNotFound:
            return otherwise
        text = self._render(self._plain, name, {}).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text)):
            raise TemplateError(
                f"holds {text[:40]!r} and no whole number",
                place=self.place_of(name),
                remedy=f"write one, such as {otherwise}",
            )
        return int(text)

    def locator(
        self, name: str, context: Mapping[str, object], written: str, *, escape: bool
    ) -> Callable[[int], str]:
        """Give a function that says where the character at an offset of ``written`` stands.

        ``written`` is what the template ``name`` was rendered to.
        """

        @cache
        def trace() -> Trace:
            environment = self._environment(MarkingSandbox, escape=escape)
            return environment.read(self._render(environment, name, context))

        def locate(offset: int) -> str:
            # A template that looks at what it has written may write another text with marks.
            found = trace().writer(offset) if trace().text == written else None
            return self._files.place_in(found) if found else self.place_of(name)

        return locate

    def place_of(self, name: str) -> str:
        """Name the file of a template as a person sees it."""
        return self._files.place_of(name)

    def home_of(self, word: str, name: str) -> str:
        """Name the file that ought to hold a word which the rendered template ``name`` lacks.

        It is the one that goes before another of its name which holds it, or ``name`` itself.
        """
        lost = self._files.lost(word, Path(name).suffix)
        return lost or self.place_of(name)

    def own_lines(self) -> tuple[Line, ...]:
        """Give the lines that a site's templates have and the shipped ones lack."""
        try:
            return tuple(self._files.own_lines())
        except TemplateError:
            # One that cannot be read, and that no rendering has asked for.
            return ()

    def unread(self) -> Iterator[Finding]:
        """Find a site's own files that look like templates and are never read."""
        for place, meant in self._files.unread():
            yield Finding(
                id="template/unread",
                level=Level.WARNING,
                source=place,
                message="it is never read: no template asks for this name",
                remedy=f"did you mean templates/{meant}?",
            )

    def words(self, *names: str) -> Iterator[tuple[str, Words]]:
        """Give what templates and those they include write by themselves, each with its file."""
        waiting, seen = list(names), set(names)
        while waiting:
            name = waiting.pop(0)
            try:
                source, path, _ = self._files.get_source(self._markup, name)
            except jinja2.TemplateNotFound:
                # It may be included only where it is there.
                continue
            found = theme_words.read(source)
            yield self._files.place(path), found
            waiting += [one for one in found.includes if one not in seen]
            seen.update(found.includes)

    def _render(
        self,
        environment: ThemeSandbox,
        name: str,
        context: Mapping[str, object],
        deadline: Deadline | None = None,
        nonce: str = "",
    ) -> str:
        environment.begin(deadline, nonce)
        try:
            return environment.get_template(name).render(context)
        except _RAISED_BY_TEMPLATES as error:
            raise self._explain(error, name, context) from error

    def _explain(self, error: Exception, name: str, context: Mapping[str, object]) -> TemplateError:
        file, line = self._raised_at(error)
        message = remedy = ""
        match error:
            case TooDeepError():
                file, line = error.filename or error.name or name, error.lineno
                message, remedy = error.message or "", "write it flatter"
            case jinja2.TemplateSyntaxError():
                file, line = error.filename or error.name or name, error.lineno
                message = _AT.sub("", error.message or "")
                remedy = self._syntax_remedy(file, line, message)
            case jinja2.TemplateNotFound():
                message = f"there is no template {error.name!r}"
                remedy = self._files.nearest(str(error.name), but=file)
            case UnknownNameError():
                message = error.message or ""
                remedy = error.suggest(context)
            case LimitError() | MisuseError() | PersonalValueError():
                message, remedy = error.message or "", error.remedy
            case RecursionError():
                file, line = self._circle(error) or (file, line)
                message = "templates include or call one another without end"
                remedy = "let one of them end"
            case jinja2.UndefinedError():
                message, remedy = error.message or "", "look at the names it uses"
            case _:
                message, remedy = computed_wrongly.explain(error)
                # The name of what is called is looked for on the line.
                error = jinja2.TemplateRuntimeError(message)
        if found := _NO_SUCH.search(str(error)):
            kind, word = found["kind"], found["name"]
            message, remedy = self._no_such(kind, word)
        place = self._place(error, file, line) if file else self.place_of(name)
        return TemplateError(message, place=place, remedy=remedy)

    def _place(self, error: Exception, file: str, line: int) -> str:
        template = self._files.again(file)
        if template is None:
            return self._files.place(file, line)
        return self._files.place_in(blame.locate(self._markup.lexer, template, error, line))

    def _no_such(self, kind: str, word: str) -> tuple[str, str]:
        """Say that there is no filter or test of a name, and what was probably meant."""
        if kind == "filter" and word == wrap_filter.NAME:
            return wrap_filter.OF_TEXT, wrap_filter.OF_TEXT_REMEDY
        known = self._plain.filters if kind == "filter" else self._plain.tests
        remedy = nearest(word, known) or f"look at Jinja's list of {kind}s"
        return f"there is no {kind} {word!r}", remedy

    def _syntax_remedy(self, file: str, line: int, message: str) -> str:
        block = blame.unclosed(message)
        if block:
            template = self._files.again(file)
            begun = template and blame.opened(self._markup.lexer, template, message, line)
            where = f" for the one of line {begun.line}" if begun else ""
            return f"write {{% end{block} %}}{where}"
        return "look at Jinja's syntax"

    def _circle(self, error: Exception) -> tuple[str, int] | None:
        """Find a line that calls itself in the end: a site's own, if one is in the circle."""
        frames = [
            (frame.filename, frame.lineno or 0)
            for frame in reversed(traceback.extract_tb(error.__traceback__))
            if self._files.holds(frame.filename)
        ]
        times = Counter(frames)
        circle = [one for one in frames if times[one] > max(times.values()) // 2]
        own = (one for one in circle if not self._files.place(one[0]).startswith(SHIPPED))
        return next(own, circle[0] if circle else None)

    def _raised_at(self, error: Exception) -> tuple[str, int]:
        """Find the innermost line of a template; Jinja writes them into the traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if self._files.holds(frame.filename):
                return frame.filename, frame.lineno or 0
        return "", 0
