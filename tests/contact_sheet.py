"""Shows every theme in every language, light and dark, at every width: a sheet for each theme.

``python -m tests.contact_sheet FOLDER`` writes ``THEME.png`` into it, to be looked at closely;
without a folder the small ones in ``docs/images/`` are written anew.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from tests import pictures, specimens
from tests.browser import Page, chromium
from tests.rendering.letters import as_html, render

THEMES = ("classic", "plain")
#: Small phones, larger ones, a mail program's pane, and one that is wider than a letter.
WIDTHS = (320, 375, 640, 800)
_GAP = 24
_GROUND = "#9aa0a6"


def photograph(page: Page, html: str, width: int, *, dark: bool = False) -> Image.Image:
    """Take a picture of a whole page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.html"
        file.write_text(html, encoding="utf-8")
        page.look(file.as_uri(), width=width, height=400, dark=dark)
        return page.picture(whole=True)


def rows(page: Page, theme: str) -> Iterator[list[Image.Image]]:
    """Take the pictures of a theme: a row for each language, by day and by night."""
    for language in specimens.LANGUAGES:
        edition = render(specimens.issue(language), specimens.options(language), theme)
        html = as_html(edition)
        for dark in (False, True):
            yield [photograph(page, html, width, dark=dark) for width in WIDTHS]


def assemble(pictures: Iterable[list[Image.Image]], *, height: int | None = None) -> Image.Image:
    """Lay rows of pictures out on one sheet, each cut at a height if one is given."""
    cut = [
        [it.crop((0, 0, it.width, min(it.height, height or it.height))) for it in row]
        for row in pictures
    ]
    heights = [max(it.height for it in row) for row in cut]
    width = max(sum(it.width + _GAP for it in row) for row in cut) + _GAP
    sheet = Image.new("RGB", (width, sum(heights) + _GAP * (len(cut) + 1)), _GROUND)
    top = _GAP
    for row, tall in zip(cut, heights, strict=True):
        left = _GAP
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + _GAP
        top += tall + _GAP
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    with chromium() as page:
        for theme in THEMES:
            taken = list(rows(page, theme))
            if folder:
                assemble(taken).save(folder / f"{theme}.png")
                continue
            # Two rows for each language side by side, as much of each as fits a page.
            beside = [[*day, *night] for day, night in zip(taken[::2], taken[1::2], strict=True)]
            sheet = assemble(beside, height=900)
            small = sheet.resize((1200, round(sheet.height * 1200 / sheet.width)))
            pictures.save(small, f"contact-sheet-{theme}.png")


if __name__ == "__main__":
    main()
