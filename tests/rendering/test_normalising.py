import mjml
import pytest

from pipeline.rendering.normalising import normalise
from pipeline.rendering.validating.html_as_xml import number_references
from tests.rendering.letters import parse

#: What mrml writes as a Rust debug string when it is left alone.
DOUBTFUL = (
    "10\u00a0km",
    "soft\u00adhyphen",
    "👩\u200d💻",
    "\u0645\u06cc\u200c\u062e\u0648",  # Persian, with a zero-width non-joiner
    "❤\ufe0f",
    "oui\u202f!",
    "abc\u200f",
    "e\u0301",
    "C:\\new\\tab",
    "\\u{a0}",
    "“quoted”",
)


@pytest.mark.parametrize("value", DOUBTFUL)
def test_an_attribute_comes_out_of_the_compiler_as_it_went_in(value):
    source = f'<mjml><mj-body><mj-raw><a title="{value}" href="#">x</a></mj-raw></mj-body></mjml>'

    page = parse(mjml.mjml2html(normalise(source), fonts={}))

    assert page.xpath("//a/@title") == [value]


def test_a_quotation_mark_does_not_end_an_attribute():
    source = "<mjml><mj-body><mj-raw><i title='x\" onclick=\"y'>x</i></mj-raw></mj-body></mjml>"

    page = parse(mjml.mjml2html(normalise(source), fonts={}))

    assert [dict(i.attrib) for i in page.xpath("//i")] == [{"title": 'x" onclick="y'}]


def test_the_title_becomes_an_attribute_and_is_escaped_like_one():
    source = '<mjml><mj-head><mj-title>\n a "b" \\n\u00a0c\n</mj-title></mj-head><mj-body/></mjml>'

    page = parse(mjml.mjml2html(normalise(source), fonts={}))

    assert page.xpath("//@aria-label") == ['a "b" \\n\u00a0c']


@pytest.mark.parametrize(
    ("source", "normal"),
    [
        pytest.param('<a\n\thref="x">', '<a href="x">', id="a tag over lines"),
        pytest.param('<a b="1\r\n2">', '<a b="1 2">', id="a value over lines"),
        pytest.param("<p>a\nb</p>", "<p>a\nb</p>", id="a text over lines stays"),
        pytest.param("<p>é</p>", "<p>&#233;</p>", id="text beyond ASCII"),
        pytest.param("<p>a \\ b</p>", "<p>a \\ b</p>", id="a backslash in text stays"),
        pytest.param("<p>\n    <b>", "<p>\n<b>", id="indentation"),
        pytest.param("<p> <b>", "<p> <b>", id="a space between words stays"),
        pytest.param(
            '<mj-style>a::before{content:"“"}</mj-style>',
            '<mj-style>a::before{content:"\\201C "}</mj-style>',
            id="a style sheet",
        ),
        pytest.param("a<!-- \\ \n -->b", "ab", id="a comment that only people read"),
        pytest.param(
            "<!--[if mso]>\\ \n<![endif]-->", "<!--[if mso]>\\ \n<![endif]-->", id="a comment"
        ),
        pytest.param('<a b=">" c="\\">', '<a b=">" c="&#92;">', id="an angle bracket in a value"),
    ],
)
def test_normalises(source, normal):
    assert normalise(source) == normal


@pytest.mark.parametrize(
    ("source", "numbered"),
    [
        ("&nbsp;&amp;&lt;&gt;&quot;&apos;", "&#160;&amp;&lt;&gt;&quot;&apos;"),
        ("&middot; &NotEqualTilde;", "&#183; &#8770;&#824;"),
        ("&nosuch; & &#160;", "&nosuch; &amp; &#160;"),
    ],
)
def test_numbers_the_entities_that_xml_does_not_know(source, numbered):
    assert number_references(source) == numbered
