from pipeline.content.composition import PREHEADER, compose
from pipeline.content.issue_file import IssueFile
from pipeline.model.issue import Issue
from pipeline.model.qa import QA, Question
from tests.factories import make_qa, make_slot

SHORT = make_qa("a", title="The report nobody reads")
OTHERS = (make_qa("b", title="The meeting"), make_qa("c", title="The party"))


def made(*qas: QA, overrides: IssueFile | None = None) -> Issue:
    return compose(7, make_slot(), "The Corner Office", qas, overrides)


def test_takes_the_subject_from_the_first_and_the_preheader_from_the_others():
    issue = made(SHORT, *OTHERS)

    assert (issue.number, issue.slot, issue.title) == (7, make_slot(), "The Corner Office")
    assert issue.subject == "The report nobody reads"
    assert issue.preheader == "Also: The meeting · The party"
    assert issue.slugs == ("a", "b", "c")
    assert issue.intro == ""


def test_speaks_the_newsletter_s_language():
    issue = compose(
        *(7, make_slot(), "The Corner Office", (SHORT, OTHERS[0])),
        also=lambda: "Außerdem: {titles}",
    )

    assert issue.preheader == "Außerdem: The meeting"


def test_a_title_with_braces_stays_as_it_is():
    assert made(SHORT, make_qa("b", title="{x} {0}")).preheader == "Also: {x} {0}"


def test_a_single_one_begins_its_question():
    question = Question("**Must** I [stay](https://a.example) to the end? " + "Word " * 60)

    preheader = made(make_qa("a", question=question)).preheader

    assert preheader.startswith("Must I stay to the end? Word Word")
    assert preheader.endswith("Word…")
    assert len(preheader) <= PREHEADER


def test_many_long_titles_make_no_endless_preheader():
    titles = (make_qa(f"q-{n}", title="A rather long title of a question") for n in range(9))

    preheader = made(SHORT, *titles).preheader

    assert len(preheader) <= PREHEADER
    assert preheader.endswith("…")


def test_an_editor_s_word_counts_more():
    fixed = IssueFile(number=7, title="Special", subject="S", preheader="P", intro="Hello.")

    issue = made(SHORT, *OTHERS, overrides=fixed)

    assert (issue.title, issue.subject, issue.preheader) == ("Special", "S", "P")
    assert issue.intro == "Hello."


def test_what_an_editor_left_open_is_made_as_usual():
    assert made(SHORT, *OTHERS, overrides=IssueFile(number=7)) == made(SHORT, *OTHERS)
