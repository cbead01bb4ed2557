"""The specimens' newsletter in every theme and language, as mail programs and browsers get it."""

import base64
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
from pipeline.content.images import ImageShelf
from pipeline.model.edition import Edition
from pipeline.model.qa import QA
from pipeline.rendering import personal
from pipeline.rendering.pages import web_page
from pipeline.rendering.placeholders import Placeholders
from pipeline.rendering.renderer import Renderer
from tests import specimens
from tests.factories import NOON
from tests.rendering.letters import NONCE, READER, theme_path

LANGUAGES = specimens.LANGUAGES
THEMES = shipped.themes()
#: The sample newsletter's pictures.
_SHELF = ImageShelf(shipped.content().parent)


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
    def public(self) -> str:
        """The mail without what is for one reader."""
        return self.drawn(self.edition.html.public())

    @property
    def web(self) -> str:
        """The page for everybody."""
        return self.drawn(web_page.render(self.edition, specimens.options(self.language)))

    @property
    def mended(self) -> str:
        """The page of an issue that was corrected."""
        options = specimens.options(self.language)
        return self.drawn(web_page.render(self.edition, options, corrected_at=NOON))

    def drawn(self, html: str) -> str:
        """Put the images into a page: what they are hosted at is not on this machine."""
        return _drawn(html, self.edition)


@cache
def make(theme: str, language: str) -> Sample:
    """Render the issue; its last Q&A has all of Markdown, and is written the other way."""
    issue = specimens.issue(language)
    turned = _everything("en" if language == "ar" else "ar")
    issue = replace(issue, qas=(*issue.qas, turned))
    with overheard() as said:
        renderer = Renderer(theme_path(theme), specimens.options(language), _SHELF.find)
        edition = renderer.render(issue, nonce=NONCE)
    ((source, compiled),) = said
    values = personal.for_html(**READER)
    sheeted = compiled.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    return Sample(
        theme=theme,
        language=language,
        edition=edition,
        source=source,
        sheeted=_drawn(Placeholders(NONCE).split(sheeted).join(values), edition),
        mail=_drawn(edition.html.join(values), edition),
    )


def _drawn(html: str, edition: Edition) -> str:
    for image in edition.images:
        data = base64.b64encode(_SHELF.bytes_of(image.sha256) or b"").decode()
        inside = f'src="data:{image.kind.media_type};base64,{data}"'
        assert f'src="{image.url}"' in html
        html = html.replace(f'src="{image.url}"', inside)
    return html


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
