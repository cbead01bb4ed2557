import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import headers
from pipeline.model.address import Address
from pipeline.model.controls import has_control

#: Half pairs cannot be encoded; the standard library's parser takes two noncharacters for blanks.
VISIBLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from(' "\\=?_<>,;()')
).filter(lambda value: not has_control(value))
HOSTILE = st.text(st.sampled_from("\r\n\0\x7f\x85\u2028\u2029\x1b"), min_size=1)


def parsed(lines: bytes):
    return message_from_bytes(lines + b"\r\n", policy=policy.default)


def obeys_the_line_rules(lines: bytes) -> bool:
    assert lines.endswith(b"\r\n")
    for line in lines[:-2].split(b"\r\n"):
        assert len(line) <= headers.LONGEST
        assert line.strip(), "a line of blanks"
        assert not re.search(rb"[\r\n\0]", line)
        for word in re.findall(rb"=\?utf-8\?[qb]\?[^ ]*\?=", line):
            assert len(word) <= 75
            assert len(line) <= 76
            word.decode("ascii")
    return True


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("The long meeting", b"Subject: The long meeting\r\n", id="plain"),
        pytest.param("Ça va?", b"Subject: =?utf-8?q?=C3=87a_va=3F?=\r\n", id="accents"),
        pytest.param("長い会議", b"Subject: =?utf-8?b?6ZW344GE5Lya6K2w?=\r\n", id="base64"),
        pytest.param("=?x?=", b"Subject: =?utf-8?q?=3D=3Fx=3F=3D?=\r\n", id="only looks encoded"),
        pytest.param(" x", b"Subject: =?utf-8?q?_x?=\r\n", id="a blank that counts"),
        pytest.param(
            "word " * 15 + "end",
            b"Subject:" + b" word" * 14 + b"\r\n word end\r\n",
            id="folded at a blank",
        ),
        pytest.param("x" * 90, b"Subject: " + b"x" * 90 + b"\r\n", id="nowhere to fold"),
    ],
)
def test_writes_text(value, written):
    assert headers.text("Subject", value) == written


@pytest.mark.parametrize(
    "refused", [pytest.param("", id="empty"), pytest.param("\ud800", id="half a surrogate pair")]
)
def test_refuses_text_that_cannot_be_written(refused):
    with pytest.raises(ValueError, match=r"\S"):
        headers.text("Subject", refused)


@given(VISIBLE.filter(bool))
def test_text_comes_back_as_it_was(value):
    written = headers.text("Subject", value)

    assert obeys_the_line_rules(written)
    assert parsed(written)["Subject"] == value


def test_a_word_too_long_for_a_line_is_encoded():
    assert obeys_the_line_rules(headers.text("Subject", "x" * 1500))


@given(st.text(st.sampled_from("é🙂長"), min_size=30, max_size=200))
def test_never_splits_a_character(value):
    for word in re.findall(rb"=\?[^ \r]*\?=", headers.text("Subject", value)):
        assert parsed(b"Subject: " + word + b"\r\n")["Subject"].count("�") == 0


@given(VISIBLE, HOSTILE, VISIBLE)
def test_refuses_control_characters(before, control, after):
    for write in (
        lambda value: headers.text("Subject", value),
        lambda value: headers.list_id("column.news.example", value),
        lambda value: headers.list_id(value, ""),
        lambda value: headers.in_brackets("List-Unsubscribe", value),
        headers.addr_spec,
    ):
        with pytest.raises(ValueError, match=r"\S"):
            write(before + control + after)


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?=0ABcc:?=",
        "=?utf-8?Q?=0d?=",
        "=?utf-8?b?Cg==?=",
        "=?utf-8?b?Cg?=",
        "=?nonsense?q?=00?=",
        "=?utf-8*en?q?=E2=80=A8?=",
        "before =?iso-8859-1?q?a=85b?= after",
    ],
)
def test_refuses_control_characters_behind_encoded_words(value):
    with pytest.raises(ValueError, match="control character"):
        headers.text("Subject", value)
    with pytest.raises(ValueError, match="control character"):
        headers.mailbox("From", Address("a@b.test", value))


@pytest.mark.parametrize("value", ["=?utf-8?b?!?=", "=?x", "=?utf-8?q?caf=C3=A9?=", "=?a?b?c?="])
def test_writes_what_only_looks_encoded_so_that_it_is_read_as_typed(value):
    assert parsed(headers.text("Subject", value))["Subject"] == value


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("", b"From: jo@news.example\r\n", id="no name"),
        pytest.param("Jo Doe", b'From: "Jo Doe" <jo@news.example>\r\n', id="plain"),
        pytest.param('J"o\\', b'From: "J\\"o\\\\" <jo@news.example>\r\n', id="quotes"),
        pytest.param("Doe, Jo", b'From: "Doe, Jo" <jo@news.example>\r\n', id="comma"),
        pytest.param("Jö", b"From: =?utf-8?q?J=C3=B6?= <jo@news.example>\r\n", id="accents"),
    ],
)
def test_writes_a_mailbox(name, written):
    assert headers.mailbox("From", Address("jo@news.example", name)) == written


@given(VISIBLE)
def test_a_mailbox_comes_back_as_one_mailbox(name):
    written = headers.mailbox("From", Address("jo@news.example", name))
    # The newer parser puts blanks between the encoded-words of a phrase; the older one is right.
    raw = message_from_bytes(written + b"\r\n", policy=policy.compat32)["From"]
    shown, spec = parseaddr(raw.replace("\r\n", ""))

    assert obeys_the_line_rules(written)
    assert (str(make_header(decode_header(shown))), spec) == (name, "jo@news.example")
    assert len(parsed(written)["From"].addresses) == 1


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        ("jo+tag@Bücher.example", "jo+tag@xn--bcher-kva.example"),
        ("jö@news.example", "jö@news.example"),
        ("o'doe@news.example", "o'doe@news.example"),
    ],
)
def test_writes_a_domain_as_a_label(spec, written):
    assert headers.addr_spec(spec) == written


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "jo",
        "@news.example",
        "jo@",
        "a,b@c.test",
        "a b@c.test",
        "a>b@c.test",
        "a@b@c.test",
        ".a@c.test",
        "a..b@c.test",
        '"a"@c.test',
        "a@c.test>",
        "a@c..test",
        "a@ü" + "x" * 70 + ".test",
    ],
)
def test_refuses_what_is_no_address(spec):
    with pytest.raises(ValueError, match=r"\S"):
        headers.addr_spec(spec)


@pytest.mark.parametrize(
    ("value", "phrase", "written"),
    [
        pytest.param(
            "col.news.example", "Col", b'List-Id: "Col" <col.news.example>\r\n', id="named"
        ),
        pytest.param("col.news.example", "", b"List-Id: <col.news.example>\r\n", id="bare"),
        pytest.param(
            "col.news.example", "é" * 200, b"List-Id: <col.news.example>\r\n", id="phrase too long"
        ),
    ],
)
def test_writes_a_list_id(value, phrase, written):
    assert headers.list_id(value, phrase) == written


@pytest.mark.parametrize("value", ["", "column", "a b.c", "<a.b>", "é.example", "a." + "b" * 255])
def test_refuses_a_list_id_that_is_no_name(value):
    with pytest.raises(ValueError, match="List-Id"):
        headers.list_id(value, "")


def test_never_folds_inside_angle_brackets():
    url = "https://news.example/u/" + "x" * 900

    written = headers.in_brackets("List-Unsubscribe", url)

    assert written == f"List-Unsubscribe: <{url}>\r\n".encode()


@pytest.mark.parametrize("url", ["", "https://a b", "https://a>", "https://é.test", "x" * 990])
def test_refuses_what_cannot_stand_in_angle_brackets(url):
    with pytest.raises(ValueError, match="List-Unsubscribe cannot hold"):
        headers.in_brackets("List-Unsubscribe", url)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1)),  # noqa: DTZ001 - the zone is drawn
    st.integers(-720, 720),
)
def test_a_date_is_the_same_instant_in_utc(naive, minutes):
    at = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    shown = parsed(headers.date(at))["Date"].datetime

    assert shown == at
    assert shown.utcoffset() == timedelta(0)
    assert headers.date(at) == headers.date(at.astimezone(UTC))
