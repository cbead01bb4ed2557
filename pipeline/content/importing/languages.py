"""The language that a page says it is in."""

import re

from pipeline.content.importing.decoding import Format
from pipeline.model.language import canonical, is_language_tag

#: How far into a page its root element or its front matter begins.
_BEGINNING = 20_000

_ROOT = re.compile(
    r"<html\b[^<>]*?\s(?:xml:)?lang\s*=\s*[\"']?\s*(?P<tag>[A-Za-z0-9_-]+)", re.IGNORECASE
)
_KEY = re.compile(
    r"\A---[ \t]*\n(?:(?!---).*\n)*?(?:lang|language|locale)[ \t]*:[ \t]*[\"']?(?P<tag>[\w-]+)",
    re.IGNORECASE,
)


def find(page: str, written_as: Format) -> str:
    """Give the tag of the page's language; empty when it names none."""
    patterns = {Format.HTML: _ROOT, Format.MARKDOWN: _KEY}
    pattern = patterns.get(written_as)
    found = pattern.search(page[:_BEGINNING]) if pattern else None
    tag = canonical(found["tag"].replace("_", "-")) if found else ""
    return tag if is_language_tag(tag) else ""


def is_another(tag: str, newsletter: str) -> bool:
    """Tell whether a language is none of the newsletter's; its countries do not count."""
    return bool(tag) and tag.partition("-")[0].lower() != newsletter.partition("-")[0].lower()
