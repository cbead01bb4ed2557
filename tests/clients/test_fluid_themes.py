"""A letter fits every screen, also where a mail program throws its style sheets away.

Gmail does so with accounts of other providers, GMX and Word with everybody's.
"""

import re
from dataclasses import replace

import pytest

from pipeline.model.qa import Answer, Question
from tests import specimens
from tests.browser import Page
from tests.clients import sample
from tests.factories import make_qa
from tests.rendering.letters import as_html, render

WIDTHS = (320, 375, 640, 800)

#: What stands out over the right or left edge of the window.
_OUTSIDE = """
[...document.body.querySelectorAll("*")]
  .map(it => [it, it.getBoundingClientRect()])
  .filter(([it, box]) => (box.right > innerWidth + 0.5 || box.left < -0.5) && it.checkVisibility())
  .map(([it]) => it.tagName + ": " + it.textContent.trim().slice(0, 40))
"""
#: How tall every link is that does not stand in running text.
_TARGETS = """
[...document.querySelectorAll("li > a, .ask a, .mail a")]
  .map(it => [it.textContent, it.getBoundingClientRect().height])
"""
_WIDE = """
| Weekday | Minutes | What was said | By whom | Where | Again |
|---|---:|---|---|---|---|
| Wednesday | 55 | nothing that anybody remembers | everybody | upstairs | no |

```
stop(report, because="nobody reads it, and nobody has ever complained about its absence")
```

Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz

| Versicherung | Selbstbeteiligung | Kündigungsfrist |
|---|---|---|
| Haftpflichtversicherung | 150 Euro | drei Monate |

| What | Where |
|---|---|
| the form | https://forms.example.org/fifty_letters_or_more/without_a_place_to_break/in_them.html |

> - | What | Code |
>   |---|---|
>   | the key | `FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210` |

99. ninety-nine
100. a hundred

9998. nearly
"""
#: Where the text of each cell ends, and its cell.
_CUT = """
[...document.querySelectorAll("td, th")].filter(it => it.closest("table").tHead)
  .filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.textContent)
"""
#: How far each list's numbers, as wide as its text writes them, reach over its left edge.
_HANGING = """
[...document.querySelectorAll(".prose ol")].map(list => {
  const ruler = document.createElement("span");
  ruler.textContent = (list.start + list.children.length - 1) + ". ";
  ruler.style.whiteSpace = "pre";
  list.lastElementChild.append(ruler);
  const over = ruler.getBoundingClientRect().width - parseFloat(getComputedStyle(list).paddingLeft);
  ruler.remove();
  return over;
}).filter(over => over > 0)
"""


def without_styles(html: str) -> str:
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("theme", sample.THEMES)
@pytest.mark.parametrize("change", [str, without_styles])
def test_no_letter_scrolls_sideways(page: Page, theme, language, change) -> None:
    html = change(sample.make(theme, language).mail)

    for width in WIDTHS:
        page.show(html, width=width)

        assert page.ask("document.documentElement.scrollWidth") == width
        assert page.ask(_OUTSIDE) == [], width


@pytest.mark.parametrize("theme", sample.THEMES)
@pytest.mark.parametrize("change", [str, without_styles])
def test_neither_long_words_nor_wide_tables_scroll_sideways(page: Page, theme, change) -> None:
    name = "Hubert Wolfeschlegelsteinhausenbergerdorffhausenbergerstein"
    qa = make_qa(
        title=f"May {name} leave?", question=Question(_WIDE, name), answer=Answer(_WIDE, name)
    )
    issue = replace(specimens.issue("en"), title=f"Letters to {name}", qas=(qa, make_qa("b")))
    html = change(as_html(render(issue, specimens.options("en"), theme)))

    for width in WIDTHS:
        page.show(html, width=width)

        assert page.ask("document.documentElement.scrollWidth") == width
        assert page.ask(_OUTSIDE) == [], width
        assert page.ask(_CUT) == [], width
        assert page.ask(_HANGING) == [], width


@pytest.mark.parametrize("theme", sample.THEMES)
def test_a_letter_without_style_sheets_looks_the_same(page: Page, theme: str) -> None:
    html = sample.make(theme, "en").mail
    heights = []
    for version in (html, without_styles(html)):
        page.show(version, width=640)
        heights.append(page.ask("document.querySelector('.page').offsetHeight"))

    # The margin of the body narrows the letter by 8 pixels at each side.
    assert heights[1] == pytest.approx(heights[0], rel=0.03)


@pytest.mark.parametrize("theme", sample.THEMES)
def test_links_are_easy_to_hit(page: Page, theme: str) -> None:
    page.show(sample.make(theme, "en").mail, width=320)
    heights = dict(page.ask(_TARGETS))

    assert len(heights) > 4
    assert {text: it for text, it in heights.items() if it < 24} == {}
    # What the letter asks for.
    assert heights["Ask a question"] >= 44


@pytest.mark.parametrize("theme", sample.THEMES)
def test_contents_lead_down_to_the_question(page: Page, theme: str) -> None:
    page.show(sample.make(theme, "en").mail, width=375)
    page.ask("document.querySelector('ol.contents li:last-child a').click()")

    assert page.ask("Math.abs(document.querySelector(':target').getBoundingClientRect().top) < 2")
    assert page.ask("document.querySelector(':target').tagName") == "H2"


@pytest.mark.parametrize("theme", sample.THEMES)
def test_printed_it_has_no_button_and_nothing_personal(page: Page, theme: str) -> None:
    page.show(sample.make(theme, "en").mail, width=640)
    page.print_it()
    shown = page.ask("document.body.innerText")

    assert "Ask a question" not in shown
    assert "reader@mail.example" not in shown
    assert "The Window Seat" in shown
