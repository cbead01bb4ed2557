"""What an editor should know about an edition before it goes out."""

import re
from collections.abc import Iterator

from pipeline.model.edition import Edition, Placeholder
from pipeline.model.finding import Finding, Level
from pipeline.rendering import text_places
from pipeline.rendering.links import is_allowed
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.markdown import Document
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.text_places import Passage

#: Bytes of HTML from which the mail is long, and from which Gmail may hide its end (102,400).
LARGE = 80_000
CLIPPED = 100_000
#: Columns of a header line (RFC 5322, section 2.1.1).
LONG_SUBJECT = 78
LONG_PREHEADER = 150

# The longest address there is (RFC 5321, section 4.5.3.1.3), each sign escaped, and a long token.
_WORST = {Placeholder.UNSUBSCRIBE_URL: "u" * 400, Placeholder.ADDRESS: "a" * 254 * 5}

_LEFT_OVER = re.compile(r"\b(?:TK|TODO|FIXME)\b|(?i:lorem ipsum)|\{\{|\{%")

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


def check(edition: Edition, manuscript: Manuscript, options: RenderOptions) -> tuple[Finding, ...]:
    """Find what must not, or should not, go out as it is."""
    return (
        *_size(edition),
        *_headers(edition),
        *_footer(options),
        *_texts(manuscript),
    )


def html_bytes(edition: Edition) -> int:
    """Measure the HTML part as the reader with the longest values gets it."""
    return len(edition.html.join(_WORST).encode())


def _size(edition: Edition) -> Iterator[Finding]:
    size = html_bytes(edition)
    if size > LARGE:
        yield Finding(
            id="size/clip",
            level=Level.ERROR if size > CLIPPED else Level.WARNING,
            message=f"the HTML has {size:,} bytes, and Gmail hides what follows the first 102,400",
            remedy="choose fewer or shorter Q&As",
        )


def _headers(edition: Edition) -> Iterator[Finding]:
    if not edition.subject:
        yield Finding(
            id="subject/empty",
            level=Level.ERROR,
            message="the subject is empty",
            remedy="write `subject` into the issue file",
        )
    if len(edition.subject) > LONG_SUBJECT:
        yield Finding(
            id="subject/length",
            level=Level.NOTE,
            message=f"the subject has {len(edition.subject)} characters, and mail programs cut it",
            remedy=f"say it in {LONG_SUBJECT}",
        )
    if not edition.preheader:
        yield Finding(
            id="preheader/empty",
            level=Level.WARNING,
            message="the preheader is empty, so mail programs show the masthead beside the subject",
            remedy="write `preheader` into the issue file",
        )
    if len(edition.preheader) > LONG_PREHEADER:
        yield Finding(
            id="preheader/length",
            level=Level.NOTE,
            message=f"the preheader has {len(edition.preheader)} characters; few are shown",
            remedy="put what matters into the first 90",
        )
    for name, text in (("subject", edition.subject), ("preheader", edition.preheader)):
        yield from _left_over(_words(text, 0), name, "")


def _footer(options: RenderOptions) -> Iterator[Finding]:
    if not options.postal_address.strip():
        yield Finding(
            id="footer/postal-address",
            level=Level.WARNING,
            source="newsletter.toml",
            message="there is no postal address, which many countries require in a newsletter",
            remedy="set [newsletter] postal_address",
        )


def _texts(manuscript: Manuscript) -> Iterator[Finding]:
    issue = manuscript.issue
    yield from _document(manuscript.intro, "intro", issue.source)
    for passage in manuscript.intro.passages:
        yield from _left_over(passage, "intro", issue.source)
        yield from _html(passage, "intro", issue.source)
    for entry in manuscript.entries:
        qa = entry.qa
        yield from _document(entry.question, "question", qa.source)
        yield from _document(entry.answer, "answer", qa.source)
        texts = (
            ("title", (_words(qa.title, qa.lines.title),)),
            ("question", entry.question.passages),
            ("answer", entry.answer.passages),
            ("bio", (_words(qa.answer.bio or "", qa.lines.bio),)),
        )
        for name, passages in texts:
            for passage in passages:
                # Not in the question: what readers write is theirs.
                if name != "question":
                    yield from _left_over(passage, name, qa.source)
                yield from _html(passage, name, qa.source)
        if qa.inspired_by and qa.inspired_by.url:
            yield from _link(qa.inspired_by.url, "inspired_by", qa.source, qa.lines.inspired_by)


def _words(text: str, line: int) -> Passage:
    return text_places.passage([(text, line)])


def _document(document: Document, name: str, source: str) -> Iterator[Finding]:
    for link in document.links:
        yield from _link(link.url, name, source, link.line, link.column)
    for image in document.images:
        shown = (
            f"its text {image.text!r} stands instead"
            if image.text
            else "and it has no text to stand instead"
        )
        yield Finding(
            id="image/left-out",
            level=Level.WARNING,
            source=source,
            line=image.line,
            column=image.column,
            message=f"an image of the {name} is left out, {shown}",
            remedy="say it in words",
        )


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


def _left_over(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    found = _LEFT_OVER.search(passage.text)
    if found:
        yield Finding(
            id="text/left-over",
            level=Level.WARNING,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} holds {found[0]!r}, which looks unfinished",
            remedy="finish or remove it",
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
