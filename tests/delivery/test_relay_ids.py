import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.relay_ids import relay_id

_SES = "0100018f3b1c2d3e-0a1b2c3d-1234-5678-9abc-def012345678-000000"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param("2.0.0 Ok: queued as 4XyZ1T0abcz9rT", "4XyZ1T0abcz9rT", id="Postfix"),
        pytest.param(f"Ok {_SES}", _SES, id="Amazon SES"),
        pytest.param("OK id=1rT2Yz-0003Fk-2B", "1rT2Yz-0003Fk-2B", id="Exim"),
        pytest.param("2.0.0 a1b2c3d4 Message accepted for delivery", "a1b2c3d4", id="OpenSMTPD"),
        pytest.param(
            "2.0.0 49AB12cd001234 Message accepted for delivery", "49AB12cd001234", id="Sendmail"
        ),
        pytest.param(
            "2.0.0 OK  1764417600 d2e1a72fcca58-7c1b2-0.123 - gsmtp",
            "d2e1a72fcca58-7c1b2-0.123",
            id="Gmail",
        ),
        pytest.param(
            "2.6.0 <1.ab@news.example> [InternalId=1234567890, Hostname=X.prod.outlook.com] "
            "9876 bytes in 0.123, 78.4 KB/sec Queued mail for delivery",
            "1234567890",
            id="Exchange",
        ),
        pytest.param("Message Queued (8A7B6C5D-1234.1)", "8A7B6C5D-1234.1", id="Haraka"),
        pytest.param(
            "OK ids=d7ef132b5d7711eea8c8000c29c33806",
            "d7ef132b5d7711eea8c8000c29c33806",
            id="KumoMTA",
        ),
        pytest.param("ok 1764417600 qp 12345", "qp 12345", id="qmail"),
        pytest.param(
            "2.0.0 <reader@mail.example> SPTqGVz7KmmvAgAA Saved", "SPTqGVz7KmmvAgAA", id="Dovecot"
        ),
        pytest.param("2.0.0 Ok: queued as ABC123.", "ABC123", id="a full stop"),
        pytest.param("OK", "", id="no id"),
        pytest.param("2.0.0 Ok", "", id="only a code"),
        pytest.param("", "", id="no text"),
        pytest.param("OK, your message is in good hands", "", id="prose"),
    ],
)
def test_reads_the_id_where_each_program_writes_it(reply, expected):
    assert relay_id(250, reply) == expected


@pytest.mark.parametrize("code", [0, 354, 451, 550])
def test_what_was_not_accepted_has_no_id(code):
    assert relay_id(code, "2.0.0 Ok: queued as 4XyZ1T0abcz9rT") == ""


@given(st.text() | st.text().map("queued as {}".format))
def test_a_hostile_reply_gives_visible_ascii_or_nothing(reply):
    found = relay_id(250, reply)

    assert len(found) <= 200
    assert found == "" or (found.isascii() and found.isprintable())
