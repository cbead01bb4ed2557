from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery import classify
from pipeline.delivery.classify import ReplyClass
from pipeline.delivery.stage import Stage

S, C = Stage, ReplyClass

#: At least one real-looking reply for every row of the table, and the neighbours it must not take.
CASES = [
    pytest.param(
        S.AUTH, 454, "4.7.0", "Temporary authentication failure", C.THROTTLE, id="login later"
    ),
    pytest.param(
        S.MAIL, 550, "5.4.5", "Daily user sending limit exceeded", C.SENDER_LIMIT, id="gmail daily"
    ),
    pytest.param(
        S.AUTH, 535, "", "daily quota exceeded", C.SENDER_LIMIT, id="quota in words at login"
    ),
    pytest.param(S.STARTTLS, 454, "4.7.0", "TLS not available", C.CONFIG_LOCAL, id="no tls"),
    pytest.param(S.AUTH, 535, "5.7.8", "Bad credentials", C.CONFIG_LOCAL, id="wrong password"),
    pytest.param(S.MAIL, 530, "5.7.0", "Must issue STARTTLS", C.CONFIG_LOCAL, id="login wanted"),
    pytest.param(
        S.RCPT, 554, "5.7.1", "<a@b.test>: Relay access denied", C.CONFIG_LOCAL, id="postfix relay"
    ),
    pytest.param(S.RCPT, 550, "", "relay not permitted", C.CONFIG_LOCAL, id="exim relay"),
    pytest.param(
        S.RCPT,
        550,
        "5.1.1",
        "undeliverable address: host mx.mail.test said: 554 Relay access denied",
        C.ADDRESS_DEAD,
        id="another host's relaying quoted",
    ),
    pytest.param(S.END_OF_DATA, 421, "4.7.28", "unusual rate of mail", C.THROTTLE, id="gmail rate"),
    pytest.param(S.MAIL, 451, "4.7.500", "Server busy", C.THROTTLE, id="microsoft busy"),
    pytest.param(S.MAIL, 451, "4.7.650", "IP busy", C.THROTTLE, id="microsoft address busy"),
    pytest.param(
        S.END_OF_DATA,
        550,
        "5.7.515",
        "Access denied, sending domain news.example",
        C.AUTH_SELF,
        id="microsoft authentication",
    ),
    pytest.param(
        S.END_OF_DATA, 421, "5.7.32", "From is not aligned", C.AUTH_SELF, id="gmail alignment"
    ),
    pytest.param(S.END_OF_DATA, 550, "5.7.26", "no SPF, no DKIM", C.AUTH_SELF, id="gmail naked"),
    pytest.param(S.MAIL, 550, "5.7.25", "no PTR", C.AUTH_SELF, id="gmail ptr"),
    pytest.param(
        S.GREETING,
        421,
        "4.7.0",
        "[TSS04] Messages temporarily deferred",
        C.THROTTLE,
        id="yahoo deferral",
    ),
    pytest.param(
        S.RCPT,
        550,
        "5.2.1",
        "The user is receiving mail at a rate that prevents delivery",
        C.THROTTLE,
        id="gmail mailbox too fast",
    ),
    pytest.param(
        S.RCPT, 450, "4.2.1", "receiving mail at a rate", C.THROTTLE, id="gmail mailbox for now"
    ),
    pytest.param(
        S.MAIL,
        550,
        "5.7.1",
        "part of their network is on our list (S3140)",
        C.REPUTATION,
        id="S3140",
    ),
    pytest.param(
        S.END_OF_DATA,
        550,
        "5.7.1",
        "suspicious due to the very low reputation of the domain",
        C.REPUTATION,
        id="gmail reputation",
    ),
    pytest.param(
        S.RCPT, 554, "5.7.1", "blocked using zen.spamhaus.org", C.REPUTATION, id="block list"
    ),
    pytest.param(
        S.END_OF_DATA,
        550,
        "5.7.1",
        "Encoded-word syntax is not permitted in message header",
        C.MESSAGE_BROKEN,
        id="gmail encoded-word",
    ),
    pytest.param(S.END_OF_DATA, 554, "5.7.1", "message contains a virus", C.CONTENT, id="virus"),
    pytest.param(S.END_OF_DATA, 554, "", "spam message rejected", C.CONTENT, id="spam content"),
    pytest.param(S.RCPT, 450, "4.7.1", "Greylisted, come back", C.RECIPIENT_TEMP, id="greylist"),
    pytest.param(
        S.RCPT, 552, "5.2.2", "over quota and inactive", C.ADDRESS_DISABLED, id="full and inactive"
    ),
    pytest.param(
        S.RCPT, 554, "", "delivery error: dd This user has gone", C.ADDRESS_DEAD, id="yahoo dd"
    ),
    pytest.param(
        S.END_OF_DATA,
        554,
        "",
        "delivery error: dd This user has gone",
        C.UNKNOWN_5XX,
        id="yahoo dd after the data condemns nobody",
    ),
    pytest.param(
        S.RCPT, 550, "5.1.0", "Address rejected: user unknown", C.ADDRESS_DEAD, id="5.1.0 in words"
    ),
    pytest.param(
        S.RCPT, 550, "5.1.0", "Sender rejected", C.UNKNOWN_5XX, id="5.1.0 about something else"
    ),
    pytest.param(S.RCPT, 550, "", "No such user here", C.ADDRESS_DEAD, id="exim, no codes"),
    pytest.param(S.RCPT, 550, "5.1.1", "User unknown", C.ADDRESS_DEAD, id="5.1.1"),
    pytest.param(S.RCPT, 450, "4.1.1", "unverified", C.UNKNOWN_4XX, id="4.1.1 is no death"),
    pytest.param(S.RCPT, 450, "5.1.1", "User unknown", C.UNKNOWN_4XX, id="the first digit decides"),
    pytest.param(S.RCPT, 553, "5.1.3", "Bad address syntax", C.ADDRESS_DEAD, id="5.1.3"),
    pytest.param(S.END_OF_DATA, 550, "5.1.1", "User unknown", C.ADDRESS_DEAD, id="lmtp 5.1.1"),
    pytest.param(S.RCPT, 550, "5.1.2", "Domain not found", C.UNKNOWN_5XX, id="5.1.2 needs dns"),
    pytest.param(S.RCPT, 550, "5.7.17", "Mailbox owner has changed", C.ADDRESS_DEAD, id="owner"),
    pytest.param(S.RCPT, 550, "5.2.1", "Mailbox disabled", C.ADDRESS_DISABLED, id="5.2.1"),
    pytest.param(S.RCPT, 525, "5.7.13", "Account disabled", C.ADDRESS_DISABLED, id="5.7.13"),
    pytest.param(
        S.END_OF_DATA, 550, "5.7.13", "disabled", C.UNKNOWN_5XX, id="5.7.13 after the data"
    ),
    pytest.param(S.RCPT, 452, "4.2.2", "Over quota", C.MAILBOX_FULL, id="full for now"),
    pytest.param(S.RCPT, 552, "5.2.2", "Over quota", C.MAILBOX_FULL, id="full"),
    pytest.param(S.END_OF_DATA, 552, "5.2.3", "Too big for him", C.SIZE, id="5.2.3"),
    pytest.param(S.RCPT, 550, "5.7.2", "List only for members", C.RECIPIENT_POLICY, id="5.7.2"),
    pytest.param(S.RCPT, 555, "5.5.2", "Syntax error", C.RECIPIENT_POLICY, id="555 for an address"),
    pytest.param(S.MAIL, 552, "5.3.4", "Message too big", C.MESSAGE_BROKEN, id="552 5.3.4"),
    pytest.param(S.END_OF_DATA, 554, "5.3.4", "Message too big", C.SIZE, id="554 5.3.4"),
    pytest.param(S.MAIL, 555, "5.5.4", "Unsupported parameter", C.MESSAGE_BROKEN, id="555"),
    pytest.param(S.MAIL, 501, "5.5.4", "Bad parameter", C.MESSAGE_BROKEN, id="501 5.5.4"),
    pytest.param(S.END_OF_DATA, 554, "5.6.0", "malformed MIME", C.MESSAGE_BROKEN, id="5.6.0"),
    pytest.param(S.RCPT, 553, "5.6.7", "no SMTPUTF8", C.RECIPIENT_POLICY, id="5.6.7"),
    pytest.param(S.END_OF_DATA, 554, "5.6.1", "Media not wanted", C.CONTENT, id="5.6.1"),
    pytest.param(S.MAIL, 554, "5.7.0", "Too much spam from you", C.REPUTATION, id="5.7.0 spam"),
    pytest.param(S.END_OF_DATA, 552, "5.7.0", "Not safe", C.CONTENT, id="5.7.0 content"),
    pytest.param(S.RCPT, 421, "4.7.0", "Try later", C.THROTTLE, id="421 4.7.0"),
    pytest.param(S.MAIL, 421, "4.3.2", "Shutting down", C.THROTTLE, id="4.3.2"),
    pytest.param(S.RCPT, 452, "4.5.3", "Too many recipients", C.THROTTLE, id="4.5.3"),
    pytest.param(S.RCPT, 451, "4.3.0", "Lookup failure", C.RECIPIENT_TEMP, id="4.3.0"),
    pytest.param(S.RCPT, 450, "4.2.0", "Busy", C.RECIPIENT_TEMP, id="4.2.0"),
    pytest.param(S.RCPT, 550, "5.7.1", "Access denied", C.RECIPIENT_POLICY, id="5.7.1 at RCPT"),
    pytest.param(S.END_OF_DATA, 454, "", "Later", C.THROTTLE, id="454"),
    pytest.param(S.RCPT, 452, "", "No room", C.MAILBOX_FULL, id="452"),
    pytest.param(S.END_OF_DATA, 552, "", "No room", C.MAILBOX_FULL, id="552"),
    pytest.param(S.MAIL, 553, "5.1.8", "Sender's domain not found", C.CONFIG_LOCAL, id="our From"),
    pytest.param(S.GREETING, 554, "", "No SMTP service here", C.CONFIG_LOCAL, id="no service"),
    pytest.param(S.RCPT, 499, "", "", C.UNKNOWN_4XX, id="a 4yz nobody knows"),
    pytest.param(S.RCPT, 599, "", "", C.UNKNOWN_5XX, id="a 5yz nobody knows"),
]


@pytest.mark.parametrize(("stage", "code", "enhanced", "text", "expected"), CASES)
def test_judges_a_reply(stage, code, enhanced, text, expected):
    assert classify.judge(stage, code, enhanced, text) is expected


def test_every_row_of_the_table_is_met_by_a_case():
    replies: list[Any] = [case.values[:4] for case in CASES]
    met = {classify._row(*reply) for reply in replies}

    assert [row for row in classify.TABLE if row not in met] == []


_REPLIES = {
    "stage": st.sampled_from(list(S)),
    "code": st.sampled_from([c.values[1] for c in CASES]) | st.integers(400, 599),
    "enhanced": st.sampled_from([c.values[2] for c in CASES])
    | st.from_regex(r"[45]\.\d\.\d{1,3}", fullmatch=True),
    "text": st.sampled_from([c.values[3] for c in CASES]) | st.text(),
}


@given(**_REPLIES)
def test_only_rcpt_or_the_end_of_data_about_the_address_condemns_an_address(
    stage, code, enhanced, text
):
    judged = classify.judge(stage, code, enhanced, text)

    if judged in {C.ADDRESS_DEAD, C.ADDRESS_DISABLED}:
        assert code >= 500
        assert stage is S.RCPT or (
            stage is S.END_OF_DATA and (enhanced.startswith("5.1.") or enhanced == "5.2.1")
        )


@given(**_REPLIES)
def test_a_refusal_of_the_session_never_speaks_about_a_reader(stage, code, enhanced, text):
    judged = classify.judge(stage, code, enhanced, text)

    if stage in classify.ABOUT_US:
        assert judged not in {
            C.ADDRESS_DEAD,
            C.ADDRESS_DISABLED,
            C.MAILBOX_FULL,
            C.RECIPIENT_TEMP,
            C.RECIPIENT_POLICY,
            C.UNKNOWN_5XX,
        }


@given(**_REPLIES)
def test_doubt_and_a_lost_connection_are_never_read_out_of_a_reply(stage, code, enhanced, text):
    assert classify.judge(stage, code, enhanced, text) not in {C.NETWORK, C.IN_DOUBT}


@pytest.mark.parametrize("code", [0, 250, 354, 399, 600])
def test_a_reply_that_is_no_refusal_is_not_judged(code):
    with pytest.raises(ValueError, match="no refusal"):
        classify.judge(S.RCPT, code, "", "")


@pytest.mark.parametrize("text", ["said: " * 6000, "spam message " * 3000, "x" * 40_000])
def test_survives_a_long_reply(text):
    assert classify.judge(S.RCPT, 550, "5.1.1", text) is C.ADDRESS_DEAD
