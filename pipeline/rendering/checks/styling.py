"""Whether the styles of a page, or of its MJML, hold what CSS knows and load nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.model.finding import Finding
from pipeline.rendering import markup
from pipeline.rendering.checks import style_loads
from pipeline.rendering.validating import style_faults
from pipeline.rendering.validating.style_faults import StyleFault

#: Faults of one page that are told.
_MOST = 20


def check(text: str, locate: Callable[[int], str], *, host: str = "") -> Iterator[Finding]:
    """Tell each fault once, at its first place; ``locate`` names the place of an offset.

    ``host`` is that of the newsletter, where there is one.
    """
    places: dict[StyleFault, list[str]] = {}
    for fault, offset in _faults(markup.read(text), host):
        # What stands in a macro was written once.
        known = places.setdefault(replace(fault, offset=0), [])
        if (place := locate(offset)) not in known:
            known.append(place)
        if len(places) == _MOST:
            break
    for fault, (first, *others) in places.items():
        found = Finding(
            id=fault.id,
            level=fault.level,
            message=fault.message + (f" (and {len(others)} more)" if others else ""),
            remedy=fault.remedy,
        )
        yield found.at(first)


def check_page(text: str) -> Iterator[Finding]:
    """Look at any HTML mail; lines and columns are the page's."""

    def locate(offset: int) -> str:
        return f":{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"

    return check(text, locate)


def _faults(page: markup.Markup, host: str) -> Iterator[tuple[StyleFault, int]]:
    for sheet, offset in page.sheets:
        for fault in (*style_faults.in_sheet(sheet), *style_loads.find(sheet, host)):
            yield fault, offset + fault.offset
    for tag, (offset, _) in page.tags.items():
        if "style" not in tag.lower():
            continue
        for attribute in markup.attributes(tag):
            if attribute.name == "style":
                css = attribute.value
                for fault in (*style_faults.in_attribute(css), *style_loads.find(css, host)):
                    yield fault, offset + attribute.at(fault.offset)
