"""The text part as a whole, on its way to a reader."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import shipped
from pipeline.content import parsing
from pipeline.delivery.composing import Composer, Letterhead
from pipeline.errors import ContentError
from pipeline.model.edition import Edition
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.wrapping import columns
from tests import specimens
from tests.factories import NOON, make_issue, make_qa, make_recipient
from tests.flowed_reader import paragraphs, signature
from tests.rendering.letters import OPTIONS, READER, as_html, as_text, make_letter, parse, render
from tests.rendering.test_hostile_text import TEXT

SAMPLES = tuple(
    parsed.qa
    for path in sorted(shipped.content().glob("*.md"))
    if (parsed := parsing.parse(path.read_bytes(), f"content/{path.name}")).qa
)
#: A line may be longer only for an address.
LONG = re.compile(r"\s?\W*(?:\[\d+\] )?\S*(?:https?://|mailto:)\S*\s?|\S+@\S+ ?")
#: Spaces at which no line is broken.
GLUE = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f", "_"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def mailed(edition: Edition) -> str:
    """The text as the standard library reads it from the message."""
    composer = Composer(
        edition,
        Letterhead(title=OPTIONS.title, from_=OPTIONS.from_, list_id="office.news.example"),
        nonce="0f" * 16,
        date=NOON,
        unsubscribe_url=lambda _: READER["unsubscribe_url"],
    )
    _, message = composer.compose(make_recipient(address=READER["address"]))
    parsed = message_from_bytes(message.data, policy=policy.default)
    text, page = parsed.iter_parts()
    assert not any(part.defects for part in parsed.walk())
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert text.get_param("format") == "flowed"
    content = text.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


@pytest.mark.parametrize("qa", SAMPLES, ids=lambda qa: qa.slug)
def test_every_word_and_every_link_of_an_answer_is_in_it(qa: Any) -> None:
    text = as_text(render(make_issue(qas=(qa,))))
    flat = " ".join(paragraph.text for paragraph in paragraphs(text))

    for part in (qa.question.text, qa.answer.text):
        document = markdown.parse(part)
        assert [word for word in words(document.prose) if word not in flat] == []
        assert [link.url for link in document.links if link.url not in flat] == []


@pytest.mark.parametrize("language", specimens.LANGUAGES)
def test_it_says_what_the_page_says(language: str) -> None:
    edition = render(specimens.issue(language), specimens.options(language))
    page = parse(as_html(edition)).body
    for hidden in page.xpath("//div[contains(@style, 'display:none')]"):
        hidden.drop_tree()

    said, heard = set(words(as_text(edition))), set(words(" ".join(page.itertext())))

    # "1 min read" is written out.
    assert heard - said <= {"min", "Min", "read"}


def test_the_preheader_is_for_the_list_of_mails_alone():
    edition = render(make_issue(preheader="A line beside the subject"))

    assert "A line beside the subject" not in as_text(edition)


@pytest.mark.parametrize("language", specimens.LANGUAGES)
def test_nobody_has_to_hear_rows_of_signs(language: str) -> None:
    text = as_text(render(specimens.issue(language), specimens.options(language)))

    rows = [line for line in text.split("\n") if re.fullmatch(r"\W+", line)]
    assert rows == ["-- "]
    assert "·" not in text


def test_questions_and_answers_are_told_apart_and_numbered():
    issue = make_issue(qas=(make_letter(), make_letter(slug="second", title="Another")))
    said = [paragraph.text for paragraph in paragraphs(as_text(render(issue)))]

    assert said[said.index("meetings") - 1 :][:9] == [
        *("1. The long meeting", "meetings", "1 minute to read", ""),
        *("A reader in Boston asks:", "", "May I?", "", "Jo Doe answers:"),
    ]
    assert said.count("2. Another") == 2


def test_one_question_needs_no_number():
    assert "\nThe long meeting\n" in as_text(render(make_issue(qas=(make_qa(),))))


def test_the_numbers_of_links_run_through_the_mail():
    issue = make_issue(
        intro="[a](https://a.example)",
        qas=(
            make_letter("[b](https://b.example)", "[c](https://c.example) [a](https://a.example)"),
            make_letter("[d](https://d.example)", "[b](https://b.example)", slug="second"),
        ),
    )

    listed = re.findall(r"^\[(\d)\] https://(\w)", as_text(render(issue)), re.MULTILINE)

    assert listed == [("1", "a"), ("2", "b"), ("1", "a"), ("3", "c"), ("4", "d"), ("2", "b")]


def test_an_answer_to_the_mail_leaves_the_unsubscribe_link_out():
    assert signature(as_text(render())) == [
        *("Jo Doe runs a desk.", "", "The Corner Office", "1 Main Street, Springfield", ""),
        "You get this mail at reader@mail.example because you signed up for The Corner Office.",
        *("", "Unsubscribe:", READER["unsubscribe_url"], ""),
    ]


def test_the_lines_of_an_edition_of_an_earlier_version_stay_lines():
    path = Path(__file__).parent / "data/edition-of-2026-11-24.json"
    edition = Edition.from_json(path.read_text("utf-8"))

    text = mailed(edition)

    assert text == as_text(edition)
    # It was written before lines could flow.
    assert [paragraph.text for paragraph in paragraphs(text) if not paragraph.quoted] == [
        line.removeprefix(" ") for line in text.split("\n") if not line.startswith(">")
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, TEXT, TEXT)
def test_no_text_gets_out_of_its_place(title, question, answer):
    bio = f"x{title}"
    letter = make_letter(f"x{question}", f"x{answer}", title=f"x{title}", topics=(bio,))
    letter = replace(letter, answer=replace(letter.answer, answered_by=bio, bio=bio))
    try:
        edition = render(make_issue(qas=(letter, make_qa("other")), intro=f"x{answer}"))
    except ContentError:
        return
    text = as_text(edition)
    lines = text.split("\n")

    assert mailed(edition) == text
    assert lines.count("-- ") == 1
    assert signature(text)[-4:] == ["", "Unsubscribe:", READER["unsubscribe_url"], ""]
    assert all(columns(line) <= 78 or LONG.fullmatch(line.translate(GLUE)) for line in lines)
    assert not any(line.endswith(("  ", "\t")) for line in lines)
    assert not any(line.startswith("From ") for line in lines)
    # Only Markdown makes a quotation.
    quoted = any(paragraph.quoted for paragraph in paragraphs(text))
    assert not quoted or ">" in question + answer


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab .>-=\n\tFrom é漢س\u0301"), max_size=200))
def test_what_is_mailed_is_what_was_written(answer):
    edition = render(make_issue(qas=(make_letter(answer=f"x{answer}"),)))

    assert mailed(edition) == as_text(edition)
