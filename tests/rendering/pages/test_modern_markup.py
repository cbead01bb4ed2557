from typing import Any

import pytest
from lxml import html
from PIL import ImageChops

from pipeline.rendering.pages import modern_markup
from tests.browser import Page

#: What mails say with attributes, and how it looks without CSS.
OLD = """
<table border="0" cellpadding="0" cellspacing="0" width="100%" bgcolor="#eeddcc"><tr>
 <td align="center" valign="top" width="120" height="90"><table cellspacing="3" bgcolor="#aabbcc">
  <tr><td align="right">a</td><td>b<br>c</td></tr></table></td>
 <td align="right"><table cellpadding="7"><tr><td>d</td></tr></table>some words</td>
 <td nowrap valign="bottom">words that stay in one line</td></tr></table>
<table border="2" cellpadding="4" align="center" width="50%"><tr><th>e</th><td>f</td></tr></table>
<table align="right" width="80"><tr><td align="left" style="text-align:center">g</td></tr></table>
<p align="right">h</p><h2 align="center">i</h2>
<img src="data:," alt="j" width="40" height="30" border="0" align="left">
<img src="data:," alt="k" width="50%" height="auto">
<hr width="50%">
"""


def modernised(body: Any) -> Any:
    root: Any = html.document_fromstring(
        f"<!DOCTYPE html><html><head></head><body>{body}</body></html>"
    )
    hints = modern_markup.modernise(root)
    style = html.Element("style")
    style.text = hints.sheet()
    root.find("head").append(style)
    return root


def written(root: Any) -> Any:
    return html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")


def inside(body: Any) -> Any:
    root = modernised(body)
    return html.tostring(root.find("body"), encoding="unicode")


@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_what_attributes_meant_looks_the_same(page: Page, width: int, direction: str) -> None:
    body = f'<div dir="{direction}">{OLD}</div>'
    seen = []
    for text in (f"<!DOCTYPE html><body>{body}</body>", written(modernised(body))):
        page.show(text, width=width)
        seen.append(page.picture(whole=True))

    old, new = seen
    assert new.size == old.size
    assert ImageChops.difference(new, old).getbbox() is None


def test_no_attribute_is_left_that_html_has_given_up():
    root = modernised(OLD)

    left = {name for element in root.find("body").iter() for name in element.attrib}
    assert left == {"alt", "class", "height", "src", "style", "width"}
    assert {element.tag for element in root.xpath("//*[@width or @height]")} == {"img"}


def test_any_rule_of_the_theme_wins_over_an_attribute(page: Page) -> None:
    text = written(modernised('<table><tr><td align="right">a</td></tr></table>'))

    page.show(text.replace("</style>", "</style><style>td{text-align:left}</style>"), width=320)

    assert page.ask("getComputedStyle(document.querySelector('td')).textAlign") == "left"


@pytest.mark.parametrize(
    ("mail", "page"),
    [
        pytest.param("<p>a<!--[if mso]><b>x</b><![endif]-->b</p>", "<p>ab</p>", id="Outlook's"),
        pytest.param("<!--[if !mso]><!--><p>a</p><!--<![endif]-->", "<p>a</p>", id="all but its"),
        pytest.param(
            '<p style="mso-hide:all;color:red;mso-padding-alt:0">a</p>',
            '<p style="color:red;">a</p>',
            id="its properties",
        ),
        pytest.param('<p>a</p><div style="display:none;">b</div>', "<p>a</p>", id="hidden"),
        pytest.param(
            '<div class="m" style="display:none">b</div>',
            '<div class="m" style="display:none">b</div>',
            id="hidden until a rule shows it",
        ),
        pytest.param('<a name="x">a</a>', '<a id="x">a</a>', id="a place to jump to"),
        pytest.param('<pre align="left" bgcolor="#fff">a</pre>', "<pre>a</pre>", id="no meaning"),
        pytest.param(
            '<svg width="9"><rect width="9"></rect></svg>',
            '<svg width="9"><rect width="9"></rect></svg>',
            id="a drawing",
        ),
    ],
)
def test_rewrites(mail, page):
    assert inside(mail) == f"<body>{page}</body>"


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        pytest.param("p{mso-line-height-rule:exactly;color:red}", "p{color:red}", id="property"),
        pytest.param("p{color:red;mso-hide:all}", "p{color:red;}", id="last property"),
        pytest.param("#outlook a{padding:0}\np{color:red}", "p{color:red}", id="Outlook's rule"),
        pytest.param("[data-ogsc] .a, [data-ogsc] .b{color:red}", None, id="Outlook.com's"),
        pytest.param(
            ":root{color-scheme:light dark;supported-color-schemes:light dark;}",
            ":root{color-scheme:light dark;}",
            id="a draft's property",
        ),
        pytest.param("@media print{p{color:red}}", "@media print{p{color:red}}", id="media"),
    ],
)
def test_a_style_sheet_keeps_what_browsers_know(sheet, left):
    root = html.document_fromstring(f"<html><head><style>{sheet}</style></head><p>a</p></html>")
    modern_markup.modernise(root)

    assert [style.text for style in root.iter("style")] == ([left] if left else [])
