"""What a reader and an editor see, in a real Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from pipeline import shipped
from tests import pictures
from tests.browser import Page
from tests.e2e.newsroom import Newsroom

#: The width of small phones, of larger ones, and of mail clients on a desk.
WIDTHS = (320, 375, 640, 1000)
#: A pixel of the ground.
CORNER = (2, 2, 3, 3)

_OVERFLOWING = """
[...document.body.querySelectorAll("*")]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 0.5 && it.checkVisibility())
  .map(it => it.tagName + ": " + it.textContent.trim().slice(0, 40))
"""


@pytest.fixture(scope="module")
def edition() -> Iterator[str]:
    """The sample issue as a file, as its URL."""
    with pictures.sample_site() as site:
        yield pictures.write_edition(site).as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_edition_never_scrolls_sideways(page: Page, edition: str, width: int) -> None:
    page.look(edition, width=width, height=812)

    assert page.ask("document.documentElement.scrollWidth") == width
    assert page.ask(_OVERFLOWING) == []


@pytest.mark.parametrize("width", [375, 640])
def test_edition_is_not_blank(page: Page, edition: str, width: int) -> None:
    page.look(edition, width=width, height=812)
    seen = page.picture()

    assert seen.size == (width, 812)
    # Letters with soft edges have hundreds of colours, an empty page has one.
    assert colours(seen) > 100
    assert 0.03 < share_of_ink(seen) < 0.5
    assert page.ask("document.body.innerText.includes('The Corner Office')")


def test_edition_is_bright_by_day_and_dark_by_night(page: Page, edition: str) -> None:
    seen = []
    for dark in (False, True):
        page.look(edition, width=375, height=812, dark=dark)
        seen.append(page.picture())
    day, night = seen

    assert min(day.crop(CORNER).tobytes()) > 230
    assert max(night.crop(CORNER).tobytes()) < 50
    assert brightness(day) > 200
    assert brightness(night) < 80


def test_text_stands_out_from_its_background_by_day_and_by_night(page: Page, edition: str) -> None:
    for dark in (False, True):
        page.look(edition, width=640, height=812, dark=dark)
        for name in ("h1", "h2", "p"):
            assert page.ask(_CONTRAST % name) >= 4.5, f"{name}, dark={dark}"


#: The least contrast (WCAG 2, 1.4.3) of elements with text of their own, against what is behind.
_CONTRAST = """
(() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map(it => it / 255).map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
    .reduce((sum, it, n) => sum + it * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = it => {
    for (; it; it = it.parentElement) {
      const found = rgb(getComputedStyle(it).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  return Math.min(...[...document.querySelectorAll("%s")]
    .filter(it => it.innerText.trim() && it.checkVisibility())
    .map(it => {
      const both = [light(rgb(getComputedStyle(it).color)), light(behind(it))].sort();
      return (both[1] + 0.05) / (both[0] + 0.05);
    }));
})()
"""


def colours(seen: Image.Image) -> int:
    """Count the colours of a picture."""
    return len(seen.getcolors(maxcolors=seen.width * seen.height) or ())


def brightness(seen: Image.Image) -> float:
    """Give the mean of all channels, from 0 for black to 255 for white."""
    return sum(ImageStat.Stat(seen).mean) / 3


def share_of_ink(seen: Image.Image) -> float:
    """Give the share of pixels that are clearly not of the ground's colour."""
    ground = seen.crop(CORNER).resize(seen.size)
    far = ImageChops.difference(seen, ground).convert("L").point(lambda it: 255 * (it > 40))
    return ImageStat.Stat(far).mean[0] / 255


def test_desk_shows_the_next_issue_at_both_widths(page: Page, tmp_path: Path) -> None:
    newsroom = Newsroom.make(tmp_path / "site")
    for path in shipped.content().glob("*.md"):
        shutil.copyfile(path, newsroom.folder / "content" / path.name)
    desk = newsroom.start("preview")
    assert desk.stdout is not None
    try:
        page.look(desk.stdout.readline().strip(), width=1280, height=860)
        page.wait_for("document.querySelector('[data-live=yes]') !== null")
        seen = page.picture()
        frames = page.ask("[...document.querySelectorAll('iframe')].map(it => it.width)")
        subject = page.ask("document.querySelector('.subject').textContent")
        sideways = page.ask("document.documentElement.scrollWidth > innerWidth")
        newsroom.write_qa("a-first-question", asked_on="2001-01-01", title="A first question")
        page.wait_for("document.querySelector('.subject').textContent === 'A first question'")
    finally:
        desk.terminate()
        desk.communicate(timeout=10)

    assert frames == ["375", "640"]
    assert subject == "The meeting with no question in it"
    assert not sideways
    assert colours(seen) > 100


def test_pictures_in_the_documentation_are_there_and_small() -> None:
    for name in ("edition-640.png", "edition-375.png", "plain-640.png", "preview.png"):
        assert 5_000 < (pictures.IMAGES / name).stat().st_size <= 150_000
    for name in ("contact-sheet-classic.png", "contact-sheet-plain.png"):
        assert 5_000 < (pictures.IMAGES / name).stat().st_size <= 2_000_000
