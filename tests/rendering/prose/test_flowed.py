import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rendering.prose import flowed, markdown, plain_text
from pipeline.rendering.prose.flowed import QUOTED, SOFT
from pipeline.rendering.prose.wrapping import columns, wrap
from tests.flowed_reader import Paragraph, paragraphs

# Every kind of word, and those with which a line must not begin or end.
WORD = st.text(st.characters(categories=["Ll", "Lu", "Lo", "Nd", "Po", "Sc"]), min_size=1) | (
    st.sampled_from(
        [">", ">>", "--", "-", "From", "...", "سلام", "e\u0301", "👩\u200d💻", "\u202e"]
    )
)
#: Paragraphs of words with blanks between, none of which is longer than a line.
PARAGRAPH = st.lists(WORD.filter(lambda word: columns(word) <= 72), min_size=1).map(" ".join)


@pytest.mark.parametrize(
    ("marked", "written"),
    [
        pytest.param(f"a{SOFT}\nb", "a \nb", id="flows"),
        pytest.param("a  \nb", "a\nb", id="blanks at the end"),
        pytest.param(" a", "  a", id="begins with a blank"),
        pytest.param("> a", " > a", id="begins like a quotation"),
        pytest.param("From a", " From a", id="begins like a mailbox"),
        pytest.param(f"{QUOTED}a{SOFT}\n{QUOTED}b", "> a \n> b", id="quotation"),
        pytest.param(f"{QUOTED}{QUOTED}> a", ">> > a", id="quotation of a quotation"),
        pytest.param(QUOTED, ">", id="empty line of a quotation"),
        pytest.param("-- \na", "-- \na", id="signature"),
        pytest.param("--", "--", id="no signature"),
        pytest.param(f"{SOFT}\n", "\n", id="nothing flows"),
        pytest.param(f"a{SOFT}b{QUOTED}c", "abc", id="marks out of place"),
    ],
)
def test_writes(marked, written):
    assert flowed.write(marked) == written


@given(st.lists(PARAGRAPH, min_size=1, max_size=5))
def test_a_program_that_knows_the_form_gets_each_paragraph_back(texts):
    # Between Chinese or Japanese signs no blank may come in, so there a line is fixed.
    marked = "\n".join(wrap(text) for text in texts)
    written = flowed.write(marked)

    fixed = sum(not line.endswith(SOFT) for line in marked.split("\n"))
    read = [paragraph.text for paragraph in paragraphs(written)]
    assert len(read) == fixed
    assert "".join(read) == "".join(texts)


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1)))
def test_a_paragraph_of_latin_words_is_one_paragraph(words):
    text = " ".join(word[:72] for word in words)

    assert paragraphs(flowed.write(wrap(text))) == [Paragraph(text)]


@given(st.lists(PARAGRAPH, min_size=1, max_size=5))
def test_a_program_that_does_not_know_it_gets_lines_of_74_columns_at_most(texts):
    for line in flowed.write("\n".join(wrap(text) for text in texts)).split("\n"):
        assert columns(line.removesuffix(" ")) <= 73


@given(st.lists(PARAGRAPH, min_size=1, max_size=5))
def test_no_text_writes_a_signature_or_a_quotation(texts):
    written = flowed.write("\n".join(wrap(text) for text in texts))

    assert "-- " not in written.split("\n")
    assert all(paragraph.quoted == 0 for paragraph in paragraphs(written))


def test_a_quotation_flows_at_its_depth():
    words = "word " * 30
    text = markdown.parse(f"> {words}\n>\n> > {words}\n\nafter")

    assert paragraphs(flowed.write(plain_text.render(text))) == [
        Paragraph(words.strip(), 1),
        Paragraph("", 1),
        Paragraph(words.strip(), 2),
        Paragraph(""),
        Paragraph("after"),
    ]


def test_the_lines_of_a_list_stay_below_one_another():
    text = markdown.parse(f"- {'word ' * 20}\n  1. {'more ' * 20}")

    assert flowed.write(plain_text.render(text)).split("\n") == [
        f"- {('word ' * 14).strip()}",
        f"  {('word ' * 6).strip()}",
        f"  1. {('more ' * 13).strip()}",
        f"     {('more ' * 7).strip()}",
    ]


def test_what_a_reader_writes_at_the_start_of_a_line_stays_a_text():
    text = markdown.parse("\\> not quoted\n\nFrom here\n\n```\n-- \nFrom\n> x\n```\n\n\\--\n")

    written = flowed.write(plain_text.render(text))

    assert written.split("\n") == [
        " > not quoted",
        "",
        " From here",
        "",
        *("     --", "     From", "     > x", "", "--"),
    ]
