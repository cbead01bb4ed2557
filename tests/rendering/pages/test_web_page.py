from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.errors import ContentError, PostConditionError
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.rendering.pages import web_page
from tests.factories import make_edition, make_issue
from tests.rendering import test_hostile_text as hostile
from tests.rendering.letters import NONCE, OPTIONS, READER, parse, render


@pytest.fixture(scope="module")
def edition() -> Edition:
    return render()


def head_of(edition: Any, **changes: Any) -> dict[str, str]:
    """Read what the page says of itself, by its names."""
    options = replace(OPTIONS, **{k: v for k, v in changes.items() if k != "listed"})
    page = parse(web_page.render(edition, options, listed=changes.get("listed", False)))
    metas = {m.get("property") or m.get("name"): m.get("content") for m in page.xpath("//meta")}
    return metas | {link.get("rel"): link.get("href") for link in page.xpath("//head/link")}


def test_holds_nothing_of_one_reader(edition):
    page = web_page.render(edition, OPTIONS)

    for personal in (*READER.values(), "p.invalid", NONCE, "@@", "/u/", "Unsubscribe", "signed up"):
        assert personal not in page
    assert "View in your browser" not in page


def test_holds_every_word_that_everybody_got(edition):
    public = parse(edition.html.public()).body
    for hidden in public.xpath("//div[contains(@style, 'display:none')]"):
        hidden.drop_tree()

    page = parse(web_page.render(edition, OPTIONS)).body

    assert page.text_content().split() == public.text_content().split()


@pytest.mark.parametrize(
    "active",
    [
        "<script>alert(1)</script>",
        '<iframe src="https://evil.example">alert(1)</iframe>',
        '<form action="https://evil.example"><b>alert(1)</b></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example">',
        '<b onclick="alert(1)">x</b>',
        '<svg onload="alert(1)"></svg>',
        '<a href=" java\tscript:alert(1)">x</a>',
        '<a href="data:text/html,alert(1)">x</a>',
    ],
)
def test_nothing_on_it_acts_by_itself(active):
    html = f"<html><head><title>t</title></head><body><p>before {active} after</p></body></html>"

    page = web_page.render(make_edition(html=Template((html,))), OPTIONS)

    assert "alert" not in page
    assert "evil.example" not in page
    assert "before" in page
    assert "after" in page


def test_refuses_an_edition_that_would_show_a_personal_value():
    edition = make_edition(html=Template(("<html><body>", Placeholder.ADDRESS, "</body></html>")))

    with pytest.raises(PostConditionError, match="address would stand on a public page"):
        web_page.render(edition, OPTIONS)


def test_says_what_a_card_of_it_shows(edition):
    assert head_of(edition) == {
        None: None,
        "viewport": "width=device-width, initial-scale=1",
        "color-scheme": "light dark",
        "robots": "noindex",
        "description": "Also: the short one",
        "canonical": "https://news.example/issues/1",
        "og:type": "article",
        "og:title": "The long meeting",
        "og:description": "Also: the short one",
        "og:url": "https://news.example/issues/1",
        "og:site_name": "The Corner Office",
        "og:locale": "en_US",
        "article:published_time": "2026-03-03T14:00:00+00:00",
        "twitter:card": "summary",
    }


def test_search_engines_list_it_only_where_they_may(edition):
    assert "robots" not in head_of(edition, listed=True)
    assert head_of(edition, listed=False)["robots"] == "noindex"


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en", "en_US"),
        ("en-GB", "en_GB"),
        ("de", "de_DE"),
        ("ar", "ar_EG"),
        ("zh-Hant-TW", "zh_TW"),
        ("eo", "eo"),
        ("xx-none", "xx_none"),
    ],
)
def test_says_its_language_with_a_country(language, locale):
    edition = render(options=replace(OPTIONS, language=language))

    # It is the page that says its language, whatever the newsletter's is by now.
    assert head_of(edition, language="fr")["og:locale"] == locale


def test_without_subject_and_preheader_it_has_the_newsletters_title():
    found = head_of(render(make_issue(subject="", preheader="")))

    assert found["og:title"] == "The Corner Office"
    assert not {"description", "og:description"} & set(found)


def test_the_first_picture_that_others_can_fetch_is_on_the_card():
    body = (
        '<img src="data:image/gif;base64," alt=""><img src="http://a.example/1.png" alt="">'
        '<img src="https://a.example/2.png" alt="A map"><img src="https://a.example/3.png" alt="">'
    )
    edition = make_edition(html=Template((f'<html lang="en"><body>{body}</body></html>',)))

    found = head_of(edition)

    assert (found["og:image"], found["og:image:alt"]) == ("https://a.example/2.png", "A map")
    assert found["twitter:card"] == "summary_large_image"


def test_an_image_can_be_looked_at_before_it_is_served():
    url = "https://news.example/images/1.png"
    edition = make_edition(html=Template((f'<html><body><img src="{url}" alt=""></body></html>',)))

    page = web_page.render(edition, OPTIONS, images={url: "images/1.png"})

    assert parse(page).xpath("//img/@src") == ["images/1.png"]
    assert f'property="og:image" content="{url}"' in page


def test_one_can_go_to_its_head_its_body_and_its_end(edition):
    page = parse(web_page.render(edition, OPTIONS))

    (wrapper,) = page.xpath("//body/div")
    assert [part.tag for part in wrapper] == ["header", "main", "footer"]
    assert len(page.xpath("//header//h1")) == len(page.xpath("//h1")) == 1
    assert len(page.xpath("//main//h2")) == len(page.xpath("//h2")) > 2
    assert "1 Main Street" in page.xpath("//footer")[0].text_content()
    assert page.xpath("//body//*[@role='article']") == []


def test_a_page_of_any_shape_has_a_body():
    html = '<html><body><div role="article"><p>a</p></div></body></html>'
    edition = make_edition(html=Template((html,)))

    page = parse(web_page.render(edition, OPTIONS))

    assert page.xpath("//div/main/p/text() | //div/footer/p/text()") == ["a"]
    assert len(page.xpath("//main")) == 1


def test_texts_on_the_card_are_escaped():
    edition = make_edition(subject='"><script>alert(1)</script>', preheader='a & b" <c>')

    page = web_page.render(edition, OPTIONS)

    assert "<script" not in page
    assert head_of(edition)["og:title"] == '"><script>alert(1)</script>'
    assert head_of(edition)["description"] == 'a & b" <c>'


def skeleton(edition: Any) -> Any:
    """Every element of the page but what Markdown made, each with the names of its attributes."""
    page = parse(web_page.render(edition, OPTIONS))
    for prose in page.xpath("//*[contains(concat(' ', @class, ' '), ' prose ')]"):
        del prose[:]
    own = {"class", "dir", "href", "style"}
    return [(it.tag, sorted(set(it.attrib) - own)) for it in page.iter()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hostile.TEXT, hostile.TEXT, hostile.TEXT)
def test_no_text_leaves_its_place_on_the_page(title, question, answer):
    try:
        edition = hostile.render(f"x{title}", f"x{question}", "x", f"x{answer}", f"x{title}")
    except ContentError:
        return

    assert skeleton(edition) == skeleton(hostile.render("x", "x", "x", "x", "x"))
    assert head_of(edition)["og:title"] == edition.subject


def test_is_the_same_each_time(edition):
    assert web_page.render(edition, OPTIONS) == web_page.render(
        Edition.from_json(edition.to_json()), OPTIONS
    )


CORRECTED_AT = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


def note_on(page: str) -> Any:
    (note,) = parse(page).xpath("//main/p[time]")
    return note


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Corrected on March 3, 2026"),
        ("en-GB", "Corrected on 3 March 2026"),
        ("de", "Berichtigt am 3. März 2026"),
        ("de-CH", "Berichtigt am 3. März 2026"),
        ("fr", "Corrigé le 3 mars 2026"),
        ("es", "Corregido el 3 de marzo de 2026"),
        ("ar", "صُحِّح في 3 مارس 2026"),
        # Nobody translated it.
        ("nl", "Corrected on March 3, 2026"),
    ],
)
def test_says_in_the_newsletters_language_that_it_was_corrected(edition, language, said):
    options = replace(OPTIONS, language=language, timezone="UTC")

    note = note_on(web_page.render(edition, options, corrected_at=CORRECTED_AT))

    assert note.text_content() == said
    assert note.get("dir") == ("rtl" if language == "ar" else "ltr")
    assert note.get("lang") == ("en" if language == "nl" else language)


def test_the_day_of_a_correction_is_the_newsletters(edition):
    options = replace(OPTIONS, timezone="Asia/Tokyo")

    page = web_page.render(edition, options, corrected_at=CORRECTED_AT)

    assert note_on(page).find("time").get("datetime") == "2026-03-04"
    assert 'property="article:modified_time" content="2026-03-03T23:30:00+00:00"' in page


def test_an_issue_that_was_not_mended_says_nothing_of_it(edition):
    page = web_page.render(edition, OPTIONS)

    assert "Corrected" not in page
    assert "modified_time" not in page
