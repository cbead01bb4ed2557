import html
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.delivery import message_ids
from pipeline.delivery.composing import Composer, Letterhead, boundary_of
from pipeline.model.address import Address
from pipeline.model.controls import has_control
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.issue import IssueState
from pipeline.model.message import Message
from pipeline.model.record import IssueRecord
from tests.factories import NOON, make_edition, make_recipient, make_slot
from tests.flowed_reader import paragraphs

URL = "https://news.example/u/AbC-_123"
LETTERHEAD = Letterhead(
    title="The Corner Office",
    from_=Address("letters@news.example", "The Corner Office"),
    reply_to=Address("questions@news.example"),
    list_id="corner-office.news.example",
)
PLACES = st.sampled_from([Placeholder.UNSUBSCRIBE_URL, Placeholder.ADDRESS])
MARKS = st.sampled_from([Placeholder.MAIL_ONLY_START, Placeholder.MAIL_ONLY_END])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r")) | st.text(
    st.sampled_from(". \t=\nFrom é🙂-"), max_size=200
)
TEMPLATES = st.lists(TEXTS | PLACES | MARKS, max_size=8).map(lambda parts: Template(tuple(parts)))
PARAMETERS: dict[str, Any] = {
    "nonce": "00ff" * 4,
    "date": NOON,
    "unsubscribe_url": lambda recipient: f"{URL}{recipient.subscriber_id}",
}


def compose(
    edition: Edition | None = None,
    letterhead: Letterhead = LETTERHEAD,
    subscriber_id: int = 7,
    address: str = "reader@mail.example",
    **changes: Any,
) -> Message:
    composer = Composer(edition or make_edition(), letterhead, **(PARAMETERS | changes))
    return composer.compose(make_recipient(subscriber_id, address=address))[1]


def read(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.data, policy=policy.default)
    assert not any(part.defects for part in parsed.walk())
    return parsed


def bodies(message: Message) -> list[str]:
    """Decode both parts, their line ends as line feeds."""
    parsed = message_from_bytes(message.data)
    decoded = [part.get_payload(decode=True) for part in parsed.walk() if not part.is_multipart()]
    return [body.decode().replace("\r\n", "\n") for body in decoded if isinstance(body, bytes)]


def obeys_the_line_rules(message: Message) -> bool:
    assert message.data.endswith(b"\r\n")
    head, body = message.data.split(b"\r\n\r\n", 1)
    for line in message.data.split(b"\r\n"):
        assert not re.search(rb"[\r\n\0]", line)
        assert not line.startswith(b".")
        assert len(line) <= 998
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert line.isascii()
        assert not line.startswith(b"From ")
    assert b"\r\n\r\n" not in head
    return True


def test_writes_the_headers_a_receiver_asks_for():
    message = read(compose())

    assert dict(message.items()) == {
        "From": "The Corner Office <letters@news.example>",
        "To": "reader@mail.example",
        "Reply-To": "questions@news.example",
        "Subject": "The long meeting",
        "Date": "Tue, 03 Mar 2026 12:00:00 +0000",
        "Message-ID": message["Message-ID"],
        "List-Id": '"The Corner Office" <corner-office.news.example>',
        "List-Unsubscribe": f"<{URL}7>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Post": "NO",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary_of("00ff" * 4)}"',
    }


def test_no_header_stands_twice():
    names = [name.lower() for name in read(compose())]

    assert len(names) == len(set(names))


def test_the_text_comes_before_the_html():
    parts = [part.get_content_type() for part in read(compose()).iter_parts()]

    assert parts == ["text/plain", "text/html"]


def test_the_text_may_be_set_to_any_width():
    text = Template(
        ("One line that \n", Placeholder.ADDRESS, " \ngoes on.\n\n-- \nThe desk \nwrites.\n")
    )
    part, page = read(compose(make_edition(text=text))).iter_parts()

    assert part.get_params() == [("text/plain", ""), ("charset", "utf-8"), ("format", "flowed")]
    assert page.get_params() == [("text/html", ""), ("charset", "utf-8")]
    assert [paragraph.text for paragraph in paragraphs(part.get_content())] == [
        *("One line that reader@mail.example goes on.", "", "-- ", "The desk writes.", ""),
    ]


def test_one_click_is_offered_only_over_https():
    message = read(compose(unsubscribe_url=lambda _: "http://127.0.0.1:8080/u/x"))

    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8080/u/x>"
    assert "List-Unsubscribe-Post" not in message


def test_a_long_unsubscribe_url_stays_on_one_line():
    url = "https://news.example/u/" + "x" * 300

    message = compose(unsubscribe_url=lambda _: url)

    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in message.data


def test_without_an_address_for_answers_there_is_no_reply_to():
    assert "Reply-To" not in read(compose(letterhead=replace(LETTERHEAD, reply_to=None)))


def test_a_test_message_says_so_in_the_subject():
    assert read(compose(subject_prefix="[Test 14:32] "))["Subject"] == (
        "[Test 14:32] The long meeting"
    )


def test_the_envelope_bears_the_return_path():
    letterhead = replace(LETTERHEAD, return_path="bounces@news.example")
    composer = Composer(make_edition(), letterhead, **PARAMETERS)

    envelope, _ = composer.compose(make_recipient(address="Reader@Bücher.example"))

    assert (envelope.mail_from, envelope.rcpt_to) == (
        "bounces@news.example",
        "Reader@xn--bcher-kva.example",
    )


def test_without_a_return_path_the_envelope_bears_the_from_address():
    envelope, _ = Composer(make_edition(), LETTERHEAD, **PARAMETERS).compose(make_recipient())

    assert envelope.mail_from == "letters@news.example"


def test_a_resend_has_the_same_bytes():
    assert compose() == compose()


def test_each_reader_and_each_issue_has_another_message_id():
    ids = {
        compose().message_id,
        compose(subscriber_id=8).message_id,
        compose(nonce="11").message_id,
        compose(make_edition(2)).message_id,
    }

    assert len(ids) == 4
    assert all(re.fullmatch(r"\d+\.[0-9a-f]{20}@news\.example", id_) for id_ in ids)


RECORD = IssueRecord(
    number=1,
    slot=make_slot(),
    state=IssueState.COMPLETE,
    sha256="",
    subject="",
    slugs=(),
    nonce="00ff" * 4,
    frozen_at=NOON,
    expires_at=NOON,
    ticked_at=NOON,
)


def test_each_edition_of_an_issue_has_message_ids_of_its_own():
    ids = {
        message_ids.message_id_of(RECORD, reader, "news.example", edition)
        for reader in (7, 8)
        for edition in (0, 1, 2)
    }

    assert len(ids) == 6
    assert message_ids.nonce_of(RECORD, 1) == message_ids.nonce_of(RECORD, 1)


def test_a_report_knows_the_message_id_without_the_message():
    message = compose()

    assert message_ids.message_id_of(RECORD, 7, "news.example") == message.message_id
    assert f"\r\nMessage-ID: <{message.message_id}>\r\n".encode() in message.data


@settings(deadline=None)
@given(TEMPLATES, TEMPLATES, st.from_regex(r"[A-Za-z0-9&'.=+_-]{0,90}", fullmatch=True))
def test_bodies_decode_to_exactly_the_joined_templates(text, page, tail):
    url = f"https://news.example/u/{tail}"
    address = "o'reader&co@mail.example"
    message = compose(
        make_edition(text=text, html=page), address=address, unsubscribe_url=lambda _: url
    )
    values = {Placeholder.UNSUBSCRIBE_URL: url, Placeholder.ADDRESS: address}
    escaped = {place: html.escape(value) for place, value in values.items()}

    assert obeys_the_line_rules(message)
    assert bodies(message) == [text.join(values), page.join(escaped)]


#: Half pairs cannot be encoded; the standard library's parser takes two noncharacters for blanks.
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from(' "\\=?_<>,;()@'),
    max_size=150,
).filter(lambda value: not has_control(value))


@settings(deadline=None)
@given(NAMES, NAMES, NAMES, NAMES.filter(bool), st.from_regex(r"[!-;=?-~]{1,900}", fullmatch=True))
def test_every_header_comes_back_as_it_was(name, reply_name, title, subject, url):
    letterhead = replace(
        LETTERHEAD,
        title=title,
        from_=Address("letters@news.example", name),
        reply_to=Address("questions@news.example", reply_name),
    )

    message = compose(
        make_edition(subject=subject), letterhead, unsubscribe_url=lambda _: f"https://{url}"
    )

    assert obeys_the_line_rules(message)
    parsed = read(message)
    assert parsed["Subject"] == subject
    # The newer parser puts blanks between the encoded-words of a phrase; the older one is right.
    older = message_from_bytes(message.data, policy=policy.compat32)
    for field, shown in (("From", name), ("Reply-To", reply_name)):
        assert len(parsed[field].addresses) == 1
        phrase, spec = parseaddr(older[field].replace("\r\n", ""))
        assert (str(make_header(decode_header(phrase))), spec[-13:]) == (shown, "@news.example")
    assert parsed["To"] == "reader@mail.example"
    assert f"\r\nList-Unsubscribe: <https://{url}>\r\n".encode() in message.data
    assert parsed["List-Id"].endswith("<corner-office.news.example>")
    assert len(parsed.keys()) == 13


@settings(deadline=None)
@given(NAMES, NAMES, NAMES.filter(bool))
def test_encoded_words_stand_only_where_they_may(name, title, subject):
    """RFC 2047, section 5: in a text or a phrase; not in quotes, addresses, ids and parameters."""
    letterhead = replace(
        LETTERHEAD, title=title, from_=Address("letters@news.example", name), reply_to=None
    )
    head = compose(make_edition(subject=subject), letterhead).data.partition(b"\r\n\r\n")[0]

    for field in re.split(r"\r\n(?! )", head.decode()):
        field_name, _, value = field.partition(":")
        outside = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", value)
        assert value.count("=?utf-8?") == outside.count("=?utf-8?")
        assert field_name in {"From", "List-Id", "Subject"} or "=?utf-8?" not in value


@given(st.text(st.sampled_from("-=_\n0123456789abcdef"), max_size=300), st.from_regex("[0-9a-f]+"))
def test_the_boundary_never_occurs_in_a_part(text, nonce):
    boundary = boundary_of(nonce)
    hostile = Template((f"{text}\n--{boundary}\n--{boundary}--\n",))

    message = compose(make_edition(text=hostile, html=hostile), nonce=nonce)

    assert message.data.count(b"--" + boundary.encode()) == 3
    assert bodies(message) == [hostile.join({})] * 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a\n.\nb", id="lone dot"),
        pytest.param("a\r\n.\r\nb", id="dot with CRLF"),
        pytest.param("a\n.\r\nb", id="smuggled line feed"),
        pytest.param("a\r.\r\nb", id="smuggled carriage return"),
        pytest.param("a\r\n\0.\r\nb", id="null before the dot"),
        pytest.param("x" * 75 + ".\r\n", id="dot after a soft break"),
    ],
)
def test_no_text_can_end_the_message_early(text):
    part = Template((text, Placeholder.ADDRESS, ".\r\n", Placeholder.ADDRESS, "\n.\n"))

    assert obeys_the_line_rules(compose(make_edition(text=part, html=part)))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"from_": Address('"a b"@news.example')}, id="from address"),
        pytest.param({"reply_to": Address("a@b.example, c@d.example")}, id="two answers"),
        pytest.param({"list_id": "a b"}, id="list id"),
        pytest.param({"title": "=?utf-8?b?DQo=?="}, id="title"),
        pytest.param({"return_path": "a@b.example>"}, id="return path"),
    ],
)
def test_refuses_a_letterhead_that_breaks_headers(changes):
    with pytest.raises(ValueError, match=r"\S"):
        compose(letterhead=replace(LETTERHEAD, **changes))


def test_refuses_a_subject_that_breaks_headers():
    with pytest.raises(ValueError, match="Subject holds a control character"):
        compose(make_edition(subject="Hello\r\nBcc: c@d.example"))


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a@b.example>", "a"]
)
def test_refuses_a_recipient_that_breaks_headers(address):
    with pytest.raises(ValueError, match="no address"):
        compose(address=address)


def test_refuses_an_unsubscribe_url_that_breaks_headers():
    with pytest.raises(ValueError, match="List-Unsubscribe"):
        compose(unsubscribe_url=lambda _: "https://news.example/\r\nBcc: c@d.example")


@pytest.mark.parametrize("address", ["reader@mail.example", "jürgen@mail.example"])
@pytest.mark.parametrize("sender", ["letters@news.example", "grüße@news.example"])
def test_a_message_knows_whether_it_is_ascii(address, sender):
    letterhead = replace(LETTERHEAD, from_=Address(sender, "Jürgen & Co"))

    message = compose(letterhead=letterhead, address=address)

    assert message.is_known_ascii == message.data.isascii()
