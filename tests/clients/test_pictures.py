"""Every letter looks as it did when somebody last looked at its pictures."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests import outside
from tests.browser import Page
from tests.clients import pictures, sample

#: Where a picture that is another, and what is different in it, are left for people to look at.
_FOUND = Path(__file__).parents[2] / "build" / "pictures"


@pytest.fixture(scope="module")
def _same_fonts() -> None:
    made_with = json.loads(pictures.MADE_WITH.read_text(encoding="utf-8"))["fonts"]
    for name, digest in pictures.fonts().items():
        if digest != made_with.get(name):
            outside.refuse(f"{name} is not the one the pictures were made with")


@pytest.mark.usefixtures("_same_fonts")
@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("theme", sample.THEMES)
def test_letter_looks_as_it_did(page: Page, theme: str, language: str) -> None:
    found = {}
    for case in pictures.cases(theme, language):
        seen = pictures.take(page, case)
        with Image.open(case.path) as kept:
            different = pictures.difference(kept, seen)
            if different:
                name = f"{theme}-{case.path.stem}"
                _leave(name, kept.convert("RGB"), seen)
                found[name] = different

    # After a wanted change: make pictures, and look at them.
    assert found == {}, f"see {_FOUND}"


def _leave(name: str, kept: Image.Image, seen: Image.Image) -> None:
    _FOUND.mkdir(parents=True, exist_ok=True)
    seen.save(_FOUND / f"{name}.png")
    framed = Image.new("RGB", seen.size)
    framed.paste(kept)
    ImageChops.difference(framed, seen).save(_FOUND / f"{name}-difference.png")


@pytest.mark.parametrize("theme", sample.THEMES)
def test_a_letter_that_changed_would_be_seen(page: Page, theme: str) -> None:
    case = pictures.Case(theme=theme, language="en", width=375, dark=False)
    seen = pictures.take(page, case)

    moved = ImageChops.offset(seen, 1, 0)
    darker = seen.point(lambda it: it - 2)

    assert pictures.difference(seen, seen) == ""
    assert pictures.difference(seen, moved) != ""
    assert pictures.difference(seen, seen.crop((0, 0, seen.width, seen.height - 1))) != ""
    assert pictures.difference(seen, darker) != ""


def test_pictures_are_few_and_small() -> None:
    kept = list(pictures.KEPT.rglob("*.png"))

    wanted = {
        case.path
        for theme in sample.THEMES
        for language in sample.LANGUAGES
        for case in pictures.cases(theme, language)
    }
    assert set(kept) == wanted
    assert sum(path.stat().st_size for path in kept) <= 3_000_000
