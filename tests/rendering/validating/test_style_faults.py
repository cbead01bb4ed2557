"""What is broken in styles is told where it stands, and what is right is not told."""

from pathlib import Path

import cssutils
import pytest

from pipeline.model.finding import Level
from pipeline.rendering.checks import styling
from pipeline.rendering.client_support.features import FACTS
from pipeline.rendering.validating import style_faults
from tests.rendering.letters import render
from tests.rendering.small_theme import SmallTheme

IN_SHEETS = {
    ".page { color: red;\n.a { color: red }\n.b { top: 0 }": ("syntax", 0, "}"),
    "@media print { .a { color: red; .b { color: blue } }": ("syntax", 15, "}"),
    "@media print { .a { color: red }": ("syntax", 0, "}"),
    ".a { color: red }}\n.b { color: red }": ("syntax", 17, "remove it"),
    ".a { text-align left; top: 0 }": ("syntax", 5, "text-align: left"),
    ".a { color: red\nfont-size: 17px }": ("syntax", 5, "; before font-size"),
    ".a { color: red } /* b": ("syntax", 18, "*/"),
    "color: red;": ("syntax", 0, "write it into one"),
    ".a { color: red } .b": ("syntax", 18, "write it into one"),
    ".a { colour: red }": ("property", 5, "did you mean color?"),
    ".a { top: 0; colr: red }": ("property", 13, "did you mean color?"),
    ".a { colro: red }": ("property", 5, "did you mean color?"),
    ".a { color: #ggg }": ("value", 5, "#"),
    ".a { color: #12345 }": ("value", 5, "#"),
    ".a { color: whte }": ("value", 5, "did you mean white?"),
    ".a { color: ; }": ("value", 5, "write one"),
    ".a { font-size: 17 }": ("value", 5, "did you mean 17px?"),
    ".a { padding: 0 17 px }": ("value", 5, "did you mean 17px?"),
    ".a { width: 17xp }": ("value", 5, "did you mean 17px?"),
    ".a { color: red !importnat }": ("value", 5, "!important"),
}
IN_ATTRIBUTES = {
    "color:": ("value", 0, "write one"),
    "top:0; colour:red": ("property", 7, "did you mean color?"),
    "color red": ("syntax", 0, "color: red"),
    "color: red; }": ("syntax", 12, "remove it"),
}
RIGHT = (
    "@media (min-width: 480px) { .a { color: red !important } }",
    "@import url(https://mail.example/a;b.css); .a { top: 0 }",
    "@font-face { font-family: A; src: url(a.woff) }",
    "@keyframes fade { from { opacity: 0 } 50.5% { opacity: .5 } }",
    ".a { mso-line-height-rule: exactly; -webkit-text-size-adjust: 100%; --ours: 17 }",
    ".a { line-height: 1.5; font: 17px/1.5 'A; B}'; z-index: 2; flex: 1; opacity: .5 }",
    ".a { margin: 0 auto -1px; width: calc(100% - 20px); border: 0 }",
    ".a { background: url(data:image/png;base64,AAAA) no-repeat #fff }",
    ".a { filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#80000000') }",
    ".a { color: CurrentColor; background-color: transparent; color: #AbCd }",
    ".a:after { content: '}' } /* } */ .b { COLOR: Red }",
    "<!-- .a { color: red } -->",
    ".a { *zoom: 1; _height: 1px }",
    ".a { color: {{ accent }}; {% if b %} top: 0; {% endif %} }",
    ".a { color: red; &:hover { color: blue } }",
    "",
)


@pytest.mark.parametrize("css", IN_SHEETS)
def test_a_fault_of_a_sheet_is_told_where_it_stands_with_a_remedy(css: str) -> None:
    (found,) = style_faults.in_sheet(css)
    kind, offset, remedy = IN_SHEETS[css]
    assert (found.id, found.offset) == (f"style/{kind}", offset)
    assert remedy in found.remedy
    assert found.level is (Level.ERROR if kind == "syntax" else Level.WARNING)


@pytest.mark.parametrize("css", IN_ATTRIBUTES)
def test_a_fault_of_a_style_attribute_is_told_where_it_stands(css: str) -> None:
    (found,) = style_faults.in_attribute(css)
    kind, offset, remedy = IN_ATTRIBUTES[css]
    assert (found.id, found.offset) == (f"style/{kind}", offset)
    assert remedy in found.remedy


@pytest.mark.parametrize("css", RIGHT)
def test_what_is_right_is_not_told(css: str) -> None:
    assert style_faults.in_sheet(css) == ()


def test_a_sheet_of_braces_only_is_read_to_its_end() -> None:
    assert style_faults.in_sheet("a{" * 20_000)[-1].id == "style/syntax"
    assert len(style_faults.in_sheet("}" * 20_000)) == 20


def test_every_property_that_cssutils_or_caniemail_knows_is_known() -> None:
    known = style_faults.properties()
    ours = {fact.split()[1] for fact in FACTS if fact.startswith("property ")}
    theirs = set(cssutils.profile.propertiesByProfile())
    assert known >= {name for name in ours | theirs if not name.startswith(("-", "mso-"))}


def test_a_page_gets_the_line_and_the_column_of_each_fault() -> None:
    page = '<html>\n<style>\n.a { colour: red }\n</style>\n<p class="b" style="top:0;color:">'
    assert [(one.id, one.line, one.column) for one in styling.check_page(page)] == [
        ("style/property", 3, 6),
        ("style/value", 5, 27),
    ]


@pytest.mark.parametrize(
    ("old", "new", "name", "at"),
    [
        ("solid #d8d0c2; }", "solid #d8d0c2;\n.a { top: 0 }", "style/syntax", "13:1"),
        ("border-top: 1px", "border-topp: 1px", "style/property", "13:9"),
        ("border-top: 1px", "color: {{ 'x' if 0 }}; border-top: 1px", "style/value", "13:9"),
    ],
)
def test_a_theme_is_told_the_place_in_its_template(
    tmp_path: Path, old: str, new: str, name: str, at: str
) -> None:
    theme = SmallTheme(tmp_path)
    theme.override("head.mjml", old, new)
    found = [
        one
        for one in theme.render().findings
        if one.id.startswith(("style/", "client-support/css-nest"))
    ]
    assert [(one.id, one.place) for one in found] == [(name, f"templates/classic/head.mjml:{at}")]


def test_the_shipped_themes_have_no_fault(theme: str) -> None:
    assert [one for one in render(theme=theme).findings if one.id.startswith("style/")] == []
