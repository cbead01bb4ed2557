import hashlib
import os
import socket
from pathlib import Path

import pytest

from pipeline.content import library
from pipeline.content.column import Column
from pipeline.content.library import (
    digest,
    issue_numbers,
    misnamed_issue_files,
    read_issue_file,
)
from pipeline.errors import ContentError
from pipeline.model.finding import Level

GOOD = "---\ntitle: {title}\nstatus: ready\n---\n## Question\nq {title}\n## Answer\na\n"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "content").mkdir()
    return tmp_path


def put(site: Path, name: str, text: str | None = None) -> Path:
    path = site / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GOOD.format(title=name.replace("/", " ")) if text is None else text)
    return path


def read(site: Path, *, cache: Path | None = None) -> Column:
    return library.read(site / "content", site=site, cache=cache)


def slugs(column: Column) -> list[str]:
    return [qa.slug for qa in column.qas]


def test_reads_the_folder_and_those_in_it(site):
    put(site, "b.md")
    put(site, "deep/deeper/a.md")
    put(site, "UPPER.MD")

    column = read(site)

    assert column.findings == ()
    assert slugs(column) == ["UPPER", "a", "b"]
    assert [qa.source for qa in column.qas][1] == "content/deep/deeper/a.md"


def test_leaves_out_what_is_no_qa(site):
    names = ["README.md", "deep/readme.md", "_draft.md", ".hidden.md", ".obsidian/a.md"]
    for name in [*names, "a.txt", "picture.png", "a.md~"]:
        put(site, name)
    (site / "content" / "folder.md").mkdir()

    assert read(site) == Column((), (), {})


def test_mentions_markdown_under_another_ending(site):
    put(site, "a.markdown")

    column = read(site)

    assert column.qas == ()
    assert [(finding.level, finding.source) for finding in column.findings] == [
        (Level.WARNING, "content/a.markdown")
    ]


def test_two_files_with_one_slug_name_each_other(site):
    put(site, "a.md")
    put(site, "deep/a.md")
    put(site, "b.md")

    column = read(site)

    assert slugs(column) == ["b"]
    assert {finding.id for finding in column.findings} == {"content/duplicate-slug"}
    assert "content/deep/a.md" in column.findings[0].message


def test_an_unreadable_file_does_not_hide_the_others(site):
    for number in range(20):
        put(site, f"q-{number}.md")
    (site / "content" / "gone.md").symlink_to("nowhere.md")
    (site / "content" / "round.md").symlink_to("round.md")

    column = read(site)

    assert len(column.qas) == 20
    assert [finding.place for finding in column.findings] == [
        "content/gone.md",
        "content/round.md",
    ]
    assert column.faulty.keys() == {"gone", "round"}


@pytest.fixture
def nobody(site, monkeypatch):
    """Root may read everything, so for the length of a test it is somebody else."""
    is_root = os.geteuid() == 0
    site.chmod(0o755)
    # From inside, the folders above, which are root's alone, need not be searched.
    monkeypatch.chdir(site)
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)
    for path in (site / "content").iterdir():
        path.chmod(0o700)


def test_a_forbidden_file_and_folder_are_findings(site, request):
    put(site, "a.md").chmod(0)
    put(site, "locked/b.md").parent.chmod(0)
    put(site, "c.md")
    request.getfixturevalue("nobody")

    column = read(Path())

    assert slugs(column) == ["c"]
    assert [(finding.source, finding.remedy) for finding in column.findings] == [
        ("content/a.md", "make it readable, or remove it"),
        ("content/locked", "let this user read the folder"),
    ]


def test_a_missing_folder_is_a_finding(tmp_path):
    column = library.read(tmp_path / "content", site=tmp_path)

    assert [str(finding) for finding in column.findings] == [
        "content: it cannot be read (No such file or directory), bring the folder back"
    ]


def test_links_that_lead_round_in_a_circle_are_walked_once(site):
    put(site, "deep/a.md")
    (site / "content" / "again").symlink_to("deep")
    (site / "content" / "deep" / "up").symlink_to("..")

    column = read(site)

    assert column.findings == ()
    assert [qa.source for qa in column.qas] == ["content/deep/a.md"]


def test_links_out_of_the_content_folder_are_not_followed(site, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.md").write_text(GOOD.format(title="a"))
    (site / "content" / "linked").symlink_to(elsewhere)
    (site / "content" / "b.md").symlink_to(elsewhere / "a.md")
    put(site, "c.md")

    column = read(site)

    assert [qa.source for qa in column.qas] == ["content/c.md"]
    assert sorted(map(str, column.findings)) == [
        "content/b.md: it is a link that leads out of the content folder, put a copy of it there",
        "content/linked: it is a link that leads out of the content folder, put a copy of it there",
    ]
    assert {finding.id for finding in column.findings} == {"content/unreadable"}
    assert "b" in column.faulty


def test_links_within_the_content_folder_are_followed(site):
    put(site, "deep/a.md")
    (site / "content" / "b.md").symlink_to("deep/a.md")

    assert {qa.source for qa in read(site).qas} == {"content/b.md", "content/deep/a.md"}


def test_the_content_folder_itself_may_be_a_link(site, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "column"
    put(site, "a.md")
    (site / "content").rename(elsewhere)
    (site / "content").symlink_to(elsewhere)
    (elsewhere / "b.md").symlink_to(site / "content" / "a.md")

    column = read(site)

    assert column.findings == ()
    assert [qa.source for qa in column.qas] == ["content/a.md", "content/b.md"]


def test_an_issue_file_behind_a_link_is_not_read(site, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "1.md"
    elsewhere.write_text("---\nnumber: 1\n---\n")
    path = library.issue_path(site, 1)
    path.parent.mkdir()
    path.symlink_to(elsewhere)

    reading = library.read_issue_file(site, 1)

    assert reading is not None
    assert reading.readable is None
    assert [str(finding) for finding in reading.findings] == [
        "issues/0001.md: it is a link that leads out of the issues folder, put a copy of it there"
    ]


def test_a_pipe_or_socket_is_a_finding_and_not_waited_for(site, monkeypatch):
    os.mkfifo(site / "content" / "a.md")
    (site / "content" / "b.md").symlink_to("a.md")
    monkeypatch.chdir(site / "content")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("c.md")  # a long path would not fit into its address

    column = read(site)

    assert [finding.place for finding in column.findings] == [
        "content/a.md",
        "content/b.md",
        "content/c.md",
    ]
    assert "a pipe, a socket or a device" in column.findings[0].message
    assert column.faulty.keys() == {"a", "b", "c"}


def test_an_issue_file_that_is_a_pipe_is_not_waited_for(site):
    (site / "issues").mkdir()
    os.mkfifo(site / "issues" / "0012.md")

    parsed = read_issue_file(site, 12)

    assert parsed is not None
    assert "a pipe" in parsed.findings[0].message


def test_the_digest_of_a_pipe_is_an_error(site):
    os.mkfifo(site / "pipe")

    with pytest.raises(ContentError, match="a pipe"):
        digest(site / "pipe")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        pytest.param(b"na\xefve.md", "content/na\ufffdve.md", id="not-utf-8"),
        pytest.param(b"a\nb.md", r"content/a\nb.md", id="line-feed"),
        pytest.param(b"a\nb/c.md", r"content/a\nb/c.md", id="line-feed-in-a-folder"),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused_in_one_that_can(site, tmp_path, name, place):
    path = Path(os.fsdecode(os.fsencode(site / "content") + b"/" + name))
    path.parent.mkdir(exist_ok=True)
    path.write_text(GOOD.format(title="a"))
    cache = tmp_path / "content.json"

    column = read(site, cache=cache)

    assert column.qas == ()
    assert [(finding.id, finding.place) for finding in column.findings] == [("content/slug", place)]
    assert read(site, cache=cache) == column


def test_a_huge_file_is_refused_without_being_read_whole(site):
    path = put(site, "a.md")
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # a hole: it takes no room

    column = read(site)

    assert [finding.id for finding in column.findings] == ["content/size"]


def test_what_was_read_before_is_the_same_from_the_cache(site, tmp_path):
    put(site, "a.md", GOOD.format(title="a").replace("---\n##", "asked_on: 2026-01-02\n---\n##"))
    put(site, "b.md", "broken")
    put(site, "c.md", GOOD.format(title="c").replace("---\n##", "inspired_by: W\nx: y\n---\n##"))
    put(
        site,
        "d.md",
        GOOD.format(title="d").replace("---\n##", "language: fr\nnot_before: 2026-01-02\n---\n##"),
    )
    cache = tmp_path / ".cache" / "content.json"

    cold = read(site, cache=cache)
    warm = read(site, cache=cache)

    assert cache.exists()
    assert cold == warm == read(site)


def test_the_cache_is_really_used(site, tmp_path, monkeypatch):
    put(site, "a.md")
    cache = tmp_path / "content.json"
    cold = read(site, cache=cache)

    def refuse(*_: object) -> None:
        raise AssertionError("it was parsed again")

    monkeypatch.setattr("pipeline.content.parsing.parse", refuse)

    assert read(site, cache=cache) == cold


def test_a_changed_file_is_read_again_even_with_its_old_size_and_time(site, tmp_path):
    path = put(site, "a.md")
    cache = tmp_path / "content.json"
    read(site, cache=cache)
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    other = path.with_suffix(".new")
    other.write_text(path.read_text().replace("q a.md", "r a.md"))
    other.replace(path)
    os.utime(path, ns=times)

    column = read(site, cache=cache)

    assert column.qas[0].question.text == "r a.md"


def test_a_deleted_file_is_forgotten(site, tmp_path):
    put(site, "a.md")
    cache = tmp_path / "content.json"
    read(site, cache=cache)
    (site / "content" / "a.md").unlink()

    assert read(site, cache=cache).qas == ()
    assert "a.md" not in cache.read_text()


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"code": "other", "files": {}}', b"\xff", b"null", b"[" * 100_000],
    ids=["empty", "cut", "list", "other-code", "no-text", "null", "deep"],
)
def test_a_damaged_cache_counts_as_empty(site, tmp_path, damage):
    put(site, "a.md")
    cache = tmp_path / "content.json"
    cache.write_bytes(damage)

    assert slugs(read(site, cache=cache)) == ["a"]
    assert cache.read_bytes() != damage


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(site, tmp_path):
    put(site, "a.md")
    (tmp_path / "file").write_text("")

    assert slugs(read(site, cache=tmp_path / "file" / "content.json")) == ["a"]


def test_reads_an_issue_file_by_its_number(site):
    (site / "issues").mkdir()
    (site / "issues" / "0012.md").write_text("---\nsubject: Hello\n---\n")

    parsed = read_issue_file(site, 12)

    assert parsed is not None
    assert parsed.file is not None
    assert (parsed.file.subject, parsed.file.source) == ("Hello", "issues/0012.md")


def test_there_may_be_no_issue_file(site):
    assert read_issue_file(site, 12) is None


def test_an_unreadable_issue_file_is_an_error_of_its_own(site):
    (site / "issues" / "0012.md").mkdir(parents=True)

    parsed = read_issue_file(site, 12)

    assert parsed is not None
    assert parsed.file is None
    assert parsed.findings[0].place == "issues/0012.md"


def test_the_digest_is_that_of_the_bytes(site):
    path = put(site, "a.md")

    assert digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_digest_of_a_file_that_is_gone_is_an_error_with_its_place(site):
    with pytest.raises(ContentError, match="cannot be read") as caught:
        digest(site / "gone.md")

    assert caught.value.place == str(site / "gone.md")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("7.md", "rename it to 0007.md", id="short"),
        pytest.param("00007.md", "rename it to 0007.md", id="long"),
        pytest.param("0007.MD", "rename it to 0007.md", id="capitals"),
        pytest.param("0007.markdown", "rename it to 0007.md", id="another-ending"),
        pytest.param("0012 copy.md", "name it after the issue, such as 0012.md", id="copy"),
        pytest.param("\u0667.md", "name it after the issue, such as 0012.md", id="other-digits"),
        pytest.param("0000.md", "name it after the issue, such as 0012.md", id="nought"),
    ],
)
def test_an_issue_file_under_another_name_is_an_error(site, name, remedy):
    (site / "issues").mkdir()
    (site / "issues" / name).write_text("---\nsubject: Hello\n---\n")

    (finding,) = misnamed_issue_files(site)

    assert (finding.id, finding.level) == ("content/issue-number", Level.ERROR)
    assert (finding.source, finding.remedy) == (f"issues/{name}", remedy)
    assert issue_numbers(site) == ()


def test_what_stands_beside_the_issue_files_may_have_any_name(site):
    (site / "issues" / "old.md").mkdir(parents=True)
    for name in ["0001.md", "10000.md", "README.md", "_ideas.md", ".hidden.md", "notes.txt"]:
        (site / "issues" / name).write_text("---\nsubject: Hello\n---\n")

    assert misnamed_issue_files(site) == ()
    assert issue_numbers(site) == (1, 10_000)


def test_without_issue_files_none_is_misnamed(site):
    assert misnamed_issue_files(site) == ()


def test_the_hash_of_a_question_comes_out_of_the_cache(site, tmp_path, monkeypatch):
    put(site, "a.md")
    cache = tmp_path / "content.json"
    cold = read(site, cache=cache).qas[0].question.hash

    def refuse(_text: str) -> str:
        raise AssertionError("it was computed again")

    monkeypatch.setattr("pipeline.model.qa._hash_of", refuse)

    assert read(site, cache=cache).qas[0].question.hash == cold
