"""Plan, check, build and approve, as an editor meets them."""

import email
import email.policy
import json
import re

import pytest

from tests.cli.office import Office, Relay
from tests.fakes import FakeClock
from tests.images import draw, put


def test_plan_says_what_the_issue_holds_and_why(office: Office):
    office.write("the-draft", status="draft", day=9)

    told = office("plan")

    assert told.code == 0
    assert told.out.startswith("Issue 1, due Tuesday, 10 March 2026 at 09:00 (UTC)\n")
    assert "  the-long-meeting  oldest unpublished question" in told.out
    assert "  the-draft  draft" in told.out
    assert "Assumed: there is no database here" in told.out


def test_plan_as_json_has_what_the_manual_says(office: Office):
    document = office("plan", "--json").document

    assert {"slot", "number", "chosen", "passed"} <= set(document)
    assert [entry["slug"] for entry in document["chosen"]] == [
        "the-long-meeting",
        "the-open-door",
        "the-late-reply",
    ]
    assert document["slot"] == "2026-03-10T09:00:00+00:00"


def test_what_an_editor_writes_into_the_plan_is_honoured(office: Office):
    written = office("plan", "--write")
    path = office.folder / "issues" / "0001.md"
    text = path.read_text()
    lines = [line for line in text.splitlines() if "the-open-door" not in line]
    path.write_text("\n".join(lines).replace("subject: The long meeting", "subject: Hello") + "\n")

    document = office("plan", "--json").document
    told = office("build", "--out", str(office.folder / "out"), "--json")

    assert written.out.endswith("Written: issues/0001.md\n")
    assert [entry["slug"] for entry in document["chosen"]] == ["the-long-meeting", "the-late-reply"]
    assert told.document["subject"] == "Hello"


def test_plan_never_writes_over_an_issue_file(office: Office):
    office("plan", "--write")
    before = office.files()

    told = office("plan", "--write", "--json")

    assert told.code == 3
    assert told.error["place"] == "issues/0001.md"
    assert office.files() == before


def test_too_few_q_and_as_are_said(office: Office):
    for path in (office.folder / "content").glob("*.md"):
        path.unlink()

    assert "too few Q&As: 0 of 1; the slot would be skipped" in office("plan").out
    assert office("plan", "--write", "--json").code == 3
    assert office("build", "--out", str(office.folder / "out"), "--json").code == 3
    assert office("check").code == 0


def test_check_has_nothing_to_say_about_good_files(office: Office):
    told = office("check")

    assert (told.code, told.out) == (0, "nothing to mend\n")
    assert office("check", "--json").document == {"findings": []}


def test_check_names_every_fault_with_its_place_and_ends_with_3(office: Office):
    (office.folder / "content" / "broken.md").write_text("---\ntitle: X\n---\nno headings\n")
    (office.folder / "content" / "latin.md").write_bytes(b"caf\xe9")

    told = office("check", "--json")

    assert told.code == 3
    findings = told.document["findings"]
    assert {finding["source"] for finding in findings} == {
        "content/broken.md",
        "content/latin.md",
    }
    keys = {"id", "level", "source", "line", "column", "message", "remedy"}
    assert all(keys <= set(finding) and finding["message"] for finding in findings)
    assert "error: content/latin.md" in office("check").out


def test_check_names_the_line_of_a_broken_template(office: Office):
    theme = office.folder / "templates" / "classic"
    theme.mkdir(parents=True)
    (theme / "issue.mjml").write_text("<mjml>\n{{ nothing.there }}\n</mjml>\n")

    told = office("check")

    assert told.code == 3
    assert "issue.mjml:2" in told.out


def test_check_gives_each_fault_of_the_templates_its_own_line_and_column(office: Office):
    theme = office.folder / "templates"
    theme.mkdir()
    (theme / "footer.mjml").write_text(
        "<mj-section>\n  <mj-column>\n"
        '    <mj-text colour="red">{{ mail_only }}<a href="{{ unsubscribe_url }}">x</a>\n'
        '    {{ end_mail_only }}<img src="a.png"></mj-text>\n  </mj-column>\n</mj-section>\n'
    )

    told = office("check", "--json")

    found = [one for one in told.document["findings"] if one["id"] == "template/error"]
    assert told.code == 3
    assert [(one["source"], one["line"], one["column"]) for one in found] == [
        ("templates/footer.mjml", 3, 14),
        ("templates/footer.mjml", 4, 24),
    ]
    assert found[0]["remedy"] == "did you mean color?"


def test_build_writes_five_files_of_one_edition(office: Office):
    out = office.folder / "out"

    told = office("build", "--out", str(out), "--json")

    assert told.code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "edition.json",
        "index.html",
        "message.eml",
        "message.txt",
        "web.html",
    ]
    edition = json.loads((out / "edition.json").read_text())
    assert edition == told.document
    keys = {
        "number",
        "slot",
        "subject",
        "preheader",
        "slugs",
        "sha256",
        "html_bytes",
        "images",
        "findings",
    }
    assert keys <= set(edition)
    message = email.message_from_bytes(
        (out / "message.eml").read_bytes(), policy=email.policy.default
    )
    assert message["Subject"] == edition["subject"]


def test_build_shows_what_is_kept_back_and_is_no_success(office: Office):
    path = office.write("the-long-meeting")
    path.write_text(f"{path.read_text()}\nSee [the chart](https://bit.ly/chart).\n")

    fine = office("build", "--out", str(office.folder / "fine"))
    office.edit('fail_on = "error"', 'fail_on = "warning"')
    back = office("build", "--out", str(office.folder / "back"))
    document = office("build", "--out", str(office.folder / "back"), "--json")

    assert (fine.code, fine.err) == (0, "")
    assert (back.code, document.code, office("check").code) == (3, 3, 3)
    assert back.err == "It does not go out like this: `[checks] fail_on` is 'warning'.\n"
    assert "warning: content/the-long-meeting.md:" in back.out
    assert "link/shortener" in {one["id"] for one in document.document["findings"]}
    assert {path.name for path in (office.folder / "back").iterdir()} >= {"index.html", "web.html"}


def test_build_writes_the_images_beside_the_page_that_shows_them(office: Office):
    path = office.write("the-long-meeting")
    path.write_text(f"{path.read_text()}\n![A cup](pictures/cup.png)\n")
    put(office.folder, "content/pictures/cup.png")
    out = office.folder / "out"

    told = office("build", "--out", str(out), "--json")

    (image,) = told.document["images"]
    assert (out / "images" / image["name"]).read_bytes() == draw()
    assert f'<img src="images/{image["name"]}" alt="A cup"' in (out / "index.html").read_text()
    assert image["url"] == f"https://news.example/images/{image['name']}"
    assert image["url"] in (out / "web.html").read_text()
    assert not (office.folder / "public").exists()


def test_build_makes_the_same_bytes_twice(office: Office):
    documents = [office("build", "--out", str(office.folder / n), "--json").document for n in "ab"]

    assert documents[0]["sha256"] == documents[1]["sha256"]
    for name in ("index.html", "message.txt", "message.eml", "web.html", "edition.json"):
        first, second = ((office.folder / n / name).read_bytes() for n in "ab")
        assert first == second


def test_what_went_out_is_built_again_with_the_same_hash(sending: Office, relay: Relay):
    before = sending("build", "--out", str(sending.folder / "a"), "--json").document
    sending("send", "--now", "--yes")
    for path in (sending.folder / "content").glob("*.md"):
        path.unlink()

    after = sending("build", "--issue", "1", "--out", str(sending.folder / "b"), "--json").document

    assert after["slugs"] == before["slugs"]
    assert after["sha256"] == sending("status", "--json").document["sha256"]


def test_build_of_an_issue_that_is_not_there_is_2(office: Office):
    told = office("build", "--issue", "7", "--out", str(office.folder / "out"), "--json")

    assert told.code == 2
    assert told.error["message"] == "there is no issue 7; the next one is 1"
    assert not (office.folder / "out").exists()


def test_build_into_a_file_is_2(office: Office):
    told = office("build", "--out", str(office.folder / "newsletter.toml"), "--json")

    assert told.code == 2
    assert "is a file" in told.error["message"]


@pytest.fixture
def guarded(sending: Office) -> Office:
    """Make a site whose issues need an editor's word."""
    sending.edit('approval = "none" ', 'approval = "required" ')
    return sending


def sha256(office: Office) -> str:
    """Give the hash of what an editor looks at."""
    document = office("build", "--out", str(office.folder / "out"), "--json").document
    return str(document["sha256"])


def test_nothing_goes_out_without_the_approval_that_is_required(guarded: Office, relay: Relay):
    told = guarded("send", "--now", "--yes", "--json")

    assert told.code == 3
    assert "issue 1 is not approved" in told.error["message"]
    assert relay.taken == []
    assert "approval     required, not given" in guarded().out


def test_an_approved_issue_goes_out_with_the_approved_hash(guarded: Office, relay: Relay):
    looked_at = sha256(guarded)

    told = guarded("approve", "1", "--sha256", looked_at.upper(), "--json")

    assert told.document == {"number": 1, "sha256": looked_at, "subject": "The long meeting"}
    assert f"approved: {looked_at}" in (guarded.folder / "issues" / "0001.md").read_text()
    assert f"given, {looked_at[:12]}" in guarded().out
    assert guarded("send", "--due").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["1", "--sha256", "ab" * 32], 3, "issue 1 is", id="another-hash"),
        pytest.param(["1", "--sha256", "abc"], 2, "64 digits", id="no-hash"),
        pytest.param(["2", "--sha256", "ab" * 32], 2, "no issue 2", id="not-the-next"),
        pytest.param(["1"], 2, "missing option '--sha256'", id="no-option"),
    ],
)
def test_approve_refuses_and_writes_nothing(guarded: Office, words, code, said):
    before = guarded.files()

    told = guarded("approve", *words, "--json")

    assert told.code == code
    assert said in told.error["message"]
    assert told.error["remedy"]
    assert guarded.files() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(
            lambda office: office.write("the-open-door", title="Another title", day=2),
            "content/the-open-door.md",
            id="a-q-and-a",
        ),
        pytest.param(
            lambda office: office.edit("1 Main Street", "2 Main Street"),
            "newsletter.toml",
            id="the-toml",
        ),
    ],
)
def test_a_change_voids_the_approval_and_is_named(guarded: Office, relay: Relay, change, named):
    guarded("approve", "1", "--sha256", sha256(guarded))
    change(guarded)

    told = guarded("send", "--issue", "1", "--dry-run")

    assert "is void" in told.out
    assert named in told.out
    assert guarded("send", "--now", "--yes", "--json").code == 3
    assert relay.taken == []


# -- a void approval is seen before its slot comes


@pytest.fixture
def void(guarded: Office) -> Office:
    """An issue that was approved and then changed."""
    assert guarded("approve", "1", "--sha256", sha256(guarded)).code == 0
    guarded.write("the-open-door", title="Another title", day=2)
    return guarded


def test_check_reports_a_void_approval(void: Office):
    told = void("check", "--json")

    assert told.code == 3
    (found,) = told.document["findings"]
    assert (found["id"], found["level"]) == ("issue/approval", "error")
    assert "content/the-open-door.md changed since" in found["message"]
    assert f"`mailbag approve 1 --sha256 {sha256(void)}`" in found["remedy"]


def test_plan_and_the_overview_say_why_an_approval_is_void(void: Office):
    plan, overview = void("plan"), void()

    for told in (plan, overview):
        assert re.search(r"  approval +void: content/the-open-door\.md changed since", told.out)
    assert "Now: what was approved has changed; look at it again" in overview.out
    assert void("plan", "--json").document["approval"]["state"] == "void"


def test_send_due_refuses_a_void_approval_aloud(void: Office, clock: FakeClock, relay: Relay):
    void("send", "--due")
    clock.advance(7 * 24 * 3600)

    told = void("send", "--due")

    assert (told.code, told.out) == (3, "")
    assert "content/the-open-door.md changed since" in told.err
    assert "last slot    that of 2026-03-10 waits: the approval of" in void().out
    assert relay.taken == []


def test_approval_that_is_missing_is_waited_for_in_silence(guarded: Office, clock: FakeClock):
    guarded("send", "--due")
    clock.advance(7 * 24 * 3600)

    told = guarded("send", "--due")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert "last slot    that of 2026-03-10 waits: issue 1 is not approved" in guarded().out


def test_approval_that_holds_is_shown_with_its_hash(guarded: Office):
    approved = sha256(guarded)
    guarded("approve", "1", "--sha256", approved)

    assert f"approval     given, {approved[:12]}" in guarded().out
    assert f"approval   given, {approved[:12]}" in guarded("plan").out


def test_laptop_with_an_approved_issue_is_to_commit_it(office: Office):
    office.edit('approval = "none" ', 'approval = "required" ')

    assert "Now: look at it (`mailbag preview`) and approve it" in office().out
    office("approve", "1", "--sha256", sha256(office))
    assert "Now: commit issues/0001.md and push it to where issues are sent" in office().out


# -- what keeps an issue back is said everywhere


@pytest.fixture
def faulty(office: Office) -> Office:
    """An issue file with a slug twice, one that is unknown, and a slot that is over."""
    path = office.folder / "issues" / "0001.md"
    path.parent.mkdir(exist_ok=True)
    slugs = "[the-open-door, the-open-door, no-such-thing]"
    path.write_text(f"---\nslugs: {slugs}\nslot: 2026-02-03\n---\n")
    return office


def test_plan_of_a_faulty_issue_file_chooses_nothing_itself(faulty: Office):
    told = faulty("plan")

    assert told.code == 0
    assert "issues/0001.md cannot be used: " in told.out
    assert "; the issue waits until it is mended" in told.out
    assert "Chosen" not in told.out
    assert "too few" not in told.out
    assert told.out.count("error: issues/0001.md") == 3
    assert faulty("plan", "--json").document["chosen"] == []


def test_overview_of_a_faulty_issue_file_names_it(faulty: Office):
    told = faulty()

    assert "next issue   1: issues/0001.md cannot be used: " in told.out
    assert "Now: mend issues/0001.md:2: " in told.out


@pytest.mark.parametrize("words", [["build", "--out", "edition"], ["send", "--now", "--yes"]])
def test_every_fault_is_a_whole_sentence_on_its_line(faulty: Office, words):
    faulty.read_in("a@mail.example")

    told = faulty(*words)

    assert told.code == 3
    twice, over, unknown = told.err.splitlines()
    assert twice == "mailbag: issues/0001.md:2: `the-open-door` is named twice; keep one"
    assert over.startswith("issues/0001.md: is for the slot of 2026-02-03, which is over; the next")
    assert unknown.endswith("there is no such Q&A; mend it, or take it out of `slugs`")


def test_json_has_every_fault(faulty: Office):
    error = faulty("build", "--out", "edition", "--json").document["error"]

    assert error["message"] == "`the-open-door` is named twice"
    assert len(error["others"]) == 2


def test_intro_that_cannot_be_used_is_found_by_check(office: Office):
    path = office.folder / "issues" / "0001.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("---\nsubject: Ours\n---\n" + "[" * 20_000)

    told = office("check", "--json")

    assert told.code == 3
    assert [found["id"] for found in told.document["findings"]] == ["issue/unusable"]
    assert "Now: mend issues/0001.md:4:" in office().out


def test_missed_slot_is_shown_until_an_issue_goes_out(
    sending: Office, clock: FakeClock, relay: Relay
):
    sending("send", "--due")
    clock.advance(8 * 24 * 3600)
    sending("send", "--due")

    told = sending()

    assert "last slot    that of 2026-03-10 was missed: " in told.out
    assert "Now: no issue went out on 2026-03-10; `mailbag send --now`" in told.out
    sending("send", "--now", "--yes")
    assert "last slot" not in sending().out


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_refused_build_says_that_the_page_there_is_an_earlier_one(office: Office, words):
    out = office.folder / "out"
    assert office("build", "--out", str(out)).code == 0
    page = (out / "index.html").read_bytes()
    (office.folder / "templates").mkdir(exist_ok=True)
    (office.folder / "templates" / "footer.mjml").write_text("{{ nobody }}")

    told = office("build", "--out", str(out), *words)

    assert told.code == 3
    assert f"{out / 'index.html'} is of an earlier build; this one was refused" in told.err
    assert (out / "index.html").read_bytes() == page
    assert "earlier build" not in office("build", "--out", str(office.folder / "new"), *words).err
