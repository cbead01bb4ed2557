import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web import access
from pipeline.web.public import app
from tests.web.browsing import ask
from tests.web.sample import UNKNOWN, VALID, Site


@pytest.mark.parametrize(
    ("path", "written"),
    [
        pytest.param("/issues/12", "/issues/12", id="what is public stays"),
        pytest.param(f"/u/{VALID}", "/u/…", id="a token goes"),
        pytest.param(f"/U/{VALID}", "/U/…", id="in any case"),
        pytest.param(f"/news/u/{VALID}", "/news/u/…", id="below a prefix"),
        pytest.param(f"//u/{VALID}/", "//u/…", id="after a doubled slash"),
        pytest.param("/a\nGET /b", "/a%0AGET%20/b", id="one line stays one line"),
        pytest.param("/\udcff", "/%3F", id="what is no text"),
    ],
)
def test_a_path_is_written_without_its_secret(path, written):
    assert access.redact(path) == written


@given(st.text())
def test_what_is_written_is_one_line_of_print(path):
    written = access.redact("/" + path)

    assert written.isprintable()


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=12))
def test_no_token_is_ever_written(token):
    assert token not in access.redact(f"/u/{token}")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("token", [VALID, UNKNOWN])
def test_the_log_of_a_request_holds_no_token_and_no_query(caplog, method, token):
    caplog.set_level(logging.DEBUG)

    ask(app.create(Site()), method, f"/u/{token}?address=reader@mail.example")

    written = "\n".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    assert token not in written
    assert "reader" not in written
    assert f"{method} /u/… " in written
