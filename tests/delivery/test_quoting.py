"""Relays' words inside sentences of ours."""

import pytest

from pipeline.delivery.quoting import quoted
from pipeline.delivery.smtp.replies import Reply, ReplyParser


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(b"550 5.1.1 no such user\r\n", "550 5.1.1 no such user", id="a line"),
        pytest.param(b"550-5.7.1 one\r\n550 5.7.1 two\r\n", "550 5.7.1 one 5.7.1 two", id="lines"),
        pytest.param(b"550 a \x1b[31mred\tword\r\n", r"550 a \x1b[31mred\x09word", id="controls"),
        pytest.param(b"550\r\n", "550", id="no words"),
    ],
)
def test_a_reply_is_quoted_on_one_line(lines: bytes, expected: str) -> None:
    parser = ReplyParser()
    parser.feed(lines)
    reply = parser.next()

    assert reply is not None
    assert quoted(reply) == expected


def test_a_long_reply_is_cut() -> None:
    assert len(quoted(Reply(550, ("no " * 9_000,)))) == 200


@pytest.mark.parametrize("said", ["<ann@mail.example>: gone", "no Ann@MAIL.example here"])
def test_the_reader_is_not_named(said: str) -> None:
    told = quoted(Reply(550, (said,)), reader="ann@mail.example")

    assert "ADDR" in told
    assert "ann@" not in told.lower()
