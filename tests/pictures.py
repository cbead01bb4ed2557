"""Takes the pictures in ``docs/images/``: ``python -m tests.pictures``.

The sample newsletter's first issue, on a day that stays the same, so that a picture changes only
when what it shows does.
"""

import struct
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from pipeline.app import posting
from pipeline.app.site import Site, open_site
from pipeline.demo import make_sample_site
from pipeline.rendering import personal
from pipeline.web.editor import app, desk
from pipeline.workflow import editing
from tests.browser import Page, Picture, chromium
from tests.fakes import FakeClock
from tests.web.serving import served

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
#: Larger files make a README slow to open.
_LARGEST = 150_000
_TOKEN = "desk"  # noqa: S105 - the desk lives for a second


@contextmanager
def sample_site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        make_sample_site(Path(folder) / "site", today=MONDAY.date(), port=1025)
        site = open_site(Path(folder) / "site", clock=FakeClock(MONDAY))
        # With a ledger the desk has nothing to assume.
        site.open_store().close()
        yield site


def write_edition(site: Site) -> Path:
    """Write the first issue's page as a reader would see it."""
    edition = editing.edition_of(site.workshop, None, None, now=MONDAY)
    html = edition.html.join(personal.for_html(**posting.sample_values(site)))
    path = site.folder / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


def palette_png(picture: Picture) -> bytes:
    """Write a picture with its 256 most common colours; the others become the nearest of them."""
    counts = Counter(row[i : i + 3] for row in picture.rows for i in range(0, len(row), 3))
    palette = [colour for colour, _ in counts.most_common(256)]
    index = {
        colour: min(range(len(palette)), key=lambda n: _distance(palette[n], colour))
        for colour in counts
    }
    lines = b"".join(
        b"\0" + bytes(index[row[i : i + 3]] for i in range(0, len(row), 3)) for row in picture.rows
    )
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", head),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _save(page: Page, name: str) -> None:
    png = palette_png(page.picture())
    assert len(png) <= _LARGEST, f"{name} has {len(png):,} bytes"
    (IMAGES / name).write_bytes(png)
    print(f"{name}  {len(png):,} bytes")  # noqa: T201 - this is a program


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        sample_site() as site,
        tempfile.TemporaryDirectory() as profile,
        chromium(Path(profile)) as page,
    ):
        edition = write_edition(site).as_uri()
        page.look(edition, width=640, height=940)
        _save(page, "edition-640.png")
        page.look(edition, width=375, height=812)
        _save(page, "edition-375.png")
        view = desk.SiteDesk(site)

        def make(port: int) -> Starlette:
            return app.create(view, token=_TOKEN, hosts=app.desk_hosts(port), paths=())

        with served(make) as root:
            page.look(f"{root}/{_TOKEN}/", width=1280, height=860)
            page.wait_for("document.querySelector('[data-live=yes]') !== null")
            _save(page, "preview.png")


if __name__ == "__main__":
    main()
