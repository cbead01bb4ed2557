"""The shipped theme, measured on what it makes."""

import re
from itertools import pairwise
from typing import Any

import pytest
from lxml import html

from pipeline.model.qa import Inspiration
from pipeline.rendering.checks import size
from tests.factories import make_issue, make_qa
from tests.rendering.letters import THEME, as_html, as_page, make_letter, render

ANSWER = """Start *small*. Two things help:

- **Say no** early.
- Say why, in [one line](https://lines.example/one).

## And then

> A report is a letter.

| Day | Minutes |
|-----|--------:|
| Monday | 55 |

```
stop(report)
```

1. Go home.
"""
ISSUE = make_issue(
    qas=(
        make_letter("May I?\n\nReally?", ANSWER, inspired_by=Inspiration("W", "https://w.example")),
        make_qa("second"),
        make_letter("كيف أقول لا؟", "Say it.", slug="third"),
    )
)


@pytest.fixture(scope="module")
def page():
    return as_page(render(ISSUE))


@pytest.fixture(scope="module")
def source():
    return as_html(render(ISSUE))


def luminance(colour: Any) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Any, other: Any) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def inverted(colour: Any) -> str:
    """The colour with its lightness turned round, as mail programs do that know no dark theme."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    turned = 255 - max(red, green, blue) - min(red, green, blue)
    return "#" + "".join(f"{min(max(c + turned, 0), 255):02x}" for c in (red, green, blue))


def long(colour: Any) -> str:
    return "#" + "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour


def declarations(element: Any) -> dict[str, str]:
    pairs = (pair.split(":", 1) for pair in element.get("style", "").split(";") if ":" in pair)
    return {name.strip(): value.strip() for name, value in pairs}


def inherited(element: Any, *names: Any) -> Any:
    while element is not None:
        for name in names:
            if name in declarations(element):
                return declarations(element)[name]
        element = element.getparent()
    return None


def texts(page: Any) -> Any:
    """Every element of the body that shows text of its own."""
    for element in page.body.iter("*"):
        own = [element.text or "", *(child.tail or "" for child in element)]
        hidden = inherited(element, "display") == "none"
        if "".join(own).strip() and not hidden:
            yield element


def test_every_text_stands_out_from_its_ground(page):
    for element in texts(page):
        ink = long(inherited(element, "color"))
        ground = long(inherited(element, "background-color", "background"))
        assert contrast(ink, ground) >= 4.5, html.tostring(element)
        assert contrast(inverted(ink), inverted(ground)) >= 4.5, html.tostring(element)


def test_dark_colours_stand_out_too():
    styles = (THEME / "styles.mjml").read_text()
    dark = styles[styles.index("macro inks") :]
    inks = set(re.findall(r"[^-]color: (#[0-9a-f]{6})", dark)) - {"#1c1516"}

    assert inks
    assert all(contrast(ink, ground) >= 4.5 for ink in inks for ground in ("#17181b", "#232529"))
    assert contrast("#1c1516", "#f0a397") >= 4.5


def test_every_text_is_large_enough(page):
    for element in texts(page):
        assert int(inherited(element, "font-size").removesuffix("px")) >= 14


def test_prose_has_air(page):
    for element in page.xpath("//div[@class='prose']//p"):
        assert float(inherited(element, "line-height")) >= 1.5


def test_headings_skip_no_level(page):
    headings = page.xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6")
    levels = [int(heading.tag[1]) for heading in headings]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_layout_tables_say_that_they_are_none(page):
    layout = page.xpath("//table[not(ancestor::div[contains(@class, 'prose')])]")

    assert layout
    assert {table.get("role") for table in layout} == {"presentation"}
    assert page.xpath("//div[@class='prose']//table/@role") == []


def test_links_are_underlined_and_say_where_they_lead(page):
    for link in page.xpath("//a"):
        assert link.text_content().strip()
        button = "button" in link.xpath("string(ancestor::td[@class][1]/@class)")
        assert button or declarations(link)["text-decoration"] == "underline"


def test_the_preheader_is_the_first_text_of_the_body(page):
    assert page.body.text_content().strip().startswith("Also: the short one")


def test_rules_that_are_inlined_are_never_important(page):
    assert not page.xpath("//*[contains(@style, 'important')]")


def test_inlined_rules_use_what_every_mail_program_knows(page):
    styles = " ".join(page.body.xpath(".//@style"))

    assert not re.search(r"var\(|calc\(|rgb|hsl|\d(?:r?em|vw|vh|ch)\b", styles)


def test_dark_mode_reaches_outlook_and_apple(source):
    assert '<meta name="color-scheme" content="light dark">' in source
    assert "@media (prefers-color-scheme: dark)" in source
    assert "[data-ogsc] .page" in source
    assert "[data-ogsb] .page" in source


def test_style_sheets_are_small_enough_for_gmail(source):
    assert sum(len(sheet) for sheet in re.findall(r"<style.*?</style>", source, re.DOTALL)) <= 8_192


def test_an_issue_of_three_is_small():
    assert size.html_bytes(render(ISSUE)) < 60_000


def test_a_question_more_costs_little():
    sizes = [
        size.html_bytes(render(make_issue(qas=tuple(make_letter("q", "a") for _ in range(count)))))
        for count in (3, 4)
    ]

    assert sizes[1] - sizes[0] <= 2_560
