from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import ContentError
from pipeline.model.address import Address
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose import markdown, xhtml
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


def _options(column: int) -> RenderOptions:
    return RenderOptions(
        title="The Corner Office",
        from_=Address("letters@news.example"),
        base_url="https://news.example",
        column=column,
    )


_WIDE_TABLE = (
    "# A\n\n| Versicherungsbedingungen | Selbstbeteiligungen |\n| :-- | --: |\n| a | b |\n"
)


def test_a_text_seen_before_is_written_for_where_it_stands_now():
    document = markdown.parse(_WIDE_TABLE)
    ways: list[Any] = [
        {"top": top, "direction": direction, "options": _options(column)}
        for top in (2, 3)
        for direction in ("ltr", "rtl")
        for column in (280, 552)
    ]
    inset = replace(document, inset=2)

    one_by_one = []
    for way in ways:
        for known in (document, inset):
            xhtml._remembered.cache_clear()
            one_by_one.append(to_xhtml(known, **way))
    xhtml._remembered.cache_clear()

    assert [to_xhtml(known, **way) for way in ways for known in (document, inset)] == one_by_one
    assert len(set(one_by_one)) > 2
