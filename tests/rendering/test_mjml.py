from typing import Any

import pytest

from pipeline.errors import MjmlError
from pipeline.rendering import mjml


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
