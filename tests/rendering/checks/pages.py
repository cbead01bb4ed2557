"""A page in which nothing is wrong, and what is found when something is."""

from pipeline.model.finding import Finding
from pipeline.rendering.checks import checking

HEAD = (
    '<meta charset="utf-8"><title>The long meeting</title>'
    '<meta name="color-scheme" content="light dark">'
)
BODY = "<h1>The long meeting</h1><p>Say when you have to go.</p>"


def page(body: str = BODY, *, head: str = "", html: str = 'lang="en" dir="ltr"') -> str:
    """Write a page; ``body`` stands in the only part of it."""
    return (
        f"<!DOCTYPE html><html {html}><head>{HEAD}{head}</head>"
        f'<body><div lang="en" dir="ltr">{body}</div></body></html>'
    )


def findings(text: str) -> list[Finding]:
    """Check a page; what mail programs lack is another matter."""
    found = checking.check_html(text)
    return [finding for finding in found if not finding.id.startswith("client-support/")]


def names(text: str) -> list[str]:
    return [finding.id for finding in findings(text)]
