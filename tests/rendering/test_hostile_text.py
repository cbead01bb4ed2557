"""What readers and authors write changes nothing but the block it stands in."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ContentError
from pipeline.model.edition import Placeholder
from pipeline.model.qa import Answer, Question
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue, make_qa
from tests.rendering.letters import NONCE, OPTIONS, THEME_PATH, as_html, as_page, as_text

RENDERER = Renderer(THEME_PATH, OPTIONS)

PIECES = st.sampled_from(
    [
        *("<", ">", "</", "/>", '"', "'", "&", "&#x3c;", "<!--", "-->", "]]>", "<![CDATA[", "\\"),
        *("</mj-text>", "</div></td>", "<mj-raw>", "<script>", "<style>", 'x" onclick="y', "</p>"),
        *("{{ 7*7 }}", "{% include 'x' %}", "{{ unsubscribe_url }}", "${7*7}", "%7*7%"),
        *("@@address@@", f"@@{'f' * 32}:address@@", f"https://p.invalid/{'f' * 32}/address"),
        *(
            "# ",
            "\n",
            "\n\n",
            "- ",
            "> ",
            "* * *",
            "```",
            "    ",
            "|a|b|\n|-|-|\n",
            "[x](y)",
            "![z](",
        ),
        *("[a](javascript:x)", "<http://a.example>", "[b](https://b.example/\"'<>)", "*", "_", "`"),
        *("\u00a0", "\u200d", "\u202e", "e\u0301", "\0", "\x1b", "\u2028", "\ufeff", "س", "漢"),
        *("word", " ", "@import url(http://a.example)", "}</style>", "[if mso]>", "<![endif]-->"),
    ]
)
TEXT = st.lists(PIECES, max_size=12).map("".join)


def render(title: Any, question: Any, name: Any, answer: Any, answerer: Any) -> Any:
    qa = make_qa(title=title or "x", answer=Answer(answer or "x", answerer, answerer))
    qa = replace(qa, question=Question(question or "x", name), topics=(title or "x",))
    issue = make_issue(qas=(qa, make_qa("other")), subject=title, preheader=question, title="News")
    return RENDERER.render(issue, nonce=NONCE)


def skeleton(edition: Any) -> Any:
    """Every element of the page with its attributes, without what stands in the prose."""
    page = as_page(edition)
    for prose in page.xpath("//*[contains(concat(' ', @class, ' '), ' prose ')]"):
        prose.attrib.pop("dir", None)
        del prose[:]
    own = {"aria-label", "content", "dir", "style", "class", "bgcolor", "align"}
    return [
        (element.tag, sorted(set(element.attrib) - own))
        for element in page.iter()
        if isinstance(element.tag, str)
    ]


HARMLESS = skeleton(render("x", "x", "x", "x", "x"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_no_text_leaves_its_block(title, question, name, answer, answerer):
    try:
        edition = render(f"x{title}", f"x{question}", f"x{name}", f"x{answer}", f"x{answerer}")
    except ContentError:
        return
    page = as_html(edition)

    assert skeleton(edition) == HARMLESS
    assert "49" not in page + as_text(edition)
    assert edition.html.parts.count(Placeholder.UNSUBSCRIBE_URL) == 1
    assert edition.html.parts.count(Placeholder.ADDRESS) == 1
    assert edition.text.parts.count(Placeholder.ADDRESS) == 1
    assert page.count("reader@mail.example") == 1


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_a_link_in_a_text_leads_to_the_web_or_a_mailbox(answer):
    try:
        edition = render("x", "x", "x", f"x {answer}", "x")
    except ContentError:
        return

    for url in as_page(edition).xpath("//a[not(ancestor::ol[contains(@class, 'contents')])]/@href"):
        assert url.startswith(("https://", "http://", "mailto:"))
