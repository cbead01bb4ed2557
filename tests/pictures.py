"""Takes the pictures in ``docs/images/``: ``python -m tests.pictures``.

The sample newsletter's first issue, on a day that stays the same, so that a picture changes only
when what it shows does.
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from starlette.applications import Starlette

from pipeline.app import letters
from pipeline.app.site import Site, open_site
from pipeline.demo import make_sample_site
from pipeline.rendering import personal
from pipeline.web.editor import app, desk
from pipeline.workflow import looking
from tests.browser import chromium
from tests.fakes import FakeClock
from tests.web.serving import served

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
#: Larger files make a README slow to open.
_LARGEST = 150_000
_TOKEN = "desk"  # noqa: S105 - the desk lives for a second


@contextmanager
def sample_site(theme: str = "classic") -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        make_sample_site(Path(folder) / "site", today=MONDAY.date(), port=1025)
        toml = Path(folder) / "site" / "newsletter.toml"
        toml.write_text(toml.read_text().replace('theme = "classic"', f'theme = "{theme}"'))
        site = open_site(Path(folder) / "site", clock=FakeClock(MONDAY))
        # With a ledger the desk has nothing to assume.
        site.open_store().close()
        yield site


def write_edition(site: Site) -> Path:
    """Write the first issue's page as a reader would see it."""
    edition = looking.edition_of(site.workshop, None, None, now=MONDAY)
    html = edition.html.join(personal.for_html(**letters.sample_values(site)))
    path = site.folder / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


def palette_png(picture: Image.Image, colours: int = 256) -> bytes:
    """Write a picture with the colours that fit it best."""
    file = io.BytesIO()
    # The usual way goes by how often a colour occurs, and loses the accent to many greys.
    fitting = picture.convert("RGB").quantize(
        colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    fitting.save(file, "PNG", optimize=True)
    return file.getvalue()


def save(picture: Image.Image, name: str, colours: int = 256, *, largest: int = _LARGEST) -> None:
    """Write a picture of the documentation."""
    png = palette_png(picture, colours)
    assert len(png) <= largest, f"{name} has {len(png):,} bytes"
    (IMAGES / name).write_bytes(png)
    print(f"{name}  {len(png):,} bytes")  # noqa: T201 - this is a program


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sample_site("plain") as site, chromium() as page:
        page.look(write_edition(site).as_uri(), width=640, height=940)
        save(page.picture(), "plain-640.png")
    with sample_site() as site, chromium() as page:
        edition = write_edition(site).as_uri()
        page.look(edition, width=640, height=940)
        save(page.picture(), "edition-640.png")
        page.look(edition, width=375, height=812)
        save(page.picture(), "edition-375.png")
        view = desk.SiteDesk(site)

        def make(port: int) -> Starlette:
            return app.create(view, token=_TOKEN, hosts=app.desk_hosts(port), paths=())

        with served(make) as root:
            page.look(f"{root}/{_TOKEN}/", width=1280, height=860)
            page.wait_for("document.querySelector('[data-live=yes]') !== null")
            save(page.picture(), "preview.png")


if __name__ == "__main__":
    main()
