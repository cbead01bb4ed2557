"""Colours of texts, on light screens and on dark ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.checks import checking
from tests.rendering.checks.pages import BODY, findings, names, page

DARK = "@media (prefers-color-scheme: dark)"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<p style="color:#999">Jo</p>', id="a style"),
        pytest.param('<p style="color:rgba(0,0,0,.4)">Jo</p>', id="translucent"),
        pytest.param('<font color="#999999">Jo</font>', id="an old attribute"),
        pytest.param('<div bgcolor="#666666">Jo</div>', id="an old attribute of the ground"),
        pytest.param(
            '<div style="background:#666 url(https://b.example/a)">Jo</div>', id="below a picture"
        ),
        pytest.param('<div style="color:#eee"><p>Jo</p></div>', id="inherited"),
        pytest.param('<div style="background:#222"><p><b>Jo</b></p></div>', id="inherited ground"),
        pytest.param('<style>.f{color:#999}</style><p class="f">Jo</p>', id="a sheet"),
        pytest.param(
            '<style>p.f{color:#999}.f{color:#000}</style><p class="f">Jo</p>', id="weight"
        ),
        pytest.param(
            '<div style="font-size:0"><p style="font-size:17px;color:#999">Jo</p></div>',
            id="within a gap of MJML",
        ),
        pytest.param(
            '<p style="background:#fff;background-color:#666">Jo</p>', id="the later background"
        ),
        pytest.param(
            '<style>.f{color:#999!important}</style><p class="f" style="color:#000">Jo</p>',
            id="important",
        ),
        pytest.param('<p style="color:#777">Jo</p>', id="4.48"),
        pytest.param('<p style="opacity:.1">Jo</p>', id="opacity"),
        pytest.param('<div style="opacity:50%"><p style="opacity:.8">Jo</p></div>', id="twice"),
        pytest.param('<h2 style="color:#a0a0a0">Jo</h2>', id="large, but faint"),
        pytest.param(
            '<div style="background:#00e"><a href="https://b.example">Jo B</a></div>', id="a"
        ),
        pytest.param('<p style="color:rgb(200 200 200)">Jo</p>', id="rgb of CSS 4"),
        pytest.param('<p style="color:rgb(0 0 0 / 40%)">Jo</p>', id="translucent rgb of CSS 4"),
        pytest.param('<p style="color:hsl(0 0% 80%)">Jo</p>', id="hsl of CSS 4"),
        pytest.param('<p style="color:hsl(120,50%,80%)">Jo</p>', id="hsl of CSS 3"),
        pytest.param('<p style="color:hwb(0 80% 20%)">Jo</p>', id="hwb"),
        pytest.param('<p style="color:lab(80% 0 0)">Jo</p>', id="lab"),
        pytest.param('<p style="color:oklch(0.85 0 0)">Jo</p>', id="oklch"),
        pytest.param('<p style="color:silver">Jo</p>', id="a name"),
        pytest.param('<p style="color:#0006">Jo</p>', id="translucent digits"),
        pytest.param('<p style="color:#00000066">Jo</p>', id="eight digits"),
        pytest.param('<p style="color:var(--x, #ccc)">Jo</p>', id="what a variable falls back to"),
        pytest.param('<p style="color:var(--x,var(--y,#ccc))">Jo</p>', id="the second fallback"),
        pytest.param(
            "<style>:root{--X:#ccc}p.f{color:var(--X,#000)}</style><p class=f>Jo",
            id="a variable",
        ),
        pytest.param(
            '<div style="--x:#ccc"><p><b style="color:var(--x)">Jo</b></p></div>',
            id="inherited too",
        ),
        pytest.param(
            "<style>@media (max-width:600px){.f{color:#ccc}}</style><p class=f>Jo",
            id="on a telephone",
        ),
        pytest.param(
            "<style>@media only screen and (min-width:30em){.f{color:#ccc}}</style><p class=f>Jo",
            id="on a desktop",
        ),
        pytest.param(
            "<style>@media screen and (width <= 600px){.f{background:#666}}</style><p class=f>Jo",
            id="a range",
        ),
        pytest.param(
            '<style media="(max-width:600px)">.f{color:#ccc}</style><p class=f>Jo</p>',
            id="a sheet for telephones",
        ),
        pytest.param(
            "<style>@media print, screen{.f{color:#ccc}}</style><p class=f>Jo</p>", id="one of two"
        ),
    ],
)
def test_a_text_too_faint_in_light_is_told_once(body):
    assert names(page(BODY + body)) == ["contrast/light"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<p style="color:#000;background:#fff">Jo</p>', id="black on white"),
        pytest.param('<h2 style="color:#000;font-size:24px">Jo</h2>', id="large"),
        pytest.param('<p style="color:#fff;display:none">Jo</p>', id="not shown"),
        pytest.param('<p style="color:#fff;max-height:0;overflow:hidden">Jo</p>', id="no height"),
        pytest.param('<p style="color:#fff;font-size:1px">Jo</p>', id="no size"),
        pytest.param('<span style="color:#ccc">·</span>', id="no words"),
        pytest.param(
            '<style>.f{color:#999}</style><p class="f" style="color:#000">Jo</p>', id="own"
        ),
        pytest.param("<style>a:hover,.g{color:#999}</style><p>Jo</p>", id="a hand over it"),
        pytest.param("<style>@media print{p{color:#999}}</style><p>Jo</p>", id="on paper"),
        pytest.param('<p style="color:inherit">Jo</p>', id="inherit"),
        pytest.param('<p style="color:nonsense">Jo</p>', id="no colour"),
        pytest.param("<p style='--x:#000;color:var(--x,#ccc)'>Jo</p>", id="a variable is known"),
        pytest.param("<p style='color:var(--x)'>Jo</p>", id="a variable of nobody"),
        pytest.param("<p style='--x:var(--x);color:var(--x)'>Jo</p>", id="a circle of variables"),
        pytest.param("<p style='color:color()'>Jo</p>", id="an empty colour"),
        pytest.param(
            "<style>@media (max-width:200px){.f{color:#ccc}}</style><p class=f>Jo",
            id="on no screen",
        ),
        pytest.param(
            "<style>@media (max-width:wide),(min-width:1..5px),(width){.f{color:#ccc}}</style>"
            "<p class=f>Jo",
            id="on what is no width",
        ),
        pytest.param("<style>@media print{.f{color:#ccc}}</style><p class=f>Jo</p>", id="in print"),
    ],
)
def test_a_text_that_can_be_read_or_is_not_seen_is_not_told(body):
    assert names(page(BODY + body)) == []


def test_says_both_colours_and_the_text():
    (finding,) = findings(page(f'{BODY}<p style="color:#999">Jo said so</p>'))

    assert finding.message == (
        "'Jo said so' can hardly be read: #999999 on #ffffff has a contrast of 2.84, and 4.5 is"
        " needed"
    )


def test_a_figure_is_rounded_down():
    (finding,) = findings(page(f'{BODY}<p style="color:#777">Jo</p>'))

    assert "has a contrast of 4.47, and 4.5 is needed" in finding.message


def test_colours_that_were_not_all_looked_at_are_not_called_faint():
    link = '<a href="https://a.example" class="q">a link</a><br>'
    sheet = "<style>" + DARK + "{body{background:#111!important}div > a.q{color:#ddd!important}}"
    (finding,) = [
        one
        for one in findings(page(BODY + sheet + "</style>" + link * 5_000))
        if one.id.startswith("contrast/")
    ]

    assert "were not compared" in finding.message


def test_large_text_needs_less():
    faint = '<p style="color:#8a8a8a;font-size:{}px;font-weight:{}">Jo</p>'

    light = [
        "contrast/light" in names(page(BODY + faint.format(size, weight)))
        for size, weight in ((23, "normal"), (24, "normal"), (18, "bold"), (19, "bold"))
    ]
    assert light == [True, False, True, False]


def test_a_page_s_own_colours_for_dark_screens_are_compared():
    sheet = f"<style>{DARK}{{.f{{color:#555!important;background:#222!important}}}}</style>"
    body = '<p class="f" style="color:#000;background:#fff">Jo</p>'

    (finding,) = findings(page(BODY + sheet + body))

    assert finding.id == "contrast/dark"
    assert "#555555 on #222222" in finding.message


def test_an_own_style_that_no_sheet_can_beat_is_noticed():
    sheet = f"<style>{DARK}{{.f{{color:#eee!important;background:#222}}}}</style>"
    body = '<p class="f" style="color:#000;background:#fff">Jo</p>'

    assert names(page(BODY + sheet + body)) == ["contrast/dark"]


def test_outlook_s_partial_inversion_is_computed():
    (finding,) = findings(page(f'{BODY}<p style="color:#767676">Jo</p>'))

    assert finding.id == "contrast/partial-inversion"


@pytest.mark.parametrize("attribute", ["data-ogsc", "data-ogsb"])
def test_what_a_page_says_to_outlook_counts_there(attribute):
    sheet = f"<style>[{attribute}] .f{{color:#fff!important}}</style>"

    assert names(page(f'{BODY}{sheet}<p class="f" style="color:#767676">Jo</p>')) == []


def test_a_background_for_outlook_stands_in_for_every_other():
    sheet = "<style>[data-ogsb] .f{background:#123!important}[data-ogsc] .f{color:#fff}</style>"
    body = '<p class="f" style="background-color:#eee;color:#111">Jo</p>'

    assert names(page(BODY + sheet + body)) == []


def test_a_page_that_makes_it_worse_for_outlook_is_told():
    sheet = "<style>[data-ogsc] .f{color:#333!important}</style>"

    assert names(page(f'{BODY}{sheet}<p class="f">Jo</p>')) == ["contrast/partial-inversion"]


def test_full_inversion_is_computed():
    (finding,) = findings(page(f'{BODY}<p style="color:#000;background:#f66">Jo</p>'))

    assert finding.id == "contrast/full-inversion"
    assert "#ffffff on #009999" in finding.message


def test_a_page_is_left_as_it_was():
    text = page(BODY)

    assert checking.check_html(text) == checking.check_html(text)


_PIECES = st.sampled_from(
    (
        *("<p style='", "'>", "color:", "#999", "red", ";", "background:", "url(x)", "rgba(1,2,3,"),
        *("font:", "12px/", "1.5", "bold ", "inherit", "<style>", "</style>", DARK, "{", "}", ".f"),
        *("[data-ogsc] ", "a:hover", "<p class=f>", "Jo", "</p>", "<table bgcolor='", "!important"),
        *("font-size:", "1e9px", "-5%", "line-height:", "<a href='", "mailto:", "https://[", "\0"),
        *("<h1>", "<h6>", "<html lang=", "<img src='", "{{ name", "}}", "\ud800", "<!--", "-->"),
    )
)


@given(st.lists(_PIECES, max_size=30))
def test_no_page_makes_a_check_fail(pieces):
    for finding in checking.check_html("".join(pieces)):
        assert finding.line >= 1
        assert finding.column >= 1


@given(st.text(max_size=200))
def test_no_text_makes_a_check_fail(text):
    assert all(finding.message for finding in checking.check_html(text))


def test_the_place_is_that_of_the_declaration_that_decides():
    body = "<style>.f { color: #000 }\n.g { color: #ccc }</style><p class='f g'>Jo</p>"

    (found,) = findings(page(BODY + body))

    assert (found.line, found.column) == (2, 6)


def test_says_on_which_width_a_text_is_too_faint():
    sheet = "<style>@media (max-width:600px) { .f { color:#ccc } }</style>"

    (found,) = findings(page(BODY + sheet + "<p class=f>Jo</p>"))

    assert "can hardly be read on a narrow screen: #cccccc on #ffffff" in found.message
