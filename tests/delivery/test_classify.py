"""The rows of the table, each by the replies it was made for, and what no row may do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import classify
from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.reply_table import Example, Row, table
from pipeline.delivery.smtp.replies import Reply, ReplyParser
from pipeline.delivery.stage import Stage

S, C = Stage, ReplyClass


def read(reply: str) -> Reply:
    parser = ReplyParser()
    parser.feed(f"{reply}\r\n".encode())
    found = parser.next()
    assert found is not None
    return found


def row_of(stage: Stage, reply: str) -> Row | None:
    said = read(reply)
    return classify.find_row(stage, said.code, said.enhanced_code, said.words)


def judge(stage: Stage, reply: str) -> ReplyClass:
    said = read(reply)
    return classify.judge(stage, said.code, said.enhanced_code, said.words).reply_class


EXAMPLES = [
    pytest.param(row, example, id=f"{row.reply_class.value}: {example.reply[:40]}")
    for row in table()
    for example in row.examples
]


@pytest.mark.parametrize(("row", "example"), EXAMPLES)
def test_a_reply_is_judged_by_the_row_it_stands_in(row: Row, example: Example):
    assert row_of(example.stage, example.reply) is row


def test_no_row_is_without_an_example():
    assert [row for row in table() if not row.examples] == []


def test_every_example_says_where_it_comes_from():
    assert [it for row in table() for it in row.examples if not it.source.strip()] == []


def test_every_class_that_a_reply_can_have_has_a_row():
    unread = {C.NOT_OFFERED, C.NETWORK, C.IN_DOUBT, C.UNKNOWN_4XX}

    assert {row.reply_class for row in table()} == set(C) - unread


#: The neighbours of a row that it must not take.
@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        pytest.param(
            S.RCPT,
            "550 5.1.1 undeliverable address: host mx.mail.test said: 554 Relay access denied",
            C.ADDRESS_DEAD,
            id="another host's relaying quoted",
        ),
        pytest.param(S.END_OF_DATA, "421 5.7.32 From is not aligned", C.AUTH_SELF, id="421 5.7.32"),
        pytest.param(
            S.END_OF_DATA,
            "554 delivery error: dd This user has gone",
            C.UNKNOWN_5XX,
            id="yahoo dd after the data condemns nobody",
        ),
        pytest.param(S.RCPT, "550 5.1.0 Sender rejected", C.UNKNOWN_5XX, id="5.1.0 of the sender"),
        pytest.param(S.RCPT, "550 No such user here", C.ADDRESS_DEAD, id="exim, no codes"),
        pytest.param(S.RCPT, "450 4.1.1 unverified", C.UNKNOWN_4XX, id="4.1.1 is no death"),
        pytest.param(S.RCPT, "450 5.1.1 User unknown", C.UNKNOWN_4XX, id="the first digit decides"),
        pytest.param(S.RCPT, "552 5.1.1 policy error", C.UNKNOWN_5XX, id="552 is about room"),
        pytest.param(S.END_OF_DATA, "550 5.1.1 User unknown", C.ADDRESS_DEAD, id="lmtp 5.1.1"),
        pytest.param(S.RCPT, "550 5.1.2 Domain not found", C.UNKNOWN_5XX, id="5.1.2 needs dns"),
        pytest.param(
            S.END_OF_DATA, "550 5.7.13 disabled", C.UNKNOWN_5XX, id="5.7.13 after the data"
        ),
        pytest.param(
            S.RCPT,
            "550 5.4.1 [reader@mail.example]: Recipient address rejected: Access denied",
            C.UNKNOWN_5XX,
            id="microsoft 5.4.1 is said of the dead and of us",
        ),
        pytest.param(
            S.RCPT,
            "550 Requested action not taken: mailbox unavailable",
            C.UNKNOWN_5XX,
            id="rfc 5321's own words for a 550 mean anything",
        ),
        pytest.param(S.END_OF_DATA, "451 4.3.0 virus scanner is down", C.RECIPIENT_TEMP, id="scan"),
        pytest.param(S.GREETING, "421 Try again", C.UNKNOWN_4XX, id="a plain 421"),
        pytest.param(S.RCPT, "499", C.UNKNOWN_4XX, id="a 4yz nobody knows"),
        pytest.param(S.RCPT, "599", C.UNKNOWN_5XX, id="a 5yz nobody knows"),
        pytest.param(
            S.AUTH, "535 Authentication failed: quota", C.CONFIG_LOCAL, id="a quota of what?"
        ),
    ],
)
def test_judges_a_reply(stage: Stage, reply: str, expected: ReplyClass):
    assert judge(stage, reply) is expected


def test_a_sentence_that_is_broken_into_lines_is_read_as_one():
    said = read(
        "550-5.7.1 [192.0.2.1] this message is likely suspicious due to the very low\r\n"
        "550-5.7.1 reputation of the sending domain. For more information, go to\r\n"
        "550 5.7.1  https://support.google.com/mail/answer/188131 - gsmtp"
    )

    judged = classify.judge(S.END_OF_DATA, said.code, said.enhanced_code, said.words)

    assert judged.reply_class is C.REPUTATION


_KNOWN = [read(example.reply) for row in table() for example in row.examples]
_REPLIES: dict[str, Any] = {
    "stage": st.sampled_from(list(S)),
    "code": st.sampled_from([reply.code for reply in _KNOWN]) | st.integers(400, 599),
    "enhanced": st.sampled_from([reply.enhanced_code for reply in _KNOWN])
    | st.from_regex(r"[45]\.\d\.\d{1,3}", fullmatch=True),
    "text": st.sampled_from([reply.words for reply in _KNOWN]) | st.text(),
}


@given(**_REPLIES)
def test_only_rcpt_or_the_end_of_data_about_the_address_condemns_an_address(
    stage, code, enhanced, text
):
    judged = classify.judge(stage, code, enhanced, text).reply_class

    if judged in {C.ADDRESS_DEAD, C.ADDRESS_DISABLED}:
        assert code >= 500
        assert stage is S.RCPT or (
            stage is S.END_OF_DATA and (enhanced.startswith("5.1.") or enhanced == "5.2.1")
        )


@given(**_REPLIES)
def test_a_refusal_of_the_session_never_speaks_about_a_reader(stage, code, enhanced, text):
    judged = classify.judge(stage, code, enhanced, text).reply_class

    if stage in classify.ABOUT_US:
        assert judged not in {
            C.ADDRESS_DEAD,
            C.ADDRESS_DISABLED,
            C.MAILBOX_FULL,
            C.RECIPIENT_TEMP,
            C.UNKNOWN_5XX,
        }


@given(**_REPLIES)
def test_what_was_said_by_nobody_is_never_read_out_of_a_reply(stage, code, enhanced, text):
    judged = classify.judge(stage, code, enhanced, text).reply_class

    assert judged not in {C.NOT_OFFERED, C.NETWORK, C.IN_DOUBT}


@given(**_REPLIES)
def test_every_throttle_slows_and_every_limit_ends(stage, code, enhanced, text):
    judged = classify.judge(stage, code, enhanced, text)

    assert judged.slows is not None or judged.reply_class is not C.THROTTLE
    assert (judged.limit is not None) == (judged.reply_class is C.SENDER_LIMIT)


@pytest.mark.parametrize("code", [0, 250, 354, 399, 600])
def test_a_reply_that_is_no_refusal_is_not_judged(code):
    with pytest.raises(ValueError, match="no refusal"):
        classify.judge(S.RCPT, code, "", "")


@pytest.mark.parametrize("text", ["said: " * 6000, "spam message " * 3000, "x" * 40_000])
def test_survives_a_long_reply(text):
    assert classify.judge(S.RCPT, 550, "5.1.1", text).reply_class is C.ADDRESS_DEAD
