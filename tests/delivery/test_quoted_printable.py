import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import quoted_printable

#: Text in which the traps are frequent.
TEXTS = st.text() | st.text(st.sampled_from(". \t=\nFrom éx\u200b🙂"), max_size=300)


def decoded(encoded: bytes) -> str:
    return quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode()


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        pytest.param("", b"", id="nothing"),
        pytest.param("a=b", b"a=3Db", id="equals"),
        pytest.param("é", b"=C3=A9", id="beyond ASCII"),
        pytest.param("a \nb\t", b"a=20\r\nb=09", id="blanks at line ends"),
        pytest.param(".\n..", b"=2E\r\n=2E.", id="dots at line starts"),
        pytest.param("From me\nFromage", b"=46rom me\r\nFromage", id="From at a line start"),
        pytest.param("a\r\nb", b"a\r\nb", id="CRLF is a line end"),
        pytest.param("a\rb\0", b"a=0Db=00", id="control characters"),
        pytest.param("x" * 77, b"x" * 75 + b"=\r\nxx", id="too long"),
        pytest.param("x" * 76, b"x" * 76, id="just fits"),
        pytest.param("x" * 75 + ".b", b"x" * 75 + b"=\r\n=2Eb", id="a dot after a soft break"),
        pytest.param("x" * 74 + "=", b"x" * 74 + b"=\r\n=3D", id="an escape is never cut"),
    ],
)
def test_encodes(text, encoded):
    assert quoted_printable.encode(text) == encoded


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        pytest.param("a", b"a=\r\n", id="goes on after a soft break"),
        pytest.param("a\n", b"a\r\n", id="needs none at the start of a line"),
        pytest.param("x" * 76, b"x" * 75 + b"=\r\nx=\r\n", id="leaves room for the break"),
    ],
)
def test_encodes_what_is_gone_on_with(text, encoded):
    assert quoted_printable.encode(text, continues=True) == encoded


def test_refuses_half_a_surrogate_pair():
    with pytest.raises(ValueError, match="surrogates"):
        quoted_printable.encode("\ud800")


@given(st.lists(TEXTS, min_size=1, max_size=5), TEXTS)
def test_pieces_put_together_decode_to_what_they_were(pieces, value):
    *firsts, last = pieces
    encoded = b""
    for piece in firsts:
        encoded += quoted_printable.encode(piece, continues=True)
        encoded += quoted_printable.encode_value(value) + quoted_printable.SOFT_BREAK
    encoded += quoted_printable.encode(last)

    normal = [piece.replace("\r\n", "\n") for piece in [value, *pieces]]
    assert decoded(encoded) == normal[0].join(normal[1:])
    for line in encoded.split(b"\r\n"):
        assert len(line) <= quoted_printable.LINE
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
        assert b"\r" not in line
        assert b"\n" not in line
        assert line.isascii()
