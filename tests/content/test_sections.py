import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import sections
from pipeline.content.report import Report
from pipeline.content.sections import Sections
from pipeline.model.finding import Finding, Level


def split(body: str, **changes: Level) -> tuple[Sections, tuple[Finding, ...]]:
    report = Report("content/x.md")
    return sections.split(body, 10, report, **changes), report.findings


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("## Question", "## Answer", id="english"),
        pytest.param("## Frage", "## Antwort", id="german"),
        pytest.param("## Question", "## Réponse", id="french"),
        pytest.param("## Question", "## Re\u0301ponse", id="french-decomposed"),
        pytest.param("## Pregunta", "## Respuesta", id="spanish"),
        pytest.param("## السؤال", "## الإجابة", id="arabic"),
        pytest.param("# QUESTION", "### answer", id="any-level-and-case"),
        pytest.param("## Question:", "## Answer :", id="colon"),
        pytest.param("## **Question**", "## _Answer_", id="emphasis"),
        pytest.param("## Question ##", "   ## Answer #", id="closing-hashes-and-indentation"),
        pytest.param("##Question", "##\u00a0Answer", id="no-blank-or-another-one"),
    ],
)
def test_knows_the_headings(question, answer):
    found, findings = split(f"{question}\n\nWhy?\n\n{answer}\n\nBecause.\n")

    assert findings == ()
    assert found == Sections("Why?", "Because.")


@pytest.mark.parametrize(
    ("body", "question", "answer"),
    [
        pytest.param("## Question\nq\n## Answer\na", "q", "a", id="no-newline-at-the-end"),
        pytest.param("## Answer\na\n## Question\nq\n", "q", "a", id="answer-first"),
        pytest.param(
            "\n<!-- doubt: is\n## Question\nthis? -->\n## Question\nq\n## Answer\na",
            "q",
            "a",
            id="comment-before",
        ),
        pytest.param(
            "## Question\n```\n## Answer\n```\nq\n## Answer\na",
            "```\n## Answer\n```\nq",
            "a",
            id="heading-in-code",
        ),
        pytest.param(
            "## Question\n~~~~ md\n~~~\n## Answer\n~~~~~\nq\n## Answer\na",
            "~~~~ md\n~~~\n## Answer\n~~~~~\nq",
            "a",
            id="a-shorter-fence-does-not-close",
        ),
        pytest.param(
            "## Question\nq\n\n    ## Answer\n\n## Answer\na",
            "q\n\n    ## Answer",
            "a",
            id="heading-in-indented-code",
        ),
        pytest.param(
            "## Question\nq\n## Answer\na\n### Question\nb\n#### Answer\nc",
            "q",
            "a\n### Question\nb\n#### Answer\nc",
            id="deeper-headings-are-the-text-s-own",
        ),
        pytest.param(
            "## Question\nq\n## Answer\na\n## Notes\n---\nb", "q", "a\n## Notes\n---\nb", id="notes"
        ),
        pytest.param(
            "## Question\n\n    code\n\n## Answer\n \n\ta\n\n", "    code", "\ta", id="indentation"
        ),
        pytest.param("## Question\nq\u2028r\n## Answer\na", "q\nr", "a", id="line-separator"),
    ],
)
def test_cuts_the_body_at_its_headings(body, question, answer):
    found, findings = split(body)

    assert findings == ()
    assert found == Sections(question, answer)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        pytest.param("## Question\nq\n", 10, "there is no section `Answer`", id="no-answer"),
        pytest.param("## Answer\na\n", 10, "there is no section `Question`", id="no-question"),
        pytest.param("## Question\nq\n\n## Anwser\na", 10, "line 13 says 'anwser'", id="a-slip"),
        pytest.param("## Question\n\n```\n## Answer\na", 10, "line 12 opens code", id="open-code"),
        pytest.param("## Question\n \n## Answer\na", 10, "`Question` is empty", id="no-words"),
        pytest.param("## Question\nq\n## Answer", 12, "`Answer` is empty", id="nothing-after"),
        pytest.param(
            "## Question\nq\n## Answer\n<!-- later -->\n", 12, "`Answer` is empty", id="comment"
        ),
        pytest.param(
            "## Question\nq\n## Answer\na\n## Question\nr",
            14,
            "second section `Question`, after line 10",
            id="two-questions",
        ),
        pytest.param(
            "\n<!-- c -->\nHello\n## Question\nq\n## Answer\na",
            12,
            "text stands before the heading `Question`",
            id="text-before",
        ),
    ],
)
def test_names_what_is_wrong_with_a_body(body, line, message):
    _, findings = split(body)

    (finding,) = findings
    assert (finding.id, finding.level) == ("content/section", Level.ERROR)
    assert finding.line == line
    assert message in finding.message
    assert finding.remedy


def test_an_empty_body_lacks_both_sections():
    found, findings = split("")

    assert found == Sections(None, None)
    assert len(findings) == 2


def test_what_a_draft_lacks_is_only_a_warning():
    _, findings = split("## Question\nq\n## Answer\n", unfinished=Level.WARNING)

    assert [finding.level for finding in findings] == [Level.WARNING]


@given(
    st.lists(
        st.sampled_from(["## Question", "## Answer", "```", "~~~", "<!--", "-->", "text", "", "#"])
    ).map("\n".join)
)
def test_cuts_any_body_without_raising(body):
    found, findings = split(body)

    assert (found.question is not None and found.answer is not None) or findings
    assert all(10 <= finding.line <= 10 + body.count("\n") for finding in findings)


def test_long_runs_of_blanks_cost_no_time():
    blanks = " " * 300_000

    found, _ = split(f"## Question{blanks}x\n## Question\nq{blanks}\n{blanks}r\n## Answer\na")

    assert found.answer == "a"
