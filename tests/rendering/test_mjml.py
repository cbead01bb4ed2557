from typing import Any

import pytest

from pipeline.errors import MjmlError
from pipeline.rendering import mjml
from pipeline.rendering.templates import Templates


def compile_body(body: Any, find: mjml.Find = lambda _lines, _number: "") -> str:
    return mjml.compile_html(f"<mjml>\n<mj-body>\n{body}\n</mj-body>\n</mjml>", find)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("<mj-text>a</mj-txt>", "Opening and ending tag mismatch", id="mismatched"),
        pytest.param("<mj-text>a<br>b</mj-text>", "mismatch", id="not closed"),
        pytest.param("<mj-text align=left>a</mj-text>", "AttValue", id="not quoted"),
        pytest.param("<mj-text>a < b</mj-text>", "StartTag", id="a bare bracket"),
        pytest.param("<mj-txet>a</mj-txet>", "did you mean <mj-text>", id="unknown"),
        pytest.param('<mj-include path="x.mjml" />', "include", id="an include of MJML"),
        pytest.param("<i>" * 20_000 + "</i>" * 20_000, "xcessive depth", id="20,000 deep"),
    ],
)
def test_refuses_what_the_compiler_would_swallow(body, message):
    with pytest.raises(MjmlError, match=message) as refused:
        compile_body(body)

    assert "line " in refused.value.place


def test_says_what_the_compiler_refuses():
    with pytest.raises(MjmlError, match="the compiler refuses"):
        mjml.compile_html("<mj-body/>", lambda _lines, _number: "")


def test_names_the_template_that_wrote_the_faulty_line(tmp_path):
    (tmp_path / "part.mjml").write_text("<mj-section>\n<mj-column>\n<mj-text>a</mj-txt>\n")
    templates = Templates([tmp_path])

    with pytest.raises(MjmlError) as refused:
        compile_body("<mj-section>\n<mj-column>\n<mj-text>a</mj-txt>", templates.find)

    assert refused.value.place == f"{tmp_path.name}/part.mjml:3"


def test_asks_no_server_for_fonts():
    page = compile_body("<mj-section><mj-column><mj-text>a</mj-text></mj-column></mj-section>")

    assert "fonts.googleapis" not in page
    assert page.startswith("<!DOCTYPE html>")
