import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.client_support import usage
from pipeline.rendering.client_support.features import DETECTORS


def _slugs(page: str) -> set[str]:
    return {use.slug for use in usage.find(page)}


@pytest.mark.parametrize(
    ("css", "slug"),
    [
        pytest.param(css, slug, id=f"{slug}-{css[:24]}")
        for css, slug in [
            ("a { -webkit-border-radius: 3px }", "css-border-radius"),
            ("a { border-top-left-radius: 3px }", "css-border-radius"),
            ("a { border-end-start-radius: 3px }", "css-border-radius-logical"),
            ("a { border-inline-start: 1px }", "css-border-inline-block-individual"),
            ("a { border-block-end-color: red }", "css-border-inline-block-longhand"),
            ("a { Margin-Left: 1px }", "css-margin"),
            ("a { margin-inline-start: 1px }", "css-margin-inline-start-end"),
            ("a { display: INLINE-FLEX }", "css-display-flex"),
            ("a { flex-flow: row wrap }", "css-flex-wrap"),
            ("a { flex-flow: column }", "css-flex-direction"),
            ("a { width: calc(100% - 2rem) }", "css-unit-rem"),
            ("a { width: calc(100% - (1px + 2VMIN)) }", "css-unit-vmin"),
            ("a { width: fit-content }", "css-intrinsic-size"),
            ("a { color: var(--x) }", "css-variables"),
            (":root { --x: 1 }", "css-variables"),
            ("a { color: oklch(60% 0.1 20) }", "css-modern-color"),
            ("a { font: 1em/1.2 system-ui, serif }", "css-sytem-ui"),
            ("a { all: initial }", "css-unit-initial"),
            ("a { color: red ! IMPORTANT }", "css-important"),
            ("a { background: url('x.WEBP?v=1') }", "image-webp"),
            ("a { background: url(data:image/svg+xml;base64,AAAA) }", "image-base64"),
            ("@media (min-width: 1px) { a { color: red } }", "css-at-media"),
            ("@media screen and ((any-hover) or (hover)) { a { top: 0 } }", "css-at-media-hover"),
            ("@media (-webkit-min-device-pixel-ratio: 2) {}", "css-at-media-device-pixel-ratio"),
            ("@media (PREFERS-COLOR-SCHEME: dark) {}", "css-at-media-prefers-color-scheme"),
            ("@import 'x.css';", "css-at-import"),
            ("@-webkit-keyframes x { from { opacity: 0 } }", "css-at-keyframes"),
            ("@font-face{src:url(x)}", "css-at-font-face"),
            ("a { /* why */ top: 0 }", "css-comments"),
            ("a /* who */ b { top: 0 }", "css-comments"),
            ("@media /* where */ print { }", "css-comments"),
            ("a { top: 0 /* how */ }", "css-comments"),
            ("a { top: max(0, /* how */ 1px) }", "css-comments"),
            ("a { &:hover { top: 0 } }", "css-nesting"),
            ("a { @media print { top: 0 } }", "css-nesting"),
            ("a:Before { top: 0 }", "css-pseudo-element-before"),
            ("a::-webkit-input-placeholder { top: 0 }", "css-pseudo-element-placeholder"),
            ("a:not(b:nth-child(2n)) { top: 0 }", "css-pseudo-class-nth-child"),
            ("a:has(> img) { top: 0 }", "css-selector-child"),
            ("h1+h2 { top: 0 }", "css-selector-adjacent-sibling"),
            ("h1~h2 { top: 0 }", "css-selector-general-sibling"),
            ("h1 h2 { top: 0 }", "css-selector-descendant"),
            ("h1 , h2 { top: 0 }", "css-selector-grouping"),
            (".a.b { top: 0 }", "css-selector-chaining"),
            ("[class~=x] { top: 0 }", "css-selector-attribute"),
            ("#a { top: 0 }", "css-selector-id"),
            ("* { top: 0 }", "css-selector-universal"),
        ]
    ],
)
def test_knows_what_a_style_sheet_uses(css, slug):
    assert slug in _slugs(f"<style>{css}</style>")


@pytest.mark.parametrize(
    ("css", "slug"),
    [
        pytest.param("a { border: 1px }", "css-border-radius", id="shorthand"),
        pytest.param("a { flex-direction: row }", "css-flex-direction", id="usual-value"),
        pytest.param("a { display: block }", "css-display-flex", id="other-value"),
        pytest.param("a { content: 'calc(1rem)' }", "css-unit-calc", id="string"),
        pytest.param("/* a { opacity: 0 } */", "css-opacity", id="comment"),
        pytest.param("@supports (display: grid) { a { top: 0 } }", "css-display-grid", id="asked"),
        pytest.param("a { color: rgb(10%, 0%, 0%) }", "css-unit-percent", id="of-a-colour"),
        pytest.param("a { opacity:; }", "css-opacity", id="no-value"),
        pytest.param("@font-face { font-weight: 400 }", "css-font-weight", id="descriptor"),
        pytest.param("@keyframes x { from { top: 0 } }", "css-selector-type", id="keyframe"),
        pytest.param(".a .b { top: 0 }", "css-selector-chaining", id="two-elements"),
        pytest.param("td.a { top: 0 }", "css-selector-chaining", id="type-and-class"),
        pytest.param("a > b { top: 0 }", "css-selector-descendant", id="spaces-around"),
        pytest.param("a { width: 1px } b { width: 2px }", "css-nesting", id="one-after-another"),
        pytest.param("@media print { a { top: 0 } }", "css-nesting", id="rule-in-media"),
        pytest.param("a:first-child { top: 0 }", "css-pseudo-class-has", id="other-pseudo"),
    ],
)
def test_names_nothing_that_a_style_sheet_does_not_use(css, slug):
    assert slug not in _slugs(f"<style>{css}</style>")


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        pytest.param(html, slug, id=slug)
        for html, slug in [
            ("<p STYLE='word-break: break-all'>", "css-word-break"),
            ("<p style=top:0>", "css-left-right-top-bottom"),
            ("<!doctype HTML>", "html-doctype"),
            ("<!-- note -->", "html-comments"),
            ("<H3>", "html-h1-h6"),
            ("<dt>", "html-lists"),
            ("<time>", "html-semantics"),
            ("<td background='x.png'>", "html-background"),
            ("<img usemap='#m'>", "html-image-maps"),
            ("<img srcset='a.avif 1x, b.png 2x'>", "image-avif"),
            ("<source type='image/webp'>", "image-webp"),
            ("<img src='https://x.example/a.jpeg;v=2'>", "image-jpg"),
            ("<img src='data:image/gif;base64,R0lG'>", "image-gif"),
            ("<img src='film.mp4'>", "image-mp4"),
            ("<a href=' MAILTO:a@x.example'>", "html-mailto-links"),
            ("<a href='#a'>", "html-anchor-links"),
            ("<a target=_blank>", "html-target"),
            ("<button>", "html-button-submit"),
            ("<input>", "html-input-text"),
            ("<input type=RADIO required>", "html-required"),
            ("<meta name='color-scheme'>", "html-meta-color-scheme"),
            ("<html ⚡4email>", "amp"),
            ("<p inert>", "css-inert-attribute"),
            ("<svg role='img' width='1'>", "html-role"),
            ("<style media='(orientation: portrait)'></style>", "css-at-media-orientation"),
        ]
    ],
)
def test_knows_what_the_markup_uses(html, slug):
    assert slug in _slugs(html)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<!--[if mso]><video></video><![endif]-->", id="for-outlook-alone"),
        pytest.param("<!-- <video> -->", id="comment"),
        pytest.param("<textarea><video></textarea>", id="text"),
        pytest.param("<title><video></title>", id="title"),
        pytest.param("<script>'<video>'</script>", id="script"),
        pytest.param('<p title="<video>">', id="value"),
        pytest.param("&lt;video>", id="escaped"),
        pytest.param('<p title="it\'s" class=<video>', id="unquoted"),
        pytest.param('<p title="<video>', id="never-closed"),
        pytest.param("<a href='#'>", id="other-element"),
    ],
)
def test_names_no_element_that_is_none(html):
    assert "html-video" not in _slugs(html)


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        pytest.param("<svg width='1' height='1'>", "html-width", id="size-of-a-drawing"),
        pytest.param("<object data='film.mp4'>", "image-mp4", id="embedded-film"),
        pytest.param("<video><source type='video/mp4'>", "image-mp4", id="source-of-a-film"),
        pytest.param("<img sizes=1 src='a.png/b'>", "image-png", id="folder"),
        pytest.param("<a href='#'>", "html-anchor-links", id="link-to-nowhere"),
        pytest.param("<input type='text'>", "html-input-hidden", id="other-input"),
        pytest.param("<button type='button'>", "html-button-submit", id="button-alone"),
        pytest.param("<meta name='viewport'>", "html-meta-color-scheme", id="other-meta"),
        pytest.param("<!doctype html public 'x'>", "html-doctype", id="older-doctype"),
        pytest.param("<link sizes='16x16'>", "html-srcset", id="sizes-of-an-icon"),
    ],
)
def test_names_nothing_that_the_markup_does_not_use(html, slug):
    assert slug not in _slugs(html)


def test_what_a_condition_reveals_counts():
    page = "<!--[if !mso]><!--><video></video><!--<![endif]-->"

    assert _slugs(page) == {"html-video", "html-comments"}


def test_says_where_a_feature_is_used_first_and_how_often():
    page = '<p>\n  <b style="color: red;\n  opacity: .5">a</b><b style="opacity: 1">b</b>'

    (use,) = [use for use in usage.find(page) if use.slug == "css-opacity"]

    assert (use.line, use.column, use.count, use.snippet) == (3, 3, 2, "opacity: .5")


def test_says_where_in_a_style_sheet():
    page = "<html>\r\n<style>\r\na { top: 0 }\r\n  b:hover { top: 0 }</style>"

    (use,) = [use for use in usage.find(page) if use.slug == "css-pseudo-class-hover"]

    assert (use.line, use.column, use.snippet) == (4, 3, "b:hover")


def test_a_style_with_escapes_is_found_where_it_begins():
    page = """<p style="font-family: &quot;A&quot;; opacity: 0">"""

    (use,) = [use for use in usage.find(page) if use.slug == "css-opacity"]

    assert (use.line, use.column) == (1, 39)


def test_counts_each_repetition_of_a_tag():
    page = '<td align="left" style="padding:1px">' * 7

    assert {use.slug: use.count for use in usage.find(page)} == {
        "html-align": 7,
        "css-padding": 7,
        "css-unit-px": 7,
    }


def test_the_value_in_a_media_query_is_no_second_use():
    (use,) = usage.find("<x media=''><style media='(hover: hover)'></style>")[1:]

    assert (use.slug, use.count) == ("css-at-media-hover", 1)


def test_two_features_may_be_told_by_one_declaration():
    assert _slugs("<x style='column-count:2'>") == {
        "css-column-count",
        "css-column-layout-properties",
    }


# What pages are written of, and what breaks them.
_PIECES = st.sampled_from(
    [
        *("<style>", "</style>", '<p style="', " ", '"', "' ", "=", ">", "<", "/", "<a href="),
        *("<!--", "-->", "<![if ]>", "<!doctype", "<svg>", "&", ";", "{", "}", "(", ")", "["),
        *("]", ":", "::", ",", ".", "#", "*", "@media", "@import", "@", "!important", "url("),
        *("var(--x)", "\\", '"a"', "1e9px", "%", "+", "~", "|", "<td", "color:red", "</"),
        *("<img srcset=a.png,, 2x", "data:image/png;base64,AA==", "\0", "\f", "\r\n"),
        *("<textarea>", "--"),
    ]
)


@given(st.lists(_PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_no_page_is_too_broken(page):
    for use in usage.find(page):
        assert use.slug in DETECTORS
        assert use.count > 0
        lines = page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 0 < use.line <= len(lines)
        assert 0 < use.column <= len(lines[use.line - 1]) + 1


@given(st.text(alphabet="{}()[]:;,.#*@!/\\\"'<>-+~|&%= \nabt0", max_size=60))
def test_no_style_sheet_is_too_broken(css):
    page = f"<style>{css}</style><p style='{css}'>"

    for use in usage.find(page):
        assert use.slug in DETECTORS
        assert use.count > 0
        assert 0 < use.line <= page.count("\n") + 1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<style>" + "a{" * 50_000, id="rules"),
        pytest.param("<style>a{b:" + "(" * 50_000, id="brackets"),
        pytest.param("<style>" + ":not(" * 20_000, id="selectors"),
        pytest.param("<style>" + "@media x{" * 20_000, id="at-rules"),
        pytest.param("<style>@media " + "(" * 50_000, id="queries"),
        pytest.param("<div>" * 100_000, id="elements"),
        pytest.param('<a b="' * 100_000, id="quotes"),
        pytest.param("<a b=' " * 100_000, id="apostrophes"),
        pytest.param("<a =" * 100_000, id="equals"),
        pytest.param("<style>" * 100_000, id="sheets"),
        pytest.param("<!-" * 100_000, id="comments"),
        pytest.param("<p style='" + "a:b;" * 50_000, id="never-ends"),
    ],
)
def test_depth_and_repetition_take_no_longer_than_length(page):
    """None of them ends in a test that never ends, or in a RecursionError."""
    found = [use.slug for use in usage.find(page)]

    assert len(found) == len(set(found))
    assert set(found) <= set(DETECTORS)
