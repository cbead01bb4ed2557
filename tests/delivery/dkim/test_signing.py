import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.delivery.dkim.canonical import Canonicalization
from pipeline.delivery.dkim.signing import Terms
from pipeline.model.address import Address
from pipeline.model.edition import Placeholder, Template
from tests.delivery.test_composing import LETTERHEAD, TEMPLATES, compose
from tests.factories import NOON, make_edition
from tests.opendkim import verdicts
from tests.signatures import DOMAIN, RECORDS, make_signer, verifies

FORMS = [pytest.param(form, id=form.value.replace("/", "-")) for form in Canonicalization]
SELECTORS = [
    pytest.param(("s2026",), id="rsa"),
    pytest.param(("ed2026",), id="ed25519"),
    pytest.param(("s2026", "ed2026"), id="both"),
]


def named(data: bytes) -> list[str]:
    """Give the names in ``h=`` of the first signature."""
    tag = re.search(rb"h=([^;]*);", data)
    assert tag
    return re.sub(r"\s", "", tag[1].decode()).split(":")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("selectors", SELECTORS)
def test_dkimpy_verifies_a_message(selectors, form):
    message = compose(signer=make_signer(*selectors, canonicalization=form))

    assert message.data.count(b"DKIM-Signature:") == len(selectors)
    assert verifies(message.data)


@settings(deadline=None, max_examples=50)
@given(
    TEMPLATES,
    TEMPLATES,
    st.sampled_from(Canonicalization),
    st.from_regex(r"[a-z0-9'&+=_-]{1,64}@(mail|xn--bcher-kva)\.example", fullmatch=True),
    st.sampled_from(["The long meeting", "Ça va?", "two  blanks " * 12, "長い会議" * 9]),
)
def test_dkimpy_verifies_any_edition_to_any_reader(text, page, form, address, subject):
    edition = make_edition(text=text, html=page, subject=subject)

    message = compose(
        edition, address=address, signer=make_signer("s2026", "ed2026", canonicalization=form)
    )

    assert verifies(message.data)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    TEMPLATES,
    TEMPLATES,
    st.sampled_from(Canonicalization),
    st.sampled_from(["o'reader&co@mail.example", "a@xn--bcher-kva.example", "jö@mail.example"]),
)
def test_opendkim_verifies_any_edition_to_any_reader(tmp_path, text, page, form, address):
    edition = make_edition(text=text, html=page)

    message = compose(
        edition, address=address, signer=make_signer("s2026", "ed2026", canonicalization=form)
    )

    assert verdicts(tmp_path, message.data, RECORDS) == ["pass", "pass"]


def test_opendkim_refuses_a_changed_message(tmp_path):
    data = compose(signer=make_signer("s2026", "ed2026")).data

    in_header = data.replace(b"Subject: The", b"Subject: A")
    in_body = data.replace(b"have to go", b"must go")

    assert verdicts(tmp_path, in_header, RECORDS) == ["fail", "fail"]
    assert verdicts(tmp_path, in_body, RECORDS) == ["fail", "fail"]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_change_of_any_signed_byte_breaks_the_signature(data):
    form = data.draw(st.sampled_from(Canonicalization))
    whole = compose(signer=make_signer(canonicalization=form)).data
    start = whole.index(b"\r\nFrom:") + 2
    # What canonicalization evens out is no change: capitals of a name, and blanks.
    names = {at for m in re.finditer(rb"(?m)^[A-Za-z-]+:", whole) for at in range(*m.span())}
    places = [
        at for at in range(start, len(whole)) if at not in names and whole[at] not in b" \t\r\n"
    ]
    at = data.draw(st.sampled_from(places))

    assert not verifies(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])


@pytest.mark.parametrize(
    "name",
    [
        *("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "Content-Type"),
        *("List-Unsubscribe", "List-Unsubscribe-Post"),
    ],
)
def test_a_field_that_somebody_adds_breaks_the_signature(name):
    data = compose(signer=make_signer()).data
    added = f"{name}: <https://elsewhere.example>\r\n".encode()

    assert not verifies(added + data)
    assert not verifies(data.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n", 1))


def test_every_field_of_a_message_is_signed():
    data = compose(signer=make_signer()).data
    head = data.partition(b"\r\n\r\n")[0].decode()
    fields = set(re.findall(r"(?m)^([A-Za-z-]+):", head)) - {"DKIM-Signature"}

    assert fields <= set(named(data))
    assert len(fields) == 13


def test_what_a_relay_writes_anew_is_left_out():
    signer = make_signer(left_out=frozenset({"message-id", "date"}))
    data = compose(signer=signer).data

    assert not {"Message-ID", "Date"} & set(named(data))
    rewritten = re.sub(rb"(?m)^(Message-ID|Date): .*\r$", rb"\1: something else\r", data)
    assert rewritten != data
    assert verifies(rewritten)


def test_a_relay_may_fold_headers_and_squeeze_blanks():
    text = Template(("one  two\n", Placeholder.ADDRESS, "\n"))
    data = compose(make_edition(text=text), signer=make_signer()).data

    changed = data.replace(b"Subject: The long", b"Subject: The\r\n   long").replace(
        b"one  two", b"one two"
    )

    assert changed.count(b"one two") == 1
    assert verifies(changed)


def test_with_a_simple_body_a_relay_may_not():
    text = Template(("one  two\n",))
    signer = make_signer(canonicalization=Canonicalization.SIMPLE_BODY)
    data = compose(make_edition(text=text), signer=signer).data

    assert verifies(data)
    assert not verifies(data.replace(b"one  two", b"one two"))


def test_a_resend_has_the_same_bytes():
    signer = make_signer("s2026", "ed2026")

    assert compose(signer=signer) == compose(signer=signer)


def test_says_when_it_was_made_and_how_long_it_holds():
    data = compose(signer=make_signer(signed_at=NOON)).data
    tags = re.search(rb" t=(\d+); x=(\d+);", data)
    assert tags
    made, ends = (datetime.fromtimestamp(int(value), UTC) for value in tags.groups())

    assert made == NOON
    assert ends - made >= timedelta(days=14)
    assert b" l=" not in data


def test_an_unsigned_message_is_the_signed_one_without_its_signature():
    signed = compose(signer=make_signer("s2026", "ed2026")).data

    assert compose().data == signed[signed.index(b"\r\nFrom:") + 2 :]


def test_the_lines_of_a_signature_are_short():
    letterhead_domain = "a-rather-long-name-of-a-newsletter." * 3 + DOMAIN
    signer = make_signer("s2026", "ed2026", domain=letterhead_domain)
    head = compose(signer=signer).data.partition(b"\r\nFrom:")[0]

    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if b"d=" not in line)


def test_an_address_beyond_ascii_is_signed_as_it_is():
    letterhead = LETTERHEAD
    data = compose(letterhead=letterhead, address="jö@mail.example", signer=make_signer()).data

    assert "To: jö@mail.example".encode() in data
    assert verifies(data)


def test_a_sender_with_a_name_in_two_lines_is_signed():
    from_ = Address("letters@news.example", "Ein sehr langer Name für eine Zeitschrift " * 2)
    letterhead = type(LETTERHEAD)(title="T", from_=from_, list_id="a.news.example")

    assert verifies(compose(letterhead=letterhead, signer=make_signer()).data)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"domain": "example"}, id="a top-level domain"),
        pytest.param({"domain": "bücher.example"}, id="not in A-labels"),
        pytest.param({"left_out": frozenset({"from"})}, id="without From"),
        pytest.param({"signed_at": NOON.replace(tzinfo=None)}, id="a naive time"),
    ],
)
def test_refuses_terms_that_no_signature_may_have(changes):
    with pytest.raises(ValueError, match="signature"):
        Terms(**{"domain": DOMAIN, "signed_at": NOON, **changes})
