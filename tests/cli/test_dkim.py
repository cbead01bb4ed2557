"""``dkim``, and what a signed send does and refuses."""

import json
import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipeline.clock import SystemClock
from tests.cli.office import Office, Relay
from tests.fakes import FakeClock
from tests.fault_sink import Drop, FaultSink
from tests.opendkim import verdicts
from tests.signatures import ED25519_PEM, RSA_PEM, SHORT_PEM

DKIM = """
[dkim]
domain = "news.example"
selector = "s2026"
key_file = ".secrets/dkim-s2026.pem"
ed25519_selector = "ed2026"
ed25519_key_file = ".secrets/dkim-ed2026.pem"
"""


@pytest.fixture
def signing(sending: Office) -> Office:
    toml = sending.folder / "newsletter.toml"
    toml.write_text(toml.read_text() + DKIM)
    return sending


@pytest.fixture
def keyed(signing: Office) -> Office:
    """The keys are there."""
    for name, pem in (("s2026", RSA_PEM), ("ed2026", ED25519_PEM)):
        path = signing.folder / ".secrets" / f"dkim-{name}.pem"
        path.touch(0o600)
        path.write_bytes(pem)
    return signing


def test_makes_the_keys_that_are_missing_and_says_what_to_publish(signing: Office):
    told = signing("dkim")

    assert told.code == 0
    assert f"made {signing.folder}/.secrets/dkim-s2026.pem\n" in told.out
    assert re.search(
        r'^s2026\._domainkey\.news\.example\. IN TXT "v=DKIM1; k=rsa; p=[^"]{200,255}" "[^"]+"$',
        told.out,
        re.MULTILINE,
    )
    for name in ("dkim-s2026.pem", "dkim-ed2026.pem"):
        assert (signing.folder / ".secrets" / name).stat().st_mode & 0o777 == 0o600


def test_makes_no_key_twice(signing: Office):
    first = signing("dkim", "--json").document
    again = signing("dkim", "--json").document

    assert [record["made"] for record in first["records"]] == [True, True]
    assert [record["made"] for record in again["records"]] == [False, False]
    assert [record["text"] for record in first["records"]] == [
        record["text"] for record in again["records"]
    ]
    assert set(again["records"][0]) == {"selector", "file", "made", "signs", "name", "text"}


def test_without_a_key_in_the_toml_says_what_to_write(office: Office):
    told = office("dkim", "--json")

    assert told.code == 2
    assert "key_file" in told.error["remedy"]


def test_what_a_reader_gets_is_verified_by_the_published_records(
    signing: Office, relay: Relay, clock: FakeClock, tmp_path
):
    clock.advance((SystemClock().now() - clock.now()).total_seconds())
    records = {
        record["name"]: record["text"] for record in signing("dkim", "--json").document["records"]
    }

    assert signing("send", "--now", "--yes").code == 0

    assert len(relay.taken) == 2
    for _, data in relay.taken:
        assert verdicts(tmp_path, data, records) == ["pass", "pass"]
    # OpenDKIM is not merely content with everything.
    changed = relay.taken[0][1].replace(b"Say when", b"Say then")
    assert verdicts(tmp_path, changed, records) == ["fail", "fail"]


@pytest.mark.parametrize("words", [("send", "--now", "--yes"), ("send", "--test", "a@b.example")])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda path: path.chmod(0o644), "can be read by others", id="open"),
        pytest.param(lambda path: path.unlink(), "cannot be read", id="missing"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), "a folder stands", id="folder"),
        pytest.param(lambda path: path.write_bytes(b"x"), "no private key", id="no key"),
        pytest.param(lambda path: path.write_bytes(SHORT_PEM), "768 bits", id="short"),
    ],
)
def test_a_key_that_must_not_be_used_keeps_everything_here(
    keyed: Office, relay: Relay, words, spoil, said
):
    spoil(keyed.folder / ".secrets" / "dkim-s2026.pem")

    told = keyed(*words, "--json")

    assert told.code == 2
    assert said in told.error["message"]
    assert told.error["place"].endswith("dkim-s2026.pem")
    assert told.error["remedy"]
    assert relay.taken == []


def test_a_domain_of_somebody_else_keeps_everything_here(keyed: Office, relay: Relay):
    keyed.edit('domain = "news.example"', 'domain = "other.example"')

    told = keyed("send", "--now", "--yes", "--json")

    assert told.code == 2
    assert "says nothing about mail from news.example" in told.error["message"]
    assert relay.taken == []


def doctors_line(office: Office) -> tuple[str, str]:
    checks = office("doctor", "--json").document["checks"]
    (found,) = (check for check in checks if check["subject"] == "dkim")
    return found["state"], found["fact"]


def test_doctor_misses_a_key(signing: Office):
    assert doctors_line(signing)[0] == "bad"


def test_doctor_compares_the_domains(keyed: Office):
    state, fact = doctors_line(keyed)
    assert state == "ok"
    assert "adkim" not in fact
    keyed.edit('domain = "news.example"', 'domain = "mail.news.example"')
    state, fact = doctors_line(keyed)
    assert state == "ok"
    assert "counts for news.example unless its DMARC record says adkim=s" in fact
    keyed.edit("letters@news.example", "letters@a.news.example")
    assert doctors_line(keyed) == (
        "look",
        "mail.news.example signs for a.news.example, and neither stands above the other",
    )


def test_doctor_warns_of_a_short_key(keyed: Office):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    weak = short.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (keyed.folder / ".secrets" / "dkim-s2026.pem").write_bytes(weak)

    state, fact = doctors_line(keyed)

    assert state == "look"
    assert "the RSA key of s2026 is short" in fact


def test_backup_names_the_keys_it_leaves_out(signing: Office, tmp_path):
    told = signing("backup", str(tmp_path / "copy.db"), "--json")

    assert f"{signing.folder}/.secrets/dkim-s2026.pem" in told.document["not_in_it"]


def test_a_private_key_is_never_shown(keyed: Office):
    secret = (keyed.folder / ".secrets" / "dkim-s2026.pem").read_text().splitlines()[5]

    for words in (("dkim",), ("dkim", "--json"), ("doctor",), ("send", "--now", "--yes")):
        told = keyed(*words)
        assert secret not in told.out + told.err


def test_the_relays_own_id_is_shown(sending: Office, relay: Relay):
    relay.says = "250 2.0.0 Ok: queued as 4XyZ1T0abcz9rT"
    sending("send", "--now", "--yes")

    deliveries = json.loads(sending("deliveries", "1", "--json").out)["deliveries"]

    assert [delivery["relay_id"] for delivery in deliveries] == ["4XyZ1T0abcz9rT"] * 2
    assert "queued as 4XyZ1T0abcz9rT" in sending("deliveries", "1").out


def rotate(office: Office, *, keeps: bool) -> None:
    """Sign new issues as s2027; the key of s2026 is kept, or not named any more."""
    toml = office.folder / "newsletter.toml"
    former = 'second_selector = "s2026"\nsecond_key_file = ".secrets/dkim-s2026.pem"\n'
    toml.write_text(
        toml.read_text().partition("\n[dkim]\n")[0]
        + '\n[dkim]\ndomain = "news.example"\nselector = "s2027"\n'
        + f'key_file = ".secrets/dkim-s2027.pem"\n{former if keeps else ""}'
        + DKIM.partition('s2026.pem"\n')[2]
    )


def test_a_message_sent_again_has_the_same_bytes_though_the_key_is_changed(keyed: Office):
    with FaultSink() as sink:
        toml = keyed.folder / "newsletter.toml"
        toml.write_text(re.sub(r"(?m)^port = (?!8080).*$", f"port = {sink.port}", toml.read_text()))
        sink.on(".", Drop(takes=True), to="b@mail.example", times=1)
        assert keyed("send", "--now", "--yes").code == 4
        assert keyed("resolve", "1", "--resend").code == 0

        rotate(keyed, keeps=False)
        keyed("dkim")
        refused = keyed("send", "--due")

        assert refused.code == 2
        assert "the key that signed it as s2026 is not here" in refused.err
        assert len(sink.messages) == 2

        rotate(keyed, keeps=True)
        assert keyed("send", "--due").code == 0
        first, second = (m.data for m in sink.messages if m.recipient == "b@mail.example")
        keyed.write("the-new-question")
        assert keyed("send", "--now", "--yes").code == 0
        newest = sink.messages[-1].data

    assert first == second
    assert b"s=s2026;" in first
    assert b"s=s2027;" in newest


def test_a_lost_key_that_signed_a_doubtful_message_is_to_be_brought_back(keyed: Office):
    key = keyed.folder / ".secrets" / "dkim-s2026.pem"
    with FaultSink() as sink:
        toml = keyed.folder / "newsletter.toml"
        toml.write_text(re.sub(r"(?m)^port = (?!8080).*$", f"port = {sink.port}", toml.read_text()))
        sink.on(".", Drop(takes=True), to="b@mail.example", times=1)
        assert keyed("send", "--now", "--yes").code == 4
        kept = key.read_bytes()
        key.unlink()

        told = keyed("send", "--due", "--json")

        assert told.code == 2
        assert "a message of issue 1 that it signed may go out again" in told.error["message"]
        assert told.error["remedy"].startswith("bring it back from where you keep your keys")
        assert told.error["place"] == str(key)
        assert doctors_line(keyed) == ("bad", f"{key}: {told.error['message']}")

        # Both ways that the remedy names lead on.
        key.write_bytes(kept)
        key.chmod(0o600)
        assert keyed("send", "--due").code == 0
        key.unlink()
        assert keyed("resolve", "1", "--accepted").code == 0
        assert "`mailbag dkim` makes one" in keyed("send", "--due").err
        assert keyed("dkim").code == 0
        assert keyed("send", "--due").code == 0
