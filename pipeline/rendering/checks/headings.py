"""The headings of a page: who listens to it goes from one to the next."""

from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_NAMES = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Letters of a page that wants headings.
_LONG = 1_000

_NONE = Fault(
    "heading/none",
    Level.NOTE,
    "a long mail has no heading, so who listens to it cannot find a part",
    "write its title as <h1>, and those of its parts as <h2>",
)
_NO_FIRST = Fault(
    "heading/no-h1",
    Level.NOTE,
    "there are headings, and none of the first level",
    "write the mail's title as <h1>",
)
_SEVERAL = Fault(
    "heading/several-h1",
    Level.NOTE,
    "there is a second heading of the first level",
    "write the titles of parts as <h2>",
)
_EMPTY = Fault(
    "heading/empty",
    Level.WARNING,
    "a heading has no words",
    "write words into it, or take it out",
)


def check(page: Page) -> Iterator[Finding]:
    """Look at the order of the headings, and whether they say anything."""
    headings = list(page.named(*_NAMES))
    if not headings:
        if sum(len(text) for _, text in page.texts) >= _LONG:
            yield _NONE.of(page)
        return
    firsts = [one for one in headings if one.tag == "h1"]
    if not firsts:
        yield _NO_FIRST.at(page, headings[0])
    yield from _SEVERAL.among(page, firsts[1:])
    yield from _EMPTY.among(page, (one for one in headings if not _words(one)))
    skipped: dict[tuple[str, str], list[etree._Element]] = {}
    for before, after in pairwise(headings):
        if _level(after) > _level(before) + 1:
            skipped.setdefault((str(before.tag), str(after.tag)), []).append(after)
    for (above, below), found in skipped.items():
        yield from Fault(
            "heading/skipped",
            Level.WARNING,
            f"<{below}> follows <{above}>, so a level is left out",
            f"write <h{int(above[1]) + 1}>",
        ).among(page, found)


def _level(heading: etree._Element) -> int:
    return int(heading.tag[1])


def _words(heading: etree._Element) -> str:
    alts = [picture.get("alt") or "" for picture in heading.iter("img")]
    return "".join([*map(str, heading.itertext()), *alts]).strip()
