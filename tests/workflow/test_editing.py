"""What an editor's approval is worth, and what makes it void."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import shipped
from pipeline.errors import ContentError, NotFoundError, RenderError
from pipeline.model.edition import Edition
from pipeline.model.finding import Finding
from pipeline.model.image import Image
from pipeline.model.issue import Issue
from pipeline.model.published import PublishedQA
from pipeline.model.qa import QA
from pipeline.model.record import SlotState
from pipeline.workflow import editing, looking, planning
from pipeline.workflow.workshop import Renderer, Workshop
from tests.workflow.office import HOUR, SLOT, WEEK, Office


@pytest.fixture
def desk(office: Office) -> Office:
    """An office whose issues need an editor's word, with readers and two Q&As."""
    office.configure("approval", '"required"')
    office.write_qas("tea", "chairs")
    office.enlist()
    return office


class Renewed:
    """The renderer of another version of the program: other bytes of the same issue."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def render(self, issue: Issue, *, nonce: str) -> Edition:
        edition = self._renderer.render(issue, nonce=nonce)
        return replace(
            edition, html=replace(edition.html, parts=("<!-- 2 -->", *edition.html.parts))
        )

    def images(self, issue: Issue) -> tuple[Image, ...]:
        return self._renderer.images(issue)

    def unread(self) -> tuple[Finding, ...]:
        return ()

    def examine(self, qa: QA) -> Finding | None:
        return self._renderer.examine(qa)


def renewed(shop: Workshop) -> Workshop:
    renderer = Renewed(shop.renderer())
    return replace(shop, renderer=lambda: renderer)


# -- waiting


def test_issue_without_an_approval_waits_and_says_how_to_give_it(desk: Office) -> None:
    day = desk.at(SLOT).send_due()

    sha256 = editing.prepare(desk.shop, desk.store, desk.plan()).edition.sha256
    (note,) = day.notes
    assert "issue 1 is not approved" in note
    assert f"`mailbag approve 1 --sha256 {sha256}`" in note
    assert desk.published() == set()


def test_issue_that_nobody_approves_is_missed_after_grace(desk: Office) -> None:
    desk.at(SLOT).send_due()

    desk.at(SLOT + 7 * HOUR).send_due()

    ((_, state, why),) = desk.slot_states()
    assert state is SlotState.MISSED
    assert "issue 1 is not approved" in why


def test_approval_within_grace_lets_it_go(desk: Office) -> None:
    desk.at(SLOT).send_due()
    sha256 = desk.approve()

    desk.at(SLOT + HOUR).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


# -- given here


def test_approved_bytes_are_what_goes_out(desk: Office) -> None:
    sha256 = desk.approve()

    desk.at(SLOT).send_due()

    assert desk.store.issues.get(1).sha256 == sha256
    assert len(desk.carrier.taken) == 3


def test_new_version_of_the_program_does_not_void_it(desk: Office) -> None:
    sha256 = desk.approve()
    desk.shop = renewed(desk.shop)

    desk.at(SLOT).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


def test_files_of_the_shipped_theme_are_the_programs(office: Office) -> None:
    inputs = office.shop.render_inputs()

    assert sorted(inputs) == [
        "newsletter.toml, base_url",
        "newsletter.toml, from",
        "newsletter.toml, postal_address",
        "newsletter.toml, reply_to",
        "newsletter.toml, timezone",
        "newsletter.toml, title",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("on_doubt", '"resend"', id="doubt"),
        pytest.param("connections", "9", id="connections"),
        pytest.param("expire", '"24h"', id="expiry"),
        pytest.param("grace", '"8h"', id="grace"),
        pytest.param("count", "5", id="room for more Q&As than there are"),
    ],
)
def test_settings_that_no_reader_sees_do_not_void_it(desk: Office, key: str, value: str) -> None:
    desk.approve()
    desk.configure(key, value)

    day = desk.at(SLOT).send_due()

    assert day.notes == ()
    assert len(desk.carrier.taken) == 3


def change_qa(desk: Office) -> None:
    path = desk.folder / "content" / "tea.md"
    path.write_text(path.read_text() + "\nAnd with milk.\n")


def change_title(desk: Office) -> None:
    desk.configure("title", '"The Other Office"')


def change_theme(desk: Office) -> None:
    theme = desk.folder / "templates" / "classic"
    theme.mkdir(parents=True)
    shown = (shipped.shared_templates() / "issue.txt").read_text()
    (theme / "issue.txt").write_text(f"{shown}\nPrinted on nothing.\n")


def change_subject(desk: Office) -> None:
    path = desk.folder / "issues" / "0001.md"
    path.write_text(path.read_text().replace("subject: On tea", "subject: On coffee"))


def add_qa(desk: Office) -> None:
    path = desk.folder / "issues" / "0001.md"
    path.unlink()
    desk.write_qa("lamps", day=9)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(change_qa, "content/tea.md", id="Q&A"),
        pytest.param(change_title, "newsletter.toml, title", id="title"),
        pytest.param(change_theme, "templates/classic/issue.txt", id="theme"),
        pytest.param(change_subject, "its subject", id="subject"),
        pytest.param(add_qa, "content/lamps.md", id="another Q&A"),
    ],
)
def test_change_that_readers_would_see_voids_it_and_is_named(
    desk: Office, change: Callable[[Office], None], named: str
) -> None:
    desk.approve()
    change(desk)

    day = desk.at(SLOT).send_due()

    (trouble,) = day.troubles
    assert isinstance(trouble, ContentError)
    assert "is void" in trouble.message
    assert named in trouble.message
    assert desk.slot_states() == [("2026-03-03", SlotState.WAITING, trouble.message)]
    assert desk.carrier.taken == []


def test_void_approval_holds_an_issue_that_needed_none(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    office.approve()
    change_qa(office)

    day = office.at(SLOT).send_due()

    assert "is void" in day.troubles[0].message


def test_change_that_renders_the_same_does_not_void_it(desk: Office) -> None:
    sha256 = desk.approve()
    path = desk.folder / "content" / "tea.md"
    path.write_text(path.read_text() + "\n\n\n")

    desk.at(SLOT).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


def test_void_approval_can_be_given_anew(desk: Office) -> None:
    desk.approve()
    change_qa(desk)
    sha256 = desk.approve()

    desk.at(SLOT).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


def test_approval_is_spent_when_its_issue_went_out_off_schedule(desk: Office) -> None:
    desk.configure("approval", '"none"')
    sha256 = desk.approve()
    desk.send_now()
    desk.write_qa("lamps", day=9)

    day = desk.at(SLOT).send_due()

    assert day.notes == ()
    assert [edition.number for edition in desk.sent] == [1, 2]
    assert desk.sent[0].sha256 == sha256


def test_approval_is_spent_when_another_machine_has_sent_its_issue(desk: Office) -> None:
    desk.approve()
    desk.write_qa("lamps", day=9)
    desk.store.published.add(
        [PublishedQA(slug=slug, issue=1) for slug in ("tea", "chairs")], desk.now
    )

    plan = desk.plan()

    assert plan.require_issue().slugs == ("lamps",)
    assert editing.prepare(desk.shop, desk.store, plan).void == ""


# -- given elsewhere


def elsewhere(desk: Office, tmp_path: Path) -> Office:
    """Clone the site to a laptop that has no ledger."""
    laptop = Office.make(tmp_path / "laptop")
    for part in ("content", "issues"):
        (laptop.folder / part).mkdir(exist_ok=True)
        for path in (desk.folder / part).glob("*.md"):
            (laptop.folder / part / path.name).write_bytes(path.read_bytes())
    (laptop.folder / "newsletter.toml").write_bytes((desk.folder / "newsletter.toml").read_bytes())
    return laptop


def approve_elsewhere(desk: Office, tmp_path: Path) -> str:
    """Approve on the laptop, and bring the issue file over as git would."""
    laptop = elsewhere(desk, tmp_path)
    plan = planning.plan(laptop.shop, None, now=laptop.now)
    sha256 = editing.prepare(laptop.shop, None, plan).edition.sha256
    editing.approve(laptop.shop, None, plan, sha256, now=laptop.now)
    (desk.folder / "issues").mkdir(exist_ok=True)
    (desk.folder / "issues" / "0001.md").write_bytes(
        (laptop.folder / "issues" / "0001.md").read_bytes()
    )
    return sha256


def test_approval_on_a_bare_clone_makes_no_ledger(desk: Office, tmp_path: Path) -> None:
    approve_elsewhere(desk, tmp_path)

    assert not (tmp_path / "laptop" / "mailbag.db").exists()


def test_hash_approved_elsewhere_holds_when_the_bytes_are_the_same(
    desk: Office, tmp_path: Path
) -> None:
    sha256 = approve_elsewhere(desk, tmp_path)

    desk.at(SLOT).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


def test_hash_approved_elsewhere_does_not_hold_for_other_bytes(
    desk: Office, tmp_path: Path
) -> None:
    sha256 = approve_elsewhere(desk, tmp_path)
    change_qa(desk)

    day = desk.at(SLOT).send_due()

    (trouble,) = day.troubles
    assert trouble.message.startswith(
        f"the approval of {sha256[:12]} is void: the edition made here is"
    )
    assert desk.carrier.taken == []


def test_newer_approval_from_elsewhere_takes_the_place_of_a_void_one(
    desk: Office, tmp_path: Path
) -> None:
    desk.approve()
    change_qa(desk)
    sha256 = approve_elsewhere(desk, tmp_path)

    desk.at(SLOT).send_due()

    assert [edition.sha256 for edition in desk.sent] == [sha256]


# -- giving it


def test_approval_of_other_bytes_is_refused(desk: Office) -> None:
    with pytest.raises(ContentError, match=r"issue 1 is [0-9a-f]{64} now, not 00"):
        editing.approve(desk.shop, desk.store, desk.plan(), "00", now=desk.now)

    assert not (desk.folder / "issues").exists()


def test_approval_of_what_would_not_go_out_is_refused(desk: Office) -> None:
    desk.configure("fail_on", '"warning"')
    path = desk.folder / "content" / "tea.md"
    path.write_text(path.read_text() + "\n[read this](http://)\n")

    with pytest.raises(ContentError):
        desk.approve()

    assert not (desk.folder / "issues").exists()


def test_approval_keeps_what_the_editor_wrote(desk: Office) -> None:
    path = desk.write_issue_file(1, "# mine", "subject: On coffee", intro="Hello.\n")

    sha256 = desk.approve()

    assert path.read_text() == (
        f"---\n# mine\nsubject: On coffee\napproved: {sha256}\n---\nHello.\n"
    )


def test_approval_that_cannot_be_written_down_is_none(desk: Office) -> None:
    (desk.folder / "issues").write_text("a file where the folder should be")

    with pytest.raises(ContentError):
        desk.approve()

    assert desk.store.drafts.find(desk.plan().slot) is None


def test_approval_may_be_given_twice(desk: Office) -> None:
    assert desk.approve() == desk.approve()


# -- looking at an edition


def test_edition_of_a_sent_issue_is_the_one_that_went_out(desk: Office) -> None:
    sha256 = desk.approve()
    desk.at(SLOT).send_due()
    change_qa(desk)

    edition = looking.edition_of(desk.shop, desk.store, 1, now=desk.now)

    assert edition.sha256 == sha256


def test_edition_of_the_next_issue_needs_no_number(desk: Office) -> None:
    edition = looking.edition_of(desk.shop, desk.store, None, now=desk.now)

    assert edition.number == 1


def test_number_that_is_neither_sent_nor_next_is_unknown(desk: Office) -> None:
    with pytest.raises(NotFoundError, match="there is no issue 3; the next one is 1"):
        looking.edition_of(desk.shop, desk.store, 3, now=desk.now)


def test_edition_is_the_same_on_any_day(desk: Office) -> None:
    first = looking.edition_of(desk.shop, desk.store, 1, now=desk.now)
    later = looking.edition_of(desk.shop, desk.store, 1, now=desk.now + timedelta(hours=1))

    assert first.to_json() == later.to_json()


def test_template_error_keeps_the_issue_back_and_is_told(desk: Office) -> None:
    desk.configure("approval", '"none"')
    theme = desk.folder / "templates" / "classic"
    theme.mkdir(parents=True)
    (theme / "issue.txt").write_text("{{ nothing }}")

    day = desk.at(SLOT).send_due()

    (trouble,) = day.troubles
    assert isinstance(trouble, RenderError)
    assert trouble.place == "templates/classic/issue.txt:1:4"


def test_next_weeks_issue_has_the_next_number(desk: Office) -> None:
    desk.approve()
    desk.at(SLOT).send_due()
    desk.write_qa("lamps", day=9)
    desk.at(SLOT + WEEK - HOUR)

    assert desk.plan().number == 2
