"""The next issue: its slot, its number, its Q&As, and what an editor fixed by hand."""

from datetime import date

import pytest

from pipeline.errors import ContentError, NotEnoughContentError
from pipeline.model.finding import Level
from pipeline.model.published import PublishedQA
from pipeline.model.record import SlotState
from pipeline.workflow import planning
from tests.workflow.office import HOUR, SLOT, WEEK, Office


@pytest.fixture
def desk(office: Office) -> Office:
    office.write_qas("tea", "chairs", "lamps", "doors")
    office.enlist(1)
    return office


# -- by the rule


def test_issue_is_for_the_next_slot(desk: Office) -> None:
    plan = desk.plan()

    assert (plan.number, plan.slot.at) == (1, SLOT)
    assert plan.issue is not None
    assert plan.issue.slugs == ("tea", "chairs", "lamps")


def test_slot_that_is_due_and_open_is_the_next(desk: Office) -> None:
    desk.at(SLOT + HOUR)

    assert desk.plan().slot.at == SLOT


def test_slot_that_was_missed_is_over(desk: Office) -> None:
    desk.at(SLOT + 7 * HOUR)

    assert desk.plan().slot.local_date == date(2026, 3, 10)


def test_number_is_provisional_until_an_issue_is_begun(desk: Office) -> None:
    assert [desk.plan().number, desk.plan().number] == [1, 1]

    desk.at(SLOT).send_due()

    assert desk.plan().number == 2


def test_first_number_is_the_tomls(desk: Office) -> None:
    desk.configure("first_number", "40")

    assert desk.plan().number == 40


def test_draft_and_published_qas_say_why_they_are_passed_over(desk: Office) -> None:
    desk.write_qa("tea", status="draft")
    desk.at(SLOT).send_due()
    desk.at(SLOT + HOUR)

    why = {passed.slug: passed.why for passed in desk.plan().selection.passed}

    assert why["tea"] == "draft"
    assert why["chairs"] == "published in issue 1"


def test_qa_under_another_name_is_known_by_its_question(desk: Office) -> None:
    desk.at(SLOT).send_due()
    content = desk.folder / "content"
    (content / "tea.md").rename(content / "earl-grey.md")
    desk.at(SLOT + HOUR)

    why = {passed.slug: passed.why for passed in desk.plan().selection.passed}

    assert why["earl-grey"] == "published in issue 1 (same question as `tea`)"


def test_faulty_qa_is_passed_over_and_reported(desk: Office) -> None:
    (desk.folder / "content" / "tea.md").write_text("no front matter")

    plan = desk.plan()

    assert plan.issue is not None
    assert "tea" not in plan.issue.slugs
    assert {finding.source for finding in plan.findings} == {"content/tea.md"}


HOSTILE = [
    pytest.param("[" * 20_000, "deep in one another", id="brackets"),
    pytest.param("> " * 5_000 + "why?", "deep in one another", id="quotes"),
    pytest.param("word " * 40_001, "longer than 200,000 bytes", id="long"),
]


@pytest.mark.parametrize(("text", "why"), HOSTILE)
def test_qa_that_no_edition_could_hold_is_passed_over_and_reported(
    desk: Office, text: str, why: str
) -> None:
    desk.ask("tea", text)

    plan = desk.plan()

    assert plan.require_issue().slugs == ("chairs", "lamps", "doors")
    assert [(it.slug, it.why) for it in plan.selection.passed if why in it.why] == [
        ("tea", plan.findings[0].message)
    ]
    assert [(it.id, it.level, it.source) for it in plan.findings] == [
        ("content/unusable", Level.ERROR, "content/tea.md")
    ]
    assert plan.ready == 3


def test_qa_that_no_edition_could_hold_does_not_keep_the_others(desk: Office) -> None:
    desk.ask("tea", "[" * 20_000)

    day = desk.at(SLOT).send_due()

    assert day.troubles == ()
    assert [edition.slugs for edition in desk.sent] == [("chairs", "lamps", "doors")]


@pytest.mark.parametrize(("text", "why"), HOSTILE)
def test_qa_that_no_edition_could_hold_stops_an_issue_that_names_it(
    desk: Office, text: str, why: str
) -> None:
    desk.ask("tea", text)
    desk.write_issue_file(1, "slugs: [chairs, tea]")

    with pytest.raises(ContentError, match=f"`tea` cannot go into this issue: .*{why}") as caught:
        desk.plan().require_issue()

    assert caught.value.place == "issues/0001.md:2"


def test_ready_counts_what_may_be_chosen_now(desk: Office) -> None:
    desk.write_qa("stairs", day=8, more="not_before: 2026-12-01\n")
    desk.write_qa("roofs", day=9, status="held")

    assert desk.plan().ready == 4


# -- on a bare clone


def test_bare_clone_says_what_it_assumes(desk: Office) -> None:
    plan = planning.plan(desk.shop, None, now=desk.now)

    assert plan.assumptions == (
        "there is no database here: no Q&A counts as published, and the issue is number 1",
    )


def test_bare_clone_takes_the_highest_issue_file_for_the_next_issue(desk: Office) -> None:
    desk.write_issue_file(40, "subject: The last")
    desk.write_issue_file(41, "subject: The next")

    plan = planning.plan(desk.shop, None, now=desk.now)

    assert plan.number == 41
    assert plan.issue is not None
    assert plan.issue.subject == "The next"


def test_bare_clone_has_the_slot_of_the_rule(desk: Office) -> None:
    assert planning.plan(desk.shop, None, now=desk.now).slot.at == SLOT


# -- where another machine sends


def test_number_goes_on_from_what_another_machine_has_published(desk: Office) -> None:
    desk.store.published.add([PublishedQA(slug="tea", issue=6)], desk.now)

    plan = desk.plan()

    assert plan.number == 7
    (assumption,) = plan.assumptions
    assert assumption.startswith(
        "the database here holds no issue, and the last one that counts as published is 6; if"
    )


def test_own_issues_are_no_assumption(desk: Office) -> None:
    desk.at(SLOT).send_due()

    assert desk.plan().assumptions == ()


# -- the issue file


def test_issue_file_fixes_words_and_order(desk: Office) -> None:
    desk.write_issue_file(
        1,
        "title: The Summer Office",
        "subject: Of doors",
        "preheader: and tea",
        "slugs: [doors, tea]",
        intro="Good morning.\n",
    )

    issue = desk.plan().issue

    assert issue is not None
    assert (issue.title, issue.subject, issue.preheader) == (
        "The Summer Office",
        "Of doors",
        "and tea",
    )
    assert (issue.intro, issue.slugs) == ("Good morning.", ("doors", "tea"))


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        pytest.param("windows", "there is no such Q&A", id="unknown"),
        pytest.param("drafted", "draft", id="draft"),
        pytest.param("told", "published before", id="published"),
        pytest.param("broken", "content/broken.md", id="faulty"),
    ],
)
def test_issue_file_that_names_what_cannot_go_out_stops_the_issue(
    desk: Office, slug: str, why: str
) -> None:
    desk.write_qa("drafted", day=8, status="draft")
    desk.write_qa("told", day=9)
    desk.store.published.add([PublishedQA(slug="told")], desk.now)
    (desk.folder / "content" / "broken.md").write_text("<<<<<<< HEAD\n")
    desk.write_issue_file(1, "slugs:", "  - tea", f"  - {slug}")

    plan = desk.plan()

    with pytest.raises(ContentError, match=f"`{slug}` cannot go into this issue") as caught:
        plan.require_issue()
    assert caught.value.place == "issues/0001.md:4"
    assert why in caught.value.message


def test_faulty_issue_file_stops_the_issue(desk: Office) -> None:
    desk.write_issue_file(1, "slot: someday")

    with pytest.raises(ContentError):
        desk.plan().require_issue()


def test_everything_wrong_with_an_issue_file_is_said_at_once(desk: Office) -> None:
    desk.write_issue_file(1, "slugs: [tea, tea, windows]", "slot: 2026-03-02")

    plan = desk.plan()

    with pytest.raises(ContentError) as caught:
        plan.require_issue()
    twice, over, unknown = str(caught.value).splitlines()
    assert twice == "issues/0001.md:2: `tea` is named twice; keep one"
    assert over.startswith("issues/0001.md: is for the slot of 2026-03-02, which is over")
    assert unknown.startswith("issues/0001.md:2: `windows` cannot go into this issue")
    assert plan.selection.chosen == ()


def test_faulty_issue_file_still_moves_its_slot(desk: Office) -> None:
    desk.write_issue_file(1, "slugs: [tea, tea]", "slot: 2026-03-10")

    day = desk.at(SLOT).send_due()

    assert (day.sent, day.troubles) == ((), ())
    assert desk.plan().slot.local_date == date(2026, 3, 10)


def test_file_of_another_issue_does_not_matter(desk: Office) -> None:
    desk.write_issue_file(2, "slot: someday")

    assert desk.plan().require_issue().subject == "On tea"


def test_too_few_say_how_many(desk: Office) -> None:
    desk.configure("count", "9")
    desk.configure("minimum", "5")

    with pytest.raises(NotEnoughContentError, match="issue 1 needs 5 Q&As and found 4"):
        desk.plan().require_issue()


# -- a slot fixed by hand


def test_slot_fixed_for_another_weekday_is_when_it_goes_out(desk: Office) -> None:
    desk.write_issue_file(1, "slot: 2026-03-05")

    desk.at(SLOT).send_due()
    desk.at(SLOT + 48 * HOUR).send_due()

    assert [edition.slot for edition in desk.sent] == [SLOT + 48 * HOUR]
    assert desk.slot_states() == [
        (
            "2026-03-03",
            SlotState.SKIPPED,
            "the issue file puts the next issue on 2026-03-05",
        ),
        ("2026-03-05", SlotState.TAKEN, ""),
    ]


def test_slot_fixed_a_week_later_skips_the_one_before(desk: Office) -> None:
    desk.write_issue_file(1, "slot: 2026-03-10")

    first = desk.at(SLOT).send_due()
    desk.at(SLOT + WEEK).send_due()

    assert first.sent == ()
    assert [edition.slot for edition in desk.sent] == [SLOT + WEEK - HOUR]  # summer time


def test_slot_fixed_earlier_goes_out_earlier(desk: Office) -> None:
    desk.at(SLOT).send_due()
    desk.write_issue_file(2, "slot: 2026-03-06")

    planned = desk.plan().slot.at
    desk.at(SLOT + 72 * HOUR).send_due()

    assert planned == SLOT + 72 * HOUR
    assert [edition.slot for edition in desk.sent] == [SLOT, SLOT + 72 * HOUR]


def test_slot_fixed_to_an_hour_goes_out_at_that_hour(desk: Office) -> None:
    desk.write_issue_file(1, "slot: 2026-03-03 15:30")

    early = desk.at(SLOT).send_due()
    desk.at(SLOT + 7 * HOUR).send_due()

    assert early.sent == ()
    assert [edition.slot for edition in desk.sent] == [SLOT + 6.5 * HOUR]
    assert desk.slot_states() == [("2026-03-03", SlotState.TAKEN, "")]


def test_fixed_slot_that_is_over_is_an_error(desk: Office) -> None:
    desk.write_issue_file(1, "slot: 2026-03-02")

    day = desk.at(SLOT).send_due()

    (trouble,) = day.troubles
    assert trouble.place == "issues/0001.md"
    assert trouble.message == "is for the slot of 2026-03-02, which is over; the next is 2026-03-03"


def test_not_before_counts_from_the_fixed_day(desk: Office) -> None:
    desk.write_qa("tea", more="not_before: 2026-03-04\n")
    desk.write_issue_file(1, "slot: 2026-03-05")

    assert "tea" in desk.plan().require_issue().slugs


def test_next_slot_is_the_fixed_one(desk: Office) -> None:
    desk.write_issue_file(1, "slot: 2026-03-05")

    assert planning.next_slot(desk.shop, desk.store, desk.now).local_date == date(2026, 3, 5)


def test_two_slots_of_one_call_have_each_their_file(desk: Office) -> None:
    desk.configure("grace", '"5d"')
    desk.configure("count", "1")
    desk.write_issue_file(1, "slot: 2026-03-03 08:00")
    desk.write_issue_file(2, "slot: 2026-03-05")

    desk.at(SLOT + 60 * HOUR).send_due()

    assert [(str(it.slot.date()), it.slugs) for it in desk.sent] == [
        ("2026-03-03", ("tea",)),
        ("2026-03-05", ("chairs",)),
    ]


# -- writing it down


def test_written_plan_is_planned_again(desk: Office) -> None:
    before = desk.plan()
    planning.write_issue_file(desk.shop, before)

    after = desk.plan()

    assert after.issue == before.issue
    assert after.issue_file is not None


def test_issue_file_is_never_overwritten(desk: Office) -> None:
    path = desk.write_issue_file(1, "subject: Mine")

    with pytest.raises(ContentError, match="is there already"):
        planning.write_issue_file(desk.shop, desk.plan())

    assert "Mine" in path.read_text()


def test_issue_file_under_another_name_is_a_finding(desk: Office) -> None:
    desk.write_issue_file(1, "slugs: [lamps]").rename(desk.folder / "issues" / "1.md")

    assert [finding.source for finding in desk.plan().findings] == ["issues/1.md"]


def test_folder_that_is_gone_is_reported_once(desk: Office) -> None:
    (desk.folder / "content").rename(desk.folder / "elsewhere")

    plan = desk.plan()

    assert plan.findings == ()
    assert [finding.remedy for finding in plan.faults] == ["bring the folder back"]
