import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.web.public import one_click

URLENCODED = "application/x-www-form-urlencoded"
FORM = "multipart/form-data; boundary=----9051914041544843365972754266"


def form(name: str, value: str, *, end: str = "\r\n") -> bytes:
    """Make the body that RFC 8058, section 3.2, shows."""
    lines = (
        "------9051914041544843365972754266",
        f'Content-Disposition: form-data; name="{name}"',
        "",
        value,
        "------9051914041544843365972754266--",
        "",
    )
    return end.join(lines).encode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param(URLENCODED, b"List-Unsubscribe=One-Click", id="urlencoded"),
        pytest.param(f"{URLENCODED}; charset=utf-8", b"List-Unsubscribe=One-Click", id="a charset"),
        pytest.param("", b"List-Unsubscribe=One-Click", id="no type at all"),
        pytest.param(URLENCODED, b"List%2DUnsubscribe=One%2DClick", id="percent-encoded"),
        pytest.param(URLENCODED, b"list-unsubscribe=one-click", id="in small letters"),
        pytest.param(URLENCODED, b"a=b&List-Unsubscribe=One-Click&c", id="among other fields"),
        pytest.param(URLENCODED, b"List-Unsubscribe=One-Click\r\n", id="with an end of line"),
        pytest.param(FORM, form("List-Unsubscribe", "One-Click"), id="multipart"),
        pytest.param(
            FORM, form("List-Unsubscribe", "One-Click", end="\n"), id="multipart with bare LF"
        ),
        pytest.param(
            FORM.upper().replace("BOUNDARY", "Boundary"),
            form("List-Unsubscribe", "One-Click"),
            id="multipart in capitals",
        ),
        pytest.param(
            'multipart/form-data; boundary="x y"; charset=utf-8',
            b"--x y\r\nX: y\r\ncontent-disposition:form-data;name=List-Unsubscribe\r\n\r\n"
            b"One-Click\r\n--x y--",
            id="multipart with a quoted boundary and a bare name",
        ),
    ],
)
def test_understands_every_body_that_asks(content_type, body):
    assert one_click.asks(content_type, body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param(URLENCODED, b"", id="nothing"),
        pytest.param(URLENCODED, b"List-Unsubscribe", id="a name without value"),
        pytest.param(URLENCODED, b"List-Unsubscribe=No", id="another value"),
        pytest.param(URLENCODED, b"One-Click=List-Unsubscribe", id="the wrong way round"),
        pytest.param("application/json", b'{"List-Unsubscribe": "One-Click"}', id="JSON"),
        pytest.param(FORM, b"List-Unsubscribe=One-Click", id="urlencoded under another name"),
        pytest.param(
            "multipart/form-data", form("List-Unsubscribe", "One-Click"), id="no boundary"
        ),
        pytest.param(FORM, form("Comment", "List-Unsubscribe=One-Click"), id="another field"),
        pytest.param(FORM, form("List-Unsubscribe", ""), id="an empty field"),
    ],
)
def test_takes_nothing_else_for_it(content_type, body):
    assert not one_click.asks(content_type, body)


@given(st.text(), st.binary())
def test_no_body_makes_it_raise(content_type, body):
    assert one_click.asks(content_type, body) in {True, False}


@given(st.binary())
def test_no_multipart_body_makes_it_raise(body):
    assert one_click.asks("multipart/form-data; boundary=a", b"--a\r\n" + body) in {True, False}
