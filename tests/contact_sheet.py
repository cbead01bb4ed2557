"""Shows every theme in every language, light and dark, at every width: a sheet for each theme.

``python -m tests.contact_sheet FOLDER`` writes the sheets in full size into a folder, to be looked
at closely; without a folder, the small ones in ``docs/images/`` are written anew.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from tests import pictures, specimens
from tests.browser import Page, chromium
from tests.rendering.letters import as_html, render

THEMES = ("classic", "plain")
#: Small phones, larger ones, a mail program's pane, and one that is wider than a letter.
WIDTHS = (320, 375, 640, 800)
_GAP = 32
_GROUND = "#8d9196"
#: How wide the sheet is in the documentation, in how many colours, and its bytes at most.
_SMALL, _COLOURS, _LARGEST = 1800, 256, 2_000_000


def rows(page: Page, theme: str) -> Iterator[list[Image.Image]]:
    """Take the pictures of a theme: for each language a row by day and one by night."""
    for language in specimens.LANGUAGES:
        html = as_html(render(specimens.issue(language), specimens.options(language), theme))
        for dark in (False, True):
            yield [_take(page, html, width, dark=dark) for width in WIDTHS]


def _take(page: Page, html: str, width: int, *, dark: bool) -> Image.Image:
    page.show(html, width=width, dark=dark)
    return page.picture(whole=True)


def assemble(pictures: Iterable[list[Image.Image]]) -> Image.Image:
    """Lay rows of pictures out on one sheet."""
    taken = list(pictures)
    heights = [max(it.height for it in row) for row in taken]
    width = max(sum(it.width + _GAP for it in row) for row in taken) + _GAP
    sheet = Image.new("RGB", (width, sum(heights) + _GAP * (len(taken) + 1)), _GROUND)
    top = _GAP
    for row, height in zip(taken, heights, strict=True):
        left = _GAP
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + _GAP
        top += height + _GAP
    return sheet


def overview(taken: list[list[Image.Image]]) -> Image.Image:
    """Make the sheet small: the night beside the day, each letter from its top to its end."""
    sheet = assemble(day + night for day, night in zip(taken[::2], taken[1::2], strict=True))
    return sheet.resize((_SMALL, sheet.height * _SMALL // sheet.width), Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    with chromium() as page:
        for theme in THEMES:
            taken = list(rows(page, theme))
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                assemble(taken).save(folder / f"{theme}.png")
            else:
                name = f"contact-sheet-{theme}.png"
                pictures.save(overview(taken), name, _COLOURS, largest=_LARGEST)


if __name__ == "__main__":
    main()
