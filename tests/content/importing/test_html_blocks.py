import pytest

from pipeline.content.importing import html_blocks
from pipeline.content.importing.blocks import Kind


def texts(page: str) -> list[str]:
    return [block.text for block in html_blocks.read(page) if block.kind is not Kind.FURNITURE]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("<p>a<p>b", ["a", "b"], id="paragraphs without an end"),
        pytest.param("a<br>b<br/>c", ["a", "b", "c"], id="line breaks"),
        pytest.param("<p>a <b>b </b>c</p>", ["a **b** c"], id="strong"),
        pytest.param("<p><i>a</i><b><i>b</i></b></p>", ["*a****b***"], id="both"),
        pytest.param("<p>a &amp; b&nbsp;&#8212;&hellip;</p>", ["a & b —…"], id="references"),
        pytest.param("<p>a<script>b</script> c</p>", ["a c"], id="script in a paragraph"),
        pytest.param("<ul><li>a<li>b</ul>", ["- a\n- b"], id="list"),
        pytest.param("<ol start=3><li>a</li><li>b</li></ol>", ["3. a\n4. b"], id="numbered list"),
        pytest.param("<ul><li>a<ul><li>b</ul></ul>", ["- a\n  - b"], id="nested list"),
        pytest.param("<blockquote><p>a</p></blockquote>", ["> a"], id="quotation"),
        pytest.param("<pre>a\n  b</pre>", ["```\na\n  b\n```"], id="preformatted"),
        pytest.param("<p>1*2*3 and a_b [x](y)</p>", [r"1\*2\*3 and a_b \[x](y)"], id="escaped"),
        pytest.param("<p># a</p><p>1. b</p>", [r"\# a", r"1\. b"], id="escaped at the start"),
        pytest.param("<p>&lt;img onerror=x&gt;</p>", [r"\<img onerror=x>"], id="escaped tags"),
        pytest.param(
            '<a href="https://x.example/?a=1&amp;b=(2)">x</a>',
            ["[x](https://x.example/?a=1&b=%282%29)"],
            id="link",
        ),
        pytest.param('<a href="javascript:alert(1)">x</a>', ["x"], id="script in a link"),
        pytest.param('<a href="java&#10;script:alert(1)">x</a>', ["x"], id="hidden script"),
        pytest.param('<a href="data:text/html,x">x</a>', ["x"], id="data in a link"),
        pytest.param('<img src=x onerror=alert(1) alt="y">', [], id="picture"),
        pytest.param("<div hidden>a</div><p style='display:none'>b</p>c", ["c"], id="hidden"),
        pytest.param("<div><aside>a</div>b", ["b"], id="aside without an end"),
        pytest.param("a<!-- b -->c<!-- d>", ["ac"], id="comments"),
        pytest.param("a < b > c", ["a < b > c"], id="no tags"),
    ],
)
def test_html_becomes_markdown(page, expected):
    assert texts(page) == expected


@pytest.mark.parametrize(
    "element",
    ["nav", "aside", "footer", "script", "style", "template", "iframe", "select", "button"],
)
def test_furniture_is_kept_apart(element):
    page = f"<p>before</p><{element}>Q: inside?</{element}><p>after</p>"

    assert texts(page) == ["before", "after"]


def test_page_within_a_form_is_no_furniture():
    page = "<form id=aspnet><p>Q: May I?</p><p>A: Yes.</p><div class=newsletter>Join</div></form>"

    assert texts(page) == ["Q: May I?", "A: Yes."]


def test_form_without_questions_is_furniture():
    assert texts("<form><p>Your address</p></form><p>Q: May I?</p>") == ["Q: May I?"]


def test_runs_know_their_lines():
    page = "<p\nclass=x>one\ntwo <b>three\n</b></p>\n\n<p>four</p>"

    lines = [[run.line for run in block.runs] for block in html_blocks.read(page)]

    assert lines == [[2, 3, 3], [6]]
