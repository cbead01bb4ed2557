import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.errors import MjmlError, PostConditionError, TemplateError
from pipeline.model.edition import Placeholder
from pipeline.model.issue import Slot
from pipeline.model.qa import Answer, Inspiration, Question
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue, make_qa
from tests.rendering.letters import (
    NONCE,
    OPTIONS,
    READER,
    THEME_PATH,
    as_html,
    as_page,
    as_text,
    make_letter,
    render,
)


def shown(edition: Any) -> str:
    """The words of the page, in one line."""
    body = as_page(edition).body
    return " ".join(body.text_content().split())


def flat(text: Any) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("part", [shown, lambda edition: flat(as_text(edition))])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param("The Corner Office", id="masthead"),
        pytest.param("Issue 1", id="number"),
        pytest.param("March 3, 2026", id="date"),
        pytest.param("Hello again.", id="intro"),
        pytest.param("In this issue", id="contents"),
        pytest.param("The long meeting", id="title"),
        pytest.param("meetings", id="topic"),
        pytest.param(" 1 min", id="reading time"),
        pytest.param("A reader in Boston asks", id="who asks"),
        pytest.param("Must I stay to the end of the-long-meeting?", id="question"),
        pytest.param("Jo Doe answers", id="who answers"),
        pytest.param("Say when you have to go", id="answer"),
        pytest.param("Jo Doe runs a desk.", id="bio"),
        pytest.param("Have a question of your own?", id="ask"),
        pytest.param("1 Main Street, Springfield", id="postal address"),
        pytest.param("because you signed up for The Corner Office.", id="why"),
        pytest.param(READER["address"], id="to whom"),
    ],
)
def test_both_parts_say_it(part, words):
    assert words in part(render())


def test_both_parts_lead_out_of_the_list_and_to_the_web():
    edition = render()

    links = set(as_page(edition).xpath("//a/@href"))

    assert {READER["unsubscribe_url"], "https://news.example/issues/1"} <= links
    assert f"\n{READER['unsubscribe_url']}\n" in as_text(edition)
    assert "\nhttps://news.example/issues/1\n" in as_text(edition)


def test_the_button_begins_a_mail_to_the_newsletter():
    links = as_page(render()).xpath("//a/@href")

    assert (
        "mailto:questions@news.example?subject=A%20question%20for%20The%20Corner%20Office" in links
    )


def test_the_column_that_inspired_a_question_is_linked():
    qa = make_qa(inspired_by=Inspiration("Wait", "https://columns.example/wait"))
    edition = render(make_issue(qas=(qa,)))

    assert '<a href="https://columns.example/wait"' in as_html(edition)
    assert "the column Wait\nhttps://columns.example/wait" in as_text(edition)


def test_a_column_is_not_linked_to_what_is_no_web_page():
    qa = make_qa(inspired_by=Inspiration("Wait", "javascript:alert(1)"))
    edition = render(make_issue(qas=(qa,)))

    assert "<em>Wait</em>" in as_html(edition)
    assert "javascript" not in as_html(edition) + as_text(edition)


def test_a_nameless_question_and_answer_have_a_heading_too():
    qa = replace(make_qa(), question=Question("May I?"), answer=Answer("Yes."))
    edition = render(make_issue(qas=(qa,)))

    assert "A reader asks" in shown(edition)
    assert "The answer" in shown(edition)


def test_one_question_needs_no_contents():
    assert "In this issue" not in shown(render(make_issue(qas=(make_qa(),))))


def test_the_date_is_the_slots_in_the_newsletters_time_zone():
    at = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
    edition = render(make_issue(slot=Slot("now", date(2026, 3, 3), at)))

    assert "March 3, 2026" in shown(edition)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Ausgabe 1 · 3. März 2026"),
        ("fr", "Numéro 1 · 3 mars 2026"),
        ("es", "Número 1 · 3 de marzo de 2026"),
        ("ar", "العدد 1 · 3 مارس 2026"),
        ("nl", "Issue 1 · 3 maart 2026"),
    ],
)
def test_speaks_the_language_of_the_newsletter(language, words):
    edition = render(options=replace(OPTIONS, language=language))

    assert words in shown(edition)
    assert f'<html lang="{language}"' in as_html(edition)


def test_a_newsletter_from_right_to_left_is_written_so():
    page = as_page(render(options=replace(OPTIONS, language="ar")))

    assert set(page.xpath("//html/@dir | //body/div/@dir")) == {"rtl"}
    assert page.xpath("//td[@align]/@align")
    assert "left" not in page.xpath("//td/@align")


def test_a_question_written_the_other_way_is_turned():
    issue = make_issue(qas=(make_letter("كيف أقول لا؟", "Say it."),))
    page = as_page(render(issue))

    assert page.xpath("//td[contains(@class, 'quoted-right')]/div/@dir") == ["rtl"]
    assert len(page.xpath("//*[@dir='rtl']")) == 2


def test_a_qa_in_another_language_says_so_and_speaks_it():
    issue = make_issue(
        qas=(make_letter("?كيف أقول لا", "قلها.", language="ar"), make_qa("second")),
    )
    page = as_page(render(issue))

    (block,) = page.xpath("//div[@lang='ar']")
    assert block.get("dir") == "rtl"
    assert "سؤال من A reader in Boston" in block.text_content()
    # What is said about its answerer is in its language, too.
    assert page.xpath("//p[@dir='auto']/@lang") == ["ar"]
    # Nothing in it is turned: it runs as its language does.
    assert {title.get("dir") for title in block.xpath(".//p | .//td/div")} == {None}
    assert page.xpath("//ol/li/a[@lang='ar']/@dir") == ["rtl"]
    assert page.xpath("//ol/li[2]/a/text()") == ["The long meeting"]


def test_a_qa_in_a_language_without_words_keeps_those_of_the_newsletter():
    issue = make_issue(qas=(make_qa(language="nl"),))
    edition = render(issue, options=replace(OPTIONS, language="de"))

    assert as_page(edition).xpath("//div[@lang='nl']/@dir") == ["ltr"]
    assert "A reader in Boston fragt" in shown(edition)


def test_the_text_part_labels_a_qa_in_its_own_language():
    edition = render(make_issue(qas=(make_qa(language="fr"), make_qa("second"))))

    assert "A reader in Boston demande\u00a0:" in as_text(edition)
    assert "A reader in Boston asks:" in as_text(edition)


def test_the_web_view_holds_nothing_personal():
    edition = render()

    public = edition.html.public()

    assert "p.invalid" not in public
    assert NONCE not in public
    assert "Unsubscribe" not in public
    assert "View in your browser" not in public
    assert "Say when you have to go" in public
    assert 'content="noindex"' in public


def test_the_nonce_is_not_in_the_edition():
    assert NONCE not in render().to_json()


def test_personal_values_fill_every_place():
    edition = render()

    assert edition.html.parts.count(Placeholder.UNSUBSCRIBE_URL) == 1
    assert edition.html.parts.count(Placeholder.ADDRESS) == 1
    assert edition.text.parts.count(Placeholder.UNSUBSCRIBE_URL) == 1


def test_subject_and_preheader_are_one_line_each():
    edition = render(make_issue(subject=" A\n b\x07 ", preheader="c\r\nd"))

    assert (edition.subject, edition.preheader) == ("A b", "c d")


def test_an_empty_subject_is_a_finding_and_no_crash():
    edition = render(make_issue(subject="", preheader=""))

    assert "<title>The Corner Office</title>" in as_html(edition)


def test_refuses_a_nonce_that_stands_in_a_text():
    with pytest.raises(ValueError, match="not random"):
        render(make_issue(intro=NONCE))


@pytest.mark.parametrize(
    "value",
    ["10\u00a0km", "👩\u200d💻 ❤\ufe0f", "C:\\new\\u{a0}", 'a "b" <c> &amp;', "e\u0301 \u202f!"],
)
def test_doubtful_characters_reach_the_reader(value):
    qa = make_qa(title=value, answer=Answer(f"`{value}`", value))
    edition = render(make_issue(subject=value, preheader=value, qas=(qa,)))

    page = as_page(edition)

    assert page.xpath("//title/text()") == [value]
    assert page.xpath("//h2[@class='title']/text()") == [value]
    assert page.xpath("//meta[@name='description']/@content") == [value]
    assert page.xpath("//body/div/@aria-label") == [value]


@pytest.fixture
def site(tmp_path):
    """A folder of a site that stands before the shipped theme, and its renderer."""
    folder = tmp_path / "classic"
    folder.mkdir()
    renderer = Renderer([folder, *THEME_PATH], OPTIONS)

    def render_with(**files):
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text)
        return renderer.render(make_issue(), nonce=NONCE)

    return render_with


def test_a_site_can_change_one_part_of_a_theme(site):
    edition = site(
        ask_mjml="<mj-section><mj-column><mj-text>Mine</mj-text></mj-column></mj-section>"
    )

    assert "Mine" in shown(edition)
    assert "Have a question" not in shown(edition)


def test_a_changed_template_is_read_again(site):
    before = site(ask_mjml="<mj-raw></mj-raw>")
    after = site(ask_mjml="<mj-raw><p>New</p></mj-raw>")

    assert before.sha256 != after.sha256


def section(text: Any) -> str:
    return f"<mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section>"


@pytest.mark.parametrize(
    ("footer", "error", "message"),
    [
        pytest.param("\n{{ nothing }}", TemplateError, "classic/footer.mjml:2:4", id="undefined"),
        pytest.param(
            "\n\n<mj-txet/>", MjmlError, "classic/footer.mjml:3:1: .*<mj-text>", id="mjml"
        ),
        pytest.param("<mj-text>", MjmlError, "<mj-text> is not closed", id="not closed"),
        pytest.param(section("Bye"), PostConditionError, "unsubscribe_url", id="no way out"),
        pytest.param(
            section("{{ unsubscribe_url }}"), PostConditionError, "mail_only", id="not marked"
        ),
        pytest.param(
            section("{{ mail_only }}<p>{{ unsubscribe_url }}{{ end_mail_only }}</p>"),
            PostConditionError,
            "opened or closed",
            id="marks across elements",
        ),
        pytest.param(
            section('{{ mail_only }}{{ unsubscribe_url }}{{ end_mail_only }}<img src="a.png"/>'),
            MjmlError,
            "classic/footer.mjml:1:\\d+: .* no alternative text",
            id="image",
        ),
    ],
)
def test_a_faulty_theme_is_refused_with_its_place(site, footer, error, message):
    with pytest.raises(error, match=message):
        site(footer_mjml=footer)


def test_readers_see_an_expression_as_they_wrote_it():
    issue = make_issue(qas=(make_letter("{{ 7*7 }} {% raw %} {{ config }} {# x #}"),))
    edition = render(issue)

    assert "{{ 7*7 }} {% raw %} {{ config }} {# x #}" in shown(edition)
    assert "{{ 7*7 }} {% raw %} {{ config }} {# x #}" in flat(as_text(edition))


def test_no_line_of_the_text_is_longer_than_78_unless_an_address():
    lines = as_text(render()).split("\n")

    assert all(len(line) <= 78 or re.fullmatch(r"\S+://\S+", line) for line in lines)
