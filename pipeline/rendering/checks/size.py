"""How large the page is, against the size from which Gmail hides its end."""

from collections.abc import Iterator

from pipeline.model.edition import Edition, Placeholder
from pipeline.model.finding import Finding, Level
from pipeline.model.issue import Issue
from pipeline.rendering.checks.page import Page

#: Bytes of HTML from which the mail is long, and from which Gmail may hide its end (102,400).
LARGE = 80_000
CLIPPED = 100_000

#: Bytes of style sheets.
MOST_STYLES = 16_384

# The longest address there is (RFC 5321, section 4.5.3.1.3), each sign escaped, and a long token.
_WORST = {Placeholder.UNSUBSCRIBE_URL: "u" * 400, Placeholder.ADDRESS: "a" * 254 * 5}


def html_bytes(edition: Edition) -> int:
    """Measure the HTML part as the reader with the longest values gets it."""
    return len(edition.html.join(_WORST).encode())


def check(edition: Edition, issue: Issue) -> Iterator[Finding]:
    """Compare an edition with what mail programs show; of its Q&As the longest is named."""
    longest = max(issue.qas, key=lambda qa: len(qa.question.text) + len(qa.answer.text))
    remedy = f"choose fewer or shorter Q&As; the longest is {longest.source or longest.slug}"
    yield from _judge(edition.html_bytes, html_bytes(edition), remedy)


def check_text(text: str) -> Iterator[Finding]:
    """Compare any page with what mail programs show."""
    size = len(text.encode("utf-8", "replace"))
    yield from _judge(size, size, "leave something out, or send it in two mails")


def check_styles(page: Page) -> Iterator[Finding]:
    """Compare the style sheets with what Gmail reads of them (caniemail, html-style, note 6)."""
    size = sum(len(sheet.text.encode()) for sheet in page.sheets)
    if size > MOST_STYLES:
        line, column = page.place_at(page.sheets[0].offset)
        yield Finding(
            id="size/styles",
            level=Level.WARNING,
            line=line,
            column=column,
            message=f"the style sheets have {size:,} bytes, and Gmail drops what is past 16,384",
            remedy="write into <style> only what cannot stand in the elements",
        )


def _judge(now: int, longest: int, remedy: str) -> Iterator[Finding]:
    if longest > LARGE:
        most = f", {longest:,} for the reader with the longest values" if longest > now else ""
        yield Finding(
            id="size/clip",
            level=Level.ERROR if longest > CLIPPED else Level.WARNING,
            message=f"the HTML has {now:,} bytes{most}, and Gmail hides what follows the first"
            " 102,400",
            remedy=remedy,
        )
