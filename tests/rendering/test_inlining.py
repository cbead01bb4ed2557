import http.server
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from premailer import Premailer

from pipeline.rendering import inlining
from pipeline.rendering.inlining import SafePremailer
from pipeline.rendering.narrowing import Narrowing
from pipeline.rendering.pages.page_pieces import take_apart
from tests.rendering.letters import parse

PAGE = (
    "<!DOCTYPE html><html><head><style>{css}</style></head>"
    '<body><p class="a">x</p><img src="i.png" alt="" width="100" style="width:100%"></body></html>'
)


def inline(page: str) -> str:
    return inlining.inline(take_apart(page)).text


def test_writes_rules_into_the_elements_and_keeps_the_sheet():
    css = ".a{color:#112233} @media (prefers-color-scheme:dark){.a{color:#fff !important}}"

    page = inline(PAGE.format(css=css))

    assert parse(page).xpath("//p/@style") == ["color:#123"]
    assert f"<style>{css}</style>" in page


def test_leaves_the_width_of_an_image_alone():
    page = inline(PAGE.format(css="img{border:0}"))

    assert parse(page).xpath("//img/@width") == ["100"]


def test_does_not_inline_the_reset_of_the_compiler():
    css = "#outlook a { padding: 0; } p { margin: 13px 0; }"

    page = inline(PAGE.format(css=css).replace("<style>", '<style type="text/css">'))

    assert parse(page).xpath("//p/@style") == []
    assert "data-premailer" not in page


@pytest.fixture
def requests_seen():
    """The paths asked of a server on loopback, and its address."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield seen, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetches_nothing(requests_seen, tmp_path):
    seen, base = requests_seen
    sheet = tmp_path / "secret.css"
    sheet.write_text(".a{color:#abcdef}")
    css = f'@import url("{base}/import.css"); @import "file://{sheet}";'
    page = PAGE.format(css=css).replace(
        "</head>", f'<link rel="stylesheet" href="{base}/link.css"></head>'
    )

    inlined = inline(page)

    assert seen == []
    assert "abcdef" not in inlined


def test_the_same_sheet_gives_the_same_page_again():
    page = PAGE.format(css=".a{color:#112233}")

    assert inline(page) == inline(page)


class Unhurried(SafePremailer):
    """Reads the style of each element."""

    _style_to_basic_html_attributes = Premailer._style_to_basic_html_attributes


class Everywhere(Narrowing):
    """Looks for each rule in all of a page."""

    def of(self, selector: str) -> tuple[str, ...]:
        return (selector,)


_SELECTORS = st.sampled_from(
    (
        *(".a", ".b", ".A", "p", "P", "td", ".a p", ".a .b", "p.a", "p.b:hover", "html .a"),
        *("body", "p:last-child", ".a > p", "[class]", "#x", "p + p", ".c-1", "em, .b", "*.a"),
        *(".a.b", ".a:last-child", ".a[id]", ".b + p", ".a ~ .b", ".a#x", r".a\:b", ".é"),
    )
)
_DECLARATIONS = st.sampled_from(
    ("color:red", "text-align:center", "background-color:#abc", "width:10px", "float:left")
)
_OPENED = st.sampled_from(
    (
        *('<p class="a">', "<P CLASS='b'>", "<p class=c-1>", '<p id="x"class="a">', "<p>"),
        *('<p class = "a b">', '<p class="&#97;">', '<td data-x=">" class="a">', "<em>"),
        *('<p class="a" style="color:blue">', '<img src="i.png" alt="" style="float:right">'),
    )
)


@example(rules=[(".a", "color:red")], opened=['<p class="&#97;">'])
@example(rules=[("p", "color:red")], opened=["<P CLASS='b'>"])
@example(rules=[(".b", "color:red")], opened=["<P CLASS='b'>"])
@example(rules=[(".c-1", "color:red")], opened=["<p class=c-1>"])
@example(rules=[(".a", "width:10px"), ("p", "text-align:center")], opened=['<p id="x"class="a">'])
@given(
    rules=st.lists(st.tuples(_SELECTORS, _DECLARATIONS), min_size=1, max_size=6),
    opened=st.lists(_OPENED, max_size=6),
)
def test_shortcuts_change_no_page(rules, opened):
    css = " ".join(f"{selector}{{{declaration}}}" for selector, declaration in rules)
    body = "x".join(opened)
    page = f"<!DOCTYPE html><html><head><style>{css}</style></head><body>{body}x</body></html>"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inlining, "SafePremailer", Unhurried)
        patch.setattr(inlining, "Narrowing", Everywhere)
        expected = inline(page)

    assert inline(page) == expected
