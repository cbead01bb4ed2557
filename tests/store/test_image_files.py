"""Images under their hash."""

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.errors import StateError
from pipeline.store.image_files import ImageFiles
from tests.images import draw, make_edition_image

DATA = draw()
IMAGE = make_edition_image(DATA)


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    return ImageFiles(tmp_path / "public" / "images")


def test_keeps_an_image_under_its_hash(files: ImageFiles) -> None:
    files.keep(IMAGE, DATA)

    path = files.find(IMAGE.name)
    assert path is not None
    assert path.name == f"{hashlib.sha256(DATA).hexdigest()[:32]}.png"
    assert files.load(IMAGE) == DATA
    assert [entry.name for entry in files.folder.iterdir()] == [IMAGE.name]


def test_a_web_server_may_read_it(files: ImageFiles) -> None:
    before = os.umask(0o077)
    try:
        files.keep(IMAGE, DATA)
    finally:
        os.umask(before)

    path = files.find(IMAGE.name)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o644


def test_to_keep_it_again_changes_nothing(files: ImageFiles) -> None:
    files.keep(IMAGE, DATA)
    files.keep(IMAGE, DATA)

    assert files.load(IMAGE) == DATA


def test_refuses_other_bytes_than_were_looked_at(files: ImageFiles) -> None:
    with pytest.raises(StateError, match="was changed while it was read"):
        files.keep(IMAGE, DATA + b"x")

    assert files.find(IMAGE.name) is None


def test_a_damaged_file_is_as_good_as_none(files: ImageFiles) -> None:
    files.keep(IMAGE, DATA)
    (files.folder / IMAGE.name).write_bytes(DATA[:-1])

    assert files.load(IMAGE) is None


def test_gives_nothing_that_was_not_kept(files: ImageFiles) -> None:
    assert files.load(IMAGE) is None
    assert files.find(IMAGE.name) is None


@pytest.mark.parametrize("name", ["../secret.png", "", ".", "x.png", "%2e%2e/secret.png"])
def test_finds_nothing_by_another_name(files: ImageFiles, name: str) -> None:
    files.keep(IMAGE, DATA)
    (files.folder.parent / "secret.png").write_bytes(DATA)
    (files.folder / "x.png").write_bytes(DATA)

    assert files.find(name) is None


def test_finds_no_link(files: ImageFiles, tmp_path: Path) -> None:
    files.keep(IMAGE, DATA)
    other = make_edition_image(b"other")
    (files.folder / other.name).symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_bytes(b"other")

    assert files.find(other.name) is None


def test_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")

    with pytest.raises(StateError) as caught:
        ImageFiles(tmp_path / "public" / "images").keep(IMAGE, DATA)

    assert caught.value.place.endswith(f"public/images/{IMAGE.name}")
    assert caught.value.remedy
