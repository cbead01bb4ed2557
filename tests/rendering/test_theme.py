"""The shipped themes, measured on what they make."""

import re
from itertools import pairwise
from typing import Any

import pytest

from pipeline.model.qa import Inspiration
from pipeline.rendering.checks import size
from tests import specimens
from tests.factories import make_issue, make_qa
from tests.rendering.letters import as_html, as_page, make_letter, render
from tests.rendering.screens import declarations, inherited, texts

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
def source(theme: str) -> str:
    return as_html(render(ISSUE, theme=theme))


@pytest.fixture(scope="module")
def page(theme: str) -> Any:
    return as_page(render(ISSUE, theme=theme))


def test_every_text_is_large_enough(page):
    for element in texts(page):
        assert int(inherited(element, "font-size").removesuffix("px")) >= 14


def test_running_text_has_air(page):
    for element in page.xpath("//*[contains(@class, 'prose')]//p | //p | //li"):
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
    assert page.xpath("//div[contains(@class, 'prose')]//table/@role") == []


def test_links_are_underlined_and_say_where_they_lead(page):
    for link in page.xpath("//a"):
        assert link.text_content().strip()
        button = "button" in link.xpath("string(ancestor::td[@class][1]/@class)")
        assert button or declarations(link)["text-decoration"] == "underline"


def test_contents_lead_to_each_question(page):
    contents = page.xpath("//ol[contains(@class, 'contents')]//a/@href")

    assert contents == [f"#{name}" for name in page.xpath("//h2/@id")]
    assert contents == ["#the-long-meeting", "#second", "#third"]


def test_a_name_that_is_no_plain_anchor_gets_a_number_for_one(theme):
    qas = (make_qa("über-tee"), make_qa("2nd"), make_qa("tea"))
    page = as_page(render(make_issue(qas=qas), theme=theme))

    assert page.xpath("//h2/@id") == ["qa.1", "qa.2", "tea"]
    assert page.xpath("//ol//a/@href") == ["#qa.1", "#qa.2", "#tea"]


def test_one_question_needs_no_contents(theme):
    page = as_page(render(make_issue(qas=(make_qa(),), intro=""), theme=theme))

    assert page.xpath("//ol") == []
    assert len(page.xpath("//h2[@id]")) == 1


def test_the_preheader_is_the_first_text_of_the_body(page):
    assert page.body.text_content().strip().startswith("Also: the short one")
    assert page.xpath("//meta[@name='description']/@content") == ["Also: the short one"]


def test_what_stands_in_the_body_says_its_language_and_direction(page):
    children = [child for child in page.body if isinstance(child.tag, str)]

    assert children
    assert {(it.get("lang"), it.get("dir")) for it in children} == {("en", "ltr")}


def test_rules_that_are_inlined_are_never_important(page):
    assert not page.xpath("//*[contains(@style, 'important')]")


def test_inlined_rules_use_what_every_mail_program_knows(page):
    styles = " ".join(page.body.xpath(".//@style"))

    assert not re.search(r"var\(|calc\(|rgb|hsl|\d(?:r?em|vw|vh|ch)\b", styles)


def test_outlook_gets_a_table_as_wide_as_the_letter(source, theme):
    width = {"classic": 600, "plain": 580}[theme]

    assert source.count("<!--[if mso | IE]>") >= 10
    assert f'align="center" width="{width}" style="width:{width}px;"' in source


def test_the_button_has_its_room_in_a_cell_and_is_easy_to_hit():
    page = as_page(render(ISSUE))
    (link,) = page.xpath("//a[starts-with(@href, 'mailto:') and contains(@style, 'padding')]")
    cell, inside = declarations(link.getparent()), declarations(link)

    assert cell["mso-padding-alt"] == inside["padding"] == "15px 30px"
    assert link.getparent().get("bgcolor")
    assert 2 * 15 + 16 * float(inside["line-height"]) >= 44


def test_style_sheets_are_small_enough_for_gmail(source):
    assert sum(len(sheet) for sheet in re.findall(r"<style.*?</style>", source, re.DOTALL)) <= 8_192


def test_ten_answers_are_a_small_mail(theme):
    qas = tuple(
        qa
        for round_ in range(4)
        for qa in (make_qa(f"{it.slug}-{round_}", **_texts(it)) for it in specimens.qas("en"))
    )[:10]
    edition = render(make_issue(qas=qas), theme=theme)

    assert len(qas) == 10
    assert size.html_bytes(edition) <= 45_000


def _texts(qa: Any) -> dict[str, Any]:
    return {name: getattr(qa, name) for name in ("title", "question", "answer", "inspired_by")}


def test_a_question_more_costs_little(theme):
    sizes = [
        size.html_bytes(
            render(
                make_issue(qas=tuple(make_letter("q", "a", slug=f"qa-{n}") for n in range(count))),
                theme=theme,
            )
        )
        for count in (3, 4)
    ]

    assert sizes[1] - sizes[0] <= 2_048


def test_print_leaves_out_what_is_only_for_the_screen(source):
    assert "@media print" in source
    assert ".mail, .ask { display: none !important; }" in source


def test_one_question_alone_stands_under_the_line_of_the_masthead(theme):
    page = as_page(render(make_issue(intro="", qas=(make_qa(),)), theme=theme))
    (title,) = page.xpath("//h2[contains(@class, 'title')]")

    line = declarations(title.getparent()).get("border-top", "")

    assert line.startswith("2px solid") if theme == "classic" else not line


def test_no_line_of_the_masthead_ends_in_a_dot(theme):
    """On a small phone a line breaks before the link, or not at all."""
    page = as_page(render(ISSUE, theme=theme))
    (link,) = page.xpath("//a[.='View in browser' or contains(@href, '/issues/')]")[:1]

    assert link.getparent().text_content().strip() == link.text_content()
