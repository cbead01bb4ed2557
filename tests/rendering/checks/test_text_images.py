"""What an editor hears about the images of a text."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.edition import Edition
from pipeline.model.finding import Finding, Level
from pipeline.model.image import ImageKind
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.images import make_image
from tests.rendering.letters import NONCE, OPTIONS, THEME_PATH, make_letter


def render(answer: str = "![a map](map.png)", *, attach: bool = False, **facts: Any) -> Edition:
    image = make_image(source="content/my map.jpg", **facts)
    options = replace(OPTIONS, attach_images=attach)
    issue = make_issue(qas=(make_letter(answer=answer, source="content/a.md"),))
    return Renderer(THEME_PATH, options, lambda *_: image).render(issue, nonce=NONCE)


def findings(*args: str, **facts: Any) -> list[Finding]:
    found = render(*args, **facts).findings
    return [finding for finding in found if finding.id.startswith("image/")]


def test_says_nothing_of_an_image_that_is_right() -> None:
    assert findings() == []


@pytest.mark.parametrize(
    ("facts", "name", "level", "remedy"),
    [
        pytest.param(
            {"size": 5_000_000, "kind": ImageKind.JPEG, "width": 4_000},
            "image/heavy",
            Level.WARNING,
            "mogrify -auto-orient -strip -resize '1104x>' -quality 82 'content/my map.jpg'",
            id="a photograph of 5 MB",
        ),
        pytest.param(
            {"size": 600_000},
            "image/heavy",
            Level.WARNING,
            "`mogrify -format jpg -background white -alpha remove -auto-orient -strip"
            " -resize '1104x>' -quality 82 'content/my map.jpg'`",
            id="heavy",
        ),
        pytest.param(
            {"size": 600_000, "kind": ImageKind.GIF, "is_animated": True},
            "image/heavy",
            Level.WARNING,
            "`convert 'content/my map.jpg[0]' -auto-orient",
            id="a heavy film",
        ),
        pytest.param({"width": 2_000}, "image/wide", Level.NOTE, "mogrify -resize", id="wide"),
        pytest.param(
            {"width": 40, "height": 4_000}, "image/long", Level.NOTE, "into parts", id="long"
        ),
        pytest.param({"has_location": True}, "image/location", Level.WARNING, "-strip", id="GPS"),
        pytest.param(
            {"is_turned": True}, "image/turned", Level.WARNING, "-auto-orient", id="turned"
        ),
        pytest.param(
            {"is_for_print": True},
            "image/print",
            Level.WARNING,
            "`mogrify -auto-orient -colorspace sRGB -strip 'content/my map.jpg'`",
            id="CMYK",
        ),
        pytest.param({"is_clear": True}, "image/clear", Level.NOTE, "-flatten", id="clear"),
        pytest.param(
            {"kind": ImageKind.WEBP},
            "image/webp",
            Level.WARNING,
            "`mogrify -format png 'content/my map.jpg'`",
            id="WebP",
        ),
        pytest.param(
            {"kind": ImageKind.WEBP, "is_animated": True},
            "image/webp",
            Level.WARNING,
            "`convert 'content/my map.jpg' 'content/my map.gif'`",
            id="a moving WebP",
        ),
    ],
)
def test_says_what_is_wrong_with_a_file_and_how_to_mend_it(
    facts: dict[str, Any], name: str, level: Level, remedy: str
) -> None:
    (found,) = findings(**facts)

    assert (found.id, found.level, found.source) == (name, level, "content/a.md")
    assert "content/my map.jpg" in found.message
    assert remedy in found.remedy


@pytest.mark.parametrize("text", ["![](map.png)", "![ ](map.png)"])
def test_asks_for_words_for_those_who_do_not_see_it(text: str) -> None:
    (found,) = findings(text)

    assert (found.id, found.level) == ("image/alt", Level.WARNING)


@pytest.mark.parametrize("text", ["IMG_1234", "map.png", "image"])
def test_asks_for_words_that_say_what_it_shows(text: str) -> None:
    (found,) = findings(f"![{text}](map.png)")

    assert (found.id, found.level) == ("image/alt-name", Level.WARNING)
    assert text in found.message


def test_says_how_to_write_what_obsidian_embeds() -> None:
    (found,) = findings("Look:\n\n![[my map.png|300]]")

    assert (found.id, found.level) == ("image/embed", Level.WARNING)
    assert "'![[my map.png|300]]'" in found.message
    assert found.remedy == "write ![what it shows](<my map.png>)"


def test_says_once_what_is_true_of_the_file() -> None:
    found = findings("![a](map.png) ![](map.png) ![](map.png)", width=2_000)

    assert [finding.id for finding in found] == ["image/wide", "image/alt", "image/alt"]


@pytest.mark.parametrize(("size", "level"), [(1_000_001, Level.WARNING), (7_000_001, Level.ERROR)])
def test_weighs_what_each_message_carries(size: int, level: Level) -> None:
    found = findings(attach=True, size=size)[-1]

    assert (found.id, found.level) == ("image/attached", level)
    assert f"{size:,} bytes" in found.message


def test_edition_says_that_its_images_are_attached() -> None:
    edition = render(attach=True)

    assert edition.images[0].attached
    assert edition.images[0].url in edition.html.constant()
