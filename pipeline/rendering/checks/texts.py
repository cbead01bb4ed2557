"""The texts of an issue: their links, and markup in them that is none."""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import addresses, attachments, left_over, link_words, personal
from pipeline.rendering.checks.addresses import Trouble
from pipeline.rendering.checks.left_over import words
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.prose.links import is_allowed
from pipeline.rendering.prose.markdown import Document, Link
from pipeline.rendering.prose.text_places import Passage

#: Letters of what is quoted.
_LONGEST = 60
_WAY = "begin it with https:// or mailto:"

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
        yield from _unfinished(passage, "intro", issue.source)
        yield from _html(passage, "intro", issue.source)
    for entry in manuscript.entries:
        qa = entry.qa
        yield from _document(entry.question, "question", qa.source)
        yield from _document(entry.answer, "answer", qa.source)
        texts: tuple[tuple[str, tuple[Passage, ...]], ...] = (
            ("title", (words(qa.title, qa.lines.title),)),
            ("question", entry.question.passages),
            ("answer", entry.answer.passages),
            ("bio", (words(qa.answer.bio or "", qa.lines.bio),)),
            ("answered_by", (words(qa.answer.answered_by or "", qa.lines.answered_by),)),
            *(("topic", (words(topic, qa.lines.topics),)) for topic in qa.topics),
        )
        for name, passages in texts:
            for passage in passages:
                # Not in the question: what readers write is theirs.
                if name != "question":
                    yield from _unfinished(passage, name, qa.source)
                yield from _html(passage, name, qa.source)
        if qa.inspired_by and qa.inspired_by.url:
            column = Link(qa.inspired_by.url, qa.inspired_by.title, qa.lines.inspired_by)
            yield from _link(column, "inspired_by", qa.source)


def _unfinished(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor wrote."""
    for check_words in (left_over.check, personal.check, attachments.check):
        yield from check_words(passage, name, source)


def _document(document: Document, name: str, source: str) -> Iterator[Finding]:
    for link in document.links:
        yield from _link(link, name, source)
    for stray in document.strays:
        shown = stray.text if len(stray.text) <= _LONGEST else f"{stray.text[: _LONGEST - 1]}…"
        yield Finding(
            id=stray.id,
            level=Level.NOTE if stray.id == "link/bare" else Level.WARNING,
            source=source,
            line=stray.line,
            column=stray.column,
            message=f"the {name} holds {shown!r}, {stray.message}",
            remedy=stray.remedy,
        )


def _link(link: Link, name: str, source: str) -> Iterator[Finding]:
    troubles = [*addresses.judge(link.url)]
    if not is_allowed(link.url) and link.url.strip() and not troubles:
        # Such as tel:, which a page may have and the sanitiser leaves out.
        troubles = [Trouble("link/unusable", Level.WARNING, f"is left out: {link.url}", _WAY)]
    if not any(trouble.id in {"link/empty", "link/unusable"} for trouble in troubles):
        troubles += link_words.judge(link.text, link.url)
    for trouble in troubles:
        yield Finding(
            id=trouble.id,
            level=trouble.level,
            source=source,
            line=link.line,
            column=link.column,
            message=f"a link of the {name} {trouble.message}",
            remedy=trouble.remedy,
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
            if name in {"title", "bio", "answered_by", "topic"}
            else f"write Markdown: {instead}, or put it into `backticks` to show it",
        )
