"""The links to other sites, each where a person wrote it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.model.edition import Edition, Placeholder
from pipeline.model.finding import Finding, Level
from pipeline.model.issue import Issue
from pipeline.rendering.checks.page import Page
from pipeline.rendering.prose import markdown


@dataclass(frozen=True, slots=True)
class WebLink:
    """A link to the web, and where it stands; empty and 0 where that is not known."""

    url: str
    source: str = ""
    line: int = 0
    column: int = 0


def of_edition(issue: Issue, edition: Edition, base_url: str) -> tuple[WebLink, ...]:
    """Give an edition's links, those of its texts first; not those to the newsletter's own site.

    The issue's page is there when the issue is out, and the unsubscribe link is each reader's.
    """
    values = dict.fromkeys(Placeholder, base_url)
    every = (*_of_texts(issue), *of_page(edition.html.join(values), ""))
    return tuple(one for one in _each_once(every) if not one.url.startswith(base_url))


def of_page(text: str, source: str) -> tuple[WebLink, ...]:
    """Give the links of any page; without a source they have no places."""
    page = Page(text)
    found = (
        WebLink((link.get("href") or "").strip(), source, *page.place(link))
        if source
        else WebLink((link.get("href") or "").strip())
        for link in page.named("a", "area")
    )
    return tuple(_each_once(one for one in found if _is_web(one.url)))


def findings(
    links: Iterable[WebLink], answers: Mapping[str, str], bounds: str
) -> Iterator[Finding]:
    """Tell which links do not answer, and how many were not asked, by what ``bounds`` says.

    ``answers`` gives what is wrong with each link that was asked, empty for nothing.
    """
    every = tuple(_each_once(links))
    for link in every:
        if trouble := answers.get(link.url):
            yield Finding(
                id="link/unreachable",
                level=Level.WARNING,
                source=link.source,
                line=link.line,
                column=link.column,
                message=f"a link {trouble}: {link.url}",
                remedy="open it in a browser, and mend its address",
            )
    unasked = sum(1 for link in every if link.url not in answers)
    if unasked:
        yield Finding(
            id="link/unasked",
            level=Level.NOTE,
            message=f"{unasked} {'link was' if unasked == 1 else 'links were'} not asked: {bounds}",
            remedy="look at the others by hand",
        )


def _of_texts(issue: Issue) -> Iterator[WebLink]:
    texts = [(issue.intro, issue.source, issue.intro_line)]
    for qa in issue.qas:
        texts.append((qa.question.text, qa.source, qa.question.line))
        texts.append((qa.answer.text, qa.source, qa.answer.line))
        if qa.inspired_by and qa.inspired_by.url:
            yield WebLink(qa.inspired_by.url, qa.source, qa.lines.inspired_by)
    for text, source, line in texts:
        for link in markdown.parse(text, source, line).links:
            if _is_web(link.url):
                yield WebLink(link.url, source, link.line, link.column)


def _is_web(url: str) -> bool:
    return url[:8].lower().startswith(("http://", "https://"))


def _each_once(links: Iterable[WebLink]) -> Iterator[WebLink]:
    seen: set[str] = set()
    for link in links:
        if link.url not in seen:
            seen.add(link.url)
            yield link
