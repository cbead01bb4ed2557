"""Text that looks like the end of a message and the beginning of another (VU#302671).

Wherever it stands, no server takes it for that: either it is refused before anything leaves, or it
arrives as the text that it is.
"""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.delivery.composing import Composer
from pipeline.model.address import Address
from pipeline.model.edition import Placeholder, Template
from pipeline.model.message import Envelope, Message
from pipeline.store.memory import MemoryOutbox
from tests.delivery.test_composing import LETTERHEAD, PARAMETERS
from tests.e2e.newsroom import Newsroom
from tests.factories import make_edition, make_recipient
from tests.mtas import arrivals
from tests.mtas.ways import lead_to, new_domain
from tests.sending import ISSUE, Mailing
from tests.signatures import make_signer

#: What one program or another takes for the end of a message.
ENDS = (
    "\r\n.\r\n",
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\n.\r",
    "\r.\n",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
    "\r\n.\r\r\n",
    "\r\r\n.\r\r\n",
)
SERVERS = ("Postfix", "Exim", "OpenSMTPD")


def smuggled(end: str, victim: str) -> str:
    """End one message and begin another."""
    return (
        f"Tea{end}MAIL FROM:<evil@elsewhere.example>\r\nRCPT TO:<{victim}>\r\n"
        f"DATA\r\nSubject: rain\r\n\r\nRain{end}RSET\r\n"
    )


def _between(text: str) -> Template:
    """Make a line end that is one only together with the value before it."""
    head, _, tail = text.partition(".")
    return Template(
        (head, Placeholder.ADDRESS, f".{tail}", Placeholder.UNSUBSCRIBE_URL, text),
    )


#: Fields of an edition, of the letterhead and of what else a message is made of, with a text in.
_IN_EDITION: dict[str, Callable[[str], dict[str, Any]]] = {
    "subject": lambda text: {"subject": text},
    "text": lambda text: {"text": Template((text, Placeholder.ADDRESS, text))},
    "html": lambda text: {"html": Template((f"<p>{text}", Placeholder.ADDRESS, text))},
    "between": lambda text: {"text": _between(text)},
}
_IN_LETTERHEAD: dict[str, Callable[[str], dict[str, Any]]] = {
    "title": lambda text: {"title": text},
    "list-id": lambda text: {"list_id": f"{text}.news.example"},
    "sender's name": lambda text: {"from_": Address("letters@news.example", text)},
    "sender": lambda text: {"from_": Address(f"{text}@news.example")},
    "name for answers": lambda text: {"reply_to": Address("questions@news.example", text)},
    "return path": lambda text: {"return_path": f"{text}@news.example"},
}
_IN_PARAMETERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "prefix": lambda text: {"subject_prefix": text},
    "link": lambda text: {"unsubscribe_url": lambda _: f"https://news.example/u/{text}"},
}
IN_PARTS = ("text", "html", "between")
IN_HEADERS = tuple(
    field
    for field in (*_IN_EDITION, *_IN_LETTERHEAD, *_IN_PARAMETERS, "reader")
    if field not in IN_PARTS
)


def _nothing(_: str) -> dict[str, Any]:
    return {}


def write(number: int, to: str, field: str, text: str) -> tuple[Envelope, Message]:
    """Write a message that has the text in one of its fields.

    Raises ValueError where that may not be.
    """
    edition = make_edition(**_IN_EDITION.get(field, _nothing)(text))
    letterhead = replace(LETTERHEAD, **_IN_LETTERHEAD.get(field, _nothing)(text))
    parameters = PARAMETERS | _IN_PARAMETERS.get(field, _nothing)(text)
    address = f"{text}{to}" if field == "reader" else to
    composer = Composer(edition, letterhead, signer=make_signer(), **parameters)
    return composer.compose(make_recipient(number, address=address))


@pytest.mark.fault(54)
@pytest.mark.parametrize("field", IN_HEADERS)
@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_a_header_with_a_line_end_is_refused_before_anything_leaves(field, end):
    with pytest.raises(ValueError, match=r"control character|cannot hold|no address"):
        write(1, "reader@mail.example", field, smuggled(end, "victim@mail.example"))


@pytest.mark.fault(54)
@pytest.mark.parametrize("name", SERVERS)
def test_a_text_like_the_end_of_a_message_arrives_as_text(servers, name):
    domain, victims = new_domain(), new_domain()
    written: dict[str, tuple[Envelope, Message]] = {}
    for field in IN_PARTS:
        for end in ENDS:
            number = len(written) + 1
            reader = f"reader-{number}@{domain}"
            text = smuggled(end, f"victim-{number}@{victims}")
            written[reader] = write(number, reader, field, text)
    mailing = Mailing(MemoryOutbox.with_recipients(ISSUE, list(written)))
    server = servers(name)

    report = mailing.send(lead_to(server), compose=lambda it: written[it.address])

    assert report.accepted == len(written) == 39
    assert not arrivals.arrived(server, victims)
    arrived = arrivals.arrived(server, domain)
    assert arrivals.counts(arrived) == dict.fromkeys(written, 1)
    for it in arrived:
        assert it.data == written[it.recipient][1].data


def test_postfix_as_debian_has_it_takes_such_a_text_for_another_message(servers):
    server, victims = servers("Postfix"), new_domain()
    for number, end in enumerate(ENDS):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as naive:
            naive.sendall(
                b"EHLO news.example\r\nMAIL FROM:<letters@news.example>\r\n"
                b"RCPT TO:<reader@elsewhere.example>\r\nDATA\r\nSubject: tea\r\n\r\n"
                + smuggled(end, f"victim-{number}@{victims}").encode()
                + b"\r\n.\r\nQUIT\r\n"
            )
            while naive.recv(4096):
                pass

    fooled = {it.recipient for it in arrivals.arrived(server, victims)}

    # The first of them ends a message by right.
    assert len(fooled) > 1, "it is no proof any more that nothing is smuggled into this server"


@pytest.mark.fault(54)
def test_an_answer_like_the_end_of_a_message_is_read_as_one_answer(servers, tmp_path):
    server, domain, victims = servers("Postfix"), new_domain(), new_domain()
    newsroom = Newsroom.make(tmp_path / "site", port=server.port)
    lines = "\n\n".join(smuggled(end, f"victim@{victims}") for end in ENDS if "\0" not in end)
    path = newsroom.write_qa("tea", answer="@")
    path.write_bytes(path.read_bytes().replace(b"@", lines.encode() + b"\n\nThe last line."))
    newsroom.enlist([f"reader@{domain}"])

    newsroom.mailbag("send", "--now", "--yes")

    (arrived,) = arrivals.arrived(server, domain)
    assert b"The last line." in arrived.data
    assert not arrivals.arrived(server, victims)
