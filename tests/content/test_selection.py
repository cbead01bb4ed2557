import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import selection
from pipeline.content.issue_file import IssueFile
from pipeline.content.selection import Order, Selection, SelectionRule
from pipeline.model.published import Published, PublishedQA
from pipeline.model.qa import QA, QAStatus, Question
from tests.factories import make_qa

TODAY = date(2026, 11, 24)
NOTHING = Published()


def asked(slug: str, on: str | None, **changes: object) -> QA:
    day = date.fromisoformat(on) if on else None
    question = Question(f"What about {slug}?", asked_on=day)
    return make_qa(slug, question=question, topics=(), **changes)


def choose(*qas: QA, published: Published = NOTHING, **rule: object) -> Selection:
    return selection.choose(
        qas,
        published=published,
        rule=replace(SelectionRule(), **rule),  # type: ignore[arg-type]
        today=TODAY,
    )


def slugs(chosen: Selection) -> list[str]:
    return [qa.slug for qa in chosen.qas]


def why(chosen: Selection) -> dict[str, str]:
    return {passed.slug: passed.why for passed in chosen.passed}


COLUMN = (
    asked("undated", None),
    asked("new", "2026-11-01", priority=1),
    asked("old", "2026-01-01"),
    asked("first", "2026-05-05", priority=9),
    asked("also-old", "2026-01-01"),
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(Order.OLDEST, ["also-old", "old", "first", "new", "undated"], id="oldest"),
        pytest.param(Order.NEWEST, ["new", "first", "also-old", "old", "undated"], id="newest"),
        pytest.param(Order.PRIORITY, ["first", "new", "also-old", "old", "undated"], id="priority"),
    ],
)
def test_puts_the_qas_in_order_undated_last_and_ties_by_slug(order, expected):
    assert slugs(choose(*COLUMN, order=order, count=5)) == expected


def test_says_why_each_was_chosen():
    found = choose(*COLUMN, count=5)

    assert [chosen.why for chosen in found.chosen] == [
        "oldest unpublished question, asked on 2026-01-01",
        "next oldest unpublished question, asked on 2026-01-01",
        "next oldest unpublished question, asked on 2026-05-05",
        "next oldest unpublished question, asked on 2026-11-01",
        "next oldest unpublished question, undated",
    ]


def test_says_the_priority_where_that_decides():
    found = choose(*COLUMN, order=Order.PRIORITY, count=1)

    assert found.chosen[0].why == "priority 9, asked on 2026-05-05"


@pytest.mark.parametrize(
    ("qa", "reason"),
    [
        pytest.param(make_qa("x", status=QAStatus.DRAFT), "draft", id="draft"),
        pytest.param(make_qa("x", status=QAStatus.HELD), "held", id="held"),
        pytest.param(
            make_qa("x", not_before=date(2026, 11, 25)), "not before 2026-11-25", id="not-yet"
        ),
        pytest.param(make_qa("in-3"), "published in issue 3", id="published"),
        pytest.param(make_qa("earlier"), "published before", id="back-catalogue"),
        pytest.param(
            make_qa("renamed", question=make_qa("in-3").question),
            "published in issue 3 (same question as `in-3`)",
            id="renamed",
        ),
        pytest.param(
            make_qa("in-3", status=QAStatus.HELD), "published in issue 3", id="published-and-held"
        ),
    ],
)
def test_passes_over_what_may_not_go_out_and_says_why(qa, reason):
    published = Published(
        (
            PublishedQA(slug="in-3", question_hash=make_qa("in-3").question.hash, issue=3),
            PublishedQA(slug="earlier"),
        )
    )

    found = choose(qa, published=published)

    assert found.chosen == ()
    assert why(found) == {qa.slug: reason}


def test_a_qa_may_go_out_on_its_first_day():
    assert slugs(choose(make_qa("x", not_before=TODAY))) == ["x"]


def test_a_published_question_is_known_again_in_another_form():
    qa = make_qa("b", question=Question("Don\u2019t   you think?"))
    before = PublishedQA(slug="a", question_hash=Question("don't you THINK").hash)

    found = choose(qa, published=Published((before,)))

    assert why(found) == {"b": "published before (same question as `a`)"}


def test_holds_no_more_than_count():
    found = choose(*COLUMN, count=2)

    assert slugs(found) == ["also-old", "old"]
    assert set(why(found).values()) == {"the issue is full"}


def test_holds_no_more_of_a_topic_than_the_limit_whatever_its_case():
    a, b, c, d = (asked(slug, f"2026-01-0{day}") for day, slug in enumerate("abcd", 1))
    found = choose(
        replace(a, topics=("pay", "time")),
        replace(b, topics=("Pay",)),
        replace(c, topics=("PAY", "desk")),
        replace(d, topics=("time",)),
        topic_limit=2,
    )

    assert slugs(found) == ["a", "b", "d"]
    assert why(found) == {"c": "topic `PAY` already has 2"}


def test_asks_no_question_twice_in_one_issue():
    a, b = make_qa("a"), make_qa("b", question=make_qa("a").question)

    found = choose(b, a)

    assert slugs(found) == ["a"]
    assert why(found) == {"b": "same question as `a`"}


def test_a_twin_that_is_a_draft_does_not_stand_in_the_way():
    a = make_qa("a", status=QAStatus.DRAFT)
    b = make_qa("b", question=a.question)

    assert slugs(choose(a, b)) == ["b"]


@pytest.mark.parametrize(("minimum", "is_enough"), [(1, True), (2, True), (3, False)])
def test_tells_whether_there_are_enough(minimum, is_enough):
    found = choose(make_qa("a"), make_qa("b"))

    assert found.is_enough(SelectionRule(minimum=minimum)) is is_enough


@pytest.mark.parametrize(
    "rule",
    [{"count": 0}, {"minimum": 0}, {"count": 2, "minimum": 3}, {"topic_limit": 0}],
    ids=str,
)
def test_refuses_a_rule_that_can_never_be_met(rule):
    with pytest.raises(ValueError, match="minimum <= count"):
        SelectionRule(**rule)


QAS = st.lists(
    st.builds(
        lambda slug, text, day, **changes: make_qa(
            slug, question=Question(f"Question {text}", asked_on=day), **changes
        ),
        slug=st.text("abcdef", min_size=1, max_size=3),
        text=st.integers(0, 20),
        day=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        status=st.sampled_from([*QAStatus, QAStatus.READY, QAStatus.READY]),
        topics=st.lists(st.sampled_from(["pay", "Pay", "time"]), max_size=2).map(tuple),
        not_before=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
        priority=st.integers(-2, 2),
    ),
    unique_by=lambda qa: qa.slug,
    max_size=25,
)
RULES = st.builds(
    SelectionRule,
    count=st.integers(2, 6),
    minimum=st.integers(1, 2),
    order=st.sampled_from(Order),
    topic_limit=st.integers(1, 3),
)
PUBLISHED = st.sets(st.text("abcdef", min_size=1, max_size=3)).map(
    lambda slugs: Published(tuple(PublishedQA(slug=slug) for slug in sorted(slugs)))
)


@given(QAS, RULES, PUBLISHED)
def test_keeps_every_promise_of_the_rule(qas, rule, published):
    found = selection.choose(qas, published=published, rule=rule, today=TODAY)

    topics: list[str] = []
    for qa in found.qas:
        assert published.find(qa) is None
        assert qa.status is QAStatus.READY
        assert qa.not_before is None or qa.not_before <= TODAY
        topics += {topic.casefold() for topic in qa.topics}
    assert len(found.qas) <= rule.count
    assert all(topics.count(topic) <= rule.topic_limit for topic in topics)
    assert len({qa.question.hash for qa in found.qas}) == len(found.qas)


@given(QAS, RULES, PUBLISHED)
def test_every_qa_is_either_chosen_or_passed_over(qas, rule, published):
    found = selection.choose(qas, published=published, rule=rule, today=TODAY)

    assert sorted(slugs(found) + list(why(found))) == sorted(qa.slug for qa in qas)
    assert all(chosen.why for chosen in found.chosen)
    assert all(passed.why for passed in found.passed)


@given(QAS, RULES, PUBLISHED, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(qas, rule, published, rng: random.Random):
    shuffled = list(qas)
    rng.shuffle(shuffled)

    found = [
        selection.choose(some, published=published, rule=rule, today=TODAY)
        for some in (qas, shuffled)
    ]

    assert found[0] == found[1]


def choose_named(*named: str, published: Published = NOTHING, number: int = 7) -> Selection:
    found, findings = selection.choose_named(
        (*COLUMN, make_qa("a-draft", status=QAStatus.DRAFT)),
        IssueFile(number=number, slugs=named, source="issues/0007.md"),
        published=published,
        today=TODAY,
        faulty={},
    )
    assert findings == ()
    return found


def test_takes_what_an_editor_named_in_that_order():
    found = choose_named("new", "undated", "old")

    assert slugs(found) == ["new", "undated", "old"]
    assert {chosen.why for chosen in found.chosen} == {"named in issues/0007.md"}
    assert why(found) == dict.fromkeys(
        ["a-draft", "also-old", "first"], "not named in issues/0007.md"
    )


def test_an_issue_may_name_again_what_it_has_published_itself():
    published = Published((PublishedQA(slug="old", issue=7),))

    assert slugs(choose_named("old", published=published)) == ["old"]


@pytest.mark.parametrize(
    ("slug", "problem"),
    [
        pytest.param("nowhere", "there is no such Q&A", id="unknown"),
        pytest.param("broken", "content/broken.md:2: there is no title", id="faulty"),
        pytest.param("unready", "draft", id="draft"),
        pytest.param("kept", "held", id="held"),
        pytest.param("early", "not before 2027-01-01", id="not-yet"),
        pytest.param("gone", "published in issue 3", id="published"),
        pytest.param("twin", "same question as `fine`", id="same-question"),
    ],
)
def test_what_an_editor_named_and_cannot_go_out_is_an_error_there(slug, problem):
    fine = make_qa("fine")
    file = IssueFile(number=7, slugs=("fine", slug), slug_lines=(4, 5), source="issues/0007.md")

    found, findings = selection.choose_named(
        (
            fine,
            make_qa("unready", status=QAStatus.DRAFT),
            make_qa("kept", status=QAStatus.HELD),
            make_qa("early", not_before=date(2027, 1, 1)),
            make_qa("gone"),
            make_qa("twin", question=fine.question),
        ),
        file,
        published=Published((PublishedQA(slug="gone", issue=3),)),
        today=TODAY,
        faulty={"broken": "content/broken.md:2: there is no title"},
    )

    assert slugs(found) == ["fine"]
    (finding,) = findings
    assert finding.place == "issues/0007.md:5"
    assert finding.message == f"`{slug}` cannot go into this issue: {problem}"


def test_a_slug_named_twice_goes_in_once():
    file = IssueFile(number=7, slugs=("a", "a"), source="issues/0007.md")

    found, findings = selection.choose_named(
        (make_qa("a"),), file, published=NOTHING, today=TODAY, faulty={}
    )

    assert slugs(found) == ["a"]
    assert [finding.level.value for finding in findings] == ["error"]
