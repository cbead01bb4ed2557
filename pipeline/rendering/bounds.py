"""How large and deep a mail may be at each step, so that no step runs for long.

Gmail cuts a page at 102,400 bytes, so the bounds lie far above every mail that can go out. Within
them the longest step, writing the styles into the elements, ends after some seconds.
"""

from collections.abc import Callable
from functools import partial

from pipeline.errors import RenderError
from pipeline.rendering import css_depth, markup
from pipeline.rendering.crowding import Crowd
from pipeline.rendering.pages.page_pieces import Pieces

#: Characters of MJML that the templates may make, and of the page.
MAX_SOURCE = 1_000_000
MAX_PAGE = 2_000_000
#: Elements within one another. lxml stops reading at 256.
MAX_DEPTH = 250
#: Characters of the style sheets that are written into the elements. Gmail reads 16,384.
MAX_SHEETS = 64_000
#: Elements times selectors, each of which is looked for in all of them.
MAX_LOOKS = 3_000_000

_SMALLER = "make the issue or its theme smaller"


def check_source(source: str, place: str, locate: Callable[[int], str]) -> None:
    """Look at what the templates have made.

    ``place`` names the first of them, ``locate`` the place of what stands at an offset.
    """
    if len(source) > MAX_SOURCE:
        raise RenderError(
            f"the templates make more than {MAX_SOURCE:,} characters",
            place=Crowd(source, locate).of_characters() or place,
            remedy=_SMALLER,
        )


def check_page(page: Pieces, place: str, crowd: Crowd | None = None) -> None:
    """Look at a page before or after its styles are inlined.

    ``crowd`` is what the templates wrote; without a place there it is ``place``.
    """
    crowd = crowd or Crowd("", lambda _offset: place)
    where: Callable[[], str] = crowd.of_elements
    if len(page.text) > MAX_PAGE:
        fault, remedy = f"the page has more than {MAX_PAGE:,} characters", _SMALLER
    elif page.depth > MAX_DEPTH:
        fault = f"elements of the page stand more than {MAX_DEPTH} deep in one another"
        remedy = "use fewer layers of <mj-wrapper>, tables and <div>"
    elif sum(map(len, page.inlinable)) > MAX_SHEETS:
        where = crowd.of_styles
        fault = f"the style sheets have more than {MAX_SHEETS:,} characters"
        remedy = "write fewer rules into <mj-style>"
    elif page.looks > MAX_LOOKS:
        fault = (
            f"{len(page.selectors):,} selectors for {len(page.tags):,} elements are more than can"
            " be written into them"
        )
        remedy = "write fewer rules into <mj-style>, or fewer Q&As into the issue"
    elif _is_styled_too_deep(page):
        where = partial(_deep_style, crowd)
        fault = f"the brackets of a style stand more than {css_depth.MAX_DEPTH} deep in one another"
        remedy = "write it flatter"
    else:
        return
    raise RenderError(fault, place=where() or place, remedy=remedy)


def _is_styled_too_deep(page: Pieces) -> bool:
    tags = [tag for tag in set(page.tags) if css_depth.may_be_too_deep(tag)]
    texts = (*page.sheets, *(markup.values(tag).get("style", "") for tag in tags))
    return any(css_depth.too_deep_at(text) is not None for text in texts)


def _deep_style(crowd: Crowd) -> str:
    for css, offset in markup.styles(crowd.source):
        at = css_depth.too_deep_at(css)
        if at is not None:
            return crowd.locate(offset + at)
    return ""
