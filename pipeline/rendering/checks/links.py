"""The links of a page."""

from collections.abc import Iterator

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks import addresses, link_words
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.page import Page

_NOT_UNDERLINED = Fault(
    "link/not-underlined",
    Level.NOTE,
    "a link within a text is told from it by its colour alone",
    "let it be underlined: take text-decoration:none away",
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
        troubles = list(addresses.judge(url or ""))
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
    yield from _NOT_UNDERLINED.among(page, (a for a in page.named("a") if _is_hidden(page, a)))


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


def _is_hidden(page: Page, link: etree._Element) -> bool:
    """Tell whether a link stands among other words without a line under it."""
    parent = link.getparent()
    if parent is None or not link.get("href") or not (link.text or "").strip():
        return False
    around = [parent.text, *(child.tail for child in parent)]
    if sum(len((text or "").strip(" \t\n·|•-\u2013\u00a0")) for text in around) < _AMONG_WORDS:
        return False
    styles = {one.name: one.value.lower() for one in page.style(link)}
    line = styles.get("text-decoration") or styles.get("text-decoration-line") or ""
    return "none" in line and not any(name.startswith("border") for name in styles)


#: Letters around a link from which it stands in a text, and not in a row of links.
_AMONG_WORDS = 20
