"""The links of a page."""

from collections.abc import Iterator
from functools import partial

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import addresses, causes, link_words, screens
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_NOT_UNDERLINED = Fault(
    "link/not-underlined",
    Level.NOTE,
    "a link within a text is told from it by its colour alone",
    "let it be underlined: take text-decoration:none away",
)


def check_base(base_url: str) -> Iterator[Finding]:
    """Look at the address that the newsletter's own links begin with; it has no place yet."""
    for trouble in addresses.judge(base_url):
        yield Finding(
            id=trouble.id,
            level=trouble.level,
            message=f"base_url, which the letter's own links begin with, {trouble.message}",
            remedy=f"{trouble.remedy}, before real readers get it",
        )


def check(page: Page) -> Iterator[Finding]:
    """Look at where every link leads, and at its words; one fault is told once."""
    anchors = {
        value for one in page.elements for value in (one.get("id"), one.get("name")) if value
    }
    found: dict[Fault, list[etree._Element]] = {}
    for link in page.named("a", "area"):
        url = link.get("href")
        if url is None and (link.get("name") or link.get("id")):
            continue
        troubles = [one for one in addresses.judge(url or "") if one.id not in _of_base(page, url)]
        if url and not any(trouble.id == "link/empty" for trouble in troubles):
            troubles += link_words.judge(_words(link), url.strip())
        for trouble in troubles:
            fault = Fault(trouble.id, trouble.level, f"a link {trouble.message}", trouble.remedy)
            found.setdefault(fault, []).append(link)
        target = (url or "")[1:] if (url or "").startswith("#") else ""
        if target and target.lower() != "top" and target not in anchors:
            found.setdefault(_lost(target), []).append(link)
    for fault, links in found.items():
        yield from fault.among(page, links)
    yield from _NOT_UNDERLINED.among(
        page, _not_underlined(page), partial(causes.of_line, page, screens.light(page))
    )


def _of_base(page: Page, url: str | None) -> frozenset[str]:
    """Name what is wrong with a link because it is with the newsletter's own address."""
    base = page.base_url
    if not base or not (url or "").strip().startswith(base):
        return frozenset()
    return frozenset(trouble.id for trouble in addresses.judge(base))


def _lost(target: str) -> Fault:
    return Fault(
        "link/anchor",
        Level.WARNING,
        f"a link leads to #{target}, and nothing of that name is in the page",
        f'write id="{target}" where it should lead',
    )


def _words(link: etree._Element) -> str:
    """Give what is heard of a link."""
    pieces = [link.get("aria-label") or "", link.get("title") or "", link.get("alt") or ""]
    for node in link.iter():
        if isinstance(node.tag, str):
            pieces += [node.text or "", node.get("alt") or "" if node.tag == "img" else ""]
            pieces.append(node.get("aria-label") or "")
        if node is not link:
            pieces.append(node.tail or "")
    # A label is heard instead of the words.
    return " ".join(pieces[:1] if pieces[0].strip() else pieces[2:] + pieces[1:2])


def _not_underlined(page: Page) -> Iterator[etree._Element]:
    """Find the links that stand among other words without a line under them."""
    styles = screens.light(page).styles
    among: dict[etree._Element, bool] = {}
    for link in page.named("a"):
        parent = link.getparent()
        if parent is None or not link.get("href") or not (link.text or "").strip():
            continue
        own = styles.get(link, {})
        line = own.get("text-decoration") or own.get("text-decoration-line") or ""
        if "none" in line.lower() and not any(name.startswith("border") for name in own):
            if parent not in among:
                among[parent] = _has_words(parent)
            if among[parent]:
                yield link


def _has_words(element: etree._Element) -> bool:
    """Tell whether there are words around the elements in an element, not only marks."""
    around = (element.text, *(child.tail for child in element))
    letters = sum(len((text or "").strip(" \t\n·|•-\u2013\u00a0")) for text in around)
    return letters >= _AMONG_WORDS


#: Letters around a link from which it stands in a text, and not in a row of links.
_AMONG_WORDS = 20
