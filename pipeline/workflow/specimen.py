"""An issue of made-up Q&As: it shows what is wrong with the theme while there is no next issue."""

from collections.abc import Iterator

from pipeline.content import composition
from pipeline.errors import ContentError, RenderError
from pipeline.model.finding import Finding, Level, of_error
from pipeline.model.issue import Issue, Slot
from pipeline.model.qa import QA, Answer, Inspiration, QAStatus, Question
from pipeline.workflow.workshop import Workshop

#: Where a site's own templates lie.
_TEMPLATES = "templates/"
_TEXT = """\
A paragraph with *emphasis*, a [link](https://www.example.org/page) and `code`.

> A quotation.

- A list,

1. and a numbered one.

| What | How many |
| --- | ---: |
| words | 12 |
"""


def findings(shop: Workshop, number: int, slot: Slot) -> Iterator[Finding]:
    """Render such an issue, and give what is wrong with the theme; nothing of the texts counts."""
    try:
        edition = shop.renderer().render(_issue(shop, number, slot), nonce=shop.nonce())
    except RenderError as error:
        yield from (of_error(it, "template/error", Level.ERROR) for it in (error, *error.faults))
        return
    except ContentError:
        return
    yield from (one for one in edition.findings if one.source.startswith(_TEMPLATES))
    yield from shop.renderer().unread()


def _issue(shop: Workshop, number: int, slot: Slot) -> Issue:
    return composition.compose(
        number=number,
        slot=slot,
        title=shop.title,
        qas=[_qa("specimen-1", "A first question"), _qa("specimen-2", "A second question")],
        also=lambda: shop.words().also,
    )


def _qa(slug: str, title: str) -> QA:
    return QA(
        slug=slug,
        title=title,
        question=Question(_TEXT, "A reader"),
        answer=Answer(_TEXT, "An expert", f"A line about the expert of {slug}."),
        status=QAStatus.READY,
        topics=("topic",),
        inspired_by=Inspiration("A column", "https://www.example.org/column"),
    )
