"""The words of a page of which nobody knows who wrote them: what looks unfinished or promised."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import attachments, left_over, personal
from pipeline.rendering.checks.page import Page

#: Findings of one page; who left more has not begun.
_MOST = 50
#: Elements whose text nobody reads.
_UNSEEN = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is looked for in every text."""

    id: str
    find: Callable[[str], Iterable[re.Match[str]]]
    message: str
    remedy: str


_RULES = (
    _Rule(
        "text/left-over",
        # Another program fills in its own marks.
        lambda text: left_over.find(personal.without(text)),
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
        lambda text: filter(None, [attachments.find(text)]),
        "the text says {!r}; see that it is attached",
        "attach it, or link to it",
    ),
)


def check(page: Page) -> Iterator[Finding]:
    """Look at every text; the same words are told once, at the first place."""
    told: set[tuple[str, str]] = set()
    for element, text in page.texts:
        if element.tag in _UNSEEN:
            continue
        for rule in _RULES:
            for found in rule.find(text):
                words = " ".join(found[0].split())
                if (rule.id, words.lower()) in told or len(told) >= _MOST:
                    continue
                told.add((rule.id, words.lower()))
                line, column = page.place(element)
                yield Finding(
                    id=rule.id,
                    level=Level.WARNING,
                    line=line,
                    column=column,
                    message=rule.message.format(words),
                    remedy=rule.remedy.format(),
                )
