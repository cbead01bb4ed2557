"""Any text goes through normaliser, compiler and inliner unchanged."""

import html

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.rendering import inlining, mjml
from pipeline.rendering.pages import page_pieces
from tests.rendering.letters import parse

#: Characters that the compiler would write as Rust's debug escapes, or end an attribute with.
DOUBTFUL = (
    "\u00a0\u00ad\u0301\u0e33\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u202f\u2066"
    "\u2069\ufe0f\ufeff\U000e0020\U0001f469\u4f60\u05d0\u0627\\\"'<>&{}#;/=`u"
)
# What neither XML nor HTML can hold is refused before; U+0000 to U+001F stand for breaks.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(DOUBTFUL),
        st.characters(
            exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\u2028\u2029"
        ),
    ),
    max_size=40,
)


def compile_page(body: str, head: str = "") -> str:
    source = (
        '<mjml lang="en" dir="ltr"><mj-head><mj-title>t</mj-title>'
        f"{head}</mj-head><mj-body><mj-section><mj-column>{body}</mj-column></mj-section>"
        "</mj-body></mjml>"
    )
    return inlining.inline(page_pieces.take_apart(mjml.compile_html(source, str))).text


@settings(max_examples=150)
@given(TEXTS)
@example(
    "10\u00a0km, 👩\u200d💻, ❤\ufe0f, \u0645\u06cc\u200c\u062e\u0648, abc\u200f, e\u0301, C:\\u{a0}"
)
@example('x" onerror="alert(1)')
@example("&amp;amp; &copy; &nope;")
@example("--> <!-- ]]> </a>")
def test_an_attribute_comes_out_as_it_went_in(text):
    written = html.escape(text)

    page = parse(
        compile_page(
            f'<mj-image src="https://a.example/" alt="{written}" />'
            f'<mj-text><a href="#x" title="{written}">x</a></mj-text>'
        )
    )

    assert page.xpath("//img/@alt") == [text]
    assert page.xpath("//a/@title") == [text]


@settings(max_examples=150)
@given(TEXTS)
@example("a\u00a0b \u00a0")
@example("\\u{a0} \\n {{ x }}")
def test_a_text_comes_out_as_it_went_in(text):
    written = html.escape(text)

    page = parse(compile_page(f'<mj-text><p class="t">x{written}x</p></mj-text>'))

    assert page.xpath("//p[@class='t']")[0].text_content() == f"x{text}x"


@settings(max_examples=50)
@given(TEXTS.filter(lambda text: text.strip(" ")))
def test_a_title_comes_out_as_it_went_in(text):
    source = f"<mjml><mj-head><mj-title>x{html.escape(text)}x</mj-title></mj-head><mj-body/></mjml>"

    page = parse(inlining.inline(page_pieces.take_apart(mjml.compile_html(source, str))).text)

    assert page.findtext(".//title") == f"x{text}x"
    assert page.xpath("//@aria-label") == [f"x{text}x"]


@pytest.mark.parametrize("sign", ["“", "\u00a0", "→", "💌", "\u200d", "ü"])
def test_a_sign_of_a_style_sheet_means_the_same(sign):
    page = compile_page(
        "<mj-text>x</mj-text>", f'<mj-style>a::before{{content:"{sign}"}}</mj-style>'
    )

    assert f'content:"\\{ord(sign):X} "' in page


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("a\nb", "a b", id="newline"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("a\r\n\tb", "a b", id="several"),
    ],
)
def test_a_break_in_an_attribute_is_a_space(written, read):
    page = parse(compile_page(f'<mj-image src="https://a.example/" alt="{written}" />'))

    assert page.xpath("//img/@alt") == [read]
