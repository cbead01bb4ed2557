"""Adding, importing, exporting and removing readers."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError, ConflictError, NotFoundError
from pipeline.model.subscriber import SubscriberStatus
from pipeline.workflow import listing
from tests.workflow.office import Office


def add(office: Office, text: str, name: str = "", *, again: bool = False) -> str:
    key = office.site.suppression_key
    address, _ = listing.add(office.store, text, name, key=key, again=again, now=office.now)
    return str(address)


def bring(office: Office, path: Path) -> listing.Brought:
    return listing.bring(office.store, path, key=office.site.suppression_key, now=office.now)


def active(office: Office) -> int:
    return office.store.subscribers.count(SubscriberStatus.ACTIVE)


def test_reader_is_added_with_a_name(office: Office) -> None:
    assert add(office, "reader@mail.example", "A Reader") == "A Reader <reader@mail.example>"
    assert active(office) == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("nobody", "", id="no address"),
        pytest.param("a@mail.example\r\nBcc: b@mail.example", "", id="header injection"),
        pytest.param("reader@mail.example", "A\r\nBcc: b@mail.example", id="in the name"),
    ],
)
def test_what_cannot_be_written_to_is_refused(office: Office, address: str, name: str) -> None:
    with pytest.raises(ConfigError):
        add(office, address, name)

    assert active(office) == 0


def test_reader_is_added_once(office: Office) -> None:
    add(office, "reader@mail.example")
    add(office, "Reader@Mail.example")

    assert active(office) == 1


def test_reader_who_left_comes_back_only_by_an_own_wish(office: Office) -> None:
    add(office, "reader@mail.example")
    listing.remove(office.store, ["reader@mail.example"], now=office.now)

    with pytest.raises(ConflictError, match="was not added") as caught:
        add(office, "reader@mail.example")

    assert "--again" in caught.value.remedy


def test_list_is_imported_with_an_account_of_bad_lines(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("email,name\nreader-1@mail.example,A\nnobody,B\nreader-2@mail.example,C\n")

    brought = bring(office, path)

    assert (brought.added, brought.existing) == (2, 0)
    assert [line for line, _ in brought.refused] == [3]


def test_list_that_is_not_there_is_said_so(office: Office, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        bring(office, tmp_path / "readers.csv")


def test_exported_list_can_be_imported(office: Office, tmp_path: Path) -> None:
    add(office, "reader@mail.example", "=1+1")
    path = tmp_path / "readers.csv"

    count = listing.export_to(office.store, path)

    assert count == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert bring(office, path).existing == 1


def test_export_never_overwrites(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("mine")

    with pytest.raises(ConfigError, match="the list cannot be written: File exists"):
        listing.export_to(office.store, path)

    assert path.read_text() == "mine"


def test_removing_an_unknown_reader_removes_nobody(office: Office) -> None:
    add(office, "reader@mail.example")

    with pytest.raises(NotFoundError, match="is not on the list"):
        listing.remove(office.store, ["reader@mail.example", "other@mail.example"], now=office.now)

    assert active(office) == 1
