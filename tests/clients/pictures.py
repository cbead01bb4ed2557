"""What the letters looked like: ``python -m tests.clients.pictures`` takes the pictures anew.

Every theme and language at the widths of telephones, of a mail program's column and of a desk; dark
at two of them, since the layout is the same. They are kept at half their size and in few colours:
enough to see what changed.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from tests.browser import Page, chromium
from tests.clients import sample

KEPT = Path(__file__).parent / "kept"
MADE_WITH = KEPT / "made-with.json"
WIDTHS = {False: (320, 375, 640, 800), True: (375, 640)}
#: What draws the letters; other versions of these fonts draw others.
_FONTS = Path("/usr/share/fonts/truetype")
_FONT_FILES = (
    *(f"liberation/Liberation{name}-Regular.ttf" for name in ("Sans", "Mono", "Serif")),
    *(f"noto/Noto{name}-Regular.ttf" for name in ("Serif", "NaskhArabic", "SansSymbols2")),
)

#: How far a block of eight by eight pixels may be off, of 255: letters that moved by two pixels,
#: or have another colour, are off by more, few colours instead of all by a third of it.
WORST_BLOCK = 16
#: How far the whole may be off: another ground is, though no block of it is far off.
WHOLE = 1.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One picture."""

    theme: str
    language: str
    width: int
    dark: bool

    @property
    def path(self) -> Path:
        scheme = "dark" if self.dark else "light"
        return KEPT / self.theme / f"{self.language}-{self.width}-{scheme}.png"


def cases(theme: str, language: str) -> Iterator[Case]:
    for dark, widths in WIDTHS.items():
        for width in widths:
            yield Case(theme=theme, language=language, width=width, dark=dark)


def take(page: Page, case: Case) -> Image.Image:
    """Take the picture of a whole letter, at half its size."""
    letter = sample.make(case.theme, case.language)
    page.show(letter.mail, width=case.width, dark=case.dark)
    return page.picture(whole=True).reduce(2)


def difference(kept: Image.Image, seen: Image.Image) -> str:
    """Say in what a picture is another; nothing when it is the same as far as people see."""
    if kept.size != seen.size:
        return f"{seen.size[0]} x {seen.size[1]} pixels instead of {kept.size[0]} x {kept.size[1]}"
    # Four pixels of ours are eight of the screen.
    off = ImageChops.difference(kept.convert("RGB").reduce(4), seen.reduce(4))
    channels = ImageStat.Stat(off)
    worst = max(high for _, high in channels.extrema)
    whole = sum(channels.mean) / 3
    if worst <= WORST_BLOCK and whole <= WHOLE:
        return ""
    return f"a block is off by {worst} of 255, the whole by {whole:.2f}"


def fonts() -> dict[str, str]:
    """Give the sha256 of each font; empty for one that is not installed."""
    return {
        name: hashlib.sha256((_FONTS / name).read_bytes()).hexdigest()
        if (_FONTS / name).exists()
        else ""
        for name in _FONT_FILES
    }


def save(picture: Image.Image, path: Path) -> int:
    """Write a picture in few colours; give its size."""
    file = io.BytesIO()
    few = picture.quantize(
        32, method=Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE
    )
    few.save(file, "PNG", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(file.getvalue())


def main() -> None:
    size, wanted = 0, {MADE_WITH}
    with chromium() as page:
        for theme in sample.THEMES:
            for language in sample.LANGUAGES:
                for case in cases(theme, language):
                    size += save(take(page, case), case.path)
                    wanted.add(case.path)
    MADE_WITH.write_text(json.dumps({"fonts": fonts()}, indent=2) + "\n", encoding="utf-8")
    for path in KEPT.rglob("*.*"):
        if path not in wanted:
            path.unlink()
    print(f"{len(wanted) - 1} pictures, {size:,} bytes")  # noqa: T201 - this is a program


if __name__ == "__main__":
    main()
