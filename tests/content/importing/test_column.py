"""What holds for every page, however it is written."""

import contextlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.content.importing import markers
from pipeline.content.importing.column import read_column
from pipeline.content.importing.decoding import Format
from pipeline.content.importing.roles import Role
from pipeline.content.parsing import parse
from pipeline.errors import ContentError

#: Lines that mean something to the reader of columns, and lines that try to break it.
LINES = st.sampled_from(
    [
        "",
        "by Jo Doe",
        "The Loud Office",
        "Mar 03, 20093 mins",
        "Careers",
        "What to do about noise.",
        "Q: May I hum?",
        "Q. My boss hums. May I?",
        "   Q: Indented?",
        "**Q:** Bold?",
        "Question #2",
        "### Question",
        "Dear Jo,",
        "Dear Jo, I hum.",
        "—Tired in Tulsa",
        "Sincerely,",
        "Worn Out",
        "A: Hum along.",
        "A. Never.",
        "**A:** Softly.",
        "## Answer",
        "Dear Tired,",
        "It went well. Q: And now? A: Stop.",
        "Glued.Q: And here? Good.A: Yes.",
        "These questions were prompted by last month's column, “Noise.”",
        "Related: More noise",
        "Jo Doe is a coach. Send feedback to jo@news.example.",
        "Jo Doe is a coach. Send feedback to",
        "- one",
        "1. two",
        "> quoted",
        "---",
        "===",
        "<<<<<<< HEAD",
        ">>>>>>> main",
        "```",
        "~~~",
        "<!-- open",
        "-->",
        "<script>alert(1)</script>",
        "<aside>",
        "</p></div>",
        "<p>Q: In a tag?",
        "&amp; &copy; &#0;",
        "Subscribe",
        "Comments (3)",
        "About the author",
        "Q",
        "A",
        "**",
        "\u00a0\u200b",
        "\x00\x1b[31m red",
        "\u2028odd\u0085line",
        "CHANGE-ME",
        "title: x",
        "שלום",
        "سؤال: هل؟",
        "جواب: نعم",
    ]
)
PAGES = st.one_of(
    st.lists(LINES, max_size=30).map("\n".join),
    st.lists(st.one_of(LINES, st.text(max_size=60)), max_size=20).map("\n".join),
    st.lists(LINES, max_size=15).map("\r\n\r\n".join),
    st.text(max_size=300),
)


def lines_of(page: str) -> list[str]:
    lines = re.split(r"\r\n|\r|\n", page.removeprefix("\ufeff"))
    return lines[:-1] if lines[-1] == "" else lines


@settings(max_examples=300, deadline=None)
@given(page=PAGES, written_as=st.sampled_from([None, *Format]))
def test_accounts_for_every_line_of_any_page(page, written_as):
    column = read_column(page, "page", written_as=written_as)

    assert list(dict.fromkeys(account.line for account in column.lines)) == list(
        range(1, len(lines_of(page)) + 1)
    )


@settings(max_examples=300, deadline=None)
@given(page=PAGES, written_as=st.sampled_from([None, *Format]))
@example(page="Q: x?\nA: ## Answer\n\n## Answer\n\n---\n\n```\n\nend", written_as=Format.TEXT)
def test_every_qa_file_parses_to_what_was_read(page, written_as):
    for qa in read_column(page, "page", written_as=written_as).qas:
        parsed = parse(qa.text.encode(), f"{qa.slug}.md")

        if qa.question and qa.answer:
            assert parsed.qa is not None, (qa.text, parsed.findings)
            assert (parsed.qa.question.text, parsed.qa.answer.text) == (qa.question, qa.answer)
            assert parsed.qa.title == qa.title
        else:
            assert not [finding for finding in parsed.findings if finding.level == "error"]


#: The words that only say what follows, in every language the importer knows.
MARK = re.compile(
    f"{markers._QUESTION}|{markers._ANSWER}|{markers._WHOSE}|{markers._ORDINAL}", re.IGNORECASE
)


@settings(max_examples=300, deadline=None)
@given(page=PAGES)
def test_no_word_of_a_text_disappears(page):
    column = read_column(page, "page.txt", written_as=Format.TEXT)

    written = " ".join(qa.text for qa in column.qas)
    roles: dict[int, set[Role]] = {}
    for account in column.lines:
        roles.setdefault(account.line, set()).add(account.role)
    for number, line in enumerate(lines_of(page), 1):
        if roles[number] <= {Role.QUESTION, Role.ANSWER}:
            for word in re.findall(r"[^\W\d_]{3,}", line):
                is_mark = MARK.fullmatch(word) is not None
                assert is_mark or word in written, (line, word)


@settings(max_examples=200, deadline=None)
@given(page=PAGES, written_as=st.sampled_from([None, *Format]))
def test_reading_twice_gives_the_same(page, written_as):
    assert read_column(page, "page", written_as=written_as) == read_column(
        page, "page", written_as=written_as
    )


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300))
def test_bytes_are_read_or_refused_with_a_place(data):
    try:
        read_column(data, "page.txt")
    except ContentError as error:
        place = error.place
    else:
        place = "page.txt:1"

    assert re.fullmatch(r"page\.txt:\d+", place)


def test_slugs_of_a_page_are_unique():
    page = "Q: May I?\nA: Yes.\nQ: May I!\nA: No.\nQ: May, I?\nA: Perhaps."

    column = read_column(page, "page.txt")

    assert [qa.slug for qa in column.qas] == ["may-i", "may-i-2", "may-i-3"]


def test_same_question_and_answer_twice_is_one_qa():
    column = read_column("Q: May I?\n\nA: Yes.\n\nQ: May I?\n\nA: Yes.", "page.txt")

    assert [qa.slug for qa in column.qas] == ["may-i"]
    assert {account.slug for account in column.lines if account.slug} == {"may-i"}


def test_same_question_with_another_answer_is_doubted():
    column = read_column("Q: May I?\n\nA: Yes.\n\nQ: May I?\n\nA: No.", "page.txt")

    assert column.qas[1].doubts == ("may-i asks the same; keep one of the two",)


def test_doubt_stands_as_a_comment_beside_the_status():
    column = read_column("Q: I hum.\n\nAll day.\n\nMay I?\n\nYes, you may.", "page.txt")

    assert "status: draft  # the answer has no marker; check where it begins" in column.qas[0].text


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("Q: It ended. Q: Again? A: Yes.", id="after a full stop"),
        pytest.param("Q: One?\n\nA: Yes.\n\n    Q: Two?\n\nA: No.", id="indented"),
        pytest.param("Q: One?A: Yes.Q: Two?A: No.", id="glued"),
        pytest.param("Q: One?\n\nYes.\n\nQ: Two?\n\nNo.", id="unmarked answers"),
    ],
)
def test_second_question_is_certain(page):
    assert read_column(page, "page.txt").qas[1].doubts == ()


@pytest.mark.parametrize(
    ("page", "count"),
    [
        pytest.param("We fell behind in Q4. A: no, B: maybe.", 0, id="a quarter"),
        pytest.param("Q: and A: sessions are dull.", 0, id="Q and A"),
        pytest.param("Q: One?\n\nA: John Q. Public is no reader.", 1, id="an initial"),
        pytest.param("Q: One?\n\nA: In Q3. Later we shipped.", 1, id="a quarter in an answer"),
        pytest.param("Q: One?\n\nA: It ran as a Q: Time session.", 1, id="a name"),
        pytest.param("Question authority at work. It answers.", 0, id="a verb"),
    ],
)
def test_letter_q_in_prose_opens_no_question(page, count):
    assert len(read_column(page, "page.txt").qas) == count


def test_question_in_mid_sentence_is_a_doubt():
    page = "Q: One?\n\nA: Yes, write to us Q: And two? A: No."

    column = read_column(page, "page.txt")

    assert column.qas[1].doubts == ("the question begins in mid-sentence; check where",)


def test_qa_too_large_for_a_file_is_refused_with_its_line():
    page = "by Jo Doe\n\nQ: May I?\n\nA: " + "word " * 220_000

    with pytest.raises(ContentError, match="larger than") as raised:
        read_column(page, "page.txt")

    assert raised.value.place == "page.txt:3"


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param("<" * 250_000, id="open tags"),
        pytest.param("<a " * 80_000, id="tags without end"),
        pytest.param('<a "' * 60_000 + ">", id="quotes in disorder"),
        pytest.param("<!" * 100_000, id="declarations"),
        pytest.param("<div>" * 40_000 + "</b>" * 40_000, id="deep nesting"),
        pytest.param("<b><div>" + "<span>" * 30_000 + "</b>" * 30_000, id="stray end tags"),
        pytest.param("&" * 250_000, id="ampersands"),
        pytest.param("[" * 250_000, id="brackets"),
        pytest.param(" " * 250_000 + "x", id="blanks"),
        pytest.param("Q: " * 40_000, id="marks"),
        pytest.param("a. Q: B? A: C. " * 2_000, id="questions in one line"),
        pytest.param("Q: a?\n\nA: b.\n\n" * 1_000, id="the same question"),
        pytest.param("Dear Jo,\n\n" * 3_000, id="greetings"),
        pytest.param("x" * 1_500_000, id="one word"),
        pytest.param("word\n" * 8_000, id="short lines"),
        pytest.param("- " * 100_000, id="bullets"),
        pytest.param("*" * 200_000, id="stars"),
        pytest.param("\u00a0" * 250_000, id="no-break spaces"),
        pytest.param("Jo Doe is x. " * 20_000, id="sentences"),
        pytest.param("> " * 100_000, id="quotation marks"),
    ],
)
@pytest.mark.parametrize("written_as", list(Format))
def test_megabytes_of_junk_are_read_in_passing(junk, written_as):
    with contextlib.suppress(ContentError):  # A Q&A of a megabyte fits in no QA file.
        assert read_column(junk, "junk", written_as=written_as).lines


def test_mark_without_any_text_is_no_qa():
    column = read_column("Q: May I?\n\nA: Yes.\n\nQ:\n", "page.txt")

    assert [qa.slug for qa in column.qas] == ["may-i"]
    assert column.lines[-1].role is Role.UNKNOWN


def test_name_below_a_quotation_in_an_unmarked_answer_is_no_signature():
    page = "Q: May I hum?\n\nYou may.\n\nMusic is a law.\n\n— Old saying\n\nHum on.\n"

    (qa,) = read_column(page, "page.txt").qas

    assert (qa.question, qa.asked_by) == ("May I hum?", "")
    assert qa.answer.endswith("— Old saying\n\nHum on.")


def test_signature_before_an_unmarked_answer_is_the_askers():
    page = "Q: May I hum?\n\nEverybody does.\n\n— Tired in Tulsa\n\nHum on.\n"

    (qa,) = read_column(page, "page.txt").qas

    assert qa.question == "May I hum?\n\nEverybody does."
    assert (qa.answer, qa.asked_by, qa.doubts) == ("Hum on.", "Tired in Tulsa", ())
