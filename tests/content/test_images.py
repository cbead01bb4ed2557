"""Finding the image files that texts ask for."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.content.images import ImageShelf
from pipeline.model.image import Image, ImageFault
from tests.images import draw, put

_SOURCE = "content/2026/a.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    put(tmp_path, "content/pictures/map.png")
    put(tmp_path, "content/2026/desk.png", draw(30, 20))
    put(tmp_path, "secret.png")
    return tmp_path


def find(site: Path, reference: str, source: str = _SOURCE) -> Image | ImageFault:
    return ImageShelf(site).find(reference, source)


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("desk.png", "content/2026/desk.png"),
        ("pictures/map.png", "content/pictures/map.png"),
        ("../pictures/map.png", "content/pictures/map.png"),
    ],
)
def test_finds_an_image_beside_its_text_or_from_the_content_folder(
    site: Path, reference: str, path: str
) -> None:
    found = find(site, reference)

    assert isinstance(found, Image)
    assert found.source == path


@pytest.mark.parametrize("name", ["my map.png", "100%.png", "a#b?c.png", "MAP.PNG", "Ünï ✓.png"])
def test_finds_a_name_as_markdown_writes_it(site: Path, name: str) -> None:
    put(site, f"content/{name}")

    assert isinstance(find(site, quote(name)), Image)


@pytest.mark.parametrize("stored", ["caf\u00e9.png", "cafe\u0301.png"])
@pytest.mark.parametrize("written", ["caf\u00e9.png", "cafe\u0301.png"])
def test_finds_a_name_in_either_form_of_unicode(site: Path, stored: str, written: str) -> None:
    put(site, f"content/{stored}")

    assert isinstance(find(site, written), Image)


def test_says_where_it_looked_for_a_missing_image(site: Path) -> None:
    found = find(site, "gone.png")

    assert isinstance(found, ImageFault)
    assert not found.is_left_out
    assert "'gone.png': content/2026/gone.png is not there" in found.message
    assert "put the file there" in found.remedy


def test_names_the_file_that_differs_only_in_case(site: Path) -> None:
    found = find(site, "pictures/Map.PNG")

    assert isinstance(found, ImageFault)
    assert "write map.png, as the file is called" in found.remedy


def test_follows_no_link_out_of_the_content_folder(site: Path) -> None:
    (site / "content/link.png").symlink_to(site / "secret.png")
    (site / "content/folder").symlink_to(site)

    for reference in ("link.png", "folder/secret.png"):
        found = find(site, reference)

        assert isinstance(found, ImageFault)
        assert "leads out of the content folder" in found.message


def test_follows_a_link_within_the_content_folder(site: Path) -> None:
    (site / "content/link.png").symlink_to(site / "content/pictures/map.png")

    assert isinstance(find(site, "link.png"), Image)


def test_a_content_folder_that_is_a_link_is_the_content_folder(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "content").symlink_to(site / "content")

    assert isinstance(find(other, "pictures/map.png", "content/a.md"), Image)


def test_does_not_wait_for_a_pipe_and_reads_no_folder(site: Path) -> None:
    os.mkfifo(site / "content/pipe.png")

    for reference in ("pipe.png", "pictures"):
        found = find(site, reference)

        assert isinstance(found, ImageFault)
        assert "is no file" in found.message


def test_says_what_cannot_be_read(site: Path) -> None:
    (site / "content/loop.png").symlink_to(site / "content/loop.png")

    found = find(site, "loop.png")

    assert isinstance(found, ImageFault)
    assert "cannot be read" in found.message


def test_answers_for_a_name_that_no_file_can_have(site: Path) -> None:
    assert isinstance(find(site, "x" * 5_000 + ".png"), ImageFault)


def test_looks_into_a_file_once_while_it_stays_the_same(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = ImageShelf(site)
    before = shelf.find("pictures/map.png", _SOURCE)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *_: pytest.fail("read again"))
        assert shelf.find("pictures/map.png", _SOURCE) is before
    put(site, "content/pictures/map.png", draw(90, 60))
    after = shelf.find("pictures/map.png", _SOURCE)

    assert isinstance(after, Image)
    assert after.width == 90


def test_gives_the_bytes_of_an_image_wherever_it_was_moved(site: Path) -> None:
    data = draw()
    shelf = ImageShelf(site)
    image = shelf.find("pictures/map.png", _SOURCE)
    assert isinstance(image, Image)

    (site / "content/pictures/map.png").rename(site / "content/moved.png")

    assert shelf.bytes_of(image.sha256) == data
    (site / "content/moved.png").unlink()
    assert shelf.bytes_of(image.sha256) is None


def test_an_image_that_became_a_pipe_is_not_waited_for(site: Path) -> None:
    shelf = ImageShelf(site)
    image = shelf.find("desk.png", _SOURCE)
    assert isinstance(image, Image)
    (site / "content/2026/desk.png").unlink()
    os.mkfifo(site / "content/2026/desk.png")

    assert shelf.bytes_of(image.sha256) is None


def test_pillow_is_not_imported_before_there_is_an_image() -> None:
    code = "import sys, pipeline.app.site, pipeline.rendering.renderer; print('PIL' in sys.modules)"
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert told.stdout == "False\n"
