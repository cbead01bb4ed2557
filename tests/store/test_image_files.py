"""Images under their hash."""

import hashlib
import os
from collections.abc import Callable
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


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    other = path.parent.parent / "elsewhere"
    other.write_bytes(DATA)
    path.symlink_to(other)


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("put", [_pipe, _link, _link_to_itself])
def test_what_is_no_file_is_as_good_as_none_and_an_image_takes_its_place(
    files: ImageFiles, put: Callable[[Path], None]
) -> None:
    files.folder.mkdir(parents=True)
    put(files.folder / IMAGE.name)

    assert files.load(IMAGE) is None
    assert files.find(IMAGE.name) is None

    files.keep(IMAGE, DATA)

    assert files.load(IMAGE) == DATA
    assert files.find(IMAGE.name) is not None


@pytest.mark.parametrize("name", ["public", "public/images"])
def test_says_that_a_file_stands_where_its_folder_must_be(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("a file")

    with pytest.raises(StateError) as caught:
        ImageFiles(tmp_path / "public" / "images").keep(IMAGE, DATA)

    assert str(caught.value) == (
        f"{tmp_path / name}: the image cannot be kept: it is no folder;"
        " move it away, then do the same once more"
    )


def test_says_that_a_folder_has_the_name_of_an_image(files: ImageFiles) -> None:
    (files.folder / IMAGE.name).mkdir(parents=True)

    assert files.load(IMAGE) is None
    with pytest.raises(StateError) as caught:
        files.keep(IMAGE, DATA)

    assert str(caught.value) == (
        f"{files.folder / IMAGE.name}: the image cannot be kept: a folder has its name;"
        " move it away, then do the same once more"
    )


def test_says_where_it_cannot_write(files: ImageFiles) -> None:
    # No system takes a folder's name that is so long.
    far = ImageFiles(files.folder / ("x" * 300))

    with pytest.raises(StateError) as caught:
        far.keep(IMAGE, DATA)

    assert caught.value.place.endswith(IMAGE.name)
    assert "free space" in caught.value.remedy
