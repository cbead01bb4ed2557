import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.smuggling import SmtpDataError, check_data, check_pieces

PIECES = st.lists(st.text(st.sampled_from("a.\r\n"), max_size=5).map(str.encode), max_size=6)


@given(PIECES)
def test_what_is_joined_from_checked_pieces_is_a_message(pieces):
    try:
        check_pieces(pieces)
    except SmtpDataError:
        return
    check_data(b"".join((*pieces, b"end\r\n")))


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"a\r", b"\nb"], id="a line end in two halves"),
        pytest.param([b"a\r\n", b".b"], id="a dot behind a line end"),
        pytest.param([b".a"], id="a dot at the beginning"),
        pytest.param([b"a\r\n.\r\n"], id="a terminator"),
        pytest.param([b"a\nb"], id="LF alone"),
        pytest.param([b"a\rb"], id="CR alone"),
        pytest.param([b"a\r\r\n"], id="CR before CRLF"),
    ],
)
def test_refuses_pieces_that_could_end_a_message_early(pieces):
    with pytest.raises(SmtpDataError):
        check_pieces(pieces)


def test_takes_pieces_of_a_message():
    check_pieces([b"To: a@b.example\r\n", b"", b"\r\n=2E", b"=\r\nhttps://x.example/"])
