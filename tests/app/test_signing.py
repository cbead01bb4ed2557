"""What an issue is signed with, from its first message to the last one sent again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.app import posting, signing
from pipeline.app.signing import KeyFile
from pipeline.clock import SystemClock
from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.signing import Algorithm, Signer, Terms
from pipeline.errors import ConfigError
from pipeline.model.delivery import DeliveryEvent, HandOver, Result
from pipeline.model.record import IssueRecord
from pipeline.workflow import looking, sending
from tests.factories import NOON
from tests.sending import ISSUE
from tests.signatures import ED25519_PEM, RSA_PEM, SHORT_PEM, verifies
from tests.store.ledgers import add_readers, begin, freeze
from tests.workflow.office import SLOT, Office

DKIM = {"domain": "news.example", "selector": "s2026", "key_file": ".secrets/dkim.pem"}


def sign(office: Office, **changes: str) -> None:
    """Let the toml say what messages are signed with; a key is made where there is none."""
    path = office.folder / "newsletter.toml"
    text = path.read_text().partition("\n[dkim]\n")[0]
    lines = "".join(f'{key} = "{value}"\n' for key, value in (DKIM | changes).items() if value)
    path.write_text(f"{text}\n[dkim]\n{lines}")
    for name in ("site", "shop"):
        office.__dict__.pop(name, None)
    for file in signing.key_files(office.site):
        if not file.is_there():
            put(file.path, RSA_PEM if file.algorithm == "rsa-sha256" else ED25519_PEM)


def unsign(office: Office) -> None:
    path = office.folder / "newsletter.toml"
    path.write_text(path.read_text().partition("\n[dkim]\n")[0])
    office.__dict__.pop("site", None)


def put(path: Path, pem: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(pem)
    path.chmod(mode)
    return path


def selectors(signer: Signer | None) -> list[str]:
    return [key.selector for key in signer.keys] if signer else []


@pytest.fixture
def filing(office: Office) -> Office:
    """An office of today, whose messages become files: verifiers know what time it is."""
    office.clock.advance((SystemClock().now() - office.now).total_seconds())
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("[smtp]\n", '[smtp]\nkind = "eml"\n', 1))
    return office


@pytest.fixture
def record(office: Office) -> Iterator[IssueRecord]:
    """A frozen issue to three readers."""
    add_readers(office.store, [f"reader-{n}@mail.example" for n in (1, 2, 3)])
    begin(office.store)
    freeze(office.store)
    yield office.store.issues.get(ISSUE)
    office.close()


def signer_of(office: Office, record: IssueRecord, *, days: float = 0) -> Signer | None:
    now = NOON + timedelta(days=days)
    return signing.signer_of(office.site, office.store, record, now)


def terms_of(signer: Signer | None) -> Terms:
    assert signer is not None
    return signer.terms


def hand_over(office: Office) -> HandOver:
    """Write a terminator, of which nobody will know the reply."""
    box = office.store.outbox(alone=True)
    lease = box.lease(ISSUE, owner="a sender", now=NOON, until=NOON + timedelta(minutes=1))
    assert lease
    wish = HandOver(lease=lease, subscriber_id=1)
    assert not box.commit([], [wish], now=NOON)
    return wish


# -- which messages are signed


def test_an_issue_is_signed_as_the_toml_says(office, record):
    sign(
        office,
        ed25519_selector="ed",
        ed25519_key_file="ed.pem",
        second_selector="s2025",
        second_key_file="old.pem",
        canonicalization="relaxed/simple",
    )

    signer = signer_of(office, record)

    assert selectors(signer) == ["s2026", "ed"]
    terms = terms_of(signer)
    assert (terms.domain, terms.canonicalization) == ("news.example", "relaxed/simple")
    assert terms.signed_at == NOON


def test_without_dkim_the_relay_is_left_to_sign(office, record):
    assert signer_of(office, record) is None


@pytest.mark.parametrize(
    ("host", "rewrites", "left_out"),
    [
        pytest.param("127.0.0.1", "[]", set(), id="a usual relay"),
        pytest.param("127.0.0.1", '["Date"]', {"date"}, id="named"),
        pytest.param(
            "email-smtp.eu-west-1.amazonaws.com", "[]", {"date", "message-id"}, id="Amazon SES"
        ),
    ],
)
def test_what_the_relay_writes_anew_is_not_signed(office, record, host, rewrites, left_out):
    toml = office.folder / "newsletter.toml"
    text = toml.read_text().replace('host = "127.0.0.1"', f'host = "{host}"', 1)
    toml.write_text(text.replace("[smtp]\n", f"[smtp]\nrewrites = {rewrites}\n", 1))
    sign(office)

    assert terms_of(signer_of(office, record)).left_out == left_out
    assert signing.rewrites_message_id(office.site) is ("message-id" in left_out)


def test_a_whole_send_is_verified(filing):
    sign(filing, ed25519_selector="ed2026", ed25519_key_file="ed.pem")
    filing.enlist()
    with filing.site.open_store() as store:
        post = posting.make_post(filing.site, store, {})
        sending.send_now(filing.shop, post, now=filing.now)

    sent = [path.read_bytes() for path in (filing.folder / "outbox").glob("*.eml")]
    assert len(sent) == 3
    assert all(verifies(data) for data in sent)


def test_a_test_is_signed_as_well(filing):
    sign(filing)
    edition = looking.edition_of(filing.shop, None, None, now=filing.now)

    posting.send_test(filing.site, edition, "editor@news.example", {}, now=filing.now)

    (path,) = (filing.folder / "outbox").glob("*.eml")
    assert verifies(path.read_bytes())


# -- a change of keys in the middle


def test_a_resend_is_signed_with_the_same_bytes(office, record):
    sign(office)
    first = signer_of(office, record)
    hand_over(office)

    again = signer_of(office, record, days=1.5)

    assert (terms_of(again), selectors(again)) == (terms_of(first), selectors(first))


@pytest.mark.fault(52)
def test_the_former_key_signs_on_while_a_message_may_go_out_again(office, record):
    sign(office)
    signer_of(office, record)
    hand_over(office)
    sign(
        office,
        selector="s2027",
        key_file=".secrets/new.pem",
        second_selector="s2026",
        second_key_file=".secrets/dkim.pem",
    )

    assert selectors(signer_of(office, record)) == ["s2026"]
    begin(office.store, 2, slugs=("chairs",))
    assert selectors(signer_of(office, office.store.issues.get(2))) == ["s2027"]


@pytest.mark.fault(52)
def test_the_new_key_signs_at_once_where_no_message_can_go_out_again(office, record):
    sign(office)
    signer_of(office, record)
    sign(office, selector="s2027", key_file=".secrets/new.pem")

    assert selectors(signer_of(office, record)) == ["s2027"]
    hand_over(office)
    assert selectors(signer_of(office, record)) == ["s2027"]


def test_another_key_under_the_same_selector_is_no_key_to_repeat_with(office, record):
    sign(office)
    signer_of(office, record)
    hand_over(office)
    put(office.folder / ".secrets" / "dkim.pem", keys.generate(Algorithm.RSA))

    with pytest.raises(ConfigError, match="the key that signed it as s2026 is not here") as caught:
        signer_of(office, record)

    assert "mailbag resolve 1" in caught.value.remedy
    put(office.folder / ".secrets" / "dkim.pem", RSA_PEM)
    assert selectors(signer_of(office, record)) == ["s2026"]


@pytest.mark.parametrize("event", [DeliveryEvent.ACCEPT, DeliveryEvent.CLOSE])
def test_settled_doubt_binds_no_key(office, record, event):
    sign(office)
    signer_of(office, record)
    wish = hand_over(office)
    office.store.outbox(alone=True).release(wish.lease, now=NOON)
    office.store.outbox(alone=True).resolve(ISSUE, None, event, now=NOON)
    sign(office, selector="s2027", key_file=".secrets/new.pem")

    assert selectors(signer_of(office, record)) == ["s2027"]


def test_a_message_that_waits_to_be_sent_again_binds_the_key(office, record):
    sign(office)
    signer_of(office, record)
    wish = hand_over(office)
    office.store.outbox(alone=True).release(wish.lease, now=NOON)
    office.store.outbox(alone=True).resolve(ISSUE, None, DeliveryEvent.RESEND, now=NOON)
    sign(office, selector="s2027", key_file=".secrets/new.pem")

    with pytest.raises(ConfigError, match="s2026"):
        signer_of(office, record)


def test_a_deferred_message_binds_no_key(office, record):
    sign(office)
    signer_of(office, record)
    wish = hand_over(office)
    deferred = Result(
        lease=wish.lease, subscriber_id=1, event=DeliveryEvent.DEFER, next_at=NOON, code=451
    )
    office.store.outbox(alone=True).commit([deferred], [], now=NOON)
    sign(office, selector="s2027", key_file=".secrets/new.pem")

    assert selectors(signer_of(office, record)) == ["s2027"]


def test_an_issue_begun_unsigned_is_repeated_unsigned(office, record):
    signer_of(office, record)
    hand_over(office)
    sign(office)

    assert signer_of(office, record) is None


def test_a_signature_that_is_over_is_not_sent_again(office, record):
    sign(office)
    signer_of(office, record)
    hand_over(office)

    with pytest.raises(ConfigError, match="ends within a day"):
        signer_of(office, record, days=30)


def test_a_key_that_goes_away_while_it_signs_is_not_missed(filing):
    sign(filing)
    filing.enlist()

    def lose(_record: IssueRecord, _doubt: int | None) -> None:
        (filing.folder / ".secrets" / "dkim.pem").unlink()

    with filing.site.open_store() as store:
        post = posting.make_post(filing.site, store, {}, posting.Hooks(begins=lose))
        sending.send_now(filing.shop, post, now=filing.now)

    sent = [path.read_bytes() for path in (filing.folder / "outbox").glob("*.eml")]
    assert len(sent) == 3
    assert all(verifies(data) for data in sent)


# -- keys that must not be used


@pytest.mark.fault(52)
@pytest.mark.parametrize(
    ("pem", "mode", "said"),
    [
        pytest.param(RSA_PEM, 0o640, "the DKIM key can be read by others", id="the group"),
        pytest.param(RSA_PEM, 0o604, "the DKIM key can be read by others", id="everybody"),
        pytest.param(b"nothing", 0o600, "holds no private key", id="no key"),
        pytest.param(SHORT_PEM, 0o600, "768 bits", id="short"),
        pytest.param(ED25519_PEM, 0o600, "holds one for ed25519-sha256", id="another kind"),
    ],
)
def test_a_key_that_must_not_be_used_is_refused_before_anything(office, pem, mode, said):
    sign(office)
    path = put(office.folder / ".secrets" / "dkim.pem", pem, mode)
    office.enlist()
    office.close()
    with office.site.open_store() as store:
        post = posting.make_post(office.site, store, {})
        with pytest.raises(ConfigError, match=re.escape(said)) as caught:
            sending.send_now(office.shop, post, now=office.at(SLOT).now)

        assert store.issues.all() == ()
    assert caught.value.place == str(path)
    assert caught.value.remedy


@pytest.mark.fault(52)
def test_a_missing_key_is_said_so(office):
    sign(office)
    (office.folder / ".secrets" / "dkim.pem").unlink()

    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        signing.check(office.site)


@pytest.mark.parametrize("domain", ["other.example", "ews.example"])
def test_a_domain_that_is_not_of_the_sender_is_refused(office, domain):
    sign(office, domain=domain)

    with pytest.raises(ConfigError, match="says nothing about mail from") as caught:
        signing.check(office.site)

    assert caught.value.place.startswith("newsletter.toml:")


def test_a_key_is_made_for_its_owner_alone_and_never_replaced(office, tmp_path):
    file = KeyFile("s1", tmp_path / "new" / "dkim.pem", Algorithm.RSA, signs=True)

    file.make()

    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    assert not file.is_weak()
    made = file.path.read_bytes()
    with pytest.raises(ConfigError, match="there is a file already"):
        file.make()
    assert file.path.read_bytes() == made
