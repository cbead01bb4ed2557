"""A mistake found mid-send, mended and sent on, by the commands an editor has."""

import email
import email.policy
import json
import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.office import STEERING, Office, Relay
from tests.fakes import FakeClock

A, B = "a@mail.example", "b@mail.example"


@pytest.fixture
def half(sending: Office, relay: Relay) -> Office:
    """Send an issue to one of two readers, then pause it: the other waits."""
    relay.answers[B] = "451 4.3.0 later"
    assert sending("send", "--now", "--yes").code == 0
    assert relay.readers == [A]
    assert sending("pause", "1").code == 0
    relay.answers.clear()
    return sending


def mend(office: Office, before: str = "No. Say", after: str = "Yes. Say") -> None:
    path = office.folder / "content" / "the-long-meeting.md"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def would_be(office: Office) -> str:
    """Give the sha256 that an editor looks at."""
    sha256: str = office("revise", "1", "--dry-run", "--json").document["after"]["sha256"]
    return sha256


def go_on(office: Office, clock: FakeClock) -> None:
    clock.advance(3600)
    assert office("resume", "1").code == 0
    assert office("send", "--issue", "1").code == 0


def mails(relay: Relay) -> dict[str, EmailMessage]:
    return {
        address: email.message_from_bytes(data, policy=email.policy.default)
        for address, data in relay.taken
    }


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def editions(office: Office) -> dict[str, int | None]:
    rows = office("deliveries", "1", "--json").document["deliveries"]
    return {row["address"]: row["edition"] for row in rows}


def test_who_waits_gets_the_mended_edition(half: Office, relay: Relay, clock: FakeClock):
    mend(half)
    clock.advance(60)

    told = half("revise", "1")
    go_on(half, clock)

    assert told.code == 0
    assert "Issue 1 has revision 1 now, for 1 reader who waits; `mailbag resume 1`" in told.out
    assert relay.readers == [A, B]
    old, new = mails(relay)[A], mails(relay)[B]
    assert ("No. Say" in text_of(old), "Yes. Say" in text_of(new)) == (True, True)
    assert old["Subject"] == new["Subject"]
    assert new["Date"].datetime - old["Date"].datetime == timedelta(seconds=60)
    assert editions(half) == {A: 0, B: 1}
    rows = half("deliveries", "1", "--json").document["deliveries"]
    assert {row["address"]: f"<{row['message_id']}>" for row in rows} == {
        address: mail["Message-ID"] for address, mail in mails(relay).items()
    }


def test_it_shows_what_differs(half: Office):
    before = half("status", "1", "--json").document
    mend(half)
    mend(half, "title: The long meeting", "title: The longest meeting")

    told = half("revise", "1")

    after = half("status", "1", "--json").document
    assert f"  sha256   {before['sha256']}\n      ->   {after['sha256']}" in told.out
    assert "  subject  The long meeting\n      ->   The longest meeting" in told.out
    assert "  -No. Say when you have to go" in told.out
    assert "  +Yes. Say when you have to go" in told.out
    assert after["subject"] == "The longest meeting"
    assert [it["edition"] for it in after["revisions"]] == [0, 1]
    assert after["revisions"][0]["sha256"] == before["sha256"]


def test_a_subject_that_is_mended_alone_goes_out(half: Office, relay: Relay, clock: FakeClock):
    issues = half.folder / "issues"
    issues.mkdir(exist_ok=True)
    (issues / "0001.md").write_text("---\nsubject: On leaving early\n---\n")

    assert half("revise", "1").code == 0
    go_on(half, clock)

    subjects = {address: mail["Subject"] for address, mail in mails(relay).items()}
    assert subjects == {A: "The long meeting", B: "On leaving early"}


def test_as_json_it_is_one_document(half: Office):
    mend(half)

    document = half("revise", "1", "--json").document

    assert (document["issue"], document["revision"], document["waiting"]) == (1, 1, 1)
    assert (document["differs"], document["dry_run"]) == (True, False)
    assert document["before"]["sha256"] != document["after"]["sha256"]


def test_a_dry_run_pins_nothing(half: Office):
    mend(half)

    told = half("revise", "1", "--dry-run")

    assert "Nothing was pinned." in told.out
    assert "+Yes. Say" in told.out
    assert len(half("status", "1", "--json").document["revisions"]) == 1


def test_without_a_difference_nothing_is_pinned(half: Office):
    told = half("revise", "1")

    assert told.code == 0
    assert "Nothing differs" in told.out
    assert len(half("status", "1", "--json").document["revisions"]) == 1


def test_to_revise_twice_is_to_revise_once(half: Office):
    mend(half)
    half("revise", "1")

    assert "Nothing differs" in half("revise", "1").out
    assert len(half("status", "1", "--json").document["revisions"]) == 2


def test_an_issue_is_mended_again(half: Office, relay: Relay, clock: FakeClock):
    for before, word in (("No.", "Yes."), ("Yes.", "Perhaps.")):
        mend(half, before, word)
        assert half("revise", "1").code == 0
    go_on(half, clock)

    assert "Perhaps" in text_of(mails(relay)[B])
    assert editions(half) == {A: 0, B: 2}
    assert re.findall(r"revision \d", half("status", "1").out) == ["revision 1", "revision 2"]


@pytest.mark.parametrize("step", ["resume", "stop"])
def test_only_a_paused_issue_is_revised(half: Office, step: str):
    half(step, "1")
    mend(half)

    told = half("revise", "1", "--json")

    assert told.code == 5
    assert "only a paused one is revised" in told.error["message"]
    assert ("`mailbag pause 1` first" in told.error["remedy"]) is (step == "resume")


def test_an_issue_that_is_not_in_the_ledger_is_not_revised(half: Office):
    assert half("revise", "9", "--json").error["message"] == "the ledger holds no issue 9"


@pytest.mark.parametrize(
    ("slugs", "said"),
    [
        pytest.param(["the-long-meeting"], "is one of them", id="one is missing"),
        pytest.param(
            ["the-long-meeting", "the-open-door", "the-late-reply", "the-fire"],
            "`the-fire` is not one of them",
            id="one is new",
        ),
    ],
)
def test_other_questions_are_refused(half: Office, slugs: list[str], said: str):
    half.write("the-fire")
    issues = half.folder / "issues"
    issues.mkdir(exist_ok=True)
    lines = "".join(f"  - {slug}\n" for slug in slugs)
    (issues / "0001.md").write_text(f"---\nslugs:\n{lines}---\n")

    told = half("revise", "1", "--json")

    assert told.code == 3
    assert "has the same Q&As" in told.error["message"]
    assert said in told.error["message"]
    assert told.error["place"] == "issues/0001.md"


def test_the_order_of_the_questions_may_change(half: Office, relay: Relay, clock: FakeClock):
    issues = half.folder / "issues"
    issues.mkdir(exist_ok=True)
    (issues / "0001.md").write_text(
        "---\nslugs: [the-open-door, the-long-meeting, the-late-reply]\n---\n"
    )

    assert half("revise", "1").code == 0
    go_on(half, clock)

    assert mails(relay)[B]["Subject"] == "The open door"
    assert half("status", "1", "--json").document["slugs"][0] == "the-open-door"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        pytest.param(lambda path: path.unlink(), "there is no such Q&A", id="gone"),
        pytest.param(lambda path: path.write_text("---\n"), "the-long-meeting", id="broken"),
        pytest.param(
            lambda path: path.write_text(path.read_text().replace("ready", "held")),
            "held",
            id="held back",
        ),
    ],
)
def test_a_question_that_cannot_be_used_is_refused(half: Office, what, said: str):
    what(half.folder / "content" / "the-long-meeting.md")

    told = half("revise", "1", "--json")

    assert told.code == 3
    assert said in told.error["message"]
    assert "issue 1" in told.error["remedy"]


def test_an_edition_with_an_error_in_it_is_refused(half: Office):
    mend(half, "No. Say", "No. [Say](javascript:alert(1)) <script>x</script> ![](x.png) Say")

    told = half("revise", "1", "--json")

    assert told.code == 3
    assert len(half("status", "1", "--json").document["revisions"]) == 1


# -- approval


@pytest.fixture
def strict(half: Office) -> Office:
    half.edit('approval = "none"', 'approval = "required"')
    mend(half)
    return half


def test_where_approval_is_required_the_hash_is(strict: Office):
    told = strict("revise", "1", "--json")

    assert told.code == 3
    assert "the revision of issue 1 is not approved" in told.error["message"]
    assert f"`mailbag revise 1 --sha256 {would_be(strict)}`" in told.error["remedy"]


def test_with_the_hash_it_is_pinned(strict: Office):
    told = strict("revise", "1", "--sha256", would_be(strict))

    assert told.code == 0
    assert len(strict("status", "1", "--json").document["revisions"]) == 2


def test_an_approval_in_the_committed_issue_file_will_do(strict: Office):
    issues = strict.folder / "issues"
    issues.mkdir(exist_ok=True)
    (issues / "0001.md").write_text(f"---\napproved: {would_be(strict)}\n---\n")

    assert strict("revise", "1").code == 0


def test_a_hash_of_other_bytes_is_refused(half: Office):
    mend(half)
    seen = would_be(half)
    mend(half, "Yes. Say", "Well. Say")

    told = half("revise", "1", "--sha256", seen, "--json")

    assert told.code == 3
    assert f"not {seen}" in told.error["message"]
    assert half("revise", "1", "--sha256", "abc").code == 2


# -- looking at it


def test_build_shows_the_would_be_revision(half: Office, tmp_path: Path):
    before = half("status", "1", "--json").document["sha256"]
    mend(half)

    told = half("build", "--issue", "1", "--out", str(tmp_path / "out"))

    built = json.loads((tmp_path / "out" / "edition.json").read_text())
    assert (built["sha256"], built["replaces"]) == (would_be(half), before)
    assert "Yes. Say" in (tmp_path / "out" / "message.txt").read_text()
    assert "Corrected on" in (tmp_path / "out" / "web.html").read_text()
    assert f"`mailbag revise 1 --sha256 {would_be(half)}`" in told.out


def test_build_shows_what_is_in_force_when_the_issue_goes_on(half: Office, tmp_path: Path):
    mend(half)
    half("resume", "1")

    half("build", "--issue", "1", "--out", str(tmp_path / "out"))

    assert "No. Say" in (tmp_path / "out" / "message.txt").read_text()
    assert json.loads((tmp_path / "out" / "edition.json").read_text())["replaces"] is None
    assert "Corrected on" not in (tmp_path / "out" / "web.html").read_text()


def test_a_test_mail_of_a_paused_issue_is_of_the_revision(half: Office, relay: Relay):
    mend(half)

    assert half("send", "--test", "jo@news.example", "--issue", "1").code == 0

    assert "Yes. Say" in text_of(mails(relay)["jo@news.example"])


def test_preview_of_an_issue_that_is_not_paused_is_refused(half: Office):
    half("resume", "1")

    assert half("preview", "--issue", "1").code == 5


def test_a_hostile_line_cannot_steer_the_terminal(half: Office):
    mend(half, "No. Say", "No \x9b31m. Say")

    told = half("revise", "1", "--dry-run")

    assert not STEERING.search(told.out + told.err)
