"""The words of a page of which nobody knows who wrote them: what looks unfinished or promised."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import attachments, left_over, personal
from pipeline.rendering.checks.page import Page

#: Elements whose text nobody reads.
_UNSEEN = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is looked for in every text."""

    id: str
    find: Callable[[str], re.Match[str] | None]
    message: str
    remedy: str


_RULES = (
    _Rule(
        "text/left-over",
        left_over.find,
        "the text holds {!r}, which looks unfinished",
        "finish or remove it",
    ),
    _Rule(
        "personal/no-fallback",
        personal.find,
        "{!r} stands for a reader's own value, and says nothing where a reader has none",
        'give it a fallback, such as {{{{ first_name | default: "friend" }}}}',
    ),
    _Rule(
        "attachment/missing",
        attachments.find,
        "the text says {!r}; see that it is attached",
        "attach it, or link to it",
    ),
)


def check(page: Page) -> Iterator[Finding]:
    """Look at every text; one fault is told once, at the first."""
    told: set[str] = set()
    for element, text in page.texts:
        if element.tag in _UNSEEN:
            continue
        for rule in _RULES:
            if rule.id not in told and (found := rule.find(text)):
                told.add(rule.id)
                line, column = page.place(element)
                yield Finding(
                    id=rule.id,
                    level=Level.WARNING,
                    line=line,
                    column=column,
                    message=rule.message.format(" ".join(found[0].split())),
                    remedy=rule.remedy.format(),
                )
