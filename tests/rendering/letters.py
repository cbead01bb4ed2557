"""What the tests of rendering share: the shipped theme and a newsletter in it."""

from pathlib import Path
from typing import Any

from lxml import html

from pipeline.model.address import Address
from pipeline.model.edition import Edition
from pipeline.model.issue import Issue
from pipeline.model.qa import QA, Answer, Question
from pipeline.rendering import personal
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue, make_qa

THEMES = Path(__file__).parents[2] / "templates"
THEME = THEMES / "classic"
NONCE = "0123456789abcdef" * 2

OPTIONS = RenderOptions(
    title="The Corner Office",
    from_=Address("letters@news.example", "The Corner Office"),
    reply_to="questions@news.example",
    base_url="https://news.example",
    timezone="America/New_York",
    postal_address="1 Main Street, Springfield",
)
READER = {"unsubscribe_url": "https://news.example/u/token", "address": "reader@mail.example"}


def theme_path(theme: str) -> tuple[Path, ...]:
    """The folders of a site that changes nothing."""
    return THEMES / theme, THEMES / "shared"


THEME_PATH = theme_path("classic")


def render(
    issue: Issue | None = None, options: RenderOptions = OPTIONS, theme: str = "classic"
) -> Edition:
    return Renderer(theme_path(theme), options).render(issue or make_issue(), nonce=NONCE)


def shipped_file(name: str) -> Path:
    """Find a template of the theme where a site without its own would find it."""
    return next(path for folder in THEME_PATH if (path := folder / name).is_file())


def as_html(edition: Edition) -> str:
    """The page as one reader gets it."""
    return edition.html.join(personal.for_html(**READER))


def as_page(edition: Edition) -> Any:
    """The page as a tree."""
    return parse(as_html(edition))


def parse(page: str) -> Any:
    """Read a page; lxml's stubs do not say what an XPath finds."""
    return html.document_fromstring(page)


def as_text(edition: Edition) -> str:
    """The text as one reader gets it."""
    return edition.text.join(personal.for_text(**READER))


def make_letter(question: str = "May I?", answer: str = "Yes.", **changes: Any) -> QA:
    return make_qa(
        question=Question(question, "A reader in Boston"),
        answer=Answer(answer, "Jo Doe", "Jo Doe runs a desk."),
        **changes,
    )
