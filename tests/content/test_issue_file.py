from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import issue_file
from pipeline.content.issue_file import IssueFile
from pipeline.errors import ContentError
from pipeline.model.finding import Level
from pipeline.model.verdict import Silence

SHA256 = "0123456789abcdef" * 4
OTHER = "f" * 64

FULL = f"""\
---
# settled with the night desk
title: The Corner Office
subject: "Two reports: one too many"
preheader: Also inside
slugs:
  - the-report   # first
  - content/deep/the-meeting.md
slot: 2026-12-01
approved: {SHA256}   # by hand
mood: good
---

Hello **again**.

---

Until then.
"""


def test_reads_all_that_an_editor_can_fix():
    parsed = issue_file.parse(FULL.encode(), "issues/0012.md")

    assert parsed.file == IssueFile(
        number=12,
        title="The Corner Office",
        subject="Two reports: one too many",
        preheader="Also inside",
        intro="Hello **again**.\n\n---\n\nUntil then.",
        slugs=("the-report", "the-meeting"),
        slot=date(2026, 12, 1),
        approved=SHA256,
        source="issues/0012.md",
    )
    assert parsed.file.line_of("the-meeting") == 8
    assert parsed.file.line_of("the-party") == 0
    assert (parsed.file.subject_line, parsed.file.preheader_line) == (4, 5)
    assert parsed.file.intro_line == 14
    assert [finding.level for finding in parsed.findings] == [Level.NOTE]


def test_leaves_to_the_program_what_is_not_written():
    parsed = issue_file.parse(b"---\nslugs:\nslot:\n---\n", "issues/0001.md")

    assert parsed.findings == ()
    assert parsed.file == IssueFile(number=1, source="issues/0001.md")


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        pytest.param("2026-12-01", date(2026, 12, 1), id="day"),
        pytest.param("2026-12-01 09:30", datetime(2026, 12, 1, 9, 30), id="moment"),  # noqa: DTZ001 - in the newsletter's zone
        pytest.param("2026-12-01T09:30Z", datetime(2026, 12, 1, 9, 30, tzinfo=UTC), id="utc"),
        pytest.param(
            "2026-12-01 09:30 +02:00",
            datetime(2026, 12, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))),
            id="offset",
        ),
    ],
)
def test_reads_a_slot(text, slot):
    parsed = issue_file.parse(f"---\nslot: {text}\n---\n".encode(), "issues/0001.md")

    assert parsed.file is not None
    assert parsed.file.slot == slot
    assert type(parsed.file.slot) is type(slot)


@pytest.mark.parametrize("key", ["slugs: a, b", "slugs: [a, b]", "slugs:\n- a\n- b"])
def test_reads_slugs_in_each_form_of_a_list(key):
    parsed = issue_file.parse(f"---\n{key}\n---\n".encode(), "issues/0001.md")

    assert parsed.file is not None
    assert parsed.file.slugs == ("a", "b")


def test_an_intro_knows_the_line_it_begins_in():
    file = issue_file.parse(b"---\nsubject: S\n---\n\n\nHello.\n", "issues/0001.md").file

    assert file is not None
    assert file.intro_line == 6


def test_a_short_intro_may_be_a_key():
    parsed = issue_file.parse(b"---\nintro: Hello: again.\n---\n", "issues/0001.md")

    assert parsed.file is not None
    assert parsed.file.intro == "Hello: again."


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param("Hello", "issues/0003.md:1", "no front matter", id="no-front-matter"),
        pytest.param("---\nslot: soon\n---\n", "issues/0003.md:2", "not a date", id="slot"),
        pytest.param(
            "---\nslot: 2026-12-01 25:00\n---\n", "issues/0003.md:2", "no moment", id="hour"
        ),
        pytest.param("---\nslugs: []\n---\n", "issues/0003.md:2", "names no Q&A", id="no-slugs"),
        pytest.param("---\nslugs: [a, b, a]\n---\n", "issues/0003.md:2", "named twice", id="twice"),
        pytest.param(
            "---\nslugs: [{a: b}]\n---\n", "issues/0003.md:2", "a text belongs", id="mapping"
        ),
        pytest.param("---\napproved: yes\n---\n", "issues/0003.md:2", "no sha256", id="approved"),
        pytest.param("---\nnumber: x\n---\n", "issues/0003.md:2", "whole number", id="no-number"),
        pytest.param("---\nnumber: 4\n---\n", "issues/0003.md:2", "name says 3", id="number"),
        pytest.param(
            "---\nintro: a\n---\nb", "issues/0003.md:2", "stands here and", id="two-intros"
        ),
        pytest.param(
            "---\nintro: [a]\n---\n", "issues/0003.md:2", "a text belongs", id="intro-list"
        ),
        pytest.param(
            "---\nsubject: [a]\n---\n", "issues/0003.md:2", "a text belongs", id="subject"
        ),
        pytest.param("a\xff", "issues/0003.md:1:2", "not UTF-8", id="latin-1"),
    ],
)
def test_refuses_a_faulty_file(text, place, words):
    parsed = issue_file.parse(text.encode("latin-1"), "issues/0003.md")

    assert parsed.file is None
    assert words in parsed.findings[0].message
    assert parsed.findings[0].place == place


def test_names_the_key_that_was_meant():
    parsed = issue_file.parse(b"---\nsubjct: a\n---\n", "issues/0003.md")

    assert parsed.file is not None
    assert parsed.findings[0].remedy == "did you mean `subject`?"


@pytest.mark.parametrize("name", ["next.md", "0000.md", "-1.md", "1.5.md"])
def test_the_name_of_the_file_is_the_issue_s_number(name):
    parsed = issue_file.parse(b"---\n---\n", f"issues/{name}")

    assert parsed.file is None
    assert parsed.findings[0].id == "content/issue-number"


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30).filter(
    lambda text: text.casefold() not in {"null", "none", "~"}
)


@given(
    st.builds(
        IssueFile,
        number=st.just(3),
        source=st.just("issues/0003.md"),
        title=st.none() | TEXTS,
        subject=st.none() | TEXTS,
        preheader=st.none() | TEXTS,
        intro=st.just("") | TEXTS.filter(lambda text: "<<<<<<<" not in text),
        slugs=st.none()
        | st.lists(
            st.text("abc-. سؤ", min_size=1).filter(lambda slug: slug.strip(". ") == slug),
            min_size=1,
            unique=True,
        ).map(tuple),
        slot=st.none() | st.dates() | st.datetimes() | st.datetimes(timezones=st.just(UTC)),
        approved=st.none() | st.just(SHA256),
    )
)
def test_what_was_written_reads_back_the_same(file):
    parsed = issue_file.parse(issue_file.write(file).encode(), file.source)

    assert parsed.file == file
    assert parsed.findings == ()


def test_an_approval_changes_its_line_and_nothing_else():
    changed = issue_file.with_approval(FULL, OTHER)

    assert changed == FULL.replace(SHA256, OTHER)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        pytest.param(
            "---\ntitle: a\n---\nb", f"---\ntitle: a\napproved: {OTHER}\n---\nb", id="new"
        ),
        pytest.param("---\n---\n", f"---\napproved: {OTHER}\n---\n", id="empty"),
        pytest.param("---\napproved:\n---\n", f"---\napproved: {OTHER}\n---\n", id="no-value"),
        pytest.param(
            "---\napproved:\n  x\ntitle: a\n---\n",
            f"---\napproved: {OTHER}\ntitle: a\n---\n",
            id="value-below",
        ),
        pytest.param(
            f"---\napproved: {SHA256}\n# why\n---\n",
            f"---\napproved: {OTHER}\n# why\n---\n",
            id="comment-below",
        ),
        pytest.param(
            "\ufeff---\r\ntitle: a\r\n---\r\nb",
            f"\ufeff---\r\ntitle: a\r\napproved: {OTHER}\r\n---\r\nb",
            id="crlf-and-byte-order-mark",
        ),
        pytest.param(
            "---\nnumber: 9\n---\napproved: no\n",
            f"---\nnumber: 9\napproved: {OTHER}\n---\napproved: no\n",
            id="the-body-is-not-looked-at",
        ),
    ],
)
def test_an_approval_is_written_into_any_front_matter(text, changed):
    assert issue_file.with_approval(text, OTHER) == changed


@pytest.mark.parametrize("text", ["Hello", "---\napproved: [\n]\n---\n", "---\ntitle: a\n"])
def test_an_approval_that_cannot_be_written_is_refused(text):
    with pytest.raises(ContentError) as caught:
        issue_file.with_approval(text, OTHER)

    assert caught.value.remedy


@pytest.mark.parametrize(
    ("intro", "line"),
    [
        pytest.param("intro: Hello.", 3, id="in its line"),
        pytest.param("intro: |\n  Hello.", 4, id="in a block"),
        pytest.param("intro: >-  # folded\n  Hello.", 4, id="in a folded block"),
    ],
)
def test_knows_the_line_in_which_an_intro_begins(intro, line):
    parsed = issue_file.parse(f"---\ntitle: T\n{intro}\n---\n".encode(), "issues/0001.md")

    assert parsed.file is not None
    assert parsed.file.intro_line == line


def test_reads_what_an_editor_silences_with_the_reason_and_the_line():
    text = "---\nsilence:\n  link/insecure: the archive has no https\n  image: drawn so\n---\n"
    parsed = issue_file.parse(text.encode(), "issues/0001.md")

    assert parsed.findings == ()
    assert parsed.file is not None
    assert parsed.file.silences == (
        Silence("link/insecure", "the archive has no https"),
        Silence("image", "drawn so"),
    )
    assert [silence.line for silence in parsed.file.silences] == [3, 4]


@pytest.mark.parametrize(
    ("silence", "words"),
    [
        pytest.param("link/insecure", "no finding with a reason", id="a word"),
        pytest.param("[link/insecure]", "no finding with a reason", id="a list"),
        pytest.param("{link/unsecure: x}", "did you mean `link/insecure`?", id="a slip"),
        pytest.param(
            "{client-support/css-display-flexx: x}",
            "did you mean `client-support/css-display-flex`?",
            id="no such feature",
        ),
        pytest.param("{link/insecure: }", "without a reason", id="no reason"),
        pytest.param("{link/insecure: [a]}", "list", id="a list of reasons"),
    ],
)
def test_refuses_to_silence_without_a_name_or_a_reason(silence, words):
    parsed = issue_file.parse(f"---\nsilence: {silence}\n---\n".encode(), "issues/0001.md")

    assert parsed.file is None
    (finding,) = parsed.findings
    assert finding.line == 2
    assert words in str(finding)
