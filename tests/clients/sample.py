"""The specimens' newsletter in every theme and language, as mail programs and browsers get it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import mjml
import pytest

from pipeline import shipped
from pipeline.content import parsing
from pipeline.model.edition import Edition
from pipeline.model.qa import QA
from pipeline.rendering import personal, web_page
from pipeline.rendering.placeholders import Placeholders
from pipeline.rendering.renderer import Renderer
from tests import specimens
from tests.rendering.letters import NONCE, READER, theme_path

LANGUAGES = specimens.LANGUAGES
THEMES = shipped.themes()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An edition, and what it looked like on its way."""

    theme: str
    language: str
    edition: Edition
    #: What was given to the MJML compiler.
    source: str
    #: The compiler's page before the styles are written into the elements, as one reader's mail.
    sheeted: str
    #: The page as one reader's mail has it.
    mail: str

    @property
    def web(self) -> str:
        """The page for everybody."""
        return web_page.render(self.edition, specimens.options(self.language))


@cache
def make(theme: str, language: str) -> Sample:
    """Render the issue; its last Q&A has all of Markdown, and is written the other way."""
    issue = specimens.issue(language)
    turned = _everything("en" if language == "ar" else "ar")
    issue = replace(issue, qas=(*issue.qas, turned))
    with overheard() as said:
        renderer = Renderer(theme_path(theme), specimens.options(language))
        edition = renderer.render(issue, nonce=NONCE)
    ((source, compiled),) = said
    values = personal.for_html(**READER)
    sheeted = compiled.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    return Sample(
        theme=theme,
        language=language,
        edition=edition,
        source=source,
        sheeted=Placeholders(NONCE).split(sheeted).join(values),
        mail=edition.html.join(values),
    )


def _everything(language: str) -> QA:
    path = Path(__file__).parent / "everything" / f"{language}.md"
    parsed = parsing.parse(path.read_bytes(), f"content/{path.name}")
    assert parsed.qa, parsed.findings
    return replace(parsed.qa, language=language)


@contextmanager
def overheard() -> Iterator[list[tuple[str, str]]]:
    """Write down what the compiler is told and says; it is not ours, and nothing is changed."""
    said: list[tuple[str, str]] = []
    compile_html = mjml.mjml2html

    def listen(source: str, **options: Any) -> str:
        html = compile_html(source, **options)
        said.append((source, html))
        return html

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mjml, "mjml2html", listen)
        yield said
