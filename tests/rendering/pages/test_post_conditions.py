from typing import Any

import pytest

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder, Template
from pipeline.rendering.pages import page_walk, post_conditions
from pipeline.rendering.pages.page_pieces import take_apart
from pipeline.rendering.placeholders import Placeholders
from tests.rendering.letters import NONCE

MARKS = Placeholders(NONCE)
START, END = Placeholder.MAIL_ONLY_START, Placeholder.MAIL_ONLY_END
LINK, ADDRESS = Placeholder.UNSUBSCRIBE_URL, Placeholder.ADDRESS

HEAD = '<!DOCTYPE html><html lang="en" dir="ltr"><head><title>T</title></head><body>'


def page(*parts: Any, head: Any = HEAD) -> Template:
    return Template((head, '<div lang="en" dir="ltr">', *parts, "</div></body></html>"))


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<img alt="10\\u{a0}km">', id="a debug escape"),
        pytest.param('<td style="a\\nb">', id="a line break"),
        pytest.param('<img alt="x\\" onerror="y">', id="an attribute that was left"),
    ],
)
def test_an_attribute_written_as_a_debug_string_is_refused(html):
    with pytest.raises(PostConditionError, match="as a debug string"):
        post_conditions.check_compiled("", take_apart(html), MARKS)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>In Rust \\u{a0} is a blank, \\n a new line.</p>", id="in text"),
        pytest.param('<style>a{content:"\\201C "}</style>', id="in a style sheet"),
        pytest.param("<!-- \\ -->", id="in a comment"),
        pytest.param('<img alt="&#92;n">', id="as a reference"),
    ],
)
def test_a_backslash_may_stand_elsewhere(html):
    post_conditions.check_compiled("", take_apart(html), MARKS)


def test_a_component_that_the_compiler_left_is_refused():
    with pytest.raises(PostConditionError, match="left <mj-text> as it is"):
        post_conditions.check_compiled("", take_apart("<p><mj-text>x</mj-text></p>"), MARKS)


def test_a_personal_value_that_the_compiler_dropped_is_refused():
    with pytest.raises(PostConditionError, match="the compiler dropped address"):
        post_conditions.check_compiled(MARKS.mark(ADDRESS), take_apart("<p>x</p>"), MARKS)


BEFORE = (
    "<!DOCTYPE html><!--[if mso]>x<![endif]--><style>@media print{a{b:c !important}}"
    "[data-ogsc] .a{color:#fff !important}[data-ogsb] .b{background:#000 !important}</style>"
    f'<a href="{MARKS.mark(LINK)}">x</a>'
)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        pytest.param(BEFORE.replace("DOCTYPE", "doctype"), "DOCTYPE", id="doctype"),
        pytest.param(BEFORE.replace("<!DOCTYPE html>", ""), "DOCTYPE", id="no doctype"),
        pytest.param(BEFORE.replace("[if mso]>x", "[if mso]>y"), "Outlook", id="comment"),
        pytest.param(BEFORE.replace("c !important", "c"), "@media", id="media"),
        pytest.param(BEFORE.replace("t}}", "t}"), "@media", id="media without an end"),
        pytest.param(BEFORE.replace("#fff !important", "#fff"), "data-ogsc", id="ink"),
        pytest.param(BEFORE.replace("[data-ogsb] .b", ".b"), "data-ogsb", id="ground"),
        pytest.param(BEFORE + MARKS.mark(LINK), "personal value", id="placeholder twice"),
        pytest.param(
            BEFORE.replace(MARKS.mark(LINK), "#"), "personal value", id="placeholder lost"
        ),
        pytest.param(
            BEFORE.replace("p.invalid/", "p.invalid//"), "personal value", id="placeholder changed"
        ),
    ],
)
def test_inlining_must_keep_what_mail_programs_need(after, message):
    post_conditions.check_inlined(take_apart(BEFORE), take_apart(BEFORE), MARKS)

    with pytest.raises(PostConditionError, match=message) as refused:
        post_conditions.check_inlined(take_apart(BEFORE), take_apart(after), MARKS)

    assert refused.value.remedy


def written(parts: Any) -> str:
    """A body as a template writes it."""
    return "".join(MARKS.mark(p) if isinstance(p, Placeholder) else p for p in parts)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param((LINK,), "unsubscribe_url stands outside", id="a link outside"),
        pytest.param(
            (START, LINK, END, ADDRESS), "address stands outside", id="an address outside"
        ),
        pytest.param((START, START, LINK, END), "within mail_only", id="nested"),
        pytest.param((START, LINK), "never ended", id="not ended"),
        pytest.param((END, START, LINK, END), "ends nothing", id="ended first"),
        pytest.param((START, LINK, END, f"@@{NONCE}:addr"), "cut or changed", id="a torn mark"),
    ],
)
def test_what_is_personal_is_only_for_the_mail(parts, message):
    with pytest.raises(PostConditionError, match=message):
        post_conditions.check_marks(written(parts), "HTML", MARKS)


def test_a_part_without_a_way_out_is_refused():
    with pytest.raises(PostConditionError, match="text part has no unsubscribe link") as refused:
        post_conditions.check_way_out("x", "text", MARKS, lambda: "templates/classic/issue.txt")

    assert refused.value.place == "templates/classic/issue.txt"
    assert "{{ unsubscribe_url }}" in refused.value.remedy


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param(page(head=HEAD.replace(' lang="en"', "")), "no language", id="html"),
        pytest.param(Template((HEAD, "<div>x</div></body></html>")), "no direction", id="body"),
        pytest.param(page(head=HEAD.replace(">T<", "> <")), "no title", id="title"),
        pytest.param(page('<img src="a.png">'), "a.png has no alternative", id="image"),
        pytest.param(page("<p></div>"), "</div> closes <p>", id="mismatch"),
        pytest.param(Template((HEAD,)), "does not close <body>", id="not closed"),
        pytest.param(page(head=HEAD.replace('"en"', '"und"')), "no language", id="no one's"),
        pytest.param(page("<!-- ", START, " -->", END), "within a tag", id="in a comment"),
        pytest.param(page(head=HEAD.replace(' dir="ltr"', "")), "no direction", id="html's way"),
        pytest.param(page("</div><p>x</p><div>"), "<p> has no language", id="a second child"),
        pytest.param(page(head=HEAD.replace("<title>T</title>", "")), "no title", id="none"),
        pytest.param(page("<p>", START, "</p>", END), "opened or closed", id="block closes more"),
        pytest.param(page(START, "<p>", END, "</p>"), "opened or closed", id="block opens more"),
        pytest.param(
            page("<p>", START, "</p><p>", END, "</p>"), "opened or closed", id="block across"
        ),
        pytest.param(page('<a href="', START, '">', END, "</a>"), "within a tag", id="in a tag"),
    ],
)
def test_a_page_is_whole_and_says_its_language(template, message):
    with pytest.raises(PostConditionError, match=message):
        page_walk.check(template)


def test_a_good_page_passes():
    page_walk.check(
        page('<img src="a" alt=""/><br>', START, '<a href="', LINK, '">x</a>', END, "<!-- <p> -->")
    )


OPEN = (START, '<a href="', LINK, '">x</a>', END)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param(
            ("<!--[if mso]>", '<a href="', LINK, '">x</a>', "<![endif]-->"),
            "no link",
            id="for Outlook only",
        ),
        pytest.param(("<p>", LINK, "</p>"), "no link", id="as a text"),
        pytest.param(
            ('<a href="', LINK, '" style="display: none">x</a>'), "is hidden", id="not displayed"
        ),
        pytest.param(
            ('<p style="color:red;DISPLAY:none !important"><a href="', LINK, '">x</a></p>'),
            "is hidden",
            id="around it",
        ),
        pytest.param(('<p hidden=""><a href="', LINK, '">x</a></p>'), "is hidden", id="hidden"),
        pytest.param(
            ('<a style="display:none !important;display:block" href="', LINK, '">x</a>'),
            "is hidden",
            id="hidden by what is important",
        ),
        pytest.param(
            ('<a style="visibility:hidden" href="', LINK, '">x</a>'), "is hidden", id="not visible"
        ),
        pytest.param(
            ('<a style="opacity:0.0" href="', LINK, '">x</a>'), "is hidden", id="transparent"
        ),
        pytest.param(
            ('<a style="font-size:0px" href="', LINK, '">x</a>'), "is hidden", id="too small"
        ),
        pytest.param(('<a href="', LINK, '">&#160; <!-- x --></a>x'), "no text", id="no text"),
        pytest.param(
            ('<a href="', LINK, '"><img src="a" alt=""/></a>'), "no text", id="an image without one"
        ),
        pytest.param(
            ('<a href="', LINK, '"><b style="display:none">x</b></a>'),
            "no text",
            id="a hidden text",
        ),
        pytest.param(("<p>x</p>",), "no link", id="nothing"),
    ],
)
def test_a_link_that_nobody_can_follow_is_no_way_out(parts, message):
    with pytest.raises(PostConditionError, match=message) as refused:
        page_walk.check(page(*parts), lambda: "templates/footer.mjml:8:1")

    assert refused.value.place == "templates/footer.mjml:8:1"
    assert "{{ unsubscribe_url }}" in refused.value.remedy


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            ('<div style="display:none">pre</div><br style="display:none"/>', *OPEN),
            id="behind what is hidden",
        ),
        pytest.param(
            ("""<p style="font-family:'a;opacity:0;b'">""", *OPEN, "</p>"),
            id="within words in quotes",
        ),
        pytest.param(("<!--[if !mso]><!-->", *OPEN, "<!--<![endif]-->"), id="not for Outlook"),
        pytest.param(('<a href="', LINK, '"><img src="a" alt="Leave"/></a>'), id="an image"),
        pytest.param(
            ('<td style="font-size:0px;display:none;display:block">', *OPEN, "</td>"),
            id="shown after all",
        ),
        pytest.param(('<p hidden=""><a href="', LINK, '">x</a></p>', *OPEN), id="one of two"),
    ],
)
def test_a_link_that_a_reader_sees_is_one(parts):
    page_walk.check(page(*parts))
