from typing import Any

import pytest
from mjml import mjml2html

from pipeline.errors import MjmlError
from pipeline.rendering import mjml
from pipeline.rendering.validating import mjml_schema


def compile_body(body: Any, locate: mjml.Locate = str) -> str:
    return mjml.compile_html(f"<mjml>\n<mj-body>\n{body}\n</mj-body>\n</mjml>", locate)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("<mj-text>a</mj-txt>", "</mj-txt> closes nothing", id="mismatched"),
        pytest.param("<mj-text>a<i>b</mj-text>", "<i> is not closed", id="not closed"),
        pytest.param("<mj-text align=left>a</mj-text>", "not quoted", id="not quoted"),
        pytest.param("<mj-text>a < b</mj-text>", "stands by itself", id="a bare bracket"),
        pytest.param("<mj-txet>a</mj-txet>", "did you mean <mj-text>", id="unknown"),
        pytest.param('<mj-include path="x.mjml" />', "include", id="an include of MJML"),
        pytest.param("<i>" * 20_000 + "</i>" * 20_000, "200 deep", id="20,000 deep"),
    ],
)
def test_refuses_what_the_compiler_would_swallow(body, message):
    with pytest.raises(MjmlError, match=message) as refused:
        compile_body(body)

    assert int(refused.value.place) >= len("<mjml>\n<mj-body>\n")


def test_says_what_the_compiler_refuses():
    with pytest.raises(MjmlError, match="the compiler refuses"):
        compile_body("<mj-raw><é>a</é></mj-raw>")


def test_asks_no_server_for_fonts():
    page = compile_body("<mj-section><mj-column><mj-text>a</mj-text></mj-column></mj-section>")

    assert "fonts.googleapis" not in page
    assert page.startswith("<!DOCTYPE html>")


def test_every_attribute_that_is_said_to_be_dropped_is_dropped():
    children = {
        "mj-social-element": '<mj-social><mj-social-element name="github" href="x"{}>y'
        "</mj-social-element></mj-social>",
        "mj-image": '<mj-image src="x" alt=""{} />',
        "mj-table": "<mj-table{}><tr><td>1</td></tr></mj-table>",
        "mj-button": '<mj-button href="x"{}>y</mj-button>',
    }
    blocks = {
        "mj-wrapper": "<mj-wrapper{}><mj-section></mj-section><mj-section></mj-section>"
        "</mj-wrapper>",
        "mj-hero": "<mj-hero{}><mj-text>x</mj-text></mj-hero>",
        **{
            tag: f"<mj-section><mj-column>{child}</mj-column></mj-section>"
            for tag, child in children.items()
        },
    }
    values = {"gap": "20px", "icon-position": "right", "role": "presentation"}
    tried = []

    for tag, name in mjml_schema.REFUSED_ATTRIBUTES:
        if tag in blocks:
            value = values.get(name, "1px solid #c00000")
            with_it, without = (
                mjml2html(f"<mjml><mj-body>{blocks[tag].format(said)}</mj-body></mjml>", fonts={})
                for said in (f' {name}="{value}"', "")
            )
            assert with_it == without, f"{name} of {tag}"
            tried.append(tag)

    assert set(tried) == blocks.keys()
