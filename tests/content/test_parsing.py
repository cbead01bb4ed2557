from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content.parsing import Parsed, parse
from pipeline.model.finding import Finding, Level
from pipeline.model.qa import QA, Answer, Inspiration, QAStatus, Question

BODY = "## Question\n\nMay I stop?\n\n## Answer\n\nYes.\n"

FULL = """\
---
title: The report nobody reads
asked_by: A reader in Boston      # omit for anonymous
asked_on: 2026-10-02
answered_by: Jo Doe
topics: [reporting]
status: ready                     # draft | ready | held
not_before: 2026-12-01            # optional
priority: 5                       # optional, higher first
inspired_by: {title: "The Meeting That Could Wait", url: "https://letters.example/wait"}   # or not
bio: Jo Doe runs the night desk.  # optional; a line about the answerer
---
## Question

I write a status report every Friday and I doubt that anyone opens it. May I stop?

## Answer

Markdown, any length.
"""


def read(*lines: str, body: str = BODY, source: str = "content/the-report.md") -> Parsed:
    """Parse a ready file with a title and these lines."""
    head = "\n".join(["---", "title: The report", "status: ready", *lines, "---", body])
    return parse(head.encode(), source)


def only(findings: tuple[Finding, ...]) -> tuple[str, Level, int]:
    (finding,) = findings
    assert finding.source == "content/the-report.md"
    return finding.id.removeprefix("content/"), finding.level, finding.line


def test_reads_every_key_of_a_full_file():
    parsed = parse(FULL.encode(), "content/deep/the-report.md")

    assert parsed.findings == ()
    assert parsed.qa == QA(
        slug="the-report",
        title="The report nobody reads",
        question=Question(
            "I write a status report every Friday and I doubt that anyone opens it. May I stop?",
            "A reader in Boston",
            date(2026, 10, 2),
        ),
        answer=Answer("Markdown, any length.", "Jo Doe", "Jo Doe runs the night desk."),
        status=QAStatus.READY,
        topics=("reporting",),
        not_before=date(2026, 12, 1),
        priority=5,
        inspired_by=Inspiration("The Meeting That Could Wait", "https://letters.example/wait"),
        source="content/deep/the-report.md",
    )


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="crlf"),
        pytest.param(lambda text: "\ufeff" + text, id="byte-order-mark"),
        pytest.param(lambda text: text.rstrip("\n"), id="no-newline-at-the-end"),
        pytest.param(lambda text: text.replace("asked_by", "Asked-By"), id="spelling-of-a-key"),
        pytest.param(
            lambda text: (
                text.replace("{title:", "\n  title:").replace('", url', '"\n  url').replace("}", "")
            ),
            id="inspired-by-in-block-form",
        ),
    ],
)
def test_the_same_file_in_another_dress_is_the_same_qa(rewrite):
    usual = parse(FULL.encode(), "content/x.md")

    parsed = parse(rewrite(FULL).encode(), "content/x.md")

    assert parsed == usual


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        pytest.param("topics: [A, b, a, '#c']", "topics", ("A", "b", "c"), id="topics-once-each"),
        pytest.param("topics: pay, time off", "topics", ("pay", "time off"), id="topics-in-a-line"),
        pytest.param("topics:\n- 'pay, rise'\n- x", "topics", ("pay, rise", "x"), id="topics-list"),
        pytest.param("topics:", "topics", (), id="no-topics"),
        pytest.param("not_before:", "not_before", None, id="empty-date"),
        pytest.param("priority: -3", "priority", -3, id="negative"),
        pytest.param("priority: 010", "priority", 10, id="never-octal"),
        pytest.param("priority:", "priority", 0, id="empty-number"),
        pytest.param("inspired_by: Wait", "inspired_by", Inspiration("Wait"), id="title-alone"),
        pytest.param("inspired_by: {title: W}", "inspired_by", Inspiration("W"), id="no-url"),
        pytest.param("inspired_by:", "inspired_by", None, id="nothing"),
        pytest.param("language: fr", "language", "fr", id="language"),
        pytest.param("language: zh-Hant", "language", "zh-Hant", id="language-and-script"),
        pytest.param("language: no", "language", "no", id="norwegian"),
        pytest.param("language: PT-br", "language", "pt-BR", id="language-in-other-letters"),
        pytest.param("language:", "language", None, id="no-language"),
    ],
)
def test_understands_a_value(line, attribute, value):
    parsed = read(line)

    assert parsed.findings == ()
    assert getattr(parsed.qa, attribute) == value


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param("asked_by: no", "no", id="every-scalar-is-a-string"),
        pytest.param("asked_by: >\n  A reader\n  in Boston\n", "A reader in Boston", id="folded"),
        pytest.param("asked_by: |\n  A reader\n  in Boston\n", "A reader in Boston", id="lines"),
        pytest.param("asked_by: [A, B]", "A, B", id="list"),
        pytest.param("asked_by: Re: my boss", "Re: my boss", id="no-yaml"),
        pytest.param("asked_by: ''", None, id="empty"),
    ],
)
def test_understands_a_name(line, name):
    parsed = read(line)

    assert parsed.findings == ()
    assert parsed.qa is not None
    assert parsed.qa.question.asked_by == name


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        pytest.param("asked_on: tomorrow", "date", "2026-10-02", id="word-as-date"),
        pytest.param("asked_on: 02.10.2026", "date", "2026-10-02", id="german-date"),
        pytest.param("asked_on: 2026-02-30", "date", "2026-10-02", id="no-such-day"),
        pytest.param("asked_on: 2026-1-2", "date", "`asked_on: 2026-01-02`", id="short-date"),
        pytest.param("asked_on: 20261002", "date", "2026-10-02", id="digits"),
        pytest.param("asked_on: 2026-W40-5", "date", "2026-10-02", id="week-date"),
        pytest.param("asked_on: 2026-10-02 noonish", "date", "2026-10-02", id="date-and-word"),
        pytest.param(
            "asked_on: \u0662\u0660\u0662\u0666-10-02", "date", "2026-10-02", id="other-digits"
        ),
        pytest.param(
            "not_before: [2026-10-02]", "text", "`not_before: 2026-10-02`", id="list-as-date"
        ),
        pytest.param("priority: high", "priority", "such as 0 or 5", id="word-as-number"),
        pytest.param("Priority: high", "priority", "such as 0", id="another-spelling"),
        pytest.param("priority: 1.5", "priority", "such as 0 or 5", id="fraction"),
        pytest.param("priority: 99999999999", "priority", "such as", id="endless-number"),
        pytest.param("asked_by: {a: b}", "text", "in quotes", id="mapping-as-name"),
        pytest.param("asked_by: " + "x" * 101, "text", "shorten", id="long-name"),
        pytest.param('bio: "a\\0b"', "control", "delete", id="escaped-nul"),
        pytest.param("topics: {a: b}", "text", "`topics: [one, two]`", id="mapping-as-topics"),
        pytest.param("topics: [{a: b}]", "text", "`topics: [one, two]`", id="mapping-as-topic"),
        pytest.param("priority: [1]", "text", "`priority: 5`", id="list-as-number"),
        pytest.param("topics: [" + "x" * 101 + "]", "topics", "shorten", id="long-topic"),
        pytest.param("language: French", "language", "such as de", id="language-by-name"),
        pytest.param("language: de_CH.UTF-8", "language", "`de-CH`", id="locale-of-posix"),
        pytest.param("language: en_us", "language", "`en-US`", id="language-with-underscore"),
        pytest.param("language: [de, fr]", "text", "`language: de`", id="two-languages"),
        pytest.param("inspired_by: [a]", "inspired-by", "title", id="list-as-column"),
        pytest.param("inspired_by: https://a.example", "inspired-by", "title", id="url-alone"),
        pytest.param(
            "inspired_by: {url: 'https://a.example'}", "inspired-by", "title", id="untitled"
        ),
        pytest.param("inspired_by: {title: a, url: x}", "inspired-by", "https", id="no-url"),
        pytest.param(
            "inspired_by: {title: a, url: 'javascript:alert(1)'}",
            "inspired-by",
            "https",
            id="script",
        ),
        pytest.param(
            "inspired_by: {title: a, url: 'http://[x'}", "inspired-by", "https", id="host"
        ),
        pytest.param("topics: [a", "front-matter", "close the list", id="open-list"),
        pytest.param("Title: again", "front-matter", "keep one", id="key-twice"),
    ],
)
def test_refuses_a_value_and_says_what_to_write(line, rule, words):
    parsed = read(line)

    assert parsed.qa is None
    assert only(parsed.findings) == (rule, Level.ERROR, 4)
    assert words in parsed.findings[0].remedy


@pytest.mark.parametrize(
    ("line", "level", "rule", "words"),
    [
        pytest.param("anwsered_by: Jo", Level.WARNING, "unknown-key", "`answered_by`", id="slip"),
        pytest.param(
            "inspired_by: {title: a, link: b}", Level.WARNING, "unknown-key", "`link`", id="within"
        ),
        pytest.param("asked_by: null", Level.WARNING, "null", "taken as a word", id="null"),
        pytest.param("asked_by: Desk #2", Level.WARNING, "comment", "`#2`", id="hash"),
        pytest.param("bio: Top # 2", Level.NOTE, "comment", "two blanks", id="hash-and-blank"),
        pytest.param("bio: Top  # not 2", Level.NOTE, "", "", id="comment"),
        pytest.param("bio: > # not 2\n  Top", Level.NOTE, "", "", id="comment-above-a-block"),
        pytest.param("priority: 2 # later", Level.NOTE, "", "", id="comment-after-a-number"),
        pytest.param("priority: 2 #later", Level.WARNING, "comment", "a blank", id="hash-number"),
        pytest.param("asked_by: 'A reader", Level.WARNING, "quote", "`'` before", id="open-quote"),
        pytest.param("asked_by: '", Level.WARNING, "quote", "`'` before", id="quote-alone"),
        pytest.param("asked_by: 'A' reader", Level.NOTE, "", "", id="quoted-word"),
        pytest.param('asked_by: "\'tis I"', Level.NOTE, "", "", id="quote-in-quotes"),
        pytest.param("wordcount: 7", Level.NOTE, "other-key", "kept", id="somebody-s-key"),
        pytest.param("layout: post", Level.NOTE, "other-key", "kept", id="jekyll"),
        pytest.param("weight: 7", Level.NOTE, "other-key", "kept", id="hugo"),
        pytest.param("cssclasses: [a]", Level.NOTE, "other-key", "kept", id="obsidian"),
        pytest.param("draft: false", Level.NOTE, "", "", id="not-a-draft"),
        pytest.param("draft: maybe", Level.NOTE, "other-key", "neither yes nor no", id="unclear"),
        pytest.param(
            "asked_on: 2026-10-02 09:00", Level.NOTE, "date", "time of day", id="time-of-day"
        ),
        pytest.param(
            "asked_on: 2026-10-02T09:00:00+02:00", Level.NOTE, "date", "time of day", id="moment"
        ),
    ],
)
def test_mentions_what_it_does_not_mind(line, level, rule, words):
    parsed = read(line)

    assert parsed.qa is not None
    if not rule:
        assert parsed.findings == ()
        return
    assert only(parsed.findings) == (rule, level, 4)
    assert words in str(parsed.findings[0])


def test_understands_the_keys_of_other_tools():
    parsed = read("tags: [a]", "categories: b", "author: Jo Doe", "date: 2026-10-02")

    assert parsed.qa is not None
    assert parsed.qa.topics == ("a", "b")
    assert parsed.qa.answer.answered_by == "Jo Doe"
    assert parsed.qa.question.asked_on == date(2026, 10, 2)
    assert {finding.level for finding in parsed.findings} == {Level.NOTE}
    assert len(parsed.findings) == 4


def test_its_own_keys_count_more_than_those_of_other_tools():
    parsed = read("tags: [a]", "topics: [b]", "author: Jo", "answered_by: Lee")

    assert parsed.qa is not None
    assert parsed.qa.topics == ("b",)
    assert parsed.qa.answer.answered_by == "Lee"
    assert len(parsed.findings) == 2


@pytest.mark.parametrize("line", ["draft: true", "published: false", "draft: yes"])
def test_another_tool_s_draft_is_a_draft_whatever_its_status(line):
    parsed = read(line)

    assert parsed.qa is not None
    assert parsed.qa.status is QAStatus.DRAFT
    assert only(parsed.findings) == ("status", Level.WARNING, 4)


def test_another_tool_s_draft_needs_no_status():
    parsed = parse(f"---\ntitle: A\ndraft: true\n---\n{BODY}".encode(), "content/the-report.md")

    assert parsed.qa is not None
    assert parsed.qa.status is QAStatus.DRAFT
    assert only(parsed.findings) == ("other-key", Level.NOTE, 3)


@pytest.mark.parametrize("line", ["draft: false", "published: true", "draft: maybe"])
def test_a_switch_that_makes_no_draft_is_no_status(line):
    parsed = parse(f"---\ntitle: A\n{line}\n---\n{BODY}".encode(), "content/the-report.md")

    assert parsed.qa is not None
    assert parsed.qa.status is QAStatus.DRAFT
    assert (
        f"content/the-report.md:3: there is no status, so it counts as a draft "
        f"(`{line.partition(':')[0]}` alone does not make it ready), "
        "write `status: ready` when it may go out"
    ) in [str(finding) for finding in parsed.findings]


def test_a_value_that_was_cut_at_a_hash_is_whole_in_quotes():
    cut = read("inspired_by:", "  title: T #1 is best")
    whole = read("inspired_by:", '  title: "T #1 is best"')

    assert only(cut.findings) == ("comment", Level.WARNING, 5)
    assert cut.findings[0].remedy.startswith("put the value in quotes")
    assert whole.findings == ()
    assert whole.qa is not None
    assert whole.qa.inspired_by == Inspiration("T #1 is best")


def test_without_a_status_it_is_a_draft_and_says_so():
    parsed = parse(f"---\ntitle: A\n---\n{BODY}".encode(), "content/the-report.md")

    assert parsed.qa is not None
    assert parsed.qa.status is QAStatus.DRAFT
    assert only(parsed.findings) == ("status", Level.WARNING, 1)


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        pytest.param("redy", "did you mean `ready`?", id="slip"),
        pytest.param("hold", "did you mean `held`?", id="another-form"),
        pytest.param("published", "write one of draft, ready, held", id="another-word"),
    ],
)
def test_an_unknown_status_names_the_nearest(word, remedy):
    parsed = parse(f"---\ntitle: A\nstatus: {word}\n---\n{BODY}".encode(), "content/the-report.md")

    assert parsed.qa is None
    assert only(parsed.findings) == ("status", Level.ERROR, 3)
    assert parsed.findings[0].remedy == remedy


def test_the_case_of_a_status_does_not_count():
    parsed = parse(f"---\ntitle: A\nstatus: Held\n---\n{BODY}".encode(), "content/x.md")

    assert parsed.qa is not None
    assert parsed.qa.status is QAStatus.HELD


@pytest.mark.parametrize(
    ("title", "line"),
    [pytest.param("", 1, id="missing"), pytest.param("title:\n", 2, id="empty")],
)
def test_a_title_is_needed(title, line):
    parsed = parse(f"---\n{title}status: ready\n---\n{BODY}".encode(), "content/the-report.md")

    assert parsed.qa is None
    assert only(parsed.findings) == ("title", Level.ERROR, line)


def test_a_title_in_a_faulty_line_is_not_called_missing():
    parsed = parse(f'---\ntitle: "A\nstatus: ready\n---\n{BODY}'.encode(), "content/the-report.md")

    assert only(parsed.findings) == ("front-matter", Level.ERROR, 2)


def test_reports_all_problems_of_a_file_in_the_order_of_its_lines():
    text = (
        "---\nasked_on: soon\npriority: high\nstatus: redy\nanwsered_by: Jo\n---\n"
        "Hello\n## Question\n\n## Answer\na\0\n"
    )

    parsed = parse(text.encode(), "content/x.md")

    assert parsed.qa is None
    assert [(finding.line, finding.id) for finding in parsed.findings] == [
        (1, "content/title"),
        (2, "content/date"),
        (3, "content/priority"),
        (4, "content/status"),
        (5, "content/unknown-key"),
        (7, "content/section"),
        (8, "content/section"),
        (11, "content/control"),
    ]


def test_a_text_knows_the_line_it_begins_in():
    text = "---\ntitle: T\nstatus: ready\n---\n## Question\n\nWhy?\n## Answer\nSo.\n"
    lines = text.splitlines()

    qa = parse(text.encode(), "content/x.md").qa

    assert qa is not None
    assert [lines[line - 1] for line in (qa.question.line, qa.answer.line)] == ["Why?", "So."]


def test_a_finding_reads_as_place_problem_remedy():
    parsed = read("asked_on: tomorrow")

    assert str(parsed.findings[0]) == (
        "content/the-report.md:4: `asked_on` is not a date: 'tomorrow', "
        "write it as year-month-day, such as 2026-10-02"
    )


def test_a_draft_may_lack_its_answer():
    text = "---\ntitle: A\nstatus: draft\n---\n## Question\nq\n## Answer\n"

    parsed = parse(text.encode(), "content/the-report.md")

    assert parsed.qa is None
    assert only(parsed.findings) == ("section", Level.WARNING, 7)


def test_a_placeholder_keeps_a_qa_from_being_ready():
    body = BODY.replace("Yes.", "CHANGE-ME")

    parsed = read(body=body)

    assert parsed.qa is None
    assert only(parsed.findings) == ("placeholder", Level.ERROR, 11)


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        pytest.param("content/a/b.md", "b", id="folder"),
        pytest.param("content/v1.2.md", "v1.2", id="dot"),
        pytest.param("content/re\u0301ponse.md", "r\u00e9ponse", id="composed"),
        pytest.param("content/سؤال.md", "سؤال", id="arabic"),
        pytest.param("content/\u00fcn\u00ef\u2615.md", "\u00fcn\u00ef\u2615", id="symbol"),
        pytest.param("content/50%-off_.md", "50%-off_", id="sign-that-no-shell-minds"),
    ],
)
def test_the_slug_is_the_file_s_name(source, slug):
    parsed = read(source=source)

    assert parsed.slug == slug
    assert parsed.findings == ()


@pytest.mark.parametrize(
    ("source", "level"),
    [
        pytest.param("content/My Question.md", Level.NOTE, id="blank"),
        pytest.param("content/-x.md", Level.NOTE, id="like-an-option"),
        pytest.param("content/a\nb.md", Level.ERROR, id="line-feed"),
        pytest.param("content/a\u200eb.md", Level.ERROR, id="invisible"),
        pytest.param("content/a\ufffdb.md", Level.ERROR, id="no-text"),
        pytest.param("content/a\nb/c.md", Level.ERROR, id="line-feed-in-a-folder"),
        pytest.param("content/what?.md", Level.NOTE, id="question-mark"),
        pytest.param("content/. .md", Level.ERROR, id="nothing"),
    ],
)
def test_notices_an_awkward_name(source, level):
    parsed = read(source=source)

    assert [(finding.id, finding.level) for finding in parsed.findings] == [("content/slug", level)]
    assert (parsed.qa is None) is (level is Level.ERROR)


def test_the_place_of_a_file_stays_on_one_line():
    parsed = read(source="content/a\nb\x1b[2J.md")

    assert parsed.findings[0].place == r"content/a\nb\x1b[2J.md"


def test_a_name_like_an_option_says_how_to_write_it_on_a_command_line():
    parsed = read(source="content/-dash.md")

    assert "`-- -dash`" in parsed.findings[0].remedy


@given(st.binary())
def test_parses_any_bytes_without_raising(data):
    parsed = parse(data, "content/x.md")

    assert parsed.qa is not None or parsed.findings


#: What the front matter and the body of a hostile file are made of.
LINES = """\
---|title: a|status: ready|topics:|- b|  c: d|x: [|tags: {|inspired_by: &a|url: *a|<<: *a
asked_on: 2026-01-01|'|"|\t|## Question|## Answer|text||<<<<<<< x|draft: true|date: 1""".replace(
    "\n", "|"
).split("|")


@given(
    st.lists(st.sampled_from(LINES)),
    st.sampled_from(["\n", "\r\n", "\r", "\u2028"]),
)
def test_parses_any_lines_without_raising(lines, line_end):
    data = line_end.join(["---", *lines]).encode()

    parsed = parse(data, "content/x.md")

    assert parsed.qa is not None or parsed.findings
    assert all(0 <= finding.line <= len(lines) + 1 for finding in parsed.findings)


@given(st.text(), st.text())
def test_the_texts_of_a_file_never_reach_its_keys(question, answer):
    parsed = read(body=f"## Question\n{question}\n## Answer\n{answer}\n")

    if parsed.qa is not None:
        assert parsed.qa.title == "The report"
        assert parsed.qa.status is QAStatus.READY
