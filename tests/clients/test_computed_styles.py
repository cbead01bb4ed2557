"""What Chromium computes for each element, with the styles written into it and without.

A mail program that drops style sheets and one that keeps them then show the same letter.
"""

from typing import Any

import pytest

from tests.browser import Page
from tests.clients import sample

_SIDES = ("top", "right", "bottom", "left")
PROPERTIES = (
    *("color", "background-color", "background-image", "display", "visibility", "direction"),
    *("font-family", "font-size", "font-weight", "font-style", "line-height", "letter-spacing"),
    *("text-align", "text-transform", "text-decoration-line", "text-decoration-color"),
    *("vertical-align", "white-space", "word-break", "overflow-wrap", "list-style-type"),
    *("width", "height", "min-width", "max-width", "border-collapse", "float", "opacity"),
    *(f"margin-{side}" for side in _SIDES),
    *(f"padding-{side}" for side in _SIDES),
    *(f"border-{side}-{what}" for side in _SIDES for what in ("width", "style", "color")),
    "border-top-left-radius",
)

COMPUTED = """
properties => [...document.querySelectorAll("body, body *")].map(element => {
  const style = getComputedStyle(element);
  return [element.tagName, ...properties.map(it => style.getPropertyValue(it))];
})
"""


def differences(page: Page, one: str, other: str, **window: Any) -> list[str]:
    """Say for each element that differs what differs."""
    seen = []
    for html in (one, other):
        page.show(html, **window)
        seen.append(page.ask(COMPUTED, PROPERTIES))
    first, second = seen
    assert len(first) > 100
    return [
        f"{number}. {name}: "
        + ", ".join(
            f"{what} {a} -> {b}"
            for what, a, b in zip(PROPERTIES, before, after, strict=True)
            if a != b
        )
        for number, ((name, *before), (name_after, *after)) in enumerate(
            zip(first, second, strict=True)
        )
        if (name, before) != (name_after, after)
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [375, 640])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", sample.THEMES)
def test_inlining_changes_no_element(
    page: Page, theme: str, language: str, width: int, dark: bool
) -> None:
    letter = sample.make(theme, language)

    assert differences(page, letter.sheeted, letter.mail, width=width, dark=dark) == []


def test_a_style_that_is_not_inlined_would_be_seen(page: Page) -> None:
    letter = sample.make("classic", "en")
    worse = letter.mail.replace("font-size:14px", "font-size:15px", 1)

    assert worse != letter.mail
    assert differences(page, letter.mail, worse, width=640) != []
