"""Each theme in each language of the interface: nothing is left in English."""

import re

import pytest
from lxml import html

from pipeline.language.english import MESSAGES
from pipeline.model.edition import Edition
from pipeline.model.qa import Question
from pipeline.rendering.pages import web_page
from pipeline.rendering.renderer import Renderer
from tests import specimens
from tests.factories import make_issue, make_qa
from tests.rendering.letters import (
    NONCE,
    READER,
    as_html,
    as_text,
    parse,
    render,
    theme_path,
)

LANGUAGES = [language for language in specimens.LANGUAGES if language != "en"]
#: Words that no other of the languages has.
ENGLISH = re.compile(
    r"\b(?:the|and|of|you|your|this|that|with|from|read|answers?|asks?|question by|email|"
    r"issue|view|reader|unsubscribe)\b",
    re.IGNORECASE,
)
SPOKEN = ("alt", "aria-label", "aria-roledescription", "title", "summary")
ADDRESSES = re.compile(r"\S+@\S+|https?://\S+")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A reader asks:"),
        ("de", "Frage aus der Leserschaft:"),
        ("fr", "On nous demande\N{NO-BREAK SPACE}:"),
        ("es", "Nos preguntan:"),
        ("ar", "سؤال من القراء:"),
    ],
)
def test_a_question_of_nobody_in_particular_is_said_to_be_one_in_a_line(language, said):
    letter = make_qa(question=Question("May I?"))
    text = as_text(render(make_issue(qas=(letter,)), specimens.options(language)))

    assert said in text.split("\n")


@pytest.fixture(scope="module")
def edition(theme: str, language: str) -> Edition:
    renderer = Renderer(theme_path(theme), specimens.options(language))
    return renderer.render(specimens.issue(language), nonce=NONCE)


def said_by(page: html.HtmlElement) -> list[str]:
    """Everything that a page shows or has read aloud."""
    shown = page.xpath("//title/text() | //body//text()[not(ancestor::style)]")
    spoken = page.xpath(" | ".join(f"//@{name}" for name in SPOKEN))
    described = page.xpath("//meta[@name='description']/@content | //meta[@property]/@content")
    return [str(text) for text in (*shown, *spoken, *described)]


def flat(text: str) -> str:
    return " ".join(text.split())


def english_in(texts: list[str]) -> list[str]:
    return [text for text in texts if ENGLISH.search(ADDRESSES.sub("", text))]


def test_english_is_known_where_it_is(theme):
    renderer = Renderer(theme_path(theme), specimens.options("en"))
    edition = renderer.render(specimens.issue("en"), nonce=NONCE)

    found = english_in(said_by(parse(as_html(edition))))

    words = specimens.options("en").words_of()
    assert {words.view_in_browser, words.in_this_issue, words.unsubscribe} <= set(found)


def test_no_english_word_is_in_the_mail(edition, language):
    said = said_by(parse(as_html(edition)))

    assert len(said) > 30
    assert english_in(said) == []
    if language == "ar":
        assert [text for text in said if re.search("[A-Za-z]", ADDRESSES.sub("", text))] == []


def test_no_english_word_is_in_the_text_part(edition, language):
    text = as_text(edition)

    assert english_in(text.split("\n")) == []
    if language == "ar":
        assert re.search("[A-Za-z]", ADDRESSES.sub("", text)) is None


def test_no_english_word_is_on_the_web_page(edition, language):
    page = parse(web_page.render(edition, specimens.options(language)))
    kept = [
        text
        for text in said_by(page)
        # What Open Graph says to programs.
        if text not in {"article", "summary"} and not re.fullmatch(r"\w{2}_\w{2}", text)
    ]

    assert english_in(kept) == []


def test_mail_and_text_part_say_the_same_words(edition, language):
    words = specimens.options(language).words_of()
    mail = flat(" ".join(said_by(parse(as_html(edition)))))
    text = flat(as_text(edition))

    for name in ("view_in_browser", "in_this_issue", "ask_heading", "ask", "unsubscribe"):
        assert flat(getattr(words, name)) in mail, name
        assert flat(getattr(words, name)) in text, name
    why = words.why.format(address=READER["address"], title=specimens.options(language).title)
    assert flat(why) in mail
    assert flat(why) in text


def test_a_screen_reader_calls_the_mail_by_its_word(edition, language):
    role = parse(as_html(edition)).xpath("//body/div/@aria-roledescription")

    assert role == [specimens.options(language).words_of().email]
    assert role != [MESSAGES["email"].text]
