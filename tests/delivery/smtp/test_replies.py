import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.smtp.replies import REPLY_LIMIT, RelayFaultError, Reply, ReplyParser


def parse(*pieces: bytes) -> list[Reply]:
    parser = ReplyParser()
    replies = []
    for piece in pieces:
        parser.feed(piece)
        while (reply := parser.next()) is not None:
            replies.append(reply)
    return replies


CASES = [
    pytest.param(b"250 2.1.0 ok\r\n", Reply(250, ("2.1.0 ok",), "2.1.0"), id="one line"),
    pytest.param(
        b"550-5.1.1 no such\r\n550 5.1.1 user\r\n",
        Reply(550, ("5.1.1 no such", "5.1.1 user"), "5.1.1"),
        id="several lines",
    ),
    pytest.param(b"250\r\n", Reply(250, ("",), ""), id="no text and no blank"),
    pytest.param(b"250 \r\n", Reply(250, ("",), ""), id="no text"),
    pytest.param(b"250-\r\n250\r\n", Reply(250, ("", ""), ""), id="two lines without text"),
    pytest.param(
        b"250-a\r\n550 b\r\n", Reply(550, ("a", "b"), ""), id="codes differ: the last one counts"
    ),
    pytest.param(b"250 ok\n", Reply(250, ("ok",), ""), id="LF alone"),
    pytest.param(
        b"550 5.1.1 unbekannt: j\xf6rg\r\n",
        Reply(550, ("5.1.1 unbekannt: j\\xf6rg",), "5.1.1"),
        id="Latin-1",
    ),
    pytest.param(
        "550 5.1.1 unbekannt: jörg\r\n".encode(),
        Reply(550, ("5.1.1 unbekannt: jörg",), "5.1.1"),
        id="UTF-8",
    ),
    pytest.param(
        b"421 5.7.32 classes disagree\r\n",
        Reply(421, ("5.7.32 classes disagree",), "5.7.32"),
        id="the enhanced code has another class",
    ),
    pytest.param(
        b"550 5.7.515\r\n", Reply(550, ("5.7.515",), "5.7.515"), id="an enhanced code alone"
    ),
    pytest.param(b"220 1.2.3.4 ready\r\n", Reply(220, ("1.2.3.4 ready",), ""), id="an address"),
    pytest.param(b"250 \x1b[31mred\r\n", Reply(250, ("\\x1b[31mred",), ""), id="a control"),
]


@pytest.mark.parametrize(("data", "reply"), CASES)
def test_reads_a_reply(data, reply):
    assert parse(data) == [reply]


@pytest.mark.parametrize(("data", "reply"), CASES)
def test_reads_the_same_reply_however_it_is_cut(data, reply):
    for cut in range(len(data) + 1):
        assert parse(data[:cut], data[cut:]) == [reply]
    assert parse(*(bytes([byte]) for byte in data)) == [reply]


def test_reads_several_replies_of_one_piece():
    assert [reply.code for reply in parse(b"250 a\r\n354 b\r\n250-c\r\n250 d\r\n")] == [
        250,
        354,
        250,
    ]


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"hello\r\n", id="no code"),
        pytest.param(b"\r\n", id="an empty line"),
        pytest.param(b"25 ok\r\n", id="two digits"),
        pytest.param(b"2500 ok\r\n", id="four digits"),
        pytest.param(b"150 ok\r\n", id="1yz"),
        pytest.param(b"650 ok\r\n", id="6yz"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="another protocol"),
        pytest.param(b"\xd9\x89\xd9\xa1\xd9\xa2 ok\r\n", id="digits beyond ASCII"),
        pytest.param(b"250-ok\r\nok\r\n", id="a second line without a code"),
    ],
)
def test_refuses_what_is_no_reply(junk):
    with pytest.raises(RelayFaultError, match="no SMTP reply"):
        parse(junk)


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(b"250 " + b"x" * REPLY_LIMIT, id="one line without an end"),
        pytest.param(b"250-x\r\n" * (REPLY_LIMIT // 7 + 1), id="lines without an end"),
        pytest.param(b"250 " + b"x" * REPLY_LIMIT + b"\r\n", id="one long line"),
    ],
)
def test_refuses_a_reply_beyond_its_limit(flood):
    with pytest.raises(RelayFaultError, match="more than 32768 octets"):
        parse(flood)


def test_reads_a_reply_up_to_the_limit():
    data = b"250 " + b"x" * (REPLY_LIMIT - 6) + b"\r\n"

    assert len(parse(data)[0].text) == REPLY_LIMIT - 6


@given(st.binary(max_size=200))
def test_answers_any_bytes_with_replies_or_a_refusal(data):
    try:
        replies = parse(data)
    except RelayFaultError:
        return

    assert all(200 <= reply.code <= 599 and reply.text.isprintable() for reply in replies)


def test_gives_the_words_without_the_enhanced_code():
    reply = parse(b"550-5.1.1 No such\r\n550 5.1.1 user\r\n")[0]

    assert reply.words == "No such\nuser"
