"""Edge: the theme's files, rendered by Jinja2 in a sandbox.

A template may read what the context holds, and include files of its own folders, nothing else.
Nothing random or of the day is within its reach, so the same issue gives the same bytes.
"""

import difflib
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import TemplateError
from pipeline.rendering import plain_text

#: What the code of a template can raise besides Jinja's own errors.
_RAISED_BY_TEMPLATES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


class Templates:
    """The files of a theme, looked for in one folder after the other."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._markup = self._environment(escape=True)
        self._plain = self._environment(escape=False)
        self._plain.filters |= {"wrap": plain_text.wrap, "underline": plain_text.underline}

    def _environment(self, *, escape: bool) -> ImmutableSandboxedEnvironment:
        # Not select_autoescape: that one is off for .mjml.
        environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader(self._folders),
            autoescape=escape,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        del environment.globals["lipsum"], environment.filters["random"]
        return environment

    def render_markup(self, name: str, context: Mapping[str, object]) -> str:
        """Render a template in which every value is escaped."""
        return self._render(self._markup, name, context)

    def render_text(self, name: str, context: Mapping[str, object]) -> str:
        """Render a template of the text part, where nothing is markup."""
        return self._render(self._plain, name, context)

    def find(self, lines: Sequence[str], number: int) -> str:
        """Find where line ``number`` (from 1) of a rendered text was written.

        Gives the ``template:line`` of the longest line of a template that stands in it, or else
        in the nearest line above; one that stands in several places tells nothing.
        Empty when there is none.
        """
        places = {line: found[0] for line, found in self._places().items() if len(found) == 1}
        for line in reversed(lines[:number]):
            written = [own for own in places if own in line]
            if written:
                return places[max(written, key=len)]
        return ""

    def _places(self) -> dict[str, list[str]]:
        places: dict[str, list[str]] = {}
        loader = self._markup.loader
        assert loader is not None  # noqa: S101 - set above
        for name in loader.list_templates():
            if not name.endswith(".mjml"):
                continue
            source, filename, _ = loader.get_source(self._markup, name)
            for number, line in enumerate(source.splitlines(), start=1):
                if line.strip():
                    places.setdefault(line.strip(), []).append(self._place(filename, number))
        return places

    def _render(
        self, environment: jinja2.Environment, name: str, context: Mapping[str, object]
    ) -> str:
        try:
            return environment.get_template(name).render(context)
        except _RAISED_BY_TEMPLATES as error:
            raise self._explain(error, name, context) from error

    def _explain(self, error: Exception, name: str, context: Mapping[str, object]) -> TemplateError:
        place = self._raised_at(error) or name
        message = remedy = ""
        match error:
            case jinja2.TemplateSyntaxError():
                place = self._place(error.filename or error.name or name, error.lineno)
                message = error.message or ""
            case jinja2.TemplateNotFound():
                message = f"there is no template {error.name!r}"
                remedy = "name a file of the theme's folder"
            case jinja2.UndefinedError():
                message = error.message or ""
                remedy = _nearest(message, context)
            case UnicodeDecodeError():
                message, remedy = "it, or what it includes, is not UTF-8", "save it as UTF-8"
            case OSError():
                place = Path(error.filename or name).name
                message = f"cannot be read: {error.strerror}"
            case RecursionError():
                message = "templates include one another without end"
            case _:
                pass
        message = message or f"{type(error).__name__}: {error}"
        return TemplateError(message, place=place, remedy=remedy)

    def _raised_at(self, error: Exception) -> str:
        """Find the innermost line of a template; Jinja writes them into the traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self._folders):
                return self._place(frame.filename, frame.lineno or 0)
        return ""

    def _place(self, filename: str | None, line: int) -> str:
        path = Path(filename or "")
        for folder in self._folders:
            if path.is_relative_to(folder):
                return f"{folder.name}/{path.relative_to(folder)}:{line}"
        return f"{filename}:{line}"


def _nearest(message: str, context: Mapping[str, object]) -> str:
    """Suggest the name that was probably meant."""
    name = message.partition("'")[2].partition("'")[0]
    near = difflib.get_close_matches(name, list(context), n=1)
    return f"did you mean {near[0]!r}?" if near else ""
