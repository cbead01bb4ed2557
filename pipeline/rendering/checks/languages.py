"""In which language a page is read out, and in which direction it is written.

Webmail puts a mail into a page of its own, and leaves <html> and <body> behind: so the parts of
the body have to say it, too.
"""

from collections.abc import Iterator

from lxml import etree

from pipeline.language.locales import direction_of
from pipeline.model.finding import Finding, Level
from pipeline.model.language import is_language_tag
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_MISSING = Fault(
    "language/missing",
    Level.WARNING,
    "the page does not say its language, so screen readers speak it in the reader's own",
    'write the language into <html>, such as lang="en"',
)
_NO_DIRECTION = Fault(
    "language/direction",
    Level.NOTE,
    "the page does not say in which direction it is written",
    'write dir="ltr", or dir="rtl", into <html>',
)
_PARTS = Fault(
    "language/parts",
    Level.NOTE,
    "a part of <body> has no lang or no dir, and webmail leaves <html> and <body> behind",
    "write lang and dir into every element right below <body>",
)
_UNSEEN = frozenset({"script", "style", "template", "link", "meta", "title", "noscript"})


def check(page: Page) -> Iterator[Finding]:
    """Look at what the page and its parts say of language and direction."""
    root = page.root
    tag = _tag(root)
    if tag in {"", "und"}:
        yield _MISSING.of(page)
    if (root.get("dir") or "").lower() not in {"ltr", "rtl"}:
        yield _NO_DIRECTION.of(page)
    for element in page.elements:
        tag = _tag(element)
        if tag and not is_language_tag(tag.lower()):
            yield Fault(
                "language/unknown",
                Level.WARNING,
                f"{tag!r} is no language",
                'write a tag of BCP 47, such as "en" or "pt-BR"',
            ).at(page, element)
            break
    yield from _contradiction(page)
    parts = [part for body in page.named("body") for part in body if _is_seen(part)]
    yield from _PARTS.among(page, (one for one in parts if not (_tag(one) and one.get("dir"))))


def _contradiction(page: Page) -> Iterator[Finding]:
    for element in page.elements:
        tag, direction = _tag(element), (element.get("dir") or "").lower()
        if direction not in {"ltr", "rtl"} or not is_language_tag(tag.lower()):
            continue
        if tag.lower() != "und" and direction_of(tag) != direction:
            yield Fault(
                "language/contradiction",
                Level.WARNING,
                f'lang="{tag}" and dir="{direction}" contradict each other',
                f'write dir="{direction_of(tag)}"',
            ).at(page, element)
            return


def _tag(element: etree._Element) -> str:
    return (element.get("lang") or "").strip()


def _is_seen(element: etree._Element) -> bool:
    return not isinstance(element, etree._Comment) and element.tag not in _UNSEEN  # noqa: SLF001
