"""What is wrong with a page, and what only looks like it."""

import pytest

from tests.rendering.checks.pages import BODY, HEAD, findings, names, page

LONG = "Say when you have to go, and go. " * 8


@pytest.mark.parametrize(
    "heading", ["<h1 {}>{}</h1>", '<h1 {}><a href="https://b.example/x">{}</a></h1>']
)
def test_the_lines_of_a_heading_may_stand_close_however_long_it_is(heading):
    assert findings(page(heading.format('style="line-height:1.2"', LONG))) == []


def test_in_a_good_page_nothing_is_found():
    assert findings(page()) == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param('<a href="b.html">the book</a>', "link/unusable", id="relative"),
        pytest.param('<a href="/b">the book</a>', "link/unusable", id="absolute path"),
        pytest.param('<a href="//b.example">the book</a>', "link/unusable", id="no scheme"),
        pytest.param('<a href="javascript:x()">the book</a>', "link/unusable", id="script"),
        pytest.param('<a href="https://">the book</a>', "link/unusable", id="no host"),
        pytest.param('<a href="https://x y">the book</a>', "link/unusable", id="a blank"),
        pytest.param('<a href="https://x%20y">the book</a>', "link/unusable", id="%20 in a host"),
        pytest.param('<a href="https://[">the book</a>', "link/unusable", id="broken host"),
        pytest.param('<a href="https://b.example/a b">the book</a>', "link/unusable", id="blank"),
        pytest.param('<a href="http://b.example">the book</a>', "link/insecure", id="http"),
        pytest.param('<p background="http://b.example/a">a</p>', "image/insecure", id="background"),
        pytest.param(
            "<style>p{background:url( 'http://b.example/a' )}</style>",
            "image/insecure",
            id="a background of a sheet",
        ),
        pytest.param(
            '<p style="background-image:url(a.png)">a</p>', "image/address", id="of a style"
        ),
        pytest.param('<a href="">the book</a>', "link/empty", id="empty"),
        pytest.param('<a href="#">the book</a>', "link/empty", id="nothing but a hash"),
        pytest.param("<a>the book</a>", "link/empty", id="no address"),
        pytest.param('<a href="mailto:">the book</a>', "link/mailto", id="nobody"),
        pytest.param('<a href="mailto:jo">the book</a>', "link/mailto", id="no mailbox"),
        pytest.param('<a href="mailto:jo@b.example,x">Jo</a>', "link/mailto", id="one of two"),
        pytest.param('<a href="https://bit.ly/3x">the book</a>', "link/shortener", id="shortener"),
        pytest.param('<a href="https://www.TinyURL.com/x">a</a>', "link/shortener", id="and www"),
        pytest.param('<a href="https://b.example/?utm_source=x">b</a>', "link/tracking", id="utm"),
        pytest.param('<a href="https://b.example/?a=1&amp;fbclid">b</a>', "link/tracking", id="id"),
        pytest.param('<a href="https://10.0.0.1/x">the book</a>', "link/private", id="private"),
        pytest.param('<a href="https://localhost/x">the book</a>', "link/private", id="this"),
        pytest.param('<a href="http://[::1]/x">the book</a>', "link/private", id="this, IPv6"),
        pytest.param('<a href="https://intranet/x">the book</a>', "link/private", id="intranet"),
        pytest.param('<a href="https://b.example">Here</a>', "link/vague", id="here"),
        pytest.param('<a href="https://b.example">Read more →</a>', "link/vague", id="more"),
        pytest.param('<a href="https://b.example">hier</a>', "link/vague", id="German"),
        pytest.param('<a href="https://b.example"> </a>', "link/no-text", id="no words"),
        pytest.param(
            '<a href="https://b.example"><img src="https://b.example/a.png" alt="" width="9"></a>',
            "link/no-text",
            id="a picture without a text",
        ),
        pytest.param(
            '<a href="https://evil.example">www.bank.example</a>', "link/disguised", id="another"
        ),
        pytest.param(
            '<a href="https://bank.example@evil.example">the bank</a>', "link/disguised", id="name"
        ),
        pytest.param('<a href="#lost">the answer</a>', "link/anchor", id="no such place"),
        pytest.param(
            '<p>Somebody said so in <a href="https://b.example" style="text-decoration:none">'
            "the book</a> of last year.</p>",
            "link/not-underlined",
            id="not underlined",
        ),
        pytest.param(
            "<style>.b{text-decoration:none;color:#900}</style><p>Somebody said so in "
            "<a href='https://b.example' class='b'>the book</a> of last year.</p>",
            "link/not-underlined",
            id="not underlined by a sheet",
        ),
        pytest.param('<a href="http://0x7f.1/">the page of Jo</a>', "link/private", id="0x7f.1"),
        pytest.param('<a href="http://127.1">the page of Jo</a>', "link/private", id="127.1"),
        pytest.param('<img src="https://b.example/a.png" width="9">', "image/no-alt", id="no alt"),
        pytest.param(
            '<img src="https://b.example/a.png" alt="IMG_0042.JPG" width="9">',
            "image/alt-name",
            id="a file's name",
        ),
        pytest.param(
            '<img src="https://b.example/a.png" alt="image" width="9">', "image/alt-name", id="word"
        ),
        pytest.param(
            '<img src="a.png" alt="a cat" width="9">', "image/address", id="a relative picture"
        ),
        pytest.param('<img src="" alt="a cat" width="9">', "image/empty", id="no picture"),
        pytest.param(
            '<img src="data:image/png;base64,x" alt="a cat" width="9">',
            "image/embedded",
            id="embedded",
        ),
        pytest.param(
            '<img src="http://b.example/a.png" alt="a cat" width="9">',
            "image/insecure",
            id="an http picture",
        ),
        pytest.param(
            '<img src="https://b.example/a.png" alt="a cat">', "image/no-width", id="no width"
        ),
        pytest.param("<h1>b</h1>", "heading/several-h1", id="two titles"),
        pytest.param("<h3>b</h3>", "heading/skipped", id="a level left out"),
        pytest.param("<h2> </h2>", "heading/empty", id="a heading without words"),
        pytest.param("<table><tr><td>b</td></tr></table>", "table/role", id="layout"),
        pytest.param(
            "<table><tr><td><table role=none><tr><th>b</th></tr></table></td></tr></table>",
            "table/role",
            id="layout around data",
        ),
        pytest.param("<script>x</script>", "page/active", id="a script"),
        pytest.param('<p onclick="x">b</p>', "page/active", id="handler"),
        pytest.param('<iframe src="https://b.example"></iframe>', "page/active", id="frame"),
        pytest.param('<p lang="xyzzy!">b</p>', "language/unknown", id="no language"),
        pytest.param('<p lang="ar" dir="ltr">b</p>', "language/contradiction", id="turned"),
        pytest.param('<p style="font-size:12px">small</p>', "text/small", id="small"),
        pytest.param('<div style="font:10pt Arial">small</div>', "text/small", id="small points"),
        pytest.param(
            f'<p style="line-height:1.2">{LONG}</p>', "text/line-height", id="tight lines"
        ),
        pytest.param(
            f'<p style="font-size:16px;line-height:18px">{LONG}</p>',
            "text/line-height",
            id="pixels",
        ),
        pytest.param(f'<p align="justify">{LONG}</p>', "text/justified", id="spread"),
        pytest.param("<p>Ask TK</p>", "text/left-over", id="TK"),
        pytest.param("<p>Lorem\nipsum dolor</p>", "text/left-over", id="filler"),
        pytest.param("<p>{% if x %}</p>", "text/left-over", id="template"),
        pytest.param("<p>Dear *|FNAME|*,</p>", "personal/no-fallback", id="Mailchimp's"),
        pytest.param("<p>Dear %%firstname%%,</p>", "personal/no-fallback", id="Salesforce's"),
        pytest.param("<p>Please find attached the form.</p>", "attachment/missing", id="attached"),
        pytest.param(
            "<p>Das Formular liegt im Anhang.</p>", "attachment/missing", id="attached in German"
        ),
        pytest.param(
            "<p>Le formulaire ci-joint.</p>", "attachment/missing", id="attached in French"
        ),
    ],
)
def test_a_fault_of_the_body_is_found_once(body, name):
    (finding,) = findings(page(BODY + body))

    assert finding.id == name
    assert finding.line == 1
    assert finding.column > len("<!DOCTYPE html><html>")
    assert finding.remedy


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<a href="https://b.example/x?y=1#z">the book</a>', id="a good link"),
        pytest.param('<a href="mailto:jo@b.example?subject=Hello">Jo</a>', id="a mailbox"),
        pytest.param('<a href="mailto:?subject=Read%20this">Tell a friend</a>', id="any mailbox"),
        pytest.param('<a href="tel:+4930123">call</a>', id="a telephone"),
        pytest.param(
            '<a name="one"></a><h2 id="two">b</h2><a href="#one">the first</a>', id="name"
        ),
        pytest.param('<a href="#top">to the top</a>', id="the top"),
        pytest.param('<a href="{{ url }}">the book</a>', id="filled in later"),
        pytest.param('<a href="*|ARCHIVE|*">in a browser</a>', id="filled in by another"),
        pytest.param('<a href="https://notbit.ly/x">the book</a>', id="like a shortener"),
        pytest.param('<a href="https://b.example/?autm_x=1&amp;t=2">the book</a>', id="like utm"),
        pytest.param('<a href="https://b.example">Here is the book</a>', id="here and more"),
        pytest.param('<a href="https://b.example/node">node.js</a>', id="a name with a dot"),
        pytest.param('<a href="https://www.bank.example/x">bank.example</a>', id="the same host"),
        pytest.param('<a href="https://a.bank.example">www.bank.example</a>', id="a part of it"),
        pytest.param('<a href="https://b.example" aria-label="The book"></a>', id="a label"),
        pytest.param(
            '<a href="https://b.example"><img src="cid:a" alt="The book" width="9"></a>',
            id="a text",
        ),
        pytest.param(
            '<p><a href="https://b.example" style="text-decoration:none">the book</a> · '
            '<a href="https://c.example" style="text-decoration:none">the film</a></p>',
            id="a row of links",
        ),
        pytest.param(
            '<p>Somebody said so in <a href="https://b.example" style="text-decoration:none;'
            'border-bottom:1px solid">the book</a> of last year.</p>',
            id="a border under it",
        ),
        pytest.param('<img src="https://b.example/a.png" alt="" width="9">', id="only adorns"),
        pytest.param('<img src="{{ logo }}" alt="The Office" width="9">', id="a picture later"),
        pytest.param('<img src="https://b.example/a" alt="A picture of Jo" width="9">', id="words"),
        pytest.param("<h2>b</h2><h3>c</h3><h2>d</h2>", id="headings up and down"),
        pytest.param('<h2><img src="cid:a" alt="b" width="9"></h2>', id="a heading as a picture"),
        pytest.param('<table role="presentation"><tr><td>b</td></tr></table>', id="layout"),
        pytest.param("<table><tr><th>a</th></tr><tr><td>b</td></tr></table>", id="data"),
        pytest.param('<p lang="ar" dir="rtl">b</p>', id="another direction"),
        pytest.param('<p lang="ar-Latn" dir="ltr">b</p>', id="another script"),
        pytest.param('<p lang="EN-us">b</p>', id="capitals"),
        pytest.param('<p style="font-size:10.5pt">as large as 14 px</p>', id="points"),
        pytest.param('<p style="font-size:1px">.a.</p>', id="not to be seen"),
        pytest.param('<p style="font-size:0;line-height:0">&nbsp;</p>', id="a gap"),
        pytest.param(f'<p style="line-height:150%">{LONG}</p>', id="airy"),
        pytest.param('<p style="line-height:1">a label</p>', id="tight and short"),
        pytest.param("<p>The TKO was a todo, said Lorem.</p>", id="words like left-overs"),
        pytest.param("<p>I am attached to it, no strings attached.</p>", id="attached to"),
        pytest.param("<p>She attached a note to the door.</p>", id="attached elsewhere"),
        pytest.param("<p>A salary of 100%name or 5 % names</p>", id="percent"),
        pytest.param("<!-- TK: {{ name }} --><style>/* TK */</style>", id="comments"),
    ],
)
def test_what_is_right_is_not_told(body):
    assert names(page(BODY + body)) == []


def test_a_personal_value_needs_a_fallback():
    greeting = page(f"{BODY}<p>Dear {{{{ first_name }}}},</p>")
    kind = page(f'{BODY}<p>Dear {{{{ first_name | default: "friend" }}}},</p>')

    choice = page(f"{BODY}<p>Dear *|IF:FNAME|**|FNAME|**|ELSE:|*friend*|END:IF|*,</p>")

    assert names(greeting) == ["personal/no-fallback"]
    assert names(kind) == names(choice) == []


def test_each_mark_of_a_line_is_told_once():
    line = "TK, TODO, fixme, FIXME, lorem ipsum, *|FNAME|*, {{ first_name }}, %name%, TK"

    assert sorted(names(page(f"{BODY}<p>{line}</p>"))) == [
        *["personal/no-fallback"] * 3,
        *["text/left-over"] * 4,
    ]


def test_each_level_that_is_left_out_is_told():
    found = findings(page("<h1>a</h1><h3>b</h3><h6>c</h6>"))

    skipped = [one.remedy for one in found if one.id == "heading/skipped"]
    assert skipped == ["write <h2>", "write <h4>"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(page().removeprefix("<!DOCTYPE html>"), "page/doctype", id="no doctype"),
        pytest.param(page().replace("The long meeting</title>", "</title>"), "page/title", id="t"),
        pytest.param(page().replace(HEAD, "<title>a</title>"), "page/color-scheme", id="light"),
        pytest.param(page(html='dir="ltr"'), "language/missing", id="no language"),
        pytest.param(page(html='lang="und" dir="ltr"'), "language/missing", id="undetermined"),
        pytest.param(page(html='lang="en"'), "language/direction", id="no direction"),
        pytest.param(page().replace('<div lang="en"', "<div"), "language/parts", id="a part"),
        pytest.param(page(LONG * 5), "heading/none", id="long without a heading"),
        pytest.param(page("<h2>a</h2>"), "heading/no-h1", id="no title"),
        pytest.param(
            page(head='<meta name="viewport" content="width=device-width,user-scalable=no">'),
            "page/zoom",
            id="no zoom",
        ),
        pytest.param(
            page(head='<meta name="viewport" content="maximum-scale=1.0">'),
            "page/zoom",
            id="little",
        ),
        pytest.param(
            page(head='<link rel="stylesheet" href="https://b.example/a.css">'),
            "page/foreign-sheet",
            id="a style sheet elsewhere",
        ),
        pytest.param(page(head=f"<style>{'a{top:0}' * 3_000}</style>"), "size/styles", id="styles"),
        pytest.param(page(BODY + "<!--" + "x" * 80_000 + "-->"), "size/clip", id="long"),
    ],
)
def test_a_fault_of_the_page_is_found_once(text, name):
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<!-- a --><!--b-->\n<!doctype HTML public 'x'>" + page(), id="comments"),
        pytest.param(
            page(head='<meta name="viewport" content="width=device-width,maximum-scale=5">'),
            id="zoom enough",
        ),
        pytest.param(page("<p>short</p>"), id="short without a heading"),
        pytest.param(page(head='<link rel="icon" href="https://b.example/i">'), id="another link"),
        pytest.param(
            page(head="<style>:root{color-scheme:light dark}</style>").replace(
                '<meta name="color-scheme" content="light dark">', ""
            ),
            id="color-scheme in a style",
        ),
    ],
)
def test_a_page_may_be_written_otherwise(text):
    assert names(text) == []


def test_many_faults_of_one_kind_are_one_finding():
    (finding,) = findings(page(BODY + "<table><tr><td>a</td></tr></table>" * 30))

    assert "(and 29 more)" in finding.message


def test_comments_before_the_doctype_take_no_time():
    assert names("<!-- -->" * 20_000 + "<p>a</p>")[0] == "size/clip"


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("<a href='http://a.example'>here</a>", id="links"),
        pytest.param("<p style='color:#999'>Jo", id="texts"),
        pytest.param("<a ", id="tags without an end"),
        pytest.param("<div>", id="depth"),
        pytest.param("<style>p b{color:red}</style><p><b>x</b>", id="style sheets"),
    ],
)
def test_a_page_of_one_thing_is_looked_at_to_the_end(piece):
    found = findings(page(BODY + piece * (200_000 // len(piece))))

    assert found[0].id == "size/clip"
    assert len(found) < 20


@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param('<p><font size="1">Jo</font></p>', "text/small", id="font size"),
        pytest.param("<p><small>Jo</small></p>", "text/small", id="small"),
        pytest.param(
            '<img src="https://t.example/o" alt="" width="1" height="1">',
            "image/tracking",
            id="1x1",
        ),
        pytest.param(
            '<img src="https://t.example/o" alt="" width="1" style="height:1px">',
            "image/tracking",
            id="1x1 by a style",
        ),
    ],
)
def test_what_is_very_small_is_told(body, name):
    assert names(page(BODY + body)) == [name]


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        ("@import url(https://f.example/a.css);", ["page/foreign-sheet"]),
        ('@import "https://f.example/a.css";', ["page/foreign-sheet"]),
        ("/* @import url(a.css) */", []),
    ],
)
def test_a_sheet_that_another_imports_lies_elsewhere(sheet, found):
    assert names(page(head=f"<style>{sheet}</style>")) == found
