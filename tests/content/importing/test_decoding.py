import pytest

from pipeline.content.importing import decoding
from pipeline.content.importing.decoding import Format
from pipeline.errors import ContentError


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"a\r\nb\rc\n", "a\nb\nc\n", id="line ends"),
        pytest.param("\ufeffü".encode(), "ü", id="byte order mark"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_decodes_utf8(data, text):
    assert decoding.decode(data, "page") == text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(
            b"a\r\nb\r\n\xe4",
            "page:3: the file is not UTF-8: byte 0xE4 at offset 6; save it again as UTF-8",
            id="Latin-1",
        ),
        pytest.param(
            b'<meta charset="windows-1252">\n\x93x\x94',
            "page:2: the file is not UTF-8: byte 0x93 at offset 30; "
            "it calls itself windows-1252; convert it to UTF-8",
            id="declared",
        ),
        pytest.param(
            "Q: x".encode("utf-16"),
            "page:1: the file is not UTF-8: byte 0xFF at offset 0; "
            "it calls itself utf-16; convert it to UTF-8",
            id="UTF-16",
        ),
        pytest.param(
            b"PK\n\x00\x00",
            "page:2: the file is no text: a NUL byte at offset 3; "
            "save the column as text, HTML or Markdown in UTF-8",
            id="NUL",
        ),
    ],
)
def test_refuses_what_is_no_utf8_text(data, sentence):
    with pytest.raises(ContentError) as raised:
        decoding.decode(data, "page")

    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("text", "source", "written_as"),
    [
        pytest.param("Q: x", "a.html", Format.HTML, id="ending html"),
        pytest.param("Q: x", "a.HTM", Format.HTML, id="ending HTM"),
        pytest.param("Q: x", "a.md", Format.MARKDOWN, id="ending md"),
        pytest.param("Q: x", "a.txt", Format.TEXT, id="ending txt"),
        pytest.param("<!DOCTYPE html><p>x</p>", "a.txt", Format.HTML, id="doctype"),
        pytest.param("<!-- saved --><html><body>x</body>", "a", Format.HTML, id="saved page"),
        pytest.param("x<br>y<br>z<br>", "a", Format.HTML, id="a piece of a page"),
        pytest.param("use </p> here", "a", Format.TEXT, id="text about tags"),
    ],
)
def test_tells_the_format(text, source, written_as):
    assert decoding.detect(text, source) is written_as
