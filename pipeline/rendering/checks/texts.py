"""The texts of an issue: their links, and markup in them that is none."""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import left_over
from pipeline.rendering.checks.left_over import words
from pipeline.rendering.links import is_allowed
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.markdown import Document
from pipeline.rendering.text_places import Passage

# What an editor may take for markup. Not every word in angle brackets: "<Name>" is only a text.
_HTML = re.compile(
    r"</?(?P<tag>a|abbr|b|big|blockquote|br|center|code|del|details|div|em|font|h[1-6]|hr|i|iframe"
    r"|img|ins|li|mark|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|summary|sup|table"
    r"|tbody|td|th|thead|tr|tt|u|ul|video)(?:\s[^<>=]*=[^<>]*|\s*/?)>",
    re.IGNORECASE,
)
_MARKDOWN = {
    **dict.fromkeys(("b", "strong"), "**bold**"),
    **dict.fromkeys(("i", "em"), "*italic*"),
    **dict.fromkeys(("br", "p", "div"), "an empty line between paragraphs"),
    **dict.fromkeys(("ul", "li"), "- item"),
    **dict.fromkeys(("s", "del", "strike"), "~~struck~~"),
    "ol": "1. item",
    "a": "[words](https://...)",
    "blockquote": "> quoted",
    "code": "`code`",
    "hr": "---",
}


def check(manuscript: Manuscript) -> Iterator[Finding]:
    """Look at every text of an issue in its file."""
    issue = manuscript.issue
    yield from _document(manuscript.intro, "intro", issue.source)
    for passage in manuscript.intro.passages:
        yield from left_over.check(passage, "intro", issue.source)
        yield from _html(passage, "intro", issue.source)
    for entry in manuscript.entries:
        qa = entry.qa
        yield from _document(entry.question, "question", qa.source)
        yield from _document(entry.answer, "answer", qa.source)
        texts = (
            ("title", (words(qa.title, qa.lines.title),)),
            ("question", entry.question.passages),
            ("answer", entry.answer.passages),
            ("bio", (words(qa.answer.bio or "", qa.lines.bio),)),
        )
        for name, passages in texts:
            for passage in passages:
                # Not in the question: what readers write is theirs.
                if name != "question":
                    yield from left_over.check(passage, name, qa.source)
                yield from _html(passage, name, qa.source)
        if qa.inspired_by and qa.inspired_by.url:
            yield from _link(qa.inspired_by.url, "inspired_by", qa.source, qa.lines.inspired_by)


def _document(document: Document, name: str, source: str) -> Iterator[Finding]:
    for link in document.links:
        yield from _link(link.url, name, source, link.line, link.column)


def _link(url: str, name: str, source: str, line: int = 0, column: int = 0) -> Iterator[Finding]:
    if not url:
        yield Finding(
            id="link/empty",
            level=Level.WARNING,
            source=source,
            line=line,
            column=column,
            message=f"a link of the {name} leads nowhere",
            remedy="write its address",
        )
    elif not is_allowed(url):
        yield Finding(
            id="link/unusable",
            level=Level.WARNING,
            source=source,
            line=line,
            column=column,
            message=f"a link of the {name} does not work in a mail and is left out: {url}",
            remedy="begin it with https:// or mailto:",
        )
    elif url.startswith("http:"):
        yield Finding(
            id="link/insecure",
            level=Level.NOTE,
            source=source,
            line=line,
            column=column,
            message=f"a link of the {name} is not encrypted: {url}",
            remedy="use https:// if the site has it",
        )


def _html(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    found = _HTML.search(passage.text)
    if found:
        instead = _MARKDOWN.get(found["tag"].lower(), "**bold** or *italic*")
        yield Finding(
            id="text/html",
            level=Level.NOTE,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} holds {found[0][:60]!r}, and readers see just that",
            remedy="remove it"
            if name in {"title", "bio"}
            else f"write Markdown: {instead}, or put it into `backticks` to show it",
        )
