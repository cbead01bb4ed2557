"""Samples for looking at: what a reader would get, made without a key."""

import pytest

from pipeline.app import letters
from pipeline.errors import ConfigError
from tests.app.mails import edition_of, read
from tests.factories import make_edition
from tests.workflow.office import Office


def test_sample_needs_no_key(office: Office) -> None:
    for path in (office.folder / ".secrets").iterdir():
        path.unlink()

    message = read(letters.sample_message(office.site, edition_of(office), now=office.now))

    assert "https://news.example/u/preview" in message["List-Unsubscribe"]
    assert message["To"] == "reader@subscriber.example"


def test_sample_is_the_same_bytes_each_time(office: Office) -> None:
    edition = edition_of(office)

    one, other = (letters.sample_message(office.site, edition, now=edition.slot) for _ in range(2))

    assert one == other


def test_edition_that_no_header_can_hold_is_refused(office: Office) -> None:
    edition = make_edition(subject="On tea\r\nBcc: everybody@mail.example")

    with pytest.raises(ConfigError, match="cannot be written as a message"):
        letters.sample_message(office.site, edition, now=office.now)
