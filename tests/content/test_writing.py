import os
from pathlib import Path

import pytest

from pipeline.content.writing import create_text, write_text_atomically
from pipeline.errors import ContentError


def test_writes_a_new_file_and_the_folders_above_it(tmp_path):
    write_text_atomically(tmp_path / "issues" / "0001.md", "a\r\nü\n")

    assert (tmp_path / "issues" / "0001.md").read_bytes() == "a\r\nü\n".encode()


def test_replaces_a_file_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("old")
    path.chmod(0o640)

    write_text_atomically(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.md").write_text("old")
    (tmp_path / "link.md").symlink_to("real.md")

    write_text_atomically(tmp_path / "link.md", "new")

    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"


@pytest.mark.parametrize("write", [write_text_atomically, create_text])
def test_a_full_disk_changes_nothing(tmp_path, monkeypatch, write):
    path = tmp_path / "a.md"
    if write is write_text_atomically:
        path.write_text("old")
    before = sorted(tmp_path.iterdir())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ContentError, match="No space left") as caught:
        write(path, "new")

    assert caught.value.place == str(path)
    assert "free space" in caught.value.remedy
    assert sorted(tmp_path.iterdir()) == before
    assert all(file.read_text() == "old" for file in before)


def test_a_rename_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "a.md").mkdir()

    with pytest.raises(ContentError, match="cannot be written"):
        write_text_atomically(tmp_path / "a.md", "new")

    assert list(tmp_path.iterdir()) == [tmp_path / "a.md"]


def test_never_touches_a_file_that_is_there(tmp_path):
    path = tmp_path / "a.md"
    create_text(path, "old")

    with pytest.raises(ContentError, match="exists already"):
        create_text(path, "new")

    assert path.read_text() == "old"


def test_refuses_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "content").write_text("")

    with pytest.raises(ContentError, match="cannot be written"):
        create_text(tmp_path / "content" / "a.md", "new")


def test_a_folder_that_cannot_be_synced_is_no_fault(tmp_path, monkeypatch):
    real = os.fsync

    def only_files(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir():
            raise OSError(22, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    create_text(tmp_path / "a.md", "new")

    assert (tmp_path / "a.md").read_text() == "new"
