"""Which image stands where a text asks for one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import ContentError, TemplateError
from pipeline.model.edition import Edition
from pipeline.model.finding import Level
from pipeline.model.image import Image, ImageFault
from pipeline.model.issue import Issue
from pipeline.rendering import illustrating
from pipeline.rendering.illustrating import MOST
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.xhtml import to_xhtml
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.images import SHA256, make_image
from tests.rendering.letters import (
    NONCE,
    OPTIONS,
    THEME_PATH,
    as_page,
    as_text,
    make_letter,
    theme_path,
)

_MAP = make_image(width=1104, height=736)
_ICON = make_image(sha256="f" * 64, width=40, height=30, source="content/icon.png")
_GONE = ImageFault("there is no image 'gone.png'", "put it there")
_REMOTE = ImageFault("it lies on the web", "copy it", is_left_out=True)


def find(reference: str, _source: str) -> Image | ImageFault:
    known: dict[str, Image | ImageFault] = {
        "map.png": _MAP,
        "my%20map.png": _MAP,
        "icon.png": _ICON,
        "gone.png": _GONE,
    }
    return known.get(reference, _REMOTE)


def renderer(options: RenderOptions = OPTIONS) -> Renderer:
    return Renderer(THEME_PATH, options, find)


def render(issue: Issue) -> Edition:
    return renderer().render(issue, nonce=NONCE)


def letter(answer: str, question: str = "May I?") -> Issue:
    return make_issue(qas=(make_letter(question, answer, slug="a", source="content/a.md"),))


def images(edition: Edition) -> list[dict[str, str]]:
    return [dict(tag.attrib) for tag in as_page(edition).iter("img")]


def test_image_is_written_with_its_address_its_words_and_its_size() -> None:
    (image,) = images(render(letter('![The way to "B" & back](map.png "Drawn by hand")')))

    assert image["src"] == f"https://news.example/images/{_MAP.name}"
    assert image["alt"] == 'The way to "B" & back'
    assert image["title"] == "Drawn by hand"
    assert (image["width"], image["height"]) == ("552", "368")
    assert "max-width:100%" in image["style"]
    assert set(image) == {"src", "alt", "title", "width", "height", "style"}


def test_small_image_keeps_its_size() -> None:
    (image,) = images(render(letter("![i](icon.png)")))

    assert (image["width"], image["height"]) == ("40", "30")


@pytest.mark.parametrize(
    ("answer", "question", "width"),
    [
        pytest.param("- ![m](map.png)", "May I?", "524", id="in a list"),
        pytest.param("> - ![m](map.png)", "May I?", "496", id="in a list in a quote"),
        pytest.param("| a | b |\n|---|---|\n| ![m](map.png) | c |", "?", "266", id="in a table"),
        pytest.param("Yes.", "![m](map.png)", "524", id="in a question, which is quoted"),
    ],
)
def test_image_fits_where_it_stands(answer: str, question: str, width: str) -> None:
    (image,) = images(render(letter(answer, question)))

    assert image["width"] == width


def test_narrow_strip_keeps_at_least_a_pixel() -> None:
    strip = make_image(width=5_000, height=1)
    edition = Renderer(THEME_PATH, OPTIONS, lambda *_: strip).render(
        letter("![a line](map.png)"), nonce=NONCE
    )

    assert images(edition)[0]["height"] == "1"


def test_image_without_words_has_an_empty_alternative() -> None:
    (image,) = images(render(letter("![](map.png)")))

    assert image["alt"] == ""


def test_image_may_be_a_link() -> None:
    edition = render(letter("[![a map](map.png)](https://a.example/)"))

    (link,) = as_page(edition).xpath("//a[img]")
    assert link.get("href") == "https://a.example/"


def test_image_in_the_intro_is_shown() -> None:
    edition = render(make_issue(intro="![a map](map.png)"))

    assert len(images(edition)) == 1


def test_in_the_text_part_its_words_stand_for_it() -> None:
    text = as_text(render(letter("See ![the map](map.png) here.")))

    assert "See the map here." in text
    assert "map.png" not in text


def test_edition_pins_each_image_once_with_its_address() -> None:
    edition = render(letter("![a](map.png) ![b](map.png) ![c](icon.png)", "![d](my%20map.png)"))

    assert [image.sha256 for image in edition.images] == [SHA256, "f" * 64]
    assert edition.images[0].url == f"https://news.example/images/{_MAP.name}"
    assert not edition.images[0].attached


def test_other_bytes_make_another_edition() -> None:
    texts = letter("![a](map.png)")
    other = Renderer(THEME_PATH, OPTIONS, lambda *_: make_image(sha256="a" * 64))

    assert render(texts).sha256 != other.render(texts, nonce=NONCE).sha256


def test_what_is_never_looked_at_is_its_words_and_a_warning() -> None:
    edition = render(letter("![a *cat*](https://a.example/c.png)"))

    assert images(edition) == []
    assert "a cat" in as_text(edition)
    (found,) = [finding for finding in edition.findings if finding.id == "image/left-out"]
    assert found.level is Level.WARNING
    assert "'a cat' stands instead: it lies on the web" in found.message
    assert found.remedy == "copy it"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('![" onerror="x](https://a.example/c.png)', id="words that are left"),
        pytest.param('![" onerror="alert(1)](map.png)', id="words of an image"),
        pytest.param("![a](map.png \"' onerror='x\")", id="a title"),
        pytest.param("![</p><script>x</script>](map.png)", id="a tag in the words"),
        pytest.param("![{{ 7*7 }}](map.png)", id="an expression"),
        pytest.param("![a\u00a0\\b\u200d](map.png)", id="signs that the compiler gets wrong"),
    ],
)
def test_words_of_an_image_never_become_markup(text: str) -> None:
    tree = as_page(render(letter(text, text)))

    assert not tree.xpath("//script | //@onerror")
    for image in tree.iter("img"):
        assert set(image.attrib) <= {"src", "alt", "title", "width", "height", "style"}
        assert "\\u{" not in image.get("alt")


def test_missing_image_refuses_the_issue_with_file_line_and_column() -> None:
    issue = make_issue(intro="Hello.\n\nSee ![m](gone.png)", source="issues/0001.md", intro_line=4)

    with pytest.raises(ContentError) as caught:
        render(issue)

    assert str(caught.value) == ("issues/0001.md:6:5: there is no image 'gone.png'; put it there")


def test_every_missing_image_is_named() -> None:
    with pytest.raises(ContentError) as caught:
        render(letter("![m](gone.png)", "![m](gone.png)"))

    assert len(caught.value.others) == 1


def test_qa_whose_image_cannot_be_shown_is_passed_over() -> None:
    qa = letter("Yes.\n\n![m](map.png) ![m](gone.png)").qas[0]

    found = renderer().examine(qa)

    assert found is not None
    assert (found.id, found.level, found.source) == ("image/unusable", Level.ERROR, "content/a.md")


def test_qa_whose_images_can_be_shown_is_not() -> None:
    assert renderer().examine(letter("![m](map.png) ![r](https://a.example)").qas[0]) is None


def test_an_album_is_refused_without_looking_at_all_of_it() -> None:
    seen: list[str] = []

    def count(reference: str, _source: str) -> Image:
        seen.append(reference)
        return _MAP

    qa = letter("".join(f"![m]({number}.png)\n" for number in range(9_000))).qas[0]
    found = Renderer(THEME_PATH, OPTIONS, count).examine(qa)

    assert found is not None
    assert found.id == "image/many"
    assert "has 9,000 images, more than 50" in found.message
    assert len(seen) == MOST


def test_gives_the_images_of_an_issue_without_rendering_it() -> None:
    issue = letter("![m](map.png) ![r](https://a.example)", "![i](icon.png) ![m](gone.png)")

    assert renderer().images(issue) == (_ICON, _MAP)


def test_without_a_folder_to_look_in_images_are_their_words() -> None:
    edition = Renderer(THEME_PATH, OPTIONS).render(letter("![a map](map.png)"), nonce=NONCE)

    assert edition.images == ()
    assert "a map" in as_text(edition)


@pytest.mark.parametrize(
    ("theme", "width"), [("classic", "552"), ("plain", "540")], ids=["classic", "plain"]
)
def test_widest_image_is_as_wide_as_the_column_of_its_theme(theme: str, width: str) -> None:
    edition = Renderer(theme_path(theme), OPTIONS, find).render(
        letter("![a map](map.png)"), nonce=NONCE
    )

    assert images(edition)[0]["width"] == width
    assert not [finding for finding in edition.findings if finding.id.startswith("image/")]


def test_theme_of_a_site_may_have_another_column(tmp_path: Path) -> None:
    (tmp_path / "column.txt").write_text("480\n")

    edition = Renderer([tmp_path, *THEME_PATH], OPTIONS, find).render(
        letter("![a map](map.png)"), nonce=NONCE
    )

    assert images(edition)[0]["width"] == "480"


@pytest.mark.parametrize("text", ["", "wide", "-1", "0", "12.5", "99999", "\u0665"])
def test_column_that_is_no_number_is_a_fault_of_the_theme(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "templates" / "classic"
    folder.mkdir(parents=True)
    (folder / "column.txt").write_text(text)

    with pytest.raises(TemplateError) as caught:
        Renderer([folder, *THEME_PATH], OPTIONS, find).render(letter("Yes."), nonce=NONCE)

    assert caught.value.place == "templates/classic/column.txt"
    assert "write one, such as 552" in caught.value.remedy


@given(st.text(alphabet="ab&<>\"'`*_\\{}%|#\u00a0\u200d\u202f ", max_size=30))
def test_no_words_of_an_image_change_the_skeleton_of_the_page(words: str) -> None:
    document = illustrating.illustrate(markdown.parse(f"x ![{words}](map.png)"), "a.md", find)
    if not document.images:
        return  # a backtick made it code

    root = etree.fromstring(f"<x>{to_xhtml(document, top=3, options=OPTIONS)}</x>")

    (image,) = root.iter("img")
    assert [element.tag for element in root.iter()] == ["x", "p", "img"]
    assert set(image.attrib) == {"src", "alt", "width", "height"}
