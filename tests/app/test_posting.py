"""What leaves for one reader: the guards before it, and tests."""

from datetime import datetime
from email.message import EmailMessage

import pytest

from pipeline.app import posting
from pipeline.audience.tokens import TEST_READER
from pipeline.delivery.report import StopReason
from pipeline.errors import ConfigError, LinkError, RelayError, SecretKeyError
from pipeline.workflow import sending
from tests.app.mails import edition_of, read
from tests.factories import make_edition
from tests.workflow.office import NOON, SLOT, Office


def eml(office: Office) -> list[EmailMessage]:
    paths = (office.folder / "outbox").glob("*.eml")
    return [read(path.read_bytes()) for path in paths]


@pytest.fixture
def filing(office: Office) -> Office:
    """An office whose messages become files."""
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("[smtp]\n", '[smtp]\nkind = "eml"\n'))
    return office


# -- the guards


def test_placeholders_are_refused_with_their_lines(fresh: Office) -> None:
    with pytest.raises(ConfigError, match="CHANGE-ME still stands in line") as caught:
        fresh.site.refuse_placeholders()

    assert caught.value.place.startswith("newsletter.toml:")


def test_send_refuses_placeholders_before_anything_else(fresh: Office) -> None:
    with fresh.site.open_store() as store:
        post = posting.make_post(fresh.site, store, {})
        with pytest.raises(ConfigError, match="CHANGE-ME"):
            sending.send_due(fresh.shop, post, now=fresh.now)

        assert store.meta.seen_at() is None


def test_send_refuses_without_a_key(office: Office) -> None:
    (office.folder / ".secrets" / "suppression.key").unlink()
    with office.site.open_store() as store:
        post = posting.make_post(office.site, store, {})
        with pytest.raises(SecretKeyError, match="the key is missing"):
            sending.send_due(office.shop, post, now=office.now)


def test_links_are_not_asked_when_the_toml_says_so(office: Office) -> None:
    assert not office.site.settings.document.newsletter.verify_links

    posting.verify_links(office.site)  # nobody answers there, and nobody was asked


def test_links_are_asked_when_the_toml_says_nothing(office: Office) -> None:
    office.configure("verify_links", "true")
    office.configure("base_url", '"http://127.0.0.1:1"')

    with pytest.raises(LinkError, match=r"127\.0\.0\.1:1 does not answer"):
        posting.verify_links(office.site)


# -- a real send


def test_messages_go_out_as_the_site_says(filing: Office) -> None:
    readers = filing.enlist()
    with filing.site.open_store() as store:
        post = posting.make_post(filing.site, store, {})
        sending.send_due(filing.shop, post, now=NOON)
        day = sending.send_due(filing.shop, post, now=filing.at(SLOT).now)

    assert day.sent[0].sums.accepted == 3
    assert sorted(str(message["To"]) for message in eml(filing)) == readers


def test_edition_that_no_message_can_hold_is_refused_before_there_is_an_issue(
    filing: Office,
) -> None:
    edition = make_edition(subject="On tea\r\nBcc: everybody@mail.example")
    with filing.site.open_store() as store:
        post = posting.make_post(filing.site, store, {})
        with pytest.raises(ConfigError, match="cannot be written as a message"):
            post.check_edition(edition)


def test_long_send_is_looked_after(filing: Office) -> None:
    filing.enlist()
    ticks: list[datetime] = []

    def stop() -> StopReason | None:
        if store.issues.all():
            filing.clock.advance(61)
            ticks.append(store.issues.get(1).ticked_at)
        return None

    with filing.site.open_store() as store:
        post = posting.make_post(filing.site, store, {}, posting.Hooks(stop=stop))
        sending.send_due(filing.shop, post, now=NOON)
        sending.send_due(filing.shop, post, now=filing.at(SLOT).now)

    assert len(set(ticks)) > 2


# -- a test


def test_test_message_is_marked_and_is_no_delivery(filing: Office) -> None:
    edition = edition_of(filing)

    posting.send_test(filing.site, edition, "editor@news.example", {}, now=filing.now)

    (message,) = eml(filing)
    # Noon in UTC is seven in New York.
    assert message["Subject"] == f"[Test 07:00] {edition.subject}"
    assert message["To"] == "editor@news.example"
    assert not (filing.folder / "mailbag.db").exists()


def test_each_test_has_a_message_id_of_its_own(filing: Office) -> None:
    for _ in range(2):
        posting.send_test(
            filing.site, edition_of(filing), "editor@news.example", {}, now=filing.now
        )

    ids = {message["Message-ID"] for message in eml(filing)}
    assert len(ids) == 2


def test_links_of_a_test_change_nothing(filing: Office) -> None:
    posting.send_test(filing.site, edition_of(filing), "editor@news.example", {}, now=filing.now)

    (message,) = eml(filing)
    url = str(message["List-Unsubscribe"]).strip("<>")
    token = url.removeprefix("https://news.example/u/")
    assert filing.site.token_keys.read(token) == TEST_READER


@pytest.mark.parametrize("text", ["nobody", "a@b\r\nBcc: c@mail.example", ""])
def test_test_to_what_is_no_address_is_refused(filing: Office, text: str) -> None:
    with pytest.raises(ConfigError):
        posting.send_test(filing.site, edition_of(filing), text, {}, now=filing.now)

    assert not (filing.folder / "outbox").exists()


def test_test_to_a_relay_that_is_away_is_said_so(office: Office) -> None:
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("port = 1025", "port = 1"))

    with pytest.raises(RelayError):
        posting.send_test(
            office.site, edition_of(office), "editor@news.example", {}, now=office.now
        )
