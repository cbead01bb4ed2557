from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import ContentError
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.xhtml import to_xhtml

_ALLOWED = {
    *("a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


def write(text: Any, top: Any = 3) -> str:
    return to_xhtml(markdown.parse(text), top=top).strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("*a* **b**", "<p><em>a</em> <strong>b</strong></p>", id="emphasis"),
        pytest.param("a  \nb", "<p>a<br/>\nb</p>", id="line break"),
        pytest.param("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>", id="a tag is text"),
        pytest.param("{{ 7*7 }} {% x %}", "<p>{{ 7*7 }} {% x %}</p>", id="an expression is text"),
        pytest.param(
            "![a cat](https://c.example/c.png)", "<p>a cat</p>", id="an image is its text"
        ),
        pytest.param(
            '[a](https://a.example/?b=1&c=2 "t")',
            '<p><a href="https://a.example/?b=1&amp;c=2">a</a></p>',
            id="a link",
        ),
        pytest.param("[a](b.html)", "<p>a</p>", id="a relative link is its text"),
        pytest.param("[a](#b)", "<p>a</p>", id="a link within the page is its text"),
        pytest.param("[a](tel:123)", "<p>a</p>", id="another scheme is its text"),
        pytest.param("[a](https:)", "<p>a</p>", id="a link without a host is its text"),
        pytest.param(
            "[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>", id="a script is text"
        ),
        pytest.param(
            "[a](mailto:jo@mail.example)",
            '<p><a href="mailto:jo@mail.example">a</a></p>',
            id="an address",
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_writes_what_mail_clients_take(text, written):
    assert write(text) == written


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        pytest.param("# a\n## b\n# c", ["h3", "h4", "h3"], id="from the first level"),
        pytest.param("#### a\n##### b\n###### c", ["h3", "h4", "h4"], id="from the fourth level"),
        pytest.param("### a\n# b", ["h3", "h3"], id="deeper first"),
    ],
)
def test_headings_stand_below_the_title_and_skip_no_level(text, levels):
    root = etree.fromstring(f"<x>{write(text)}</x>")

    assert [str(element.tag) for element in root] == levels


def test_keeps_the_alignment_of_a_column_and_no_other_style():
    table = write("|a|\n|-:|\n|1|")

    assert '<td style="text-align:right">1</td>' in table


@given(st.text(alphabet="<>&\"'*_[]()`#-|\\!:/ \n{}%ab\u00a0\u200d\x00\x1f", max_size=80))
def test_every_text_gives_well_formed_markup_of_allowed_elements(text):
    try:
        written = write(text)
    except ContentError:
        return
    root = etree.fromstring(f"<x>{written}</x>")

    assert {str(element.tag) for element in root.iter()} <= {"x", *_ALLOWED}
    assert {str(name) for element in root.iter() for name in element.attrib} <= {
        "href",
        "start",
        "style",
    }


@pytest.mark.parametrize("text", ["Yes.\n\n*", "- a\n-\n", "1.\n\nNo.", "#\n\nNo."])
def test_element_without_words_is_written_with_both_its_tags(text: str) -> None:
    written = to_xhtml(markdown.parse(text), top=3)

    assert ">\N{NO-BREAK SPACE}</" in written
    assert "/>" not in written
